"""Practice voters who come by themselves: the other tables of all stations, played over the server's own interface.

Each practice table has a token of its own and an official who sits at it; a mark takes the same road as any other. At most one
request a table is under way, and an unknown outcome is asked for again with the same request ids, as a real table does.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import httpx2
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from domain.marks import MarkSource, Refusal
from domain.wire import AnswersOut, MarkRequest, PackageHeader, RequestsIn, TableNow
from valgbord.demo.day_curve import due_by

_OUTDATED = frozenset({Refusal.STALE_EPOCH, Refusal.OTHER_PACKAGE})

TICK_S = 0.2
BATCH = 5
BATCHES_PER_TICK = 4
SIGNS_PER_TICK = 2
TIMEOUT_S = 5.0
FOLLOWS_NO_EVENTS = 2_000_000_000
"""What a practice table says it has read up to, so that nothing is sent to it: it looks at no screen."""


@dataclass(slots=True)
class PracticeTable:
    """One table that nobody sits at. ``waiting`` is a request whose outcome is not known yet."""

    number: int
    token: str = field(repr=False)
    official_id: int
    waiting: RequestsIn | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Who is calling."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}


@dataclass(slots=True)
class PracticeStation:
    """A station's voters of the day in the order in which they come, and how many have."""

    tables: Sequence[PracticeTable]
    cards: Sequence[str] = field(repr=False)
    come: int = 0
    epoch: int | None = None
    package_hash: str = ""
    turn: int = 0

    def next_table(self) -> PracticeTable:
        """The tables take turns."""
        self.turn += 1
        return self.tables[self.turn % len(self.tables)]


class Arrivals:
    """Sends the voters who are due, a few times a second. When all have come, only the tables' signs of life go on."""

    def __init__(
        self,
        server: str,
        stations: Sequence[PracticeStation],
        minute: Callable[[], float],
        clock: Callable[[], datetime],
        client: httpx2.Client | None = None,
    ) -> None:
        """``minute`` tells how many minutes of the practice day have gone; ``clock`` the time, aware.

        Who is due at this moment has come already: a day that goes on does not begin again.
        """
        self._server = server.rstrip("/")
        self._stations = [station for station in stations if station.tables and station.cards]
        self._minute = minute
        self._clock = clock
        self._client = client or httpx2.Client(timeout=TIMEOUT_S, trust_env=False)
        self._signs = deque(table for station in self._stations for table in station.tables)
        self._spared: frozenset[str] = frozenset()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arrivals", daemon=True)
        now = minute()
        for station in self._stations:
            station.come = due_by(now, len(station.cards))

    def leave_alone(self, cards: Iterable[str]) -> None:
        """These voters do not come by themselves: somebody else may want to scan their cards."""
        self._spared = frozenset(cards)

    def start(self) -> None:
        """Let voters come."""
        self._thread.start()

    def stop(self) -> None:
        """Let nobody come any more; returns when the last request has ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT_S * 2)
        self._client.close()

    @property
    def over(self) -> bool:
        """Whether everybody has come and been answered."""
        return all(
            station.come >= len(station.cards) and all(table.waiting is None for table in station.tables)
            for station in self._stations
        )

    def step(self) -> None:
        """Send who is due now, and some tables' signs of life."""
        minute = self._minute()
        for station in self._stations:
            with contextlib.suppress(httpx2.HTTPError, ValueError):  # no answer is no answer: the next step asks again
                # Somebody always waits at the door when it opens.
                self._serve(station, max(1, due_by(minute, len(station.cards))))
        for _ in range(SIGNS_PER_TICK):
            self._give_sign()

    def _run(self) -> None:
        while not self._stopped.wait(TICK_S):
            self.step()

    def _serve(self, station: PracticeStation, due: int) -> None:
        for _ in range(BATCHES_PER_TICK):
            table = station.next_table()
            if table.waiting is None:
                if station.come >= due:
                    return
                table.waiting = self._next_request(station, table, due)
            if table.waiting is not None:
                self._send(station, table, table.waiting)

    def _next_request(self, station: PracticeStation, table: PracticeTable, due: int) -> RequestsIn | None:
        if station.epoch is None:
            self._read_header(station, table)
        cards = station.cards[station.come : min(due, station.come + BATCH)]
        station.come += len(cards)
        requests = tuple(self._mark(station, table, card) for card in cards if card not in self._spared)
        return RequestsIn(requests=requests) if requests else None

    def _mark(self, station: PracticeStation, table: PracticeTable, card: str) -> MarkRequest:
        return MarkRequest(
            request_id=uuid4(),
            epoch=station.epoch or 0,
            package_hash=station.package_hash,
            card=card,
            source=MarkSource.SCANNED,
            official_id=table.official_id,
            made_at=self._clock(),
        )

    def _send(self, station: PracticeStation, table: PracticeTable, request: RequestsIn) -> None:
        answer = self._client.post(
            f"{self._server}/api/table/requests", content=request.model_dump_json(), headers=table.headers
        )
        if answer.is_success:
            table.waiting = None
            if any(one.refusal in _OUTDATED for one in AnswersOut.model_validate_json(answer.content).answers):
                station.epoch, station.come = None, station.come - len(request.requests)  # ask for them again
        elif answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
            table.waiting, station.epoch = None, None  # refused as a whole: begin with what the station is now

    def _read_header(self, station: PracticeStation, table: PracticeTable) -> None:
        """The first line of the package tells the epoch and the hash; the rest is not for a table without a screen."""
        with self._client.stream("GET", f"{self._server}/api/table/package", headers=table.headers) as answer:
            answer.raise_for_status()
            header = PackageHeader.model_validate_json(next(answer.iter_lines()))
        station.epoch, station.package_hash = header.epoch, header.package_hash

    def _give_sign(self) -> None:
        """The tables take turns in telling the server that they are there."""
        if not self._signs:
            return
        table = self._signs[0]
        self._signs.rotate(-1)
        stream = self._server.replace("http", "ws", 1) + "/api/table/stream"
        now = TableNow(last_event=FOLLOWS_NO_EVENTS, unsettled=0 if table.waiting is None else len(table.waiting.requests))
        with (
            contextlib.suppress(OSError, TimeoutError, WebSocketException),
            connect(
                stream,
                additional_headers={"Authorization": f"Bearer {table.token}"},
                open_timeout=TIMEOUT_S,
                close_timeout=1,
                compression=None,
                proxy=None,
            ) as line,
        ):
            line.send(now.model_dump_json())
            line.recv(TIMEOUT_S)
