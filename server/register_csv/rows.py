"""Lines to voters: a fast road for blocks of plain lines, and the careful one (``careful.py``) for every other line.

Both roads use the same converters, so they cannot disagree about what a field means. The fast road takes a whole block or
nothing of it; where some line is not plain, the block is halved until the few lines around it are read one by one.
"""

from collections.abc import Iterator, Mapping, Sequence

from server.register_csv.block import VoterBlock, VoterRow, block_of
from server.register_csv.careful import MAX_NAME_LENGTH, CarefulReader
from server.register_csv.contract import MAX_LENGTHS, WIDTH, Column
from server.register_csv.converters import Converters
from server.register_csv.problems import FieldProblemError, Problems

_FEW_LINES = 32
"""So few lines are read one by one rather than tried again in halves."""
_MAX_TEXT = min(MAX_NAME_LENGTH, MAX_LENGTHS[Column.STREET], MAX_LENGTHS[Column.REMARK])
_CPR_LENGTHS = frozenset({0, 10})


class NotPlainError(Exception):
    """Some line may be good or bad; the careful road will tell."""


class RowReader:
    """Reads lines of one file into voters of one election."""

    def __init__(
        self,
        order: Sequence[int],
        station_ids: Mapping[tuple[str, str], int],
        converters: Converters,
        problems: Problems,
    ) -> None:
        self._order = tuple(order)
        self._station_ids = station_ids
        self._converters = converters
        self._careful = CarefulReader(order, station_ids, converters, problems)

    def read(self, text: str, first_line: int) -> Iterator[tuple[VoterBlock, Sequence[int]]]:
        """The voters on these lines in blocks, each with its voters' lines; what is wrong is noted as a problem."""
        try:
            block = self._read_plain(text)
        except (NotPlainError, KeyError, FieldProblemError):
            lines = text.split("\n")
            if len(lines) <= _FEW_LINES:
                yield self._read_by_line(lines, first_line)
            else:  # most of the halves will be plain
                half = len(lines) // 2
                yield from self.read("\n".join(lines[:half]), first_line)
                yield from self.read("\n".join(lines[half:]), first_line + half)
        else:
            yield block, range(first_line, first_line + len(block))

    def _read_by_line(self, lines: Sequence[str], first_line: int) -> tuple[VoterBlock, list[int]]:
        rows: list[VoterRow] = []
        line_numbers: list[int] = []
        for line_number, line in enumerate(lines, first_line):
            row = self._careful.read(line, line_number)
            if row is not None:
                rows.append(row)
                line_numbers.append(line_number)
        return block_of(rows), line_numbers

    def _read_plain(self, text: str) -> VoterBlock:
        _refuse_unless_plain(text)
        # One split for all lines; a line's end stands as a field of its own, so a short line cannot hide behind a long one.
        fields = text.replace("\n", ";\n;").split(";")
        ends = fields[WIDTH :: WIDTH + 1]
        if len(fields) != (len(ends) + 1) * (WIDTH + 1) - 1 or ends.count("\n") != len(ends):
            raise NotPlainError
        # fmt: off
        (municipalities, districts, numbers, cprs, last, first, born, sexes, streets, postcodes, cities, parts, entitled,
         protected, advance, advance_on, cards, remarks) = (fields[at :: WIDTH + 1] for at in self._order)
        # fmt: on
        read = self._converters
        names = [
            f"{given} {family}" if given and family else family or given for given, family in zip(first, last, strict=True)
        ]
        if not all(names) or any(_longest(texts) > _MAX_TEXT for texts in (names, streets, remarks)):
            raise NotPlainError
        if _are_padded(names) or _are_padded(streets):
            raise NotPlainError
        block = VoterBlock(
            station_ids=[*map(self._station_ids.__getitem__, zip(municipalities, districts, strict=True))],
            register_numbers=[*map(read.register_numbers.__getitem__, numbers)],
            names=names,
            birth_dates=[*map(read.birth_dates.__getitem__, born)],
            sexes=[*map(read.sexes.__getitem__, sexes)],
            contests=[*map(read.contests.__getitem__, entitled)],
            advance=[*map(read.advance.__getitem__, advance)],
            received_on=[*map(read.advance_dates.__getitem__, advance_on)],
            parts=[*map(read.parts.__getitem__, parts)],
            streets=streets,
            postcodes=[*map(read.postcodes.__getitem__, postcodes)],
            cities=[*map(read.cities.__getitem__, cities)],
            protected=[*map(read.yes_no.__getitem__, protected)],
            cards=[*map(read.card, cards)] if any(cards) else cards,
            cprs=cprs if _are_plain_cprs(cprs) else [*map(read.cpr, cprs)],
        )
        _refuse_odd_advance_votes(block)
        return block


def _refuse_unless_plain(text: str) -> None:
    """No control character and no quote anywhere."""
    if '"' in text or not text.replace("\n", ";").isprintable():
        raise NotPlainError


def _are_padded(texts: Sequence[str]) -> bool:
    """Whether a text begins or ends with a blank, or may have been put together from one that did."""
    together = "\n".join(["", *texts, ""])
    return "\n " in together or " \n" in together or "  " in together


def _longest(texts: Sequence[str]) -> int:
    return max(map(len, texts))


def _are_plain_cprs(texts: Sequence[str]) -> bool:
    """Whether each is empty or ten digits."""
    digits = "".join(texts) or "0"
    return digits.isascii() and digits.isdigit() and _CPR_LENGTHS.issuperset(map(len, texts))


def _refuse_odd_advance_votes(block: VoterBlock) -> None:
    """An advance vote needs the right to vote there and a date; a date needs an advance vote."""
    for contests, advance, has_date in set(zip(block.contests, block.advance, map(bool, block.received_on), strict=True)):
        if advance & ~contests or bool(advance) != has_date:
            raise NotPlainError
