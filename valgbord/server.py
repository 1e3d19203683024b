"""``valgbord server``: run the register."""

import os
from typing import Annotated

import typer
import uvicorn

from server.app import DATABASE_URL_VARIABLE, HOSTS_VARIABLE
from server.settings import DEFAULT_HOST, DEFAULT_PORT
from server.sockets import CuttingProtocol
from valgbord.options import DatabaseOption, default_database_url

app = typer.Typer(help="Run the register.", no_args_is_help=True)

MAX_FRAME_BYTES = 64 * 1024


@app.callback()
def _group() -> None:
    """Keep ``run`` a command of its own even while it is the only one."""


@app.command()
def run(
    *,
    database: DatabaseOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on. Loopback unless you say otherwise.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(min=0, max=65535)] = DEFAULT_PORT,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Processes. More than one needs PostgreSQL.")] = 1,
    name: Annotated[list[str] | None, typer.Option("--name", help="A name under which tables call this server.")] = None,
    tls_certificate: Annotated[str | None, typer.Option(help="Certificate file (PEM).")] = None,
    tls_key: Annotated[str | None, typer.Option(help="Key file (PEM).")] = None,
) -> None:
    """Serve tables and boards until stopped. The database's schema is brought up to date first.

    Listening beyond loopback needs TLS: a certificate here, or a proxy in front (deploy/).
    """
    url = database or default_database_url()
    if workers > 1 and url.startswith("sqlite"):
        raise typer.BadParameter("SQLite has one writer; several workers need PostgreSQL", param_hint="--workers")
    if host not in {"127.0.0.1", "::1", "localhost"} and not (tls_certificate and tls_key):
        raise typer.BadParameter(
            "beyond loopback tables must speak TLS: give --tls-certificate and --tls-key", param_hint="--host"
        )
    os.environ[DATABASE_URL_VARIABLE] = url
    os.environ[HOSTS_VARIABLE] = ",".join(["127.0.0.1", "localhost", "[::1]", *(name or ())])
    uvicorn.run(
        "server.app:create_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
        ws=CuttingProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        server_header=False,
        ssl_certfile=tls_certificate,
        ssl_keyfile=tls_key,
        timeout_graceful_shutdown=5,
    )
