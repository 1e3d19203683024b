"""A table's process without a register: the local API that the page talks to, with a few cards and the real screens' words.

It behaves: a card leads to its screen, Space's confirm to the ballots, everything is pushed over the WebSocket too. It runs
in a thread of its own with the same content policy as the real one, so that a test can look at what the page sent.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader

from domain.screens import Screen
from tests.station_client.page.views import KIRSTEN, View, make_view

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGES = Path(__file__).parents[3] / "station_client"

GOOD_CARD = "260491730552"
OTHER_CARD = "260491730560"
VOTED_CARD = "260491730578"
WRONG_STATION_CARD = "260491730586"
_CARDS = {
    GOOD_CARD: Screen.FOUND,
    OTHER_CARD: Screen.FOUND,
    VOTED_CARD: Screen.VOTED,
    WRONG_STATION_CARD: Screen.WRONG_STATION,
}
_OPEN_FOR_CARDS = frozenset(
    {Screen.READY, Screen.REGISTERED, Screen.MISREAD, Screen.VOTED, Screen.WRONG_STATION, Screen.UNKNOWN}
)
_LEADS_TO = {
    "reject": Screen.READY,
    "acknowledge": Screen.READY,
    "resume": Screen.READY,
    "pause": Screen.PAUSED,
    "close": Screen.CLOSED,
    "sign-out": Screen.SIGN_IN,
    "enrol": Screen.SIGN_IN,
}
_ASKING = frozenset({Screen.FOUND, Screen.UNCONFIRMED})


@dataclass
class FakeTable:
    """What the page sees of a table, and what it sent. All methods may be called from the test's thread."""

    view: View = field(default_factory=lambda: make_view(Screen.READY, serial=1))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    digits_in_frames: str | None = None
    voter: dict[str, str] = field(default_factory=lambda: dict(KIRSTEN))
    right_code: str = "0007264518"
    answers: bool = True
    stopping: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop | None = None

    def show(self, screen: Screen, **changes: Any) -> None:  # noqa: ANN401 - a JSON value
        """Show another screen on every page that is connected."""
        self.put(make_view(screen, **changes))

    def put(self, view: View) -> None:
        """The same with a whole view; it gets the next serial."""
        self.view = {**view, "serial": self.view["serial"] + 1}
        self.wake()

    def wake(self) -> None:
        """Let the page's socket look at the table."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.changed.set)

    async def until_it_answers(self) -> None:
        """A process that hangs answers nobody."""
        while not (self.answers or self.stopping):  # noqa: ASYNC110 - the test's thread sets these, not the loop's
            await asyncio.sleep(0.02)

    def texts(self) -> list[str]:
        """The cards that were scanned, in order."""
        return [body["text"] for path, body in self.calls if path == "scan"]

    def called(self, path: str) -> int:
        """How often the page did this."""
        return sum(1 for called, _ in self.calls if called == path)

    def act(self, path: str, body: dict[str, Any]) -> None:
        """What a table does with an act of the official."""
        self.calls.append((path, body))
        now = Screen(self.view["state"])
        match path:
            case "scan":
                self._scan(body["text"], now)
            case "confirm" if body["serial"] == self.view["serial"] and now in _ASKING:
                self.show(Screen.REGISTERED, voter=self.voter)
            case "confirm" if body["serial"] == self.view["serial"] and now is Screen.REGISTERED:
                self.show(Screen.READY)
            case "sign-in":
                right = body["code"].replace("-", "") == self.right_code
                self.put(make_view(Screen.READY) if right else {**self.view, "error": "Koden er forkert. Prøv igen."})
            case "help":
                self.put({**self.view, "calls_help": not self.view["calls_help"]})
            case "withdraw":
                right = body["second_code"].replace("-", "") == self.right_code
                self.put({**self.view, "error": None if right else "Koden er forkert. Prøv igen."})
            case _ if path in _LEADS_TO:
                self.show(_LEADS_TO[path])
            case _:
                pass

    def _scan(self, text: str, now: Screen) -> None:
        if now in _ASKING:
            self.show(Screen.UNCONFIRMED, voter=self.voter)
        elif now in _OPEN_FOR_CARDS:
            screen = _CARDS.get(text, Screen.UNKNOWN) if len(text) == 12 else Screen.MISREAD
            self.show(screen, **({"voter": self.voter} if screen is Screen.FOUND else {}))


def make_app(table: FakeTable) -> FastAPI:
    """The local API over this table."""
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=PAGES / "static"))
    pages = Environment(loader=FileSystemLoader(PAGES / "templates"), autoescape=True)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        await table.until_it_answers()
        response = await go_on(request)
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(pages.get_template("table.html").render(static_version="test"))

    @app.post("/api/frame")
    async def frame(request: Request) -> dict[str, str | None]:
        table.frames.append(len(await request.body()))
        return {"digits": table.digits_in_frames}

    @app.post("/api/{path}")
    async def act(path: str, request: Request) -> View:
        table.act(path, await request.json())
        return table.view

    @app.websocket("/screen")
    async def screen(socket: WebSocket) -> None:
        await table.until_it_answers()
        await socket.accept()
        table.loop = asyncio.get_running_loop()
        try:
            while not table.stopping:
                table.changed.clear()
                await table.until_it_answers()
                await socket.send_json(table.view)
                await table.changed.wait()
        except (WebSocketDisconnect, RuntimeError):
            return

    return app


class FakeProcess:
    """The process around a fake table: it can die and come back at the same address."""

    def __init__(self, table: FakeTable) -> None:
        self.table = table
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Returns when the page can be loaded."""
        self.table.stopping = False
        config = uvicorn.Config(
            make_app(self.table),
            host="127.0.0.1",
            port=self.port,
            log_level="error",
            timeout_graceful_shutdown=1,
            lifespan="off",
            ws="websockets-sansio",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)

    def stop(self) -> None:
        """Returns when nobody listens any more; the page's sockets are cut."""
        self.table.stopping = self._server.should_exit = True
        self.table.wake()
        self._thread.join(10)


@contextmanager
def run_fake() -> Iterator[FakeProcess]:
    """A fake table on a free port of this machine."""
    process = FakeProcess(FakeTable())
    process.start()
    yield process
    process.stop()
