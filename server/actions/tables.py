"""Tables: made, bound to a laptop by a one-time code, opened, paused and closed."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.elections import TableState
from domain.events import EventKind
from server.actions.station_log import lock_stations, save_logs
from server.queries import tables as table_queries
from server.queries.tables import TableCaller, TableNow
from server.secrets import hash_code, hash_token, make_code, make_token

ENROLMENT_CODE_LENGTH = 8
ENROLMENT_CODE_LIVES = timedelta(minutes=10)

_KINDS = {
    TableState.OPEN: EventKind.TABLE_OPENED,
    TableState.PAUSED: EventKind.TABLE_PAUSED,
    TableState.CLOSED: EventKind.TABLE_CLOSED,
}


class CodeUnknown(Exception):
    """Nobody made this one-time code."""


class CodeExpired(Exception):
    """The one-time code has been used, or its ten minutes are over."""


def create_tables(conn: Connection, station_id: int, count: int) -> list[int]:
    """Add ``count`` tables to a station, numbered on from those it has; their ids. Does not commit."""
    have = table_queries.list_station_tables(conn, station_id)
    first = max((table.number for table in have), default=0) + 1
    return [table_queries.insert_table(conn, station_id, number) for number in range(first, first + count)]


def make_enrolment_code(conn: Connection, table_id: int, at: datetime) -> str:
    """A one-time code that binds a laptop to this table within ten minutes. Shown once. Does not commit."""
    code = make_code(ENROLMENT_CODE_LENGTH)
    table_queries.insert_enrolment_code(conn, hash_code(code), table_id, at + ENROLMENT_CODE_LIVES)
    return code


def enrol_table(conn: Connection, code: str, at: datetime) -> tuple[str, TableCaller]:
    """Bind a laptop to the code's table; its token, shown once, and the table. Does not commit.

    Raises ``CodeUnknown`` or ``CodeExpired``. A table has one laptop: an earlier one's token ends here.
    """
    found = table_queries.find_enrolment_code(conn, hash_code(code))
    if found is None:
        raise CodeUnknown
    table_id, expires_at, used_at = found
    if used_at is not None or at > expires_at:
        raise CodeExpired
    token = make_token()
    table_queries.save_code_used(conn, hash_code(code), at)
    table_queries.save_token(conn, table_id, hash_token(token), at)
    caller = table_queries.find_caller(conn, hash_token(token))
    assert caller is not None  # noqa: S101 - the token was stored two lines above
    logs = lock_stations(conn, [caller.station_id])
    logs[caller.station_id].append(EventKind.TABLE_ENROLLED, at, table_id=table_id)
    save_logs(conn, logs.values())
    return token, caller


def revoke_table(conn: Connection, station_id: int, table_id: int, at: datetime) -> None:
    """The table's laptop may do nothing more, for example because it was stolen. Does not commit."""
    logs = lock_stations(conn, [station_id])
    table_queries.save_token(conn, table_id, None, at)
    logs[station_id].append(EventKind.TABLE_REVOKED, at, table_id=table_id)
    save_logs(conn, logs.values())


def change_table_state(
    conn: Connection, station_id: int, table_id: int, state: TableState, at: datetime, *, official_id: int | None
) -> bool:
    """Open, pause or close a table; ``False`` when it is so already. Does not commit."""
    logs = lock_stations(conn, [station_id])
    now = _table_now(conn, table_id)
    if now.state is state:
        return False
    table_queries.save_table_state(conn, table_id, state)
    logs[station_id].append(_KINDS[state], at, table_id=table_id, official_id=official_id)
    save_logs(conn, logs.values())
    return True


def _table_now(conn: Connection, table_id: int) -> TableNow:
    return table_queries.list_tables_now(conn, [table_id])[table_id]
