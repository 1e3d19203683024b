"""Marks through the route, on both databases: what is accepted, and every no an official can meet."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from domain.elections import StationState, TableState
from domain.events import EventKind, first_broken_link
from domain.marks import Refusal
from domain.officials import Role
from domain.wire import Answer, AnswersOut, MarkRequest
from server.actions.tables import make_enrolment_code
from server.app import create_app
from server.db import events, marks, polling_tables, quarter_tallies, snapshot, station_heads
from server.queries.events import stream_log
from server.settings import Settings
from tests.world import MORNING, TestClock, World, make_world, send


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def client(world: World, clock: TestClock) -> Iterator[TestClient]:
    app = create_app(Settings("given", hosts=("testserver",), caller_ttl_s=0.0), world.engine, clock)
    with TestClient(app) as client:
        yield client


def live_marks(world: World) -> int:
    with world.engine.connect() as conn:
        return conn.scalar(select(func.count()).where(marks.c.withdrawn_event.is_(None))) or 0


def head(world: World, station: int = 0) -> tuple[int, int, int]:
    """Last event, marks, marks after advance."""
    with world.engine.connect() as conn:
        row = conn.execute(
            select(station_heads.c.last_event, station_heads.c.marks, station_heads.c.marks_after_advance).where(
                station_heads.c.station_id == world.stations[station]
            )
        ).one()
    return row.last_event, row.marks, row.marks_after_advance


def test_voter_is_marked_and_the_ballots_to_hand_out_are_named(world: World, client: TestClient) -> None:
    (answer,) = send(client, world.tables[0], world.mark(world.card(1)))
    assert answer.accepted
    assert answer.contests == ("KV", "RV")
    assert live_marks(world) == 1
    assert answer.event == head(world)[0]


def test_voter_with_one_contest_gets_one_ballot(world: World, client: TestClient) -> None:
    (answer,) = send(client, world.tables[0], world.mark(world.card(4)))
    assert (answer.accepted, answer.contests) == (True, ("RV",))


def test_advance_vote_in_one_contest_leaves_the_other_ballot_and_counts_the_voter_once(
    world: World, client: TestClient
) -> None:
    (answer,) = send(client, world.tables[0], world.mark(world.card(3)))
    assert (answer.accepted, answer.contests) == (True, ("RV",))
    assert head(world)[1:] == (1, 1)


def refusal_of(client: TestClient, world: World, request: MarkRequest, *, table: int = 0) -> Answer:
    before = live_marks(world)
    (answer,) = send(client, world.tables[table], request)
    assert not answer.accepted
    assert live_marks(world) == before
    return answer


def test_second_table_is_told_where_and_when_the_voter_was_marked(world: World, client: TestClient, clock: TestClock) -> None:
    first = world.mark(world.card(1))
    send(client, world.tables[0], first)
    clock.forward(minutes=5)
    answer = refusal_of(client, world, world.mark(world.card(1), table=1), table=1)
    assert answer.refusal is Refusal.ALREADY_MARKED
    assert (answer.earlier_table, answer.earlier_at, answer.earlier_request_id) == (1, MORNING, first.request_id)


def test_accepted_advance_vote_stops_the_mark_and_tells_when_it_came(world: World, client: TestClient) -> None:
    answer = refusal_of(client, world, world.mark(world.card(2)))
    assert answer.refusal is Refusal.ADVANCE_VOTED
    assert answer.advance_received_on is not None


def test_replaced_card_finds_its_voter_and_names_the_newer_one(world: World, client: TestClient) -> None:
    answer = refusal_of(client, world, world.mark(world.card(6)))
    assert answer.refusal is Refusal.CARD_REPLACED
    assert answer.replaced_by_last_four == world.card(1006)[-4:]
    assert send(client, world.tables[0], world.mark(world.card(1006)))[0].accepted


def test_old_card_of_a_voter_who_has_a_mark_answers_with_the_mark(world: World, client: TestClient) -> None:
    send(client, world.tables[0], world.mark(world.card(1006)))
    assert refusal_of(client, world, world.mark(world.card(6))).refusal is Refusal.ALREADY_MARKED


def test_voter_of_another_station_is_sent_there_without_being_named(world: World, client: TestClient) -> None:
    answer = refusal_of(client, world, world.mark(world.card(1, station=1)))
    assert answer.refusal is Refusal.WRONG_STATION
    assert answer.right_station is not None
    assert answer.right_station.number == 6
    assert answer.entry_id is None


def test_removed_voter_is_refused(world: World, client: TestClient) -> None:
    assert refusal_of(client, world, world.mark(world.card(5))).refusal is Refusal.NOT_ENTITLED


def test_card_never_issued_is_unknown(world: World, client: TestClient) -> None:
    assert refusal_of(client, world, world.mark("971234567894")).refusal is Refusal.UNKNOWN_CARD


@pytest.mark.parametrize(
    ("state", "refusal"),
    [(StationState.PREPARED, Refusal.STATION_NOT_OPEN), (StationState.CLOSED, Refusal.STATION_CLOSED)],
)
def test_station_that_is_not_open_marks_nobody(world: World, client: TestClient, state: StationState, refusal: Refusal) -> None:
    world.set_station(state=state)
    assert refusal_of(client, world, world.mark(world.card(1))).refusal is refusal


@pytest.mark.parametrize(
    ("state", "refusal"), [(TableState.PAUSED, Refusal.TABLE_PAUSED), (TableState.CLOSED, Refusal.TABLE_CLOSED)]
)
def test_table_that_is_not_open_marks_nobody(world: World, client: TestClient, state: TableState, refusal: Refusal) -> None:
    world.set_table(state=state)
    assert refusal_of(client, world, world.mark(world.card(1))).refusal is refusal


def test_official_who_never_sat_at_the_table_marks_nobody(world: World, client: TestClient) -> None:
    chair, _ = world.officials[Role.CHAIR]
    assert refusal_of(client, world, world.mark(world.card(1), official_id=chair)).refusal is Refusal.NOT_SIGNED_IN


@pytest.mark.parametrize("epoch", [0, 2])
def test_request_of_another_epoch_is_refused(world: World, client: TestClient, epoch: int) -> None:
    assert refusal_of(client, world, world.mark(world.card(1), epoch=epoch)).refusal is Refusal.STALE_EPOCH


def test_request_made_on_another_register_is_refused(world: World, client: TestClient) -> None:
    answer = refusal_of(client, world, world.mark(world.card(1), package_hash="cd" * 32))
    assert answer.refusal is Refusal.OTHER_PACKAGE


def test_other_request_under_a_used_id_is_refused_and_the_first_answer_stays(world: World, client: TestClient) -> None:
    first = world.mark(world.card(1))
    (answer,) = send(client, world.tables[0], first)
    other = world.mark(world.card(7), request_id=first.request_id)
    assert refusal_of(client, world, other).refusal is Refusal.REQUEST_ID_REUSED
    assert send(client, world.tables[0], first) == [answer]


def test_same_request_gets_the_same_answer_for_ever_even_when_the_station_has_closed(world: World, client: TestClient) -> None:
    request = world.mark(world.card(1))
    (first,) = send(client, world.tables[0], request)
    world.set_station(state=StationState.CLOSED)
    assert send(client, world.tables[0], request, request) == [first, first]
    assert live_marks(world) == 1


def test_handed_over_ballots_are_noted_once_for_a_mark_that_stands(world: World, client: TestClient) -> None:
    request = world.mark(world.card(1))
    send(client, world.tables[0], request)
    (answer,) = send(client, world.tables[0], world.handed_over(request.request_id))
    assert answer.accepted
    (missing,) = send(client, world.tables[0], world.handed_over(uuid4()))
    assert missing.refusal is Refusal.NO_SUCH_MARK


def test_uploaded_journal_takes_the_same_road_in_its_own_order(world: World, client: TestClient) -> None:
    first, again = world.mark(world.card(1)), world.mark(world.card(1))
    answers = send(
        client,
        world.tables[0],
        first,
        world.handed_over(first.request_id),
        again,
        *(world.mark(world.card(number)) for number in range(10, 30)),
    )
    assert [answer.accepted for answer in answers] == [True, True, False, *([True] * 20)]
    assert answers[2].refusal is Refusal.ALREADY_MARKED
    assert live_marks(world) == 21


def withdraw(
    client: TestClient,
    world: World,
    mark: MarkRequest,
    *,
    code: str,
    reason: str = "Kortet hørte til en anden",
    official_id: int | None = None,
) -> Answer:
    body = {
        "request_id": str(uuid4()),
        "mark_request_id": str(mark.request_id),
        "official_id": official_id or world.tables[0].official_id,
        "second_code": code,
        "reason": reason,
        "made_at": MORNING.isoformat(),
    }
    response = client.post("/api/table/withdrawals", json=body, headers=world.tables[0].headers)
    assert response.status_code == 200, response.text
    return AnswersOut.model_validate_json(response.content).answers[0]


def test_two_officials_withdraw_a_mark_and_the_voter_can_be_marked_again(world: World, client: TestClient) -> None:
    mark = world.mark(world.card(1))
    send(client, world.tables[0], mark)
    assert withdraw(client, world, mark, code=world.officials[Role.STATION_SECRETARY][1]).accepted
    assert live_marks(world) == 0
    (late,) = send(client, world.tables[0], world.handed_over(mark.request_id))
    assert late.refusal is Refusal.MARK_WITHDRAWN
    assert send(client, world.tables[1], world.mark(world.card(1), table=1))[0].accepted
    assert send(client, world.tables[0], mark)[0].accepted  # the first request keeps its answer for ever
    assert live_marks(world) == 1


@pytest.mark.parametrize(
    ("role", "reason", "refusal"),
    [
        (Role.REGISTER_KEEPER, "Kortet hørte til en anden", Refusal.SECOND_OFFICIAL_NEEDED),
        (Role.STATION_SECRETARY, "  ", Refusal.REASON_NEEDED),
    ],
)
def test_one_official_alone_or_no_reason_withdraws_nothing(
    world: World, client: TestClient, role: Role, reason: str, refusal: Refusal
) -> None:
    mark = world.mark(world.card(1))
    send(client, world.tables[0], mark)
    assert withdraw(client, world, mark, code=world.officials[role][1], reason=reason).refusal is refusal
    assert live_marks(world) == 1


def test_chair_who_is_only_named_and_never_sat_at_the_table_is_no_second_person(world: World, client: TestClient) -> None:
    mark = world.mark(world.card(1))
    send(client, world.tables[0], mark)
    chair, _ = world.officials[Role.CHAIR]
    _, own_code = world.officials[Role.REGISTER_KEEPER]
    assert withdraw(client, world, mark, code=own_code, official_id=chair).refusal is Refusal.NOT_SIGNED_IN
    assert live_marks(world) == 1


def test_hand_over_in_the_name_of_somebody_who_never_sat_at_the_table_is_refused(world: World, client: TestClient) -> None:
    mark = world.mark(world.card(1))
    chair, _ = world.officials[Role.CHAIR]
    foreign = world.handed_over(mark.request_id).model_copy(update={"official_id": chair})
    assert send(client, world.tables[0], mark, foreign)[1].refusal is Refusal.NOT_SIGNED_IN


def test_withdrawing_twice_finds_no_mark_the_second_time(world: World, client: TestClient) -> None:
    mark = world.mark(world.card(1))
    send(client, world.tables[0], mark)
    code = world.officials[Role.STATION_SECRETARY][1]
    withdraw(client, world, mark, code=code)
    assert withdraw(client, world, mark, code=code).refusal is Refusal.NO_SUCH_MARK


def test_eight_tables_scan_the_same_voter_at_once_and_one_mark_stands(world: World, client: TestClient) -> None:
    requests = [world.mark(world.card(1), table=table % 3) for table in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: send(client, world.tables[at % 3], requests[at])[0], range(8)))
    assert sorted(answer.accepted for answer in answers) == [False] * 7 + [True]
    assert {answer.refusal for answer in answers} == {None, Refusal.ALREADY_MARKED}
    assert live_marks(world) == 1


def test_one_request_sent_ten_times_at_once_gives_one_mark_and_ten_equal_answers(world: World, client: TestClient) -> None:
    request = world.mark(world.card(1))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: send(client, world.tables[0], request)[0], range(10)))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert answers[0].accepted
    assert live_marks(world) == 1


def test_log_is_whole_and_every_tally_agrees_with_it(world: World, client: TestClient) -> None:
    kept = [world.mark(world.card(number)) for number in (1, 3, 7, 8, 9)]
    send(client, world.tables[0], *kept, world.mark(world.card(1)))
    withdraw(client, world, kept[1], code=world.officials[Role.CHAIR][1])
    with snapshot(world.engine) as conn:
        assert first_broken_link(stream_log(conn, world.stations[0])) is None
        kinds = list(conn.scalars(select(events.c.kind).where(events.c.station_id == world.stations[0])))
        quarters = conn.scalar(select(func.sum(quarter_tallies.c.marks)))
        at_tables = conn.scalar(select(func.sum(polling_tables.c.marks)))
    counted = kinds.count(EventKind.MARK_RECORDED) - kinds.count(EventKind.MARK_WITHDRAWN)
    assert counted == head(world)[1] == quarters == at_tables == live_marks(world) == 4
    assert head(world)[2] == 0


def test_unknown_token_and_revoked_laptop_are_shut_out(world: World, client: TestClient) -> None:
    assert client.post("/api/table/card", json={"card": "971234567894"}).status_code == 401
    world.set_table(token_hash=None)
    response = client.post("/api/table/card", json={"card": "971234567894"}, headers=world.tables[0].headers)
    assert response.json() == {"problem": "unknown_table"}


def test_malformed_call_is_told_where_it_is_wrong_and_never_what_it_said(world: World, client: TestClient) -> None:
    body = {"requests": [{"kind": "mark", "card": "2103680000-secret"}]}
    response = client.post("/api/table/requests", json=body, headers=world.tables[0].headers)
    assert response.status_code == 422
    assert response.json()["where"].startswith("body.requests.0.mark")
    assert "2103680000" not in response.text


@pytest.mark.parametrize("kind", ["mark", "handed_over"])
@pytest.mark.parametrize("official_id", [-1, 2**31, 2**70])
def test_official_whom_no_column_can_hold_is_a_malformed_call_and_no_failure(
    world: World, client: TestClient, kind: str, official_id: int
) -> None:
    mark = world.mark(world.card(1))
    request = mark if kind == "mark" else world.handed_over(mark.request_id)
    body = {"requests": [json.loads(request.model_dump_json()) | {"official_id": official_id}]}
    response = client.post("/api/table/requests", json=body, headers=world.tables[0].headers)
    assert (response.status_code, response.json()["problem"]) == (422, "malformed")


def test_foreign_card_is_answered_with_a_station_and_no_person(world: World, client: TestClient) -> None:
    response = client.post("/api/table/card", json={"card": world.card(2, station=1)}, headers=world.tables[0].headers)
    assert response.json()["right_station"]["name"] == "Hal 6"
    assert "Nummer" not in response.text


def test_wrong_codes_slow_one_official_at_one_table_and_nobody_else(world: World, client: TestClient, clock: TestClock) -> None:
    _, code = world.officials[Role.REGISTER_KEEPER]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    tries = [client.post("/api/table/sign-in", json={"code": wrong}, headers=world.tables[0].headers) for _ in range(4)]
    assert [response.status_code for response in tries] == [403, 403, 403, 429]
    assert client.post("/api/table/sign-in", json={"code": code}, headers=world.tables[0].headers).status_code == 429
    assert client.post("/api/table/sign-in", json={"code": code}, headers=world.tables[1].headers).status_code == 200
    other = world.officials[Role.STATION_SECRETARY][1]
    assert client.post("/api/table/sign-in", json={"code": other}, headers=world.tables[0].headers).status_code == 200
    clock.at += timedelta(seconds=10)
    assert client.post("/api/table/sign-in", json={"code": code}, headers=world.tables[0].headers).status_code == 200


def test_fifty_wrong_codes_at_once_are_looked_at_one_by_one(world: World, client: TestClient) -> None:
    _, code = world.officials[Role.REGISTER_KEEPER]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    def guess(_: int) -> int:
        return client.post("/api/table/sign-in", json={"code": wrong}, headers=world.tables[0].headers).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(50)))
    assert 1 <= answers.count(403) <= 3
    assert answers.count(403) + answers.count(429) == 50


def test_laptop_that_guesses_without_pause_keeps_no_other_table_waiting(world: World, client: TestClient) -> None:
    nobody = {"code": "9999-123456"}  # an official who does not exist has no count of wrong codes
    with ThreadPoolExecutor(30) as pool:
        guesses = [
            pool.submit(client.post, "/api/table/sign-in", json=nobody, headers=world.tables[0].headers) for _ in range(60)
        ]
        _, code = world.officials[Role.REGISTER_KEEPER]
        signed_in = client.post("/api/table/sign-in", json={"code": code}, headers=world.tables[1].headers)
        answers = [guess.result().status_code for guess in guesses]
    assert signed_in.status_code == 200
    assert set(answers) == {403, 429}


def test_foreign_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/health/live", headers={"Host": "evil.example"}).status_code == 421


def test_enrolment_code_serves_once_and_ten_minutes_and_ends_the_laptop_before(
    world: World, client: TestClient, clock: TestClock
) -> None:
    with world.engine.begin() as conn:
        code, late = (make_enrolment_code(conn, world.tables[0].table_id, clock()) for _ in range(2))

    def enrol(code: str, wire_version: int = 1) -> httpx2.Response:
        return client.post("/api/table/enrol", json={"code": code, "wire_version": wire_version})

    assert enrol(code, wire_version=0).json() == {"problem": "other_version"}
    assert enrol("ABCD-EFGH").json() == {"problem": "unknown_enrolment_code"}
    enrolled = enrol(code.lower().replace("-", " "))
    assert enrolled.json()["table_number"] == 1
    assert enrol(code).json() == {"problem": "enrolment_code_expired"}
    clock.forward(minutes=11)
    assert enrol(late).json() == {"problem": "enrolment_code_expired"}
    assert client.post("/api/table/sign-out", headers=world.tables[0].headers).status_code == 401
    assert (
        client.post("/api/table/sign-out", headers={"Authorization": f"Bearer {enrolled.json()['token']}"}).status_code == 204
    )
