"""Codes and the price of guessing; how voters are counted; what an election file may not say."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.elections import Contest, Election, ElectionKind, StationKey, contest_set
from domain.officials import SignInCode, blocked_until, parse_code, show_code
from domain.turnout import NOBODY, Tally, quarter_of

NOON = datetime(2025, 11, 18, 12, tzinfo=UTC)
CONTESTS = (Contest("KV", "Kommunalvalg", "#ffffff"), Contest("RV", "Regionsrådsvalg", "#ffe566"))
ELECTION = Election("Valg", date(2025, 11, 18), time(8), time(20), ElectionKind.LIVE, "25", CONTESTS)


@pytest.mark.parametrize("typed", ["0007-481236", "0007 481 236", "0007481236", " 0007-481236 "])
def test_code_may_be_typed_with_blanks_and_hyphens(typed: str) -> None:
    assert parse_code(typed) == SignInCode(7, "481236")
    assert show_code(7, "481236") == "0007-481236"


@pytest.mark.parametrize("typed", ["", "481236", "0007-48123x", "٠٠٠٧٤٨١٢٣٦", "0" * 11])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert parse_code(typed) is None


def test_pin_is_in_no_traceback() -> None:
    assert "481236" not in repr(SignInCode(7, "481236"))


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(0, None), (2, None), (3, 5), (4, 10), (5, 20), (8, 160), (9, 300), (10_000, 300)]
)
def test_three_tries_are_free_and_then_each_costs_twice_the_wait_up_to_five_minutes(failures: int, wait_s: int | None) -> None:
    until = blocked_until(failures, NOON)
    assert until == (None if wait_s is None else NOON + timedelta(seconds=wait_s))


def test_voter_with_a_mark_and_an_advance_vote_is_one_voter() -> None:
    tally = Tally(electorate=100, marks=40, advance_votes=10, marks_after_advance=2)
    assert tally.taken_part == 48
    assert tally + tally == Tally(200, 80, 20, 4)
    assert NOBODY + tally == tally


@pytest.mark.parametrize(("minute", "quarter"), [(0, 0), (14, 0), (15, 15), (59, 45)])
def test_moment_belongs_to_the_quarter_that_began_last(minute: int, quarter: int) -> None:
    assert quarter_of(NOON.replace(minute=minute, second=59)) == NOON.replace(minute=quarter)


def test_contest_set_keeps_the_election_files_order() -> None:
    both = contest_set(["RV", "KV"], CONTESTS)
    assert both.of(CONTESTS) == CONTESTS
    assert both.without(contest_set(["KV"], CONTESTS)).of(CONTESTS) == CONTESTS[1:]
    with pytest.raises(KeyError):
        contest_set(["EP"], CONTESTS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"card_series": "97"}, "practice"),
        ({"kind": ElectionKind.PRACTICE}, "practice"),
        ({"card_series": "2"}, "two digits"),
        ({"card_series": "05"}, "10 to 99"),
        ({"contests": ()}, "contests"),
        ({"contests": CONTESTS[:1] * 2}, "twice"),
        ({"opens_at": time(20), "closes_at": time(8)}, "closes before"),
        ({"name": ""}, "name"),
    ],
)
def test_election_that_cannot_be_run_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(ELECTION, **changes)


def test_station_is_known_by_municipality_and_number() -> None:
    assert str(StationKey(151, 8)) == "151-8"
    assert StationKey(101, 80) < StationKey(151, 1)
