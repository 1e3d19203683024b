"""Where the parts of the server meet, and nowhere else."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.types import ASGIApp

from domain.elections import ElectionKind
from server.access import TableAccess
from server.clock import Clock, now, read_practice_day
from server.db import open_engine, read_only
from server.errors import add_error_answers
from server.guard import Guard
from server.logs import set_up_logs
from server.migrate import upgrade
from server.queries.elections import find_election, list_election_ids
from server.recorder import Recorder
from server.routes import health, package, table_requests, table_session, table_stream
from server.routes.board import add_board
from server.settings import Settings
from server.watch import HeadWatcher

DATABASE_URL_VARIABLE = "VALGBORD_DATABASE_URL"
HOSTS_VARIABLE = "VALGBORD_HOSTS"
PRACTICE_DAY_VARIABLE = "VALGBORD_PRACTICE_DAY"


def create_app(settings: Settings, engine: Engine, clock: Clock = now) -> FastAPI:
    """The server as one application on this database. Its schema must be up to date (``server.migrate.upgrade``)."""
    watcher = HeadWatcher(engine)
    recorder = Recorder(
        engine, clock, on_commit=watcher.wake, queue_limit=settings.queue_limit, batch_limit=settings.batch_limit
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        recorder.start()
        await watcher.start()
        await feed.start()
        yield
        await feed.stop()
        await watcher.stop()
        recorder.stop()

    app = FastAPI(
        title="valgbord",
        summary="The open digital electoral roll: the register's own interface for tables and boards.",
        license_info={"name": "MPL-2.0", "identifier": "MPL-2.0"},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=settings.max_body_bytes,
    )
    app.state.engine = engine
    app.state.clock = clock
    app.state.recorder = recorder
    app.state.watcher = watcher
    app.state.table_access = TableAccess(engine, ttl_s=settings.caller_ttl_s)
    app.state.package_turns = asyncio.Semaphore(package.AT_ONCE)
    for routes in (table_requests, table_session, package, table_stream, health):  # the busiest first: they are tried in order
        app.include_router(routes.router)
    feed = add_board(app, engine, clock, watcher)
    add_error_answers(app)
    app.add_middleware(Guard, hosts=settings.hosts)
    return app


def create_from_environment() -> ASGIApp:
    """The server for uvicorn's workers: settings from the environment, schema brought up to date, logs set up."""
    set_up_logs()
    settings = Settings(database_url=os.environ[DATABASE_URL_VARIABLE])
    hosts = tuple(name for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name)
    if hosts:
        settings = Settings(database_url=settings.database_url, hosts=hosts)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    app = create_app(settings, engine, choose_clock(engine, os.environ.get(PRACTICE_DAY_VARIABLE)))
    gc.freeze()  # what has been loaded by now stays for ever; the collector need not go through it with every few hundred calls
    return app


def choose_clock(engine: Engine, practice_day: str | None) -> Clock:
    """The machine's clock, or a rehearsal's own; ``RuntimeError`` when a live election would be recorded in rehearsal time."""
    if not practice_day:
        return now
    with read_only(engine).connect() as conn:
        elections = [find_election(conn, election_id) for election_id in list_election_ids(conn)]
    if any(election is not None and election.kind is ElectionKind.LIVE for election in elections):
        raise RuntimeError("there is a live election in this database: it is recorded at the real time only")
    return read_practice_day(practice_day)
