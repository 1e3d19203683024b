"""GLOSSARY.md as the tests read it, and names taken apart into words."""

import re
from dataclasses import dataclass

from tests.house.tree import ROOT

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the glossary."""

    identifier: str
    never: tuple[str, ...]
    in_use: bool


def read_terms() -> list[Term]:
    """Every line of both tables."""
    terms: list[Term] = []
    in_use = False
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            in_use = line == "## In use"
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[1].startswith("`"):
            never = tuple(word.strip() for word in cells[2].split(",") if word.strip())
            terms.append(Term(cells[1].strip("`"), never, in_use))
    return terms


def words_of(name: str) -> Words:
    """A name in words: ``RegisterEntry``, ``register_entry`` and ``REGISTER_ENTRY`` are the same two."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


def holds(name: Words, phrase: Words) -> bool:
    """Whether a name holds a phrase, its last word alone or with the s of many."""
    ends = ({phrase[-1], phrase[-1] + "s"}, phrase[:-1])
    span = len(phrase)
    return any(name[at : at + span - 1] == ends[1] and name[at + span - 1] in ends[0] for at in range(len(name) - span + 1))


def without(name: Words, phrase: Words) -> Words:
    """A name with a phrase taken out, so that the ``vote`` of ``advance_vote`` is not held against it."""
    span = len(phrase)
    for at in range(len(name) - span + 1):
        if holds(name[at : at + span], phrase):
            return without((*name[:at], "", *name[at + span :]), phrase)
    return name
