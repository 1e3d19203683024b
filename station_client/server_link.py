"""The table's calls to the server. Each has one of three ends: an answer, a refusal of the whole call, or nobody knows.

A timeout, a broken line and an answer that cannot be read are all ``LinkDownError``: the outcome is unknown, never no.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from domain.wire import (
    WIRE_VERSION,
    Answer,
    AnswersOut,
    CardFindingOut,
    CardIn,
    EnrolIn,
    EnrolledOut,
    OfficialOut,
    RefusedOut,
    RequestsIn,
    SignInIn,
    TableRequest,
    TableStateIn,
    WithdrawalIn,
)
from station_client.package import BadPackageError, build_copy
from station_client.settings import MAX_ANSWER_BYTES, PACKAGE_TIMEOUT_S, REQUEST_TIMEOUT_S, SLOW_REQUEST_TIMEOUT_S

_REFUSING = frozenset({400, 401, 403, 404, 409, 413, 422, 429})
_BUSY = 503

M = TypeVar("M", bound=BaseModel)


class LinkDownError(Exception):
    """No answer. What was asked may have been done or not; a server that is too busy (503) does not know either."""

    def __init__(self, reason: str, problem: str = "no_connection") -> None:
        super().__init__(reason)
        self.problem = problem


class CallRefusedError(Exception):
    """The server refused the whole call before doing anything. ``problem`` has a sentence in ``domain.danish.PROBLEMS``."""

    def __init__(self, refused: RefusedOut) -> None:
        super().__init__(refused.problem)
        self.problem = refused.problem
        self.retry_after_s = refused.retry_after_s


class ServerLink:
    """One server, and the token that this laptop is known by there."""

    def __init__(self, server: str, token: str | None, tls: ssl.SSLContext | None) -> None:
        """``tls`` is ``None`` for a server on this machine."""
        self.server = server.rstrip("/")
        self.tls = tls
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._verify: ssl.SSLContext | bool = tls if tls is not None else True
        # trust_env off: a proxy in the environment must not see the token.
        self._client = httpx2.AsyncClient(
            base_url=self.server, headers=self.headers, verify=self._verify, timeout=None, trust_env=False
        )

    async def send_requests(self, requests: tuple[TableRequest, ...]) -> tuple[Answer, ...]:
        """Ask for marks and confirm hand-overs; one answer each, in order. The same ids may be sent any number of times."""
        out = await self._call("requests", RequestsIn(requests=requests), AnswersOut)
        if [answer.request_id for answer in out.answers] != [request.request_id for request in requests]:
            raise LinkDownError("answers to other requests")
        return out.answers

    async def withdraw(self, withdrawal: WithdrawalIn) -> Answer:
        """Take a mark back."""
        out = await self._call("withdrawals", withdrawal, AnswersOut, timeout_s=SLOW_REQUEST_TIMEOUT_S)
        if [answer.request_id for answer in out.answers] != [withdrawal.request_id]:
            raise LinkDownError("answer to another withdrawal")
        return out.answers[0]

    async def look_up(self, card: str) -> CardFindingOut:
        """Ask whose a card is that this table does not know."""
        return await self._call("card", CardIn(card=card), CardFindingOut)

    async def enrol(self, code: str) -> EnrolledOut:
        """Become the table that this one-time code was made for."""
        body = EnrolIn(code=code, wire_version=WIRE_VERSION)
        return await self._call("enrol", body, EnrolledOut, timeout_s=SLOW_REQUEST_TIMEOUT_S)

    async def sign_in(self, code: str) -> OfficialOut:
        """Seat the official with this code here."""
        return await self._call("sign-in", SignInIn(code=code), OfficialOut, timeout_s=SLOW_REQUEST_TIMEOUT_S)

    async def sign_out(self) -> None:
        """Nobody sits here any more."""
        await self._post("sign-out", b"", timeout_s=REQUEST_TIMEOUT_S)

    async def change_state(self, state: TableStateIn) -> None:
        """Open, pause or close the table."""
        await self._post("state", state.model_dump_json().encode(), timeout_s=REQUEST_TIMEOUT_S)

    async def fetch_package(self, path: Path) -> None:
        """Build the register's copy from the server's package. ``BadPackageError`` when it is not whole."""
        await asyncio.to_thread(self._fetch_package, path)

    async def close(self) -> None:
        """Let the line go."""
        await self._client.aclose()

    def _fetch_package(self, path: Path) -> None:
        timeout = httpx2.Timeout(PACKAGE_TIMEOUT_S, connect=REQUEST_TIMEOUT_S)
        try:
            with (
                httpx2.Client(headers=self.headers, verify=self._verify, timeout=timeout, trust_env=False) as client,
                client.stream("GET", f"{self.server}/api/table/package") as response,
            ):
                if response.status_code in _REFUSING:
                    raise CallRefusedError(_refused(response.read()))
                if response.status_code != httpx2.codes.OK:
                    raise _no_answer(response.status_code)
                build_copy(_lines(response.iter_bytes), path)
        except httpx2.HTTPError as error:
            raise LinkDownError(type(error).__name__) from error

    async def _call(self, name: str, body: BaseModel, out: type[M], *, timeout_s: float = REQUEST_TIMEOUT_S) -> M:
        content = await self._post(name, body.model_dump_json().encode(), timeout_s=timeout_s)
        try:
            return out.model_validate_json(content)
        except ValidationError as error:
            raise LinkDownError("an answer that cannot be read") from error

    async def _post(self, name: str, body: bytes, *, timeout_s: float) -> bytes:
        headers = {"Content-Type": "application/json"}
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._client.stream("POST", f"/api/table/{name}", content=body, headers=headers) as response,
            ):
                content = await _read_bounded(response)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise LinkDownError(type(error).__name__) from error
        if response.status_code in _REFUSING:
            raise CallRefusedError(_refused(content))
        if not response.is_success:
            raise _no_answer(response.status_code)
        return content


async def _read_bounded(response: httpx2.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            raise LinkDownError("an answer without end")
    return bytes(content)


def _no_answer(status: int) -> LinkDownError:
    return LinkDownError(f"status {status}", "overloaded" if status == _BUSY else "no_connection")


def _refused(content: bytes) -> RefusedOut:
    try:
        return RefusedOut.model_validate_json(content)
    except ValidationError as error:
        # Not our server's words: something between us answered, so nothing is known.
        raise LinkDownError("a refusal that cannot be read") from error


def _lines(parts: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """Lines without their newline. What follows the last newline is a line that was cut off, and is handed on as such."""
    rest = b""
    for part in parts():
        *lines, rest = (rest + part).split(b"\n")
        yield from lines
        if len(rest) > MAX_ANSWER_BYTES:
            raise BadPackageError("a line without end")
    if rest:
        yield rest


def trusted_tls(server: str, authority: Path | None) -> ssl.SSLContext | None:
    """How a server proves who it is: by this one authority if there is one, else by the system's; ``None`` without TLS."""
    if not server.startswith("https:"):
        return None
    return ssl.create_default_context(cafile=str(authority) if authority else None)
