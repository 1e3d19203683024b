"""The election file: one TOML file that says what an election is. ``ElectionFileError`` names file, key and reason."""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from domain.elections import CardAlias, Contest, Election, ElectionKind

MAX_FILE_BYTES = 1024**2
_KEYS = {
    "name", "day", "opens_at", "closes_at", "kind", "card_series", "municipality_codes", "contests", "card_aliases",
    "previous_turnout",
}  # fmt: skip
_TURNOUT_COLUMNS = ["municipality_code", "number", "clock", "share"]
_SHARE_UNITS = 10_000

T = TypeVar("T")


class ElectionFileError(Exception):
    """The election file cannot be used; the message names the file, the key and the reason."""


@dataclass(frozen=True, slots=True)
class PreviousTurnout:
    """How far an earlier election had come at a station: ``share_e4`` of its electorate, in 1/10000, at a clock time."""

    municipality_code: int
    number: int
    clock: time
    share_e4: int


@dataclass(frozen=True, slots=True)
class ElectionFile:
    """What the file says."""

    election: Election
    municipality_codes: tuple[int, ...]
    previous_label: str = ""
    previous_turnouts: tuple[PreviousTurnout, ...] = ()


def read_election_file(path: Path) -> ElectionFile:
    """Read and check an election file and the turnout file that it may name (relative to itself)."""
    keys = _Keys(path.name, _read_toml(path))
    unknown = sorted(keys.names() - _KEYS)
    if unknown:
        raise keys.error(unknown[0], f"unknown key; known are {', '.join(sorted(_KEYS))}")
    codes = keys.take("municipality_codes", _codes)
    contests = keys.take("contests", lambda value: _tables(value, _contest))
    no_aliases: tuple[CardAlias, ...] = ()
    aliases = keys.take("card_aliases", lambda value: _tables(value, _alias), no_aliases)
    name, series = keys.take("name", _string), keys.take("card_series", _string)
    day, kind = keys.take("day", _day), keys.take("kind", ElectionKind)
    opens_at, closes_at = keys.take("opens_at", _clock), keys.take("closes_at", _clock)
    try:
        election = Election(name, day, opens_at, closes_at, kind, series, contests, aliases)
    except ValueError as error:
        raise ElectionFileError(f"{path.name}: {error}") from None
    label, file = keys.take("previous_turnout", _previous, ("", ""))
    turnouts = read_previous_turnouts(path.parent / file) if file else ()
    return ElectionFile(election, codes, label, turnouts)


def read_previous_turnouts(path: Path) -> tuple[PreviousTurnout, ...]:
    """An earlier election's course: CSV with semicolons, ``municipality_code;number;clock;share``, share from 0 to 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter=";"))
    except OSError as error:
        raise ElectionFileError(f"{path.name}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ElectionFileError(f"{path.name}: {error}") from None
    if not rows or rows[0] != _TURNOUT_COLUMNS:
        raise ElectionFileError(f"{path.name}: line 1: the columns must be {';'.join(_TURNOUT_COLUMNS)}")
    found: dict[tuple[int, int, time], PreviousTurnout] = {}
    for line, row in enumerate(rows[1:], 2):
        try:
            turnout = _turnout(row)
        except (ValueError, InvalidOperation):
            raise ElectionFileError(f"{path.name}: line {line}: not {';'.join(_TURNOUT_COLUMNS)}") from None
        if found.setdefault((turnout.municipality_code, turnout.number, turnout.clock), turnout) is not turnout:
            raise ElectionFileError(f"{path.name}: line {line}: this station and clock stand there twice")
    return tuple(found.values())


class _Keys:
    """The file's keys, taken one by one, each with its name in the error."""

    def __init__(self, file: str, content: Mapping[str, Any]) -> None:
        self._file = file
        self._content = content

    def names(self) -> set[str]:
        return set(self._content)

    def error(self, key: str, reason: str) -> ElectionFileError:
        return ElectionFileError(f"{self._file}: {key}: {reason}")

    def take(self, key: str, convert: Callable[[Any], T], default: T | None = None) -> T:
        if key not in self._content:
            if default is None:
                raise self.error(key, "is missing")
            return default
        try:
            return convert(self._content[key])
        except (ValueError, TypeError, KeyError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            raise self.error(key, reason) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ElectionFileError(f"{path.name}: larger than {MAX_FILE_BYTES} bytes")
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ElectionFileError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ElectionFileError(f"{path.name}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ElectionFileError(f"{path.name}: not TOML: {error}") from None


def _string(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError("must be a text without control characters")
    return value


def _day(value: object) -> date:
    if type(value) is date:
        return value
    return date.fromisoformat(_string(value))


def _clock(value: object) -> time:
    found = value if isinstance(value, time) else time.fromisoformat(_string(value))
    if found.tzinfo is not None:
        raise ValueError("is local Danish time, without a zone")
    return found


def _codes(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or not all(type(code) is int and 0 < code < 1_000 for code in value):  # noqa: PLR2004 - three digits
        raise ValueError("must be a list of municipality codes, for example [151]")
    if len(set(value)) != len(value):
        raise ValueError("the same code twice")
    return tuple(value)


def _tables(value: object, convert: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TypeError("must be a list of tables")
    return tuple(convert(each) for each in value)


def _only(table: Mapping[str, Any], *known: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")


def _contest(table: Mapping[str, Any]) -> Contest:
    _only(table, "code", "name", "ballot_colour")
    return Contest(_string(table["code"]), _string(table["name"]), _string(table["ballot_colour"]))


def _alias(table: Mapping[str, Any]) -> CardAlias:
    _only(table, "length", "prefix")
    if type(table["length"]) is not int:
        raise TypeError("length must be a whole number")
    return CardAlias(table["length"], _string(table.get("prefix", "")))


def _previous(value: object) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise TypeError("must be a table with label and file")
    _only(value, "label", "file")
    label = _string(value["label"])
    if not 1 <= len(label) <= 40:  # noqa: PLR2004 - the column's width
        raise ValueError("label must have 1 to 40 characters")
    return label, _string(value["file"])


def _turnout(row: list[str]) -> PreviousTurnout:
    code, number, clock, share = row
    share_e4 = int(Decimal(share) * _SHARE_UNITS)
    if not 0 <= share_e4 <= _SHARE_UNITS:
        raise ValueError("share is not from 0 to 1")
    return PreviousTurnout(int(code), int(number), time.fromisoformat(clock), share_e4)
