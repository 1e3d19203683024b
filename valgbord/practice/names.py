"""Invented people's names, drawn as often as names of their kind occur.

The lists stand beside this module, the most common name first. They were written for this project from everyday knowledge of
Danish names; no real person's name was taken from anywhere.
"""

import csv
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from random import Random

_STEPS = 8_192
_DOUBLE_FIRST_NAME = 0.35
_MIDDLE_NAME = 0.3
_HYPHENATED_LAST_NAME = 0.03
_ELSEWHERE = 0.06
_UNUSUAL = 0.004

Names = tuple[str, str]
"""First names and last name; the first names may be empty."""


def read_list(name: str) -> list[str]:
    """The lines of a list beside this module."""
    return (files("valgbord.practice") / "data" / name).read_text(encoding="utf-8").split("\n")[:-1]


def read_table(name: str, delimiter: str = ";") -> list[dict[str, str]]:
    """The rows of a table beside this module."""
    return list(csv.DictReader(read_list(name), delimiter=delimiter))


def by_rank(values: Sequence[str]) -> list[str]:
    """``values`` repeated so that a blind pick finds the first most often, the tenth about a third as often (Zipf-like)."""
    weights = [1 / (rank + 5) for rank in range(len(values))]
    scale = _STEPS / sum(weights)
    return [value for value, weight in zip(values, weights, strict=True) for _ in range(max(1, round(weight * scale)))]


class NameLists:
    """The lists, ready for drawing."""

    def __init__(self) -> None:
        self._first = {"K": by_rank(read_list("female_names.txt")), "M": by_rank(read_list("male_names.txt"))}
        self._last = by_rank(read_list("surnames.txt"))
        self._elsewhere = _by_sex(read_table("elsewhere_names.csv"))
        self._unusual = _by_sex(read_table("unusual_names.csv"))

    def draw(self, random: Callable[[], float], sex: str) -> tuple[Names, bool]:
        """A name for a woman (K) or a man (M), and whether it is from elsewhere."""
        kind = random()
        if kind < _UNUSUAL:
            return _pick(self._unusual[sex], random), False
        if kind < _UNUSUAL + _ELSEWHERE:
            return self._from_elsewhere(random, sex), True
        first, last = _pick(self._first[sex], random), _pick(self._last, random)
        more = random()
        if more < _DOUBLE_FIRST_NAME:
            first = f"{first} {_pick(self._first[sex], random)}"
        if random() < _MIDDLE_NAME:
            first = f"{first} {_pick(self._last, random)}"
        elif random() < _HYPHENATED_LAST_NAME:
            last = f"{last}-{_pick(self._last, random)}"
        return (first, last), False

    def _from_elsewhere(self, random: Callable[[], float], sex: str) -> Names:
        """First and last name of two different people, so that the few of the list make hundreds."""
        other = "M" if sex == "K" else "K"
        first, _ = _pick(self._elsewhere[sex], random)
        _, last = _pick(self._elsewhere[sex if random() < 0.5 else other], random)  # noqa: PLR2004 - a coin
        return first, last


@cache
def name_lists() -> NameLists:
    """The lists, read once a process."""
    return NameLists()


def danish_order(text: str) -> str:
    """A key that sorts as a Danish index does, near enough for a register: æ, ø, å last, in this order."""
    return text.casefold().translate(_ALPHABET_END)


_ALPHABET_END = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


def _pick(values: Sequence[str] | Sequence[Names], random: Callable[[], float]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return values[int(random() * len(values))]


def _by_sex(rows: Sequence[dict[str, str]]) -> dict[str, list[Names]]:
    danish = {"F": "K", "M": "M"}
    found: dict[str, list[Names]] = {"K": [], "M": []}
    for row in rows:
        found[danish[row["sex"]]].append((row["first_names"], row["last_name"]))
    return found


def seeded(seed: int, *path: object) -> Random:
    """A generator of its own for each part of the work, so that parts may be made in any order, or side by side."""
    return Random(":".join(map(str, (seed, *path))))  # noqa: S311 - invented people; the same again is the point
