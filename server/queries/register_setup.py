"""What stands around a register's rows: whether one is loaded, its hashes and counts, and taking one away again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, update

from domain.poll_cards import CardKind
from server.db import elections, marks, poll_cards, register_entries, sealed_cprs, station_heads, stations

PORTION = 2_000
# "vlgi": any number that nothing else in the database locks.
_IMPORT_LOCK_KEY = 0x766C6769

_ENTRIES_OF_ELECTION = (
    select(register_entries.c.id)
    .join(stations, stations.c.id == register_entries.c.station_id)
    .where(stations.c.election_id == bindparam("election"))
)


@dataclass(frozen=True, slots=True)
class LoadedStation:
    """What an import says of one station."""

    station_id: int
    electorate: int
    advance_votes: int
    package_hash: str


def lock_imports(conn: Connection) -> None:
    """Let one import at a time give out entry ids. SQLite's own transaction does that already."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK_KEY})


def find_package_hash(conn: Connection, election_id: int) -> str | None:
    """The hash of the election's loaded register, or ``None`` when none is loaded."""
    return conn.scalar(select(elections.c.package_hash).where(elections.c.id == election_id))


def find_highest_entry_id(conn: Connection) -> int:
    """The highest entry id in use, 0 for none. Ids are never used twice within a database's life of imports."""
    return conn.scalar(select(func.max(register_entries.c.id))) or 0


def has_any_mark(conn: Connection, election_id: int) -> bool:
    """Whether any mark, even a withdrawn one, was ever recorded in the election."""
    of_election = select(stations.c.id).where(stations.c.election_id == election_id)
    return conn.scalar(select(select(marks.c.id).where(marks.c.station_id.in_(of_election)).exists())) or False


def delete_sealed_cprs(conn: Connection, election_id: int) -> None:
    """Take the election's sealed CPR numbers away."""
    conn.execute(delete(sealed_cprs).where(sealed_cprs.c.entry_id.in_(_ENTRIES_OF_ELECTION)), {"election": election_id})


def delete_cards(conn: Connection, election_id: int) -> None:
    """Take the election's cards away."""
    conn.execute(delete(poll_cards).where(poll_cards.c.election_id == election_id))


def delete_entries(conn: Connection, election_id: int) -> None:
    """Take the election's register away."""
    conn.execute(delete(register_entries).where(register_entries.c.id.in_(_ENTRIES_OF_ELECTION)), {"election": election_id})


def save_loaded_stations(conn: Connection, loaded: Iterable[LoadedStation]) -> None:
    """Note each station's electorate, advance votes and package hash."""
    statement = (
        update(station_heads)
        .where(station_heads.c.station_id == bindparam("station"))
        .values(
            electorate=bindparam("electorate"),
            advance_votes=bindparam("advance_votes"),
            package_hash=bindparam("package_hash"),
        )
    )
    values = [
        {
            "station": each.station_id,
            "electorate": each.electorate,
            "advance_votes": each.advance_votes,
            "package_hash": each.package_hash,
        }
        for each in loaded
    ]
    conn.execute(statement, values)


def save_package_hash(conn: Connection, election_id: int, package_hash: str) -> None:
    """The election's register is loaded: this is its hash."""
    conn.execute(update(elections).where(elections.c.id == election_id).values(package_hash=package_hash))


def stream_voters_as_imported(conn: Connection, station_id: int) -> Iterator[Row[Any]]:
    """A station's entries, each with the card number it was imported with, in the order of register numbers, in portions."""
    statement = (
        select(register_entries, poll_cards.c.number.label("card"))
        .join(poll_cards, poll_cards.c.entry_id == register_entries.c.id)
        .where(register_entries.c.station_id == station_id, poll_cards.c.kind != CardKind.REPLACEMENT)
        .order_by(register_entries.c.register_number)
    )
    yield from conn.execute(statement, execution_options={"yield_per": PORTION})
