"""The live board: its pages, its JSON and its stream."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from domain.wire import RefusedOut
from server.actions.board import read_board
from server.board_door import Door, from_our_page
from server.board_models import BoardOut
from server.clock import Clock, elapsed_of
from server.db import snapshot
from server.errors import Problem
from server.live import BoardFeed, BoardReader
from server.parts import TheClock, TheEngine
from server.routes import board_sign_in
from server.routes.pages import STATIC_FOLDER, show_page
from server.watch import HeadWatcher, TooMany

SEND_LIMIT_S = 5.0
CLOSE_NOT_ALLOWED = 4401
CLOSE_TRY_LATER = 1013
CLOSE_ONLY_LISTEN = 1008

router = APIRouter(tags=["board"])
router.include_router(board_sign_in.router)

ElectionId = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Needed only where a database holds several elections.")
]


class _Files(StaticFiles):
    """Files that a browser keeps, but asks about each time: a new version of the program is seen at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on as it is
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_board(app: FastAPI, engine: Engine, clock: Clock, watcher: HeadWatcher) -> BoardFeed:
    """Give an application its board; the caller starts and stops the feed that comes back."""
    feed = BoardFeed(engine, clock, watcher)
    app.state.feed = feed
    app.state.door = Door(engine, clock)
    app.include_router(router)
    app.mount("/static", _Files(directory=STATIC_FOLDER), name="static")
    return feed


@router.get("/", include_in_schema=False)
def get_root() -> RedirectResponse:
    """The board is what a person looks for here."""
    return RedirectResponse("/board", 303)


@router.get("/board", include_in_schema=False)
def get_board_page(request: Request, election: ElectionId = None) -> Response:
    """The board as a page; it fills itself from the stream."""
    door: Door = request.app.state.door
    try:
        election_id, _ = door.let_in(request, election)
    except Problem as problem:
        return _elsewhere(door, problem, election, "/board")
    return show_page("board.html", election=door.find_election(election_id))


@router.get("/board/data", include_in_schema=False)
def get_data_page(request: Request, engine: TheEngine, clock: TheClock, election: ElectionId = None) -> Response:
    """The same numbers as plain tables, for those who cannot see the charts."""
    door: Door = request.app.state.door
    try:
        election_id, _ = door.let_in(request, election)
    except Problem as problem:
        return _elsewhere(door, problem, election, "/board/data")
    return show_page("board_data.html", election=door.find_election(election_id), board=_board(engine, clock, election_id))


@router.get(
    "/api/board",
    response_model=BoardOut,
    responses={401: {"model": RefusedOut}, 404: {"model": RefusedOut}, 429: {"model": RefusedOut}},
)
def get_board(request: Request, engine: TheEngine, clock: TheClock, election: ElectionId = None) -> Response:
    """All of the board now. In a live election: a reader's session cookie, or ``Authorization: Bearer`` with a reader code."""
    door: Door = request.app.state.door
    election_id, _ = door.let_in(request, election)
    board = _board(engine, clock, election_id)
    return Response(board.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.websocket("/api/board/stream")
async def board_stream(websocket: WebSocket, election: ElectionId = None) -> None:
    """The same JSON as ``GET /api/board`` as text frames: at once, after each change (at most four a second), and every 5 s.

    The reader says nothing. Refused with HTTP 403 before it opens; code 4401 when the reader code is revoked later.
    """
    door: Door = websocket.app.state.door
    feed: BoardFeed = websocket.app.state.feed
    if not from_our_page(websocket):
        await websocket.close(CLOSE_NOT_ALLOWED)
        return
    try:
        election_id, code_hash = await run_in_threadpool(door.let_in, websocket, election)
        reader = feed.join(election_id, code_hash)
    except (Problem, TooMany) as refusal:
        await websocket.close(CLOSE_TRY_LATER if isinstance(refusal, TooMany) else CLOSE_NOT_ALLOWED)
        return
    try:
        await _serve(websocket, reader)
    finally:
        feed.leave(election_id, reader)


async def _serve(websocket: WebSocket, reader: BoardReader) -> None:
    """Send until the reader goes, speaks, loses its right, or does not take a frame in time."""
    await websocket.accept()
    sending = asyncio.create_task(_send(websocket, reader))
    listening = asyncio.create_task(_listen(websocket))
    done, left = await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    code = done.pop().result()
    if code is not None:
        await websocket.close(code)


async def _send(websocket: WebSocket, reader: BoardReader) -> int | None:
    """Send the latest frame again and again; the code to close with, or ``None`` when nobody is there to be told."""
    try:
        while (frame := await reader.take()) is not None:
            async with asyncio.timeout(SEND_LIMIT_S):
                await websocket.send_text(frame)
    except (TimeoutError, WebSocketDisconnect):
        return None
    return CLOSE_NOT_ALLOWED


async def _listen(websocket: WebSocket) -> int | None:
    """Wait until the reader goes. One that speaks is none of ours."""
    message = await websocket.receive()
    return None if message["type"] == "websocket.disconnect" else CLOSE_ONLY_LISTEN


def _board(engine: Engine, clock: Clock, election_id: int) -> BoardOut:
    with snapshot(engine) as conn:
        board = read_board(conn, election_id, clock(), elapsed_s=elapsed_of(clock))
    if board is None:
        raise Problem(404, "unknown_election")
    return board


def _elsewhere(door: Door, problem: Problem, election_id: int | None, path: str) -> Response:
    """Where a person goes who cannot see this page: to sign in, or to choose an election."""
    if problem.refused.problem == "unknown_reader":
        return RedirectResponse(f"/board/sign-in?election={door.find_election(election_id).id}", 303)
    return show_page("board_choose.html", 404, elections=door.elections(), path=path)
