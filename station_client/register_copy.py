"""The table's copy of its own station's register: names to compare with, never an address or a CPR number.

It is built from one station package, whole or not at all, and follows the station's events from there.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain.elections import ContestSet
from domain.events import EventKind
from domain.marks import CardFinding, LiveMark
from domain.register import EntryStatus, RegisterEntry, Sex
from domain.wire import Answer, EventOut, PackageHeader

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN_TABLE_ID = 0
"""Tables of the station are known here by number only; the id stays on the server."""


class CopyFailedError(Exception):
    """The copy cannot be read or written; it is only a copy, and is fetched again."""


class EventGapError(Exception):
    """An event is missing between this copy and the server: the copy must be fetched again."""


class RegisterCopy:
    """An open copy. ``epoch`` and ``last_event`` say how far it has followed the station."""

    def __init__(self, connection: sqlite3.Connection, header: PackageHeader) -> None:
        self._connection = connection
        self.header = header
        self.epoch = header.epoch
        self.last_event = header.as_of_event
        self._bits = {contest.code: 1 << bit for bit, contest in enumerate(header.election.contests)}

    def find(self, card: str) -> CardFinding | None:
        """The voter that this number leads to, whatever has become of the card; ``None`` for a number not of this station."""
        row = self._read_one(
            "select e.entry_id, e.register_number, e.name, e.birth_date, e.sex, e.contests, e.advance_contests,"
            " e.advance_received_on, e.status, c.replaced_at, c.replaced_by_last_four"
            " from cards c join entries e using (entry_id) where c.number = ?",
            (card,),
        )
        if row is None:
            return None
        entry = RegisterEntry(
            entry_id=row[0],
            station_id=self.header.station_id,
            register_number=row[1],
            name=row[2],
            birth_date=date.fromisoformat(row[3]),
            sex=Sex(row[4]),
            contests=ContestSet(row[5]),
            advance_contests=ContestSet(row[6]),
            advance_received_on=date.fromisoformat(row[7]) if row[7] else None,
            status=EntryStatus(row[8]),
        )
        return CardFinding(entry, datetime.fromisoformat(row[9]) if row[9] else None, row[10])

    def live_mark(self, entry_id: int) -> LiveMark | None:
        """The mark that stands at this voter, as far as the copy has followed."""
        row = self._read_one(
            "select request_id, table_number, contests, recorded_at from marks where entry_id = ?", (entry_id,)
        )
        if row is None:
            return None
        return LiveMark(UUID(row[0]), entry_id, UNKNOWN_TABLE_ID, row[1], ContestSet(row[2]), datetime.fromisoformat(row[3]))

    def follow(self, events: Sequence[EventOut]) -> None:
        """Bring the copy up to these events, in order, past those it knows. ``EventGapError`` when one is missing."""
        fresh = [event for event in events if event.number > self.last_event]
        if not fresh:
            return
        # An event that changes several cards comes as several, all under its number.
        numbers = [self.last_event, *(event.number for event in fresh)]
        if any(after - before not in {0, 1} for before, after in pairwise(numbers)):
            raise EventGapError
        with self._writing():
            for event in fresh:
                self._apply(event)
            self._keep("last_event", fresh[-1].number)
        self.last_event = fresh[-1].number

    def move_to(self, epoch: int) -> None:
        """Take over a higher epoch."""
        with self._writing():
            self._keep("epoch", epoch)
        self.epoch = epoch

    def note_mark(self, answer: Answer, table_number: int) -> None:
        """Know a mark of this table at once, before its event comes round."""
        if answer.entry_id is None or answer.at is None:
            return
        with self._writing():
            self._mark(answer.entry_id, str(answer.request_id), table_number, answer.contests, answer.at)

    def forget_mark(self, entry_id: int) -> None:
        """Know at once that this voter's mark was taken back."""
        with self._writing():
            self._connection.execute("delete from marks where entry_id = ?", (entry_id,))

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def _read_one(self, statement: str, values: tuple[str | int, ...]) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise CopyFailedError(str(error)) from error
        return row

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise CopyFailedError(str(error)) from error

    def _apply(self, event: EventOut) -> None:
        entry_id = event.entry_id
        if entry_id is None:
            return
        if event.kind == EventKind.MARK_RECORDED:
            request_id = str(event.request_id or UUID(int=0))
            self._mark(entry_id, request_id, event.table_number or 0, event.contests, event.at or LONG_AGO)
        elif event.kind == EventKind.MARK_WITHDRAWN:
            self._connection.execute("delete from marks where entry_id = ?", (entry_id,))
        elif event.kind == EventKind.CARD_REPLACED:
            self._replace_card(event, entry_id)
        if event.status is not None:
            self._connection.execute("update entries set status = ? where entry_id = ?", (event.status, entry_id))

    def _replace_card(self, event: EventOut, entry_id: int) -> None:
        if event.card is not None:
            # A card that came and was replaced while nobody told us of it is new here and old already.
            self._connection.execute(
                "insert into cards values (?, ?, ?, ?) on conflict (number) do update"
                " set replaced_at = excluded.replaced_at, replaced_by_last_four = excluded.replaced_by_last_four",
                (
                    event.card,
                    entry_id,
                    event.at.isoformat() if event.at else None,
                    event.new_card[-4:] if event.new_card else None,
                ),
            )
        if event.new_card is not None:
            self._connection.execute("insert or ignore into cards values (?, ?, null, null)", (event.new_card, entry_id))

    def _mark(self, entry_id: int, request_id: str, table_number: int, contests: Sequence[str], at: datetime) -> None:
        bits = sum(self._bits.get(code, 0) for code in set(contests))
        self._connection.execute(
            "insert or replace into marks values (?, ?, ?, ?, ?)", (entry_id, request_id, table_number, bits, at.isoformat())
        )

    def _keep(self, name: str, value: int) -> None:
        self._connection.execute("insert or replace into facts values (?, ?)", (name, json.dumps(value)))


def open_copy(path: Path) -> RegisterCopy | None:
    """The finished copy under this name; ``None`` when there is none, or it is damaged, and must be fetched."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        whole = connection.execute("pragma quick_check(1)").fetchone()[0] == "ok"
        facts = dict(connection.execute("select name, value from facts"))
        copy = RegisterCopy(connection, PackageHeader.model_validate_json(facts["header"]))
        copy.epoch = json.loads(facts.get("epoch", str(copy.epoch)))
        copy.last_event = json.loads(facts.get("last_event", str(copy.last_event)))
    except (sqlite3.DatabaseError, ValidationError, KeyError):
        connection.close()
        return None
    if not whole:
        copy.close()
        return None
    return copy
