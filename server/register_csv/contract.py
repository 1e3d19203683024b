"""The columns of a register file and its limits, and the check of its first line."""

from collections.abc import Sequence
from enum import StrEnum

from domain.danish_import import FileProblem
from server.register_csv.problems import Problems, shown

MAX_FILE_BYTES = 2 * 1024**3
MAX_ROWS = 6_000_000
MAX_LINE_LENGTH = 4_096
"""Characters, line end not counted."""
MAX_REGISTER_NUMBER = 9_999_999


class Column(StrEnum):
    """The names in the file's first line. They may come in any order; each must be there once."""

    MUNICIPALITY = "kommunekode"
    DISTRICT = "afstemningsomraade_nr"
    REGISTER_NUMBER = "valgnummer"
    CPR = "personnummer"
    LAST_NAME = "efternavn"
    FIRST_NAMES = "fornavne"
    BIRTH_DATE = "foedselsdato"
    SEX = "koen"
    STREET = "vejnavn_husnr"
    POSTCODE = "postnr"
    CITY = "by"
    PART = "liste"
    CONTESTS = "stemmeret"
    PROTECTED = "adressebeskyttet"
    ADVANCE = "brevstemt"
    ADVANCE_DATE = "brevstemt_dato"
    CARD = "valgkortnummer"
    REMARK = "bemaerkning"


COLUMNS = tuple(Column)
WIDTH = len(COLUMNS)
HEADER = ";".join(COLUMNS)

# What the contract says each column may hold at most; names are limited together (200), see rows.py.
MAX_LENGTHS = {
    Column.LAST_NAME: 200,
    Column.FIRST_NAMES: 200,
    Column.STREET: 200,
    Column.POSTCODE: 10,
    Column.CITY: 60,
    Column.REMARK: 200,
}

_OTHER_SEPARATORS = {",": "komma", "\t": "tabulator", "|": "lodret streg"}


def read_header(line: str, problems: Problems) -> tuple[int, ...] | None:
    """Where each column of ``COLUMNS`` stands in this file, or ``None`` with the reasons in ``problems``."""
    if ";" not in line:
        for separator, name in _OTHER_SEPARATORS.items():
            if separator in line:
                problems.add(FileProblem.WRONG_SEPARATOR, line=1, seen=name)
                return None
    names = [name.strip().strip('"') for name in line.split(";")]
    before = len(problems.found)
    _check_names(names, problems)
    if len(problems.found) > before:
        return None
    return tuple(names.index(column) for column in COLUMNS)


def _check_names(names: Sequence[str], problems: Problems) -> None:
    known = set(COLUMNS)
    for at, name in enumerate(names):
        if name not in known:
            problems.add(FileProblem.UNKNOWN_COLUMN, line=1, column=at + 1, column_name=shown(name), seen=shown(name))
        elif name in names[:at]:
            problems.add(FileProblem.DUPLICATE_COLUMN, line=1, column=at + 1, column_name=name)
    for column in COLUMNS:
        if column not in names:
            problems.add(FileProblem.MISSING_COLUMN, line=1, column_name=column)
