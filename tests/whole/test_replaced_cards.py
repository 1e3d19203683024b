"""Cards that were replaced: a table that heard of it late knows of each what a table with a fresh package knows."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from server.actions.news import read_news
from server.actions.replacement_cards import replace_card
from server.db import snapshot
from server.queries.tables import TableCaller
from server.routes.package import package_lines
from station_client.package import build_copy
from station_client.register_copy import RegisterCopy, open_copy
from tests.world import MORNING, SERIES, make_world


def fetched(engine: Engine, caller: TableCaller, path: Path) -> RegisterCopy:
    with snapshot(engine) as conn:
        build_copy((line.rstrip(b"\n") for line in package_lines(conn, caller)), path)
    copy = open_copy(path)
    assert copy is not None
    return copy


def test_table_that_hears_late_of_several_new_cards_knows_every_one_as_the_server_does(engine: Engine, tmp_path: Path) -> None:
    world = make_world(engine)
    table = world.tables[0]
    caller = TableCaller(table.table_id, table.number, table.station_id, world.election_id)
    copy = fetched(engine, caller, tmp_path / "before.sqlite3")
    cards = [world.card(1)]
    for hour in range(3):
        with engine.begin() as conn:
            at = MORNING + timedelta(hours=hour)
            new = replace_card(conn, world.election_id, SERIES, world.card(1), at, official_id=None)
        cards.append(new.digits)
    with snapshot(engine) as conn:
        copy.follow(read_news(conn, caller, after=copy.last_event, at=MORNING).events)
    fresh = fetched(engine, caller, tmp_path / "after.sqlite3")
    for card in cards:
        assert copy.find(card) == fresh.find(card)
        assert copy.find(card) is not None
    for one in (copy, fresh):
        one.close()
