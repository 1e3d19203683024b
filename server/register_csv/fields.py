"""One field at a time: text to value, or ``FieldProblemError`` with its reason. Nothing is guessed and nothing repaired."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from domain.danish_import import FileProblem
from domain.elections import CardAlias, Contest
from domain.register import RegisterPart, Sex
from server.register_csv.contract import MAX_REGISTER_NUMBER
from server.register_csv.problems import FieldProblemError, character_name, shown

EARLIEST_BIRTH = date(1880, 1, 1)
FULL_AGE_YEARS = 18
"""Grundloven § 29: nobody under 18 on election day has the right to vote."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CPR = re.compile(r"[0-9]{6}-?[0-9]{4}")
_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_DANISH_SEX = {"K": Sex.FEMALE, "M": Sex.MALE, "X": Sex.UNSPECIFIED}
# Joiners and marks that some scripts spell names with; overrides and isolates, which could make a line lie, are not here.
_HARMLESS_FORMATS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff")
_MAX_KEPT = 100_000

V = TypeVar("V")


class Known(dict[str, V]):
    """Remembers what each text means, because a register repeats its dates, towns and codes by the thousand."""

    __slots__ = ("_convert",)

    def __init__(self, convert: Callable[[str], V]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> V:
        """Convert a text seen for the first time; what is refused is not kept."""
        value = self._convert(text)
        if len(self) < _MAX_KEPT:
            self[text] = value
        return value


def check_text(text: str, limit: int) -> str:
    """A free text of at most ``limit`` characters in any script, without control characters."""
    if len(text) > limit:
        raise FieldProblemError(FileProblem.TOO_LONG, limit=limit)
    if not text.isprintable():
        for char in text:
            _check_character(char)
    return text


def _check_character(char: str) -> None:
    category = unicodedata.category(char)
    if char == "\0":
        raise FieldProblemError(FileProblem.NUL)
    if category == "Cs":
        raise FieldProblemError(FileProblem.NOT_UTF_8)
    if category in {"Cc", "Zl", "Zp"} or (category == "Cf" and char not in _HARMLESS_FORMATS):
        raise FieldProblemError(FileProblem.CONTROL_CHARACTER, seen=character_name(char))


def read_date(text: str) -> date:
    """A day as ``yyyy-mm-dd``."""
    if not _DATE.fullmatch(text):
        raise FieldProblemError(FileProblem.BAD_DATE)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldProblemError(FileProblem.NO_SUCH_DATE) from None


def birth_date_reader(election_day: date) -> Callable[[str], str]:
    """A reader for dates of birth of people who are of age on election day; it gives the ISO text back."""
    month_day = (2, 28) if (election_day.month, election_day.day) == (2, 29) else (election_day.month, election_day.day)
    latest = date(election_day.year - FULL_AGE_YEARS, *month_day)

    def read(text: str) -> str:
        day = read_date(text)
        if day < EARLIEST_BIRTH:
            raise FieldProblemError(FileProblem.BORN_TOO_EARLY, limit=EARLIEST_BIRTH.isoformat())
        if day > latest:
            raise FieldProblemError(FileProblem.UNDER_AGE)
        return text

    return read


def advance_date_reader(election_day: date) -> Callable[[str], str]:
    """A reader for the day an advance vote was received: empty, or not after election day; it gives the text back."""

    def read(text: str) -> str:
        if text and read_date(text) > election_day:
            raise FieldProblemError(FileProblem.ADVANCE_DATE_TOO_LATE)
        return text

    return read


def read_register_number(text: str) -> int:
    """A whole number from 1 up, in plain digits without leading zeros."""
    if not _NUMBER.fullmatch(text):
        raise FieldProblemError(FileProblem.BAD_REGISTER_NUMBER, limit=MAX_REGISTER_NUMBER)
    return int(text)


def read_cpr(text: str) -> str:
    """Ten digits, or nothing where the source has none. No check of date or modulus 11: numbers that fail it are issued."""
    if text and not _CPR.fullmatch(text):
        raise FieldProblemError(FileProblem.BAD_CPR)
    return text.replace("-", "")


def read_sex(text: str) -> str:
    """K, M or X as the register keeps it."""
    if text not in _DANISH_SEX:
        raise FieldProblemError(FileProblem.BAD_SEX, seen=shown(text))
    return _DANISH_SEX[text].value


def read_part(text: str) -> str:
    """The part list: H, T, U, D or N."""
    if text not in {part.value for part in RegisterPart}:
        raise FieldProblemError(FileProblem.BAD_PART, seen=shown(text))
    return text


def read_yes_no(text: str) -> bool:
    """``ja``, ``nej`` or empty, which is no."""
    if text not in {"ja", "nej", ""}:
        raise FieldProblemError(FileProblem.BAD_YES_NO, seen=shown(text))
    return text == "ja"


def contests_reader(contests: Sequence[Contest], *, empty_allowed: bool) -> Callable[[str], int]:
    """A reader for contest codes separated by blanks; it gives the bits of ``domain.elections.ContestSet``."""
    bits = {contest.code: 1 << bit for bit, contest in enumerate(contests)}

    def read(text: str) -> int:
        total = 0
        for code in text.split():
            if code not in bits:
                raise FieldProblemError(FileProblem.UNKNOWN_CONTEST, seen=shown(code))
            if total & bits[code]:
                raise FieldProblemError(FileProblem.CONTEST_TWICE, seen=shown(code))
            total |= bits[code]
        if not total and not empty_allowed:
            raise FieldProblemError(FileProblem.NO_CONTEST)
        return total

    return read


def card_reader(aliases: Sequence[CardAlias]) -> Callable[[str], str]:
    """A reader for a print supplier's card numbers; empty means that we draw one."""

    def read(text: str) -> str:
        if text and not (text.isascii() and text.isdigit() and any(alias.matches(text) for alias in aliases)):
            raise FieldProblemError(FileProblem.UNKNOWN_CARD_PATTERN)
        return text

    return read
