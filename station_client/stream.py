"""The table's line to its station: it says what it knows, and hears where the station stands."""

import asyncio
import contextlib
import random
import ssl

import structlog
from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from domain.wire import StationNews, TableNow
from station_client.changes import Changes
from station_client.pauses import Pauses
from station_client.sender import Sender, TokenRevokedError
from station_client.server_link import ServerLink
from station_client.settings import MAX_ANSWER_BYTES, NEWS_EVERY_S, REQUEST_TIMEOUT_S, SILENT_STREAM_S
from station_client.table import Table

REVOKED = 4401

log = structlog.get_logger()


class Stream:
    """Keeps one line open, for as long as the table runs."""

    def __init__(self, table: Table, link: ServerLink, sender: Sender, changes: Changes) -> None:
        self._table = table
        self._link = link
        self._sender = sender
        self._changes = changes
        self._pauses = Pauses(random.Random())  # noqa: S311 - spreads tries, guards nothing

    async def run(self) -> None:
        """Follow the station for ever. ``TokenRevokedError`` when the server does not know this laptop."""
        while True:
            reason = await self._follow_once()
            self._table.connection_is(stream_up=False)
            log.info("stream_down", reason=reason)
            await asyncio.sleep(self._pauses.next_s())

    async def _follow_once(self) -> str:
        """Open the line and follow it until it breaks; why it broke."""
        address = "ws" + self._link.server.removeprefix("http") + "/api/table/stream"
        tls: ssl.SSLContext | None = self._link.tls
        try:
            async with connect(
                address,
                ssl=tls,
                additional_headers=self._link.headers,
                open_timeout=REQUEST_TIMEOUT_S,
                close_timeout=REQUEST_TIMEOUT_S,
                max_size=MAX_ANSWER_BYTES,
                ping_interval=None,  # both ends speak every five seconds anyway
                proxy=None,
            ) as line:
                await self._converse(line)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code == REVOKED:
                raise TokenRevokedError from closed
            return f"closed {code}"
        except (OSError, TimeoutError, WebSocketException) as error:
            # No line at all: whatever the latest request said is out of date.
            self._table.connection_is(stream_up=False, answered=False)
            return type(error).__name__
        except ValidationError:
            return "news that cannot be read"
        return "ended"

    async def _converse(self, line: ClientConnection) -> None:
        telling = asyncio.create_task(self._tell(line))
        try:
            while True:
                async with asyncio.timeout(SILENT_STREAM_S):
                    news = StationNews.model_validate_json(await line.recv())
                self._table.hear(news)
                if not self._table.connection.up:
                    log.info("stream_up")
                self._table.connection_is(stream_up=True)
                self._pauses.reset()
                self._sender.poke()
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await telling

    async def _tell(self, line: ClientConnection) -> None:
        """Say what this table knows: now, at once when it changes, and every five seconds."""
        while True:
            said = self._now()
            await line.send(said.model_dump_json())
            await self._changes.until(lambda said=said: self._now() != said, NEWS_EVERY_S)  # type: ignore[misc]  # the default is typed, mypy asks for more

    def _now(self) -> TableNow:
        copy = self._table.copy
        return TableNow(
            last_event=copy.last_event if copy else 0,
            unsettled=self._table.ledger.unsettled_count,
            calls_help=self._table.calls_help,
        )
