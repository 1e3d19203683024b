"""Read the whole board from one state of the database, and the arithmetic that needs more than one row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from domain.danish import LOCAL_ZONE
from domain.turnout import NOBODY, QUARTER, Tally, quarter_of
from server.board_models import (
    BoardElection,
    BoardOut,
    BoardPoint,
    BoardPrevious,
    BoardQuarter,
    BoardStation,
    BoardTable,
    BoardTotals,
)
from server.clock import Elapsed, plain_elapsed_s
from server.db import AnyRow
from server.queries import board as queries

HOUR = timedelta(hours=1)
_LAST_LETTERS = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})


def read_board(conn: Connection, election_id: int, now: datetime, *, elapsed_s: Elapsed = plain_elapsed_s) -> BoardOut | None:
    """The board at ``now`` (aware), or ``None`` where there is no such election. Use a connection from ``snapshot``.

    ``elapsed_s`` counts the real seconds between two times of the clock that gave ``now`` (``server.clock.elapsed_of``).
    """
    election = queries.find_election_row(conn, election_id)
    if election is None:
        return None
    local = now.astimezone(LOCAL_ZONE)
    rows = queries.list_station_totals(conn, election_id)
    return BoardOut(
        election=BoardElection(
            name=election.name,
            day=election.day,
            kind=election.kind,
            opens_at=f"{election.opens_at:%H:%M}",
            closes_at=f"{election.closes_at:%H:%M}",
        ),
        at=local,
        totals=_totals(rows),
        stations=_stations(conn, election_id, rows, local, _tables(conn, election_id, local, elapsed_s)),
        quarters=tuple(
            BoardQuarter(start=row.quarter.astimezone(LOCAL_ZONE), marks=row.marks)
            for row in queries.list_quarters(conn, election_id)
        ),
        previous=_previous(queries.list_previous_course(conn, election_id)),
    )


def share(part: int, whole: int) -> float:
    """``part / whole`` to four decimals; 0 of nobody."""
    return round(part / whole, 4) if whole else 0.0


def marks_last_hour(quarters: Iterable[tuple[datetime, int]], now: datetime) -> int:
    """Marks in the hour before ``now``, from quarter tallies; of the oldest quarter only the part inside the hour counts.

    No exact time of a mark is read for this (domain rule: exact times stay in the sealed log).
    """
    start = now - HOUR
    total = 0.0
    for quarter, marks in quarters:
        inside = min(quarter + QUARTER, now) - max(quarter, start)
        whole = min(quarter + QUARTER, now) - quarter
        if inside > timedelta():
            total += marks * (inside / whole)
    return round(total)


def danish_order(name: str) -> str:
    """A sort key that puts æ, ø and å (and aa) last, as a Danish reader looks for them."""
    return name.casefold().replace("aa", "å").translate(_LAST_LETTERS)


def share_at(points: Sequence[tuple[time, float]], clock: time) -> float | None:
    """The share at a clock time between two known points of one day, or ``None`` outside them."""
    for clock_known, known in points:
        if clock_known == clock:
            return known
    for (before, low), (after, high) in pairwise(points):
        if before < clock < after:
            passed = (_seconds(clock) - _seconds(before)) / (_seconds(after) - _seconds(before))
            return round(low + (high - low) * passed, 4)
    return None


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _totals(rows: Sequence[AnyRow]) -> BoardTotals:
    tally = sum((_tally(row) for row in rows), NOBODY)
    return BoardTotals(
        electorate=tally.electorate,
        marks=tally.marks,
        advance_votes=tally.advance_votes,
        taken_part=tally.taken_part,
        turnout=share(tally.taken_part, tally.electorate),
    )


def _tally(row: AnyRow) -> Tally:
    return Tally(row.electorate, row.marks, row.advance_votes, row.marks_after_advance)


def _stations(
    conn: Connection, election_id: int, rows: Sequence[AnyRow], now: datetime, tables: dict[int, list[BoardTable]]
) -> tuple[BoardStation, ...]:
    rates = _rates(conn, election_id, now)
    previous = _previous_now(conn, election_id, now.time().replace(microsecond=0))
    stations = []
    for row in rows:
        tally = _tally(row)
        stations.append(
            BoardStation(
                municipality_code=row.municipality_code,
                municipality_name=row.municipality_name,
                number=row.number,
                name=row.name,
                state=row.state,
                electorate=tally.electorate,
                marks=tally.marks,
                advance_votes=tally.advance_votes,
                taken_part=tally.taken_part,
                turnout=share(tally.taken_part, tally.electorate),
                marks_last_hour=rates.get(row.id, 0),
                last_event=row.last_event,
                previous_turnout=previous.get((row.municipality_code, row.number)),
                tables=tuple(tables.get(row.id, ())),
            )
        )
    return tuple(sorted(stations, key=lambda station: (danish_order(station.name), station.municipality_code, station.number)))


def _tables(conn: Connection, election_id: int, now: datetime, elapsed_s: Elapsed) -> dict[int, list[BoardTable]]:
    tables: dict[int, list[BoardTable]] = defaultdict(list)
    for row in queries.list_tables(conn, election_id):
        tables[row.station_id].append(
            BoardTable(
                number=row.number,
                state=row.state,
                marks=row.marks,
                # Another worker's clock may be a little ahead of ours: an age is never below nought.
                last_contact_s=None if row.last_contact_at is None else max(0, int(elapsed_s(row.last_contact_at, now))),
                unsettled=row.unsettled,
                calls_help=row.calls_help,
            )
        )
    return tables


def _rates(conn: Connection, election_id: int, now: datetime) -> dict[int, int]:
    quarters: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for row in queries.list_station_quarters(conn, election_id, quarter_of(now - HOUR)):
        quarters[row.station_id].append((row.quarter, row.marks))
    return {station_id: marks_last_hour(own, now) for station_id, own in quarters.items()}


def _previous_now(conn: Connection, election_id: int, clock: time) -> dict[tuple[int, int], float]:
    """Each station's share at this clock time of the previous election, between points at most an hour away."""
    after = clock.replace(hour=clock.hour - 1) if clock.hour > 0 else time.min
    before = clock.replace(hour=clock.hour + 1) if clock.hour < 23 else time.max  # noqa: PLR2004 - the last hour of the day
    points: dict[tuple[int, int], list[tuple[time, float]]] = defaultdict(list)
    for row in queries.list_previous_around(conn, election_id, after, before):
        points[row.municipality_code, row.number].append((row.clock, row.share_e4 / 10_000))
    shares = {key: share_at(own, clock) for key, own in points.items()}
    return {key: found for key, found in shares.items() if found is not None}


def _previous(rows: Sequence[AnyRow]) -> BoardPrevious | None:
    points = tuple(
        BoardPoint(clock=f"{row.clock:%H:%M}", share=share(int(row.weighted_e4), int(row.electorate) * 10_000))
        for row in rows
        if row.electorate
    )
    return BoardPrevious(label=rows[0].label, points=points) if points else None
