"""Who says they are whom: an official's code is checked, and guessing is slowed down.

A try is counted before the PIN is looked at, and forgiven when it was right; so a thousand guesses at once are a thousand
counted tries. The count belongs to one official at one machine: nobody can lock somebody else out from another table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import Connection, Engine

from domain.events import EventKind
from domain.officials import Role, blocked_until, parse_code
from server.actions.station_log import lock_stations, save_logs
from server.metrics import WRONG_CODES
from server.queries import officials as official_queries
from server.queries.officials import Official
from server.queries.tables import TableCaller
from server.secrets import pin_fits


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code fits nobody who may sit at this station. Which part was wrong is not told."""


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """This official must wait at this machine."""

    retry_after_s: int


def check_code(
    engine: Engine, caller: TableCaller, code: str, clock: Callable[[], datetime]
) -> Official | WrongCode | TooManyTries:
    """The official behind a typed code, or why there is none. Opens two short transactions of its own.

    Slow on purpose (argon2id, about 60 ms): call it off the event loop.
    """
    parsed = parse_code(code)
    if parsed is None:
        return WrongCode()
    machine = f"table:{caller.table_id}"
    with engine.begin() as conn:
        official = official_queries.find_official(conn, caller.election_id, parsed.official_number)
        if official is not None and not _may_sit_at(official, caller.station_id):
            official = None
        if official is not None and (wait := _count_try(conn, official.official_id, machine, clock())) is not None:
            return wait
    if not pin_fits(official.pin_hash if official else None, parsed.pin) or official is None:
        WRONG_CODES.inc()
        return WrongCode()
    with engine.begin() as conn:
        official_queries.delete_wrong_codes(conn, official.official_id, machine)
    return official


def _may_sit_at(official: Official, station_id: int) -> bool:
    return official.station_id == station_id and official.role is not Role.ELECTION_OFFICE


def _count_try(conn: Connection, official_id: int, machine: str, at: datetime) -> TooManyTries | None:
    earlier = official_queries.find_wrong_codes(conn, official_id, machine)
    until = blocked_until(*earlier) if earlier else None
    if until is not None and at < until:
        return TooManyTries(max(1, ceil((until - at).total_seconds())))
    official_queries.add_wrong_code(conn, official_id, machine, at)
    return None


def sign_in(conn: Connection, caller: TableCaller, official: Official, at: datetime) -> None:
    """Seat an official at a table; whoever sat there leaves it. Does not commit."""
    logs = lock_stations(conn, [caller.station_id])
    official_queries.save_sign_outs(conn, caller.table_id, at)
    official_queries.save_sign_in(conn, caller.table_id, official.official_id, at)
    logs[caller.station_id].append(
        EventKind.SIGNED_IN, at, table_id=caller.table_id, official_id=official.official_id, details={"role": official.role}
    )
    save_logs(conn, logs.values())


def sign_out(conn: Connection, caller: TableCaller, at: datetime) -> None:
    """Nobody sits at the table any more. Does not commit."""
    logs = lock_stations(conn, [caller.station_id])
    if official_queries.save_sign_outs(conn, caller.table_id, at):
        logs[caller.station_id].append(EventKind.SIGNED_OUT, at, table_id=caller.table_id)
    save_logs(conn, logs.values())
