"""What a table asks of the register: marks, confirmations, withdrawals, and whose a foreign card is."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from domain.marks import Refusal, WithdrawalRequest
from domain.wire import AnswersOut, CardFindingOut, CardIn, HandedOverRequest, MarkRequest, RefusedOut, RequestsIn, WithdrawalIn
from server.access import CallingTable, require_table
from server.actions.mark_batch import Submitted, Withdrawal
from server.clock import Clock
from server.db import read_only
from server.errors import Problem
from server.metrics import ANSWERS
from server.parts import TheClock, TheEngine, TheRecorder
from server.queries.marks import find_cards
from server.queries.officials import find_role
from server.queries.stations import read_stations
from server.queries.tables import TableCaller
from server.recorder import Overloaded, Recorder
from server.routes.codes import official_behind
from server.station_out import station_out

RETRY_AFTER_S = 1

router = APIRouter(prefix="/api/table", tags=["table"], responses={401: {"model": RefusedOut}, 503: {"model": RefusedOut}})


async def post_requests(body: RequestsIn, caller: CallingTable, recorder: TheRecorder) -> Response:
    """Record one scan, or all that an outage left in a journal. Answers come in order, after the commit.

    503 says nothing about what was recorded: ask again with the same request ids.
    """
    return await _record(recorder, [_submitted(caller, request) for request in body.requests])


class _ShortRoute(APIRoute):
    """``post_requests``, documented as any route but reached without FastAPI's way in, which costs more than a mark's SQL."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Take the caller, the body and the recorder straight from the request."""
        return _receive_requests


async def _receive_requests(request: Request) -> Response:
    caller = await require_table(request, request.headers.get("authorization"))
    try:
        body = RequestsIn.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError([each | {"loc": ("body", *each["loc"])} for each in error.errors()]) from None
    return await post_requests(body, caller, request.app.state.recorder)


router.add_api_route("/requests", post_requests, methods=["POST"], response_model=AnswersOut, route_class_override=_ShortRoute)


@router.post("/withdrawals", response_model=AnswersOut)
async def post_withdrawal(
    body: WithdrawalIn, caller: CallingTable, engine: TheEngine, recorder: TheRecorder, clock: TheClock
) -> Response:
    """Take a mark back: the official at the table asks, another gives a code; one of them is the secretary or the chair."""
    request = await run_in_threadpool(_withdrawal, engine, caller, body, clock)
    return await _record(recorder, [_submitted(caller, request)])


@router.post("/card")
def post_card(body: CardIn, caller: CallingTable, engine: TheEngine) -> CardFindingOut:
    """Whose a card is that the table's own replica does not hold. No person crosses, only a station."""
    with read_only(engine).connect() as conn:
        finding = find_cards(conn, caller.election_id, [body.card]).get(body.card)
        if finding is None:
            return CardFindingOut(refusal=Refusal.UNKNOWN_CARD)
        if finding.entry.station_id == caller.station_id:
            # The card is younger than the table's replica: the table must fetch a new one.
            return CardFindingOut(refusal=Refusal.OTHER_PACKAGE)
        station = read_stations(conn, [finding.entry.station_id])[finding.entry.station_id]
    return CardFindingOut(refusal=Refusal.WRONG_STATION, right_station=station_out(station))


def _submitted(caller: TableCaller, request: MarkRequest | HandedOverRequest | Withdrawal) -> Submitted:
    return Submitted(caller.election_id, caller.station_id, caller.table_id, caller.table_number, request)


async def _record(recorder: Recorder, submitted: list[Submitted]) -> Response:
    try:
        answers = await recorder.submit(submitted)
    except (Overloaded, SQLAlchemyError) as problem:
        raise Problem(503, "overloaded", retry_after_s=RETRY_AFTER_S) from problem
    ANSWERS.inc(len(answers))
    # Answers are stored as text and go out letter for letter, the first time and every time after.
    return Response(f'{{"answers":[{",".join(answers)}]}}', media_type="application/json")


def _withdrawal(engine: Engine, caller: TableCaller, body: WithdrawalIn, clock: Clock) -> Withdrawal:
    """Check the second code, then forget it."""
    second = official_behind(engine, caller, body.second_code, clock)
    with read_only(engine).connect() as conn:
        role = find_role(conn, body.official_id, caller.station_id)
    roles = frozenset({second.role} | ({role} if role else set()))
    request = WithdrawalRequest(body.official_id, second.official_id, roles, body.reason)
    return Withdrawal(body.request_id, body.mark_request_id, request)
