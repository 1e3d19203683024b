"""One line to one voter: a fast road for plain lines, and the careful one (``careful.py``) for every other.

Both roads use the same converters, so they cannot disagree about what a field means.
"""

from collections.abc import Sequence
from operator import itemgetter

from server.register_csv.careful import CarefulReader
from server.register_csv.contract import WIDTH
from server.register_csv.converters import Converters, District, VoterRow
from server.register_csv.problems import FieldProblemError, Problems

_PLAIN_LENGTH = 190
"""A line shorter than any limit on a text within it: the fast road need not measure its texts."""
_CPR_LENGTH = 10


class NotPlainError(Exception):
    """The line may be good or bad; the careful road will tell."""


class RowReader:
    """Reads lines of one file into voters of one election."""

    def __init__(self, order: Sequence[int], districts: Sequence[District], converters: Converters, problems: Problems) -> None:
        by_code = {(str(each.key.municipality_code), str(each.key.number)): each for each in districts}
        self._reorder = None if tuple(order) == tuple(range(WIDTH)) else itemgetter(*order)
        self._districts = by_code
        self._converters = converters
        self._careful = CarefulReader(order, by_code, converters, problems)

    def read(self, lines: Sequence[str], first_line: int) -> tuple[list[VoterRow], list[int]]:
        """The voters on these lines, and the line of each; what is wrong is noted as a problem."""
        rows: list[VoterRow] = []
        line_numbers: list[int] = []
        for line_number, line in enumerate(lines, first_line):
            try:
                row = self._read_plain(line)
            except (NotPlainError, KeyError, FieldProblemError):
                careful = self._careful.read(line, line_number)
                if careful is None:
                    continue
                row = careful
            rows.append(row)
            line_numbers.append(line_number)
        return rows, line_numbers

    def _read_plain(self, line: str) -> VoterRow:
        fields: Sequence[str] = line.split(";")
        if len(fields) != WIDTH or len(line) > _PLAIN_LENGTH or not line.isprintable() or '"' in line:
            raise NotPlainError
        if "; " in line or " ;" in line or line[0] == " ":
            raise NotPlainError
        if self._reorder is not None:
            fields = self._reorder(fields)
        # fmt: off
        (municipality, district, register_number, cpr, last, first, born, sex, street, postcode, city, part, entitled,
         protected, advance, advance_on, card, remark) = fields
        # fmt: on
        if not last or card or remark:
            raise NotPlainError
        if cpr and not (len(cpr) == _CPR_LENGTH and cpr.isdigit() and cpr.isascii()):
            raise NotPlainError
        read = self._converters
        contests, advance_contests, received_on = read.contests[entitled], read.advance[advance], read.advance_dates[advance_on]
        if (advance or advance_on) and (advance_contests & ~contests or not advance or not received_on):
            raise NotPlainError
        return (
            self._districts[municipality, district],
            read.register_numbers[register_number],
            f"{first} {last}" if first else last,
            read.birth_dates[born],
            read.sexes[sex],
            contests,
            advance_contests,
            received_on,
            read.parts[part],
            street or None,
            read.postcodes[postcode],
            read.cities[city],
            read.yes_no[protected],
            None,
            cpr or None,
        )
