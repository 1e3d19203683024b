"""What a table is busy with: one value for each situation, made from what the rules or the server have said."""

from dataclasses import dataclass
from datetime import date, datetime

from domain import danish
from domain.elections import ContestSet
from domain.marks import CardFinding, MarkSource, Refusal, Refused
from domain.poll_cards import PollCardNumber, UnreadableScan
from domain.screens import REFUSAL_SCREENS, SCAN_PROBLEM_SCREENS, Screen, Wording
from domain.wire import Answer, CardFindingOut, MarkRequest, StationOut
from station_client.ledger import SettledMark


@dataclass(frozen=True, slots=True)
class Found:
    """A voter to be compared. ``next_card_waits``: another card was scanned meanwhile, and is not kept."""

    card: PollCardNumber
    source: MarkSource
    finding: CardFinding
    contests: ContestSet
    next_card_waits: bool = False


@dataclass(frozen=True, slots=True)
class LookingUp:
    """The server is asked whose a card is."""

    card: PollCardNumber


@dataclass(frozen=True, slots=True)
class Sending:
    """A mark is in the journal and has no answer. ``late``: it has been sent in vain, so nobody knows."""

    request: MarkRequest
    finding: CardFinding | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class HandingOut:
    """A mark stands; nobody has said yet that the ballots were handed out."""

    mark: SettledMark
    finding: CardFinding | None


@dataclass(frozen=True, slots=True)
class Refusing:
    """No ballots for this card, and why."""

    screen: Screen
    wording: Wording
    details: tuple[str, ...] = ()
    finding: CardFinding | None = None


@dataclass(frozen=True, slots=True)
class CutOff:
    """A card that could not be looked at, because there is no connection."""

    last_four: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The table may do nothing more until somebody has helped it."""

    details: tuple[str, ...]


Showing = Found | LookingUp | Sending | HandingOut | Refusing | CutOff | Stopped


def unreadable(reading: UnreadableScan) -> Refusing:
    """A reading that is not a card of this election."""
    screen = SCAN_PROBLEM_SCREENS[reading.problem]
    details = [danish.seen_digits(reading.seen)] if reading.seen else []
    if screen is Screen.MISREAD:
        details.append(danish.HOLD_THE_SCANNER)
    return Refusing(screen, danish.SCAN_PROBLEMS[reading.problem], tuple(details))


def refused_here(refused: Refused) -> Refusing:
    """What the rule says on the table's own copy."""
    earlier = refused.earlier
    return _refusing(
        refused.refusal,
        finding=CardFinding(refused.entry) if refused.entry else None,
        earlier=(earlier.table_number, earlier.recorded_at) if earlier else None,
        replaced=(refused.replaced_at, refused.replaced_by_last_four) if refused.replaced_at else None,
        advance_received_on=refused.advance_received_on,
    )


def refused_by_server(answer: Answer, finding: CardFinding | None) -> Refusing:
    """What the server answered to a mark. ``finding`` is the voter in the table's own copy."""
    refusal = answer.refusal or Refusal.REQUEST_ID_REUSED
    return _refusing(
        refusal,
        finding=finding,
        earlier=(answer.earlier_table, answer.earlier_at) if answer.earlier_table and answer.earlier_at else None,
        replaced=(answer.replaced_at, answer.replaced_by_last_four) if answer.replaced_at else None,
        advance_received_on=answer.advance_received_on,
        right_station=answer.right_station,
    )


def not_of_this_station(card: PollCardNumber, out: CardFindingOut) -> Refusing:
    """What the server knows of a card that the table does not."""
    refusing = _refusing(out.refusal, right_station=out.right_station)
    if out.refusal is Refusal.UNKNOWN_CARD:
        return Refusing(refusing.screen, refusing.wording, (danish.seen_digits(card.last_four),))
    return refusing


def _refusing(
    refusal: Refusal,
    *,
    finding: CardFinding | None = None,
    earlier: tuple[int, datetime] | None = None,
    replaced: tuple[datetime, str | None] | None = None,
    advance_received_on: date | None = None,
    right_station: StationOut | None = None,
) -> Refusing:
    details: list[str] = []
    if right_station is not None:
        details += [right_station.venue or right_station.name, right_station.address, danish.GIVE_THE_CARD_BACK]
    if earlier is not None:
        details.append(danish.marked_at(*earlier))
    if replaced is not None:
        details.append(danish.replaced_by(*replaced))
    if advance_received_on is not None:
        details.append(danish.advance_vote_received(advance_received_on))
    if refusal is Refusal.WRONG_STATION:
        finding = None  # no person of another station crosses
    shown = tuple(detail for detail in details if detail)
    return Refusing(REFUSAL_SCREENS[refusal], danish.REFUSALS[refusal], shown, finding)
