"""Tables without screens: a process that sends marks as fast as the server answers them, over one connection a table.

It is written to be cheap, because it shares the processors with the server and the database it measures: requests are made
before the clock starts, and of an answer only the status and the verdict are read. ``python -m valgbord.bench.load`` reads
a ``Plan`` from standard input and prints a ``Result``.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

import uvloop
from pydantic import BaseModel, Field

HEADERS_END = b"\r\n\r\n"
LENGTH = b"content-length: "
CONNECT_TIMEOUT_S = 20.0


class Client(BaseModel):
    """One table: who it is and the cards that its voters bring, in order."""

    token: str
    package_hash: str
    official_id: int
    cards: list[str]


class Plan(BaseModel):
    """What to send. Marks sent in the first ``warm_up_s`` are real ones but are not measured."""

    port: int
    warm_up_s: float
    measured_s: float
    clients: list[Client]


class Result(BaseModel):
    """What came back. ``accepted`` are the request ids of all accepted marks, the warm-up's too."""

    accepted: list[str] = Field(default_factory=list)
    wrong: list[str] = Field(default_factory=list)
    latencies_ms: list[float] = Field(default_factory=list)
    measured_s: float = 0.0


class TableConnection(asyncio.Protocol):
    """Sends one mark, waits for its answer, sends the next."""

    def __init__(self, requests: list[tuple[str, bytes]], load: "Load") -> None:
        self._requests = iter(requests)
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._request_id = ""
        self._sent_at = 0.0
        self._got = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def itself(self) -> "TableConnection":
        """What ``create_connection`` asks for: the protocol of a new connection."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection; nothing is sent before ``send_next``."""
        self._transport = cast("asyncio.Transport", transport)  # TCP gives no other

    def send_next(self) -> None:
        """Send the next mark, or end when the time is up or no voter is left."""
        request_id, data = next(self._requests, ("", b""))
        self._sent_at = time.perf_counter()
        if not data or self._sent_at >= self._load.ends_at or self._transport is None:
            self._end()
            return
        self._request_id = request_id
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Take an answer, perhaps in pieces."""
        self._got = self._got + data if self._got else data
        body_at = self._got.find(HEADERS_END) + len(HEADERS_END)
        if body_at < len(HEADERS_END):
            return
        length_at = self._got.find(LENGTH) + len(LENGTH)
        length = int(self._got[length_at : self._got.index(b"\r\n", length_at)])
        if len(self._got) < body_at + length:
            return
        answer, self._got = self._got, b""
        self._load.note(self._request_id, answer, body_at, self._sent_at)
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that ends before its time is an error: the last mark's outcome is not known here."""
        if not self.ended.done():
            self._load.result.wrong.append(f"connection lost: {exc}")
            self.ended.set_result(None)

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        if self._transport is not None:
            self._transport.close()


class Load:
    """One run: all tables together, from the first connection to the last answer."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.result = Result()
        self.measured_from = 0.0
        self.ends_at = 0.0
        self._last_answer = 0.0

    async def run(self) -> Result:
        """Send until the time is up."""
        loop = asyncio.get_running_loop()
        requests = [_requests(self._plan.port, client) for client in self._plan.clients]
        tables = []
        for made in requests:
            table = TableConnection(made, self)
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(table.itself, "127.0.0.1", self._plan.port)
            tables.append(table)
        self.measured_from = time.perf_counter() + self._plan.warm_up_s
        self.ends_at = self.measured_from + self._plan.measured_s
        for table in tables:
            table.send_next()
        await asyncio.gather(*(table.ended for table in tables))
        self.result.measured_s = max(self._last_answer - self.measured_from, 0.001)
        return self.result

    def note(self, request_id: str, answer: bytes, body_at: int, sent_at: float) -> None:
        """Read the verdict and keep the time."""
        now = time.perf_counter()
        if answer.startswith(b"HTTP/1.1 200") and answer.find(b'"accepted":true', body_at) > 0:
            self.result.accepted.append(request_id)
        else:
            self.result.wrong.append(f"{answer[:12].decode()} {answer[body_at:][:200].decode()}")
        self._last_answer = now
        if now >= self.measured_from:
            self.result.latencies_ms.append((now - sent_at) * 1000)


def _requests(port: int, client: Client) -> list[tuple[str, bytes]]:
    """Request id and bytes of each voter's mark."""
    head = (
        f"POST /api/table/requests HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {client.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    made_at = datetime.now(UTC).isoformat()
    made = []
    for card in client.cards:
        request_id = str(uuid4())
        body = (
            f'{{"requests":[{{"kind":"mark","request_id":"{request_id}","epoch":1,"package_hash":"{client.package_hash}",'
            f'"card":"{card}","source":"scanned","official_id":{client.official_id},"made_at":"{made_at}"}}]}}'
        )
        made.append((request_id, f"{head}{len(body)}\r\n\r\n{body}".encode()))
    return made


def main() -> None:
    """Run the plan on standard input and print what came back."""
    plan = Plan.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(uvloop.run(Load(plan).run()).model_dump_json())


if __name__ == "__main__":
    main()
