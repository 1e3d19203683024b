"""The table's line to its station: news after every commit, and every few seconds a sign of life both ways."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from domain.wire import StationNews, TableNow
from server.access import TableAccess, bearer
from server.actions.news import read_news
from server.clock import Clock
from server.db import snapshot
from server.metrics import TABLE_STREAMS
from server.queries.tables import TableCaller, save_contact
from server.watch import HeadWatcher, Subscription, TooMany

NEWS_EVERY_S = 5.0
NEWS_GAP_S = 0.1
SEND_LIMIT_S = 5.0
CONTACT_EVERY_S = 4.0
SILENT_AFTER_S = 30.0
MAX_LINES_A_TABLE = 16
"""A laptop on a bad line leaves some that nobody has missed yet; more than these would be taken from other tables."""
REVOKED = 4401
TRY_LATER = 1013
MALFORMED = 1008

log = structlog.get_logger()
router = APIRouter()
_lines: Counter[int] = Counter()
"""How many lines each table has in this process."""


class TableStream:
    """One table's open line. What the table last said decides from which event its news begins."""

    def __init__(self, websocket: WebSocket, caller: TableCaller, token: str) -> None:
        """A line that has been accepted."""
        state = websocket.app.state
        self._engine: Engine = state.engine
        self._clock: Clock = state.clock
        self._access: TableAccess = state.table_access
        self._watcher: HeadWatcher = state.watcher
        self._websocket = websocket
        self._caller = caller
        self._token = token
        self._after: int | None = None
        self._noted_call: bool | None = None
        self._noted_at_s = 0.0

    async def run(self) -> None:
        """Follow the station until the line breaks, the table falls silent or its token is revoked."""
        with self._watcher.subscribe(self._caller.station_id) as news:
            listening = asyncio.create_task(self._listen(news))
            telling = asyncio.create_task(self._tell(news))
            done, rest = await asyncio.wait({listening, telling}, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for task in done:
                task.result()

    async def _listen(self, news: Subscription) -> None:
        while True:
            async with asyncio.timeout(SILENT_AFTER_S):
                now = TableNow.model_validate_json(await self._websocket.receive_text())
            await self._note(now)
            self._after = now.last_event
            news.nudge()

    async def _note(self, now: TableNow) -> None:
        """Keep what the table says of itself every few seconds, and a call for help at once.

        Tables speak after every event, and each of their marks is unsettled for a moment: that is worth no write of its own.
        """
        if now.calls_help is self._noted_call and time.monotonic() - self._noted_at_s < CONTACT_EVERY_S:
            return
        await run_in_threadpool(self._save_contact, now)
        self._noted_call, self._noted_at_s = now.calls_help, time.monotonic()

    def _save_contact(self, now: TableNow) -> None:
        with self._engine.begin() as conn:
            save_contact(conn, self._caller.table_id, self._clock(), unsettled=now.unsettled, calls_help=now.calls_help)

    async def _tell(self, news: Subscription) -> None:
        while True:
            await news.wait(NEWS_EVERY_S)
            if await self._access.find(self._token) is None:
                await self._websocket.close(REVOKED)
                return
            if self._after is None:  # the table has not said yet what it knows
                continue
            told = await run_in_threadpool(self._read, self._after)
            async with asyncio.timeout(SEND_LIMIT_S):
                await self._websocket.send_text(told.model_dump_json(exclude_none=True))
            if told.events:
                self._after = max(self._after, told.events[-1].number)
            if self._after < told.last_event:
                news.nudge()
            await asyncio.sleep(NEWS_GAP_S)

    def _read(self, after: int) -> StationNews:
        with snapshot(self._engine) as conn:
            return read_news(conn, self._caller, after=after, at=self._clock())


@router.websocket("/api/table/stream")
async def follow_station(websocket: WebSocket) -> None:
    """Tell a table what happens at its station. Level-triggered: each message says where the station stands now."""
    token = bearer(websocket.headers.get("authorization"))
    access: TableAccess = websocket.app.state.table_access
    caller = await access.find(token) if token else None
    await websocket.accept()
    if caller is None or token is None:
        await websocket.close(REVOKED)
        return
    with TABLE_STREAMS.track_inprogress():
        try:
            with _one_of_few(caller.table_id):
                await TableStream(websocket, caller, token).run()
        except WebSocketDisconnect:
            return
        except TooMany:
            await websocket.close(TRY_LATER)
        except ValidationError:
            await websocket.close(MALFORMED)
        except TimeoutError:
            log.info("table_silent", table_id=caller.table_id)
            with suppress(RuntimeError):
                await websocket.close(TRY_LATER)


@contextmanager
def _one_of_few(table_id: int) -> Iterator[None]:
    """Count a table's line while it is open. ``TooMany`` when the table has as many as it may."""
    if _lines[table_id] >= MAX_LINES_A_TABLE:
        raise TooMany
    _lines[table_id] += 1
    try:
        yield
    finally:
        _lines[table_id] -= 1
