"""What the readers of lines share: the meaning of every column's text in one election."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.elections import CardAlias, Contest
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


@dataclass(frozen=True, slots=True)
class Converters:
    """One converter a column, for one election; each raises ``FieldProblemError``."""

    register_numbers: Known[int]
    birth_dates: Known[str]
    sexes: Known[str]
    contests: Known[int]
    advance: Known[int]
    advance_dates: Known[str]
    parts: Known[str]
    postcodes: Known[str]
    cities: Known[str]
    yes_no: Known[bool]
    cpr: Callable[[str], str]
    card: Callable[[str], str]


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
        postcodes=Known(lambda text: check_text(text, MAX_LENGTHS[Column.POSTCODE])),
        cities=Known(lambda text: check_text(text, MAX_LENGTHS[Column.CITY])),
        yes_no=Known(read_yes_no),
        cpr=read_cpr,
        card=card_reader(aliases),
    )
