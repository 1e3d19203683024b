"""The board's JSON: what ``GET /api/board`` answers and ``WS /api/board/stream`` sends. Counts only, never a person."""

from datetime import date

from pydantic import AwareDatetime

from domain.elections import ElectionKind, StationState, TableState
from domain.wire import Wire


class BoardElection(Wire):
    """Which election is shown. Opening hours are local Danish time, ``HH:MM``."""

    name: str
    day: date
    kind: ElectionKind
    opens_at: str
    closes_at: str


class BoardTotals(Wire):
    """All stations together. ``turnout`` is ``taken_part / electorate``, 0 to 1; 0 where there is no electorate."""

    electorate: int
    marks: int
    advance_votes: int
    taken_part: int
    turnout: float


class BoardTable(Wire):
    """One table. ``last_contact_s`` is the age of its last sign of life at the board's ``at``; null if there never was one."""

    number: int
    state: TableState
    marks: int
    last_contact_s: int | None
    unsettled: int
    calls_help: bool


class BoardStation(Wire):
    """One station as its log stood at event ``last_event``.

    ``marks_last_hour`` is estimated from quarter tallies (exact times stay in the sealed log). ``previous_turnout`` is the
    share at the same clock time of the previous election, null where none is loaded.
    """

    municipality_code: int
    municipality_name: str
    number: int
    name: str
    state: StationState
    electorate: int
    marks: int
    advance_votes: int
    taken_part: int
    turnout: float
    marks_last_hour: int
    last_event: int
    previous_turnout: float | None
    tables: tuple[BoardTable, ...]


class BoardQuarter(Wire):
    """Marks recorded in the quarter of an hour that begins at ``start``."""

    start: AwareDatetime
    marks: int


class BoardPoint(Wire):
    """The previous election at one clock time (local, ``HH:MM``): share of the electorate, 0 to 1."""

    clock: str
    share: float


class BoardPrevious(Wire):
    """The previous election's course of the day over the same stations."""

    label: str
    points: tuple[BoardPoint, ...]


class BoardOut(Wire):
    """All of the board at one moment, read from one state of the database. Times are local Danish time with its offset."""

    election: BoardElection
    at: AwareDatetime
    totals: BoardTotals
    stations: tuple[BoardStation, ...]
    quarters: tuple[BoardQuarter, ...]
    previous: BoardPrevious | None
