"""Elections and their contests."""

from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from domain.elections import CardAlias, Contest, Election, ElectionKind
from server.db import card_aliases, contests, elections


def list_election_ids(conn: Connection) -> list[int]:
    """The ids of all elections in this database, oldest first (a handful: one election day is one election)."""
    return list(conn.scalars(select(elections.c.id).order_by(elections.c.id)))


def read_contests(conn: Connection, election_id: int) -> tuple[Contest, ...]:
    """The election's contests in the election file's order; they never change after creation."""
    statement = select(contests).where(contests.c.election_id == election_id).order_by(contests.c.position)
    return tuple(Contest(row.code, row.name, row.ballot_colour) for row in conn.execute(statement))


_remembered: WeakKeyDictionary[Engine, dict[int, tuple[Contest, ...]]] = WeakKeyDictionary()


def recall_contests(conn: Connection, election_id: int) -> tuple[Contest, ...]:
    """The contests of an election that has tables, read once for each process: the recorder asks for them with every batch."""
    known = _remembered.setdefault(conn.engine, {})
    if election_id not in known:
        known[election_id] = read_contests(conn, election_id)
    return known[election_id]


def read_card_aliases(conn: Connection, election_id: int) -> tuple[CardAlias, ...]:
    """The suppliers' number patterns that the election accepts."""
    statement = select(card_aliases).where(card_aliases.c.election_id == election_id).order_by(card_aliases.c.length)
    return tuple(CardAlias(row.length, row.prefix) for row in conn.execute(statement))


def find_election(conn: Connection, election_id: int) -> Election | None:
    """An election as the rules see it, or ``None``."""
    row = conn.execute(select(elections).where(elections.c.id == election_id)).one_or_none()
    if row is None:
        return None
    return Election(
        name=row.name,
        day=row.day,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        kind=ElectionKind(row.kind),
        card_series=row.card_series,
        contests=read_contests(conn, election_id),
        card_aliases=read_card_aliases(conn, election_id),
    )
