"""A station's news for one of its tables: where the station stands, and the events that change what the table shows."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from domain.elections import Contest, ContestSet
from domain.events import Event, EventKind
from domain.wire import MAX_EVENTS, EventOut, OtherTable, StationNews
from server.queries.elections import read_contests
from server.queries.events import list_events
from server.queries.heads import read_head
from server.queries.news import list_cards_of
from server.queries.tables import TableCaller, list_station_tables

CARD_EVENTS = frozenset({EventKind.CARD_REPLACED})


def read_news(conn: Connection, caller: TableCaller, *, after: int, at: datetime) -> StationNews:
    """What the table must know after event ``after``, at most ``MAX_EVENTS`` of it; ``at`` is the server's time (aware).

    Read in one snapshot, so that ``last_event`` is never behind the events told.
    """
    head = read_head(conn, caller.station_id)
    tables = list_station_tables(conn, caller.station_id)
    events = list_events(conn, caller.station_id, after=after, limit=MAX_EVENTS)
    numbers = {table.table_id: table.number for table in tables}
    contests = read_contests(conn, caller.election_id)
    own = next(table for table in tables if table.table_id == caller.table_id)
    return StationNews(
        epoch=head.epoch,
        last_event=head.last_event,
        station_state=head.state,
        table_state=own.state,
        tables=tuple(OtherTable(number=table.number, state=table.state) for table in tables if table is not own),
        events=_as_many_as_fit(_told(conn, event, numbers, contests) for event in events),
        server_at=at,
    )


def _as_many_as_fit(told: Iterable[list[EventOut]]) -> tuple[EventOut, ...]:
    """The first events, each told wholly or not at all: one that changes several cards is told once for each of them."""
    fitting: list[EventOut] = []
    for event in told:
        if len(fitting) + len(event) > MAX_EVENTS:
            break
        fitting += event
    return tuple(fitting)


def _told(conn: Connection, event: Event, numbers: dict[int, int], contests: tuple[Contest, ...]) -> list[EventOut]:
    """An event as tables see it: a replaced card brings every old card of the voter, and when it became one."""
    request_id = event.details.get("mark_request_id", event.details.get("request_id"))
    told = EventOut(
        number=event.number,
        kind=event.kind,
        entry_id=event.entry_id,
        table_number=numbers.get(event.table_id) if event.table_id is not None else None,
        at=event.at,
        contests=tuple(c.code for c in ContestSet(int(event.details.get("contests") or 0)).of(contests)),
        request_id=UUID(str(request_id)) if request_id else None,
    )
    if event.kind not in CARD_EVENTS or event.entry_id is None:
        return [told]
    return [
        told.model_copy(update={"card": card.number, "new_card": card.replaced_by, "at": card.replaced_at})
        for card in list_cards_of(conn, [event.entry_id])
        if card.replaced_by is not None
    ]
