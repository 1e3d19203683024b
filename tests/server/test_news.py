"""What a table is told of its station, however far behind it is."""

from sqlalchemy import Engine

from domain.events import EventKind
from domain.wire import MAX_EVENTS
from server.actions.news import read_news
from server.actions.replacement_cards import replace_card
from server.actions.station_log import lock_stations, save_logs
from server.db import snapshot
from server.queries.tables import TableCaller
from tests.world import MORNING, SERIES, make_world


def test_table_far_behind_hears_every_event_in_portions_also_when_one_event_changes_several_cards(engine: Engine) -> None:
    world = make_world(engine)
    station, table = world.stations[0], world.tables[0]
    with engine.begin() as conn:
        for _ in range(3):
            replace_card(conn, world.election_id, SERIES, world.card(1), MORNING, official_id=None)
        logs = lock_stations(conn, [station])
        for _ in range(MAX_EVENTS):
            logs[station].append(EventKind.SIGNED_OUT, MORNING, table_id=table.table_id)
        save_logs(conn, logs.values())
    caller = TableCaller(table.table_id, table.number, station, world.election_id)
    with snapshot(engine) as conn:
        first = read_news(conn, caller, after=0, at=MORNING)
        told = read_news(conn, caller, after=first.events[-1].number, at=MORNING)
    heard = [event.number for event in (*first.events, *told.events)]
    assert sorted(set(heard)) == list(range(1, told.last_event + 1))
    assert len(heard) == told.last_event + 2 * 3  # the voter's three old cards are told at each of three events
