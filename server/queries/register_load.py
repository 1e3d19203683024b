"""Loads a register by the hundred thousand rows: COPY on PostgreSQL, ``executemany`` on SQLite.

SQLAlchemy's own insert takes twenty times as long, so these functions speak to the drivers; the caller's transaction stays in
charge. Text comes from ``server.register_csv``, which lets no line break and no tab through.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection

from domain.poll_cards import CardKind
from server.register_csv.converters import VoterRow

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
    """PostgreSQL: rows as the text that COPY reads."""

    def __init__(self, conn: Connection, election_id: int) -> None:
        self._driver: Any = conn.connection.driver_connection
        self._election_id = election_id

    def ready(self, first_id: int, rows: Sequence[VoterRow], cards: Sequence[str], sealed: Sequence[Sealed]) -> Write:
        """Rows, one card each, and sealed CPR numbers, made into text; the result writes them."""
        election_id, original, alias = self._election_id, CardKind.ORIGINAL.value, CardKind.ALIAS.value
        entry_text = "".join(
            [
                f"{entry_id}\t{row[0].station_id}\t{row[1]}\t{row[2]}\t{row[3]}\t{row[4]}\t{row[5]}\t{row[6]}\t{row[7] or ''}\t"
                f"active\t{row[8]}\t{row[9] or ''}\t{row[10] or ''}\t{row[11] or ''}\t{row[12]:d}\n"
                for entry_id, row in enumerate(rows, first_id)
            ]
        )
        card_text = "".join(
            [
                f"{card}\t{election_id}\t{entry_id}\t{alias if row[13] else original}\n"
                for entry_id, (card, row) in enumerate(zip(cards, rows, strict=True), first_id)
            ]
        )
        sealed_text = "".join([f"{entry_id}\t\\x{seal.hex()}\n" for entry_id, seal in sealed])

        def write() -> None:
            self._copy("register_entries", _ENTRY_COLUMNS, entry_text)
            self._copy("poll_cards", _CARD_COLUMNS, card_text)
            if sealed_text:
                self._copy("sealed_cprs", _CPR_COLUMNS, sealed_text)

        return write

    def _copy(self, table: str, columns: str, text: str) -> None:
        """An empty field is NULL; a backslash, which COPY would read as an escape, is doubled."""
        data = (text.replace("\\", "\\\\") if "\\" in text else text).encode()
        try:
            with self._driver.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin with (null '')") as copy:
                copy.write(data)
        except psycopg.errors.UniqueViolation as error:
            _tell_card_taken(error.diag.table_name or "")
            raise


class ManyLoader:
    """SQLite: rows as tuples for ``executemany``."""

    def __init__(self, conn: Connection, election_id: int) -> None:
        self._driver: Any = conn.connection.driver_connection
        conn.exec_driver_sql(f"pragma cache_size=-{SQLITE_LOAD_CACHE_KIB}")
        self._election_id = election_id

    def ready(self, first_id: int, rows: Sequence[VoterRow], cards: Sequence[str], sealed: Sequence[Sealed]) -> Write:
        """Rows, one card each, and sealed CPR numbers, made into tuples; the result writes them."""
        election_id, original, alias = self._election_id, CardKind.ORIGINAL.value, CardKind.ALIAS.value
        entries = [
            (entry_id, row[0].station_id, *row[1:8], "active", *row[8:13]) for entry_id, row in enumerate(rows, first_id)
        ]
        card_rows = [
            (card, election_id, entry_id, alias if row[13] else original)
            for entry_id, (card, row) in enumerate(zip(cards, rows, strict=True), first_id)
        ]

        def write() -> None:
            self._insert("register_entries", _ENTRY_COLUMNS, entries)
            self._insert("poll_cards", _CARD_COLUMNS, card_rows)
            self._insert("sealed_cprs", _CPR_COLUMNS, sealed)

        return write

    def _insert(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        try:
            self._driver.executemany(f"insert into {table} ({columns}) values ({marks})", rows)  # noqa: S608 - names from this module
        except sqlite3.IntegrityError as error:
            _tell_card_taken(str(error))
            raise


def _tell_card_taken(where: str) -> None:
    """Within one file the reader finds every repeated card, so this one is another election's."""
    if "poll_cards" in where:
        raise CardTakenError from None


Loader = CopyLoader | ManyLoader


def loader_for(conn: Connection, election_id: int) -> Loader:
    """The quick way into this database."""
    return CopyLoader(conn, election_id) if conn.dialect.name == "postgresql" else ManyLoader(conn, election_id)
