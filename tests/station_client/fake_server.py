"""A server in small: it keeps the wire's promises over a few dictionaries. ``fake_wire`` puts it behind a bad line."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.elections import StationState, TableState
from domain.marks import Refusal
from domain.wire import (
    WIRE_VERSION,
    Answer,
    AnswersOut,
    CardFindingOut,
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
    wire_version: int = WIRE_VERSION
    scheme: str = "http"

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

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

    def requests(self, body: bytes) -> str:
        asked = RequestsIn.model_validate_json(body).requests
        self.asked.append([request.request_id for request in asked])
        return AnswersOut(answers=tuple(self.record(request) for request in asked)).model_dump_json()

    def withdrawal(self, body: bytes) -> str:
        return AnswersOut(answers=(self.withdraw(WithdrawalIn.model_validate_json(body)),)).model_dump_json()

    def card(self, body: bytes) -> str:
        if json.loads(body)["card"] == FOREIGN_CARD:
            return CardFindingOut(refusal=Refusal.WRONG_STATION, right_station=NEXT_STATION).model_dump_json()
        return CardFindingOut(refusal=Refusal.UNKNOWN_CARD).model_dump_json()

    def enrol(self, body: bytes) -> str:
        asked = json.loads(body)
        self.enrolled_with.append(asked["code"])
        if asked["wire_version"] != self.wire_version:
            raise RefusedError(409, "other_version")
        if asked["code"] != CODE:
            raise RefusedError(403, "enrolment_code_expired" if asked["code"] == "OLD" else "unknown_enrolment_code")
        self.revoked = False
        return make_enrolment().enrolled.model_dump_json()

    def sign_in(self, body: bytes) -> str:
        code = json.loads(body)["code"]
        if code == "0000-000000":
            raise RefusedError(429, "too_many_tries", 40)
        if code != OFFICIAL_CODE:
            raise RefusedError(403, "wrong_code")
        self.signed_in = True
        return BODIL.model_dump_json()

    def sign_out(self, _body: bytes) -> str:
        self.signed_in = False
        return ""

    def state(self, body: bytes) -> str:
        self.table_state = TableState(json.loads(body)["state"])
        return ""

    def package(self) -> bytes:
        """The station's package, as far as its log goes."""
        first = header(as_of_event=self.last_event, epoch=self.epoch)
        return b"".join(line + b"\n" for line in package_lines(first=first))

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
