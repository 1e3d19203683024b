"""Polling stations and municipalities from the public geography files of data.valg.dk.

The files are JSON in UTF-8, some with a byte order mark; ids come as strings in some and as integers in others.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from domain.elections import Station, StationKey

MAX_FILE_BYTES = 64 * 1024**2
_STATIONS_FILE = "Afstemningsomraade"
_MAX_NAME = 120
_MAX_ADDRESS = 200


class GeographyFileError(Exception):
    """A geography file cannot be used; the message names the file, the place in it and the reason."""


def read_stations(
    path: Path, municipality_codes: Collection[int], municipality_names: Mapping[int, str] | None = None
) -> list[Station]:
    """The stations of these municipalities, in the order of their keys, from an ``Afstemningsomraade`` file.

    ``GeographyFileError`` when the file is not such a file, names a station twice, or lacks one of the municipalities.
    """
    names = municipality_names or {}
    found: dict[StationKey, Station] = {}
    for at, row in enumerate(_read_rows(path), 1):
        try:
            station = _station(row, names)
        except (KeyError, TypeError, ValueError) as error:
            raise GeographyFileError(f"{path.name}: entry {at}: {_reason(error)}") from None
        if station.key.municipality_code not in municipality_codes:
            continue
        if station.key in found:
            raise GeographyFileError(f"{path.name}: entry {at}: station {station.key} stands there twice")
        found[station.key] = station
    missing = sorted(set(municipality_codes) - {key.municipality_code for key in found})
    if missing:
        raise GeographyFileError(f"{path.name}: no station of municipality {', '.join(map(str, missing))}")
    return [found[key] for key in sorted(found)]


def read_municipality_names(path: Path) -> dict[int, str]:
    """Each municipality's name by its code, from a ``Kommune`` file."""
    names = {}
    for at, row in enumerate(_read_rows(path), 1):
        try:
            names[_number(row, "Kode")] = _text(row, "Navn", 60)
        except (KeyError, TypeError, ValueError) as error:
            raise GeographyFileError(f"{path.name}: entry {at}: {_reason(error)}") from None
    return names


def _read_rows(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise GeographyFileError(f"{path.name}: larger than {MAX_FILE_BYTES} bytes")
        rows = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise GeographyFileError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GeographyFileError(f"{path.name}: not UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise GeographyFileError(f"{path.name}: not JSON: {error}") from None
    if not isinstance(rows, list) or not rows:
        raise GeographyFileError(f"{path.name}: not a list of {_STATIONS_FILE} or Kommune entries")
    return rows


def _station(row: Any, municipality_names: Mapping[int, str]) -> Station:  # noqa: ANN401 - JSON as it was found
    code = _number(row, "Kommunekode")
    place = row["Afstemningssted"]
    return Station(
        key=StationKey(code, _number(row, "Nummer")),
        name=_text(row, "Navn", _MAX_NAME),
        venue=_text(place, "Navn", _MAX_NAME),
        address=_text(place["Adgangsadresse"], "Adressebetegnelse", _MAX_ADDRESS),
        municipality_name=municipality_names.get(code, ""),
        dagi_id=_number(row, "Dagi_id") if row.get("Dagi_id") not in {None, ""} else None,
    )


def _number(row: Any, key: str) -> int:  # noqa: ANN401 - JSON as it was found
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip().isdecimal():
        raise ValueError(f"{key} is not a whole number")
    return int(value)


def _text(row: Any, key: str, limit: int) -> str:  # noqa: ANN401 - JSON as it was found
    value = row[key]
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= limit or not value.isprintable():
        raise ValueError(f"{key} is not a text of 1 to {limit} characters")
    return value.strip()


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
