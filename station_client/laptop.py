"""A laptop: no table until it is enrolled, then one table with its line to the server."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from domain import danish
from station_client.acts import Acts
from station_client.changes import Changes
from station_client.clock import Clock
from station_client.enrolment import Enrolment, read_enrolment, write_enrolment
from station_client.fetching import Fetcher
from station_client.journal_store import JournalDamagedError, JournalFailedError, JournalInUseError, open_journal
from station_client.ledger import Ledger
from station_client.private_files import make_private_folder
from station_client.register_copy import open_copy
from station_client.sender import Sender, TokenRevokedError
from station_client.server_link import CallRefusedError, LinkDownError, ServerLink, trusted_tls
from station_client.settings import LONGEST_PAUSE_S, Settings, is_trusted_address
from station_client.stream import Stream
from station_client.table import Table
from station_client.view import View, enrol_view, view_of

log = structlog.get_logger()


@dataclass(slots=True)
class Session:
    """An enrolled laptop at work."""

    table: Table
    acts: Acts
    link: ServerLink
    work: asyncio.Task[None]


class Laptop:
    """What runs on one laptop. ``changes`` is told whenever ``view`` may have changed."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.changes = Changes()
        self.session: Session | None = None
        self._settings = settings
        self._clock = clock
        self._error: str | None = None
        self._serial = 1
        self._left: Enrolment | None = None
        self._first_enrolment: asyncio.Task[None] | None = None

    def view(self) -> View:
        """The screen now."""
        return view_of(self.session.table) if self.session else enrol_view(self._error, self._serial)

    async def start(self, server: str | None = None, code: str | None = None) -> None:
        """Be the table that this laptop was; else become the one of this code, as soon as the server answers."""
        make_private_folder(self._settings.folder)
        enrolment = read_enrolment(self._settings.folder)
        if enrolment is not None:
            if server is not None and is_trusted_address(server) and server.rstrip("/") != enrolment.server:
                enrolment = enrolment.model_copy(update={"server": server.rstrip("/")})
                write_enrolment(self._settings.folder, enrolment)
            self._open(enrolment)
        elif server is not None and code is not None:
            self._first_enrolment = asyncio.create_task(self._enrol_when_server_answers(server, code))

    async def stop(self) -> None:
        """Let everything go. The journal needs no farewell."""
        if self._first_enrolment is not None:
            self._first_enrolment.cancel()
            with suppress(asyncio.CancelledError):
                await self._first_enrolment
        await self._close()

    async def enrol(self, server: str, code: str) -> bool:
        """Become the table of a one-time code. ``False`` when the server did not answer; refusals are told on the screen."""
        if self.session is not None:
            self.session.table.say(danish.PROBLEMS["already_enrolled"])
            return True
        if not is_trusted_address(server):
            self._say(danish.PROBLEMS["not_https"])
            return True
        link = ServerLink(server, None, trusted_tls(server, self._settings.authority))
        try:
            enrolled = await link.enrol(code.strip())
        except LinkDownError as error:
            self._say(danish.PROBLEMS[error.problem])
            return False
        except CallRefusedError as refused:
            self._say(danish.PROBLEMS.get(refused.problem, danish.PROBLEMS["malformed"]))
            return True
        finally:
            await link.close()
        enrolment = Enrolment(server=server.rstrip("/"), enrolled=enrolled)
        if self._left is not None and self._left.key != enrolment.key and self._has_open_marks(self._left):
            self._say(danish.PROBLEMS["unsettled_marks"])
            return True
        write_enrolment(self._settings.folder, enrolment)
        log.info("enrolled", table_id=enrolled.table_id)
        self._open(enrolment)
        return True

    async def _enrol_when_server_answers(self, server: str, code: str) -> None:
        pause_s = 0.2
        while self.session is None and not await self.enrol(server, code):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)

    def _open(self, enrolment: Enrolment) -> None:
        """Open the table's own files and begin to work; a journal that cannot be trusted stops the table before it begins."""
        folder, key = self._settings.folder, enrolment.key
        register = folder / f"register-{key}.sqlite3"
        ledger, trouble = _open_ledger(self._settings, key)
        table = Table(clock=self._clock, ledger=ledger, enrolment=enrolment, copy=open_copy(register), changes=self.changes)
        link = ServerLink(enrolment.server, enrolment.enrolled.token, trusted_tls(enrolment.server, self._settings.authority))
        sender = Sender(table, link)
        acts = Acts(table, link, sender, self.changes, self._settings)
        if trouble:
            table.stop(*trouble)
        lines = [
            sender.run(),
            Stream(table, link, sender, self.changes).run(),
            Fetcher(table, link, register, self.changes).run(),
        ]
        self._error = None
        self.session = Session(table, acts, link, asyncio.create_task(self._work(table, lines)))
        self.changes.tell()

    async def _work(self, table: Table, lines: list[Coroutine[Any, Any, None]]) -> None:
        """Keep the table's lines going. A revoked laptop is no table any more; any other failure stops it in red."""
        tasks = [asyncio.create_task(line) for line in lines]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            failures = [error for task in done if (error := task.exception()) is not None]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if any(isinstance(failure, TokenRevokedError) for failure in failures):
            log.warning("token_revoked", table_id=table.enrolment.enrolled.table_id)
            await self._leave()
        else:
            log.error("table_broken", failures=[type(failure).__name__ for failure in failures])
            table.stop(danish.PROBLEMS["broken"])

    async def _leave(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            self._left = session.table.enrolment
            self._serial = session.table.serial + 1
            await _let_go(session)
        self._say(danish.PROBLEMS["unknown_table"])

    async def _close(self) -> None:
        if self.session is None:
            return
        session, self.session = self.session, None
        session.work.cancel()
        with suppress(asyncio.CancelledError):
            await session.work
        await _let_go(session)

    def _has_open_marks(self, enrolment: Enrolment) -> bool:
        ledger, trouble = _open_ledger(self._settings, enrolment.key)
        open_mark = ledger.open_mark
        ledger.close()
        return bool(trouble) or open_mark is not None

    def _say(self, sentence: str) -> None:
        self._error = sentence
        self.changes.tell()


async def _let_go(session: Session) -> None:
    await session.link.close()
    session.table.ledger.close()
    if session.table.copy is not None:
        session.table.copy.close()


def _open_ledger(settings: Settings, key: str) -> tuple[Ledger, tuple[str, ...]]:
    """The table's journal with its meaning; or an empty one that can ask for nothing, and what is wrong."""
    try:
        return Ledger(open_journal(settings.folder / f"journal-{key}.sqlite3")), ()
    except JournalDamagedError as damaged:
        log.exception("journal_damaged", row=damaged.row)
        where = [danish.damaged_row(damaged.row)] if damaged.row is not None else []
        return Ledger(None), (danish.PROBLEMS["journal_damaged"], *where)
    except JournalInUseError:
        return Ledger(None), (danish.PROBLEMS["journal_in_use"],)
    except JournalFailedError:
        log.exception("journal_failed")
        return Ledger(None), (danish.PROBLEMS["journal_failed"],)
