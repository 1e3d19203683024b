"""What was measured: a name, a unit, the value of every run, and the bar it must reach where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


class LostMarkError(Exception):
    """An accepted mark is not in the register, or one is there that nobody asked for: the bench has failed."""


class BenchError(Exception):
    """A measurement could not be made; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach. ``on_ratio``: the limit is for the ratio to the raw tool, not for the value."""

    limit: float
    at_least: bool = True
    on_ratio: bool = False

    def __str__(self) -> str:
        """As people read it, for example ``≥ 0.4 of raw``."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{' of raw' if self.on_ratio else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. ``ratios`` are to the raw tool ``raw``, each from the same round as the run beside it."""

    name: str
    unit: str
    runs: Sequence[float]
    ratios: Sequence[float] = ()
    raw: str = ""
    bar: Bar | None = None
    meaning: str = ""

    @property
    def value(self) -> float:
        """The median run."""
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """The median ratio, where there is a raw tool beside it."""
        return median(self.ratios) if self.ratios else None

    @property
    def holds(self) -> bool | None:
        """Whether the bar is reached; ``None`` without a bar."""
        if self.bar is None:
            return None
        measured = self.ratio if self.bar.on_ratio else self.value
        if measured is None:
            return False
        return measured >= self.bar.limit if self.bar.at_least else measured <= self.bar.limit


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides how fast this program can be here."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    disk: str
    python: str
    sqlite: str
    postgresql: str


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
