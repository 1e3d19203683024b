"""Real table processes for tests: started as the command starts them, and ended as a power cut ends them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from server.actions.tables import make_enrolment_code
from server.clock import now
from tests.station_client.local_page import LocalPage, page_at
from tests.whole.processes import START_LIMIT_S, free_port
from tests.world import World


@dataclass
class TableProcess:
    """One ``valgbord table run`` in a folder of its own."""

    folder: Path
    server: str
    code: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    page: LocalPage | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> LocalPage:
        """Start, and open its page."""
        command = [str(Path(sys.executable).with_name("valgbord")), "table", "run"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self._options()],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        page = self.page = page_at(self.port)
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx2.TransportError):
                page.view()
                return page
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"the table did not start:\n{self.log.read_text()}")

    def _options(self) -> list[str]:
        where = ["--data", str(self.folder), "--port", str(self.port)]
        return [*where, "--server", self.server, "--code", self.code, "--no-browser"]

    def kill(self) -> None:
        """End it without a word."""
        if self.page is not None:
            self.page.client.close()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


def enrolment_code(world: World, *, table: int = 0) -> str:
    """A one-time code for one of the world's tables."""
    with world.engine.begin() as conn:
        return make_enrolment_code(conn, world.tables[table].table_id, now())


@contextlib.contextmanager
def table_process(world: World, server: str, folder: Path, *, table: int = 0) -> Iterator[TableProcess]:
    """A table that can be started and killed in the block, and is ended with it."""
    process = TableProcess(folder, server, enrolment_code(world, table=table))
    try:
        yield process
    finally:
        process.kill()
