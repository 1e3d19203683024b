"""A voter's cards: issued, looked up, replaced."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal, select, update

from domain.poll_cards import CardKind
from domain.register import EntryStatus
from server.db import poll_cards, register_entries


def find_card_holder(conn: Connection, election_id: int, number: str) -> tuple[int, int] | None:
    """The entry and the station that a card number of this election leads to, or ``None``."""
    row = conn.execute(
        select(poll_cards.c.entry_id, register_entries.c.station_id)
        .join(register_entries, register_entries.c.id == poll_cards.c.entry_id)
        .where(poll_cards.c.number == number, poll_cards.c.election_id == election_id)
    ).one_or_none()
    return (row.entry_id, row.station_id) if row else None


def list_cards_for_ballots(conn: Connection, station_id: int, *, but_each: int) -> list[str]:
    """Valid cards of a station's voters who have a ballot to come by the register, marks not considered, in its order.

    Every ``but_each``-th register number is left out.
    """
    open_contests = register_entries.c.contests.bitwise_and(register_entries.c.advance_contests.bitwise_not())
    statement = (
        select(poll_cards.c.number)
        .join(register_entries, register_entries.c.id == poll_cards.c.entry_id)
        .where(
            register_entries.c.station_id == station_id,
            register_entries.c.status == EntryStatus.ACTIVE,
            open_contests != 0,
            register_entries.c.register_number % but_each != 0,
            poll_cards.c.replaced_at.is_(None),
            poll_cards.c.kind == CardKind.ORIGINAL,
        )
        .order_by(register_entries.c.register_number)
    )
    return list(conn.scalars(statement))


def has_been_issued(conn: Connection, numbers: Collection[str]) -> bool:
    """Whether any of these numbers has ever been given to anybody, in any election of this database."""
    return conn.execute(select(func.count()).select_from(poll_cards).where(poll_cards.c.number.in_(numbers))).scalar_one() > 0


def insert_card(conn: Connection, election_id: int, entry_id: int, number: str, kind: CardKind) -> None:
    """Give a voter a number that leads to them from now on."""
    conn.execute(insert(poll_cards).values(number=number, election_id=election_id, entry_id=entry_id, kind=kind))


def save_replaced(conn: Connection, entry_id: int, new_number: str, at: datetime) -> int:
    """All other cards of this voter are old ones from now on and name the new one; how many there were.

    A card that was old already keeps the time when it became so.
    """
    statement = (
        update(poll_cards)
        .where(poll_cards.c.entry_id == entry_id, poll_cards.c.number != new_number)
        .values(
            replaced_by=new_number,
            replaced_at=func.coalesce(poll_cards.c.replaced_at, literal(at, poll_cards.c.replaced_at.type)),
        )
    )
    return conn.execute(statement).rowcount
