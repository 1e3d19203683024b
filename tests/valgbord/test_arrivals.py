"""Practice voters come once each, whatever happens on the line."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time

import httpx2
import pytest

from domain.elections import ElectionKind, StationState
from domain.poll_cards import make_number
from domain.wire import WIRE_VERSION, ElectionOut, PackageHeader, StationOut
from valgbord.demo.arrivals import Arrivals, PracticeStation, PracticeTable
from valgbord.demo.day_curve import DAY_MINUTES

NOW = datetime(2025, 11, 18, 9, tzinfo=UTC)
CARDS = tuple(make_number("97", 101 * at).digits for at in range(60))


class OneStation:
    """A server's side of one station: remembers request ids, marks each card once, and fails as it is told to."""

    def __init__(self) -> None:
        self.epoch = 1
        self.answers: dict[str, dict[str, object]] = {}
        self.marked: Counter[str] = Counter()
        self.failing: Callable[[int], int | None] = lambda _call: None
        self.calls = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/api/table/package":
            return httpx2.Response(200, text=self._header() + "\n")
        self.calls += 1
        failure = self.failing(self.calls)
        if failure == 0:
            self._record(request)
            raise httpx2.ReadTimeout("the answer was lost", request=request)
        if failure is not None:
            return httpx2.Response(failure, json={"problem": "overloaded"})
        return httpx2.Response(200, json={"answers": self._record(request)})

    def _record(self, request: httpx2.Request) -> list[dict[str, object]]:
        return [self._answer(asked) for asked in json.loads(request.content)["requests"]]

    def _answer(self, asked: dict[str, object]) -> dict[str, object]:
        request_id = str(asked["request_id"])
        if request_id not in self.answers:
            accepted = asked["epoch"] == self.epoch
            self.marked[str(asked["card"])] += accepted
            refusal = {} if accepted else {"refusal": "stale_epoch"}
            self.answers[request_id] = {"request_id": request_id, "epoch": self.epoch, "accepted": accepted} | refusal
        return self.answers[request_id]

    def _header(self) -> str:
        place = StationOut(municipality_code=151, number=1, name="Tapeten", venue="Tapeten", address="Vejen 1")
        election = ElectionOut(
            election_id=1,
            name="Øvelse",
            day=NOW.date(),
            opens_at=f"{time(8):%H:%M}",
            closes_at=f"{time(20):%H:%M}",
            kind=ElectionKind.PRACTICE,
            card_series="97",
            contests=(),
            card_aliases=(),
        )
        return PackageHeader(
            wire_version=WIRE_VERSION,
            election=election,
            station_id=1,
            station=place,
            station_state=StationState.OPEN,
            epoch=self.epoch,
            as_of_event=1,
            entries=60,
            cards=60,
            marks=0,
            package_hash="0" * 64,
        ).model_dump_json()


class Day:
    """A practice day moved by hand."""

    def __init__(self) -> None:
        self.minute = 0.0

    def __call__(self) -> float:
        return self.minute


def arrivals_at(server: OneStation, day: Day) -> Arrivals:
    tables = [PracticeTable(3, "token-3", 1), PracticeTable(4, "token-4", 1)]
    client = httpx2.Client(transport=httpx2.MockTransport(server))
    # Nobody listens on this address: the signs of life are lost, and that must not matter.
    return Arrivals("http://127.0.0.1:9", [PracticeStation(tables, CARDS)], day, lambda: NOW, client)


def live_through(arrivals: Arrivals, day: Day, *, until: float = DAY_MINUTES, steps: int = 40) -> None:
    start = day.minute
    for step in range(1, steps + 1):
        day.minute = start + (until - start) * step / steps
        arrivals.step()


def test_by_the_end_of_the_day_everybody_has_come_once() -> None:
    server, day = OneStation(), Day()
    arrivals = arrivals_at(server, day)
    assert not arrivals.over
    live_through(arrivals, day)
    assert server.marked == Counter(CARDS)
    assert arrivals.over


@pytest.mark.parametrize("failure", [0, 503], ids=["the answer is lost", "the server is overloaded"])
def test_an_unknown_outcome_is_asked_for_with_the_same_ids(failure: int) -> None:
    server, day = OneStation(), Day()
    server.failing = lambda call: failure if call % 3 == 1 else None
    arrivals = arrivals_at(server, day)
    live_through(arrivals, day, steps=120)
    assert server.marked == Counter(CARDS)
    assert arrivals.over


def test_a_new_epoch_is_learned_and_nobody_is_lost() -> None:
    server, day = OneStation(), Day()
    arrivals = arrivals_at(server, day)
    live_through(arrivals, day, until=200)
    server.epoch = 2
    live_through(arrivals, day)
    assert server.marked == Counter(CARDS)


def test_who_is_left_alone_never_comes() -> None:
    server, day = OneStation(), Day()
    arrivals = arrivals_at(server, day)
    arrivals.leave_alone(CARDS[:7])
    live_through(arrivals, day)
    assert server.marked == Counter(CARDS[7:])


def test_a_day_that_goes_on_does_not_begin_again() -> None:
    server, day = OneStation(), Day()
    day.minute = 300
    arrivals = arrivals_at(server, day)
    arrivals.step()
    assert sum(server.marked.values()) <= 1
    live_through(arrivals, day)
    assert 0 < sum(server.marked.values()) < len(CARDS)
    assert max(server.marked.values()) == 1
