"""An election day, its contests and the polling stations where voters come."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

MAX_CONTESTS = 16
"""A row of the register keeps its contests as bits of one small integer."""

MAX_NAME_LENGTH = 80
SHORTEST_ALIAS, LONGEST_ALIAS = 6, 24
OWN_NUMBER_LENGTH = 12

_SERIES = re.compile(r"[0-9]{2}")
_CONTEST_CODE = re.compile(r"[A-ZÆØÅ][A-ZÆØÅ0-9]{0,7}")
_BALLOT_COLOUR = re.compile(r"#[0-9a-f]{6}")


class ElectionKind(StrEnum):
    """Practice and live are different elections with different card series; nothing crosses."""

    PRACTICE = "practice"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Contest:
    """One ballot paper of the election day, for example KV, the municipal election.

    ``code`` is the official short form (KV, RV, EP, FA, FV); ``name`` is the Danish name as it stands on the ballot;
    ``ballot_colour`` is the paper's colour as ``#rrggbb``, so that the screen can show the paper the official must take.
    """

    code: str
    name: str
    ballot_colour: str

    def __post_init__(self) -> None:
        """Refuse a contest that no screen or ballot could show."""
        if not _CONTEST_CODE.fullmatch(self.code):
            raise ValueError(f"contest code {self.code!r}: one to eight capital letters or digits, letter first")
        if not 1 <= len(self.name) <= MAX_NAME_LENGTH:
            raise ValueError(f"contest {self.code}: the name must have 1 to {MAX_NAME_LENGTH} characters")
        if not _BALLOT_COLOUR.fullmatch(self.ballot_colour):
            raise ValueError(f"contest {self.code}: ballot colour {self.ballot_colour!r} is not #rrggbb")


class ContestSet(int):
    """Which of the election's contests, as bits: bit 0 is the first contest of the election file."""

    __slots__ = ()

    def of(self, contests: Sequence[Contest]) -> tuple[Contest, ...]:
        """The contests in this set, in the election file's order."""
        return tuple(contest for bit, contest in enumerate(contests) if self >> bit & 1)

    def without(self, other: int) -> "ContestSet":
        """The contests of this set that are not in ``other``."""
        return ContestSet(self & ~other)


def contest_set(codes: Sequence[str], contests: Sequence[Contest]) -> ContestSet:
    """The set with exactly these contest codes; ``KeyError`` names a code that the election does not have."""
    bits = {contest.code: 1 << bit for bit, contest in enumerate(contests)}
    total = 0
    for code in codes:
        total |= bits[code]
    return ContestSet(total)


NO_CONTESTS = ContestSet(0)


class StationState(StrEnum):
    """A station is opened and closed by acts of its chair, never by the clock (domain rule: KRVL §52 ff.)."""

    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"


class TableState(StrEnum):
    """What a table may do. A paused table opens again; a closed one has counted its cards."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, order=True)
class StationKey:
    """A station's official name in numbers. District numbers have holes: Ballerup (151) has no 7."""

    municipality_code: int
    number: int

    def __str__(self) -> str:
        """As the official files write it, for example ``151-2``."""
        return f"{self.municipality_code}-{self.number}"


@dataclass(frozen=True, slots=True)
class Station:
    """One polling station (afstemningssted) and the polling district it serves."""

    key: StationKey
    name: str
    venue: str
    address: str
    municipality_name: str = ""
    dagi_id: int | None = None


@dataclass(frozen=True, slots=True)
class CardAlias:
    """A print supplier's own card numbers: digits only, one fixed length, an optional leading pattern."""

    length: int
    prefix: str = ""

    def __post_init__(self) -> None:
        """Refuse a pattern that a scanner or our own numbers could not be told apart from."""
        if not SHORTEST_ALIAS <= self.length <= LONGEST_ALIAS or self.length == OWN_NUMBER_LENGTH:
            raise ValueError("an alias has 6 to 24 digits and not 12, the length of our own numbers")
        if self.prefix and not (self.prefix.isascii() and self.prefix.isdigit() and len(self.prefix) < self.length):
            raise ValueError("an alias prefix is digits, shorter than the alias")

    def matches(self, digits: str) -> bool:
        """Whether these digits can be one of the supplier's numbers."""
        return len(digits) == self.length and digits.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class Election:
    """One election day with one register. Opening hours are local Danish time (Europe/Copenhagen)."""

    name: str
    day: date
    opens_at: time
    closes_at: time
    kind: ElectionKind
    card_series: str
    contests: tuple[Contest, ...]
    card_aliases: tuple[CardAlias, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an election that could not be run; ``ValueError`` says which line is wrong."""
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        if not 1 <= len(self.name) <= MAX_NAME_LENGTH:
            yield f"name: 1 to {MAX_NAME_LENGTH} characters"
        if not 1 <= len(self.contests) <= MAX_CONTESTS:
            yield f"contests: 1 to {MAX_CONTESTS}"
        if len({contest.code for contest in self.contests}) != len(self.contests):
            yield "contests: the same code twice"
        if self.opens_at >= self.closes_at:
            yield "opening hours: the station closes before it opens"
        if not _SERIES.fullmatch(self.card_series):
            yield "card_series: two digits"
        elif is_practice_series(self.card_series) != (self.kind is ElectionKind.PRACTICE):
            yield "card_series: 90 to 99 belong to practice elections, 10 to 89 to live ones"
        elif self.card_series < "10":
            yield "card_series: 10 to 99"

    @property
    def all_contests(self) -> ContestSet:
        """Every contest of the election."""
        return ContestSet((1 << len(self.contests)) - 1)


def is_practice_series(series: str) -> bool:
    """Whether a card series (two digits) is kept for practice: 90 to 99."""
    return series.startswith("9")
