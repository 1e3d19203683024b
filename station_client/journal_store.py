"""The journal on disk: one SQLite file, append only, every row flushed before anything is sent.

Invariant: a row that ``append`` returned from survives a kill and a power cut; nothing is ever changed or taken away.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from domain.journal import FIRST_LINK, JournalRow, RowKind, first_broken_link, link
from station_client.private_files import flush_folder, make_private_file

_FULL = 2

_SCHEMA = """
create table if not exists journal_rows (
    number integer primary key, kind text not null, request_id text not null, body text not null, link blob not null
) strict;
create trigger if not exists journal_rows_stay before update on journal_rows
begin select raise(abort, 'the journal is append only'); end;
create trigger if not exists journal_rows_remain before delete on journal_rows
begin select raise(abort, 'the journal is append only'); end;
"""


class JournalFailedError(Exception):
    """A row could not be written. The table must stop: it may send nothing that is not on its own disk."""


class JournalDamagedError(Exception):
    """The journal is not what was written. ``row`` is the first that does not follow, ``None`` if none can be read."""

    def __init__(self, row: int | None) -> None:
        super().__init__(f"journal damaged at row {row}")
        self.row = row


class JournalInUseError(Exception):
    """Another process on this laptop is this table."""


class JournalStore:
    """An open journal, held by this process alone."""

    def __init__(self, connection: sqlite3.Connection, rows: tuple[JournalRow, ...], last_link: bytes) -> None:
        self._connection = connection
        self._last_link = last_link
        self._last_number = len(rows)
        self.rows_at_start = rows

    def append(self, kind: RowKind, request_id: str, body: str) -> JournalRow:
        """Write one row and flush it. ``JournalFailedError`` means that nothing may be sent or shown on the strength of it."""
        row = JournalRow(self._last_number + 1, kind, request_id, body)
        row_link = link(self._last_link, row)
        try:
            self._connection.execute(
                "insert into journal_rows values (?, ?, ?, ?, ?)", (row.number, row.kind, row.request_id, row.body, row_link)
            )
        except sqlite3.Error as error:
            raise JournalFailedError(str(error)) from error
        self._last_number, self._last_link = row.number, row_link
        return row

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


def open_journal(path: Path) -> JournalStore:
    """Open a journal, make it if it is not there, and check every link of it.

    ``JournalDamagedError`` for a journal that was changed, ``JournalInUseError`` when another process holds it,
    ``JournalFailedError`` when the disk refuses.
    """
    try:
        make_private_file(path)
        flush_folder(path.parent)
    except OSError as error:
        raise JournalFailedError(str(error)) from error
    # Autocommit: each insert is its own transaction, and is on disk when execute returns.
    connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
    try:
        _make_durable(connection)
        rows = tuple(_read(connection))
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _named(error) from error
    except (JournalDamagedError, JournalFailedError):
        connection.close()
        raise
    broken = first_broken_link(rows)
    if broken is not None:
        connection.close()
        raise JournalDamagedError(broken)
    return JournalStore(connection, tuple(row for row, _ in rows), rows[-1][1] if rows else FIRST_LINK)


def _make_durable(connection: sqlite3.Connection) -> None:
    connection.execute("pragma locking_mode=exclusive")
    mode = connection.execute("pragma journal_mode=wal").fetchone()[0]
    connection.execute("pragma synchronous=full")
    synchronous = connection.execute("pragma synchronous").fetchone()[0]
    if mode != "wal" or synchronous < _FULL:
        raise JournalFailedError(f"this disk keeps no promise: journal_mode={mode}, synchronous={synchronous}")
    connection.executescript(_SCHEMA)


def _read(connection: sqlite3.Connection) -> Iterator[tuple[JournalRow, bytes]]:
    rows = connection.execute("select number, kind, request_id, body, link from journal_rows order by number")
    for number, kind, request_id, body, row_link in rows:
        if kind not in list(RowKind):
            raise JournalDamagedError(number)
        yield JournalRow(number, RowKind(kind), request_id, body), row_link


def _named(error: sqlite3.DatabaseError) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return JournalInUseError()
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}:
        return JournalDamagedError(None)
    return JournalFailedError(str(error))
