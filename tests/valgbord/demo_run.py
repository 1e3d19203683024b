"""The demo as a visitor starts it: a process of its own, spoken to over its own addresses."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
from websockets.sync.client import connect
from websockets.typing import Origin

READY_WITHIN_S = 100
STOPPED_WITHIN_S = 40


@dataclass
class RunningDemo:
    """One start of it, ready."""

    process: subprocess.Popen[str]
    told: dict[str, Any]
    children: list[psutil.Process]
    errors: Path

    def board(self) -> Any:  # noqa: ANN401 - JSON as a reader gets it
        return httpx2.get(f"{self.told['server']}/api/board", timeout=20, trust_env=False).raise_for_status().json()

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal to the demo alone; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOPPED_WITHIN_S)

    def left_over(self) -> list[psutil.Process]:
        """Which of its processes still run, after a moment to end."""
        return psutil.wait_procs(self.children, timeout=STOPPED_WITHIN_S)[1]


def demo_command(*options: str) -> list[str]:
    return [sys.executable, "-m", "valgbord", "demo", "--no-browser", *options]


def demo_environment(data: Path) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("VALGBORD_")} | {
        "VALGBORD_DATA": str(data)
    }


@contextmanager
def run_demo(data: Path, options: Sequence[str] = ("--json", "--port", "0")) -> Iterator[RunningDemo]:
    """Start it in this data folder and wait for its first line; stop it afterwards, if the test has not."""
    data.mkdir(parents=True, exist_ok=True)
    errors = data.with_name(f"{data.name}.errors")
    with errors.open("w") as sink:
        process = subprocess.Popen(
            demo_command(*options), env=demo_environment(data), stdout=subprocess.PIPE, stderr=sink, text=True
        )
    giving_up = threading.Timer(READY_WITHIN_S, process.kill)
    giving_up.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        giving_up.cancel()
        assert line, errors.read_text()
        yield RunningDemo(process, json.loads(line), psutil.Process(process.pid).children(recursive=True), errors)
    finally:
        giving_up.cancel()
        if process.poll() is None:
            process.terminate()
            process.wait(STOPPED_WITHIN_S)
        if process.stdout is not None:
            process.stdout.close()


class TableVisitor:
    """Somebody at one table's page."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client = httpx2.Client(trust_env=False, timeout=20, headers={"Origin": self._url})

    def close(self) -> None:
        self._client.close()

    def ask(self, act: str, **body: object) -> Any:  # noqa: ANN401 - the view, as the page gets it
        return self._client.post(f"{self._url}/api/{act}", json=body).raise_for_status().json()

    def view(self) -> Any:  # noqa: ANN401 - the view, as the page gets it
        stream = self._url.replace("http", "ws", 1) + "/screen"
        with connect(stream, origin=Origin(self._url), compression=None, proxy=None) as line:
            return json.loads(line.recv(20))

    def sign_in(self, code: str) -> None:
        """When the table knows its voters, take a seat."""
        until = time.monotonic() + READY_WITHIN_S
        while self.ask("sign-in", code=code)["official"] is None:
            assert time.monotonic() < until, self.view()
            time.sleep(0.5)

    def scan(self, digits: str) -> Any:  # noqa: ANN401 - the view, as the page gets it
        """Scan a card and wait until the table has an answer."""
        before = self.view()["serial"]
        self.ask("scan", text=digits, source="scanned", ms_per_char=8)
        return self._settled(before)

    def confirm(self) -> Any:  # noqa: ANN401 - the view, as the page gets it
        """Say that the voter is right, as early as that is allowed, and wait for the verdict."""
        view = self.view()
        time.sleep(view["confirm_after_ms"] / 1000)
        self.ask("confirm", serial=view["serial"])
        return self._settled(view["serial"])

    def _settled(self, before: int) -> Any:  # noqa: ANN401 - the view, as the page gets it
        until = time.monotonic() + STOPPED_WITHIN_S
        while True:
            view = self.view()
            if view["serial"] != before and view["state"] != "sending":
                return view
            assert time.monotonic() < until, view
            time.sleep(0.05)
