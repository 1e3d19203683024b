"""The table's program is killed at every step of a mark. It comes back to the same voter; the mark is there once."""

import contextlib
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, select

from domain.officials import Role
from domain.screens import Screen
from server.app import create_app
from server.clock import now
from server.db import marks, snapshot
from server.settings import Settings
from station_client.enrolment import read_enrolment
from station_client.journal_store import open_journal
from station_client.ledger import Ledger
from tests.serving import serve
from tests.station_client.local_page import LocalPage
from tests.whole.processes import killed_at
from tests.whole.table_process import TableProcess, table_process
from tests.world import World, make_world

VOTER = 10


def marks_in_register(world: World) -> set[UUID]:
    """The request ids of all marks that stand."""
    with snapshot(world.engine) as conn:
        return set(conn.scalars(select(marks.c.request_id).where(marks.c.withdrawn_event.is_(None))))


def ledger_of(folder: Path) -> Ledger:
    """What the dead table left behind."""
    enrolment = read_enrolment(folder)
    assert enrolment is not None
    return Ledger(open_journal(folder / f"journal-{enrolment.key}.sqlite3"))


def ready_table(process: TableProcess, world: World) -> LocalPage:
    """A signed-in table with a voter on its screen."""
    page = process.start()
    page.until(lambda view: view.state == "sign_in" and view.connection.up)
    page.post("sign-in", code=world.officials[Role.REGISTER_KEEPER][1])
    page.until(lambda view: view.state == "ready")
    assert page.scan(world.card(VOTER)).state is Screen.FOUND
    return page


# Space makes one row, one flush, one call, one answer, one more row and flush, and the screen.
@pytest.mark.parametrize(
    ("syscall", "nth"),
    [
        *(("pwrite64", nth) for nth in (1, 2, 3, 4)),
        *(("fdatasync", nth) for nth in (1, 2)),
        *(("write", nth) for nth in (1, 2, 3)),
        *(("recvfrom,recvmsg,read", nth) for nth in (2, 4, 6)),
    ],
)
def test_a_table_killed_in_the_middle_of_a_mark_comes_back_to_the_same_voter(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, syscall: str, nth: int
) -> None:
    world = make_world(sqlite_engine)
    folder = tmp_path / "table"
    with (
        serve(create_app(Settings(database_url=sqlite_url), world.engine, now)) as address,
        table_process(world, address, folder) as process,
    ):
        page = ready_table(process, world)
        shown = page.view().voter
        with killed_at(process.pid, syscall, nth), contextlib.suppress(httpx2.TransportError):
            page.confirm()
        process.kill()

        ledger = ledger_of(folder)
        last = ledger.last_mark
        asked = ledger.open_mark or (last.request if last else None)
        ledger.close()
        recorded = marks_in_register(world)
        # Nothing is sent that is not on the table's own disk.
        assert recorded <= ({asked.request_id} if asked else set())

        page = process.start()
        if asked is None:
            page.until(lambda view: view.state is Screen.READY)
            assert page.scan(world.card(VOTER)).state is Screen.FOUND
            page.confirm()
        view = page.until(lambda view: view.state is Screen.REGISTERED)
        assert view.voter == shown
        (recorded_now,) = marks_in_register(world)
        assert asked is None or recorded_now == asked.request_id
        assert page.confirm().state is Screen.READY
        view = page.until(lambda view: view.connection.unsettled == 0)
        assert (view.counts.cards, view.counts.marks) == (1, 1)


def test_a_table_killed_before_the_ballots_were_confirmed_shows_them_again(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    world = make_world(sqlite_engine)
    with (
        serve(create_app(Settings(database_url=sqlite_url), world.engine, now)) as address,
        table_process(world, address, tmp_path / "table") as process,
    ):
        page = ready_table(process, world)
        before = page.confirm()
        assert before.state is Screen.REGISTERED
        process.kill()
        page = process.start()
        after = page.until(lambda view: view.connection.up)
        assert (after.state, after.voter, after.verdict) == (Screen.REGISTERED, before.voter, "Udlevér 2 stemmesedler")
        with snapshot(world.engine) as conn:
            assert conn.scalars(select(marks.c.handed_over_at)).all() == [None]
        page.scan(world.card(VOTER + 1))
        page.until(lambda view: view.connection.unsettled == 0)
        with snapshot(world.engine) as conn:
            assert None not in conn.scalars(select(marks.c.handed_over_at)).all()


def test_the_row_is_flushed_before_anything_is_sent(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    """Killed on its way into the first flush, the table has told nobody anything."""
    world = make_world(sqlite_engine)
    with (
        serve(create_app(Settings(database_url=sqlite_url), world.engine, now)) as address,
        table_process(world, address, tmp_path / "table") as process,
    ):
        page = ready_table(process, world)
        with killed_at(process.pid, "fdatasync", 1), pytest.raises(httpx2.TransportError):
            page.confirm()
        process.kill()
        assert marks_in_register(world) == set()
