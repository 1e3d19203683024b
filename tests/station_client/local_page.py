"""The local page without a browser: what it would send, and the view it would show."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from station_client.app import create_app
from station_client.clock import SystemClock
from station_client.settings import Settings
from station_client.view import View
from tests.station_client.fake_server import CODE, OFFICIAL_CODE, FakeServer
from tests.station_client.fake_wire import serve

WAIT_LIMIT_S = 20.0


@dataclass
class LocalPage:
    """A page open at a table's program."""

    address: str
    client: httpx2.Client

    def post(self, act: str, **body: Any) -> View:  # noqa: ANN401 - JSON
        """One act; the view that follows."""
        answer = self.client.post(f"/api/{act}", json=body)
        assert answer.status_code == 200, answer.text
        return View.model_validate_json(answer.content)

    def scan(self, text: str) -> View:
        return self.post("scan", text=text, source="scanned", ms_per_char=4)

    def confirm(self) -> View:
        """Space, when the screen allows it."""
        serial = self.view().serial
        time.sleep(0.45)
        return self.post("confirm", serial=serial)

    def view(self) -> View:
        """The screen now. An acknowledgement of nothing changes nothing; a malformed act has no view."""
        return self.post("confirm", serial=-1)

    def until(self, is_so: Callable[[View], bool]) -> View:
        """Wait until the screen is so."""
        deadline = time.monotonic() + WAIT_LIMIT_S
        while not is_so(now := self.view()):
            assert time.monotonic() < deadline, now
            time.sleep(0.02)
        return now


def page_at(port: int) -> LocalPage:
    """A page at a program on this port."""
    address = f"http://127.0.0.1:{port}"
    return LocalPage(address, httpx2.Client(base_url=address, headers={"Origin": address}, timeout=10, trust_env=False))


@contextlib.contextmanager
def open_table(folder: Path, server: FakeServer, *, code: str | None = CODE) -> Iterator[LocalPage]:
    """A table's program in this process, and its page."""
    app = create_app(Settings(folder, 0), SystemClock(), server=server.address, code=code)
    with serve(app) as port:
        page = page_at(port)
        yield page
        page.client.close()


@contextlib.contextmanager
def working_table(folder: Path, server: FakeServer) -> Iterator[LocalPage]:
    """The same, signed in and ready for cards."""
    with open_table(folder, server) as page:
        page.until(lambda now: now.state != "enrol" and now.connection.up)
        page.post("sign-in", code=OFFICIAL_CODE)
        page.until(lambda now: now.state == "ready")
        yield page
