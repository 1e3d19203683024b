"""What a register import is asked to do, what it may answer, and why it may refuse."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from server.register_csv.problems import Problems


class ImportRefusal(StrEnum):
    """Why an election cannot take a register now, whatever the file says."""

    UNKNOWN_ELECTION = "unknown_election"
    ALREADY_LOADED = "already_loaded"
    STATION_OPENED = "station_opened"
    HAS_MARKS = "has_marks"
    SEED_IN_LIVE = "seed_in_live"


class ImportRefusedError(Exception):
    """The election cannot take a register now; nothing was stored."""

    def __init__(self, refusal: ImportRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class RegisterFileError(Exception):
    """The file is not as the contract or its manifest says; nothing was stored. ``problems`` holds every reason."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(f"{len(problems.found)} problems in the register file")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import and how.

    ``card_seed`` draws the same card numbers again: practice elections only. ``workers`` is the number of processes that read
    the file beside this one; ``None`` leaves it to the import.
    """

    path: Path
    manifest_path: Path
    election_id: int
    cpr_key_path: Path
    dry_run: bool = False
    replace: bool = False
    card_seed: int | None = None
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was stored (or, in a dry run, what would be: ``package_hash`` is empty then)."""

    voters: int
    stations: int
    advance_votes: int
    sealed_cprs: int
    package_hash: str


class Progress(Protocol):
    """Is told how far an import has come."""

    def read(self, count: int) -> None:
        """So many bytes of the file were read."""

    def indexing(self) -> None:
        """All rows are in; indexes are being built."""
