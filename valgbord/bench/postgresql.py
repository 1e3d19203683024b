"""A PostgreSQL server for the bench: on a real disk, with every commit flushed, as in production."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from valgbord.bench.figures import BenchError
from valgbord.bench.machine import first_line

SUPERUSER = "postgres"
START_TIMEOUT_S = 60

# Durability is PostgreSQL's own default and is stated all the same. No TCP: a socket in the server's own folder.
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "300",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; ``folder`` holds its data, its socket and its log."""

    folder: Path

    def url(self, database: str) -> str:
        """The address of one database, as SQLAlchemy and libpq both read it."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self, name: str) -> str:
        """A new, empty database; its address."""
        self.psql("postgres", f"create database {name} template template0")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database that the bench is done with."""
        self.psql("postgres", f"drop database {name} with (force)")

    def psql(self, database: str, *statements: str) -> str:
        """Run SQL through psql, each statement by itself; what it printed. It stops at the first error."""
        commands = [part for statement in statements for part in ("-c", statement)]
        return self.run([program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database), *commands])

    def run(self, command: Sequence[str]) -> str:
        """Run one of PostgreSQL's programs as the server's owner, in its folder; what it printed."""
        return _run_as_owner(self.folder, command)


def program(name: str) -> str:
    """The newest of PostgreSQL's programs of this name: in Debian's own place, else on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise BenchError(f"PostgreSQL's {name} is not on this machine: run tests/install-debian.sh")
    return found


def version() -> str:
    """PostgreSQL's version."""
    return first_line([program("postgres"), "--version"])


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A server in a new folder; it is stopped in the end, its data is left to whoever made the folder above."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, SUPERUSER, SUPERUSER)
    initdb = ["-D", "data", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    _run_as_owner(folder, [program("initdb"), *initdb])
    options = " ".join([f"-k {folder}", *(f"-c {name}={value}" for name, value in SETTINGS.items())])
    control = [program("pg_ctl"), "-D", "data", "-w", "-t", str(START_TIMEOUT_S)]
    _run_as_owner(folder, [*control, "-l", "log", "-o", options, "start"])
    try:
        yield Cluster(folder)
    finally:
        _run_as_owner(folder, [*control, "-m", "fast", "stop"])


def _run_as_owner(folder: Path, command: Sequence[str]) -> str:
    """Run a program in ``folder``; PostgreSQL refuses to be run by root, so root becomes ``postgres``."""
    owner = SUPERUSER if os.geteuid() == 0 else None
    # pg_ctl's server keeps what it was given open, so its words go to a file and not to a pipe that would never end.
    with (folder / "commands.log").open("w+") as words:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs with our own arguments
            command, cwd=folder, user=owner, group=owner, stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False
        )
        words.seek(0)
        said = words.read()
    if done.returncode:
        raise BenchError(f"{Path(command[0]).name} failed:\n{said}")
    return said
