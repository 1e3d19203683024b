"""The demo's processes: started in a group of their own, watched, and all stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

LOOPBACK = "127.0.0.1"
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 8.0
LOOK_EVERY_S = 0.05


class PortBusyError(Exception):
    """Another program listens on the port; the text is its number."""


class ChildEndedError(Exception):
    """A process ended that should have gone on; the text says which and where its last words are."""


@dataclass
class Child:
    """One process, its name for people, and the file that gets what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    output: Path


@dataclass
class Children:
    """Every process of the demo. Leaving the ``with`` block stops them all, in the reverse order of their start."""

    folder: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Run a ``valgbord`` command, with these variables added to its environment."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        output = self.folder / f"{name}.log"
        with output.open("wb") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own command with our own arguments
                [sys.executable, "-m", "valgbord.demo.child", *arguments],
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(environment or {}),
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops its children in order
            )
        child = Child(name, process, output)
        self.running.append(child)
        return child

    def check(self) -> None:
        """``ChildEndedError`` when one has ended."""
        for child in self.running:
            code = child.process.poll()
            if code is not None:
                raise ChildEndedError(f"{child.name} ended by itself (exit code {code}); see {child.output}")

    def stop(self) -> None:
        """Ask each to stop, wait, and end what is left. Nothing that was started is running afterwards."""
        for child in reversed(self.running):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN_S
        for child in reversed(self.running):
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
            if child.process.stdin is not None:
                child.process.stdin.close()
        self.running.clear()


def choose_ports(first: int, tables: int) -> tuple[int, list[int]]:
    """The server's port and the tables' (11, 12, … above it); 0 means any that are free. Raises ``PortBusyError``."""
    wanted = [first] + [first + 11 + at if first else 0 for at in range(tables)]
    sockets: list[socket.socket] = []
    try:
        sockets.extend(_listen(port) for port in wanted)  # those before a busy one are kept, and closed below
        ports = [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
    return ports[0], ports[1:]


def _listen(port: int) -> socket.socket:
    """Hold a port for a moment, as the process that is to have it will."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except OSError:
        listener.close()
        raise PortBusyError(str(port)) from None
    return listener


def wait_until_answering(url: str, check: Callable[[], None]) -> None:
    """Until a GET of ``url`` is answered with 200; ``TimeoutError`` after a minute. Meanwhile ``check`` may raise."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        check()
        try:
            if httpx2.get(url, timeout=2, trust_env=False).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(url)
