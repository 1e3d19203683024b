"""``valgbord bench``: measure this program on this machine."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from server.clock import now
from valgbord.bench.figures import BenchError, LostMarkError
from valgbord.bench.report import write_json, write_markdown
from valgbord.options import stop_with

OUT = Path("build")
JSON_FILE, MARKDOWN_FILE = "bench.json", "bench.md"
KEPT_FILE = Path("docs/bench.md")
_TOOLS = ("playwright", "psutil")


def bench(
    *,
    only: Annotated[list[str] | None, typer.Option("--only", help="Measure only this; may be given more than once.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One short run of each: whether it works, not how fast.")] = False,
    national: Annotated[bool, typer.Option("--national", help="Also import a register of 4.3 million voters.")] = False,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for bench.json and bench.md.")] = OUT,
    keep: Annotated[bool, typer.Option("--keep", help=f"Write the result to {KEPT_FILE} too, to be committed.")] = False,
) -> None:
    """Measure marks, screens, packages, boards and imports, beside raw tools doing the same work. Takes some minutes.

    Results go to bench.json and bench.md; they say which bars were reached. Exit code 1 when a mark was lost or an answer was
    wrong: then nothing is written.
    """
    missing = [tool for tool in _TOOLS if find_spec(tool) is None]
    if missing:
        raise stop_with(f"The bench needs what the tests need ({', '.join(missing)} is not there): make bench", 1)
    from valgbord.bench.measures import MEASURES, UNASKED, run_measures  # noqa: PLC0415 - needs the tools looked for above

    unknown = sorted(set(only or ()) - MEASURES.keys())
    if unknown:
        raise typer.BadParameter(f"{unknown[0]}; there is {', '.join(MEASURES)}", param_hint="--only")
    names = list(only or UNASKED) + (["import-national"] if national else [])
    try:
        figures, machine = run_measures(names, lambda line: typer.echo(line, err=True), quick=quick)
    except (BenchError, LostMarkError) as problem:
        raise stop_with(f"The bench failed: {problem}", 1) from None
    write_json(out / JSON_FILE, figures)
    for path in (out / MARKDOWN_FILE, *([KEPT_FILE] if keep else [])):
        write_markdown(path, figures, machine, now())
    typer.echo((out / MARKDOWN_FILE).read_text(encoding="utf-8"))
