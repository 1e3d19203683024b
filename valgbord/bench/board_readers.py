"""A thousand open boards without screens, and fifty that have died with the line still up.

``python -m valgbord.bench.board_readers`` reads a ``Plan`` from standard input, prints ``ready`` when all boards are open, and
a ``Result`` when the time is up. Times are the machine's monotonic clock, which all its processes share.
"""

import asyncio
import re
import socket
import sys
import time
from base64 import b64encode
from typing import cast

import uvloop
from pydantic import BaseModel, Field

CONNECT_AT_ONCE = 50
CONNECT_TIMEOUT_S = 20.0
DEAD_BUFFER_BYTES = 4_096
TEXT_FRAME = 0x81
LENGTH_IN_TWO, LENGTH_IN_EIGHT = 126, 127
_TOTAL_MARKS = re.compile(rb'"totals":\{[^}]*?"marks":(\d+)')


class Plan(BaseModel):
    """How many boards, and for how long after ``ready``."""

    port: int
    living: int
    dead: int
    seconds: float


class Result(BaseModel):
    """For each living board, by number of marks in the country, when it first showed that many (monotonic seconds)."""

    seen: list[dict[int, float]] = Field(default_factory=list)
    lost: int = 0


class Board(asyncio.Protocol):
    """One open board: takes frames and looks at one number."""

    def __init__(self) -> None:
        self.seen: dict[int, float] = {}
        self.lost = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._got = bytearray()

    def itself(self) -> "Board":
        """What ``create_connection`` asks for: the protocol of a new connection."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        line = cast("asyncio.Transport", transport)  # TCP gives no other
        line.write(_greeting(line.get_extra_info("peername")[1]))

    def data_received(self, data: bytes) -> None:
        """Take frames, perhaps in pieces."""
        self._got += data
        if not self.opened.done():
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._got.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(self._got[:60].decode(errors="replace")))
                return
            del self._got[: end + 4]
            self.opened.set_result(None)
        while (size := _whole_frame(self._got)) is not None:
            if self._got[0] == TEXT_FRAME and (found := _TOTAL_MARKS.search(self._got, 0, size)):
                self.seen.setdefault(int(found[1]), time.monotonic())
            del self._got[:size]

    def connection_lost(self, exc: Exception | None) -> None:
        """A living board is not to be cut off."""
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed before it was open"))


def _whole_frame(got: bytearray) -> int | None:
    """The size of the first frame, head and all, if it is here; a server's frames are not masked."""
    if len(got) < 2:  # noqa: PLR2004 - the shortest head
        return None
    length, head = got[1] & 0x7F, 2
    if length in {LENGTH_IN_TWO, LENGTH_IN_EIGHT}:
        head = 4 if length == LENGTH_IN_TWO else 10
        length = int.from_bytes(got[2:head])
    return head + length if len(got) >= head + length else None


def _greeting(port: int) -> bytes:
    key = b64encode(bytes(16)).decode()
    return (
        f"GET /api/board/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def _open_dead(port: int) -> socket.socket:
    """A board that asked for the stream and then never takes a byte."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DEAD_BUFFER_BYTES)
    line.connect(("127.0.0.1", port))
    line.sendall(_greeting(port))
    return line


async def _run(plan: Plan) -> Result:
    loop = asyncio.get_running_loop()
    boards: list[Board] = []
    async with asyncio.timeout(CONNECT_TIMEOUT_S + plan.living / CONNECT_AT_ONCE):
        while len(boards) < plan.living:
            opening = [Board() for _ in range(min(CONNECT_AT_ONCE, plan.living - len(boards)))]
            for board in opening:
                await loop.create_connection(board.itself, "127.0.0.1", plan.port)
            await asyncio.gather(*(board.opened for board in opening))
            boards += opening
    dead = [_open_dead(plan.port) for _ in range(plan.dead)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.sleep(plan.seconds)
    result = Result(seen=[board.seen for board in boards], lost=sum(board.lost for board in boards))
    for line in dead:
        line.close()
    return result


def main() -> None:
    """Run the plan on standard input and print what was seen."""
    plan = Plan.model_validate_json(sys.stdin.readline())
    sys.stdout.write(uvloop.run(_run(plan)).model_dump_json() + "\n")


if __name__ == "__main__":
    main()
