"""Which table this laptop is: the server's address, the token and the station, in one private file."""

from datetime import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.elections import CardAlias, Contest, Election
from domain.wire import ElectionOut, EnrolledOut, OfficialOut
from station_client.private_files import replace_private_file

_FILE_NAME = "table.json"


class Enrolment(BaseModel):
    """What the laptop remembers of being a table. ``official`` sits there now, so that a restart does not sign anybody out."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    server: str
    enrolled: EnrolledOut
    official: OfficialOut | None = None

    def __repr__(self) -> str:
        """Never the token."""
        return f"Enrolment(table {self.enrolled.table_id})"

    @property
    def key(self) -> str:
        """Names the table's own files, so that two tables' journals never mix on one laptop."""
        return f"{self.enrolled.election.election_id}-{self.enrolled.table_id}"


def read_enrolment(folder: Path) -> Enrolment | None:
    """The enrolment in this folder; ``None`` when there is none or it cannot be read (a new code makes a new one)."""
    try:
        return Enrolment.model_validate_json((folder / _FILE_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_enrolment(folder: Path, enrolment: Enrolment) -> None:
    """Remember this enrolment from now on."""
    replace_private_file(folder / _FILE_NAME, enrolment.model_dump_json(indent=1).encode())


def as_election(election: ElectionOut) -> Election:
    """The election as the rules know it."""
    return Election(
        name=election.name,
        day=election.day,
        opens_at=time.fromisoformat(election.opens_at),
        closes_at=time.fromisoformat(election.closes_at),
        kind=election.kind,
        card_series=election.card_series,
        contests=tuple(Contest(one.code, one.name, one.ballot_colour) for one in election.contests),
        card_aliases=tuple(CardAlias(one.length, one.prefix) for one in election.card_aliases),
    )
