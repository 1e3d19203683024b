"""Where the parts of a table meet: the laptop, its page and the door in front of it."""

import contextlib
import webbrowser
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader

from station_client.camera import Camera
from station_client.clock import Clock
from station_client.guard import Guard
from station_client.laptop import Laptop
from station_client.routes import router
from station_client.settings import LOOPBACK, Settings

_HERE = Path(__file__).parent

log = structlog.get_logger()


def create_app(settings: Settings, clock: Clock, *, server: str | None = None, code: str | None = None) -> FastAPI:
    """A table's local program. ``server`` and ``code`` enrol a laptop that is no table yet."""
    laptop = Laptop(settings, clock)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await laptop.start(server, code)
        yield
        await laptop.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.laptop = laptop
    app.state.camera = Camera()
    app.state.page = _page()
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, _refuse_malformed)
    app.add_middleware(Guard)
    return app


def run(settings: Settings, clock: Clock, *, server: str | None, code: str | None, open_browser: bool) -> None:
    """Run the table until the process is told to stop."""
    app = create_app(settings, clock, server=server, code=code)
    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=65_536,
        timeout_graceful_shutdown=1,
    )
    log.info("table_starts", port=settings.port)
    if open_browser:
        webbrowser.open(settings.page)
    uvicorn.Server(config).run()


def _page() -> str:
    """The page is the same for everybody: what it shows comes as the view."""
    pages = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
    return pages.get_template("table.html").render(static_version="1")


async def _refuse_malformed(_request: Request, _error: Exception) -> JSONResponse:
    """Never with what was sent: it may be a card or a code."""
    return JSONResponse({"problem": "malformed"}, 422)
