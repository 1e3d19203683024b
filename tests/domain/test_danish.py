"""How numbers, days and times are said, and that no situation at a table is without words."""

from datetime import UTC, date, datetime

import pytest

from domain import danish
from domain.marks import Refusal
from domain.poll_cards import ScanProblem
from domain.register import Sex
from domain.screens import KINDS, REFUSAL_SCREENS, SCAN_PROBLEM_SCREENS, Screen, ScreenKind, sound_of


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(1968, 3, 14), "14. marts 1968"), (date(2007, 5, 1), "1. maj 2007"), (date(1907, 12, 31), "31. december 1907")],
)
def test_a_day_is_said_in_full(day: date, said: str) -> None:
    assert danish.danish_date(day) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2025, 11, 18, 13, 46, tzinfo=UTC), "14.46"),
        (datetime(2026, 3, 24, 13, 46, tzinfo=UTC), "14.46"),
        (datetime(2026, 6, 1, 13, 46, tzinfo=UTC), "15.46"),
        (datetime(2025, 11, 18, 6, 5, tzinfo=UTC), "07.05"),
    ],
)
def test_a_time_is_danish_in_winter_and_summer(moment: datetime, said: str) -> None:
    assert danish.danish_clock(moment) == said


def test_a_time_of_no_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="naive"):
        danish.danish_clock(datetime(2025, 11, 18, 8, 0))  # noqa: DTZ001 - the naive time is the point


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (999, "999"), (16_690, "16.690"), (4_300_000, "4.300.000")])
def test_thousands_have_points(number: int, said: str) -> None:
    assert danish.danish_number(number) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], "Ingen andre borde er åbne. Bed vælgerne vente."),
        ([2], "Henvis vælgerne til det åbne bord: 2"),
        ([1, 2], "Henvis vælgerne til de åbne borde: 1 og 2"),
        ([1, 2, 3], "Henvis vælgerne til de åbne borde: 1, 2 og 3"),
    ],
)
def test_a_queue_is_sent_to_the_open_tables(numbers: list[int], said: str) -> None:
    assert danish.send_to_tables(numbers) == said


@pytest.mark.parametrize(("ballots", "said"), [(1, "Udlevér 1 stemmeseddel"), (2, "Udlevér 2 stemmesedler")])
def test_ballots_are_counted_in_words_that_fit(ballots: int, said: str) -> None:
    assert danish.hand_out(ballots) == said


def test_no_situation_is_without_words() -> None:
    assert set(danish.SCREENS) == set(KINDS) == set(Screen)
    assert set(danish.REFUSALS) == set(REFUSAL_SCREENS) == set(Refusal)
    assert set(danish.SCAN_PROBLEMS) == set(SCAN_PROBLEM_SCREENS) == set(ScanProblem)
    assert set(danish.SEXES) == set(Sex)


def test_only_one_screen_hands_out_ballots() -> None:
    assert [screen for screen, kind in KINDS.items() if kind is ScreenKind.GO] == [Screen.REGISTERED]
    assert ScreenKind.GO not in {KINDS[screen] for screen in REFUSAL_SCREENS.values()}


def test_every_no_says_what_to_do() -> None:
    assert [refusal for refusal, wording in danish.REFUSALS.items() if not wording.instruction] == []
    assert [problem for problem, wording in danish.SCAN_PROBLEMS.items() if not wording.instruction] == []


def test_every_red_black_and_yellow_screen_is_heard() -> None:
    loud = {ScreenKind.ASK, ScreenKind.GO, ScreenKind.WARN, ScreenKind.STOP, ScreenKind.OFF}
    assert {screen for screen in Screen if sound_of(screen) is None} == {
        screen for screen, kind in KINDS.items() if kind not in loud
    } | {Screen.SENDING}
