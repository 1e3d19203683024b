"""The bench's two papers: JSON for programs, Markdown for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from domain.danish import LOCAL_ZONE
from valgbord.bench.figures import Figure, Machine

MOST_RUNS_SHOWN = 5
SMALL, MIDDLING = 10, 100

_HEAD = """# What it reaches

Written by `make bench`, which measures this program on the machine it runs on; the last run that was kept is below. Server,
database and the programs that load them share the machine's processors, so the ratios say more than the figures: each is to a
raw tool that did the same work in the same minutes. A run fails when a single accepted mark is not in the register afterwards.
"""
_HOW = """## How it is measured

* **Marks** go through `valgbord server run` as in production, one open connection a table, each table waiting for its answer
  before it sends the next mark. A second process makes the load. Afterwards the register is compared with every answer.
  `pgbench` does the transaction by single statements (select by card, insert under the unique constraint, insert event, commit;
  prepared) on a copy of the very same database of 960,000 voters, each run right beside ours, both right after a checkpoint.
  Every commit is flushed on both databases.
* **Server CPU** is the server process's user and system time from /proc, divided by the marks.
* **From scan to painted verdict**: digits as a scanner types them into the table's page in Chromium; from the last key event's
  own time to the moment after the frame that shows the voter.
* **Import** is the whole command `valgbord register import` on an invented register, all checks, indexes and the package's
  hash, CPR numbers sealed; beside it, psql's `\\copy` of the same file into a table of bare text.
* **Package**: by the table's own code, until its copy finds a voter.
* **Board**: 1,000 WebSocket readers and 50 that never read, in one other process; from sending a mark to its arrival.
"""


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """One object: name → value, unit, limit, ratio, runs, and what the limit is for. ``holds`` is null without a limit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        figure.name: {
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "limit": figure.bar.limit if figure.bar else None,
            "ratio": None if figure.ratio is None else round(figure.ratio, 3),
            "runs": [round(run, 3) for run in figure.runs],
            "limit_on": None if figure.bar is None else "ratio" if figure.bar.on_ratio else "value",
            "holds": figure.holds,
        }
        for figure in figures
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_markdown(path: Path, figures: Sequence[Figure], machine: Machine, at: datetime) -> None:
    """The same for people: what is promised first, then every figure. ``at`` is aware."""
    local = at.astimezone(LOCAL_ZONE)
    parts = [
        _HEAD,
        _machine(machine, local),
        "## What must hold\n\n" + _table([figure for figure in figures if figure.bar is not None]),
        "## Every figure\n\n" + _table(figures),
        _HOW,
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


def _machine(machine: Machine, at: datetime) -> str:
    names: Mapping[str, str] = {
        "processor": "Processor",
        "cores": "Cores",
        "memory_gib": "Memory, GiB",
        "system": "System",
        "disk": "Databases on",
        "python": "Python",
        "sqlite": "SQLite",
        "postgresql": "PostgreSQL",
    }
    rows = [f"| {names[name]} | {value} |" for name, value in asdict(machine).items() if value]
    return "\n".join([f"## Machine, {at:%d.%m.%Y}\n", "| | |", "|---|---|", *rows, ""])


def _table(figures: Sequence[Figure]) -> str:
    head = ["| what | value | of raw | must be | holds | runs | |", "|---|---:|---:|---|---|---|---|"]
    return "\n".join([*head, *(_row(figure) for figure in figures), ""])


def _row(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} × {figure.raw}"
    holds = {None: "", True: "yes", False: "**no**"}[figure.holds]
    runs = ", ".join(_number(run) for run in figure.runs) if 1 < len(figure.runs) <= MOST_RUNS_SHOWN else ""
    bar = "" if figure.bar is None else f"{figure.bar}{'' if figure.bar.on_ratio else f' {figure.unit}'}"
    value = f"{_number(figure.value)} {figure.unit}"
    return f"| {figure.name} | {value} | {ratio} | {bar} | {holds} | {runs} | {figure.meaning} |"


def _number(value: float) -> str:
    """Three figures are enough to read."""
    if value < SMALL:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < MIDDLING else f"{value:,.0f}"
