"""What one recording transaction knows and is about to write."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from domain.elections import Contest, Station
from domain.marks import CardFinding, LiveMark, WithdrawalRequest
from domain.wire import HandedOverRequest, MarkRequest
from server.actions.station_log import StationLog, lock_stations, save_logs
from server.queries import marks as mark_queries
from server.queries import outcomes as outcome_queries
from server.queries.elections import recall_contests
from server.queries.recording import write_recorded
from server.queries.stations import read_stations
from server.queries.tables import TableNow, list_tables_now


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal whose second code has been checked. The code itself went no further than the route."""

    request_id: UUID
    mark_request_id: UUID
    request: WithdrawalRequest


@dataclass(frozen=True, slots=True)
class Submitted:
    """One request as it stands in the recorder's queue: which table sent it, and what it asks."""

    election_id: int
    station_id: int
    table_id: int
    table_number: int
    request: MarkRequest | HandedOverRequest | Withdrawal

    @property
    def key(self) -> tuple[int, UUID]:
        """What the answer is remembered by."""
        return (self.station_id, self.request.request_id)

    def fingerprint(self) -> bytes:
        """Tells a repetition of this request from another request under the same id."""
        if isinstance(self.request, Withdrawal):
            body = f"{self.request.mark_request_id}\x1f{self.request.request.official_id}"
        else:
            body = self.request.model_dump_json()
        return hashlib.sha256(f"{self.table_id}\x1f{body}".encode()).digest()


@dataclass(slots=True)
class Batch:
    """Read under the stations' locks; the lists at the end grow while the batch is decided and are written in one go."""

    at: datetime
    logs: dict[int, StationLog]
    known: dict[tuple[int, UUID], tuple[bytes, str]]
    findings: dict[tuple[int, str], CardFinding]
    live: dict[int, LiveMark]
    named: dict[tuple[int, UUID], tuple[LiveMark, bool]]
    tables: dict[int, TableNow]
    contests: dict[int, tuple[Contest, ...]]
    right_stations: dict[int, Station]
    new_marks: dict[tuple[int, UUID], dict[str, object]] = field(default_factory=dict)
    new_outcomes: list[dict[str, object]] = field(default_factory=list)
    handed_over: list[tuple[int, UUID, datetime]] = field(default_factory=list)
    withdrawn: list[tuple[int, UUID, int]] = field(default_factory=list)
    table_changes: Counter[int] = field(default_factory=Counter)
    quarter_changes: Counter[tuple[int, datetime]] = field(default_factory=Counter)


def load_batch(conn: Connection, submitted: Sequence[Submitted], at: datetime) -> Batch:
    """Lock the stations, then read all that the batch's decisions need: a handful of statements, however long the batch.

    The lock comes first: what is read after it cannot change before the commit.
    """
    logs = lock_stations(conn, {one.station_id for one in submitted})
    findings, live = _find_cards(conn, submitted)
    named = {(one.station_id, one.request.mark_request_id) for one in submitted if not isinstance(one.request, MarkRequest)}
    foreign = {finding.entry.station_id for finding in findings.values()} - set(logs)
    return Batch(
        at=at,
        logs=logs,
        known=outcome_queries.list_outcomes(conn, {one.key for one in submitted}),
        findings=findings,
        live=live,
        named=mark_queries.list_marks_of_requests(conn, named) if named else {},
        tables=list_tables_now(conn, {one.table_id for one in submitted}),
        contests={election: recall_contests(conn, election) for election in {one.election_id for one in submitted}},
        right_stations=read_stations(conn, foreign) if foreign else {},
    )


def _find_cards(
    conn: Connection, submitted: Sequence[Submitted]
) -> tuple[dict[tuple[int, str], CardFinding], dict[int, LiveMark]]:
    """What the cards lead to, and the live marks of those voters."""
    cards: dict[int, set[str]] = {}
    for one in submitted:
        if isinstance(one.request, MarkRequest):
            cards.setdefault(one.election_id, set()).add(one.request.card)
    findings: dict[tuple[int, str], CardFinding] = {}
    live: dict[int, LiveMark] = {}
    for election, numbers in cards.items():
        for number, finding, mark in mark_queries.list_cards_with_marks(conn, election, numbers):
            findings[election, number] = finding
            if mark is not None:
                live[mark.entry_id] = mark
    return findings, live


def write_batch(conn: Connection, batch: Batch) -> None:
    """Write what the batch decided: marks, answers, events, tallies. Does not commit."""
    # Withdrawals first: the voter may have got a new mark in the same batch, and only one may be live.
    if batch.withdrawn:
        mark_queries.save_withdrawn(conn, batch.withdrawn)
    if conn.dialect.name == "postgresql":
        _write_at_once(conn, batch)
    else:
        _write_one_by_one(conn, batch)
    # Last: a journal brings a mark and its confirmation in the same batch.
    if batch.handed_over:
        mark_queries.save_handed_over(conn, batch.handed_over)


def _write_at_once(conn: Connection, batch: Batch) -> None:
    if batch.new_outcomes:
        write_recorded(
            conn,
            marks=list(batch.new_marks.values()),
            outcomes=batch.new_outcomes,
            events=[pair for log in batch.logs.values() for pair in log.take()],
            tables=batch.table_changes,
            quarters=batch.quarter_changes,
            heads=[log.head for log in batch.logs.values()],
        )


def _write_one_by_one(conn: Connection, batch: Batch) -> None:
    if batch.new_marks:
        mark_queries.insert_marks(conn, list(batch.new_marks.values()))
    if batch.table_changes:
        mark_queries.add_to_tables(conn, batch.table_changes)
    if batch.quarter_changes:
        mark_queries.add_to_quarters(conn, batch.quarter_changes)
    if batch.new_outcomes:
        outcome_queries.insert_outcomes(conn, batch.new_outcomes)
    save_logs(conn, batch.logs.values())
