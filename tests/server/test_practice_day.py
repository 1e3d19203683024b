"""A rehearsal may go faster than a real day; an election never does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from domain.elections import ElectionKind
from server.actions.board import read_board
from server.app import choose_clock
from server.clock import PracticeDay, elapsed_of, now, plain_elapsed_s, practice_day_text, read_practice_day
from server.db import snapshot
from tests.server.board_builder import AFTERNOON, make_day, touch_tables
from tests.valgbord.small_register import make_small_register

EIGHT = datetime(2025, 11, 18, 7, tzinfo=UTC)
BEGAN = datetime(2026, 3, 2, 21, 15, tzinfo=UTC)


class Machine:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = BEGAN

    def __call__(self) -> datetime:
        return self.time


def test_the_practice_day_goes_faster_until_it_ends_and_then_as_any_other() -> None:
    machine = Machine()
    day = PracticeDay(EIGHT, EIGHT + timedelta(hours=12), 60, BEGAN, machine)
    told = []
    for passed in (-5, 0, 1, 719, 720, 721, 1_000):
        machine.time = BEGAN + timedelta(seconds=passed)
        told.append(day() - EIGHT)
    assert told == [timedelta(minutes=minutes) for minutes in (0, 0, 1, 719)] + [
        timedelta(hours=12, seconds=more) for more in (0, 1, 280)
    ]


def test_a_day_that_goes_on_after_its_end_keeps_the_ordinary_pace() -> None:
    machine = Machine()
    day = PracticeDay(EIGHT + timedelta(hours=13), EIGHT + timedelta(hours=12), 60, BEGAN, machine)
    machine.time += timedelta(seconds=10)
    assert day() - EIGHT == timedelta(hours=13, seconds=10)


def test_a_tables_silence_is_told_in_real_seconds(engine: Engine) -> None:
    election = make_day(engine)
    machine = Machine()
    day = PracticeDay(AFTERNOON, AFTERNOON + timedelta(hours=5), 60, BEGAN, machine)
    touch_tables(engine, day())
    machine.time += timedelta(seconds=4)
    with snapshot(engine) as conn:
        board = read_board(conn, election.election_id, day(), elapsed_s=elapsed_of(day))
    assert board is not None
    assert board.at == AFTERNOON + timedelta(minutes=4)
    assert {table.last_contact_s for station in board.stations for table in station.tables} == {4}


def test_the_end_of_the_fast_hours_makes_no_table_silent() -> None:
    day = PracticeDay(EIGHT, EIGHT + timedelta(hours=12), 60, BEGAN)
    before, after = EIGHT + timedelta(hours=11, minutes=57), EIGHT + timedelta(hours=12, seconds=2)
    assert day.elapsed_s(before, after) == 3 + 2


def test_the_day_survives_its_way_through_the_environment() -> None:
    day = PracticeDay(EIGHT, EIGHT + timedelta(hours=12), 7.5, BEGAN)
    assert read_practice_day(practice_day_text(day)) == day
    assert elapsed_of(now) is plain_elapsed_s


def test_a_server_with_a_live_election_refuses_to_rehearse(engine: Engine) -> None:
    make_small_register(engine, ElectionKind.LIVE)
    assert choose_clock(engine, None) is now
    with pytest.raises(RuntimeError, match="live election"):
        choose_clock(engine, practice_day_text(PracticeDay(EIGHT, EIGHT, 60, BEGAN)))


def test_a_server_with_practice_elections_only_may_rehearse(engine: Engine) -> None:
    make_small_register(engine)
    day = PracticeDay(EIGHT, EIGHT + timedelta(hours=12), 60, BEGAN)
    assert choose_clock(engine, practice_day_text(day)) == day
