"""All measures by name, and the run of those that were asked for."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from valgbord.bench.board import measure_board
from valgbord.bench.figures import BenchError, Figure, Machine
from valgbord.bench.imports import measure_imports
from valgbord.bench.machine import describe_machine, file_system
from valgbord.bench.marks import FULL_POSTGRESQL, FULL_SQLITE, QUICK, measure_marks_postgresql, measure_marks_sqlite
from valgbord.bench.package import measure_package
from valgbord.bench.painted import measure_painted
from valgbord.bench.postgresql import Cluster, running_cluster, version

DISK = Path("/var/tmp")  # noqa: S108 - a real disk, unlike /tmp on many machines; the folder in it is made anew and private
IN_MEMORY = frozenset({"tmpfs", "ramfs"})


@dataclass
class Bench:
    """What a measure is given: a place on disk, a PostgreSQL server if it wants one, how much effort, and whom to tell."""

    top: Path
    stack: ExitStack
    quick: bool
    say: Callable[[str], None]

    @cached_property
    def cluster(self) -> Cluster:
        """One server for all measures, started for the first that asks, stopped with the bench."""
        return self.stack.enter_context(running_cluster(self.top / "postgresql"))

    @property
    def runs(self) -> int:
        """How often anything else is measured."""
        return 1 if self.quick else 3


MEASURES: dict[str, Callable[[Bench, Path], list[Figure]]] = {
    "marks-postgresql": lambda bench, folder: measure_marks_postgresql(
        bench.cluster, folder, QUICK if bench.quick else FULL_POSTGRESQL, bench.say
    ),
    "marks-sqlite": lambda bench, folder: measure_marks_sqlite(folder, QUICK if bench.quick else FULL_SQLITE, bench.say),
    "painted": lambda bench, folder: measure_painted(folder, 10 if bench.quick else 40),
    "package": lambda bench, folder: measure_package(bench.cluster, folder, bench.runs),
    "board": lambda bench, folder: measure_board(bench.cluster, folder),
    "import": lambda bench, folder: measure_imports(bench.cluster, folder, bench.runs, bench.say),
    "import-national": lambda bench, folder: measure_imports(bench.cluster, folder, 1, bench.say, national=True),
}
"""Each is given the bench and an empty folder of its own."""

UNASKED = tuple(name for name in MEASURES if name != "import-national")
"""What runs when nothing is asked for by name."""


def run_measures(names: Sequence[str], say: Callable[[str], None], *, quick: bool) -> tuple[list[Figure], Machine]:
    """Measure, one after the other, each in a folder of its own on a real disk; everything is removed at the end."""
    if file_system(DISK) in IN_MEMORY:
        raise BenchError(f"{DISK} is in memory, so nothing measured there would be true of a disk")
    figures: list[Figure] = []
    with ExitStack() as stack:
        top = Path(tempfile.mkdtemp(prefix="valgbord-bench-", dir=DISK))
        stack.callback(shutil.rmtree, top, ignore_errors=True)
        top.chmod(0o711)  # PostgreSQL's own account must reach its folder inside
        machine = describe_machine(top, version())
        bench = Bench(top, stack, quick, say)
        for name in names:
            say(name)
            folder = top / name
            folder.mkdir(mode=0o711)
            found = MEASURES[name](bench, folder)
            shutil.rmtree(folder)
            for figure in found:
                if figure.bar is not None:
                    verdict = "reached" if figure.holds else "MISSED"
                    say(f"  {figure.name}: {figure.value:.4g} {figure.unit} (bar {figure.bar}: {verdict})")
            figures += found
    return figures, machine
