"""The door of the local page: only this machine's own page may ask, only small bodies come in, only safe headers go out."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station_client.settings import MAX_BODY_BYTES, MAX_FRAME_BYTES

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})
FRAME_PATH = "/api/frame"

SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; media-src 'self' blob:; connect-src 'self'; "
        "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class TooLargeError(Exception):
    """A body grew over its limit."""


class Guard:
    """Asks every request where it comes from, before anybody reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if _is_for_this_machine(headers) and _is_from_own_page(headers):
            await self._app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        limit = MAX_FRAME_BYTES if scope["path"] == FRAME_PATH else MAX_BODY_BYTES
        refused = _refuse(scope, headers, limit)
        if refused is not None:
            await _answer(send, refused)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                answered = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    answered[name] = value
            await send(message)

        try:
            await self._app(scope, _bounded(receive, limit), send_safely)
        except TooLargeError:
            if not started:
                await _answer(send, 413)


def _refuse(scope: Scope, headers: Headers, limit: int) -> int | None:
    """The status of the first thing that is wrong, or ``None``."""
    if not _is_for_this_machine(headers):
        return 421
    if scope["method"] not in {"GET", "HEAD", "POST"}:
        return 405
    if scope["method"] != "POST":
        return None
    if not _is_from_own_page(headers):
        return 403
    expected = "image/jpeg" if scope["path"] == FRAME_PATH else "application/json"
    if headers.get("content-type", "").partition(";")[0].strip().lower() != expected:
        return 415
    length = headers.get("content-length", "0")
    return 413 if not length.isdecimal() or int(length) > limit else None


def _is_for_this_machine(headers: Headers) -> bool:
    """Whether the request names this machine as its host: a name that was bent to 127.0.0.1 does not."""
    hosts = headers.getlist("host")
    return len(hosts) == 1 and _name_of(f"//{hosts[0]}") in LOCAL_NAMES


def _is_from_own_page(headers: Headers) -> bool:
    """Whether the page that asks came from this very process; browsers always say so on POST and WebSocket."""
    return headers.getlist("origin") == [f"http://{headers['host']}"]


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _bounded(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLargeError
        return message

    return receive_bounded


async def _answer(send: Send, status: int) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
