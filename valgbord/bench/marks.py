"""Marks a second and their latency, through the real server, on both databases; on PostgreSQL beside pgbench."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from server.db import marks, open_engine, station_heads
from valgbord.bench.figures import Bar, BenchError, Figure, LostMarkError, percentile
from valgbord.bench.load import Client, Plan, Result
from valgbord.bench.municipality import Municipality, make_municipality
from valgbord.bench.pgbench import RawMarks
from valgbord.bench.postgresql import Cluster
from valgbord.bench.server import RunningServer, running_server

CLIENTS = (1, 8, 32, 128)
STATIONS, TABLES_EACH = 16, 8
MOST_A_SECOND, MOST_A_SECOND_EACH = 3_000, 600
"""More than this machine can do: so many voters stand ready, at all tables together and at each."""

WARM_UP_S = 1.0

POSTGRESQL_BAR = {32: Bar(0.40, on_ratio=True)}
SQLITE_BAR = {32: Bar(600)}
P50_BAR = {1: Bar(8, at_least=False)}


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: runs of ``seconds`` each, voters at each of the stations."""

    runs: int
    seconds: int
    voters_each: int


# Almost a million voters: as in an election, nearly every mark falls on a page of the register that was not touched before.
FULL_POSTGRESQL = Effort(runs=3, seconds=4, voters_each=60_000)
FULL_SQLITE = Effort(runs=3, seconds=4, voters_each=26_000)
QUICK = Effort(runs=1, seconds=2, voters_each=6_000)


@dataclass
class _Level:
    """The runs at one number of clients."""

    rates: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    raw_ratios: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The raw tool's run beside ours. Each begins right after a checkpoint, so that neither has the other's pages written."""

    rate: Callable[[int], float]
    begin_anew: Callable[[], object]


def measure_marks_postgresql(cluster: Cluster, folder: Path, effort: Effort, say: Callable[[str], None]) -> list[Figure]:
    """Marks on PostgreSQL; every run has pgbench's beside it, one right after the other."""
    municipality = _make(cluster.create_database("marks"), folder, effort)
    raw = RawMarks.copy(cluster, "marks", STATIONS * effort.voters_each, STATIONS * TABLES_EACH)
    beside = _Beside(lambda clients: raw.rate(clients, effort.seconds), lambda: cluster.psql("postgres", "checkpoint"))
    levels = _measure(municipality, folder, effort, beside, say)
    return list(_figures("postgresql", levels, POSTGRESQL_BAR, "pgbench")) + _named(levels)


def measure_marks_sqlite(folder: Path, effort: Effort, say: Callable[[str], None]) -> list[Figure]:
    """Marks on SQLite with every commit flushed. There is no raw tool for it that runs many clients."""
    municipality = _make(f"sqlite:///{folder / 'marks.sqlite3'}", folder, effort)
    levels = _measure(municipality, folder, effort, None, say)
    return list(_figures("sqlite", levels, SQLITE_BAR, ""))


def _make(database_url: str, folder: Path, effort: Effort) -> Municipality:
    return make_municipality(database_url, folder, stations=STATIONS, voters_each=effort.voters_each, tables_each=TABLES_EACH)


def _measure(
    municipality: Municipality,
    folder: Path,
    effort: Effort,
    beside: _Beside | None,
    say: Callable[[str], None],
) -> dict[int, _Level]:
    levels = {clients: _Level() for clients in CLIENTS}
    accepted: list[str] = []
    with running_server(municipality.database_url, folder) as server:
        for _ in range(effort.runs):
            for clients, level in levels.items():
                if beside is not None:
                    beside.begin_anew()
                accepted += _run_once(server, municipality, clients, effort, level)
                line = f"{clients:>4} clients: {level.rates[-1]:7.0f} marks/s, p50 {level.p50_ms[-1]:.1f} ms"
                if beside is not None:
                    beside.begin_anew()
                    raw_rate = beside.rate(clients)
                    level.raw_ratios.append(level.rates[-1] / raw_rate)
                    line += f"; pgbench {raw_rate:.0f}/s, ratio {level.raw_ratios[-1]:.2f}"
                say(line)
    check_nothing_lost(municipality.database_url, accepted)
    return levels


