"""The real server on a real socket in a thread of the test's process, for tests of the board."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from sqlalchemy import Engine

from server.app import create_app
from server.live import BoardFeed
from server.settings import Settings
from server.sockets import CuttingProtocol
from server.watch import HeadWatcher


@dataclass
class BoardServer:
    """Where it listens, and the parts that a test may touch."""

    port: int
    feed: BoardFeed
    watcher: HeadWatcher
    stop: Callable[[], None]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stream_url(self, election_id: int) -> str:
        return f"ws://127.0.0.1:{self.port}/api/board/stream?election={election_id}"


@contextmanager
def serve_board(engine: Engine, clock: Callable[[], datetime], *, port: int = 0) -> Iterator[BoardServer]:
    """Run it until the block ends or ``stop`` is called."""
    app = create_app(Settings(database_url=str(engine.url)), engine, clock)
    listening = socket.create_server(("127.0.0.1", port), backlog=200)
    config = uvicorn.Config(
        app, ws=CuttingProtocol, ws_per_message_deflate=False, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            server.run(sockets=[listening])

    thread = threading.Thread(target=run, daemon=True)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()

    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        threading.Event().wait(0.01)
    yield BoardServer(listening.getsockname()[1], app.state.feed, app.state.watcher, stop)
    stop()
