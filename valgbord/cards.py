"""``valgbord cards``: poll cards on paper and on screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from domain.elections import Election
from printer.sample_sheet import SampleCard, draw_sample_sheet
from server.db import snapshot
from server.queries.elections import find_election
from valgbord.options import (
    DatabaseOption,
    ElectionOption,
    StationOption,
    choose_election,
    choose_stations,
    data_folder,
    open_database,
    stop_with,
)
from valgbord.sample_page import draw_sample_page
from valgbord.samples import LiveElectionError, pick_samples

app = typer.Typer(help="Poll cards on paper and on screen.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``sample`` a command of its own even while it is the only one."""


@app.command()
def sample(
    out: Annotated[
        Path | None, typer.Option("--out", help="The PDF; the page for the screen goes beside it. Default: the data folder.")
    ] = None,
    station: StationOption = None,
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Make sample poll cards for a practice election: one for every situation a table can meet, to scan or to type.

    Without --station the election's first station is taken. Cards that somebody has used are not taken again.
    """
    engine = open_database(database)
    try:
        samples, found = _pick(engine, election, station)
    except LiveElectionError:
        raise stop_with(
            "This is a live election: its cards belong to real voters. Sample cards are for practice only."
        ) from None
    finally:
        engine.dispose()
    pdf, page = write_samples(samples, found, out or data_folder() / "samples.pdf")
    for card in samples:
        typer.echo(f"{card.situation:20} {card.grouped}")
    typer.echo(f"\n{pdf}\n{page}")


def _pick(engine: Engine, election: int | None, station: str | None) -> tuple[Sequence[SampleCard], Election]:
    election_id = choose_election(engine, election)
    stations = choose_stations(engine, election_id, station)
    if not stations:
        raise stop_with("The election has no stations.")
    with snapshot(engine) as conn:
        samples = pick_samples(conn, election_id, next(iter(stations)))
        found = find_election(conn, election_id)
    assert found is not None  # noqa: S101 - pick_samples has just read it
    return samples, found


def write_samples(samples: Sequence[SampleCard], election: Election, pdf: Path) -> tuple[Path, Path]:
    """Write the sheet, and the page for the screen beside it; both paths, absolute."""
    pdf = pdf.resolve()
    pdf.parent.mkdir(parents=True, exist_ok=True)
    page = pdf.with_suffix(".html")
    pdf.write_bytes(draw_sample_sheet(samples, election))
    page.write_text(draw_sample_page(samples, election), encoding="utf-8")
    return pdf, page
