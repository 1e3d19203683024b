"""A whole register file, read once from start to end: voters in blocks, and all that is wrong with it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from domain.danish_import import FileProblem
from server.register_csv.block import District, VoterBlock
from server.register_csv.contract import COLUMNS, MAX_FILE_BYTES, MAX_ROWS, Column, read_header
from server.register_csv.converters import Converters
from server.register_csv.lines import looks_like_utf_16, read_blocks
from server.register_csv.manifest import Manifest, check_against_manifest
from server.register_csv.problems import EnoughProblemsError, Problems
from server.register_csv.repeats import Repeats
from server.register_csv.rows import RowReader

_HEAD_BYTES = 256


class RegisterReader:
    """Reads one file for one election. ``problems`` grows while the blocks are taken; only at the end is it complete."""

    def __init__(
        self, path: Path, manifest: Manifest, districts: Sequence[District], converters: Converters, problems: Problems
    ) -> None:
        self._path = path
        self._manifest = manifest
        self._districts = districts
        self._converters = converters
        self.problems = problems
        self._numbers = Repeats()
        self._cards = Repeats()
        self._hash = hashlib.sha256()
        self._order: tuple[int, ...] = ()

    def blocks(self, progress: Callable[[int], None]) -> Iterator[VoterBlock]:
        """The file's voters, some thousands at a time. ``progress`` is told how many bytes each step read."""
        try:
            if self._path.stat().st_size > MAX_FILE_BYTES:
                self.problems.add(FileProblem.FILE_TOO_BIG, limit=MAX_FILE_BYTES)
                return
            with self._path.open("rb") as stream:
                yield from self._read(stream, progress)
        except EnoughProblemsError:
            return

    def _read(self, stream: BinaryIO, progress: Callable[[int], None]) -> Iterator[VoterBlock]:
        head = stream.read(_HEAD_BYTES)
        stream.seek(0)
        if looks_like_utf_16(head):
            self.problems.add(FileProblem.UTF_16)
            return
        rows_reader: RowReader | None = None
        next_line = 1

        def take(block: bytes) -> None:
            self._hash.update(block)
            progress(len(block))

        for lines in read_blocks(stream, take):
            if rows_reader is None:
                order = read_header(lines[0], self.problems)
                if order is None:
                    return
                self._order = order
                rows_reader = RowReader(order, self._districts, self._converters, self.problems)
                del lines[0]
                next_line = 2
            if next_line + len(lines) - 2 > MAX_ROWS:
                self.problems.add(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
                return
            for block, line_numbers in rows_reader.read(lines, next_line):
                self._note_keys(block, line_numbers)
                yield block
            next_line += len(lines)
        if rows_reader is None:
            self.problems.add(FileProblem.FILE_EMPTY)
            return
        self._finish()

    def _note_keys(self, block: VoterBlock, line_numbers: Sequence[int]) -> None:
        station_ids = [district.station_id for district in block.districts]
        keys = [station_id << 32 | number for station_id, number in zip(station_ids, block.register_numbers, strict=True)]
        self._numbers.add_all(keys, line_numbers)
        for district, count in Counter(block.districts).items():
            district.rows += count
        if any(block.cards):
            # Equal 64-bit hashes count as equal numbers: of two million imports of a country, one would be refused wrongly.
            given = [(hash(card), at) for card, at in zip(block.cards, line_numbers, strict=True) if card]
            self._cards.add_all([key for key, _ in given], [at for _, at in given])

    def _finish(self) -> None:
        self._note_repeated(self._numbers, FileProblem.DUPLICATE_REGISTER_NUMBER, Column.REGISTER_NUMBER)
        self._note_repeated(self._cards, FileProblem.DUPLICATE_CARD, Column.CARD)
        if self.problems.found:  # counts of rows that were refused say nothing; the hash still does
            if self._hash.hexdigest() != self._manifest.sha256:
                self.problems.add(FileProblem.MANIFEST_HASH)
            return
        check_against_manifest(self._manifest, self._districts, self._hash.hexdigest(), self.problems)
        for district in self._districts:
            if not district.rows:
                self.problems.add(FileProblem.EMPTY_DISTRICT, district=str(district.key))

    def _note_repeated(self, keys: Repeats, problem: FileProblem, column: Column) -> None:
        place = self._order[COLUMNS.index(column)] + 1
        for line, earlier in keys.repeated():
            self.problems.add(problem, line=line, column=place, column_name=column, seen=earlier)
