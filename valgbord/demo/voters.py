"""Which practice voters come to which station, in which order. The same ones at every start, so that a day can go on."""

import random
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from server.queries.cards import list_cards_for_ballots
from server.queries.stations import list_stations
from valgbord.demo.arrivals import PracticeStation, PracticeTable
from valgbord.demo.day_curve import former_turnouts
from valgbord.demo.prepare import EnrolledTable
from valgbord.practice.sources import ballerup
from valgbord.samples import KEPT_FOR_SAMPLES

_SWING = 0.04
"""A station's turnout differs from that of the former election by up to this share of the voters."""

ADVANCE_SHARE = 0.09


def practice_stations(conn: Connection, election_id: int, tables: Iterable[EnrolledTable]) -> list[PracticeStation]:
    """Every station with its practice tables and the cards of the voters who will come, shuffled by a fixed seed."""
    by_station: dict[int, list[PracticeTable]] = defaultdict(list)
    for table in tables:
        by_station[table.station_id].append(PracticeTable(table.number, table.token, table.official_id))
    final = {(former.municipality_code, former.number): former.final_share for former in former_turnouts()}
    electorates = {(district.municipality_code, district.number): district.electorate for district in ballerup()}
    stations = []
    for station_id, station in list_stations(conn, election_id).items():
        key = station.key.municipality_code, station.key.number
        dice = random.Random(f"practice day {station.key}")  # noqa: S311 - who comes when is no secret in a practice
        cards = list_cards_for_ballots(conn, station_id, but_each=KEPT_FOR_SAMPLES)
        dice.shuffle(cards)
        in_person = final[key] + dice.uniform(-_SWING, _SWING) - ADVANCE_SHARE
        stations.append(PracticeStation(by_station[station_id], cards[: round(in_person * electorates[key])]))
    return stations
