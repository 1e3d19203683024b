"""The rule of the mark: may this voter get ballots now, and for which contests?

``decide`` is the only place where that is answered. The server calls it inside the recording transaction; a table calls it
on its replica to show at once what the server will say. Both give it values; it reads no clock and no database.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.elections import ContestSet, Station, StationState, TableState
from domain.officials import WITHDRAWAL_ROLES, Role
from domain.register import EntryStatus, RegisterEntry

MIN_REASON_LENGTH = 3
MAX_REASON_LENGTH = 200


class MarkSource(StrEnum):
    """How the card's number reached the table."""

    SCANNED = "scanned"
    TYPED = "typed"
    CAMERA = "camera"


class Refusal(StrEnum):
    """Every no an official can meet on election day. The Danish sentence for each stands in ``domain.danish``."""

    UNKNOWN_CARD = "unknown_card"
    CARD_REPLACED = "card_replaced"
    WRONG_STATION = "wrong_station"
    ALREADY_MARKED = "already_marked"
    ADVANCE_VOTED = "advance_voted"
    NOT_ENTITLED = "not_entitled"
    STATION_NOT_OPEN = "station_not_open"
    STATION_CLOSED = "station_closed"
    TABLE_PAUSED = "table_paused"
    TABLE_CLOSED = "table_closed"
    NOT_SIGNED_IN = "not_signed_in"
    STALE_EPOCH = "stale_epoch"
    OTHER_PACKAGE = "other_package"
    REQUEST_ID_REUSED = "request_id_reused"
    NO_SUCH_MARK = "no_such_mark"
    MARK_WITHDRAWN = "mark_withdrawn"
    SECOND_OFFICIAL_NEEDED = "second_official_needed"
    REASON_NEEDED = "reason_needed"


@dataclass(frozen=True, slots=True)
class LiveMark:
    """A mark that stands in the register. ``recorded_at`` is aware; exact times stay inside the station.

    ``after_advance``: the voter also has an accepted advance vote, for another contest.
    """

    request_id: UUID
    entry_id: int
    table_id: int
    table_number: int
    contests: ContestSet
    recorded_at: datetime
    after_advance: bool = False


@dataclass(frozen=True, slots=True)
class CardFinding:
    """What a card number leads to: any number ever issued finds its voter and says what it is."""

    entry: RegisterEntry
    replaced_at: datetime | None = None
    replaced_by_last_four: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that is not the voter: the place, the table and who sits there."""

    station_id: int
    station_state: StationState
    table_state: TableState
    signed_in: bool
    epoch: int
    package_hash: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mark may be recorded; ``contests`` are the ballots to hand out."""

    contests: ContestSet


@dataclass(frozen=True, slots=True)
class Refused:
    """The mark may not be recorded. The details are what the official may be told, nothing more."""

    refusal: Refusal
    entry: RegisterEntry | None = None
    earlier: LiveMark | None = None
    replaced_at: datetime | None = None
    replaced_by_last_four: str | None = None
    right_station: Station | None = None
    advance_received_on: date | None = None


Decision = Accepted | Refused


def decide(
    finding: CardFinding | None,
    earlier: LiveMark | None,
    here: Circumstances,
    *,
    epoch: int,
    package_hash: str,
    right_station: Station | None = None,
) -> Decision:
    """May the voter whom this card finds be marked here and now?

    ``earlier`` is the voter's live mark, if there is one. ``epoch`` and ``package_hash`` are the ones the request was made
    under; a higher or lower one than the station's own is refused (design: nothing of an older epoch or another package).
    The order of the answers is the order in which an official can do something about them: first what concerns the table,
    then the card, then the voter. An old card of a voter who already has a mark answers with the mark: that is the one that
    must not be overlooked.
    """
    refusal = _place_refusal(here, epoch=epoch, package_hash=package_hash)
    if refusal is not None:
        return Refused(refusal)
    if finding is None:
        return Refused(Refusal.UNKNOWN_CARD)
    entry = finding.entry
    if entry.station_id != here.station_id:
        return Refused(Refusal.WRONG_STATION, entry=entry, right_station=right_station)
    return _decide_voter(finding, earlier)


def _decide_voter(finding: CardFinding, earlier: LiveMark | None) -> Decision:
    entry = finding.entry
    if earlier is not None:
        return Refused(Refusal.ALREADY_MARKED, entry=entry, earlier=earlier)
    if finding.replaced_at is not None:
        return Refused(
            Refusal.CARD_REPLACED,
            entry=entry,
            replaced_at=finding.replaced_at,
            replaced_by_last_four=finding.replaced_by_last_four,
        )
    if entry.status is not EntryStatus.ACTIVE or not entry.contests:
        return Refused(Refusal.NOT_ENTITLED, entry=entry)
    if not entry.open_contests:
        return Refused(Refusal.ADVANCE_VOTED, entry=entry, advance_received_on=entry.advance_received_on)
    return Accepted(entry.open_contests)


def _place_refusal(here: Circumstances, *, epoch: int, package_hash: str) -> Refusal | None:
    """The first thing about the place that stops a mark, or nothing."""
    if package_hash != here.package_hash:
        return Refusal.OTHER_PACKAGE
    if epoch != here.epoch:
        return Refusal.STALE_EPOCH
    if here.station_state is StationState.PREPARED:
        return Refusal.STATION_NOT_OPEN
    if here.station_state is StationState.CLOSED:
        return Refusal.STATION_CLOSED
    if here.table_state is TableState.PAUSED:
        return Refusal.TABLE_PAUSED
    if here.table_state is TableState.CLOSED:
        return Refusal.TABLE_CLOSED
    return None if here.signed_in else Refusal.NOT_SIGNED_IN


@dataclass(frozen=True, slots=True)
class WithdrawalRequest:
    """Two officials take a mark back: one asks, another has given a code of their own. The reason is kept for ever."""

    official_id: int
    second_official_id: int | None
    roles: frozenset[Role]
    reason: str


def decide_withdrawal(request: WithdrawalRequest, mark: LiveMark | None) -> Refusal | None:
    """May this mark be withdrawn? ``None`` means yes.

    Rules: a live mark; two different officials, one of them a station secretary or the chair; a reason.
    """
    if mark is None:
        return Refusal.NO_SUCH_MARK
    if request.second_official_id is None or request.second_official_id == request.official_id:
        return Refusal.SECOND_OFFICIAL_NEEDED
    if not request.roles & WITHDRAWAL_ROLES:
        return Refusal.SECOND_OFFICIAL_NEEDED
    if not MIN_REASON_LENGTH <= len(request.reason.strip()) <= MAX_REASON_LENGTH:
        return Refusal.REASON_NEEDED
    return None
