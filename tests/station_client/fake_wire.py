"""The fake server behind real sockets, and behind a line that loses, cuts, delays and garbles."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.wire import TableNow
from tests.station_client.fake_server import FakeServer, RefusedError

REVOKED = 4401
FAULTY = frozenset({"/api/table/requests", "/api/table/withdrawals", "/api/table/card"})


def make_app(server: FakeServer) -> Starlette:
    """The server's table routes over this state."""
    calls: dict[str, Callable[[bytes], str]] = {
        "requests": server.requests,
        "withdrawals": server.withdrawal,
        "card": server.card,
        "enrol": server.enrol,
        "sign-in": server.sign_in,
        "sign-out": server.sign_out,
        "state": server.state,
    }

    async def call(request: Request) -> Response:
        name = request.path_params["name"]
        if server.revoked and name != "enrol":
            return _refuse(RefusedError(401, "unknown_table"))
        try:
            return Response(calls[name](await request.body()), media_type="application/json")
        except RefusedError as refused:
            return _refuse(refused)

    async def package(_request: Request) -> Response:
        content = server.package()
        cut = server.faults.package.popleft() == "cut" if server.faults.package else False
        return Response(content[: len(content) // 2] if cut else content)

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await _tell(websocket, server)

    return Starlette(
        routes=[
            Route("/api/table/package", package),
            Route("/api/table/{name}", call, methods=["POST"]),
            WebSocketRoute("/api/table/stream", stream),
        ]
    )


def _refuse(refused: RefusedError) -> Response:
    return Response(refused.body, refused.status, media_type="application/json")


async def _tell(websocket: WebSocket, server: FakeServer) -> None:
    after = 0
    while not server.revoked:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                server.heard.append(TableNow.model_validate_json(await websocket.receive_text()))
                after = server.heard[-1].last_event
        await websocket.send_text(server.news(after).model_dump_json())
    await websocket.close(REVOKED)


def with_faults(server: FakeServer, app: ASGIApp) -> ASGIApp:
    """The app behind a bad line."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["path"] in FAULTY
        fault = server.faults.next_calls.popleft() if wanted and server.faults.next_calls else ""
        if fault in {"lost", "busy"}:
            status = 503 if fault == "busy" else 502
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def bad_send(message: Message) -> None:
            if fault == "slow" and message["type"] == "http.response.start":
                await asyncio.sleep(2.0)
            if fault == "garbled" and message["type"] == "http.response.body":
                message["body"] = b"?" * len(message["body"])
            if fault == "cut" and message["type"] == "http.response.body":
                raise ConnectionResetError("cut")
            await send(message)

        await app(scope, receive, bad_send)

    return faulty


@contextlib.contextmanager
def serve(app: ASGIApp, port: int = 0, *, certificate: Path | None = None, key: Path | None = None) -> Iterator[int]:
    """Serve on 127.0.0.1 in a thread; the port. At the end nobody listens there any more and every line is cut."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        ws="websockets-sansio",
        timeout_graceful_shutdown=0,
        ssl_certfile=certificate,
        ssl_keyfile=key,
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


@contextlib.contextmanager
def serve_tls(server: FakeServer, certificate: Path, key: Path) -> Iterator[FakeServer]:
    """The same under TLS, with this certificate."""
    with serve(make_app(server), certificate=certificate, key=key) as port:
        server.port = port
        yield server
