import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy import Engine
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_sync

from server.db import open_engine, snapshot
from server.live import BoardReader
from server.queries.board import list_station_totals
from server.watch import HeadWatcher
from tests.server.board_app import BoardServer, serve_board
from tests.server.board_builder import AFTERNOON, Day, count_marks, make_day, record

PLACES = ((1, "Tapeten", 3981), (2, "Balleruphallen", 6635))


def clock() -> datetime:
    return AFTERNOON


@pytest.fixture
def day(engine: Engine) -> Day:
    return make_day(engine, places=PLACES)


@pytest.fixture
def server(engine: Engine, day: Day) -> Iterator[BoardServer]:
    with serve_board(engine, clock) as server:
        yield server


def add_marks(engine: Engine, day: Day, marks: int = 1) -> None:
    with engine.begin() as conn:
        record(conn, day, 1, AFTERNOON, marks=marks)


def test_a_frame_is_the_same_as_the_api_and_comes_at_once(server: BoardServer, day: Day) -> None:
    with connect_sync(server.stream_url(day.election_id)) as board:
        frame = json.loads(board.recv(timeout=5))
    assert frame == httpx2.get(f"{server.url}/api/board").json()
    assert frame["stations"][0]["name"] == "Balleruphallen"


def test_a_commit_of_another_process_is_seen_within_a_second(server: BoardServer, day: Day, database_url: str) -> None:
    elsewhere = open_engine(database_url)  # nobody wakes this server: it has to see for itself
    with connect_sync(server.stream_url(day.election_id)) as board:
        before = json.loads(board.recv(timeout=5))["totals"]["marks"]
        add_marks(elsewhere, day)
        assert json.loads(board.recv(timeout=1))["totals"]["marks"] == before + 1
    elsewhere.dispose()


def test_a_wake_from_another_thread_brings_the_new_numbers(engine: Engine, server: BoardServer, day: Day) -> None:
    with connect_sync(server.stream_url(day.election_id)) as board:
        before = json.loads(board.recv(timeout=5))["totals"]["marks"]
        add_marks(engine, day)
        server.watcher.wake()
        assert json.loads(board.recv(timeout=1))["totals"]["marks"] == before + 1


def test_many_commits_are_few_frames_and_the_last_frame_has_them_all(engine: Engine, server: BoardServer, day: Day) -> None:
    with connect_sync(server.stream_url(day.election_id)) as board:
        before = json.loads(board.recv(timeout=5))["totals"]["marks"]
        began = time.monotonic()
        for _ in range(100):
            add_marks(engine, day)
            server.watcher.wake()
        frames = [json.loads(board.recv(timeout=5))["totals"]["marks"]]
        while frames[-1] < before + 100:
            frames.append(json.loads(board.recv(timeout=5))["totals"]["marks"])
        lasted = time.monotonic() - began
    assert frames == sorted(frames)
    assert len(frames) <= 4 * lasted + 2


def test_the_board_is_never_ahead_of_the_log(engine: Engine, server: BoardServer, day: Day, database_url: str) -> None:
    """While marks are recorded, each board's marks are those of the events that it names, and are in the log by then."""
    elsewhere = open_engine(database_url)
    stop = threading.Event()
    start = {row.id: (row.marks, row.last_event) for row in read_totals(engine, day)}
    known = {number: start[station_id] for number, station_id in day.stations.items()}

    def record_on() -> None:
        while not stop.is_set():
            with elsewhere.begin() as conn:
                record(conn, day, 1, AFTERNOON, marks=3)
                record(conn, day, 2, AFTERNOON, marks=2)

    thread = threading.Thread(target=record_on)
    thread.start()
    try:
        for _ in range(25):
            shown = httpx2.get(f"{server.url}/api/board").json()
            with snapshot(engine) as conn:
                in_log = count_marks(conn)
            new = [station["marks"] - known[station["number"]][0] for station in shown["stations"]]
            events = [station["last_event"] - known[station["number"]][1] for station in shown["stations"]]
            assert new == events
            assert sum(new) <= in_log
            assert new[0] * 3 == new[1] * 2, "half of a transaction was shown"
            assert shown["totals"]["marks"] == sum(station["marks"] for station in shown["stations"])
            assert sum(quarter["marks"] for quarter in shown["quarters"]) == shown["totals"]["marks"]
            assert (
                sum(table["marks"] for station in shown["stations"] for table in station["tables"]) == shown["totals"]["marks"]
            )
    finally:
        stop.set()
        thread.join()
        elsewhere.dispose()


def read_totals(engine: Engine, day: Day) -> list[Any]:
    with snapshot(engine) as conn:
        return list(list_station_totals(conn, day.election_id))


