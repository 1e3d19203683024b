"""``valgbord demo``: everything on one machine, with one command."""

import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from domain.danish import LOCAL_ZONE
from server.actions.tables import make_enrolment_code
from server.app import PRACTICE_DAY_VARIABLE
from server.clock import PracticeDay, now, practice_day_text
from server.db import snapshot
from server.queries.elections import find_election, list_election_ids
from server.queries.stations import read_stations
from server.queries.tables import find_table_id
from station_client.enrolment import read_enrolment
from valgbord.cards import write_samples
from valgbord.demo.announce import OwnTable, Ready, as_json, as_text
from valgbord.demo.arrivals import Arrivals
from valgbord.demo.folder import AlreadyRunningError, DemoFolder, NotOursError, only_demo_here
from valgbord.demo.prepare import TABLES, EnrolledTable, practice_hours, prepare
from valgbord.demo.processes import (
    LOOPBACK,
    ChildEndedError,
    Children,
    PortBusyError,
    choose_ports,
    wait_until_answering,
)
from valgbord.demo.voters import practice_stations
from valgbord.options import open_database, stop_with
from valgbord.samples import pick_samples

DEFAULT_PORT = 8700
DEFAULT_SPEED = 60.0
"""A practice day of twelve hours in twelve minutes."""

START_TAKES = timedelta(seconds=6)
"""The practice day stands still while the processes start, so that nobody is late when the doors open."""

WATCH_EVERY_S = 0.25
ENROLLED_WITHIN_S = 60.0


@dataclass(slots=True)
class Demo:
    """One run: where it lies, where it listens, and what the first start left."""

    folder: DemoFolder
    engine: Engine
    state: dict[str, Any]
    clock: PracticeDay
    server_port: int
    table_ports: list[int]
    children: Children

    @property
    def server(self) -> str:
        """The server's address."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def minute(self) -> float:
        """How many minutes of the practice day have gone."""
        opens_at, _ = practice_hours(date.fromisoformat(self.state["day"]))
        return (self.clock() - opens_at).total_seconds() / 60


def demo(
    *,
    json: Annotated[bool, typer.Option("--json", help="First line on standard output: one JSON object for programs.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the board and a table in a browser.")] = True,
    speed: Annotated[
        float, typer.Option(min=0, max=3600, help="How many times faster than a real day. 0: nobody comes by themselves.")
    ] = DEFAULT_SPEED,
    port: Annotated[
        int, typer.Option(min=0, max=65_000, help="The server's port; the tables' are 11 and 12 above it. 0: any free ones.")
    ] = DEFAULT_PORT,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew: what an earlier demo made is deleted.")] = False,
) -> None:
    """A practice Ballerup on this machine: a server, two tables, a live board, and voters who come by themselves.

    The nine real stations with 35,718 invented voters. Stop it with Ctrl-C; the next start continues.
    """
    try:
        with _stopped_by_signals(), only_demo_here() as folder:
            _run(folder, json=json, browser=browser, speed=speed, port=port, fresh=fresh)
    except KeyboardInterrupt:
        typer.echo("\nStoppet. · Stopped.", err=True)
    except AlreadyRunningError as folder_in_use:
        raise stop_with(f"A demo is already running in {folder_in_use}. Stop it first, or set VALGBORD_DATA.", 1) from None
    except NotOursError as database:
        raise stop_with(
            f"{database} was not made by the demo and is left alone. Set VALGBORD_DATA to another folder.", 1
        ) from None
    except PortBusyError as busy:
        raise stop_with(f"Port {busy} is in use. Choose another with --port, or let --port 0 find free ones.", 1) from None
    except (ChildEndedError, TimeoutError) as problem:
        raise stop_with(f"The demo stopped: {problem}", 1) from None


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does, and Ctrl-C does so too where a shell has turned it off."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    yield


def _run(folder: DemoFolder, *, json: bool, browser: bool, speed: float, port: int, fresh: bool) -> None:
    server_port, table_ports = choose_ports(port, TABLES)
    if fresh or not folder.prepared:
        _make_anew(folder)
    state = folder.read_state()
    engine = open_database(folder.database_url)
    opens_at, closes_at = practice_hours(date.fromisoformat(state["day"]))
    begins = opens_at + timedelta(minutes=folder.read_minute())
    clock = PracticeDay(begins, closes_at, speed or 1.0, now() + START_TAKES)
    children = Children(folder.own / "output")
    run = Demo(folder, engine, state, clock, server_port, table_ports, children)
    arrivals = None
    try:
        _start_processes(run)
        arrivals = _arrivals(run)
        ready = _wait_until_ready(run, arrivals, speed)
        typer.echo(as_json(ready) if json else as_text(ready))
        sys.stdout.flush()
        if browser and not json:
            _open_browser(ready)
        if speed:
            arrivals.start()
        _watch(run)
    finally:
        _stop(run, arrivals)


def _make_anew(folder: DemoFolder) -> None:
    typer.echo("Øvelsesvalget laves, et øjeblik … · Making the practice election, a moment …", err=True)
    if folder.database.exists() and folder.is_ours:
        _refuse_others_elections(folder)
    folder.clear()
    engine = open_database(folder.database_url)
    folder.write_state(prepare(folder, engine, now().astimezone(LOCAL_ZONE).date()))
    engine.dispose()


def _refuse_others_elections(folder: DemoFolder) -> None:
    """A database that somebody has made more elections in is not the demo's alone any more."""
    engine = open_database(folder.database_url)
    with snapshot(engine) as conn:
        elections = list_election_ids(conn)
    engine.dispose()
    if len(elections) > 1:
        raise NotOursError(str(folder.database))


