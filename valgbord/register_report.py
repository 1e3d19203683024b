"""What an import shows while it runs, and how it tells what is wrong with a file."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from domain.danish_import import REPORT_COLUMNS, nothing_stored, shown_problem
from server.register_csv.problems import MAX_PROBLEMS, Problem, Problems

SHOWN_PROBLEMS = 10


class ImportBar:
    """A progress bar on stderr; nothing at all where stderr is not a terminal."""

    def __init__(self, size_bytes: int) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("Læser", total=size_bytes)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the bar away."""
        self._progress.stop()

    def read(self, count: int) -> None:
        """So many bytes of the file were read."""
        self._progress.advance(self._task, count)

    def indexing(self) -> None:
        """All rows are in."""
        self._progress.update(self._task, description="Bygger indekser")


@contextmanager
def voters_bar(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over voters, for making a practice register."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.completed:,} af {task.total:,}"), BarColumn(), console=console, disable=not console.is_terminal
    )
    task = bar.add_task("", total=total)
    with bar:
        yield lambda count: bar.advance(task, count)


def write_report(path: Path, problems: Problems) -> Path | None:
    """List the problems as a CSV that spreadsheets open with Danish letters right; ``None`` when it cannot be written."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(REPORT_COLUMNS)
            writer.writerows((each.line, each.column, each.column_name, each.reason) for each in problems.in_order())
    except OSError:
        return None
    return path


def summary(problems: Problems, report: Path | None) -> str:
    """What a person reads first: how much is wrong, of what kinds, and the first few places."""
    found = problems.in_order()
    lines = [nothing_stored(len(found), more=not problems.complete)]
    lines += [_line(problem) for problem in found[:SHOWN_PROBLEMS]]
    rest = Counter(problem.column_name or "filen" for problem in found[SHOWN_PROBLEMS:])
    if rest:
        lines.append("… og " + ", ".join(f"{count} i {name}" for name, count in rest.most_common()))
    if report is not None:
        lines.append(f"Alle fejl (højst {MAX_PROBLEMS}): {report}")
    return "\n".join(lines)


def _line(problem: Problem) -> str:
    return shown_problem(problem.line, problem.column, problem.column_name, problem.reason)
