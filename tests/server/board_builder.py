"""A day at Ballerup's nine stations (or any others) as rows for the board to read, and commits as the recorder makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, update

from domain.danish import LOCAL_ZONE
from domain.elections import ElectionKind
from domain.turnout import quarter_of
from server.db import (
    elections,
    events,
    polling_tables,
    previous_turnouts,
    quarter_tallies,
    station_heads,
    stations,
)

DAY = date(2025, 11, 18)
AFTERNOON = datetime(2025, 11, 18, 14, 45, 30, tzinfo=LOCAL_ZONE)
BALLERUP = (
    (1, "Tapeten", 3981),
    (2, "Balleruphallen - Rugvænget", 6635),
    (3, "Højagerhallen - Skovvejens Skole Vest", 2507),
    (4, "Grantoftehallen", 3421),
    (5, "Idrætshallen (tidl. UCC-hallen) - Rosenlund", 3743),
    (6, "Skovlunde Skole - Lundebjerg", 5834),
    (8, "Måløv Ny Hal - Måløvhøj Skole - Måløv", 4114),
    (9, "Egebjerghallen - Skovvejens Skole Øst", 3385),
    (10, "Østerhøjhallen - Måløvhøj Skole - Østerhøj", 2098),
)
# Share of the day's marks that have come at each full hour from 8 to 20.
COURSE = (0.0, 0.05, 0.12, 0.20, 0.28, 0.35, 0.42, 0.49, 0.58, 0.70, 0.82, 0.93, 1.0)


@dataclass(frozen=True)
class Day:
    """The ids of what was made."""

    election_id: int
    stations: dict[int, int]
    tables: dict[int, tuple[int, ...]]


def make_day(
    engine: Engine,
    *,
    kind: ElectionKind = ElectionKind.PRACTICE,
    places: Sequence[tuple[int, str, int]] = BALLERUP,
    now: datetime | None = AFTERNOON,
    previous: bool = True,
    series: str | None = None,
    name: str = "Kommunal- og regionalvalg 2025",
) -> Day:
    """An election with a register at these stations (number, name, electorate), in the middle of its day at ``now``.

    ``now=None``: nobody has come yet, and no table has been heard.
    """
    with engine.begin() as conn:
        values = {
            "name": name,
            "day": DAY,
            "opens_at": time(8),
            "closes_at": time(20),
            "kind": kind,
            "card_series": series or ("90" if kind is ElectionKind.PRACTICE else "25"),
            "created_at": datetime(2025, 11, 1, tzinfo=UTC),
        }
        election_id = conn.execute(insert(elections).values(values).returning(elections.c.id)).scalar_one()
        day = Day(election_id, {}, {})
        for place, (number, station_name, electorate) in enumerate(places):
            _make_station(conn, day, number, station_name, electorate)
            _make_tables(conn, day, number, max(2, electorate // 1_400), now)
            if previous:
                _make_previous(conn, election_id, number, 0.62 + 0.02 * (place % 5))
            if now is not None:
                _fill(conn, day, number, electorate, now, 0.60 + 0.025 * (place % 4))
    return day


def record(conn: Connection, day: Day, number: int, at: datetime, *, marks: int = 1, table: int = 0) -> None:
    """What recording some marks does to a station, in the caller's transaction: head, log, table and quarter together."""
    station_id, table_id = day.stations[number], day.tables[number][table]
    first = (
        conn.execute(
            update(station_heads)
            .where(station_heads.c.station_id == station_id)
            .values(last_event=station_heads.c.last_event + marks, marks=station_heads.c.marks + marks)
            .returning(station_heads.c.last_event)
        ).scalar_one()
        - marks
    )
    row = {
        "station_id": station_id,
        "kind": "mark_recorded",
        "at": at,
        "table_id": table_id,
        "details": "{}",
        "link": bytes(32),
    }
    conn.execute(insert(events), [row | {"number": first + 1 + step} for step in range(marks)])
    conn.execute(update(polling_tables).where(polling_tables.c.id == table_id).values(marks=polling_tables.c.marks + marks))
    _add_quarter(conn, station_id, quarter_of(at.astimezone(UTC)), marks)


