"""Tables and the real server over real sockets: one voter, two tables, and nothing left where it should not be."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from domain.elections import StationState, TableState
from domain.officials import Role
from domain.screens import Screen
from server.app import create_app
from server.clock import now
from server.db import marks, poll_cards, register_entries, snapshot
from server.settings import Settings
from tests.serving import serve
from tests.station_client.local_page import LocalPage
from tests.whole.table_process import TableProcess, table_process
from tests.world import World, make_world


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    return make_world(sqlite_engine)


@pytest.fixture
def address(world: World, sqlite_url: str) -> Iterator[str]:
    with serve(create_app(Settings(database_url=sqlite_url), world.engine, now)) as address:
        yield address


@pytest.fixture
def first(world: World, address: str, tmp_path: Path) -> Iterator[TableProcess]:
    with table_process(world, address, tmp_path / "first") as process:
        yield process


def sit_down(process: TableProcess, world: World, role: Role = Role.REGISTER_KEEPER) -> LocalPage:
    page = process.start()
    page.until(lambda view: view.state == "sign_in" and view.connection.up)
    page.post("sign-in", code=world.officials[role][1])
    page.until(lambda view: view.state == "ready")
    return page


def test_the_second_table_is_told_where_the_voter_was_marked(
    world: World, address: str, first: TableProcess, tmp_path: Path
) -> None:
    with table_process(world, address, tmp_path / "second", table=1) as second:
        one, two = sit_down(first, world), sit_down(second, world, Role.CHAIR)
        one.scan(world.card(10))
        assert one.confirm().state is Screen.REGISTERED
        # At once by its own copy or by the server's word; either way the same screen.
        two.scan(world.card(10))
        view = two.view() if two.view().state is Screen.VOTED else two.confirm()
        assert view.state is Screen.VOTED
        assert view.details[0].startswith("Registreret ved bord 1 kl. ")
    with snapshot(world.engine) as conn:
        assert conn.scalar(select(func.count()).select_from(marks)) == 1


def test_every_kind_of_card_has_its_screen(world: World, first: TableProcess) -> None:
    page = sit_down(first, world)
    for number, screen in ((2, Screen.LETTER), (5, Screen.NOT_ENTITLED), (6, Screen.REPLACED)):
        assert page.scan(world.card(number)).state is screen
    assert page.scan(world.card(1, station=1)).state is Screen.WRONG_STATION
    assert page.scan("970000000010").state in {Screen.MISREAD, Screen.UNKNOWN}
    view = page.scan(world.card(3))
    assert [ballot.name for ballot in view.ballots] == ["Regionsrådsvalg"]
    assert page.confirm().verdict == "Udlevér 1 stemmeseddel"


def test_a_withdrawn_voter_can_be_marked_again(world: World, first: TableProcess) -> None:
    page = sit_down(first, world)
    page.scan(world.card(10))
    page.confirm()
    refused = page.post("withdraw", second_code=world.officials[Role.REGISTER_KEEPER][1], reason="Forkert vælger")
    assert refused.error == "Valgsekretæren eller formanden skal skrive sin egen kode. Intet er fortrudt."
    secretary = world.officials[Role.STATION_SECRETARY][1]
    view = page.post("withdraw", second_code=secretary, reason="Forkert vælger")
    assert (view.state, view.error, view.counts.difference) == (Screen.READY, None, 1)
    page.scan(world.card(10))
    view = page.confirm()
    assert (view.state, view.counts.marks, view.counts.difference) == (Screen.REGISTERED, 1, 0)


def test_the_chair_closes_the_station_and_the_table_follows(world: World, first: TableProcess) -> None:
    page = sit_down(first, world)
    page.scan(world.card(10))
    world.set_station(state=StationState.CLOSED)
    view = page.confirm()
    assert (view.state, view.error) == (Screen.CLOSED, "Intet er registreret. Send vælgeren til valgsekretæren.")
    assert page.scan(world.card(11)).state is Screen.CLOSED


def test_a_table_that_was_paused_elsewhere_takes_no_mark(world: World, first: TableProcess) -> None:
    page = sit_down(first, world)
    page.scan(world.card(10))
    world.set_table(state=TableState.PAUSED)
    assert page.confirm().state is Screen.PAUSED
    with snapshot(world.engine) as conn:
        assert conn.scalar(select(func.count()).select_from(marks)) == 0


def test_nothing_of_a_person_is_left_in_the_log_or_of_others_in_the_files(world: World, first: TableProcess) -> None:
    with world.engine.begin() as conn:
        conn.execute(update(register_entries).values(street="Kanarievej 7", city="Kanariestad", postcode="2799"))
    page = sit_down(first, world)
    for number in (2, 3, 5, 6, 10):
        page.scan(world.card(number))
        page.post("reject")
        page.post("acknowledge")
    page.scan(world.card(10))
    page.confirm()
    page.scan(world.card(1, station=1))
    code = world.officials[Role.STATION_SECRETARY][1]
    page.post("withdraw", second_code=code, reason="Forkert vælger")
    page.post("sign-in", code="1234-567890")
    first.kill()

    log = first.log.read_text()
    files = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    with snapshot(world.engine) as conn:
        cards = {row.number: row.entry_id for row in conn.execute(select(poll_cards))}
        entries = conn.execute(select(register_entries.c.id, register_entries.c.station_id, register_entries.c.name)).all()
    foreign = {entry.id for entry in entries if entry.station_id != world.stations[0]}
    assert foreign
    # The log: no card, no name, no code.
    assert [line for line in log.splitlines() if json.loads(line)["event"] == "signed_in"]
    assert not [card for card in cards if card in log or card[-9:] in log]
    assert not [entry.name for entry in entries if entry.name in log]
    assert not [secret for _, secret in world.officials.values() if secret in log or secret[-6:] in log]
    # The files: the station's own voters, and nothing else.
    everything = b"".join(files.values())
    assert b"Kanarie" not in everything
    assert not [card for card, entry_id in cards.items() if entry_id in foreign and card.encode() in everything]
    assert not [secret for _, secret in world.officials.values() if secret.encode() in everything]
    assert any(card.encode() in everything for card, entry_id in cards.items() if entry_id not in foreign)
