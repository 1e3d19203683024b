"""Corrections of single rows of the register, which are made up to and including the day (KRVL § 12)."""

from sqlalchemy import Connection, update

from domain.register import EntryStatus
from server.db import register_entries


def save_status(conn: Connection, entry_id: int, status: EntryStatus) -> None:
    """This row gives, or no longer gives, a right to vote here."""
    conn.execute(update(register_entries).where(register_entries.c.id == entry_id).values(status=status))