def _start_processes(run: Demo) -> None:
    """The server first; the tables wait for it by themselves."""
    server = ["server", "run", "--database", run.folder.database_url, "--port", str(run.server_port)]
    run.children.start("server", server, {PRACTICE_DAY_VARIABLE: practice_day_text(run.clock)})
    for number, port in enumerate(run.table_ports, 1):
        own = run.folder.own / "tables" / str(number)
        table = ["table", "run", "--data", str(own), "--port", str(port), "--server", run.server, "--no-browser"]
        if read_enrolment(own) is None:
            table += ["--code", _enrolment_code(run, number)]
        run.children.start(f"table-{number}", table)


def _enrolment_code(run: Demo, number: int) -> str:
    with run.engine.begin() as conn:
        table_id = find_table_id(conn, run.state["station_id"], number)
        assert table_id is not None  # noqa: S101 - the first start made it
        # Made late in the practice day: ten of its minutes are ten seconds, and a slow machine may need longer.
        return make_enrolment_code(conn, table_id, run.clock.ends)


def _arrivals(run: Demo) -> Arrivals:
    tables = [EnrolledTable(**table) for table in run.state["practice_tables"]]
    with snapshot(run.engine) as conn:
        stations = practice_stations(conn, run.state["election_id"], tables)
    return Arrivals(run.server, stations, run.minute, now)


def _wait_until_ready(run: Demo, arrivals: Arrivals, speed: float) -> Ready:
    wait_until_answering(f"{run.server}/health/ready", run.children.check)
    arrivals.step()  # the first voters of the day, so that somebody is in the register already
    with snapshot(run.engine) as conn:
        samples = pick_samples(conn, run.state["election_id"], run.state["station_id"])
        election = find_election(conn, run.state["election_id"])
        station = read_stations(conn, [run.state["station_id"]])[run.state["station_id"]]
    assert election is not None  # noqa: S101 - the first start made it
    arrivals.leave_alone(card.digits for card in samples)
    sheet, page = write_samples(samples, election, run.folder.root / "samples.pdf")
    tables = [
        OwnTable(f"http://{LOOPBACK}:{port}/", station.name, station.key.number, number)
        for number, port in enumerate(run.table_ports, 1)
    ]
    for table in tables:
        wait_until_answering(table.url, run.children.check)
        _wait_until_enrolled(run, table.number)
    return Ready(run.server, tables, run.state["sign_in"], samples, sheet, page, speed)


def _wait_until_enrolled(run: Demo, number: int) -> None:
    until = time.monotonic() + ENROLLED_WITHIN_S
    while read_enrolment(run.folder.own / "tables" / str(number)) is None:
        run.children.check()
        if time.monotonic() > until:
            raise TimeoutError(f"table {number} was not enrolled; see {run.children.folder}")
        time.sleep(WATCH_EVERY_S)


def _open_browser(ready: Ready) -> None:
    """The board and the first table, where there is a screen to show them on."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    for url in (ready.board, ready.tables[0].url):
        webbrowser.open(url)


def _watch(run: Demo) -> None:
    while True:
        run.children.check()
        run.folder.write_minute(run.minute())
        time.sleep(WATCH_EVERY_S)


def _stop(run: Demo, arrivals: Arrivals | None) -> None:
    """Nothing that was started is left running, even when somebody presses Ctrl-C again meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if arrivals is not None:
        arrivals.stop()
    run.folder.write_minute(run.minute())
    run.children.stop()
    run.engine.dispose()
