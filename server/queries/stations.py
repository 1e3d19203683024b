"""Polling stations."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from domain.elections import Station, StationKey
from server.db import AnyRow, stations


def read_stations(conn: Connection, station_ids: Collection[int]) -> dict[int, Station]:
    """These stations, by id."""
    rows = conn.execute(select(stations).where(stations.c.id.in_(station_ids)))
    return {row.id: _station(row) for row in rows}


def list_stations(conn: Connection, election_id: int) -> dict[int, Station]:
    """All stations of an election, by id, in the order of their keys."""
    statement = (
        select(stations).where(stations.c.election_id == election_id).order_by(stations.c.municipality_code, stations.c.number)
    )
    return {row.id: _station(row) for row in conn.execute(statement)}


def _station(row: AnyRow) -> Station:
    return Station(
        key=StationKey(row.municipality_code, row.number),
        name=row.name,
        venue=row.venue,
        address=row.address,
        municipality_name=row.municipality_name,
        dagi_id=row.dagi_id,
    )
