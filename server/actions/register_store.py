"""Stores prepared portions in the background, and adds up what the stations are told of their register."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from server.actions.register_prepare import Prepared
from server.package_rows import PackageHash
from server.queries.register_load import Rows

_PORTIONS_WAITING = 3


@dataclass(slots=True)
class StationLoad:
    """One station while its voters pass. ``in_order``: the hash was made on the way; else it must be made from the rows."""

    station_id: int
    package_hash: PackageHash = field(default_factory=PackageHash)
    advance_votes: int = 0
    last_number: int = 0
    in_order: bool = True


class BackgroundWriter:
    """Writes rows in order in one thread, so that the next are read while the database takes these."""

    def __init__(self, write: Callable[[Rows], None]) -> None:
        self._write = write
        self._waiting: queue.Queue[Rows | None] = queue.Queue(_PORTIONS_WAITING)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="register-writer", daemon=True)
        self._thread.start()

    def put(self, rows: Rows) -> None:
        """Have rows written; waits while ``_PORTIONS_WAITING`` portions are waiting."""
        self._waiting.put(rows)

    def finish(self) -> Exception | None:
        """Wait for the last rows; the first failure, after which nothing more was written, or ``None``."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        return self._failure

    def _run(self) -> None:
        while (rows := self._waiting.get()) is not None:
            if self._failure is None:
                try:
                    self._write(rows)
                except Exception as failure:  # noqa: BLE001 - handed to the importing thread by finish()
                    self._failure = failure


class RegisterStore:
    """Takes an import's portions in file order."""

    def __init__(self, station_ids: Sequence[int], write: Callable[[Rows], None]) -> None:
        self.stations = {station_id: StationLoad(station_id) for station_id in station_ids}
        self._writer = BackgroundWriter(write)

    def add(self, prepared: Prepared) -> None:
        """Store the next portion."""
        for rows in prepared.rows:
            self._writer.put(rows)
        for run in prepared.runs:
            station = self.stations[run.station_id]
            if not run.ascending or run.first_number <= station.last_number:
                station.in_order = False
            station.last_number = run.last_number
            station.package_hash.add(run.entry_lines, run.card_lines)
        for station_id, advance_votes in prepared.advance_votes.items():
            self.stations[station_id].advance_votes += advance_votes

    def finish(self) -> Exception | None:
        """Wait until all is written; the database's first complaint, or ``None``."""
        return self._writer.finish()
