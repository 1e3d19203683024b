"""The parts of the running process that routes ask for.

They are ``async`` though they wait for nothing: FastAPI sends what is not to a thread, which costs more than a mark's SQL.
"""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from server.clock import Clock
from server.recorder import Recorder
from server.watch import HeadWatcher


async def _engine(connection: HTTPConnection) -> Engine:
    engine: Engine = connection.app.state.engine
    return engine


async def _recorder(connection: HTTPConnection) -> Recorder:
    recorder: Recorder = connection.app.state.recorder
    return recorder


async def _clock(connection: HTTPConnection) -> Clock:
    clock: Clock = connection.app.state.clock
    return clock


async def _watcher(connection: HTTPConnection) -> HeadWatcher:
    watcher: HeadWatcher = connection.app.state.watcher
    return watcher


TheEngine = Annotated[Engine, Depends(_engine)]
TheRecorder = Annotated[Recorder, Depends(_recorder)]
TheClock = Annotated[Clock, Depends(_clock)]
TheWatcher = Annotated[HeadWatcher, Depends(_watcher)]
