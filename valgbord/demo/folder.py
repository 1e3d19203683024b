"""Where the demo keeps its things, and what it may take away again: only what it made itself."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valgbord.options import data_folder

_MADE_HERE = ".made-by-valgbord-demo"
_DATABASE = "valgbord.sqlite3"
_STATE = "state.json"
_DAY = "day.json"


class NotOursError(Exception):
    """There is a database that the demo did not make; the text is its path."""


class AlreadyRunningError(Exception):
    """Another demo runs in this folder."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The data folder that all commands use by default, and the demo's own folder in it."""

    root: Path

    @property
    def own(self) -> Path:
        """What is here was made by the demo, without exception."""
        return self.root / "demo"

    @property
    def database(self) -> Path:
        """The database that every command takes by default."""
        return self.root / _DATABASE

    @property
    def database_url(self) -> str:
        """The same as a URL."""
        return f"sqlite:///{self.database}"

    @property
    def prepared(self) -> bool:
        """Whether an earlier start got to its end."""
        return (self.own / _STATE).exists() and self.database.exists()

    @property
    def is_ours(self) -> bool:
        """Whether the demo has made the database here."""
        return (self.own / _MADE_HERE).exists()

    def clear(self) -> None:
        """Take away what the demo made. ``NotOursError`` when the database is somebody else's; then nothing is touched."""
        if self.database.exists() and not self.is_ours:
            raise NotOursError(str(self.database))
        for file in (self.database, *(self.root.glob(f"{_DATABASE}-*")), self.root / "samples.pdf", self.root / "samples.html"):
            file.unlink(missing_ok=True)
        shutil.rmtree(self.own, ignore_errors=True)
        self.own.mkdir(mode=0o700, parents=True)
        (self.own / _MADE_HERE).touch()

    def read_state(self) -> dict[str, Any]:
        """What the first start left for later ones."""
        state: dict[str, Any] = json.loads((self.own / _STATE).read_text(encoding="utf-8"))
        return state

    def write_state(self, state: dict[str, Any]) -> None:
        """Keep it: sign-in codes and tokens of a practice election, for this user's eyes only."""
        _write_private(self.own / _STATE, state)

    def read_minute(self) -> float:
        """How far the practice day had come when it was last stopped, in minutes after opening."""
        try:
            return float(json.loads((self.own / _DAY).read_text(encoding="utf-8"))["minute"])
        except (FileNotFoundError, ValueError, KeyError):
            return 0.0

    def write_minute(self, minute: float) -> None:
        """Keep how far the practice day has come."""
        _write_private(self.own / _DAY, {"minute": round(minute, 2)})


def _write_private(path: Path, content: dict[str, Any]) -> None:
    growing = path.with_suffix(".growing")
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
    growing.replace(path)


@contextmanager
def only_demo_here() -> Iterator[DemoFolder]:
    """The data folder, held so that a second demo cannot use it meanwhile (``AlreadyRunningError``)."""
    folder = DemoFolder(data_folder().resolve())
    with (folder.root / ".demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(str(folder.root)) from None
        yield folder
