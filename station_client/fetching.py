"""Fetches the register's copy when the table has none, or when its own no longer follows the station."""

import asyncio
import random
import sqlite3
from pathlib import Path

import structlog

from station_client.changes import Changes
from station_client.package import BadPackageError
from station_client.pauses import Pauses
from station_client.register_copy import open_copy
from station_client.sender import TokenRevokedError
from station_client.server_link import CallRefusedError, LinkDownError, ServerLink
from station_client.table import Table

log = structlog.get_logger()


class Fetcher:
    """Waits until the table wants a package, then tries until it has one."""

    def __init__(self, table: Table, link: ServerLink, path: Path, changes: Changes) -> None:
        self._table = table
        self._link = link
        self._path = path
        self._changes = changes
        self._pauses = Pauses(random.Random())  # noqa: S311 - spreads tries, guards nothing

    async def run(self) -> None:
        """Fetch whenever it is wanted, for ever. ``TokenRevokedError`` when the server does not know this laptop."""
        while True:
            if not self._table.wants_package:
                await self._changes.wait(5.0)
            elif await self._fetch():
                self._pauses.reset()
            else:
                await asyncio.sleep(self._pauses.next_s())

    async def _fetch(self) -> bool:
        try:
            await self._link.fetch_package(self._path)
        except CallRefusedError as refused:
            if refused.problem == "unknown_table":
                raise TokenRevokedError from refused
            log.warning("package_refused", problem=refused.problem)
            return False
        except (LinkDownError, BadPackageError, sqlite3.Error, OSError) as error:
            log.warning("package_not_fetched", reason=str(error))
            return False
        copy = open_copy(self._path)
        if copy is None:
            return False
        log.info("package_fetched", entries=copy.header.entries, as_of_event=copy.header.as_of_event)
        self._table.take_copy(copy)
        return True
