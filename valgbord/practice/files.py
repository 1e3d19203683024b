"""Writes a practice register as the files that the real commands take: register, manifest, election file, stations."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import repeat
from pathlib import Path

from server.register_csv.contract import HEADER
from server.register_csv.manifest import manifest_path, write_manifest
from valgbord.practice.people import PracticeDistrict, PracticePlan, district_lines

REGISTER_FILE = "register.csv"
STATIONS_FILE = "Afstemningsomraade.json"
MUNICIPALITIES_FILE = "Kommune.json"
ELECTION_FILE = "election.toml"
SOURCE = "valgbord register generate"

DEFAULT_DAY = date(2029, 11, 20)
"""The next ordinary municipal and regional election (third Tuesday of November, KRVL § 6)."""
EXTRACTED_BEFORE = timedelta(days=7)
_TWO_PROCESSES_FROM = 100_000

# Danish names and, as placeholders until the ministry has chosen, paper colours.
KNOWN_CONTESTS = {
    "KV": ("Kommunalvalg", "#ffffff"),
    "RV": ("Regionsrådsvalg", "#ffe566"),
    "EP": ("Europa-Parlamentsvalg", "#cfe3ff"),
    "FV": ("Folketingsvalg", "#ffffff"),
    "FA": ("Folkeafstemning", "#ffd9c7"),
}


@dataclass(frozen=True, slots=True)
class PracticeFiles:
    """What was written; the last three are ``None`` when no election file was asked for."""

    register: Path
    manifest: Path
    voters: int
    election: Path | None = None
    stations: Path | None = None
    municipalities: Path | None = None


def write_register(
    folder: Path, plan: PracticePlan, districts: Sequence[PracticeDistrict], progress: Callable[[int], None]
) -> PracticeFiles:
    """Write register and manifest into ``folder``, district by district. ``progress`` is told voters as they are written."""
    path = folder / REGISTER_FILE
    digest, counts = hashlib.sha256(), {}
    with path.open("wb") as stream:
        for portion, district in zip(_portions(plan, districts), [None, *districts], strict=True):
            stream.write(portion)
            digest.update(portion)
            if district is not None:
                counts[f"{district.municipality_code}-{district.number}"] = district.electorate
                progress(district.electorate)
    extracted_at = datetime.combine(plan.day, time(4), UTC) - EXTRACTED_BEFORE
    write_manifest(manifest_path(path), counts, digest.hexdigest(), extracted_at=extracted_at, source=SOURCE)
    return PracticeFiles(path, manifest_path(path), sum(counts.values()))


def _portions(plan: PracticePlan, districts: Sequence[PracticeDistrict]) -> Iterator[bytes]:
    yield f"{HEADER}\n".encode()
    if sum(district.electorate for district in districts) < _TWO_PROCESSES_FROM:
        yield from map(partial(_portion, plan), districts)
        return
    with ProcessPoolExecutor(max_workers=2) as workers:
        yield from workers.map(_portion, repeat(plan), districts)


def _portion(plan: PracticePlan, district: PracticeDistrict) -> bytes:
    return ("\n".join(district_lines(plan, district)) + "\n").encode()


def write_election(
    folder: Path, plan: PracticePlan, districts: Sequence[PracticeDistrict], *, name: str, card_series: str
) -> tuple[Path, Path, Path]:
    """Write election file, stations and municipalities as ``valgbord election create`` takes them."""
    codes = sorted({district.municipality_code for district in districts})
    lines = [
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"day = {plan.day.isoformat()}",
        "opens_at = 08:00:00",
        "closes_at = 20:00:00",
        'kind = "practice"',
        f'card_series = "{card_series}"',
        f"municipality_codes = {codes}",
    ]
    for code in plan.contests:
        contest_name, colour = KNOWN_CONTESTS[code]
        lines += ["", "[[contests]]", f'code = "{code}"', f'name = "{contest_name}"', f'ballot_colour = "{colour}"']
    election = folder / ELECTION_FILE
    election.write_text("\n".join(lines) + "\n", encoding="utf-8")
    stations, municipalities = folder / STATIONS_FILE, folder / MUNICIPALITIES_FILE
    _write_json(stations, [_station(district) for district in districts])
    names = {district.municipality_code: district.municipality_name for district in districts}
    _write_json(municipalities, [{"Kode": code, "Navn": names[code], "Type": "Kommune"} for code in codes])
    return election, stations, municipalities


def _station(district: PracticeDistrict) -> dict[str, object]:
    return {
        "Dagi_id": None if district.dagi_id is None else str(district.dagi_id),
        "Nummer": district.number,
        "Navn": district.name,
        "Afstemningssted": {"Navn": district.name, "Adgangsadresse": {"Adressebetegnelse": district.address}},
        "Kommunekode": district.municipality_code,
        "Type": "Afstemningsområde",
    }


def _write_json(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
