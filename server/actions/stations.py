"""A station is opened and closed by its chair. The clock has no say: who waits in line at eight in the evening still votes."""

from datetime import datetime

from sqlalchemy import Connection

from domain.elections import StationState
from domain.events import EventKind
from server.actions.station_log import lock_stations, save_logs

_STEPS = {
    StationState.OPEN: (StationState.PREPARED, EventKind.STATION_OPENED),
    StationState.CLOSED: (StationState.OPEN, EventKind.STATION_CLOSED),
}


class NotOpenable(Exception):
    """The station cannot be opened; the text says why and what to do."""


def change_station_state(
    conn: Connection, station_id: int, state: StationState, at: datetime, *, official_id: int | None = None
) -> bool:
    """Open or close a station; ``False`` when it is so already. Does not commit.

    Raises ``NotOpenable`` when the step does not follow from the station's state (a closed station stays closed), when no
    register is loaded, or when there are marks before opening: at opening nothing may stand in the register but the accepted
    advance votes.
    """
    logs = lock_stations(conn, [station_id])
    head = logs[station_id].head
    before, kind = _STEPS[state]
    if head.state is state:
        return False
    if head.state is not before:
        raise NotOpenable(f"station is {head.state}, not {before}")
    if state is StationState.OPEN and not head.package_hash:
        raise NotOpenable("no register is loaded for this station; run 'valgbord register import' first")
    if state is StationState.OPEN and head.marks:
        raise NotOpenable(f"{head.marks} marks stand in the register before opening")
    head.state = state
    logs[station_id].append(kind, at, official_id=official_id, details={"marks": head.marks, "package_hash": head.package_hash})
    save_logs(conn, logs.values())
    return True
