"""Card numbers: every slip of a finger is found, and every reading that is no card says why."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.elections import CardAlias, Contest, Election, ElectionKind
from domain.poll_cards import (
    RANDOM_SPACE,
    PollCardNumber,
    ScanProblem,
    UnreadableScan,
    check_digit,
    known_lengths,
    make_number,
    parse_scan,
)

PRACTICE = Election(
    "Kommunalvalg",
    date(2025, 11, 18),
    time(8),
    time(20),
    ElectionKind.PRACTICE,
    "97",
    (Contest("KV", "Kommunalvalg", "#ffffff"),),
)
LIVE = replace(PRACTICE, kind=ElectionKind.LIVE, card_series="25")
ALIASED = replace(LIVE, card_aliases=(CardAlias(10, "44"), CardAlias(16)))

NUMBERS = st.integers(0, RANDOM_SPACE - 1).map(lambda random_part: make_number("97", random_part).digits)


def problem(text: str, election: Election = PRACTICE) -> ScanProblem | None:
    reading = parse_scan(text, election)
    return reading.problem if isinstance(reading, UnreadableScan) else None


def test_check_digit_is_damms() -> None:
    assert check_digit("572") == "4"  # the example in Damm's thesis


@given(NUMBERS)
def test_number_is_read_back_as_it_was_made(digits: str) -> None:
    assert parse_scan(digits, PRACTICE) == PollCardNumber(digits)


@given(NUMBERS, st.integers(2, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(digits: str, at: int, change: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + change) % 10) + digits[at + 1 :]
    assert problem(wrong) is ScanProblem.WRONG_CHECK_DIGIT


@given(NUMBERS, st.integers(2, 10))
def test_every_swap_of_neighbours_is_found(digits: str, at: int) -> None:
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    assert swapped == digits or problem(swapped) is ScanProblem.WRONG_CHECK_DIGIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ScanProblem.EMPTY),
        (" - ", ScanProblem.EMPTY),
        ("97000000000", ScanProblem.TOO_SHORT),
        ("9" * 13, ScanProblem.TOO_LONG),
        ("9" * 10_000, ScanProblem.TOO_LONG),
        ("97<script>ab", ScanProblem.NOT_DIGITS),
        ("٩٧٠٠٠٠٠٠٠٠٠٠", ScanProblem.NOT_DIGITS),
        ("970000000\x0000", ScanProblem.NOT_DIGITS),
        (make_number("25", 1).digits, ScanProblem.LIVE_CARD),
        (make_number("96", 1).digits, ScanProblem.OTHER_ELECTION),
    ],
)
def test_reading_that_is_no_card_says_why(text: str, expected: ScanProblem) -> None:
    assert problem(text) is expected


def test_practice_card_is_refused_in_a_live_election() -> None:
    assert problem(make_number("97", 1).digits, LIVE) is ScanProblem.PRACTICE_CARD
    assert problem(make_number("24", 1).digits, LIVE) is ScanProblem.OTHER_ELECTION


def test_groups_may_be_typed_with_blanks_and_hyphens() -> None:
    number = make_number("97", 123_456_789)
    assert parse_scan(f" {number.grouped} ", PRACTICE) == number
    assert parse_scan(number.grouped.replace(" ", "-"), PRACTICE) == number


def test_suppliers_numbers_are_known_by_length_and_prefix() -> None:
    assert parse_scan("4412345678", ALIASED) == PollCardNumber("4412345678")
    assert problem("4512345678", ALIASED) is ScanProblem.TOO_SHORT
    assert problem("4412345678", LIVE) is ScanProblem.TOO_SHORT
    assert known_lengths(ALIASED) == (10, 12, 16)


@pytest.mark.parametrize(("length", "prefix"), [(12, ""), (5, ""), (25, ""), (10, "4x"), (6, "123456")])
def test_alias_that_could_be_mistaken_is_refused(length: int, prefix: str) -> None:
    with pytest.raises(ValueError, match="alias"):
        CardAlias(length, prefix)


def test_number_shows_four_digits_in_logs_and_tracebacks() -> None:
    number = make_number("97", 123_456_789)
    assert repr(number) == f"PollCardNumber(…{number.digits[-4:]})"
    assert number.digits not in repr(parse_scan("9" + number.digits, PRACTICE))


@given(st.text(max_size=200))
def test_no_reading_whatever_is_an_error(text: str) -> None:
    reading = parse_scan(text, PRACTICE)
    if isinstance(reading, UnreadableScan):
        assert len(reading.seen) <= 4
        assert reading.seen == "" or reading.seen.isdigit()
