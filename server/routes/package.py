"""The station package: what a table needs to show a voter within milliseconds, and nothing about anybody else."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool

from domain.wire import WIRE_VERSION, PackageHeader, RefusedOut
from server.access import CallingTable
from server.db import snapshot
from server.package_rows import card_line, end_line, entry_line, mark_line
from server.parts import TheEngine
from server.queries import package as queries
from server.queries.elections import find_election
from server.queries.heads import read_head
from server.queries.stations import read_stations
from server.queries.tables import TableCaller
from server.routes.table_session import election_out
from server.station_out import station_out

AT_ONCE = 4
"""Packages read at the same time. The other connections are left to marks; a whole municipality's tables take turns."""

router = APIRouter(prefix="/api/table", tags=["table"], responses={401: {"model": RefusedOut}})


@router.get("/package", response_class=Response)
async def get_package(request: Request, caller: CallingTable, engine: TheEngine) -> Response:
    """The calling table's station as lines of JSON: a header, the voters, their cards, the live marks, and a hash at the end.

    One snapshot: the header's ``as_of_event`` is the last event that the lines know. No CPR number, no address.
    """
    # Read whole before it is sent: a laptop on a slow line, or one that never reads, holds no connection and no snapshot.
    turns: asyncio.Semaphore = request.app.state.package_turns
    async with turns:
        package = await run_in_threadpool(_read_package, engine, caller)
    return Response(package, media_type="application/x-ndjson")


def _read_package(engine: Engine, caller: TableCaller) -> bytes:
    with snapshot(engine) as conn:
        return b"".join(package_lines(conn, caller))


def package_lines(conn: Connection, caller: TableCaller) -> Iterator[bytes]:
    """The package's lines, each with its newline; the last one is the hash of all before it. One snapshot, please."""
    digest = hashlib.sha256()
    for text in _lines(conn, caller):
        line = text.encode()
        digest.update(line)
        yield line
    yield end_line(digest.hexdigest()).encode()


def _lines(conn: Connection, caller: TableCaller) -> Iterator[str]:
    yield _header(conn, caller).model_dump_json() + "\n"
    for row in queries.stream_entries(conn, caller.station_id):
        yield entry_line(
            row.id,
            row.register_number,
            row.name,
            row.birth_date.isoformat(),
            row.sex,
            row.contests,
            row.advance_contests,
            _iso(row.advance_received_on),
            row.status,
        )
    for row in queries.stream_cards(conn, caller.station_id):
        newer = row.replaced_by[-4:] if row.replaced_by else None
        yield card_line(row.number, row.entry_id, _iso(row.replaced_at), newer)
    for row in queries.stream_live_marks(conn, caller.station_id):
        yield mark_line(str(row.request_id), row.entry_id, row.table_number, row.contests, row.recorded_at.isoformat())


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


def _header(conn: Connection, caller: TableCaller) -> PackageHeader:
    election = find_election(conn, caller.election_id)
    assert election is not None  # noqa: S101 - a station's election exists by foreign key
    head = read_head(conn, caller.station_id)
    return PackageHeader(
        wire_version=WIRE_VERSION,
        election=election_out(caller.election_id, election),
        station_id=caller.station_id,
        station=station_out(read_stations(conn, [caller.station_id])[caller.station_id]),
        station_state=head.state,
        epoch=head.epoch,
        as_of_event=head.last_event,
        entries=queries.count_entries(conn, caller.station_id),
        cards=queries.count_cards(conn, caller.station_id),
        marks=queries.count_live_marks(conn, caller.station_id),
        package_hash=head.package_hash,
    )
