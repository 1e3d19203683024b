"""Makes an election with its stations, ready for a register."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from domain.elections import Station
from server.election_file import ElectionFile
from server.queries import election_setup as queries


class ElectionExistsError(Exception):
    """The database already has an election of this name or with this card series; the message names it."""


def create_election(conn: Connection, file: ElectionFile, stations: Sequence[Station], created_at: datetime) -> int:
    """Store an election and its stations; its id. ``ElectionExistsError`` when it is there already."""
    election = file.election
    if queries.find_election_id(conn, election.name, election.card_series) is not None:
        raise ElectionExistsError(
            f"there is already an election named “{election.name}” or with card series {election.card_series}"
        )
    election_id = queries.insert_election(conn, election, created_at)
    queries.insert_contests(conn, election_id, election.contests)
    if election.card_aliases:
        queries.insert_card_aliases(conn, election_id, election.card_aliases)
    queries.insert_heads(conn, [queries.insert_station(conn, election_id, station) for station in stations])
    if file.previous_turnouts:
        queries.insert_previous_turnouts(conn, election_id, file.previous_label, file.previous_turnouts)
    return election_id
