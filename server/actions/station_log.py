"""Acting at a station: lock its head, append events, save.

Invariant: whoever writes anything about a station holds its head's lock, taken before anything else is read. So numbers have
no gaps, links follow each other, and two decisions about one voter are never made side by side.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from domain.events import Detail, Event, EventKind, link
from server.queries import events as event_queries
from server.queries import heads as head_queries
from server.queries.heads import Head


class StationLog:
    """A station's head under lock, and the events that this transaction appends to it."""

    def __init__(self, head: Head) -> None:
        """Take over a head that ``lock_stations`` has locked."""
        self.head = head
        self._linked: list[tuple[Event, bytes]] = []

    def append(
        self,
        kind: EventKind,
        at: datetime,
        *,
        table_id: int | None = None,
        official_id: int | None = None,
        entry_id: int | None = None,
        details: Mapping[str, Detail] | None = None,
    ) -> int:
        """Add an event and return its number. It is stored by ``save_logs``."""
        head = self.head
        event = Event(head.station_id, head.last_event + 1, kind, at, table_id, official_id, entry_id, details or {})
        head.last_event, head.last_link = event.number, link(head.last_link, event)
        self._linked.append((event, head.last_link))
        return event.number

    def take(self) -> list[tuple[Event, bytes]]:
        """The events appended since the last take, with their links."""
        taken, self._linked = self._linked, []
        return taken


def lock_stations(conn: Connection, station_ids: Iterable[int]) -> dict[int, StationLog]:
    """Lock these stations, in the order of their ids, so that two transactions never wait for each other in a ring."""
    return {station_id: StationLog(head) for station_id, head in head_queries.lock_heads(conn, station_ids).items()}


def save_logs(conn: Connection, logs: Iterable[StationLog]) -> None:
    """Store what was appended and changed. Does not commit."""
    changed = list(logs)
    linked = [pair for log in changed for pair in log.take()]
    if linked:
        event_queries.insert_events(conn, linked)
        head_queries.save_heads(conn, [log.head for log in changed])
