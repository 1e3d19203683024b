"""A server in small: it keeps the wire's promises over a few dictionaries, and it can be slow, cut its answers or go away."""

import asyncio
import contextlib
import json
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.elections import StationState, TableState
from domain.marks import Refusal
from domain.wire import (
    WIRE_VERSION,
    Answer,
    AnswersOut,
    CardFindingOut,
    EnrolledOut,
    EventOut,
    HandedOverRequest,
    MarkRequest,
    RefusedOut,
    RequestsIn,
    StationNews,
    TableNow,
    WithdrawalIn,
)
from tests.station_client.hall import (
    BODIL,
    FOREIGN_CARD,
    NEXT_STATION,
    PLAIN,
    THIRD,
    card_of,
    header,
    make_enrolment,
    package_lines,
)

CODE = "AB12CD34"
OFFICIAL_CODE = "0011-246810"
SECRETARY_CODE = "0012-135790"


class RefusedError(Exception):
    """A whole call is refused."""

    def __init__(self, status: int, problem: str, retry_after_s: int | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.body = RefusedOut(problem=problem, retry_after_s=retry_after_s).model_dump_json()


@dataclass
class Faults:
    """What goes wrong with the next calls to ``/api/table/requests`` and ``/withdrawals``, the first first.

    ``lost``: never arrives. ``cut``: is done, and the answer breaks off. ``slow``: is done, and the answer comes too late.
    ``busy``: 503. ``garbled``: is done, and the answer cannot be read.
    """

    next_calls: deque[str] = field(default_factory=deque)
    package: deque[str] = field(default_factory=deque)


@dataclass
class FakeServer:
    """One station's register. May be changed from the test's thread between calls."""

    faults: Faults = field(default_factory=Faults)
    revoked: bool = False
    station_state: StationState = StationState.OPEN
    table_state: TableState = TableState.OPEN
    epoch: int = 1
    events: list[EventOut] = field(default_factory=list)
    answers: dict[UUID, Answer] = field(default_factory=dict)
    live: dict[int, UUID] = field(default_factory=dict)
    handed_over: list[UUID] = field(default_factory=list)
    asked: list[list[UUID]] = field(default_factory=list)
    withdrawals: list[WithdrawalIn] = field(default_factory=list)
    heard: list[TableNow] = field(default_factory=list)
    signed_in: bool = False
    enrolled_with: list[str] = field(default_factory=list)
    on_mark: Callable[[], None] = lambda: None
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last_event(self) -> int:
        return 10 + len(self.events)

    def say(self, kind: str, **details: Any) -> EventOut:  # noqa: ANN401 - an event's fields
        """Add an event to the station's log."""
        event = EventOut(number=self.last_event + 1, kind=kind, **details)
        self.events.append(event)
        return event

    def record(self, request: MarkRequest | HandedOverRequest) -> Answer:
        """The same answer for ever for the same id."""
        known = self.answers.get(request.request_id)
        if known is None:
            known = self._mark(request) if isinstance(request, MarkRequest) else self._hand_over(request)
            self.answers[request.request_id] = known
        return known

    def _mark(self, request: MarkRequest) -> Answer:
        self.on_mark()
        entry_id = next(number for number in range(PLAIN, THIRD + 1) if card_of(number) == request.card)
        base: dict[str, Any] = {"request_id": request.request_id, "epoch": self.epoch, "entry_id": entry_id}
        if request.epoch != self.epoch:
            return Answer(**base, accepted=False, refusal=Refusal.STALE_EPOCH)
        if entry_id in self.live:
            return Answer(**base, accepted=False, refusal=Refusal.ALREADY_MARKED, earlier_table=2, earlier_at=now())
        self.live[entry_id] = request.request_id
        event = self.say(
            "mark_recorded", entry_id=entry_id, table_number=4, at=now(), contests=("KV", "RV"), request_id=request.request_id
        )
        return Answer(**base, accepted=True, contests=("KV", "RV"), event=event.number, at=event.at)

    def _hand_over(self, request: HandedOverRequest) -> Answer:
        self.handed_over.append(request.mark_request_id)
        return Answer(request_id=request.request_id, epoch=self.epoch, accepted=True)

    def withdraw(self, body: WithdrawalIn) -> Answer:
        """Check the code first, as the real one does; then the same answer for ever."""
        self.withdrawals.append(body)
        if body.second_code != SECRETARY_CODE:
            raise RefusedError(403, "wrong_code")
        known = self.answers.get(body.request_id)
        if known is None:
            entry_id = next((entry for entry, mark in self.live.items() if mark == body.mark_request_id), None)
            known = Answer(request_id=body.request_id, epoch=self.epoch, accepted=entry_id is not None, entry_id=entry_id)
            if entry_id is not None:
                del self.live[entry_id]
                self.say("mark_withdrawn", entry_id=entry_id, at=now(), request_id=body.mark_request_id)
            self.answers[body.request_id] = known
        return known

    def news(self, after: int) -> StationNews:
        """Where the station stands."""
        return StationNews(
            epoch=self.epoch,
            last_event=self.last_event,
            station_state=self.station_state,
            table_state=self.table_state,
            tables=(),
            events=tuple(event for event in self.events if event.number > after),
            server_at=now(),
        )


def now() -> datetime:
    return datetime(2025, 11, 18, 12, 0, tzinfo=UTC)


def make_app(server: FakeServer) -> Starlette:  # noqa: C901 - one small route after the other
    """The server's table routes over this state."""

    def table_route(path: str, do: Callable[[bytes], str], *, open_to_all: bool = False) -> Route:
        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                if server.revoked and not open_to_all:
                    raise RefusedError(401, "unknown_table")
                return Response(do(body), media_type="application/json")
            except RefusedError as refused:
                return Response(refused.body, refused.status, media_type="application/json")

        return Route(f"/api/table/{path}", answer, methods=["POST"])

    def requests(body: bytes) -> str:
        asked = RequestsIn.model_validate_json(body).requests
        server.asked.append([request.request_id for request in asked])
        return AnswersOut(answers=tuple(server.record(request) for request in asked)).model_dump_json()

    def withdrawals(body: bytes) -> str:
        return AnswersOut(answers=(server.withdraw(WithdrawalIn.model_validate_json(body)),)).model_dump_json()

    def card(body: bytes) -> str:
        if json.loads(body)["card"] == FOREIGN_CARD:
            return CardFindingOut(refusal=Refusal.WRONG_STATION, right_station=NEXT_STATION).model_dump_json()
        return CardFindingOut(refusal=Refusal.UNKNOWN_CARD).model_dump_json()

    def enrol(body: bytes) -> str:
        asked = json.loads(body)
        server.enrolled_with.append(asked["code"])
        if asked["wire_version"] != WIRE_VERSION:
            raise RefusedError(409, "other_version")
        if asked["code"] != CODE:
            raise RefusedError(403, "enrolment_code_expired" if asked["code"] == "OLD" else "unknown_enrolment_code")
        server.revoked = False
        enrolled: EnrolledOut = make_enrolment().enrolled
        return enrolled.model_dump_json()

    def sign_in(body: bytes) -> str:
        code = json.loads(body)["code"]
        if code == "0000-000000":
            raise RefusedError(429, "too_many_tries", 40)
        if code != OFFICIAL_CODE:
            raise RefusedError(401, "wrong_code")
        server.signed_in = True
        return BODIL.model_dump_json()

    def sign_out(_body: bytes) -> str:
        server.signed_in = False
        return ""

    def state(body: bytes) -> str:
        server.table_state = TableState(json.loads(body)["state"])
        return ""

    async def package(_request: Request) -> Response:
        content = b"".join(
            line + b"\n" for line in package_lines(first=header(as_of_event=server.last_event, epoch=server.epoch))
        )
        fault = server.faults.package.popleft() if server.faults.package else ""
        return Response(content[: len(content) // 2] if fault == "cut" else content)

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            after = 0
            while not server.revoked:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1):
                        server.heard.append(TableNow.model_validate_json(await websocket.receive_text()))
                        after = server.heard[-1].last_event
                await websocket.send_text(server.news(after).model_dump_json())
            await websocket.close(4401)

    app = Starlette(
        routes=[
            table_route("requests", requests),
            table_route("withdrawals", withdrawals),
            table_route("card", card),
            table_route("enrol", enrol, open_to_all=True),
            table_route("sign-in", sign_in),
            table_route("sign-out", sign_out),
            table_route("state", state),
            Route("/api/table/package", package),
            WebSocketRoute("/api/table/stream", stream),
        ]
    )
    return app


def with_faults(server: FakeServer, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Any:  # noqa: ANN401 - ASGI
    """The app behind a bad line."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["path"] in {
            "/api/table/requests",
            "/api/table/withdrawals",
            "/api/table/card",
        }
        fault = server.faults.next_calls.popleft() if wanted and server.faults.next_calls else ""
        if fault in {"lost", "busy"}:
            status = 503 if fault == "busy" else 502
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def bad_send(message: Message) -> None:
            if fault == "slow":
                await asyncio.sleep(2.0)
            if fault == "garbled" and message["type"] == "http.response.body":
                message["body"] = b"?" * len(message["body"])
            if fault == "cut" and message["type"] == "http.response.body":
                raise ConnectionResetError("cut")
            await send(message)

        await app(scope, receive, bad_send)

    return faulty


@contextlib.contextmanager
def serve(app: Any, port: int = 0) -> Iterator[int]:  # noqa: ANN401 - ASGI
    """Serve on 127.0.0.1 in a thread; the port. At the end nobody listens there any more and every line is cut."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="critical", ws="websockets-sansio", timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def running(server: FakeServer) -> Iterator[FakeServer]:
    """This server at work; started again, it listens where it listened before."""
    with serve(with_faults(server, make_app(server)), server.port) as port:
        server.port = port
        yield server
