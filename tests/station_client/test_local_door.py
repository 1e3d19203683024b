"""The door of the local page: other pages, other names and big bodies stay outside; nothing that came in is told again."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from starlette.testclient import TestClient
from starlette.types import Message
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from station_client.app import create_app
from station_client.clock import SystemClock
from station_client.settings import MAX_BODY_BYTES, MAX_FRAME_BYTES, Settings
from tests.station_client.fake_wire import serve

HERE = "http://127.0.0.1:8711"
JSON = {"Content-Type": "application/json"}
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A laptop that is no table yet: the door is the same."""
    app = create_app(Settings(tmp_path / "table", 8711), SystemClock())
    with TestClient(app, base_url=HERE, headers={"Origin": HERE}, raise_server_exceptions=True) as client:
        yield client


def test_the_own_page_gets_in(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.post("/api/acknowledge", json={}).json()["state"] == "enrol"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8711", "null", "http://localhost:8711", ""]
)
def test_another_page_cannot_press_the_keys(client: TestClient, origin: str) -> None:
    answer = client.post("/api/acknowledge", json={}, headers={"Origin": origin})
    assert (answer.status_code, answer.content) == (403, b"")


def test_a_call_without_origin_cannot_either(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(tmp_path / "t", 8711), SystemClock()), base_url=HERE) as client:
        assert client.post("/api/acknowledge", json={}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8711", "192.168.1.5:8711", "valg", "[::1]:8711", ""])
def test_a_name_bent_to_this_machine_sees_nothing(client: TestClient, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert client.get("/", headers=headers).status_code == 421
    assert client.post("/api/acknowledge", json={}, headers=headers).status_code == 421


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_could_send_is_not_taken(client: TestClient, kind: str) -> None:
    assert client.post("/api/acknowledge", content=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_a_large_body_is_not_read(client: TestClient) -> None:
    big = b" " * (MAX_BODY_BYTES + 1)
    assert client.post("/api/scan", content=big, headers=JSON).status_code == 413
    frame = b"x" * (MAX_FRAME_BYTES + 1)
    assert client.post("/api/frame", content=frame, headers=JPEG).status_code == 413


def test_a_body_that_hides_its_size_is_cut_off(client: TestClient) -> None:
    big = b" " * MAX_BODY_BYTES
    assert client.post("/api/scan", content=iter([big, b"{}"]), headers=JSON).status_code in {400, 413}
    frame = b"x" * MAX_FRAME_BYTES
    assert client.post("/api/frame", content=iter([frame, b"x"]), headers=JPEG).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_have_no_door(client: TestClient, method: str) -> None:
    assert client.request(method, "/api/scan").status_code == 405


def test_there_is_no_list_of_doors(client: TestClient) -> None:
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]


@pytest.mark.parametrize("path", ["/", "/static/js/table.js", "/nothing", "/api/scan"])
def test_every_answer_has_the_safe_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_holds_nothing_that_the_policy_would_stop(client: TestClient) -> None:
    page = client.get("/").text
    assert "<script>" not in page
    assert "style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/scan", {"text": "971234567890", "source": "telepathy"}),
        ("/api/scan", {"text": "9" * 3_000, "source": "scanned"}),
        ("/api/scan", {"text": 971234567890, "source": "scanned"}),
        ("/api/scan", {"text": "971234567890", "source": "scanned", "confirm": True}),
        ("/api/confirm", {"serial": "971234567890x"}),
        ("/api/sign-in", {"code": "971234567890" * 9}),
        ("/api/vote", {"text": "971234567890"}),
        ("/api/withdraw", {"second_code": "971234567890", "reason": "x" * 201}),
    ],
)
def test_a_malformed_act_is_refused_without_being_repeated(client: TestClient, path: str, body: dict[str, object]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert "9712345" not in answer.text


def test_a_picture_without_a_card_is_no_reading(client: TestClient) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(picture, "JPEG")
    for content in (picture.getvalue(), b"no picture", b""):
        answer = client.post("/api/frame", content=content, headers=JPEG)
        assert answer.json() == {"digits": None}


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_another_page_cannot_watch_the_screen(tmp_path: Path, origin: str | None) -> None:
    async def watch(address: str, seen_from: str | None) -> str | bytes:
        async with connect(f"ws{address.removeprefix('http')}/screen", origin=seen_from, proxy=None) as line:  # type: ignore[arg-type]  # a plain text
            return await line.recv()

    with serve(create_app(Settings(tmp_path / "table", 0), SystemClock())) as port:
        address = f"http://127.0.0.1:{port}"
        assert b'"enrol"' in asyncio.run(watch(address, address)).encode()  # type: ignore[union-attr]  # text frames
        with pytest.raises(InvalidStatus):
            asyncio.run(watch(address, origin))


def test_a_screen_that_takes_no_view_is_cut_off_and_not_left_with_the_old_one(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path / "table", 8711), SystemClock())
    headers = [(b"host", b"127.0.0.1:8711"), (b"origin", HERE.encode())]
    line = {"type": "websocket", "path": "/screen", "query_string": b"", "headers": headers, "subprotocols": []}
    told: list[str] = []

    async def story() -> None:
        coming = iter([{"type": "websocket.connect"}])

        async def receive() -> Message:
            for message in coming:
                return message
            await asyncio.Event().wait()  # the page neither speaks nor leaves
            raise AssertionError

        async def send(message: Message) -> None:
            told.append(message["type"])
            if message["type"] == "websocket.send":
                await asyncio.Event().wait()  # nor does it read

        await asyncio.wait_for(app(line, receive, send), 30)

    asyncio.run(story())
    assert told == ["websocket.accept", "websocket.send", "websocket.close"]


def test_a_table_listens_on_this_machine_only(tmp_path: Path) -> None:
    with serve(create_app(Settings(tmp_path / "table", 0), SystemClock())) as port, pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.2:{port}/", timeout=2, trust_env=False)
