"""Poll card numbers: how they are made, checked, shown, and read from a scanner.

A number is twelve digits: two for the series, nine at random, one Damm check digit (Damm 2004; finds every single wrong
digit and every swap of neighbours). It says nothing about the voter and opens nothing: the register row, the birth date and
the officials decide.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.elections import OWN_NUMBER_LENGTH, Election, is_practice_series

NUMBER_LENGTH = OWN_NUMBER_LENGTH
RANDOM_DIGITS = 9
RANDOM_SPACE = 10**RANDOM_DIGITS
"""How many numbers one series has: a guess among 40,000 voters hits once in 25,000 tries."""

MAX_SCAN_LENGTH = 64
"""A longer reading is no card; it is cut before anybody looks at it."""

# The totally anti-symmetric quasigroup of order 10 from H. Michael Damm's thesis (Marburg 2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class CardKind(StrEnum):
    """Where a card's number comes from."""

    ORIGINAL = "original"
    REPLACEMENT = "replacement"
    ALIAS = "alias"


class ScanProblem(StrEnum):
    """Why a reading is not a poll card number of this election."""

    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    PRACTICE_CARD = "practice_card"
    LIVE_CARD = "live_card"
    OTHER_ELECTION = "other_election"


@dataclass(frozen=True, slots=True)
class UnreadableScan:
    """A reading that finds no voter, with its reason. ``seen`` is at most the last four digits, safe to show and to log."""

    problem: ScanProblem
    seen: str


@dataclass(frozen=True, slots=True)
class PollCardNumber:
    """A number that some voter of this election may hold. Its text never goes to a log: ``repr`` shows the last four."""

    digits: str

    def __repr__(self) -> str:
        """The last four digits only."""
        return f"PollCardNumber(…{self.last_four})"

    @property
    def last_four(self) -> str:
        """What screens and lists show of a card."""
        return self.digits[-4:]

    @property
    def grouped(self) -> str:
        """In groups of four, as printed under the barcode."""
        return " ".join(self.digits[at : at + 4] for at in range(0, len(self.digits), 4))


def check_digit(digits: str) -> str:
    """The Damm check digit of a string of ASCII digits."""
    row = 0
    for digit in digits:
        row = _DAMM[row][int(digit)]
    return str(row)


def make_number(series: str, random_part: int) -> PollCardNumber:
    """The card number of a series and a random part (0 up to ``RANDOM_SPACE``)."""
    if not 0 <= random_part < RANDOM_SPACE:
        raise ValueError("random_part is outside the series")
    body = f"{series}{random_part:0{RANDOM_DIGITS}d}"
    return PollCardNumber(body + check_digit(body))


def parse_scan(text: str, election: Election) -> PollCardNumber | UnreadableScan:
    """What a scanner, a camera or ten fingers gave, as a card number of this election or a named problem.

    Blanks and hyphens between groups are taken away; nothing else is repaired. A supplier's number is recognised by its
    length and prefix (``election.card_aliases``), our own by length, check digit and series.
    """
    digits = text[: MAX_SCAN_LENGTH + 1].translate({ord(" "): None, ord("-"): None}).strip()
    problem = _problem(digits, election)
    return PollCardNumber(digits) if problem is None else UnreadableScan(problem, _safe_tail(digits))


def _problem(digits: str, election: Election) -> ScanProblem | None:
    if not digits:
        return ScanProblem.EMPTY
    if not (digits.isascii() and digits.isdigit()):
        return ScanProblem.NOT_DIGITS
    if any(alias.matches(digits) for alias in election.card_aliases):
        return None
    if len(digits) != NUMBER_LENGTH:
        return ScanProblem.TOO_SHORT if len(digits) < NUMBER_LENGTH else ScanProblem.TOO_LONG
    if check_digit(digits) != "0":
        return ScanProblem.WRONG_CHECK_DIGIT
    return _series_problem(digits[:2], election)


def _series_problem(series: str, election: Election) -> ScanProblem | None:
    if series == election.card_series:
        return None
    if is_practice_series(series) and not is_practice_series(election.card_series):
        return ScanProblem.PRACTICE_CARD
    if is_practice_series(election.card_series) and not is_practice_series(series):
        return ScanProblem.LIVE_CARD
    return ScanProblem.OTHER_ELECTION


def _safe_tail(digits: str) -> str:
    """At most four digits of a bad reading; other characters might be markup, so they are dropped."""
    return "".join(char for char in digits if char.isascii() and char.isdigit())[-4:]


def known_lengths(election: Election) -> tuple[int, ...]:
    """The lengths at which a scan may be complete, shortest first."""
    return tuple(sorted({NUMBER_LENGTH, *(alias.length for alias in election.card_aliases)}))
