"""What the local page may ask. Every act answers with the whole view, and every new view is also pushed."""

import asyncio
import contextlib
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.elections import TableState
from domain.marks import MAX_REASON_LENGTH, MarkSource
from station_client.acts import Acts
from station_client.camera import Camera
from station_client.laptop import Laptop

PUSH_AT_LEAST_EVERY_S = 1.0
SEND_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
INTERNAL_ERROR = 1011
MAX_TEXT = 2_000
"""More than any scanner sends; the rule looks at the first 64 characters anyway."""

log = structlog.get_logger()
router = APIRouter()

Code = Annotated[str, Field(min_length=1, max_length=40)]


class Asked(BaseModel):
    """What all bodies have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ScanAsked(Asked):
    """A reading. How fast it came is a remark, never a rule."""

    text: Annotated[str, Field(max_length=MAX_TEXT)]
    source: MarkSource
    ms_per_char: Annotated[float | None, Field(ge=0, le=60_000)] = None


class ConfirmAsked(Asked):
    """The screen that the official was looking at."""

    serial: int


class SignInAsked(Asked):
    """An official's code."""

    code: Code


class WithdrawAsked(Asked):
    """Why, and the other official's code."""

    second_code: Code
    reason: Annotated[str, Field(max_length=MAX_REASON_LENGTH)]


class EnrolAsked(Asked):
    """Which server, and the one-time code."""

    server: Annotated[str, Field(min_length=1, max_length=200)]
    code: Code


class NothingAsked(Asked):
    """No more than the act itself."""


@router.get("/", response_class=HTMLResponse)
async def get_page(request: Request) -> HTMLResponse:
    """The table's page."""
    page: str = request.app.state.page
    return HTMLResponse(page)


@router.post("/api/scan")
async def post_scan(asked: ScanAsked, request: Request) -> Response:
    """A card was scanned or typed."""
    acts = _acts(request)
    if acts:
        await acts.scan(asked.text, asked.source)
    return _view(request)


@router.post("/api/confirm")
async def post_confirm(asked: ConfirmAsked, request: Request) -> Response:
    """The voter is right, or the ballots were handed out."""
    acts = _acts(request)
    if acts:
        await acts.confirm(asked.serial)
    return _view(request)


@router.post("/api/sign-in")
async def post_sign_in(asked: SignInAsked, request: Request) -> Response:
    """An official sits down."""
    acts = _acts(request)
    if acts:
        await acts.sign_in(asked.code)
    return _view(request)


@router.post("/api/withdraw")
async def post_withdraw(asked: WithdrawAsked, request: Request) -> Response:
    """The last mark is taken back."""
    acts = _acts(request)
    if acts:
        await acts.withdraw(asked.second_code, asked.reason)
    return _view(request)


@router.post("/api/enrol")
async def post_enrol(asked: EnrolAsked, request: Request) -> Response:
    """The laptop becomes a table."""
    await _laptop(request).enrol(asked.server, asked.code)
    return _view(request)


@router.post("/api/frame")
async def post_frame(request: Request) -> JSONResponse:
    """A camera picture; it is looked at and forgotten."""
    camera: Camera = request.app.state.camera
    return JSONResponse({"digits": await camera.read(await request.body())})


@router.post("/api/{act}")
async def post_act(
    act: Literal["reject", "acknowledge", "pause", "resume", "close", "sign-out", "help"],
    _asked: NothingAsked,
    request: Request,
) -> Response:
    """An act that needs no more words."""
    acts = _acts(request)
    if acts:
        await _do(acts, act)
    return _view(request)


async def _do(acts: Acts, act: str) -> None:
    match act:
        case "reject":
            acts.table.reject()
        case "acknowledge":
            acts.table.acknowledge()
        case "help":
            acts.table.call_help()
        case "sign-out":
            await acts.sign_out()
        case "pause":
            await acts.change_state(TableState.PAUSED)
        case "resume":
            await acts.change_state(TableState.OPEN)
        case "close":
            await acts.change_state(TableState.CLOSED)


@router.websocket("/screen")
async def push_screen(websocket: WebSocket) -> None:
    """Push the view, first at once and then with every change.

    A line on which a view could not be sent is closed: the page then says that it has no screen, and begins a new line. A
    line that stayed open would go on showing the old screen.
    """
    laptop: Laptop = websocket.app.state.laptop
    await websocket.accept()
    tasks = {asyncio.create_task(_push(websocket, laptop)), asyncio.create_task(_until_left(websocket))}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for problem in (task.exception() for task in ended):
        if problem is None or isinstance(problem, WebSocketDisconnect):
            continue
        log.warning("screen_not_shown", problem=type(problem).__name__)
        with contextlib.suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await websocket.close(INTERNAL_ERROR)


async def _until_left(websocket: WebSocket) -> None:
    """The page has nothing to say here; this notices that it left."""
    with contextlib.suppress(WebSocketDisconnect, KeyError):
        while True:
            await websocket.receive_text()


async def _push(websocket: WebSocket, laptop: Laptop) -> None:
    told = ""
    while True:
        now = laptop.view().model_dump_json()
        if now != told:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await websocket.send_text(now)
            told = now
        # Changes wake it; the seconds of a lost connection and of a name on the screen count by themselves.
        await laptop.changes.wait(PUSH_AT_LEAST_EVERY_S)


def _laptop(request: Request) -> Laptop:
    laptop: Laptop = request.app.state.laptop
    return laptop


def _acts(request: Request) -> Acts | None:
    session = _laptop(request).session
    return session.acts if session else None


def _view(request: Request) -> Response:
    return Response(_laptop(request).view().model_dump_json(), media_type="application/json")