def _run_once(server: RunningServer, municipality: Municipality, clients: int, effort: Effort, level: _Level) -> list[str]:
    """One run; its accepted request ids. ``BenchError`` when any answer was not a mark."""
    voters_each = int(min(MOST_A_SECOND / clients, MOST_A_SECOND_EACH) * (effort.seconds + WARM_UP_S))
    plan = Plan(
        port=server.port,
        warm_up_s=WARM_UP_S,
        measured_s=effort.seconds,
        clients=[
            Client(
                token=table.token,
                package_hash=table.package_hash,
                official_id=table.official_id,
                cards=municipality.take_cards(table.station_id, voters_each),
            )
            for table in municipality.tables[:clients]
        ],
    )
    before = server.cpu_s()
    result = send_load(plan)
    level.cpu_ms.append((server.cpu_s() - before) * 1000 / len(result.accepted))
    level.rates.append(len(result.latencies_ms) / result.measured_s)
    level.p50_ms.append(percentile(result.latencies_ms, 0.50))
    level.p99_ms.append(percentile(result.latencies_ms, 0.99))
    return result.accepted


def send_load(plan: Plan) -> Result:
    """Run a plan in a process of its own. ``BenchError`` when anything but an accepted mark came back."""
    done = subprocess.run(
        [sys.executable, "-m", "valgbord.bench.load"], input=plan.model_dump_json().encode(), stdout=subprocess.PIPE, check=True
    )
    result = Result.model_validate_json(done.stdout)
    if result.wrong or not result.latencies_ms:
        raise BenchError(f"{len(result.wrong)} of the answers were not marks, the first: {result.wrong[:1]}")
    return result


def check_nothing_lost(database_url: str, accepted: list[str]) -> None:
    """Compare the accepted answers with the register: the same marks, no more and no fewer, and the same in the tallies."""
    engine = open_engine(database_url)
    try:
        with engine.connect() as conn:
            stored = {str(request_id) for request_id in conn.scalars(select(marks.c.request_id))}
            counted = sum(conn.scalars(select(station_heads.c.marks)))
    finally:
        engine.dispose()
    answered = set(accepted)
    if stored != answered or len(answered) != len(accepted) or counted != len(accepted):
        raise LostMarkError(
            f"{len(accepted)} marks were accepted; {len(answered - stored)} of them are not in the register, "
            f"{len(stored - answered)} are there that no table was told of, and the tallies say {counted}"
        )


def _figures(database: str, levels: dict[int, _Level], bars: dict[int, Bar], raw: str) -> Iterator[Figure]:
    for clients, level in levels.items():
        name = f"marks_{database}_c{clients}"
        yield Figure(name, "marks/s", level.rates, level.raw_ratios, raw, bars.get(clients), _meaning(clients))
        yield Figure(f"{name}_p50", "ms", level.p50_ms)
        yield Figure(f"{name}_p99", "ms", level.p99_ms)
        yield Figure(f"{name}_cpu", "ms/mark", level.cpu_ms)


def _named(levels: dict[int, _Level]) -> list[Figure]:
    """What the bars speak of by name."""
    return [
        Figure("mark_p50_c1", "ms", levels[1].p50_ms, bar=P50_BAR[1], meaning="one table alone, PostgreSQL"),
        Figure(
            "mark_server_cpu_ms", "ms/mark", levels[32].cpu_ms, meaning="the server's processor time, 32 tables, PostgreSQL"
        ),
    ]


def _meaning(clients: int) -> str:
    return "one table" if clients == 1 else f"{clients} tables at once, each waiting for its answer"
