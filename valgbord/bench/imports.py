"""Importing a register: ``valgbord register import`` as a process of its own, beside psql's own copy of the same file."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from server.db import open_engine
from server.migrate import upgrade
from server.register_csv.contract import COLUMNS
from valgbord.bench.figures import Bar, BenchError, Figure
from valgbord.bench.municipality import make_districts, make_election, write_register
from valgbord.bench.postgresql import Cluster
from valgbord.options import DATA_VARIABLE
from valgbord.practice.files import PracticeFiles

SOME_VOTERS, ALL_VOTERS = 400_000, 4_300_000
DISTRICT_SIZE = 3_300
LOOK_EVERY_S = 0.1
RATE_BAR = Bar(0.25, on_ratio=True)
TIME_BAR, MEMORY_BAR = Bar(600, at_least=False), Bar(1024, at_least=False)
_RAW_TABLE = f"create table raw_register ({', '.join(f'{column} text' for column in COLUMNS)})"


@dataclass(frozen=True, slots=True)
class _Import:
    """One import: how long it took and the most memory that its processes held together."""

    seconds: float
    peak_mib: float


def measure_imports(
    cluster: Cluster, folder: Path, runs: int, say: Callable[[str], None], *, national: bool = False
) -> list[Figure]:
    """Import into an empty PostgreSQL database, ``runs`` times, each beside psql's copy; once into SQLite for comparison."""
    voters = ALL_VOTERS if national else SOME_VOTERS
    files = write_register(folder, make_districts([DISTRICT_SIZE] * (voters // DISTRICT_SIZE)))
    done, ratios = [], []
    for _ in range(1 if national else runs):
        raw_s = _copy_raw(cluster, files.register)
        done.append(_import(cluster.create_database("import"), files))
        cluster.drop_database("import")
        ratios.append(raw_s / done[-1].seconds)
        say(
            f"import {files.voters:,}: {done[-1].seconds:.1f} s, {done[-1].peak_mib:.0f} MiB; "
            f"\\copy {raw_s:.1f} s, ratio {ratios[-1]:.2f}"
        )
    rates = [files.voters / each.seconds for each in done]
    memory = [each.peak_mib for each in done]
    what = f"{files.voters:,} voters"
    if national:
        return [
            Figure("import_national", "rows/s", rates, ratios, "\\copy", RATE_BAR, what),
            Figure("import_national_seconds", "s", [each.seconds for each in done], bar=TIME_BAR),
            Figure("import_national_memory", "MiB", memory, bar=MEMORY_BAR),
        ]
    embedded = _import(f"sqlite:///{folder / 'import.sqlite3'}", files)
    say(f"import {files.voters:,} into SQLite: {embedded.seconds:.1f} s")
    return [
        Figure("import_postgresql", "rows/s", rates, ratios, "\\copy", RATE_BAR, what),
        Figure("import_postgresql_memory", "MiB", memory, bar=MEMORY_BAR),
        Figure("import_sqlite", "rows/s", [files.voters / embedded.seconds], meaning=what),
    ]


def _copy_raw(cluster: Cluster, register_file: Path) -> float:
    """Seconds that psql takes to copy the file into a bare table of texts."""
    register_file.chmod(0o644)
    cluster.psql("postgres", "drop table if exists raw_register", _RAW_TABLE)
    begun = time.perf_counter()
    cluster.psql("postgres", f"\\copy raw_register from '{register_file}' with (format csv, delimiter ';', header true)")
    seconds = time.perf_counter() - begun
    cluster.psql("postgres", "drop table raw_register")
    return seconds


def _import(database_url: str, files: PracticeFiles) -> _Import:
    """Import into an empty database as an official would, program start and all."""
    engine = open_engine(database_url)
    upgrade(engine)
    make_election(engine, make_districts([DISTRICT_SIZE] * (files.voters // DISTRICT_SIZE)))
    engine.dispose()
    command = [sys.executable, "-m", "valgbord", "register", "import", str(files.register), "--database", database_url]
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command with our own arguments
        command,
        env={DATA_VARIABLE: str(files.register.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(LOOK_EVERY_S)
        seconds = time.perf_counter() - begun
        if process.returncode:
            said = process.stderr.read().decode(errors="replace") if process.stderr else ""
            raise BenchError(f"the import failed:\n{said[-2_000:]}")
    return _Import(seconds, peak / 1024**2)


def _resident(pid: int) -> int:
    """Bytes of memory of a process and its children; what they share is counted for each."""
    try:
        process = psutil.Process(pid)
        return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0
