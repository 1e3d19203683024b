"""What the board reads: totals from station heads, tables, quarters and the previous election. One statement a function."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import Connection, func, select

from server.db import AnyRow, elections, polling_tables, previous_turnouts, quarter_tallies, station_heads, stations


def list_elections(conn: Connection) -> Sequence[AnyRow]:
    """Id, name and kind of every election, oldest first."""
    return conn.execute(select(elections.c.id, elections.c.name, elections.c.kind).order_by(elections.c.id)).all()


def find_election_row(conn: Connection, election_id: int) -> AnyRow | None:
    """One election's own row."""
    return conn.execute(select(elections).where(elections.c.id == election_id)).one_or_none()


def list_heads(conn: Connection) -> Sequence[AnyRow]:
    """Station id, state and last event number of every station of every election: how workers learn of each other's commits."""
    return conn.execute(select(station_heads.c.station_id, station_heads.c.state, station_heads.c.last_event)).all()


def list_station_totals(conn: Connection, election_id: int) -> Sequence[AnyRow]:
    """Each station with its tally and the event number that the tally stands at (they are one row, so they cannot differ)."""
    return conn.execute(
        select(
            stations.c.id,
            stations.c.municipality_code,
            stations.c.municipality_name,
            stations.c.number,
            stations.c.name,
            station_heads.c.state,
            station_heads.c.last_event,
            station_heads.c.electorate,
            station_heads.c.advance_votes,
            station_heads.c.marks,
            station_heads.c.marks_after_advance,
        )
        .join(station_heads, station_heads.c.station_id == stations.c.id)
        .where(stations.c.election_id == election_id)
    ).all()


def list_tables(conn: Connection, election_id: int) -> Sequence[AnyRow]:
    """Every table of the election, in order of station and number."""
    return conn.execute(
        select(
            polling_tables.c.station_id,
            polling_tables.c.number,
            polling_tables.c.state,
            polling_tables.c.marks,
            polling_tables.c.last_contact_at,
            polling_tables.c.unsettled,
            polling_tables.c.calls_help,
        )
        .join(stations, stations.c.id == polling_tables.c.station_id)
        .where(stations.c.election_id == election_id)
        .order_by(polling_tables.c.station_id, polling_tables.c.number)
    ).all()


def list_quarters(conn: Connection, election_id: int) -> Sequence[AnyRow]:
    """Marks in each quarter of an hour over all stations, oldest first."""
    return conn.execute(
        select(quarter_tallies.c.quarter, func.sum(quarter_tallies.c.marks).label("marks"))
        .join(stations, stations.c.id == quarter_tallies.c.station_id)
        .where(stations.c.election_id == election_id)
        .group_by(quarter_tallies.c.quarter)
        .order_by(quarter_tallies.c.quarter)
    ).all()


def list_station_quarters(conn: Connection, election_id: int, since: datetime) -> Sequence[AnyRow]:
    """Marks in each station's quarters that begin at ``since`` (aware) or later."""
    return conn.execute(
        select(quarter_tallies.c.station_id, quarter_tallies.c.quarter, quarter_tallies.c.marks)
        .join(stations, stations.c.id == quarter_tallies.c.station_id)
        .where(stations.c.election_id == election_id, quarter_tallies.c.quarter >= since)
    ).all()


def list_previous_course(conn: Connection, election_id: int) -> Sequence[AnyRow]:
    """The previous election over the stations of this one, by clock time: voters, and the sum of voters times share (e4)."""
    return conn.execute(
        select(
            previous_turnouts.c.clock,
            func.min(previous_turnouts.c.label).label("label"),
            func.sum(station_heads.c.electorate).label("electorate"),
            func.sum(station_heads.c.electorate * previous_turnouts.c.share_e4).label("weighted_e4"),
        )
        .join(
            stations,
            (stations.c.election_id == previous_turnouts.c.election_id)
            & (stations.c.municipality_code == previous_turnouts.c.municipality_code)
            & (stations.c.number == previous_turnouts.c.number),
        )
        .join(station_heads, station_heads.c.station_id == stations.c.id)
        .where(previous_turnouts.c.election_id == election_id)
        .group_by(previous_turnouts.c.clock)
        .order_by(previous_turnouts.c.clock)
    ).all()


def list_previous_around(conn: Connection, election_id: int, after: time, before: time) -> Sequence[AnyRow]:
    """The previous election's points of each station between two clock times (both included), in order of time."""
    return conn.execute(
        select(
            previous_turnouts.c.municipality_code,
            previous_turnouts.c.number,
            previous_turnouts.c.clock,
            previous_turnouts.c.share_e4,
        )
        .where(
            previous_turnouts.c.election_id == election_id,
            previous_turnouts.c.clock >= after,
            previous_turnouts.c.clock <= before,
        )
        .order_by(previous_turnouts.c.municipality_code, previous_turnouts.c.number, previous_turnouts.c.clock)
    ).all()
