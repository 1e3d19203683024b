"""The live board's feed: read when something was committed, encode once, hand to each reader through a latest-value slot."""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from server.actions.board import read_board
from server.clock import Clock, elapsed_of
from server.db import snapshot
from server.metrics import BOARD_READERS
from server.queries import readers as reader_queries
from server.watch import HeadWatcher, Subscription, TooMany, end_task

log = structlog.get_logger()

FRAME_GAP_S = 0.25
REFRESH_S = 5.0
FRESH_S = 2 * REFRESH_S
MAX_READERS = 4_000


class BoardReader:
    """One open board: a slot that holds the latest frame only. A slow reader skips frames, it never queues them."""

    def __init__(self, code_hash: bytes | None) -> None:
        """``code_hash`` is the reader code it was let in by, ``None`` in a practice election."""
        self.code_hash = code_hash
        self._frame: str | None = None
        self._filled = asyncio.Event()
        self._ended = False

    def offer(self, frame: str) -> None:
        """Put a frame in the slot; one that was not taken yet is gone."""
        self._frame = frame
        self._filled.set()

    def end(self) -> None:
        """Its reader code was revoked: nothing more is told."""
        self._frame, self._ended = None, True
        self._filled.set()

    async def take(self) -> str | None:
        """The latest frame, when there is one; ``None`` after ``end``."""
        await self._filled.wait()
        if self._ended:
            return None
        self._filled.clear()
        frame, self._frame = self._frame, None
        return frame


@dataclass(slots=True)
class _Channel:
    """The boards of one election in this process."""

    readers: set[BoardReader]
    frame: str | None = None
    framed_at: float = 0.0


class BoardFeed:
    """Reads the board when something changed, at most four times a second, and once per election for all who look."""

    def __init__(self, engine: Engine, clock: Clock, watcher: HeadWatcher) -> None:
        """``clock`` gives the time that ages are counted from. The watcher is started and stopped by its owner."""
        self._engine = engine
        self._clock = clock
        self._watcher = watcher
        self._channels: dict[int, _Channel] = {}
        self._news: Subscription | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to feed, in the running loop."""
        self._news = self._watcher.subscribe(None)
        self._task = asyncio.get_running_loop().create_task(self._run(self._news), name="board-feed")

    async def stop(self) -> None:
        """Stop feeding."""
        await end_task(self._task)
        if self._news is not None:
            self._news.close()

    def wake(self) -> None:
        """Something was committed; from any thread."""
        self._watcher.wake()

    @property
    def readers(self) -> int:
        """How many boards are open in this process."""
        return sum(len(channel.readers) for channel in self._channels.values())

    def join(self, election_id: int, code_hash: bytes | None) -> BoardReader:
        """A slot that is filled at once and after each change. ``TooMany`` when this process feeds as many as it can."""
        if self.readers >= MAX_READERS:
            raise TooMany
        reader = BoardReader(code_hash)
        channel = self._channels.setdefault(election_id, _Channel(set()))
        channel.readers.add(reader)
        BOARD_READERS.set(self.readers)
        if channel.frame is not None and asyncio.get_running_loop().time() - channel.framed_at < FRESH_S:
            reader.offer(channel.frame)
        elif self._news is not None:
            self._news.nudge()
        return reader

    def leave(self, election_id: int, reader: BoardReader) -> None:
        """The board was closed. Leaving twice is harmless."""
        channel = self._channels.get(election_id)
        if channel is not None:
            channel.readers.discard(reader)
            if not channel.readers:
                del self._channels[election_id]
        BOARD_READERS.set(self.readers)

    async def _run(self, news: Subscription) -> None:
        while True:
            await news.wait(REFRESH_S)  # when nothing changed, the ages of the tables' contacts did
            next_at = asyncio.get_running_loop().time() + FRAME_GAP_S
            for election_id in tuple(self._channels):
                await self._publish(election_id)
            await asyncio.sleep(next_at - asyncio.get_running_loop().time())

    async def _publish(self, election_id: int) -> None:
        try:
            frame, standing = await asyncio.to_thread(self._read, election_id)
        except Exception as problem:  # noqa: BLE001 - one failed read must not end the board for the day; it greys by itself
            log.warning("board_not_read", problem=type(problem).__name__, election=election_id)
            return
        channel = self._channels.get(election_id)
        if channel is None or frame is None:
            return
        channel.frame, channel.framed_at = frame, asyncio.get_running_loop().time()
        for reader in channel.readers:
            if reader.code_hash is None or reader.code_hash in standing:
                reader.offer(frame)
            else:
                reader.end()

    def _read(self, election_id: int) -> tuple[str | None, frozenset[bytes]]:
        """The frame, and the reader codes that stand at the same moment."""
        with snapshot(self._engine) as conn:
            board = read_board(conn, election_id, self._clock(), elapsed_s=elapsed_of(self._clock))
            standing = frozenset(row.code_hash for row in reader_queries.list_live_codes(conn, election_id))
        return (None if board is None else board.model_dump_json()), standing
