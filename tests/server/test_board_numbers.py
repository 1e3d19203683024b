from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Engine

from server.actions.board import danish_order, marks_last_hour, read_board, share_at
from server.board_models import BoardOut
from server.db import snapshot
from tests.server.board_builder import AFTERNOON, BALLERUP, make_day, record, set_table


def board(engine: Engine, election_id: int, now: datetime = AFTERNOON) -> BoardOut:
    with snapshot(engine) as conn:
        found = read_board(conn, election_id, now)
    assert found is not None
    return found


def test_totals_are_the_sums_of_the_stations(engine: Engine) -> None:
    shown = board(engine, make_day(engine).election_id)
    assert shown.totals.electorate == 35_718 == sum(station.electorate for station in shown.stations)
    assert shown.totals.marks == sum(station.marks for station in shown.stations) > 0
    assert shown.totals.advance_votes == sum(station.advance_votes for station in shown.stations) > 0
    assert shown.totals.taken_part == sum(station.taken_part for station in shown.stations)
    assert shown.totals.turnout == pytest.approx(shown.totals.taken_part / 35_718, abs=0.0001)
    assert sum(quarter.marks for quarter in shown.quarters) == shown.totals.marks
    for station in shown.stations:
        assert sum(table.marks for table in station.tables) == station.marks


def test_stations_stand_in_the_order_a_dane_looks_for_them(engine: Engine) -> None:
    names = [station.name for station in board(engine, make_day(engine).election_id).stations]
    assert names[0].startswith("Balleruphallen")
    assert names[-2:] == ["Tapeten", "Østerhøjhallen - Måløvhøj Skole - Østerhøj"]


def test_aa_is_sorted_as_the_last_letter() -> None:
    assert sorted(["Aabenraa", "Ærø", "Århus", "Zoo", "Ørsted"], key=danish_order) == [
        "Zoo",
        "Ærø",
        "Ørsted",
        "Aabenraa",
        "Århus",
    ]


def test_a_mark_is_seen_in_station_table_quarter_and_total(engine: Engine) -> None:
    day = make_day(engine)
    before = board(engine, day.election_id)
    with engine.begin() as conn:
        record(conn, day, 4, AFTERNOON, marks=3, table=1)
    after = board(engine, day.election_id)
    assert after.totals.marks == before.totals.marks + 3
    assert after.quarters[-1].marks == before.quarters[-1].marks + 3
    station = {one.number: one for one in after.stations}[4]
    assert station.tables[1].marks == {one.number: one for one in before.stations}[4].tables[1].marks + 3


def test_an_age_is_counted_from_the_last_contact_and_never_below_nought(engine: Engine) -> None:
    day = make_day(engine)
    set_table(engine, day, 1, 0, last_contact_at=AFTERNOON - timedelta(minutes=6))
    set_table(engine, day, 1, 1, last_contact_at=AFTERNOON + timedelta(seconds=2))
    set_table(engine, day, 3, 0, last_contact_at=None)
    stations = {station.number: station for station in board(engine, day.election_id).stations}
    assert [table.last_contact_s for table in stations[1].tables] == [360, 0]
    assert stations[3].tables[0].last_contact_s is None


def test_the_previous_election_stands_beside_today_at_the_same_clock(engine: Engine) -> None:
    shown = board(engine, make_day(engine).election_id)
    assert shown.previous is not None
    assert shown.previous.label == "2021"
    assert [shown.previous.points[0].clock, shown.previous.points[-1].clock] == ["08:00", "20:00"]
    first = {station.number: station for station in shown.stations}[1]
    # Between 14.00 (0.42 of the day's marks) and 15.00 (0.49), at 14.45.30.
    at_14, at_15 = 0.07 + 0.55 * 0.42, 0.07 + 0.55 * 0.49
    assert first.previous_turnout == pytest.approx(at_14 + (at_15 - at_14) * 0.758, abs=0.0005)


def test_without_a_previous_election_nothing_is_compared(engine: Engine) -> None:
    shown = board(engine, make_day(engine, previous=False).election_id)
    assert shown.previous is None
    assert {station.previous_turnout for station in shown.stations} == {None}


def test_before_the_first_voter_everything_is_nought(engine: Engine) -> None:
    shown = board(engine, make_day(engine, now=None, places=[(1, "Tapeten", 0)]).election_id)
    assert shown.totals.turnout == 0
    assert shown.quarters == ()


def test_two_elections_in_one_database_do_not_mix(engine: Engine) -> None:
    first = make_day(engine, places=BALLERUP[:2])
    second = make_day(engine, places=BALLERUP[2:4], series="91")
    assert {station.number for station in board(engine, first.election_id).stations} == {1, 2}
    assert {station.number for station in board(engine, second.election_id).stations} == {3, 4}


def test_an_unknown_election_has_no_board(engine: Engine) -> None:
    with snapshot(engine) as conn:
        assert read_board(conn, 99, AFTERNOON) is None


def test_marks_of_the_last_hour_count_the_oldest_quarter_in_part() -> None:
    quarters = [(AFTERNOON.replace(hour=13, minute=30 + 15 * step, second=0), 60) for step in range(2)]
    quarters += [(AFTERNOON.replace(minute=15 * step, second=0), 60) for step in range(4)]
    # At 14.50 the hour began at 13.50: ten of the fifteen minutes from 13.45, then 14.00, 14.15, 14.30 and all since 14.45.
    assert marks_last_hour(quarters, AFTERNOON.replace(minute=50, second=0)) == 40 + 60 * 3 + 60


def test_the_share_between_two_known_times_is_on_the_line() -> None:
    points = [(time(9), 0.10), (time(10), 0.20)]
    assert share_at(points, time(9)) == 0.10
    assert share_at(points, time(9, 30)) == pytest.approx(0.15)
    assert share_at(points, time(8, 59)) is None
    assert share_at([], time(9)) is None
