"""Gives each voter of an import an id and a card, hashes the package as it goes, and writes in the background."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from server.card_numbers import CardNumbers
from server.cpr_seal import CprSeal
from server.package_rows import PackageHash, card_line, entry_line
from server.queries.register_load import Loader, Write
from server.register_csv.converters import District, VoterRow

_BLOCKS_WAITING = 3


@dataclass(slots=True)
class StationLoad:
    """One station while its voters pass. ``in_order``: the hash was made on the way; else it must be made from the rows."""

    district: District
    package_hash: PackageHash = field(default_factory=PackageHash)
    advance_votes: int = 0
    last_number: int = 0
    in_order: bool = True
    entry_lines: list[str] = field(default_factory=list)
    card_lines: list[str] = field(default_factory=list)

    def hash_lines(self) -> None:
        """Hash the lines gathered since last time."""
        self.package_hash.add(self.entry_lines, self.card_lines)
        self.entry_lines.clear()
        self.card_lines.clear()


class BackgroundWriter:
    """Writes blocks in order in one thread, so that the next block is read while the database takes this one."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Write | None] = queue.Queue(_BLOCKS_WAITING)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="register-writer", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """Have a block written; waits while ``_BLOCKS_WAITING`` blocks are waiting."""
        self._waiting.put(write)

    def finish(self) -> Exception | None:
        """Wait for the last block; the first failure, after which nothing more was written, or ``None``."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        return self._failure

    def _run(self) -> None:
        while (write := self._waiting.get()) is not None:
            if self._failure is None:
                try:
                    write()
                except Exception as failure:  # noqa: BLE001 - handed to the importing thread by finish()
                    self._failure = failure


class RegisterStore:
    """Takes an import's voters in file order."""

    def __init__(
        self,
        loader: Loader,
        districts: Sequence[District],
        cards: CardNumbers,
        seal: Callable[[], CprSeal],
        highest_entry_id: int,
    ) -> None:
        self.stations = {id(district): StationLoad(district) for district in districts}
        self.rows = 0
        self.sealed = 0
        self._loader = loader
        self._cards = cards
        self._make_seal = seal
        self._seal: CprSeal | None = None
        self._next_id = highest_entry_id + 1
        self._writer = BackgroundWriter()

    def add(self, rows: Sequence[VoterRow]) -> None:
        """Store the next voters."""
        drawn = iter(self._cards.take(sum(row[13] is None for row in rows)))
        cards = [row[13] or next(drawn) for row in rows]
        self._gather(rows, cards)
        sealed = self._sealed(rows)
        self._writer.put(self._loader.ready(self._next_id, rows, cards, sealed))
        self._next_id += len(rows)
        self.rows += len(rows)
        self.sealed += len(sealed)

    def finish(self) -> Exception | None:
        """Wait until all is written; the database's first complaint, or ``None``."""
        return self._writer.finish()

    def _gather(self, rows: Sequence[VoterRow], cards: Sequence[str]) -> None:
        stations, touched = self.stations, {}
        for entry_id, (row, card) in enumerate(zip(rows, cards, strict=True), self._next_id):
            district, number, name, born, sex, contests, advance, received_on = row[:8]
            station = stations[id(district)]
            if number <= station.last_number:
                station.in_order = False
            station.last_number = number
            station.advance_votes += bool(advance)
            station.entry_lines.append(entry_line(entry_id, number, name, born, sex, contests, advance, received_on))
            station.card_lines.append(card_line(card, entry_id))
            touched[id(district)] = station
        for station in touched.values():
            station.hash_lines()

    def _sealed(self, rows: Sequence[VoterRow]) -> list[tuple[int, bytes]]:
        if self._seal is None:
            if not any(row[14] for row in rows):
                return []
            self._seal = self._make_seal()
        seal = self._seal.seal
        return [(entry_id, seal(entry_id, row[14])) for entry_id, row in enumerate(rows, self._next_id) if row[14]]
