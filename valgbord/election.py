"""``valgbord election``: make an election and its stations."""

from pathlib import Path
from typing import Annotated

import typer

from server.actions.election_setup import ElectionExistsError, create_election
from server.clock import now
from server.election_file import ElectionFileError, read_election_file
from server.geography import GeographyFileError, read_municipality_names, read_stations
from valgbord.options import DatabaseOption, open_database, stop_with

app = typer.Typer(help="Make an election and its polling stations.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``create`` a command of its own even while it is the only one."""


@app.command()
def create(
    file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Election file (TOML); see docs/election-file.md.")],
    stations: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Afstemningsomraade JSON file from data.valg.dk.")
    ],
    municipalities: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Kommune JSON file from data.valg.dk, for the municipalities' names."),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Make an election from its file, with the stations of its municipalities. The register is imported afterwards.

    An election is made once: another of the same name or card series is refused.
    """
    try:
        election_file = read_election_file(file)
        names = read_municipality_names(municipalities) if municipalities else {}
        found = read_stations(stations, election_file.municipality_codes, names)
    except (ElectionFileError, GeographyFileError) as problem:
        raise stop_with(str(problem)) from None
    engine = open_database(database)
    try:
        with engine.begin() as conn:
            election_id = create_election(conn, election_file, found, now())
    except ElectionExistsError as problem:
        raise stop_with(f"Refused: {problem}.") from None
    finally:
        engine.dispose()
    typer.echo(f"Election {election_id}: {election_file.election.name}, {len(found)} stations")
