"""The marks' own way in: it takes requests without FastAPI's help, so it must refuse what FastAPI would have refused."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from domain.wire import MAX_BATCH
from server.app import create_app
from server.settings import Settings
from tests.world import TestClock, World, make_world

TOO_LONG = b'{"requests":[' + b" " * 600_000


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine, voters=8, tables=1)


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with TestClient(create_app(Settings("given", hosts=("testserver",)), world.engine, TestClock())) as client:
        yield client


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body: json_invalid"),
        (b"{", "body: json_invalid"),
        (b"\xff\xfe", "body: json_invalid"),
        (b"[]", "body: model_type"),
        (b'{"requests":[]}', "body.requests: too_short"),
        (b'{"requests":[{"kind":"mark"}]}', "body.requests.0.mark.request_id: missing"),
        (b'{"requests":[{"kind":"vote"}]}', "body.requests.0: union_tag_invalid"),
    ],
)
def test_a_malformed_call_is_told_which_field_is_wrong(world: World, client: TestClient, body: bytes, where: str) -> None:
    answer = client.post("/api/table/requests", content=body, headers=world.tables[0].headers)
    assert answer.status_code == 422
    assert answer.json() == {"problem": "malformed", "where": where}


def test_a_wrong_value_is_never_sent_back(world: World, client: TestClient) -> None:
    body = world.mark(world.card(7)).model_dump_json().replace(world.card(7), "12345678901x")
    answer = client.post("/api/table/requests", content=f'{{"requests":[{body}]}}', headers=world.tables[0].headers)
    assert answer.status_code == 422
    assert "12345678901x" not in answer.text


def test_a_batch_longer_than_agreed_is_malformed(world: World, client: TestClient) -> None:
    one = world.handed_over(uuid4()).model_dump_json()
    body = f'{{"requests":[{",".join([one] * (MAX_BATCH + 1))}]}}'
    answer = client.post("/api/table/requests", content=body, headers=world.tables[0].headers)
    assert (answer.status_code, answer.json()["where"]) == (422, "body.requests: too_long")


def test_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(world: World, client: TestClient) -> None:
    def in_pieces() -> Iterator[bytes]:
        yield TOO_LONG[:300_000]
        yield TOO_LONG[300_000:]

    for body in (TOO_LONG, in_pieces()):
        assert client.post("/api/table/requests", content=body, headers=world.tables[0].headers).status_code == 413


def test_who_calls_is_looked_at_before_what_is_sent(client: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic x"}):
        answer = client.post("/api/table/requests", content=b"{", headers=headers)
        assert (answer.status_code, answer.json()["problem"]) == (401, "unknown_table")


def test_other_methods_are_not_allowed(world: World, client: TestClient) -> None:
    assert client.get("/api/table/requests", headers=world.tables[0].headers).status_code == 405
