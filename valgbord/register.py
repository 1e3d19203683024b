"""``valgbord register``: import a register, or make one for practice."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from domain.danish_import import REFUSALS
from server.actions.register_import import import_register
from server.actions.register_order import ImportOrder, ImportRefusedError, ImportReport, RegisterFileError
from server.cpr_seal import KEY_FILE_NAME, KeyFileError
from server.geography import GeographyFileError
from server.register_csv.manifest import manifest_path
from valgbord.options import DatabaseOption, ElectionOption, choose_election, data_folder, open_database, stop_with
from valgbord.practice import files as practice
from valgbord.practice.people import PracticePlan
from valgbord.practice.sources import BALLERUP, SourceFileError, ballerup, read_districts
from valgbord.register_report import ImportBar, summary, voters_bar, write_report

app = typer.Typer(help="Import the register of voters, or make one for practice.", no_args_is_help=True)


@app.command("import")
def import_command(  # noqa: PLR0913 - a command's options are its parameters
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Register file; see docs/register-csv.md.")],
    *,
    manifest: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Manifest. Default: <file>.manifest.json beside the file.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a register that is loaded already; only before any station has opened.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where to list errors. Default: <file>.errors.csv beside the file.")
    ] = None,
    card_seed: Annotated[
        int | None, typer.Option(help="Draw the same poll card numbers every time. Practice elections only.")
    ] = None,
    election: ElectionOption = None,
    database: DatabaseOption = None,
) -> None:
    """Import a register file: all of it, or nothing. Exit code 2 when it is refused.

    Every error is listed with line, column and reason, up to 1,000. CPR numbers, where the file has any, are sealed with the
    key file cpr.key in the data folder, which is made at need; keep it as safe as the register itself.
    """
    engine = open_database(database)
    try:
        order = ImportOrder(
            path=file,
            manifest_path=manifest or manifest_path(file),
            election_id=choose_election(engine, election),
            cpr_key_path=data_folder() / KEY_FILE_NAME,
            dry_run=dry_run,
            replace=replace,
            card_seed=card_seed,
        )
        with ImportBar(file.stat().st_size) as bar:
            found = import_register(engine, order, bar)
    except ImportRefusedError as refused:
        raise stop_with(REFUSALS[refused.refusal.value]) from None
    except KeyFileError as problem:
        raise stop_with(str(problem)) from None
    except RegisterFileError as wrong:
        where = write_report(report or file.with_name(file.name + ".errors.csv"), wrong.problems)
        raise stop_with(summary(wrong.problems, where)) from None
    finally:
        engine.dispose()
    _tell(found, dry_run=dry_run)


def _tell(found: ImportReport, *, dry_run: bool) -> None:
    typer.echo(
        f"{found.voters:,} voters in {found.stations} stations; {found.advance_votes:,} accepted advance votes; "
        f"{found.sealed_cprs:,} CPR numbers{' found' if dry_run else ' sealed'}"
    )
    typer.echo("Dry run: nothing was stored." if dry_run else f"Package {found.package_hash}")


@app.command()
def generate(  # noqa: PLR0913 - as import_command
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the files. Made when missing.")],
    stations: Annotated[
        str,
        typer.Option(help="“ballerup” (nine real stations, built in) or a CSV file of electorates; see docs/register-csv.md."),
    ] = BALLERUP,
    geography: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Afstemningsomraade JSON file, for the venues' real addresses."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same voters.")] = 1,
    contests: Annotated[str, typer.Option(help="Contest codes separated by commas: KV, RV, EP, FV, FA.")] = "KV,RV",
    day: Annotated[
        str, typer.Option(help="Election day, yyyy-mm-dd. Default: the next ordinary municipal election.")
    ] = practice.DEFAULT_DAY.isoformat(),
    election: Annotated[bool, typer.Option("--election", help="Also write an election file and the stations.")] = False,
    name: Annotated[str, typer.Option(help="The election's name in the election file.")] = "Øvelsesvalg",
    card_series: Annotated[str, typer.Option(help="Card series in the election file, 90 to 99.")] = "90",
) -> None:
    """Make a practice register of invented voters, with its manifest, ready for import."""
    codes = tuple(contests.replace(" ", "").split(","))
    unknown = [code for code in codes if code not in practice.KNOWN_CONTESTS]
    if unknown or len(set(codes)) != len(codes):
        raise typer.BadParameter(f"known contests, each once: {', '.join(practice.KNOWN_CONTESTS)}", param_hint="--contests")
    try:
        election_day = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter("not a day as yyyy-mm-dd", param_hint="--day") from None
    try:
        districts = ballerup() if stations == BALLERUP else read_districts(Path(stations), geography)
    except (SourceFileError, GeographyFileError) as problem:
        raise stop_with(str(problem)) from None
    out.mkdir(parents=True, exist_ok=True)
    plan = PracticePlan(seed, election_day, codes)
    if election:
        for path in practice.write_election(out, plan, districts, name=name, card_series=card_series):
            typer.echo(path)
    with voters_bar(sum(district.electorate for district in districts)) as progress:
        written = practice.write_register(out, plan, districts, progress)
    typer.echo(written.register)
    typer.echo(written.manifest)
    typer.echo(f"{written.voters:,} voters in {len(districts)} districts")
