"""The log: every act at a station is an event with the next number and a hash over the one before.

Tables and boards follow it, printed lists say "as of event N", and a verifier walks it from the first link.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

FIRST_LINK = bytes(32)
"""What the first event of a station links to."""

Detail = str | int | None


class EventKind(StrEnum):
    """What can happen at a station."""

    MARK_RECORDED = "mark_recorded"
    MARK_REFUSED = "mark_refused"
    MARK_WITHDRAWN = "mark_withdrawn"
    BALLOTS_HANDED_OVER = "ballots_handed_over"
    STATION_OPENED = "station_opened"
    STATION_CLOSED = "station_closed"
    TABLE_ENROLLED = "table_enrolled"
    TABLE_REVOKED = "table_revoked"
    TABLE_OPENED = "table_opened"
    TABLE_PAUSED = "table_paused"
    TABLE_CLOSED = "table_closed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    CARD_REPLACED = "card_replaced"


@dataclass(frozen=True, slots=True)
class Event:
    """One act, as it is stored. ``at`` is aware; ``details`` holds ids and codes, never a name, an address or a CPR number."""

    station_id: int
    number: int
    kind: EventKind
    at: datetime
    table_id: int | None
    official_id: int | None
    entry_id: int | None
    details: Mapping[str, Detail]


def link(previous: bytes, event: Event) -> bytes:
    """The hash (SHA-256, 32 bytes) of an event on top of the one before it."""
    body = json.dumps(
        [
            event.station_id,
            event.number,
            event.kind,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.table_id,
            event.official_id,
            event.entry_id,
            dict(sorted(event.details.items())),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + body.encode()).digest()


def first_broken_link(events: Iterable[tuple[Event, bytes]]) -> int | None:
    """The number of the first event of one station that does not follow from the one before, or ``None``.

    ``events`` are (event, stored hash) in order of number, from number 1. A gap, a swap, an edit or an inserted row is found
    at the first event that it touches.
    """
    previous, expected = FIRST_LINK, 1
    for event, stored in events:
        if event.number != expected or link(previous, event) != stored:
            return expected
        previous, expected = stored, expected + 1
    return None
