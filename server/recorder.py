"""The recorder: one thread that records for the whole process, as many waiting requests as there are in one commit.

SQLite has one writer, so there is one; and on PostgreSQL a commit that many share costs each of them little. The queue is
bounded: when it is full, callers are told at once, and a table tries again with the same request id.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError

from server.actions.mark_batch import Submitted
from server.actions.marks import record_marks
from server.clock import Clock
from server.metrics import RECORDED_BATCH, RECORDER_QUEUE, RECORDER_SECONDS

_UNAVAILABLE = (OperationalError, InterfaceError, NoFreeConnectionError)
"""The database is gone, locked, full, or has no connection left: nothing that another batch would mend."""

log = structlog.get_logger()


class Overloaded(Exception):
    """The recorder's queue is full; nothing was recorded."""


@dataclass(slots=True)
class _Waiting:
    """One call's requests and the place where its answers are awaited."""

    requests: Sequence[Submitted]
    answers: asyncio.Future[list[str]]


class Recorder:
    """Takes requests from routes, records them in shared transactions, and answers each after the commit."""

    def __init__(
        self, engine: Engine, clock: Clock, *, on_commit: Callable[[], None], queue_limit: int, batch_limit: int
    ) -> None:
        """``on_commit`` is called from the recorder's thread after each commit, before the answers are given."""
        self._engine = engine
        self._clock = clock
        self._on_commit = on_commit
        self._batch_limit = batch_limit
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(queue_limit)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin recording."""
        self._thread.start()

    def stop(self) -> None:
        """Record what is waiting, then end."""
        self._queue.put(None)
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the recorder's thread runs."""
        return self._thread.is_alive()

    async def submit(self, requests: Sequence[Submitted]) -> list[str]:
        """Have requests recorded; their answers as JSON text, after the commit.

        Raises ``Overloaded`` when the queue is full, and whatever the database raised when it could not commit: then the
        outcome is unknown to the caller, who asks again with the same ids.
        """
        waiting = _Waiting(requests, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            raise Overloaded from None
        return await waiting.answers

    def _run(self) -> None:
        """Take what is waiting, record it, and begin again, until ``stop`` is called."""
        going = True
        while going:
            batch, going = self._take()
            if batch:
                self._record(batch)

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for one call, then take all that came with it, up to the batch's limit."""
        batch: list[_Waiting] = []
        size = 0
        waiting = self._queue.get()
        while waiting is not None:
            batch.append(waiting)
            size += len(waiting.requests)
            if size >= self._batch_limit:
                break
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
        RECORDER_QUEUE.set(self._queue.qsize())
        return batch, waiting is not None

    def _record(self, batch: list[_Waiting]) -> None:
        """Record a batch in one transaction. If that fails, each call alone, so that one bad request stops only itself.

        A database that does not answer is no bad request: it would be waited for once for each call.
        """
        try:
            answers = self._commit([request for waiting in batch for request in waiting.requests])
        except Exception as problem:  # noqa: BLE001 - whatever it was, it is handed to those who wait
            if len(batch) > 1 and not isinstance(problem, _UNAVAILABLE):
                for waiting in batch:
                    self._record([waiting])
                return
            log.warning("recording_failed", problem=type(problem).__name__, calls=len(batch))
            _resolve(batch, problem)
            return
        self._on_commit()
        _resolve(batch, answers)

    def _commit(self, requests: list[Submitted]) -> list[str]:
        with RECORDER_SECONDS.time(), self._engine.begin() as conn:
            answers = record_marks(conn, requests, self._clock())
        RECORDED_BATCH.observe(len(requests))
        return answers


def _resolve(batch: list[_Waiting], result: list[str] | Exception) -> None:
    """Give each call its answers, in its own loop, with one wake for the whole batch."""
    loop = batch[0].answers.get_loop()
    loop.call_soon_threadsafe(_give, batch, result)


def _give(batch: list[_Waiting], result: list[str] | Exception) -> None:
    start = 0
    for waiting in batch:
        end = start + len(waiting.requests)
        if not waiting.answers.done():  # a caller that went away is not waiting any more; its marks stand all the same
            if isinstance(result, Exception):
                waiting.answers.set_exception(result)
            else:
                waiting.answers.set_result(result[start:end])
        start = end
