"""The table's journal: what a table has asked for and what it was answered, each row linked to the one before.

A row is written and flushed to disk before anything is sent. Nothing is ever changed: an answer is a new row.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FIRST_LINK = bytes(32)


class RowKind(StrEnum):
    """A request that the table has made, or the answer that settled one."""

    REQUEST = "request"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row. ``body`` is the wire form as JSON text; ``request_id`` ties an answer to its request."""

    number: int
    kind: RowKind
    request_id: str
    body: str


def link(previous: bytes, row: JournalRow) -> bytes:
    """The hash of a row on top of the one before it (SHA-256, 32 bytes)."""
    text = f"{row.number}\x1f{row.kind}\x1f{row.request_id}\x1f{row.body}"
    return hashlib.sha256(previous + text.encode()).digest()


def first_broken_link(rows: Iterable[tuple[JournalRow, bytes]]) -> int | None:
    """The number of the first row that does not follow from the one before, or ``None`` when the journal is whole."""
    previous, expected = FIRST_LINK, 1
    for row, stored in rows:
        if row.number != expected or link(previous, row) != stored:
            return expected
        previous, expected = stored, expected + 1
    return None
