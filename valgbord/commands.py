"""The ``valgbord`` command: every area's commands under one name."""

import typer

from valgbord import server, station

app = typer.Typer(
    name="valgbord", help="The open digital electoral roll for Danish elections.", no_args_is_help=True, add_completion=False
)
app.add_typer(server.app, name="server")
app.add_typer(station.station_app, name="station")
app.add_typer(station.official_app, name="official")
