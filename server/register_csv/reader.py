"""A whole register file: its first line, its portions, and what only the whole of it can tell."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from domain.danish_import import FileProblem
from server.register_csv.block import District, VoterBlock
from server.register_csv.contract import COLUMNS, MAX_FILE_BYTES, MAX_ROWS, Column, read_header
from server.register_csv.lines import MAX_LINE_BYTES, looks_like_utf_16, read_portions, text_of
from server.register_csv.manifest import Manifest, check_against_manifest
from server.register_csv.problems import Problem, Problems
from server.register_csv.repeats import Repeats

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Portion:
    """Some lines of the file, the first line's number, and how many there are."""

    content: bytes
    first_line: int
    lines: int


@dataclass(slots=True)
class PortionFacts:
    """What a portion's reader found, for the checks over the whole file. Cheap to send from one process to another."""

    problems: list[Problem] = field(default_factory=list)
    station_rows: Counter[int] = field(default_factory=Counter)
    keys: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("I"))
    card_keys: "array[int]" = field(default_factory=lambda: array("q"))
    card_lines: "array[int]" = field(default_factory=lambda: array("I"))

    def note(self, block: VoterBlock, line_numbers: Sequence[int]) -> None:
        """Take a block's voters into account."""
        keys = [station_id << 32 | number for station_id, number in zip(block.station_ids, block.register_numbers, strict=True)]
        self.keys.extend(keys)
        self.lines.extend(line_numbers)
        self.station_rows.update(block.station_ids)
        if any(block.cards):
            given = [(card, at) for card, at in zip(block.cards, line_numbers, strict=True) if card]
            # Numbers of up to 18 digits are their own key; of longer ones a few in 10^18 share one.
            self.card_keys.extend(hash(int(f"1{card}")) for card, _ in given)
            self.card_lines.extend(at for _, at in given)


class RegisterFile:
    """Reads one file for one election. Only after ``finish`` does ``problems`` hold all that is wrong with it."""

    def __init__(self, path: Path, manifest: Manifest, districts: Sequence[District], problems: Problems) -> None:
        self._path = path
        self._manifest = manifest
        self._districts = {district.station_id: district for district in districts}
        self._problems = problems
        self._numbers = Repeats()
        self._cards = Repeats()
        self._hash = hashlib.sha256()
        self._order: tuple[int, ...] = ()

    def read_order(self) -> tuple[int, ...] | None:
        """Where each column of the contract stands in this file, or ``None`` with the reasons noted."""
        if self._path.stat().st_size > MAX_FILE_BYTES:
            self._problems.add(FileProblem.FILE_TOO_BIG, limit=MAX_FILE_BYTES)
            return None
        with self._path.open("rb") as stream:
            first = stream.readline(MAX_LINE_BYTES)
        if not first:
            self._problems.add(FileProblem.FILE_EMPTY)
            return None
        if looks_like_utf_16(first):
            self._problems.add(FileProblem.UTF_16)
            return None
        header = text_of(first.removeprefix(_BYTE_ORDER_MARK).removesuffix(b"\n"))
        self._order = read_header(header, self._problems) or ()
        return self._order or None

    def portions(self, progress: Callable[[int], None]) -> Iterator[Portion]:
        """The file after its first line. ``progress`` is told how many bytes each step read."""

        def take(block: bytes) -> None:
            self._hash.update(block)
            progress(len(block))

        next_line = 1
        with self._path.open("rb") as stream:
            for content in read_portions(stream, take):
                lines, body = content.count(b"\n") + 1, content
                if next_line == 1:
                    _, _, body = content.partition(b"\n")
                    next_line, lines = 2, lines - 1
                if next_line + lines - 2 > MAX_ROWS:
                    self._problems.add(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
                    return
                if lines:
                    yield Portion(body, next_line, lines)
                next_line += lines

    def note(self, facts: PortionFacts) -> None:
        """Take what was found in the next portion."""
        self._problems.add_all(facts.problems)
        for station_id, rows in facts.station_rows.items():
            self._districts[station_id].rows += rows
        self._numbers.add_all(facts.keys, facts.lines)
        self._cards.add_all(facts.card_keys, facts.card_lines)

    def finish(self) -> None:
        """Note what only the whole file shows: repeated numbers, empty districts, and whether the manifest is right."""
        self._note_repeated(self._numbers, FileProblem.DUPLICATE_REGISTER_NUMBER, Column.REGISTER_NUMBER)
        self._note_repeated(self._cards, FileProblem.DUPLICATE_CARD, Column.CARD)
        if self._problems.found:  # counts of rows that were refused say nothing; the hash still does
            if self._hash.hexdigest() != self._manifest.sha256:
                self._problems.add(FileProblem.MANIFEST_HASH)
            return
        check_against_manifest(self._manifest, self._districts.values(), self._hash.hexdigest(), self._problems)
        for district in self._districts.values():
            if not district.rows:
                self._problems.add(FileProblem.EMPTY_DISTRICT, district=str(district.key))

    def _note_repeated(self, keys: Repeats, problem: FileProblem, column: Column) -> None:
        place = self._order[COLUMNS.index(column)] + 1
        for line, earlier in keys.repeated():
            self._problems.add(problem, line=line, column=place, column_name=column, seen=earlier)
