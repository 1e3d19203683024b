"""``valgbord table``: run one table's laptop."""

from pathlib import Path
from typing import Annotated

import typer

from station_client.app import run as run_table
from station_client.clock import SystemClock
from station_client.logs import set_up_logs
from station_client.settings import Settings, is_trusted_address

DEFAULT_PORT = 8711

app = typer.Typer(help="Run a table at a polling station.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``run`` a command of its own even while it is the only one."""


@app.command()
def run(
    *,
    data: Annotated[Path, typer.Option(file_okay=False, help="The table's own folder: journal, register copy, token.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the table's page on 127.0.0.1.")] = DEFAULT_PORT,
    server: Annotated[str | None, typer.Option(help="The server's address; https, or http on this machine.")] = None,
    code: Annotated[str | None, typer.Option(help="The table's one-time code; not needed again after the first start.")] = None,
    ca: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The only authority whose servers are believed (PEM).")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the table's page in a browser.")] = True,
) -> None:
    """Run a table. Its page is for this machine only; stop it with Ctrl-C, and start it again where it was."""
    if server is not None and not is_trusted_address(server):
        raise typer.BadParameter("https://… is needed, or http:// on this machine", param_hint="--server")
    set_up_logs()
    settings = Settings(folder=data, port=port, authority=ca)
    run_table(settings, SystemClock(), server=server, code=code, open_browser=browser)
