"""Cards, live marks and the tallies that follow them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Integer, Uuid, bindparam, insert, select, text, update

from domain.elections import ContestSet
from domain.marks import CardFinding, LiveMark
from domain.register import EntryStatus, RegisterEntry, Sex
from server.db import AnyRow, marks, poll_cards, polling_tables, register_entries
from server.queries.among import Listed, among, pair_among

ENTRY_COLUMNS = (
    register_entries.c.id,
    register_entries.c.station_id,
    register_entries.c.register_number,
    register_entries.c.name,
    register_entries.c.birth_date,
    register_entries.c.sex,
    register_entries.c.contests,
    register_entries.c.advance_contests,
    register_entries.c.advance_received_on,
    register_entries.c.status,
)
_MARK_COLUMNS = (
    marks.c.request_id,
    marks.c.entry_id,
    marks.c.table_id,
    polling_tables.c.number.label("table_number"),
    marks.c.contests,
    marks.c.recorded_at,
    marks.c.after_advance,
)
_CARD_COLUMNS = (poll_cards.c.number, poll_cards.c.replaced_at, poll_cards.c.replaced_by, *ENTRY_COLUMNS)
_CARDS_IN_REGISTER = poll_cards.join(register_entries, register_entries.c.id == poll_cards.c.entry_id)
_THESE_CARDS = (
    among(poll_cards.c.number, bindparam("numbers", type_=Listed(poll_cards.c.number.type))),
    poll_cards.c.election_id == bindparam("election"),
)
_FIND_CARDS = select(*_CARD_COLUMNS).select_from(_CARDS_IN_REGISTER).where(*_THESE_CARDS)
_CARDS_WITH_MARKS = (
    select(*_CARD_COLUMNS, *(column.label(f"mark_{column.name}") for column in _MARK_COLUMNS))
    .select_from(
        _CARDS_IN_REGISTER.outerjoin(
            marks, (marks.c.entry_id == poll_cards.c.entry_id) & marks.c.withdrawn_event.is_(None)
        ).outerjoin(polling_tables, polling_tables.c.id == marks.c.table_id)
    )
    .where(*_THESE_CARDS)
)
_MARKS_OF_REQUESTS = (
    select(marks.c.station_id, marks.c.withdrawn_event, *_MARK_COLUMNS)
    .join(polling_tables, polling_tables.c.id == marks.c.table_id)
    .where(
        pair_among(
            marks.c.station_id,
            marks.c.request_id,
            bindparam("stations", type_=Listed(Integer())),
            bindparam("requests", type_=Listed(Uuid())),
        )
    )
)
_INSERT = insert(marks)
_HAND_OVER = (
    update(marks)
    .where(marks.c.station_id == bindparam("station"), marks.c.request_id == bindparam("request"))
    .values(handed_over_at=bindparam("at"))
)
_WITHDRAW = (
    update(marks)
    .where(marks.c.station_id == bindparam("station"), marks.c.request_id == bindparam("request"))
    .values(withdrawn_event=bindparam("event"))
)
_ADD_TO_TABLES = (
    update(polling_tables)
    .where(polling_tables.c.id == bindparam("table"))
    .values(marks=polling_tables.c.marks + bindparam("change"))
)
_ADD_TO_QUARTERS = text(
    "insert into quarter_tallies (station_id, quarter, marks) values (:station, :quarter, :change) "
    "on conflict (station_id, quarter) do update set marks = quarter_tallies.marks + excluded.marks"
).bindparams(bindparam("quarter", type_=marks.c.recorded_at.type))


def entry_of(row: AnyRow) -> RegisterEntry:
    """The register entry in a row that holds ``ENTRY_COLUMNS``."""
    return RegisterEntry(
        entry_id=row.id,
        station_id=row.station_id,
        register_number=row.register_number,
        name=row.name,
        birth_date=row.birth_date,
        sex=Sex(row.sex),
        contests=ContestSet(row.contests),
        advance_contests=ContestSet(row.advance_contests),
        advance_received_on=row.advance_received_on,
        status=EntryStatus(row.status),
    )


def find_cards(conn: Connection, election_id: int, numbers: Collection[str]) -> dict[str, CardFinding]:
    """What each of these numbers leads to; a number never issued in this election is absent."""
    rows = conn.execute(_FIND_CARDS, {"numbers": list(numbers), "election": election_id})
    return {row.number: _finding(row) for row in rows}


def list_cards_with_marks(
    conn: Connection, election_id: int, numbers: Collection[str]
) -> list[tuple[str, CardFinding, LiveMark | None]]:
    """What each of these numbers leads to, and the voter's live mark where there is one."""
    rows = conn.execute(_CARDS_WITH_MARKS, {"numbers": list(numbers), "election": election_id})
    return [(row.number, _finding(row), _live_mark_beside_card(row)) for row in rows]


def _finding(row: AnyRow) -> CardFinding:
    return CardFinding(entry_of(row), row.replaced_at, row.replaced_by[-4:] if row.replaced_by else None)


def _live_mark_beside_card(row: AnyRow) -> LiveMark | None:
    if row.mark_request_id is None:
        return None
    return LiveMark(
        request_id=row.mark_request_id,
        entry_id=row.mark_entry_id,
        table_id=row.mark_table_id,
        table_number=row.mark_table_number,
        contests=ContestSet(row.mark_contests),
        recorded_at=row.mark_recorded_at,
        after_advance=row.mark_after_advance,
    )


def list_marks_of_requests(
    conn: Connection, keys: Collection[tuple[int, UUID]]
) -> dict[tuple[int, UUID], tuple[LiveMark, bool]]:
    """Marks by (station, request id), each with whether it still stands."""
    rows = conn.execute(_MARKS_OF_REQUESTS, {"stations": [key[0] for key in keys], "requests": [key[1] for key in keys]})
    return {(row.station_id, row.request_id): (_live_mark(row), row.withdrawn_event is None) for row in rows}


def _live_mark(row: AnyRow) -> LiveMark:
    return LiveMark(
        request_id=row.request_id,
        entry_id=row.entry_id,
        table_id=row.table_id,
        table_number=row.table_number,
        contests=ContestSet(row.contests),
        recorded_at=row.recorded_at,
        after_advance=row.after_advance,
    )


def insert_marks(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Write marks; the database refuses a second live one for a voter."""
    conn.execute(_INSERT, rows)


def save_handed_over(conn: Connection, rows: Sequence[tuple[int, UUID, datetime]]) -> None:
    """Note for marks (station, request id) when their ballots were handed over."""
    conn.execute(_HAND_OVER, [{"station": station, "request": request, "at": at} for station, request, at in rows])


def save_withdrawn(conn: Connection, rows: Sequence[tuple[int, UUID, int]]) -> None:
    """Note for marks (station, request id) the event that withdrew them. The row itself stays."""
    conn.execute(_WITHDRAW, [{"station": station, "request": request, "event": event} for station, request, event in rows])


def add_to_tables(conn: Connection, changes: dict[int, int]) -> None:
    """Add to the tables' counts of live marks."""
    conn.execute(_ADD_TO_TABLES, [{"table": table, "change": change} for table, change in sorted(changes.items())])


def add_to_quarters(conn: Connection, changes: dict[tuple[int, datetime], int]) -> None:
    """Add to the stations' counts per quarter of an hour."""
    conn.execute(
        _ADD_TO_QUARTERS,
        [{"station": station, "quarter": quarter, "change": change} for (station, quarter), change in sorted(changes.items())],
    )