def count_marks(conn: Connection) -> int:
    """The marks in the log."""
    return conn.execute(select(func.count()).select_from(events).where(events.c.kind == "mark_recorded")).scalar_one()


def set_table(engine: Engine, day: Day, number: int, table: int, **values: object) -> None:
    """Change a table, counted from 0 at its station."""
    with engine.begin() as conn:
        conn.execute(update(polling_tables).where(polling_tables.c.id == day.tables[number][table]).values(values))


def touch_tables(engine: Engine, at: datetime) -> None:
    """Every table is heard at this time."""
    with engine.begin() as conn:
        conn.execute(update(polling_tables).values(last_contact_at=at))


def _make_station(conn: Connection, day: Day, number: int, name: str, electorate: int) -> None:
    values = {
        "election_id": day.election_id,
        "municipality_code": 151,
        "municipality_name": "Ballerup",
        "number": number,
        "name": name,
        "venue": name,
        "address": "Rådhusparken 1, 2750 Ballerup",
    }
    station_id = conn.execute(insert(stations).values(values).returning(stations.c.id)).scalar_one()
    day.stations[number] = station_id
    head = {
        "station_id": station_id,
        "state": "open",
        "epoch": 1,
        "last_event": 0,
        "last_link": bytes(32),
        "package_hash": "0" * 64,
        "electorate": electorate,
        "advance_votes": electorate // 12,
        "marks": 0,
        "marks_after_advance": 0,
    }
    conn.execute(insert(station_heads).values(head))


def _make_tables(conn: Connection, day: Day, number: int, count: int, now: datetime | None) -> None:
    rows = [
        {
            "station_id": day.stations[number],
            "number": 1 + table,
            "state": "paused" if now is None else "open",
            "marks": 0,
            "last_contact_at": None if now is None else now - timedelta(seconds=2 + (number + 2 * table) % 4),
            "unsettled": 0,
            "calls_help": False,
        }
        for table in range(count)
    ]
    statement = insert(polling_tables).returning(polling_tables.c.id)
    day.tables[number] = tuple(conn.execute(statement.values(row)).scalar_one() for row in rows)


def _make_previous(conn: Connection, election_id: int, number: int, final: float) -> None:
    rows = [
        {
            "election_id": election_id,
            "label": "2021",
            "municipality_code": 151,
            "number": number,
            "clock": time(8 + hour),
            "share_e4": round(10_000 * (0.07 + (final - 0.07) * done)),
        }
        for hour, done in enumerate(COURSE)
    ]
    conn.execute(insert(previous_turnouts), rows)


def _fill(conn: Connection, day: Day, number: int, electorate: int, now: datetime, final: float) -> None:
    """Marks of the day so far, quarter by quarter; no events (a log of 15,000 rows would say nothing more)."""
    opening = datetime.combine(DAY, time(8), LOCAL_ZONE)
    total = 0
    for step in range(48):
        start = opening + timedelta(minutes=15 * step)
        if start > now:
            break
        hour, part = divmod(step, 4)
        rush = (COURSE[hour + 1] - COURSE[hour]) * (0.22, 0.26, 0.27, 0.25)[(part + number) % 4]
        elapsed = min(timedelta(minutes=15), now - start) / timedelta(minutes=15)
        marks = round(electorate * (final - 0.083) * rush * elapsed)
        _add_quarter(conn, day.stations[number], start.astimezone(UTC), marks)
        total += marks
    tables = day.tables[number]
    share, rest = divmod(total, len(tables))
    for place, table_id in enumerate(tables):
        marks = share + (rest if place == 0 else 0)
        conn.execute(update(polling_tables).where(polling_tables.c.id == table_id).values(marks=marks))
    head = update(station_heads).where(station_heads.c.station_id == day.stations[number])
    conn.execute(head.values(marks=total, last_event=2 * total))


def _add_quarter(conn: Connection, station_id: int, quarter: datetime, marks: int) -> None:
    own = (quarter_tallies.c.station_id == station_id) & (quarter_tallies.c.quarter == quarter)
    if not conn.execute(update(quarter_tallies).where(own).values(marks=quarter_tallies.c.marks + marks)).rowcount:
        conn.execute(insert(quarter_tallies).values(station_id=station_id, quarter=quarter, marks=marks))
