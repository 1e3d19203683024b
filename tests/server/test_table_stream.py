"""The table's line to its station, and the package it begins with: real sockets, both databases."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event, select
from starlette.types import Message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.elections import StationState
from domain.events import EventKind
from domain.wire import PackageHeader, StationNews, TableNow
from server.app import create_app
from server.db import polling_tables
from server.routes.table_stream import MAX_LINES_A_TABLE
from server.settings import Settings
from tests.serving import serve
from tests.world import TestTable, World, make_world, send


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    app = create_app(Settings("given", caller_ttl_s=0.0), world.engine)
    with serve(app) as address:
        yield address


@asynccontextmanager
async def stream(address: str, table: TestTable, *, after: int) -> AsyncIterator[ClientConnection]:
    """A table's line, with what the table knows already said."""
    url = address.replace("http", "ws") + "/api/table/stream"
    async with connect(url, additional_headers=table.headers) as line:
        await line.send(TableNow(last_event=after, unsettled=0).model_dump_json())
        yield line


async def news(line: ClientConnection) -> StationNews:
    return StationNews.model_validate_json(await asyncio.wait_for(line.recv(), 10))


async def until_closed(line: ClientConnection) -> None:
    """Read on until the other end closes; raises ``ConnectionClosed``."""
    while True:
        await line.recv()


def test_table_learns_of_a_mark_at_another_table_within_a_second(world: World, address: str) -> None:
    async def story() -> None:
        async with stream(address, world.tables[1], after=0) as line:
            known = (await news(line)).last_event
            with httpx2.Client(base_url=address) as client:
                await asyncio.to_thread(send, client, world.tables[0], world.mark(world.card(7)))
            async with asyncio.timeout(1):
                told = await news(line)
                while told.last_event == known:
                    told = await news(line)
        (event,) = told.events
        assert (event.kind, event.table_number) == (EventKind.MARK_RECORDED, 1)
        assert event.entry_id == world.entries[world.stations[0], 7]

    asyncio.run(story())


def test_news_come_without_gaps_from_the_event_the_table_named(world: World, address: str) -> None:
    async def story() -> None:
        with httpx2.Client(base_url=address) as client:
            send(client, world.tables[0], *(world.mark(world.card(number)) for number in range(7, 40)))
        async with stream(address, world.tables[1], after=5) as line:
            told = await news(line)
        assert [event.number for event in told.events] == list(range(6, told.last_event + 1))

    asyncio.run(story())


def test_station_that_closes_tells_its_tables_at_once(world: World, address: str) -> None:
    async def story() -> None:
        async with stream(address, world.tables[0], after=0) as line:
            await news(line)
            world.set_station(state=StationState.CLOSED)
            assert (await news(line)).station_state is StationState.CLOSED

    asyncio.run(story())


def test_revoked_laptop_is_cut_off_within_seconds(world: World, address: str) -> None:
    async def story() -> None:
        async with stream(address, world.tables[0], after=0) as line:
            await news(line)
            world.set_table(token_hash=None)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(until_closed(line), 15)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401

    asyncio.run(story())


async def refused(address: str, table: TestTable) -> int | None:
    """The code with which a new line is closed before it brings news; ``None`` for a line that brings them."""
    try:
        async with stream(address, table, after=0) as line:
            await news(line)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    return None


