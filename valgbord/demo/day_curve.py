"""How an election day goes: when voters come, and how far a former election had come at each clock time.

Figures of the general election of 24 March 2026, from the hourly reports that 217 stations published on data.valg.dk, and the
nine Ballerup stations' own reports (the CSV file beside this module).
"""

import csv
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import time
from importlib.resources import files

OPENS_AT = time(8)
DAY_MINUTES = 12 * 60

# Per cent of a station's final votes that were cast by 8, 9, … 20 o'clock; advance votes are in it from the start.
_CAST_BY_HOUR = (12.1, 16.5, 22.6, 29.9, 36.3, 41.8, 47.1, 53.6, 62.5, 74.9, 86.4, 95.0, 99.9)

PREVIOUS_LABEL = "Folketingsvalg 2026"


def arrived_share(minute: float) -> float:
    """The share (0 to 1) of the day's voters in person who have come by this minute after opening; outside the day 0 or 1."""
    if minute <= 0:
        return 0.0
    if minute >= DAY_MINUTES:
        return 1.0
    hour, rest = divmod(minute, 60)
    before, after = _CAST_BY_HOUR[int(hour)], _CAST_BY_HOUR[int(hour) + 1]
    first, last = _CAST_BY_HOUR[0], _CAST_BY_HOUR[-1]
    return (before + (after - before) * rest / 60 - first) / (last - first)


def due_by(minute: float, voters: int) -> int:
    """How many of ``voters`` have come by this minute after opening."""
    return int(arrived_share(minute) * voters)


@dataclass(frozen=True, slots=True)
class FormerTurnout:
    """One station at a former election: the share of its electorate that had voted, by clock time, first to last."""

    municipality_code: int
    number: int
    points: tuple[tuple[time, float], ...]

    @property
    def final_share(self) -> float:
        """At the end of the day."""
        return self.points[-1][1]


def former_turnouts() -> tuple[FormerTurnout, ...]:
    """What the nine Ballerup stations reported, completed to every full hour.

    Stations did not report every hour. A missing hour stands between its neighbours as the national curve runs between them,
    so that the sum over all stations has no jumps.
    """
    reports: dict[tuple[int, int], dict[time, float]] = defaultdict(dict)
    with files("valgbord.demo").joinpath("turnout_fv2026_ballerup.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            station = int(row["municipality_code"]), int(row["station_number"])
            reports[station][time.fromisoformat(row["clock"])] = int(row["votes"]) / int(row["electorate"])
    return tuple(FormerTurnout(code, number, _every_hour(known)) for (code, number), known in sorted(reports.items()))


def _every_hour(known: dict[time, float]) -> tuple[tuple[time, float], ...]:
    hours = sorted(clock.hour for clock in known)
    points = []
    for hour in range(OPENS_AT.hour, hours[-1] + 1):
        at = bisect_right(hours, hour)
        after = hours[min(at, len(hours) - 1)]
        before = hours[at - 1] if at else None
        points.append((time(hour), _between(hour, before, after, known)))
    return tuple(points)


def _between(hour: int, before: int | None, after: int, known: dict[time, float]) -> float:
    """The share at ``hour``, from the reports before and after it and the national curve's course between them."""

    def national(clock: int) -> float:
        return _CAST_BY_HOUR[clock - OPENS_AT.hour]

    if before is None:
        return known[time(after)] * national(hour) / national(after)
    if before == hour:
        return known[time(before)]
    passed = (national(hour) - national(before)) / (national(after) - national(before))
    return known[time(before)] + (known[time(after)] - known[time(before)]) * passed
