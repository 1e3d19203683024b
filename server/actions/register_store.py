"""Gives each voter of an import an id and a card, hashes the package as it goes, and writes in the background."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import lt

from server.card_numbers import CardNumbers
from server.cpr_seal import CprSeal
from server.package_rows import PackageHash, entry_lines, fresh_card_lines
from server.queries.register_load import Loader, Write
from server.register_csv.block import District, VoterBlock

_BLOCKS_WAITING = 3


@dataclass(slots=True)
class StationLoad:
    """One station while its voters pass. ``in_order``: the hash was made on the way; else it must be made from the rows."""

    district: District
    package_hash: PackageHash = field(default_factory=PackageHash)
    advance_votes: int = 0
    last_number: int = 0
    in_order: bool = True


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
        self.stations = {district.station_id: StationLoad(district) for district in districts}
        self.rows = 0
        self.sealed = 0
        self._loader = loader
        self._cards = cards
        self._make_seal = seal
        self._seal: CprSeal | None = None
        self._next_id = highest_entry_id + 1
        self._writer = BackgroundWriter()

    def add(self, block: VoterBlock) -> None:
        """Store the next voters."""
        cards = self._cards_for(block)
        self._hash(block, cards)
        sealed = self._sealed(block)
        self._writer.put(self._loader.ready(self._next_id, block, cards, sealed))
        self._next_id += len(block)
        self.rows += len(block)
        self.sealed += len(sealed)

    def finish(self) -> Exception | None:
        """Wait until all is written; the database's first complaint, or ``None``."""
        return self._writer.finish()

    def _cards_for(self, block: VoterBlock) -> Sequence[str]:
        if not any(block.cards):
            return self._cards.take(len(block))
        drawn = iter(self._cards.take(sum(not card for card in block.cards)))
        return [card or next(drawn) for card in block.cards]

    def _hash(self, block: VoterBlock, cards: Sequence[str]) -> None:
        """Hash the voters' package lines, station by station: a file keeps most of a station's voters together."""
        ids = range(self._next_id, self._next_id + len(block))
        entries = entry_lines(ids, block)
        card_lines = fresh_card_lines(cards, ids)
        at = 0
        for district, run in groupby(block.districts):
            start, at = at, at + sum(1 for _ in run)
            station = self.stations[district.station_id]
            numbers = block.register_numbers[start:at]
            if station.last_number >= numbers[0] or not all(map(lt, numbers, numbers[1:])):
                station.in_order = False
            station.last_number = numbers[-1]
            station.advance_votes += sum(map(bool, block.advance[start:at]))
            station.package_hash.add(entries[start:at], card_lines[start:at])

    def _sealed(self, block: VoterBlock) -> list[tuple[int, bytes]]:
        if not any(block.cprs):
            return []
        if self._seal is None:
            self._seal = self._make_seal()
        return self._seal.seal_all([(entry_id, cpr) for entry_id, cpr in enumerate(block.cprs, self._next_id) if cpr])
