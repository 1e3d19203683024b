"""Where a practice register's districts come from: the nine of Ballerup, or any CSV of electorates."""

import csv
from dataclasses import replace
from pathlib import Path

from server.geography import read_stations
from valgbord.practice.names import read_table
from valgbord.practice.people import PracticeDistrict

BALLERUP = "ballerup"
_NEEDED = ("kommunekode", "kommune", "afstemningsomraade_nr", "afstemningsomraade", "stemmeberettigede")


class SourceFileError(Exception):
    """The file of electorates cannot be used; the message names file, line and reason."""


def ballerup() -> list[PracticeDistrict]:
    """Ballerup's nine districts with their numbers, names, addresses and electorates of the general election of 2026."""
    return [_district(row) for row in read_table("districts_ballerup.csv", delimiter=",")]


def read_districts(path: Path, geography: Path | None = None) -> list[PracticeDistrict]:
    """Districts from a CSV (comma or semicolon) with at least the columns of ``_NEEDED``.

    ``geography`` is an ``Afstemningsomraade`` file with the venues' real addresses; without it they are invented.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            rows = list(csv.DictReader(stream, delimiter=";" if first.count(";") > first.count(",") else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceFileError(f"{path.name}: {error}") from None
    found: dict[tuple[int, int], PracticeDistrict] = {}
    for line, row in enumerate(rows, 2):
        try:
            district = _district(row)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise SourceFileError(f"{path.name}: line {line}: needs {', '.join(_NEEDED)}") from None
        if found.setdefault((district.municipality_code, district.number), district) is not district:
            raise SourceFileError(f"{path.name}: line {line}: this district stands there twice")
    if not found:
        raise SourceFileError(f"{path.name}: no districts")
    districts = list(found.values())
    return districts if geography is None else _with_addresses(districts, geography)


def _with_addresses(districts: list[PracticeDistrict], geography: Path) -> list[PracticeDistrict]:
    stations = read_stations(geography, {district.municipality_code for district in districts})
    addresses = {(station.key.municipality_code, station.key.number): station.address for station in stations}
    return [replace(each, address=addresses.get((each.municipality_code, each.number), each.address)) for each in districts]


def _district(row: dict[str, str]) -> PracticeDistrict:
    code, name = int(row["kommunekode"]), row["kommune"].strip()
    number, electorate = int(row["afstemningsomraade_nr"]), int(row["stemmeberettigede"])
    if not (0 < code < 1_000 and 0 <= number < 10_000 and 0 < electorate < 1_000_000 and name):  # noqa: PLR2004 - sane sizes
        raise ValueError
    return PracticeDistrict(
        municipality_code=code,
        municipality_name=name,
        number=number,
        name=row["afstemningsomraade"].strip(),
        address=row.get("adresse") or f"Skolevej {number + 1}, {code}0 {name}",
        electorate=electorate,
        dagi_id=int(row["dagi_id"]) if row.get("dagi_id") else None,
    )
