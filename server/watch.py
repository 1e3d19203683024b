"""Who follows which station: a watcher of station heads.

Everything here is level-triggered. A wake carries no numbers: it says "read again". Other processes' commits are seen by
reading the heads a few times a second, so no wake has to cross between processes.
"""

import asyncio
from types import TracebackType
from typing import NamedTuple, Self

import structlog
from sqlalchemy import Engine

from server.db import read_only
from server.queries import board as queries

log = structlog.get_logger()

POLL_S = 0.25
MIN_POLL_GAP_S = 0.03
MAX_SUBSCRIPTIONS = 4_000


class TooMany(Exception):
    """This process follows as many tables or boards as it can; the caller tries again later or elsewhere."""


class Head(NamedTuple):
    """What of a station is watched."""

    state: str
    last_event: int


class Subscription:
    """One follower of one station, or of all (``station_id`` is ``None``). Use it as a context manager."""

    def __init__(self, watcher: "HeadWatcher", station_id: int | None) -> None:
        """Made by ``HeadWatcher.subscribe``."""
        self.station_id = station_id
        self._watcher = watcher
        self._changed = asyncio.Event()
        self._changed.set()  # the first wait returns at once: whoever follows begins by reading what is

    def nudge(self) -> None:
        """Let the next wait return at once."""
        self._changed.set()

    async def wait(self, timeout_s: float) -> bool:
        """Until the station's last event or state is not what it was at the last wait (``True``), or time is up (``False``).

        Changes in between are one change. It promises only that something is there to read, never what.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True

    def close(self) -> None:
        """Stop following."""
        self._watcher.forget(self)

    def __enter__(self) -> Self:
        """Follow while the block runs."""
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Stop following."""
        self.close()


class HeadWatcher:
    """Reads the heads of all stations every 250 ms, and at once after a wake, and nudges those who follow a changed one."""

    def __init__(self, engine: Engine, *, poll_s: float = POLL_S) -> None:
        """``engine`` is read only; one read of all heads costs a statement and no lock."""
        self._engine = read_only(engine)
        self._poll_s = poll_s
        self._heads: dict[int, Head] = {}
        self._followers: dict[int | None, set[Subscription]] = {}
        self._count = 0
        self._woken = asyncio.Event()
        self._wake_on_its_way = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(), name="head-watcher")

    async def stop(self) -> None:
        """Stop watching; subscriptions only time out from now on."""
        self._loop = None
        await end_task(self._task)

    def wake(self) -> None:
        """Something was committed. May be called from any thread at any time, before ``start`` and after ``stop`` too."""
        loop = self._loop
        if loop is None or self._wake_on_its_way:
            return
        self._wake_on_its_way = True
        try:
            loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:  # the loop was closed between the two lines: nobody is left to be told
            self._wake_on_its_way = False

    def subscribe(self, station_id: int | None) -> Subscription:
        """Follow one station, or all. ``TooMany`` when this process follows as many as it can."""
        if self._count >= MAX_SUBSCRIPTIONS:
            raise TooMany
        subscription = Subscription(self, station_id)
        self._followers.setdefault(station_id, set()).add(subscription)
        self._count += 1
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Drop a subscription; dropping it twice is harmless."""
        followers = self._followers.get(subscription.station_id, set())
        if subscription in followers:
            followers.discard(subscription)
            self._count -= 1
            if not followers:
                del self._followers[subscription.station_id]

    async def _run(self) -> None:
        while True:
            # Both are cleared before reading: a commit whose wake comes later is read in the next round.
            self._woken.clear()
            self._wake_on_its_way = False
            if self._followers:
                await self._look()
            await asyncio.sleep(MIN_POLL_GAP_S)
            try:
                async with asyncio.timeout(self._poll_s - MIN_POLL_GAP_S):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _look(self) -> None:
        try:
            heads = await asyncio.to_thread(self._read)
        except Exception as problem:  # noqa: BLE001 - one failed read must not leave boards and tables without news for the day
            log.warning("heads_not_read", problem=type(problem).__name__)
            return
        changed = {station_id for station_id, head in heads.items() if self._heads.get(station_id) != head}
        self._heads = heads
        for station_id in (*changed, None) if changed else ():
            for subscription in self._followers.get(station_id, ()):
                subscription.nudge()

    def _read(self) -> dict[int, Head]:
        with self._engine.connect() as conn:
            return {row.station_id: Head(row.state, row.last_event) for row in queries.list_heads(conn)}


async def end_task(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait until it has ended, however it ends."""
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
