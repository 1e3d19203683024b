from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import Engine
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_sync
from websockets.typing import Origin

from domain.elections import ElectionKind
from server.board_door import COOKIE
from server.queries.readers import revoke_label
from server.readers import Throttle, issue_code
from tests.server.board_app import BoardServer, serve_board
from tests.server.board_builder import AFTERNOON, BALLERUP, Day, make_day

NOW = datetime(2025, 11, 18, 8, 0, tzinfo=UTC)
LABEL = "Storskærm"


def clock() -> datetime:
    return AFTERNOON


@pytest.fixture
def live(engine: Engine) -> Day:
    return make_day(engine, kind=ElectionKind.LIVE, places=BALLERUP[:2])


@pytest.fixture
def code(engine: Engine, live: Day) -> str:
    with engine.begin() as conn:
        return issue_code(conn, live.election_id, LABEL, NOW)


@pytest.fixture
def server(engine: Engine, live: Day) -> Iterator[BoardServer]:
    with serve_board(engine, clock) as server:
        yield server


def revoke(engine: Engine, day: Day) -> None:
    with engine.begin() as conn:
        assert revoke_label(conn, day.election_id, LABEL, NOW) == 1


def sign_in(server: BoardServer, code: str, **headers: str) -> httpx2.Response:
    return httpx2.post(f"{server.url}/board/sign-in", data={"code": code}, headers=headers)


def open_stream(server: BoardServer, day: Day, **headers: str) -> ClientConnection:
    return connect_sync(server.stream_url(day.election_id), additional_headers=headers)


def test_a_live_board_is_closed_to_those_without_a_code(server: BoardServer, live: Day) -> None:
    refused = httpx2.get(f"{server.url}/api/board")
    assert (refused.status_code, refused.json()) == (401, {"problem": "unknown_reader"})
    for path in ("/board", "/board/data"):
        sent_on = httpx2.get(f"{server.url}{path}")
        assert (sent_on.status_code, sent_on.headers["location"]) == (303, f"/board/sign-in?election={live.election_id}")
    with pytest.raises(InvalidStatus) as stream:
        open_stream(server, live)
    assert stream.value.response.status_code == 403


def test_a_code_opens_a_session_that_has_no_end(server: BoardServer, live: Day, code: str) -> None:
    answer = sign_in(server, code.lower().replace("-", " "))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/board?election={live.election_id}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "expires" not in cookie
    assert "max-age" not in cookie
    session = f"{COOKIE}={answer.cookies[COOKIE]}"
    assert httpx2.get(f"{server.url}/api/board", headers={"Cookie": session}).json()["totals"]["electorate"] == 3981 + 6635
    assert httpx2.get(f"{server.url}/board", headers={"Cookie": session}).status_code == 200
    with open_stream(server, live, Cookie=session) as board:
        assert '"kind":"live"' in str(board.recv(timeout=5))


def test_a_machine_shows_its_code_with_each_call(server: BoardServer, code: str) -> None:
    allowed = httpx2.get(f"{server.url}/api/board", headers={"Authorization": f"Bearer {code}"})
    assert allowed.json()["election"]["kind"] == "live"
    refused = httpx2.get(f"{server.url}/api/board", headers={"Authorization": "Bearer 0000-0000-0000-0000"})
    assert refused.status_code == 401


def test_a_wrong_code_is_refused_in_words_and_never_repeated(server: BoardServer, code: str) -> None:
    answer = sign_in(server, "<script>alert(1)</script>")
    assert answer.status_code == 401
    assert "Koden er forkert" in answer.text
    assert "alert(1)" not in answer.text
    assert "set-cookie" not in answer.headers


def test_many_wrong_codes_from_one_address_must_wait(server: BoardServer, code: str) -> None:
    answers = [sign_in(server, f"wrong {number}").status_code for number in range(12)]
    assert answers[:8] == [401] * 8
    assert answers[-1] == 429
    assert "Retry-After" in sign_in(server, code).headers, "the right code must wait too, or guessing would cost nothing"


