"""Sends what the journal holds without an answer, in its order, under the same ids, until there is an answer."""

import asyncio
import random

import structlog

from domain.wire import MAX_BATCH
from station_client.pauses import Pauses
from station_client.server_link import CallRefusedError, LinkDownError, ServerLink
from station_client.showing import Stopped
from station_client.table import Table

log = structlog.get_logger()


class TokenRevokedError(Exception):
    """The server does not know this laptop any more."""


class Sender:
    """One sending at a time. ``poke`` it when there is something to send or when the line has come back."""

    def __init__(self, table: Table, link: ServerLink) -> None:
        self._table = table
        self._link = link
        self._work = asyncio.Event()
        self._pauses = Pauses(random.Random())  # noqa: S311 - spreads tries, guards nothing
        self.poke()

    def poke(self) -> None:
        """There may be something to send; a pause between tries ends."""
        self._work.set()

    async def run(self) -> None:
        """Send for ever. ``TokenRevokedError`` when the server does not know this laptop; the journal keeps what is open."""
        while True:
            await self._work.wait()
            self._work.clear()
            while pause_s := await self._send():
                await self._wait(pause_s)

    async def _send(self) -> float:
        """Send what is open; how long to wait before the next try, or 0 when nothing is left."""
        requests = self._table.ledger.unsettled(MAX_BATCH)
        if not requests or isinstance(self._table.showing, Stopped):
            return 0.0
        pause_s = self._pauses.next_s()
        try:
            answers = await self._link.send_requests(requests)
        except LinkDownError as error:
            log.info("requests_unanswered", count=len(requests), reason=str(error))
            self._table.connection_is(answered=False)
            self._table.no_answer()
            return pause_s
        except CallRefusedError as refused:
            log.warning("requests_refused", count=len(requests), problem=refused.problem)
            if refused.problem == "unknown_table":
                raise TokenRevokedError from refused
            self._table.no_answer()
            return max(pause_s, float(refused.retry_after_s or 0))
        self._pauses.reset()
        self._table.connection_is(answered=True)
        self._table.settle(answers)
        return pause_s if self._table.ledger.unsettled(1) else 0.0

    async def _wait(self, pause_s: float) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._work.wait()
        except TimeoutError:
            return
        self._work.clear()
