"""``valgbord reader``: who may look at the board of a live election."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine

from domain.danish import danish_clock, danish_date
from server.clock import now
from server.db import read_only
from server.queries.readers import list_live_codes, revoke_label
from server.readers import issue_code
from valgbord.options import DatabaseOption, ElectionOption, choose_election, open_database, stop_with

MAX_LABEL_LENGTH = 60

app = typer.Typer(help="Give and take codes to look at the live board.", no_args_is_help=True)

Label = Annotated[str, typer.Argument(help="Who looks, for example 'Storskærm i rådhushallen'. Unique among codes that stand.")]


@app.command()
def add(label: Label, election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Make a reader code and print it. It is shown this once, and lets its holder look until it is revoked."""
    if not 1 <= len(label.strip()) <= MAX_LABEL_LENGTH:
        raise stop_with(f"The label must have 1 to {MAX_LABEL_LENGTH} characters.")
    with _election(election, database) as (engine, election_id), engine.begin() as conn:
        if any(row.label == label.strip() for row in list_live_codes(conn, election_id)):
            raise stop_with(f"There is a code for '{label.strip()}' already. Revoke it first: valgbord reader revoke")
        code = issue_code(conn, election_id, label.strip(), now())
    typer.echo(code)


@app.command()
def revoke(label: Label, election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Take a code back. Boards that were opened with it go dark within seconds."""
    with _election(election, database) as (engine, election_id), engine.begin() as conn:
        revoked = revoke_label(conn, election_id, label.strip(), now())
    if not revoked:
        raise stop_with(f"There is no code for '{label.strip()}'.", 1)
    typer.echo("revoked")


@app.command("list")
def list_readers(election: ElectionOption = None, database: DatabaseOption = None) -> None:
    """Who has a code, and since when. The codes themselves are stored nowhere."""
    with _election(election, database) as (engine, election_id), read_only(engine).connect() as conn:
        for row in list_live_codes(conn, election_id):
            typer.echo(f"{row.label}: {danish_date(row.created_at.date())} kl. {danish_clock(row.created_at)}")


@contextmanager
def _election(election: int | None, database: str | None) -> Iterator[tuple[Engine, int]]:
    """The database and the election meant; the connections are closed at the end."""
    engine = open_database(database)
    try:
        yield engine, choose_election(engine, election)
    finally:
        engine.dispose()
