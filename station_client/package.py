"""Building the register's copy from a station package: lines in, one finished SQLite file out, or nothing."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain.register import EntryStatus, Sex
from domain.wire import WIRE_VERSION, PackageHeader
from station_client.private_files import make_private_file, put_in_place

MAX_LINE_BYTES = 4_096
_BATCH = 2_000

# No column for an address and none for a CPR number: what a table must not hold has no place here.
_SCHEMA = """
create table facts (name text primary key, value text not null) strict;
create table entries (
    entry_id integer primary key, register_number integer not null, name text not null, birth_date text not null,
    sex text not null, contests integer not null, advance_contests integer not null, advance_received_on text,
    status text not null
) strict;
create table cards (
    number text primary key, entry_id integer not null, replaced_at text, replaced_by_last_four text
) strict, without rowid;
create table marks (
    entry_id integer primary key, request_id text not null, table_number integer not null, contests integer not null,
    recorded_at text not null
) strict;
"""


class BadPackageError(Exception):
    """The package is not whole, or not what its header says. Nothing of it is kept."""


def build_copy(lines: Iterable[bytes], path: Path) -> None:
    """Write the copy under this name. Counts, order and hash are checked first; the old copy stays until the new is on disk.

    ``lines`` are without their newline. ``BadPackageError`` says what is wrong with the package.
    """
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    make_private_file(draft)
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("pragma journal_mode=off")  # a draft that fails is thrown away whole
            connection.execute("pragma synchronous=off")  # flushed once, below
            connection.executescript(_SCHEMA)
            with connection:
                _fill(connection, _checked(iter(lines)))
            connection.execute("pragma journal_mode=delete")
        _flush(draft)
    except (BadPackageError, sqlite3.Error, OSError):
        draft.unlink(missing_ok=True)
        raise
    put_in_place(draft, path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checked(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The lines up to the last, which must be the hash of all before it."""
    digest = hashlib.sha256()
    for line in lines:
        if len(line) > MAX_LINE_BYTES and digest.digest() != hashlib.sha256().digest():
            raise BadPackageError("a row is too long")
        if line.startswith(b'["end"'):
            if _parse(line) != ["end", digest.hexdigest()]:
                raise BadPackageError("the package's hash does not fit its rows")
            if next(lines, b""):
                raise BadPackageError("rows after the end")
            return
        digest.update(line + b"\n")
        yield line
    raise BadPackageError("the package was cut off")


def _fill(connection: sqlite3.Connection, lines: Iterator[bytes]) -> None:
    try:
        header = PackageHeader.model_validate_json(next(lines))
    except (StopIteration, ValidationError) as error:
        raise BadPackageError("the first line is no header") from error
    if header.wire_version != WIRE_VERSION:
        raise BadPackageError(f"wire version {header.wire_version}")
    for batch in _batches(lines):
        for table, rows in batch.items():
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608 - a name from _READERS
    expected = (header.entries, header.cards, header.marks)
    found = tuple(
        connection.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608 - as above
        for table in ("entries", "cards", "marks")
    )
    if found != expected:
        raise BadPackageError(f"{found} entries, cards and marks; the header says {expected}")
    orphan = connection.execute(
        "select count(*) from cards left join entries using (entry_id) where entries.entry_id is null"
    ).fetchone()[0]
    if orphan:
        raise BadPackageError("a card without its voter")
    connection.execute("insert into facts values ('header', ?)", (header.model_dump_json(),))


def _batches(lines: Iterator[bytes]) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    batch: dict[str, list[tuple[Any, ...]]] = {}
    size = 0
    for line in lines:
        table, row = _read_row(line)
        batch.setdefault(table, []).append(row)
        size += 1
        if size == _BATCH:
            yield batch
            batch, size = {}, 0
    yield batch


def _read_row(line: bytes) -> tuple[str, tuple[Any, ...]]:
    match _parse(line):
        case ["e", int(), int(), str(), str(), str(), int(), int(), str() | None, str()] as row:
            check = _entry_is_right
            table = "entries"
        case ["c", str(), int(), str() | None, str() | None] as row:
            check, table = _card_is_right, "cards"
        case ["m", str(), int(), int(), int(), str()] as row:
            check, table = _mark_is_right, "marks"
        case _:
            raise BadPackageError("a row of an unknown form")
    try:
        return table, check(row[1:])
    except ValueError as error:
        raise BadPackageError(f"a row of {table} with an impossible value") from error


def _entry_is_right(row: list[Any]) -> tuple[Any, ...]:
    date.fromisoformat(row[3])
    Sex(row[4])
    if row[7] is not None:
        date.fromisoformat(row[7])
    EntryStatus(row[8])
    return tuple(row)


def _card_is_right(row: list[Any]) -> tuple[Any, ...]:
    if row[2] is not None:
        datetime.fromisoformat(row[2])
    return tuple(row)


def _mark_is_right(row: list[Any]) -> tuple[Any, ...]:
    datetime.fromisoformat(row[4])
    return (row[1], str(UUID(row[0])), row[2], row[3], row[4])


def _parse(line: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadPackageError("a row is not JSON") from error
