"""A station's rows, streamed for a table."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from server.db import AnyRow, marks, poll_cards, polling_tables, register_entries
from server.queries.marks import ENTRY_COLUMNS

PORTION = 2_000


def stream_entries(conn: Connection, station_id: int) -> Iterator[AnyRow]:
    """The station's entries in the order of their register numbers, read in portions."""
    statement = (
        select(*ENTRY_COLUMNS).where(register_entries.c.station_id == station_id).order_by(register_entries.c.register_number)
    )
    yield from conn.execute(statement.execution_options(yield_per=PORTION))


def stream_cards(conn: Connection, station_id: int) -> Iterator[AnyRow]:
    """The cards of the station's voters, read in portions."""
    statement = (
        select(poll_cards.c.number, poll_cards.c.entry_id, poll_cards.c.replaced_at, poll_cards.c.replaced_by)
        .join(register_entries, register_entries.c.id == poll_cards.c.entry_id)
        .where(register_entries.c.station_id == station_id)
        .order_by(register_entries.c.register_number, poll_cards.c.number)
    )
    yield from conn.execute(statement.execution_options(yield_per=PORTION))


def stream_live_marks(conn: Connection, station_id: int) -> Iterator[AnyRow]:
    """The station's live marks, by entry so that the order of arrival is not told, read in portions."""
    statement = (
        select(
            marks.c.request_id,
            marks.c.entry_id,
            polling_tables.c.number.label("table_number"),
            marks.c.contests,
            marks.c.recorded_at,
        )
        .join(polling_tables, polling_tables.c.id == marks.c.table_id)
        .where(marks.c.station_id == station_id, marks.c.withdrawn_event.is_(None))
        .order_by(marks.c.entry_id)
    )
    yield from conn.execute(statement.execution_options(yield_per=PORTION))


def count_entries(conn: Connection, station_id: int) -> int:
    """How many entries the station's register has."""
    return conn.scalar(select(func.count()).where(register_entries.c.station_id == station_id)) or 0


def count_cards(conn: Connection, station_id: int) -> int:
    """How many cards have been issued to the station's voters."""
    statement = (
        select(func.count())
        .select_from(poll_cards.join(register_entries, register_entries.c.id == poll_cards.c.entry_id))
        .where(register_entries.c.station_id == station_id)
    )
    return conn.scalar(statement) or 0


def count_live_marks(conn: Connection, station_id: int) -> int:
    """How many live marks stand at the station."""
    return conn.scalar(select(func.count()).where(marks.c.station_id == station_id, marks.c.withdrawn_event.is_(None))) or 0
