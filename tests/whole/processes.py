"""Real server processes for tests: started as the command starts them, killed as power cuts kill them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

START_LIMIT_S = 60


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class ServerProcess:
    """One ``valgbord server run`` on a database."""

    database_url: str
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        command = [str(Path(sys.executable).with_name("valgbord")), "server", "run"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--database", self.database_url, "--port", str(self.port)],
                stdout=log,
                stderr=log,
                env=os.environ | {"COLUMNS": "120"},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx2.TransportError):
                if httpx2.get(f"{self.address}/health/ready").status_code == 200:
                    return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"the server did not become ready:\n{self.log.read_text()}")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """End it without a word, as a power cut does for a process."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(20)


@contextlib.contextmanager
def server_process(database_url: str, folder: Path) -> Iterator[ServerProcess]:
    """A running server, ended at the end of the block however often it was killed and started in it."""
    server = ServerProcess(database_url, free_port(), folder / "server.log")
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def killed_at(pid: int, syscall: str, nth: int) -> Iterator[None]:
    """Kill every thread of a process at its nth call of a system call from now on (strace decides to the letter)."""
    injection = f"inject={syscall}:signal=KILL:when={nth}"
    command = ["strace", "-f", "-q", "-e", f"trace={syscall}", "-e", injection, "-o", "/dev/null", "-p", str(pid)]
    for _ in range(5):
        strace = subprocess.Popen(command, stderr=subprocess.PIPE)
        if _is_traced(pid):
            break
        # A thread that was born while strace attached is not traced: begin again.
        _end(strace)
    else:
        raise AssertionError("strace did not attach")
    try:
        yield
    finally:
        _end(strace)


def _end(strace: subprocess.Popen[bytes]) -> None:
    """Not a polite end: strace may wait for ever for a thread of the process that it has just killed."""
    strace.kill()
    strace.communicate(timeout=20)


def _is_traced(pid: int) -> bool:
    """Whether all threads of the process have the tracer within some seconds."""
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            statuses = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
            if statuses and all("TracerPid:\t0\n" not in status for status in statuses):
                return True
        time.sleep(0.01)
    return False
