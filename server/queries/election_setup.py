"""Writes a new election, its contests and its stations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from domain.elections import CardAlias, Contest, Election, Station, StationState
from domain.events import FIRST_LINK
from server.db import card_aliases, contests, elections, previous_turnouts, station_heads, stations
from server.election_file import PreviousTurnout

FIRST_EPOCH = 1


def find_election_id(conn: Connection, name: str, card_series: str) -> int | None:
    """The id of an election with this name or this card series, or ``None``."""
    statement = select(elections.c.id).where((elections.c.name == name) | (elections.c.card_series == card_series)).limit(1)
    return conn.scalar(statement)


def insert_election(conn: Connection, election: Election, created_at: datetime) -> int:
    """Add an election without register; its id."""
    values = {
        "name": election.name,
        "day": election.day,
        "opens_at": election.opens_at,
        "closes_at": election.closes_at,
        "kind": election.kind,
        "card_series": election.card_series,
        "created_at": created_at,
    }
    election_id: int = conn.execute(insert(elections).values(values).returning(elections.c.id)).scalar_one()
    return election_id


def insert_contests(conn: Connection, election_id: int, found: Sequence[Contest]) -> None:
    """Add the election's ballot papers in the file's order: the position is the bit in a register row."""
    values = [
        {
            "election_id": election_id,
            "position": position,
            "code": contest.code,
            "name": contest.name,
            "ballot_colour": contest.ballot_colour,
        }
        for position, contest in enumerate(found)
    ]
    conn.execute(insert(contests), values)


def insert_card_aliases(conn: Connection, election_id: int, aliases: Sequence[CardAlias]) -> None:
    """Add the patterns of print suppliers' numbers."""
    conn.execute(
        insert(card_aliases),
        [{"election_id": election_id, "length": alias.length, "prefix": alias.prefix} for alias in aliases],
    )


def insert_station(conn: Connection, election_id: int, station: Station) -> int:
    """Add a station; its id."""
    values = {
        "election_id": election_id,
        "municipality_code": station.key.municipality_code,
        "municipality_name": station.municipality_name,
        "number": station.key.number,
        "name": station.name,
        "venue": station.venue,
        "address": station.address,
        "dagi_id": station.dagi_id,
    }
    station_id: int = conn.execute(insert(stations).values(values).returning(stations.c.id)).scalar_one()
    return station_id


def insert_heads(conn: Connection, station_ids: Sequence[int]) -> None:
    """Give stations their heads: prepared, nothing happened yet, no register."""
    first = {
        "state": StationState.PREPARED,
        "epoch": FIRST_EPOCH,
        "last_event": 0,
        "last_link": FIRST_LINK,
        "package_hash": "",
        "electorate": 0,
        "advance_votes": 0,
        "marks": 0,
        "marks_after_advance": 0,
    }
    conn.execute(insert(station_heads), [{"station_id": station_id, **first} for station_id in station_ids])


def insert_previous_turnouts(conn: Connection, election_id: int, label: str, found: Sequence[PreviousTurnout]) -> None:
    """Add an earlier election's course of the day."""
    values = [
        {
            "election_id": election_id,
            "label": label,
            "municipality_code": each.municipality_code,
            "number": each.number,
            "clock": each.clock,
            "share_e4": each.share_e4,
        }
        for each in found
    ]
    conn.execute(insert(previous_turnouts), values)
