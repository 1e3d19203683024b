"""The careful road: reads any line, and says everything that is wrong with it."""

import csv
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from domain.danish_import import FileProblem
from server.register_csv.block import VoterRow
from server.register_csv.contract import COLUMNS, MAX_LENGTHS, MAX_LINE_LENGTH, WIDTH, Column
from server.register_csv.converters import Converters
from server.register_csv.fields import check_text
from server.register_csv.problems import FieldProblemError, Problems, shown

MAX_NAME_LENGTH = 200

T = TypeVar("T")


class CarefulReader:
    """Reads a line that is not plain: quoted, padded, long, in an unusual script, or wrong."""

    def __init__(
        self,
        order: Sequence[int],
        station_ids: Mapping[tuple[str, str], int],
        converters: Converters,
        problems: Problems,
    ) -> None:
        self._order = tuple(order)
        self._place = {column: at + 1 for column, at in zip(COLUMNS, order, strict=True)}
        self._station_ids = station_ids
        self._read = converters
        self._problems = problems

    def read(self, line: str, line_number: int) -> VoterRow | None:
        """The voter on the line, or ``None`` with every reason noted."""
        texts = self._split(line, line_number)
        if texts is None:
            return None
        before = len(self._problems.found)
        row = _Line(line_number, texts, self._place, self._problems)
        station_id = row.take_two(Column.MUNICIPALITY, Column.DISTRICT, self._station_id)
        number = row.take(Column.REGISTER_NUMBER, self._read.register_numbers.__getitem__)
        cpr = row.take(Column.CPR, self._read.cpr)
        name = row.take_two(Column.LAST_NAME, Column.FIRST_NAMES, _name)
        born = row.take(Column.BIRTH_DATE, self._read.birth_dates.__getitem__)
        sex = row.take(Column.SEX, self._read.sexes.__getitem__)
        street = row.take(Column.STREET, lambda text: check_text(text, MAX_LENGTHS[Column.STREET]))
        postcode = row.take(Column.POSTCODE, self._read.postcodes.__getitem__)
        city = row.take(Column.CITY, self._read.cities.__getitem__)
        part = row.take(Column.PART, self._read.parts.__getitem__)
        contests = row.take(Column.CONTESTS, self._read.contests.__getitem__)
        protected = row.take(Column.PROTECTED, self._read.yes_no.__getitem__)
        advance = row.take(Column.ADVANCE, self._read.advance.__getitem__)
        received_on = row.take(Column.ADVANCE_DATE, self._read.advance_dates.__getitem__)
        card = row.take(Column.CARD, self._read.card)
        row.take(Column.REMARK, lambda text: check_text(text, MAX_LENGTHS[Column.REMARK]))
        row.check_advance(contests, advance, received_on)
        fields = (
            station_id, number, name, born, sex, contests, advance, received_on, part, street, postcode, city, protected, card,
            cpr,
        )  # fmt: skip
        if len(self._problems.found) > before or any(field is None for field in fields):
            return None
        return cast("VoterRow", fields)

    def _split(self, line: str, line_number: int) -> dict[Column, str] | None:
        if len(line) > MAX_LINE_LENGTH:
            self._problems.add(FileProblem.LINE_TOO_LONG, line=line_number, limit=MAX_LINE_LENGTH)
            return None
        if not line.strip():
            self._problems.add(FileProblem.EMPTY_LINE, line=line_number)
            return None
        try:
            fields = next(csv.reader([line], delimiter=";", strict=True)) if '"' in line else line.split(";")
        except (csv.Error, StopIteration):
            self._problems.add(FileProblem.BAD_QUOTES, line=line_number)
            return None
        if len(fields) != WIDTH:
            problem = FileProblem.SHORT_ROW if len(fields) < WIDTH else FileProblem.LONG_ROW
            column = min(len(fields), WIDTH) + 1
            self._problems.add(problem, line=line_number, column=column, seen=len(fields), limit=WIDTH)
            return None
        return {column: fields[at].strip(" ") for column, at in zip(COLUMNS, self._order, strict=True)}

    def _station_id(self, municipality: str, number: str) -> int:
        found = self._station_ids.get((municipality, number))
        if found is None:
            raise FieldProblemError(FileProblem.UNKNOWN_DISTRICT, seen=shown(f"{municipality}-{number}"))
        return found


class _Line:
    """One line under the knife: takes a column's value, or notes why not."""

    def __init__(self, line_number: int, fields: Mapping[Column, str], place: Mapping[Column, int], problems: Problems) -> None:
        self._line_number = line_number
        self._fields = fields
        self._place = place
        self._problems = problems

    def take(self, column: Column, convert: Callable[[str], T]) -> T | None:
        """A column's value, or ``None`` with the reason noted."""
        try:
            return convert(self._fields[column])
        except FieldProblemError as error:
            self._note(column, error.problem, error.values)
            return None

    def take_two(self, column: Column, other: Column, convert: Callable[[str, str], T]) -> T | None:
        """A value that two columns give together; a reason is noted at the first."""
        return self.take(column, lambda text: convert(text, self._fields[other]))

    def check_advance(self, contests: int | None, advance: int | None, received_on: str | None) -> None:
        """An advance vote needs the right to vote there and a date; a date needs an advance vote."""
        if contests is None or advance is None:
            return
        if advance & ~contests:
            self._note(Column.ADVANCE, FileProblem.ADVANCE_NOT_ENTITLED, {})
        if advance and not self._fields[Column.ADVANCE_DATE]:
            self._note(Column.ADVANCE_DATE, FileProblem.ADVANCE_DATE_MISSING, {})
        if received_on and not advance:
            self._note(Column.ADVANCE_DATE, FileProblem.ADVANCE_DATE_ALONE, {})

    def _note(self, column: Column, problem: FileProblem, values: Mapping[str, str | int]) -> None:
        self._problems.add(problem, line=self._line_number, column=self._place[column], column_name=column, **values)


def _name(last: str, first: str) -> str:
    name = f"{first} {last}" if first and last else first or last
    if not name:
        raise FieldProblemError(FileProblem.NO_NAME)
    return check_text(name, MAX_NAME_LENGTH)
