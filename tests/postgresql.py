"""A PostgreSQL server for the tests: started from Debian's programs, on a socket in a folder of its own, with fsync on.

One server serves all workers of a test run. Whoever needs it first starts it; it ends with the run, and a watchdog ends it
when the run was killed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

ROOM_NEEDED = 2 * 1024**3  # bytes free in memory before the databases are put there
SUPERUSER = "postgres"
START_TIMEOUT_S = 60
WATCH_EVERY_S = 1.0

# As in production, where durability is concerned. No TCP: the socket's folder is closed to everybody else.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",  # in its own folder: a killed run leaves nothing behind
    "log_min_duration_statement": "-1",
}


class PostgresqlMissingError(RuntimeError):
    """There are no server programs, or nobody to run them as."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. ``folder`` holds its data, its socket and its log."""

    folder: Path

    def url(self, database: str) -> str:
        """The address of one database, as SQLAlchemy and libpq both read it."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """A new database as a copy of another, to which nobody may be connected; gives its address."""
        self._command(SQL("create database {} template {}").format(Identifier(name), Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database; connections that a test left open are cut."""
        self._command(SQL("drop database if exists {} with (force)").format(Identifier(name)))

    def stop(self) -> None:
        """Stop the server at once and remove its data. Does nothing to a server that is gone."""
        if (self.folder / "data" / "postmaster.pid").exists():
            _run_as_owner(self.folder, [_program("pg_ctl"), "-D", "data", "-m", "immediate", "stop"], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, statement: SQL | psycopg.sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(statement)


def make_folder() -> Path:
    """A new folder for a server's data: in memory where there is room, else on disk."""
    memory = Path("/dev/shm")
    in_memory = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED
    return Path(tempfile.mkdtemp(prefix="valgbord-test-", dir=memory if in_memory else None))


def start_cluster(folder: Path, *, watched_pid: int | None = None) -> Cluster:
    """Start a server in ``folder`` and wait until it answers; a second call finds it running.

    With ``watched_pid`` the server ends when that process does. Raises ``PostgresqlMissingError`` with what to do about it.
    """
    cluster = Cluster(folder)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "data" / "postmaster.pid").exists():
            return cluster
        if os.geteuid() == 0:
            shutil.chown(folder, SUPERUSER)
        initdb = [
            _program("initdb"),
            "-D",
            "data",
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        _run_as_owner(folder, initdb)
        options = " ".join([f"-k {folder}", *(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())])
        start = [_program("pg_ctl"), "-D", "data", "-l", "log", "-w", "-t", str(START_TIMEOUT_S), "-o", options, "start"]
        _run_as_owner(folder, start)
        if watched_pid is not None:
            silent = subprocess.DEVNULL
            command = [sys.executable, __file__, str(watched_pid), str(folder)]
            subprocess.run(command, check=True, stdin=silent, stdout=silent, stderr=silent)
    return cluster


def _run_as_owner(folder: Path, command: Sequence[str], *, check: bool = True) -> None:
    """Run one of PostgreSQL's programs in ``folder``; it refuses to be run by root, so root becomes ``postgres``."""
    user = SUPERUSER if os.geteuid() == 0 else None
    try:
        done = subprocess.run(command, cwd=folder, user=user, group=user, capture_output=True, text=True, check=False)
    except (LookupError, ValueError) as error:
        raise PostgresqlMissingError("root needs a user postgres to run PostgreSQL: tests/install-debian.sh") from error
    if check and done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _program(name: str) -> str:
    """The newest of PostgreSQL's server programs: in Debian's own place, else on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise PostgresqlMissingError(f"PostgreSQL's {name} is not on this machine: run tests/install-debian.sh")
    return found


def _watch(pid: int, folder: Path) -> None:
    while folder.exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            Cluster(folder).stop()
        time.sleep(WATCH_EVERY_S)


if __name__ == "__main__":
    if os.fork():
        sys.exit()
    os.setsid()
    _watch(int(sys.argv[1]), Path(sys.argv[2]))
