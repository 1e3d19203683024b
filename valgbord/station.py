"""``valgbord station`` and ``valgbord official``: what the election office does before and on the day."""

from typing import Annotated

import typer
from sqlalchemy import Engine

from domain.elections import StationState
from domain.events import first_broken_link
from domain.officials import Role
from server.actions.officials import add_official
from server.actions.stations import NotOpenable, change_station_state
from server.actions.tables import create_tables, make_enrolment_code, revoke_table
from server.clock import now
from server.db import read_only, snapshot
from server.queries.events import stream_log
from server.queries.tables import find_table_id
from valgbord.options import (
    DatabaseOption,
    ElectionOption,
    StationOption,
    choose_election,
    choose_stations,
    open_database,
    stop_with,
)

station_app = typer.Typer(help="Open and close stations, make tables, check logs.", no_args_is_help=True)
official_app = typer.Typer(help="Add officials and give them their sign-in codes.", no_args_is_help=True)

OneStation = Annotated[str, typer.Option("--station", help="Station number, or for example 151-2.")]


@station_app.command("open")
def open_stations(station: StationOption = None, election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Open one station, or all: from now on tables may mark voters. The chair decides; this records it."""
    _change(StationState.OPEN, station, election, database)


@station_app.command("close")
def close_stations(station: OneStation, election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Close a station when the chair has found that nobody is waiting to vote any more."""
    _change(StationState.CLOSED, station, election, database)


def _change(state: StationState, station: str | None, election: int | None, database: str | None) -> None:
    engine = open_database(database)
    for station_id, key in choose_stations(engine, choose_election(engine, election), station).items():
        try:
            with engine.begin() as conn:
                changed = change_station_state(conn, station_id, state, now())
        except NotOpenable as problem:
            raise stop_with(f"Station {key}: {problem}", 1) from None
        typer.echo(f"Station {key}: {state}" if changed else f"Station {key}: was {state} already")


@station_app.command("tables")
def add_tables(
    count: Annotated[int, typer.Option(min=1, max=99, help="How many tables to add.")],
    station: StationOption = None,
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Add tables to one station, or to every station. They start paused and without a laptop."""
    engine = open_database(database)
    for station_id, key in choose_stations(engine, choose_election(engine, election), station).items():
        with engine.begin() as conn:
            added = create_tables(conn, station_id, count)
        typer.echo(f"Station {key}: {len(added)} tables added")


@station_app.command("enrol")
def enrol(
    station: OneStation,
    table: Annotated[int, typer.Option(min=1, help="The table's number.")],
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Make a one-time code that binds a laptop to a table within ten minutes."""
    engine = open_database(database)
    _, table_id, name = _table(engine, election, station, table)
    with engine.begin() as conn:
        code = make_enrolment_code(conn, table_id, now())
    typer.echo(f"{name}: {code}")


@station_app.command("revoke")
def revoke(
    station: OneStation,
    table: Annotated[int, typer.Option(min=1, help="The table's number.")],
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Shut a table's laptop out, for example because it was stolen. Within seconds it may do nothing more."""
    engine = open_database(database)
    station_id, table_id, name = _table(engine, election, station, table)
    with engine.begin() as conn:
        revoke_table(conn, station_id, table_id, now())
    typer.echo(f"{name}: revoked")


def _table(engine: Engine, election: int | None, station: str, table: int) -> tuple[int, int, str]:
    station_id, key = next(iter(choose_stations(engine, choose_election(engine, election), station).items()))
    with read_only(engine).connect() as conn:
        table_id = find_table_id(conn, station_id, table)
    if table_id is None:
        raise stop_with(f"Station {key} has no table {table}.")
    return station_id, table_id, f"Station {key}, table {table}"


@station_app.command("verify")
def verify(station: StationOption = None, election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Walk the log of one station, or all, from its first event. Exit code 1 when a link does not hold."""
    engine = open_database(database)
    broken = False
    for station_id, key in choose_stations(engine, choose_election(engine, election), station).items():
        with snapshot(engine) as conn:
            at = first_broken_link(stream_log(conn, station_id))
        typer.echo(f"Station {key}: " + ("the log is whole" if at is None else f"BROKEN at event {at}"))
        broken = broken or at is not None
    raise typer.Exit(1 if broken else 0)


@official_app.command("add")
def add(
    name: Annotated[str, typer.Option(help="The official's name.")],
    role: Annotated[Role, typer.Option(help="What the official is at this election.")],
    station: StationOption = None,
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Add an official and print the sign-in code, which is shown this once."""
    engine = open_database(database)
    election_id = choose_election(engine, election)
    if (role is Role.ELECTION_OFFICE) != (station is None):
        raise stop_with("Officials belong to a station (--station); only the election office has none.")
    station_id = None if station is None else next(iter(choose_stations(engine, election_id, station)))
    with engine.begin() as conn:
        _, code = add_official(conn, election_id, station_id=station_id, name=name, role=role)
    typer.echo(code)
