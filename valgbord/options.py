"""Options that many commands share, and where the data lies when nobody says otherwise."""

import os
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from domain.elections import StationKey
from server.db import open_engine, read_only
from server.migrate import upgrade
from server.queries.elections import list_election_ids
from server.queries.stations import list_stations

DATA_VARIABLE = "VALGBORD_DATA"
DATABASE_VARIABLE = "VALGBORD_DATABASE_URL"

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", envvar=DATABASE_VARIABLE, help="Database URL. Default: SQLite in the data folder."),
]
ElectionOption = Annotated[
    int | None, typer.Option("--election", min=1, help="The election's id. Needed only where there are several.")
]
StationOption = Annotated[
    str | None, typer.Option("--station", help="Station number, or municipality code and number, for example 151-2.")
]


def data_folder() -> Path:
    """Where this installation keeps its files: ``$VALGBORD_DATA`` or ``var`` in the current folder. Made when missing."""
    folder = Path(os.environ.get(DATA_VARIABLE, "var"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def default_database_url() -> str:
    """SQLite in the data folder; the demo keeps its election there too, so commands find it."""
    return f"sqlite:///{data_folder() / 'valgbord.sqlite3'}"


def open_database(url: str | None) -> Engine:
    """The chosen or the default database, its schema up to date."""
    engine = open_engine(url or default_database_url())
    upgrade(engine)
    return engine


def stop_with(message: str, code: int = 2) -> typer.Exit:
    """Say what is wrong and give the exit to raise; nothing was done."""
    typer.echo(message, err=True)
    return typer.Exit(code)


def choose_election(engine: Engine, election_id: int | None) -> int:
    """The election meant: the one asked for, or the only one there is. Ends the command with a clear message otherwise."""
    with read_only(engine).connect() as conn:
        known = list_election_ids(conn)
    if election_id in known:
        return election_id
    if election_id is None and len(known) == 1:
        return known[0]
    if not known:
        raise stop_with("There is no election in this database. Make one: valgbord election create --help")
    listed = ", ".join(str(one) for one in known)
    asked = "" if election_id is None else f"There is no election {election_id}. "
    raise stop_with(f"{asked}Choose one with --election: {listed}")


def choose_stations(engine: Engine, election_id: int, station: str | None) -> dict[int, StationKey]:
    """The station asked for (``2`` or ``151-2``), or all of the election's, by id. Ends the command when it is not there."""
    with read_only(engine).connect() as conn:
        stations = {station_id: found.key for station_id, found in list_stations(conn, election_id).items()}
    if station is None:
        return stations
    chosen = {
        station_id: key
        for station_id, key in stations.items()
        if station == str(key) or (station.isdigit() and int(station) == key.number)
    }
    if not chosen:
        raise stop_with(f"There is no station {station} in election {election_id}.")
    if len(chosen) > 1:
        raise stop_with(f"Several municipalities have a station {station}; write for example {next(iter(chosen.values()))}.")
    return chosen
