"""Some thousand voters of a register file, column by column.

Columns, because whole columns are converted, compared and written by single calls into C; row by row, a register of four
million would take more than twice as long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.elections import StationKey


@dataclass(slots=True, eq=False)
class District:
    """A polling district of the election and how many of its voters were read so far."""

    key: StationKey
    station_id: int
    rows: int = 0


# One voter: station id, register number, name, date of birth (ISO), sex, contests (bits), advance contests (bits), advance vote
# received on (ISO), part, street, postcode, city, address protected, a supplier's card number, CPR number (ten digits).
# What is missing is an empty text.
VoterRow = tuple[int, int, str, str, str, int, int, str, str, str, str, str, bool, str, str]


@dataclass(slots=True)
class VoterBlock:
    """The same fields as ``VoterRow``, a sequence each, all of one length, in the order of the file's lines."""

    station_ids: Sequence[int]
    register_numbers: Sequence[int]
    names: Sequence[str]
    birth_dates: Sequence[str]
    sexes: Sequence[str]
    contests: Sequence[int]
    advance: Sequence[int]
    received_on: Sequence[str]
    parts: Sequence[str]
    streets: Sequence[str]
    postcodes: Sequence[str]
    cities: Sequence[str]
    protected: Sequence[bool]
    cards: Sequence[str]
    cprs: Sequence[str]

    def __len__(self) -> int:
        """How many voters."""
        return len(self.names)


def block_of(rows: Iterable[VoterRow]) -> VoterBlock:
    """Rows as columns."""
    columns = tuple(zip(*rows, strict=True)) or ((),) * 15
    return VoterBlock(*columns)
