"""Loads a register by the hundred thousand rows: COPY on PostgreSQL, ``executemany`` on SQLite.

SQLAlchemy's own insert takes twenty times as long, so these functions speak to the drivers; the caller's transaction stays in
charge. Text comes from ``server.register_csv``, which lets no line break and no tab through.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

import psycopg
from sqlalchemy import Connection

from domain.poll_cards import CardKind
from domain.register import EntryStatus
from server.register_csv.block import VoterBlock

SQLITE_LOAD_CACHE_KIB = 262_144

Write = Callable[[], None]
"""Sends rows that are ready; may run in another thread while the next rows are made."""

Sealed = tuple[int, bytes]
"""An entry id and its sealed CPR number."""

_ENTRY_COLUMNS = (
    "id, station_id, register_number, name, birth_date, sex, contests, advance_contests, advance_received_on, status, part, "
    "street, postcode, city, address_protected"
)
_CARD_COLUMNS = "number, election_id, entry_id, kind"
_CPR_COLUMNS = "entry_id, sealed"


class CardTakenError(Exception):
    """A card number of the file belongs to a card that is in the database already. The number is not told."""


class CopyLoader:
    """PostgreSQL: rows as the text that COPY reads. An empty field is NULL."""

    def __init__(self, conn: Connection, election_id: int) -> None:
        self._driver: Any = conn.connection.driver_connection
        self._election_id = str(election_id)

    def ready(self, first_id: int, block: VoterBlock, cards: Sequence[str], sealed: Sequence[Sealed]) -> Write:
        """Voters, one card each, and sealed CPR numbers, made into text; the result writes them."""
        ids = [*map(str, range(first_id, first_id + len(block)))]
        entries = _lines(
            ids,
            [str(district.station_id) for district in block.districts],
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
        card_rows = _lines(cards, repeat(self._election_id, len(ids)), ids, _kinds(block))
        sealed_rows = "".join([f"{entry_id}\t\\x{seal.hex()}\n" for entry_id, seal in sealed])

        def write() -> None:
            self._copy("register_entries", _ENTRY_COLUMNS, entries)
            self._copy("poll_cards", _CARD_COLUMNS, card_rows)
            if sealed_rows:
                self._copy("sealed_cprs", _CPR_COLUMNS, sealed_rows)

        return write

    def _copy(self, table: str, columns: str, text: str) -> None:
        """Text comes without tabs and line breaks; a backslash, which COPY would read as an escape, is doubled."""
        data = (text.replace("\\", "\\\\") if "\\" in text else text).encode()
        try:
            with self._driver.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin with (null '')") as copy:
                copy.write(data)
        except psycopg.errors.UniqueViolation as error:
            _tell_card_taken(error.diag.table_name or "")
            raise


class ManyLoader:
    """SQLite: rows as tuples for ``executemany``; an empty text is NULL."""

    def __init__(self, conn: Connection, election_id: int) -> None:
        self._driver: Any = conn.connection.driver_connection
        conn.exec_driver_sql(f"pragma cache_size=-{SQLITE_LOAD_CACHE_KIB}")
        self._election_id = election_id

    def ready(self, first_id: int, block: VoterBlock, cards: Sequence[str], sealed: Sequence[Sealed]) -> Write:
        """Voters, one card each, and sealed CPR numbers, made into tuples; the result writes them."""
        ids = range(first_id, first_id + len(block))
        entries = [
            *zip(
                ids,
                [district.station_id for district in block.districts],
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
        ]
        card_rows = [*zip(cards, repeat(self._election_id, len(ids)), ids, _kinds(block), strict=True)]

        def write() -> None:
            self._insert("register_entries", _ENTRY_COLUMNS, entries)
            self._insert("poll_cards", _CARD_COLUMNS, card_rows)
            self._insert("sealed_cprs", _CPR_COLUMNS, sealed)

        return write

    def _insert(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        statement = f"insert into {table} ({columns}) values ({marks})"  # noqa: S608 - names from this module
        try:
            self._driver.executemany(statement, rows)
        except sqlite3.IntegrityError as error:
            _tell_card_taken(str(error))
            raise


def _lines(*columns: Iterable[str]) -> str:
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _kinds(block: VoterBlock) -> list[str]:
    original, alias = CardKind.ORIGINAL.value, CardKind.ALIAS.value
    return [alias if card else original for card in block.cards]


def _tell_card_taken(where: str) -> None:
    """Within one file the reader finds every repeated card, so this one is another election's."""
    if "poll_cards" in where:
        raise CardTakenError from None


Loader = CopyLoader | ManyLoader


def loader_for(conn: Connection, election_id: int) -> Loader:
    """The quick way into this database."""
    return CopyLoader(conn, election_id) if conn.dialect.name == "postgresql" else ManyLoader(conn, election_id)
