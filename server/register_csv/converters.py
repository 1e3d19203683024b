"""What the row readers share: the districts, the meaning of every column's text, and the shape of a voter's row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.elections import CardAlias, Contest, StationKey
from server.register_csv.contract import MAX_LENGTHS, Column
from server.register_csv.fields import (
    Known,
    advance_date_reader,
    birth_date_reader,
    card_reader,
    check_text,
    contests_reader,
    read_cpr,
    read_part,
    read_register_number,
    read_sex,
    read_yes_no,
)


@dataclass(slots=True, eq=False)
class District:
    """A polling district of the election and how many of its voters were read so far."""

    key: StationKey
    station_id: int
    rows: int = 0


# A bare tuple, because four million of them pass: district, register number, name, date of birth (ISO), sex, contests (bits),
# advance contests (bits), advance vote received on (ISO or None), part, street, postcode, city, address protected, a print
# supplier's card number or None, CPR number (ten digits) or None.
VoterRow = tuple[
    District,
    int,
    str,
    str,
    str,
    int,
    int,
    str | None,
    str,
    str | None,
    str | None,
    str | None,
    bool,
    str | None,
    str | None,
]


@dataclass(frozen=True, slots=True)
class Converters:
    """One converter a column, for one election; each raises ``FieldProblemError``."""

    register_numbers: Known[int]
    birth_dates: Known[str]
    sexes: Known[str]
    contests: Known[int]
    advance: Known[int]
    advance_dates: Known[str | None]
    parts: Known[str]
    postcodes: Known[str | None]
    cities: Known[str | None]
    yes_no: Known[bool]
    cpr: Callable[[str], str | None]
    card: Callable[[str], str | None]


def converters_for(contests: Sequence[Contest], aliases: Sequence[CardAlias], election_day: date) -> Converters:
    """The converters of one election."""
    return Converters(
        register_numbers=Known(read_register_number),
        birth_dates=Known(birth_date_reader(election_day)),
        sexes=Known(read_sex),
        contests=Known(contests_reader(contests, empty_allowed=False)),
        advance=Known(contests_reader(contests, empty_allowed=True)),
        advance_dates=Known(advance_date_reader(election_day)),
        parts=Known(read_part),
        postcodes=Known(lambda text: check_text(text, MAX_LENGTHS[Column.POSTCODE]) or None),
        cities=Known(lambda text: check_text(text, MAX_LENGTHS[Column.CITY]) or None),
        yes_no=Known(read_yes_no),
        cpr=read_cpr,
        card=card_reader(aliases),
    )
