"""What is wrong with a register file: line, column and reason, up to a limit, and never a person in the text."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.danish_import import FileProblem, sentence

MAX_PROBLEMS = 1_000
MAX_SEEN_LENGTH = 30


class EnoughProblemsError(Exception):
    """The limit is reached: reading on would tell nobody more."""


class FieldProblemError(Exception):
    """One field is not as the contract says; the row reader adds line and column."""

    def __init__(self, problem: FileProblem, **values: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.values = values


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` counts from 1 (the column names), ``column`` from 1; ``None`` is the whole of it."""

    problem: FileProblem
    line: int | None = None
    column: int | None = None
    column_name: str = ""
    values: tuple[tuple[str, str | int], ...] = ()

    @property
    def reason(self) -> str:
        """The sentence that people read."""
        return sentence(self.problem, dict(self.values))


@dataclass(slots=True)
class Problems:
    """All that was found so far, at most ``MAX_PROBLEMS``."""

    found: list[Problem] = field(default_factory=list)
    complete: bool = True

    def add(
        self,
        problem: FileProblem,
        *,
        line: int | None = None,
        column: int | None = None,
        column_name: str = "",
        **values: str | int,
    ) -> None:
        """Note a problem; ``EnoughProblemsError`` when there is no room for one more."""
        self.add_all([Problem(problem, line, column, column_name, tuple(values.items()))])

    def add_all(self, problems: Iterable[Problem]) -> None:
        """Note problems that another reader found; ``EnoughProblemsError`` when there is no room for all of them."""
        for problem in problems:
            if len(self.found) >= MAX_PROBLEMS:
                self.complete = False
                raise EnoughProblemsError
            self.found.append(problem)

    def in_order(self) -> list[Problem]:
        """By line and column; what concerns the whole file first."""
        return sorted(self.found, key=lambda each: (each.line or 0, each.column or 0))


def shown(text: str) -> str:
    """A code from the file, safe to repeat: short, and without characters that a terminal or a spreadsheet would obey."""
    safe = "".join(char if char.isprintable() else "?" for char in text[:MAX_SEEN_LENGTH])
    return safe + ("…" if len(text) > MAX_SEEN_LENGTH else "")


def character_name(char: str) -> str:
    """A control character's number, and its name where it has one, for example ``U+202E RIGHT-TO-LEFT OVERRIDE``."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()
