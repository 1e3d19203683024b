"""The stations' logs."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, insert, select

from domain.events import Event, EventKind
from server.db import AnyRow, events

PORTION = 1_000

_INSERT = insert(events)


def insert_events(conn: Connection, linked: Sequence[tuple[Event, bytes]]) -> None:
    """Append events with their links."""
    conn.execute(_INSERT, [event_row(event, link) for event, link in linked])


def event_row(event: Event, link: bytes) -> dict[str, object]:
    """An event as a row of its table."""
    return {
        "station_id": event.station_id,
        "number": event.number,
        "kind": event.kind,
        "at": event.at,
        "table_id": event.table_id,
        "official_id": event.official_id,
        "entry_id": event.entry_id,
        "details": json.dumps(dict(event.details), ensure_ascii=False, separators=(",", ":")),
        "link": link,
    }


def list_events(conn: Connection, station_id: int, *, after: int, limit: int) -> list[Event]:
    """A station's events after a number, in order, at most ``limit``."""
    statement = (
        select(events).where(events.c.station_id == station_id, events.c.number > after).order_by(events.c.number).limit(limit)
    )
    return [_event(row) for row in conn.execute(statement)]


def stream_log(conn: Connection, station_id: int) -> Iterator[tuple[Event, bytes]]:
    """A station's whole log with its stored links, in order, read in bounded portions."""
    statement = select(events).where(events.c.station_id == station_id).order_by(events.c.number)
    for row in conn.execute(statement.execution_options(yield_per=PORTION)):
        yield _event(row), bytes(row.link)


def _event(row: AnyRow) -> Event:
    return Event(
        station_id=row.station_id,
        number=row.number,
        kind=EventKind(row.kind),
        at=row.at,
        table_id=row.table_id,
        official_id=row.official_id,
        entry_id=row.entry_id,
        details=json.loads(row.details),
    )
