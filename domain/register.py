"""The register's rows as the rules see them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.elections import NO_CONTESTS, ContestSet


class Sex(StrEnum):
    """As the register's source gives it; never computed from a CPR number (a person may change legal sex)."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"


class EntryStatus(StrEnum):
    """Whether a row still gives a right to vote here (corrections are made up to and including the day, KRVL §12)."""

    ACTIVE = "active"
    REMOVED = "removed"


class RegisterPart(StrEnum):
    """Which part list a row comes from: main, newcomers, from abroad, expatriates, North Atlantic."""

    MAIN = "H"
    NEWCOMER = "T"
    FROM_ABROAD = "U"
    EXPATRIATE = "D"
    NORTH_ATLANTIC = "N"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One voter's row, as much of it as a table may hold: no CPR number, no address.

    ``contests`` is what the voter may vote in; ``advance_contests`` the contests with an accepted advance vote (rejected ones
    are not here, because only an accepted one blocks).
    """

    entry_id: int
    station_id: int
    register_number: int
    name: str
    birth_date: date
    sex: Sex
    contests: ContestSet
    advance_contests: ContestSet = NO_CONTESTS
    advance_received_on: date | None = None
    status: EntryStatus = EntryStatus.ACTIVE

    def __repr__(self) -> str:
        """No person in a log or a traceback: the id only."""
        return f"RegisterEntry({self.entry_id})"

    @property
    def open_contests(self) -> ContestSet:
        """The contests the voter may still get a ballot for, marks not considered."""
        return self.contests.without(self.advance_contests)
