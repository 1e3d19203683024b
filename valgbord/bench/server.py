"""The server as ``valgbord server run`` starts it, in a process of its own, and what that process costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from valgbord.demo.processes import Children, choose_ports, wait_until_answering


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers."""

    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        """Processor seconds that it has used so far, in user and in system mode, all threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running_server(database_url: str, folder: Path, *options: str) -> Iterator[RunningServer]:
    """Start a server on a free port and stop it in the end; its log goes to ``folder``."""
    port, _ = choose_ports(0, 0)
    children = Children(folder)
    try:
        child = children.start(f"server-{port}", ["server", "run", "--database", database_url, "--port", str(port), *options])
        wait_until_answering(f"http://127.0.0.1:{port}/health/ready", children.check)
        yield RunningServer(port, psutil.Process(child.process.pid))
        children.check()
    finally:
        children.stop()