def test_table_that_opens_line_after_line_leaves_room_for_the_others(world: World, address: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as lines:
            for _ in range(MAX_LINES_A_TABLE):
                await news(await lines.enter_async_context(stream(address, world.tables[0], after=0)))
            assert await refused(address, world.tables[0]) == 1013
            assert await refused(address, world.tables[1]) is None
        tries = [await refused(address, world.tables[0]) for _ in range(50)]  # the server notices closed lines in its own time
        assert tries[-1] is None

    asyncio.run(story())


def test_call_for_help_is_written_at_once_and_what_is_unsettled_for_a_moment_is_not(world: World, address: str) -> None:
    written: list[str] = []

    def note(_conn: Connection, _cursor: object, statement: str, *_: object) -> None:
        written.extend([statement] if statement.startswith("UPDATE polling_tables") else [])

    def until_help_is_called() -> None:
        deadline = time.monotonic() + 20
        called = select(polling_tables.c.calls_help).where(polling_tables.c.id == world.tables[0].table_id)
        while time.monotonic() < deadline:
            with world.engine.connect() as conn:
                if conn.scalar(called):
                    return
            time.sleep(0.02)
        raise AssertionError("nobody was told")

    async def story() -> None:
        async with stream(address, world.tables[0], after=0) as line:
            await news(line)
            for unsettled in (1, 0) * 20:
                await line.send(TableNow(last_event=0, unsettled=unsettled).model_dump_json())
            await line.send(TableNow(last_event=0, unsettled=0, calls_help=True).model_dump_json())
            await asyncio.to_thread(until_help_is_called)

    event.listen(world.engine, "before_cursor_execute", note)
    asyncio.run(story())
    assert 2 <= len(written) <= 10  # forty messages, and one write each four seconds


def test_line_without_a_token_is_closed(world: World, address: str) -> None:
    async def story() -> None:
        async with connect(address.replace("http", "ws") + "/api/table/stream") as line:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(line.recv(), 10)

    asyncio.run(story())


def test_package_holds_the_stations_rows_and_nothing_of_others(world: World) -> None:
    app = create_app(Settings("given", hosts=("testserver",)), world.engine)
    with TestClient(app) as client:
        send(client, world.tables[0], world.mark(world.card(7)))
        content = client.get("/api/table/package", headers=world.tables[0].headers).content
    *lines, last = content.splitlines(keepends=True)
    assert json.loads(last) == ["end", hashlib.sha256(b"".join(lines)).hexdigest()]
    header = PackageHeader.model_validate_json(lines[0])
    rows = [json.loads(line) for line in lines[1:]]
    kinds = [row[0] for row in rows]
    assert (kinds.count("e"), kinds.count("c"), kinds.count("m")) == (header.entries, header.cards, header.marks) == (40, 41, 1)
    assert world.card(1, station=1) not in content.decode()
    replaced = next(row for row in rows if row[0] == "c" and row[3])
    assert (replaced[1], replaced[4]) == (world.card(6), world.card(1006)[-4:])


def test_laptop_that_does_not_read_its_package_holds_no_connection_that_marks_need(world: World) -> None:
    app = create_app(Settings("given", hosts=("testserver",)), world.engine)
    headers = [(b"host", b"testserver"), (b"authorization", f"Bearer {world.tables[0].token}".encode())]
    path = "/api/table/package"
    call = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "http_version": "1.1"}

    async def story() -> None:
        stuck = asyncio.Event()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async def send_to_nobody(message: Message) -> None:
            if message["type"] == "http.response.body":
                stuck.set()
                await asyncio.Event().wait()

        serving = asyncio.create_task(app(call, receive, send_to_nobody))
        await asyncio.wait_for(stuck.wait(), 20)
        assert world.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # QueuePool's own
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(story())


def test_full_queue_is_told_and_nothing_is_lost(world: World) -> None:
    """The recorder is held up while more calls come than may wait; those told no come again and get their marks."""
    app = create_app(Settings("given", queue_limit=2), world.engine)
    requests = [world.mark(world.card(number)) for number in range(7, 27)]

    async def story(client: httpx2.AsyncClient) -> list[int]:
        async def one(at: int) -> int:
            body = {"requests": [json.loads(requests[at].model_dump_json())]}
            return (await client.post("/api/table/requests", json=body, headers=world.tables[0].headers)).status_code

        return list(await asyncio.gather(*(one(at) for at in range(20))))

    with serve(app) as address:

        async def flood() -> list[int]:
            async with httpx2.AsyncClient(base_url=address) as client:
                with world.engine.begin() as conn:  # holds the only write lock, or the station's row
                    conn.exec_driver_sql("update station_heads set epoch = epoch")
                    flooding = asyncio.create_task(story(client))
                    await asyncio.sleep(0.5)
                return await flooding

        first = asyncio.run(flood())
        assert set(first) == {200, 503}
        with httpx2.Client(base_url=address) as client:
            answers = [send(client, world.tables[0], request)[0] for request in requests]
    assert all(answer.accepted for answer in answers)
