"""The ``valgbord`` command: every area's commands under one name."""

import typer

from valgbord import cards, election, reader, register, server, station, table
from valgbord.demo.command import demo

app = typer.Typer(
    name="valgbord", help="The open digital electoral roll for Danish elections.", no_args_is_help=True, add_completion=False
)
app.add_typer(server.app, name="server")
app.add_typer(station.station_app, name="station")
app.add_typer(station.official_app, name="official")
app.add_typer(election.app, name="election")
app.add_typer(register.app, name="register")
app.add_typer(table.app, name="table")
app.add_typer(cards.app, name="cards")
app.add_typer(reader.app, name="reader")
app.command()(demo)