def test_a_revoked_code_ends_its_sessions_and_open_boards(engine: Engine, server: BoardServer, live: Day, code: str) -> None:
    session = f"{COOKIE}={sign_in(server, code).cookies[COOKIE]}"
    with open_stream(server, live, Cookie=session) as board:
        board.recv(timeout=5)
        revoke(engine, live)
        with pytest.raises(ConnectionClosed) as closed:
            read_to_the_end(board)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert httpx2.get(f"{server.url}/api/board", headers={"Cookie": session}).status_code == 401
    assert httpx2.get(f"{server.url}/api/board", headers={"Authorization": f"Bearer {code}"}).status_code == 401
    assert sign_in(server, code).status_code == 401


def read_to_the_end(board: ClientConnection) -> None:
    for _ in range(100):
        board.recv(timeout=10)


def test_a_code_of_another_election_opens_nothing(engine: Engine, server: BoardServer, live: Day, code: str) -> None:
    other = make_day(engine, kind=ElectionKind.LIVE, places=BALLERUP[2:4], series="26")
    bearer = {"Authorization": f"Bearer {code}"}
    assert httpx2.get(f"{server.url}/api/board?election={other.election_id}", headers=bearer).status_code == 401
    assert httpx2.get(f"{server.url}/api/board?election={live.election_id}", headers=bearer).status_code == 200


def test_a_foreign_page_may_neither_follow_nor_sign_in(server: BoardServer, live: Day, code: str) -> None:
    session = f"{COOKIE}={sign_in(server, code).cookies[COOKIE]}"
    for origin in ("https://elsewhere.example", "null"):
        with pytest.raises(InvalidStatus):
            connect_sync(server.stream_url(live.election_id), origin=Origin(origin), additional_headers={"Cookie": session})
        assert sign_in(server, code, Origin=origin).status_code == 403


def test_a_form_that_is_no_form_is_refused(server: BoardServer) -> None:
    url = f"{server.url}/board/sign-in"
    assert httpx2.post(url, content=b"code=" + b"x" * 5000).status_code == 413
    assert httpx2.post(url, content=b"&".join([b"a=1"] * 50)).status_code == 400
    assert httpx2.post(url, content=b"\xff\xfe").status_code == 401


def test_several_elections_are_chosen_by_id(engine: Engine, server: BoardServer, live: Day) -> None:
    practice = make_day(engine, places=BALLERUP[:1], name="Øvelse <b>1</b>")
    which = httpx2.get(f"{server.url}/api/board")
    assert (which.status_code, which.json()["problem"]) == (404, "which_election")
    page = httpx2.get(f"{server.url}/board")
    assert page.status_code == 404
    assert f'href="/board?election={practice.election_id}"' in page.text
    assert "Øvelse &lt;b&gt;1&lt;/b&gt;" in page.text
    assert httpx2.get(f"{server.url}/api/board?election={practice.election_id}").status_code == 200
    assert httpx2.get(f"{server.url}/api/board?election=999").json()["problem"] == "unknown_election"
    assert httpx2.get(f"{server.url}/board?election=999").status_code == 404
    assert httpx2.get(f"{server.url}/api/board?election=0").status_code == 422


def test_a_practice_board_is_open_to_all(engine: Engine) -> None:
    make_day(engine, places=BALLERUP[:1])
    with serve_board(engine, clock) as server:
        assert httpx2.get(f"{server.url}/api/board").status_code == 200
        assert httpx2.get(f"{server.url}/board").status_code == 200
        assert httpx2.get(f"{server.url}/board/sign-in").headers["location"].startswith("/board?")


def test_tries_come_back_one_by_one_and_each_address_has_its_own() -> None:
    seconds = [0.0]
    throttle = Throttle(lambda: seconds[0])
    for _ in range(Throttle.TRIES):
        assert throttle.wait_s("10.0.0.1") == 0
        throttle.wrong("10.0.0.1")
    assert throttle.wait_s("10.0.0.1") == 11
    assert throttle.wait_s("10.0.0.2") == 0
    seconds[0] = 10.0
    assert throttle.wait_s("10.0.0.1") == 0
    throttle.wrong("10.0.0.1")
    assert throttle.wait_s("10.0.0.1") > 0


def test_the_memory_of_addresses_is_bounded() -> None:
    throttle = Throttle(lambda: 0.0)
    for number in range(Throttle.MAX_ADDRESSES + 500):
        for _ in range(Throttle.TRIES):
            throttle.wrong(f"address {number}")
    assert throttle.wait_s("address 0") == 0, "the oldest is forgotten"
    assert throttle.wait_s(f"address {Throttle.MAX_ADDRESSES + 499}") > 0
