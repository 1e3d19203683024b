"""Pick, from a practice election's register, one poll card for every situation that a table can meet.

Which answer a card gives is asked of the very rule that decides marks, so a sample cannot promise what a table will not say.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.danish import SEXES, danish_date
from domain.danish_samples import Situation, sample_heading, sample_note
from domain.elections import Contest, Election, ElectionKind, Station
from domain.poll_cards import RANDOM_SPACE, make_number
from domain.register import EntryStatus, RegisterEntry
from printer.sample_sheet import Outcome, SampleCard
from printer.typefaces import can_set
from server.queries.cards import has_been_issued
from server.queries.elections import find_election
from server.queries.marks import entry_of
from server.queries.package import stream_cards, stream_entries, stream_live_marks
from server.queries.stations import list_stations

KEPT_FOR_SAMPLES = 10
"""Every tenth register number is left alone by the demo's practice voters, so samples stay unused until somebody scans them."""

SOME_LIVE_SERIES = "25"
PLAIN_NAME_LENGTH = 30

_CLEAR_UP = frozenset(
    {
        Situation.CARD_REPLACED,
        Situation.WRONG_STATION,
        Situation.UNKNOWN_CARD,
        Situation.WRONG_CHECK_DIGIT,
        Situation.LIVE_CARD,
    }
)
_STOP = frozenset({Situation.ALREADY_MARKED, Situation.ADVANCE_VOTED, Situation.NOT_ENTITLED})


class LiveElectionError(Exception):
    """Sample cards would be real voters' cards."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A voter with the card that leads to them now, and the old one if it was replaced."""

    entry: RegisterEntry
    number: str
    old_number: str | None
    marked: bool

    @property
    def fresh(self) -> bool:
        """Would get ballots now, with the card first sent out."""
        entry = self.entry
        return entry.status is EntryStatus.ACTIVE and bool(entry.open_contests) and not self.marked and not self.old_number

    @property
    def written_in_latin(self) -> bool:
        """Whether the name has only letters that Danish eyes know."""
        return all(unicodedata.name(letter, "").startswith("LATIN") for letter in self.entry.name if letter.isalpha())


def pick_samples(conn: Connection, election_id: int, station_id: int) -> list[SampleCard]:
    """The sample cards of one station, in the order of the sheet. A situation that no voter is in is left out.

    Raises ``LiveElectionError``. Give it a connection on which every statement sees the same state.
    """
    election = find_election(conn, election_id)
    if election is None or election.kind is not ElectionKind.PRACTICE:
        raise LiveElectionError
    holders = read_holders(conn, station_id)
    found = _pick_holders(holders, election)
    cards = [_card(situation, holder, election) for situation, holder in found]
    cards += _strangers(conn, election_id, election, station_id)
    order = list(Situation)
    return sorted(cards, key=lambda card: order.index(Situation(card.situation)))


def read_holders(conn: Connection, station_id: int) -> list[Holder]:
    """The station's voters who have a card, those kept for samples first, then by register number."""
    current: dict[int, str] = {}
    old: dict[int, str] = {}
    for number, entry_id, replaced_at, _ in stream_cards(conn, station_id):
        (current if replaced_at is None else old)[entry_id] = number
    marked = {row.entry_id for row in stream_live_marks(conn, station_id)}
    holders = [
        Holder(entry_of(row), current[row.id], old.get(row.id), row.id in marked)
        for row in stream_entries(conn, station_id)
        if row.id in current
    ]
    return sorted(holders, key=lambda holder: not is_kept(holder.entry.register_number))


def is_kept(register_number: int) -> bool:
    """Whether this voter is kept for samples."""
    return register_number % KEPT_FOR_SAMPLES == 0


def _pick_holders(holders: Sequence[Holder], election: Election) -> Iterator[tuple[Situation, Holder]]:
    """For each situation the first voter who is in it and not yet taken for another."""
    taken: set[int] = set()
    for situation, fits in _wishes(holders, election):
        for holder in holders:
            if holder.entry.entry_id not in taken and fits(holder):
                taken.add(holder.entry.entry_id)
                yield situation, holder
                if situation is Situation.OK_REPLACEMENT:
                    yield Situation.CARD_REPLACED, holder
                break


