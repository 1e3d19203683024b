"""What the tables of a station must learn of each other's acts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from server.db import poll_cards


@dataclass(frozen=True, slots=True)
class CardOfEntry:
    """One of a voter's cards. ``replaced_by`` is the whole number of the newer card."""

    number: str
    entry_id: int
    replaced_at: datetime | None
    replaced_by: str | None


def list_cards_of(conn: Connection, entry_ids: Collection[int]) -> list[CardOfEntry]:
    """All cards ever issued to these voters."""
    rows = conn.execute(
        select(poll_cards.c.number, poll_cards.c.entry_id, poll_cards.c.replaced_at, poll_cards.c.replaced_by)
        .where(poll_cards.c.entry_id.in_(entry_ids))
        .order_by(poll_cards.c.number)
    )
    return [CardOfEntry(row.number, row.entry_id, row.replaced_at, row.replaced_by) for row in rows]
