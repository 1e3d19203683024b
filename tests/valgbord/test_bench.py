"""The bench: what it writes, and that it fails when a mark is lost or an answer is wrong."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from typer.testing import CliRunner

from server.actions.mark_batch import Submitted
from server.actions.marks import record_marks
from server.db import marks, open_engine, station_heads
from tests.world import MORNING, World, make_world
from valgbord.bench.figures import Bar, BenchError, Figure, LostMarkError, Machine, percentile
from valgbord.bench.load import Client, Plan
from valgbord.bench.marks import check_nothing_lost, send_load
from valgbord.bench.measures import MEASURES
from valgbord.bench.report import write_json, write_markdown
from valgbord.bench.server import running_server
from valgbord.commands import app

MACHINE = Machine("a processor", 2, 24.0, "Debian", "ext4 on /dev/vda", "3.11", "3.40", "15")
NEVER_STORED = "5b0e4b62-51f2-4a4e-8f0d-2a3c9d1e7f60"


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    return make_world(sqlite_engine)


def accept_marks(world: World, *register_numbers: int) -> list[str]:
    table = world.tables[0]
    requests = [world.mark(world.card(number)) for number in register_numbers]
    submitted = [Submitted(world.election_id, table.station_id, table.table_id, table.number, request) for request in requests]
    with world.engine.begin() as conn:
        assert all('"accepted":true' in answer for answer in record_marks(conn, submitted, MORNING))
    return [str(request.request_id) for request in requests]


def test_a_register_with_every_accepted_mark_passes(world: World, sqlite_url: str) -> None:
    check_nothing_lost(sqlite_url, accept_marks(world, 7, 8, 9))


def test_a_lost_mark_makes_the_bench_fail(world: World, sqlite_url: str) -> None:
    accepted = accept_marks(world, 7, 8)
    with pytest.raises(LostMarkError, match="3 marks were accepted; 1 of them are not in the register"):
        check_nothing_lost(sqlite_url, [*accepted, NEVER_STORED])


def test_a_mark_that_vanishes_behind_the_tally_makes_the_bench_fail(world: World, sqlite_url: str) -> None:
    accepted = accept_marks(world, 7, 8)
    with world.engine.begin() as conn:
        conn.execute(delete(marks).where(marks.c.entry_id == 8))
    with pytest.raises(LostMarkError, match="1 of them are not in the register"):
        check_nothing_lost(sqlite_url, accepted)


def test_a_mark_that_no_table_was_told_of_makes_the_bench_fail(world: World, sqlite_url: str) -> None:
    accepted = accept_marks(world, 7, 8)
    with pytest.raises(LostMarkError, match="1 are there that no table was told of"):
        check_nothing_lost(sqlite_url, accepted[:1])


def test_a_tally_that_counts_wrong_makes_the_bench_fail(world: World, sqlite_url: str) -> None:
    accepted = accept_marks(world, 7, 8)
    with world.engine.begin() as conn:
        conn.execute(update(station_heads).values(marks=2))  # at the other station too
    with pytest.raises(LostMarkError, match="the tallies say 4"):
        check_nothing_lost(sqlite_url, accepted)


def test_the_load_counts_what_a_real_server_accepts_and_an_answer_that_is_no_mark_fails_the_run(
    world: World, sqlite_url: str, tmp_path: Path
) -> None:
    table = world.tables[0]
    cards = [world.card(number) for number in (7, 8, 9)]

    def plan(cards: list[str]) -> Plan:
        client = Client(token=table.token, package_hash="ab" * 32, official_id=table.official_id, cards=cards)
        return Plan(port=server.port, warm_up_s=0, measured_s=30, clients=[client])

    with running_server(sqlite_url, tmp_path) as server:
        result = send_load(plan(cards))
        assert (len(result.accepted), len(result.latencies_ms)) == (3, 3)
        assert server.cpu_s() > 0
        check_nothing_lost(sqlite_url, result.accepted)
        with pytest.raises(BenchError, match="already_marked"):
            send_load(plan([world.card(10), *cards[:1]]))


def test_the_command_ends_with_1_and_writes_nothing_when_a_mark_was_lost(tmp_path: Path) -> None:
    def lose_a_mark(_bench: object, _folder: Path) -> list[Figure]:
        raise LostMarkError("1 mark is not in the register")

    MEASURES["planted"] = lose_a_mark
    try:
        ended = CliRunner().invoke(app, ["bench", "--only", "planted", "--out", str(tmp_path / "out")])
    finally:
        del MEASURES["planted"]
    assert ended.exit_code == 1
    assert "1 mark is not in the register" in ended.output
    assert not (tmp_path / "out").exists()


def test_figures_are_written_for_programs(tmp_path: Path) -> None:
    marks_a_second = Figure("marks", "marks/s", [900, 1100, 1000], [0.5, 0.3, 0.41], "pgbench", Bar(0.4, on_ratio=True))
    median_ms = Figure("mark_p50_c1", "ms", [9.5], bar=Bar(8, at_least=False))
    write_json(tmp_path / "build" / "bench.json", [marks_a_second, median_ms, Figure("free", "s", [1.0])])
    told = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert told["marks"] == {
        "value": 1000,
        "unit": "marks/s",
        "limit": 0.4,
        "ratio": 0.41,
        "runs": [900, 1100, 1000],
        "limit_on": "ratio",
        "holds": True,
    }
    assert (told["mark_p50_c1"]["holds"], told["mark_p50_c1"]["ratio"]) == (False, None)
    assert (told["free"]["limit"], told["free"]["holds"]) == (None, None)


def test_figures_are_written_for_people_with_the_machine_they_were_measured_on(tmp_path: Path) -> None:
    figure = Figure("marks", "marks/s", [900, 1100, 1000], [0.5, 0.3, 0.41], "pgbench", Bar(0.4, on_ratio=True), "32 tables")
    late = Figure("package", "s", [12.5], bar=Bar(10, at_least=False))
    write_markdown(tmp_path / "bench.md", [figure, late], MACHINE, datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    text = (tmp_path / "bench.md").read_text()
    assert "| marks | 1,000 marks/s | 0.41 × pgbench | ≥ 0.4 of raw | yes | 900, 1,100, 1,000 | 32 tables |" in text
    assert "| package | 12.5 s |  | ≤ 10 s | **no** |  |  |" in text
    assert "## Machine, 22.11.2026" in text  # the day in Denmark
    assert "| Databases on | ext4 on /dev/vda |" in text


def test_every_other_command_works_where_the_bench_has_no_tools() -> None:
    blocked = "import sys; sys.modules.update(psutil=None, playwright=None); import valgbord.commands"
    assert subprocess.run([sys.executable, "-c", blocked], check=False).returncode == 0


def test_a_percentile_is_one_of_the_values() -> None:
    assert [percentile(range(1, 101), share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 51, 100, 100]
