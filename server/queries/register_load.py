"""Loads a register by the hundred thousand rows: COPY on PostgreSQL, ``executemany`` on SQLite.

SQLAlchemy's own insert takes twenty times as long, so these functions speak to the drivers; the caller's transaction stays in
charge. Text comes from ``server.register_csv``, which lets no line break and no tab through.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import psycopg
from sqlalchemy import Connection

from domain.poll_cards import CardKind
from domain.register import EntryStatus
from server.register_csv.block import VoterBlock

SQLITE_LOAD_CACHE_KIB = 262_144


@dataclass(frozen=True, slots=True)
class Sealed:
    """Entry ids and, for each, the sealed CPR number."""

    entry_ids: Sequence[int]
    seals: Sequence[bytes]


_ENTRY_COLUMNS = (
    "id, station_id, register_number, name, birth_date, sex, contests, advance_contests, advance_received_on, status, part, "
    "street, postcode, city, address_protected"
)
_CARD_COLUMNS = "number, election_id, entry_id, kind"
_CPR_COLUMNS = "entry_id, sealed"


class CardTakenError(Exception):
    """A card number of the file belongs to a card that is in the database already. The number is not told."""


@dataclass(frozen=True, slots=True)
class CopyRows:
    """Rows as the text that COPY reads: an empty field is NULL."""

    entries: bytes
    cards: bytes
    cprs: bytes


@dataclass(frozen=True, slots=True)
class ManyRows:
    """Rows as the tuples that ``executemany`` takes."""

    entries: list[tuple[Any, ...]]
    cards: list[tuple[Any, ...]]
    cprs: list[tuple[Any, ...]]


Rows = CopyRows | ManyRows


def copy_rows(election_id: int, first_id: int, block: VoterBlock, cards: Sequence[str], sealed: Sealed) -> CopyRows:
    """Voters, one card each, and sealed CPR numbers for PostgreSQL."""
    ids = [*map(str, range(first_id, first_id + len(block)))]
    entries = _lines(
        ids,
        map(str, block.station_ids),
        map(str, block.register_numbers),
        block.names,
        block.birth_dates,
        block.sexes,
        map(str, block.contests),
        map(str, block.advance),
        block.received_on,
        repeat(EntryStatus.ACTIVE.value, len(ids)),
        block.parts,
        block.streets,
        block.postcodes,
        block.cities,
        ["t" if protected else "f" for protected in block.protected],
    )
    card_rows = _lines(cards, repeat(str(election_id), len(ids)), ids, _kinds(block))
    # Bytes are written as \\x and hex digits, where COPY takes the first backslash for an escape.
    sealed_rows = "".join(map("%d\t\\\\x%s\n".__mod__, zip(sealed.entry_ids, map(bytes.hex, sealed.seals), strict=True)))
    return CopyRows(_escaped(entries), card_rows.encode(), sealed_rows.encode())


def many_rows(election_id: int, first_id: int, block: VoterBlock, cards: Sequence[str], sealed: Sealed) -> ManyRows:
    """Voters, one card each, and sealed CPR numbers for SQLite; an empty text is NULL."""
    ids = range(first_id, first_id + len(block))
    entries = zip(
        ids,
        block.station_ids,
        block.register_numbers,
        block.names,
        block.birth_dates,
        block.sexes,
        block.contests,
        block.advance,
        [received_on or None for received_on in block.received_on],
        repeat(EntryStatus.ACTIVE.value, len(ids)),
        block.parts,
        [street or None for street in block.streets],
        [postcode or None for postcode in block.postcodes],
        [city or None for city in block.cities],
        map(int, block.protected),
        strict=True,
    )
    card_rows = zip(cards, repeat(election_id, len(ids)), ids, _kinds(block), strict=True)
    return ManyRows([*entries], [*card_rows], [*zip(sealed.entry_ids, sealed.seals, strict=True)])


def prepare_load(conn: Connection) -> None:
    """Give SQLite the memory that a big load wants."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"pragma cache_size=-{SQLITE_LOAD_CACHE_KIB}")


def write_rows(driver: Any, rows: Rows) -> None:  # noqa: ANN401 - a DB-API connection of either driver
    """Write entries, cards and sealed CPR numbers on the driver's own connection, inside its open transaction."""
    write = _copy if isinstance(rows, CopyRows) else _insert
    write(driver, "register_entries", _ENTRY_COLUMNS, rows.entries)
    write(driver, "poll_cards", _CARD_COLUMNS, rows.cards)
    if rows.cprs:
        write(driver, "sealed_cprs", _CPR_COLUMNS, rows.cprs)


def _copy(driver: Any, table: str, columns: str, data: Any) -> None:  # noqa: ANN401 - see write_rows
    try:
        with driver.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin with (null '')") as copy:
            copy.write(data)
    except psycopg.errors.UniqueViolation as error:
        _tell_card_taken(error.diag.table_name or "")
        raise


def _insert(driver: Any, table: str, columns: str, rows: Any) -> None:  # noqa: ANN401 - see write_rows
    marks = ", ".join("?" * (columns.count(",") + 1))
    statement = f"insert into {table} ({columns}) values ({marks})"  # noqa: S608 - names from this module
    try:
        driver.executemany(statement, rows)
    except sqlite3.IntegrityError as error:
        _tell_card_taken(str(error))
        raise


def _escaped(text: str) -> bytes:
    """Text comes without tabs and line breaks; a backslash, which COPY would read as an escape, is doubled."""
    return (text.replace("\\", "\\\\") if "\\" in text else text).encode()


def _lines(*columns: Iterable[str]) -> str:
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _kinds(block: VoterBlock) -> list[str]:
    original, alias = CardKind.ORIGINAL.value, CardKind.ALIAS.value
    return [alias if card else original for card in block.cards]


def _tell_card_taken(where: str) -> None:
    """Within one file the reader finds every repeated card, so this one is another election's."""
    if "poll_cards" in where:
        raise CardTakenError from None
