"""A laptop becomes a table, officials come and go at it, and it is opened, paused and closed."""

from fastapi import APIRouter

from domain.elections import Election, TableState
from domain.officials import Role
from domain.wire import (
    WIRE_VERSION,
    CardAliasOut,
    ContestOut,
    ElectionOut,
    EnrolIn,
    EnrolledOut,
    OfficialOut,
    RefusedOut,
    SignInIn,
    TableStateIn,
)
from server.access import CallingTable
from server.actions.sign_in import sign_in, sign_out
from server.actions.tables import CodeExpired, CodeUnknown, change_table_state, enrol_table
from server.errors import Problem
from server.parts import TheClock, TheEngine, TheWatcher
from server.queries.elections import find_election
from server.queries.officials import find_role
from server.queries.stations import read_stations
from server.queries.tables import list_tables_now
from server.routes.codes import official_behind
from server.station_out import station_out

REOPENING_ROLES = frozenset({Role.STATION_SECRETARY, Role.CHAIR})

router = APIRouter(prefix="/api/table", tags=["table"], responses={401: {"model": RefusedOut}})


@router.post("/enrol", responses={403: {"model": RefusedOut}, 409: {"model": RefusedOut}})
def post_enrol(body: EnrolIn, engine: TheEngine, clock: TheClock) -> EnrolledOut:
    """Bind this laptop to the table that the one-time code was made for. The token is shown this once."""
    if body.wire_version != WIRE_VERSION:
        raise Problem(409, "other_version")
    try:
        with engine.begin() as conn:
            token, caller = enrol_table(conn, body.code, clock())
            election = find_election(conn, caller.election_id)
            station = read_stations(conn, [caller.station_id])[caller.station_id]
    except CodeUnknown:
        raise Problem(403, "unknown_enrolment_code") from None
    except CodeExpired:
        raise Problem(403, "enrolment_code_expired") from None
    assert election is not None  # noqa: S101 - a station's election exists by foreign key
    return EnrolledOut(
        token=token,
        table_id=caller.table_id,
        table_number=caller.table_number,
        station_id=caller.station_id,
        station=station_out(station),
        election=election_out(caller.election_id, election),
    )


@router.post("/sign-in", responses={403: {"model": RefusedOut}, 429: {"model": RefusedOut}})
def post_sign_in(body: SignInIn, caller: CallingTable, engine: TheEngine, clock: TheClock) -> OfficialOut:
    """Seat the official with this code at the table; whoever sat there leaves it in the same moment."""
    official = official_behind(engine, caller, body.code, clock)
    with engine.begin() as conn:
        sign_in(conn, caller, official, clock())
    return OfficialOut(official_id=official.official_id, name=official.name, role=official.role)


@router.post("/sign-out", status_code=204)
def post_sign_out(caller: CallingTable, engine: TheEngine, clock: TheClock) -> None:
    """Nobody sits at the table any more."""
    with engine.begin() as conn:
        sign_out(conn, caller, clock())


@router.post("/state", status_code=204, responses={403: {"model": RefusedOut}})
def post_state(body: TableStateIn, caller: CallingTable, engine: TheEngine, clock: TheClock, watcher: TheWatcher) -> None:
    """Open, pause or close the table, by an official who sits at it. Only the secretary or the chair opens a closed one."""
    with engine.begin() as conn:
        now = list_tables_now(conn, [caller.table_id])[caller.table_id]
        if body.official_id not in now.officials:
            raise Problem(403, "not_signed_in")
        reopens = now.state is TableState.CLOSED and body.state is not TableState.CLOSED
        if reopens and find_role(conn, body.official_id, caller.station_id) not in REOPENING_ROLES:
            raise Problem(403, "table_is_closed")
        change_table_state(conn, caller.station_id, caller.table_id, body.state, clock(), official_id=body.official_id)
    watcher.wake()


def election_out(election_id: int, election: Election) -> ElectionOut:
    """The wire form of an election."""
    return ElectionOut(
        election_id=election_id,
        name=election.name,
        day=election.day,
        opens_at=f"{election.opens_at:%H:%M}",
        closes_at=f"{election.closes_at:%H:%M}",
        kind=election.kind,
        card_series=election.card_series,
        contests=tuple(
            ContestOut(code=contest.code, name=contest.name, ballot_colour=contest.ballot_colour)
            for contest in election.contests
        ),
        card_aliases=tuple(CardAliasOut(length=alias.length, prefix=alias.prefix) for alias in election.card_aliases),
    )
