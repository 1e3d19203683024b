"""The demo, from a folder with nothing in it to its last process."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import psutil
import pytest

from domain.danish_samples import Situation
from tests.valgbord.demo_run import RunningDemo, TableVisitor, demo_command, demo_environment, run_demo

pytestmark = pytest.mark.timeout(400)

REFUSED = {
    Situation.CARD_REPLACED: "replaced",
    Situation.ALREADY_MARKED: "voted",
    Situation.ADVANCE_VOTED: "letter",
    Situation.NOT_ENTITLED: "not_entitled",
    Situation.WRONG_STATION: "wrong_station",
    Situation.UNKNOWN_CARD: "unknown",
    Situation.WRONG_CHECK_DIGIT: "misread",
    Situation.LIVE_CARD: "unknown",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[RunningDemo]:
    """The first start of all; the tests of this file use it in their order."""
    with run_demo(data) as running:
        yield running


def test_every_address_it_names_answers(demo: RunningDemo) -> None:
    urls = [demo.told["board"], demo.told["server"] + "/health/ready", *(table["url"] for table in demo.told["tables"])]
    assert [httpx2.get(url, timeout=20, trust_env=False).status_code for url in urls] == [200] * 4
    assert all("127.0.0.1" in url for url in urls)


def test_it_is_ballerup_with_its_nine_stations_and_every_table_heard(demo: RunningDemo) -> None:
    board = demo.board()
    assert sorted(station["number"] for station in board["stations"]) == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert board["totals"]["electorate"] == 35_718
    assert board["previous"]["label"] == "Folketingsvalg 2026"
    assert [(table["station"], table["number"]) for table in demo.told["tables"]] == [("Tapeten", 1), ("Tapeten", 2)]


def test_voters_come_by_themselves(demo: RunningDemo) -> None:
    before, until = demo.board()["totals"]["marks"], time.monotonic() + 60
    while demo.board()["totals"]["marks"] <= before:
        assert time.monotonic() < until
        time.sleep(0.5)
    assert {quarter["start"][11:13] for quarter in demo.board()["quarters"]} <= {f"{hour:02}" for hour in range(8, 20)}


def test_the_practice_day_begins_at_eight(demo: RunningDemo) -> None:
    board = demo.board()
    assert board["at"][:10] == board["election"]["day"]
    assert board["at"][11:13] in {"08", "09", "10", "11"}


def test_every_sample_card_is_answered_as_its_name_says(demo: RunningDemo) -> None:
    assert set(demo.told["samples"]) == set(Situation)
    with closing(TableVisitor(demo.told["tables"][0]["url"])) as table:
        table.sign_in(demo.told["sign_in"]["register_keeper"])
        for situation, state in REFUSED.items():
            assert table.scan(demo.told["samples"][situation])["state"] == state, situation
            table.ask("acknowledge")
        for situation in set(Situation) - set(REFUSED):
            found = table.scan(demo.told["samples"][situation])
            assert (found["state"], len(found["ballots"])) == ("found", 1 if "one" in situation or "part" in situation else 2)
            table.ask("reject")


def test_a_marked_voter_is_refused_at_the_other_table_and_counted_on_the_board(demo: RunningDemo) -> None:
    card = demo.told["samples"]["ok"]
    first, second = (TableVisitor(table["url"]) for table in demo.told["tables"])
    with closing(first), closing(second):
        first.sign_in(demo.told["sign_in"]["register_keeper"])
        second.sign_in(demo.told["sign_in"]["register_keeper_2"])
        assert first.scan(card)["state"] == "found"
        assert first.confirm()["state"] == "registered"
        assert first.confirm()["state"] == "ready", "the ballots were handed over"
        assert second.scan(card)["state"] == "voted"
    tables = next(station["tables"] for station in demo.board()["stations"] if station["number"] == 1)
    assert [table["marks"] for table in tables[:2]] == [1, 0]


def test_the_sample_sheet_and_page_are_there(demo: RunningDemo) -> None:
    assert Path(demo.told["sample_sheet"]).read_bytes().startswith(b"%PDF-")
    page = Path(demo.told["sample_page"]).read_text(encoding="utf-8")
    assert all(f"{digits[:4]} {digits[4:8]} {digits[8:]}" in page for digits in demo.told["samples"].values())


def test_a_second_demo_in_the_same_folder_is_refused(demo: RunningDemo, data: Path) -> None:
    second = subprocess.run(
        demo_command("--port", "0"), env=demo_environment(data), capture_output=True, text=True, timeout=100, check=False
    )
    assert (second.returncode, second.stdout) == (1, "")
    assert "already running" in second.stderr
    assert demo.process.poll() is None


def test_the_commands_find_the_demos_election_by_themselves(demo: RunningDemo, data: Path, tmp_path: Path) -> None:
    command = [*demo_command()[:3], "cards", "sample", "--station", "8", "--out", str(tmp_path / "sheet.pdf")]
    done = subprocess.run(command, env=demo_environment(data), capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "wrong_station" in done.stdout
    assert (tmp_path / "sheet.pdf").exists()


def test_ctrl_c_leaves_no_process_and_the_next_start_goes_on_where_it_was(demo: RunningDemo, data: Path) -> None:
    before = demo.board()
    assert len(demo.children) >= 3
    assert demo.stop() == 0
    assert demo.left_over() == []
    with run_demo(data) as again:
        assert again.told["sign_in"] == demo.told["sign_in"]
        after = again.board()
        assert after["totals"]["marks"] >= before["totals"]["marks"]
        assert after["at"] >= before["at"]
        with closing(TableVisitor(again.told["tables"][0]["url"])) as table:
            table.sign_in(again.told["sign_in"]["register_keeper"])
            assert table.scan(demo.told["samples"]["ok"])["state"] == "voted"


def test_a_server_that_dies_ends_the_demo_with_a_sentence_and_no_process(data: Path) -> None:
    with run_demo(data, ("--json", "--port", "0", "--speed", "0")) as running:
        server = next(child for child in running.children if "server" in child.cmdline())
        server.kill()
        assert running.process.wait(60) == 1
        assert "server ended by itself" in running.errors.read_text()
        assert running.left_over() == []


def test_children_do_not_outlive_a_demo_that_is_killed(data: Path) -> None:
    with run_demo(data, ("--json", "--port", "0", "--speed", "0")) as running:
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(10)
        assert running.left_over() == []


def test_fresh_makes_everything_anew(data: Path) -> None:
    codes = json.loads((data / "demo" / "state.json").read_text())["sign_in"]
    with run_demo(data, ("--json", "--port", "0", "--speed", "0", "--fresh")) as running:
        assert running.told["sign_in"] != codes
        assert running.board()["totals"]["marks"] == 9, "one voter at each door"


def test_a_busy_port_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = subprocess.run(
            demo_command("--port", str(port)),
            env=demo_environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert not (tmp_path / "valgbord.sqlite3").exists()


def test_a_database_that_the_demo_did_not_make_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "valgbord.sqlite3") as theirs:
        theirs.execute("create table precious (id integer)")
    theirs.close()
    content = (tmp_path / "valgbord.sqlite3").read_bytes()
    for options in ((), ("--fresh",)):
        done = subprocess.run(
            demo_command("--port", "0", *options),
            env=demo_environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 1
        assert "not made by the demo" in done.stderr
    assert (tmp_path / "valgbord.sqlite3").read_bytes() == content
    assert not [
        child for child in psutil.Process().children(recursive=True) if "valgbord.demo.child" in " ".join(child.cmdline())
    ]