def dead_reader(server: BoardServer, day: Day) -> socket.socket:
    """A browser that opens the board and then never reads a byte, with the smallest window the kernel gives."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    line.connect(("127.0.0.1", server.port))
    line.sendall(
        f"GET /api/board/stream?election={day.election_id} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return line


def test_dead_and_slow_readers_delay_nobody_and_the_dead_are_dropped(engine: Engine, database_url: str) -> None:
    """One board reads, 10 read a kilobyte a second, 40 never read. The frames are large, so that sockets fill in seconds."""
    places = [(number, f"Station {number} " + "x" * 90, 3000) for number in range(1, 301)]
    day = make_day(engine, places=places, previous=False, now=None)
    with serve_board(engine, clock) as server:
        dead = [dead_reader(server, day) for _ in range(50)]
        reading = threading.Event()

        def read_slowly() -> None:
            while not reading.wait(1):
                for line in dead[:10]:
                    line.settimeout(0)
                    try:
                        line.recv(1000)
                    except BlockingIOError:
                        continue

        slow = threading.Thread(target=read_slowly, daemon=True)
        slow.start()
        delays: list[float] = []
        with connect_sync(server.stream_url(day.election_id), max_size=None) as board:
            marks = json.loads(board.recv(timeout=10))["totals"]["marks"]
            deadline = time.monotonic() + 60
            while server.feed.readers > 1 and time.monotonic() < deadline:
                add_marks(engine, day)
                server.watcher.wake()
                marks += 1
                began = time.monotonic()
                while json.loads(board.recv(timeout=5))["totals"]["marks"] < marks:
                    pass
                delays.append(time.monotonic() - began)
            left = server.feed.readers
            deadline = time.monotonic() + 20
            while (lines := open_lines(server)) > 1 and time.monotonic() < deadline:
                time.sleep(0.1)
        reading.set()
        for line in dead:
            line.close()
    assert left == 1, "the dead are still fed"
    assert lines == 1, "the lines of the dead are still open"
    assert len(delays) > 10
    assert sorted(delays)[len(delays) // 2] < 1
    assert max(delays) < 4


def open_lines(server: BoardServer) -> int:
    """The server's ends of connections that hold a socket."""
    own = psutil.Process().net_connections(kind="tcp4")
    return sum(line.laddr.port == server.port and line.status != psutil.CONN_LISTEN for line in own)


def test_a_reader_that_speaks_is_shown_out(server: BoardServer, day: Day) -> None:
    with connect_sync(server.stream_url(day.election_id)) as board:
        board.send("hello")
        with pytest.raises(ConnectionClosed) as closed:
            read_to_the_end(board)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def read_to_the_end(board: ClientConnection) -> None:
    for _ in range(100):
        board.recv(timeout=5)


def test_no_person_is_in_a_frame(server: BoardServer, day: Day) -> None:
    """The frame's words are the stations' names and a few codes; nothing else in it is text."""
    with connect_sync(server.stream_url(day.election_id)) as board:
        frame = json.loads(board.recv(timeout=5))
    words = {"Balleruphallen", "Tapeten", "Ballerup", "open", "practice", "2021", "Kommunal- og regionalvalg 2025"}
    assert {text for text in texts(frame) if not text[0].isdigit()} == words - {"2021"}


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def test_the_latest_frame_is_the_one_that_is_taken() -> None:
    async def story() -> list[str | None]:
        reader = BoardReader(None)
        for number in range(3):
            reader.offer(f"frame {number}")
        first = await reader.take()
        reader.offer("frame 3")
        reader.end()
        return [first, await reader.take()]

    assert asyncio.run(story()) == ["frame 2", None]


def test_a_follower_of_one_station_is_told_of_that_one_only(engine: Engine, day: Day) -> None:
    async def story() -> list[bool]:
        watcher = HeadWatcher(engine)
        await watcher.start()
        with watcher.subscribe(day.stations[1]) as one, watcher.subscribe(day.stations[2]) as two:
            seen = [await one.wait(2), await two.wait(2)]
            await asyncio.sleep(0.4)  # the watcher's first look makes every station new
            seen += [await one.wait(0.01), await two.wait(0.01)]
            await asyncio.to_thread(add_marks, engine, day)
            watcher.wake()
            seen += [await one.wait(2), await two.wait(0.6)]
        await watcher.stop()
        watcher.wake()  # a wake after the end is harmless
        return seen

    assert asyncio.run(story()) == [True, True, True, True, True, False]


def test_a_hundred_boards_are_fed_from_one_read(engine: Engine, server: BoardServer, day: Day) -> None:
    async def story() -> tuple[set[str], int]:
        boards = await asyncio.gather(*(connect(server.stream_url(day.election_id)) for _ in range(100)))
        for board in boards:
            await board.recv()
        await asyncio.to_thread(add_marks, engine, day)
        frames = await asyncio.gather(*(asyncio.wait_for(board.recv(), 5) for board in boards))
        open_now = server.feed.readers
        await asyncio.gather(*(board.close() for board in boards))
        return {str(frame) for frame in frames}, open_now

    frames, open_now = asyncio.run(story())
    assert open_now == 100
    assert len(frames) <= 2
    deadline = time.monotonic() + 5
    while server.feed.readers and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.feed.readers == 0, "a closed board was not forgotten"
