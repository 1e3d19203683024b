"""The server is killed at every step of a mark. Whatever a table was told stands; whatever it was not told, it asks again."""

import contextlib
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, func, select

from domain.events import first_broken_link
from domain.wire import Answer, MarkRequest
from server.db import marks, snapshot
from server.queries.events import stream_log
from tests.whole.processes import ServerProcess, killed_at, server_process
from tests.world import World, make_world, send

VOTERS = range(7, 13)


def mark_until_it_breaks(server: ServerProcess, world: World, requests: list[MarkRequest]) -> dict[int, Answer]:
    """Send one request after the other until the server is gone; what was answered, by position."""
    answered: dict[int, Answer] = {}
    with httpx2.Client(base_url=server.address, timeout=20) as client, contextlib.suppress(httpx2.TransportError):
        for at, request in enumerate(requests):
            answered[at] = send(client, world.tables[0], request)[0]
    return answered


def ask_again_and_check(server: ServerProcess, world: World, requests: list[MarkRequest], answered: dict[int, Answer]) -> None:
    """After a restart the same requests get the same answers, every voter has one mark, and the log is whole."""
    with httpx2.Client(base_url=server.address, timeout=20) as client:
        again = [send(client, world.tables[0], request)[0] for request in requests]
    assert all(again[at] == answer for at, answer in answered.items())
    assert all(answer.accepted for answer in again)
    with snapshot(world.engine) as conn:
        assert conn.scalar(select(func.count()).select_from(marks)) == len(requests)
        assert first_broken_link(stream_log(conn, world.stations[0])) is None


# A commit on SQLite is some writes to the log file, then one flush. Twelve points over the first marks: before, between, after.
@pytest.mark.parametrize(
    ("syscall", "nth"),
    [*(("pwrite64", nth) for nth in (1, 2, 5, 9, 14, 20, 27, 35)), *(("fdatasync", nth) for nth in (1, 2, 4, 6))],
)
def test_no_mark_that_was_told_is_lost_wherever_the_server_dies(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, syscall: str, nth: int
) -> None:
    world = make_world(sqlite_engine)
    requests = [world.mark(world.card(number)) for number in VOTERS]
    with server_process(sqlite_url, tmp_path) as server:
        with killed_at(server.pid, syscall, nth):
            answered = mark_until_it_breaks(server, world, requests)
        assert len(answered) < len(requests), "the server was not killed; the test proves nothing"
        server.kill()
        server.start()
        ask_again_and_check(server, world, requests, answered)


# A mark is a handful of statements, each a message of its own to PostgreSQL.
@pytest.mark.parametrize("nth", [2, 7, 13, 20])
def test_no_mark_that_was_told_is_lost_when_the_server_dies_before_postgresql(
    postgresql_engine: Engine, postgresql_url: str, tmp_path: Path, nth: int
) -> None:
    world = make_world(postgresql_engine)
    requests = [world.mark(world.card(number)) for number in VOTERS]
    with server_process(postgresql_url, tmp_path) as server:
        with killed_at(server.pid, "sendto", nth):
            answered = mark_until_it_breaks(server, world, requests)
        assert len(answered) < len(requests), "the server was not killed; the test proves nothing"
        server.kill()
        server.start()
        ask_again_and_check(server, world, requests, answered)