def _wishes(holders: Sequence[Holder], election: Election) -> list[tuple[Situation, Callable[[Holder], bool]]]:
    every = election.all_contests
    longest = max(
        (len(holder.entry.name) for holder in holders if holder.fresh and not holder.entry.advance_contests), default=0
    )

    def whole(holder: Holder) -> bool:
        return holder.fresh and holder.entry.open_contests == every

    def plain(holder: Holder) -> bool:
        return whole(holder) and holder.written_in_latin and 1 < len(holder.entry.name) <= PLAIN_NAME_LENGTH

    return [
        (Situation.OK_REPLACEMENT, lambda one: one.old_number is not None and bool(one.entry.open_contests) and not one.marked),
        (Situation.OK_LONG_NAME, lambda one: one.fresh and len(one.entry.name) == longest),
        (Situation.OK_OTHER_SCRIPT, lambda one: one.fresh and not one.written_in_latin and can_set(one.entry.name)),
        (Situation.OK_ONE_CONTEST, lambda one: one.fresh and not one.entry.advance_contests and one.entry.contests != every),
        (Situation.OK_PARTIAL_ADVANCE, lambda one: one.fresh and bool(one.entry.advance_contests)),
        (Situation.ADVANCE_VOTED, lambda one: one.entry.status is EntryStatus.ACTIVE and _voted_in_advance(one.entry)),
        (Situation.NOT_ENTITLED, lambda one: one.entry.status is not EntryStatus.ACTIVE or not one.entry.contests),
        (Situation.ALREADY_MARKED, lambda one: one.marked),
        (Situation.OK, plain),
        (Situation.OK_2, plain),
        (Situation.OK_3, plain),
    ]


def _voted_in_advance(entry: RegisterEntry) -> bool:
    return bool(entry.contests) and not entry.open_contests


def _card(situation: Situation, holder: Holder, election: Election, right_station: Station | None = None) -> SampleCard:
    old = holder.old_number if situation is Situation.CARD_REPLACED else None
    entry = holder.entry
    return _sample(
        situation,
        old or holder.number,
        ballots=entry.open_contests.of(election.contests),
        voter=(entry.name, f"{danish_date(entry.birth_date)} · {SEXES[entry.sex]}"),
        right_station=right_station,
    )


def _strangers(conn: Connection, election_id: int, election: Election, station_id: int) -> Iterator[SampleCard]:
    """Cards that lead to nobody at this station."""
    stations = list_stations(conn, election_id)
    elsewhere = next((other for other in stations if other != station_id), None)
    if elsewhere is not None:
        holder = next((one for one in read_holders(conn, elsewhere) if one.fresh), None)
        if holder is not None:
            yield _card(Situation.WRONG_STATION, holder, election, stations[elsewhere])
    unused = _unused_number(conn, election)
    yield _sample(Situation.UNKNOWN_CARD, unused)
    yield _sample(Situation.WRONG_CHECK_DIGIT, unused[:-1] + str((int(unused[-1]) + 1) % 10))
    yield _sample(Situation.LIVE_CARD, make_number(SOME_LIVE_SERIES, int(unused[2:-1])).digits)


def _unused_number(conn: Connection, election: Election) -> str:
    """The first number of the series, from a place that looks like any other, that nobody was given."""
    for part in range(314_159_265, RANDOM_SPACE):
        digits = make_number(election.card_series, part).digits
        if not has_been_issued(conn, [digits]):
            return digits
    raise RuntimeError("every number of the series is used")


def _sample(
    situation: Situation,
    digits: str,
    *,
    ballots: tuple[Contest, ...] = (),
    voter: tuple[str, ...] = (),
    right_station: Station | None = None,
) -> SampleCard:
    outcome = Outcome.STOP if situation in _STOP else Outcome.CLEAR_UP if situation in _CLEAR_UP else Outcome.BALLOTS
    return SampleCard(
        situation=situation,
        outcome=outcome,
        heading=sample_heading(situation, ballots),
        note=sample_note(situation, ballots, right_station),
        digits=digits,
        voter=voter,
    )
