"""The ``valgbord`` command: every area's commands under one name."""

from importlib.metadata import version
from typing import Annotated

import typer

from valgbord import cards, election, reader, register, server, station, table
from valgbord.bench.command import bench
from valgbord.demo.command import demo

app = typer.Typer(
    name="valgbord", help="The open digital electoral roll for Danish elections.", no_args_is_help=True, add_completion=False
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"valgbord {version('valgbord')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """The open digital electoral roll for Danish elections."""


app.add_typer(server.app, name="server")
app.add_typer(station.station_app, name="station")
app.add_typer(station.official_app, name="official")
app.add_typer(election.app, name="election")
app.add_typer(register.app, name="register")
app.add_typer(table.app, name="table")
app.add_typer(cards.app, name="cards")
app.add_typer(reader.app, name="reader")
app.command()(demo)
app.command()(bench)
