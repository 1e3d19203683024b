"""People who work with the register: their roles, their sign-in codes, and how wrong codes are slowed down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OFFICIAL_NUMBER_LENGTH = 4
PIN_LENGTH = 6
CODE_LENGTH = OFFICIAL_NUMBER_LENGTH + PIN_LENGTH
"""A sign-in code is the official's number and a PIN in one: ten digits, one field, typed in a few seconds."""

FREE_TRIES = 3
MAX_WAIT_S = 300


class Role(StrEnum):
    """What a person is at this election."""

    REGISTER_KEEPER = "register_keeper"
    STATION_SECRETARY = "station_secretary"
    CHAIR = "chair"
    ELECTION_OFFICE = "election_office"


WITHDRAWAL_ROLES = frozenset({Role.STATION_SECRETARY, Role.CHAIR})
"""One of the two officials behind a withdrawal must hold one of these."""


@dataclass(frozen=True, slots=True)
class SignInCode:
    """A code as the official typed it: who it says it is, and the PIN to be checked."""

    official_number: int
    pin: str

    def __repr__(self) -> str:
        """Never the PIN."""
        return f"SignInCode({self.official_number:04d}, …)"


def parse_code(text: str) -> SignInCode | None:
    """The code in what was typed (blanks and hyphens ignored), or ``None`` when it cannot be one."""
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) != CODE_LENGTH or not (digits.isascii() and digits.isdigit()):
        return None
    return SignInCode(int(digits[:OFFICIAL_NUMBER_LENGTH]), digits[OFFICIAL_NUMBER_LENGTH:])


def show_code(official_number: int, pin: str) -> str:
    """A code as it is printed for the official: ``0007-481236``."""
    return f"{official_number:0{OFFICIAL_NUMBER_LENGTH}d}-{pin}"


def blocked_until(failures: int, last_failure: datetime) -> datetime | None:
    """Until when one official at one machine must wait after this many wrong PINs in a row.

    The first three are free; then 5 s, doubled each time up to five minutes. The count belongs to an official at one
    machine, so nobody can lock somebody else out from another machine.
    """
    if failures < FREE_TRIES:
        return None
    wait_s = min(5 * 2 ** min(failures - FREE_TRIES, 10), MAX_WAIT_S)
    return last_failure + timedelta(seconds=wait_s)
