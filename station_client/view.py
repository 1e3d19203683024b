"""What the page shows: one JSON value made from the table, with every word already chosen. The page decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from pydantic import BaseModel, ConfigDict

from domain import danish
from domain.elections import ContestSet, ElectionKind, StationState, TableState
from domain.marks import CardFinding
from domain.officials import Role
from domain.poll_cards import known_lengths
from domain.screens import KINDS, Screen, ScreenKind, Wording, sound_of
from station_client.settings import CONFIRM_AFTER_MS, NAME_SHOWN_S
from station_client.showing import CutOff, Found, HandingOut, LookingUp, Refusing, Sending, Stopped
from station_client.table import Table
from station_client.withdrawing import can_withdraw

NO_LENGTHS = (12,)
NO_CONTESTS = ContestSet(0)


class Part(BaseModel):
    """A piece of the view."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VoterPart(Part):
    """Whom to compare with."""

    name: str
    birth_date: str
    sex: str

    def __repr__(self) -> str:
        """No person in a log or a traceback."""
        return "VoterPart(…)"


class BallotPart(Part):
    """One ballot paper to hand out."""

    name: str
    colour: str


class TablePart(Part):
    """Which table this is."""

    number: int
    station: str
    state: TableState


class ElectionPart(Part):
    """Which election, and whether it is practice."""

    name: str
    practice: bool


class OfficialPart(Part):
    """Who sits here."""

    name: str
    role: Role


class ConnectionPart(Part):
    """The line to the server."""

    up: bool
    lost_for_s: int | None
    unsettled: int


class ScannerPart(Part):
    """At which lengths a reading may be complete."""

    lengths: tuple[int, ...]


class CountsPart(Part):
    """The table's day."""

    cards: int
    marks: int
    difference: int


class RecentPart(Part):
    """One of the latest cards."""

    at: str
    last_four: str
    text: str
    good: bool


class View(Part):
    """A whole screen. ``serial`` changes with every new screen, and a confirmation must name it.

    ``clock`` is the server's time of day, by which marks are told; ``None`` before the laptop is a table.
    """

    serial: int
    state: Screen
    kind: ScreenKind
    verdict: str
    instruction: str | None
    details: tuple[str, ...] = ()
    voter: VoterPart | None = None
    ballots: tuple[BallotPart, ...] = ()
    sound: ScreenKind | None = None
    confirm_after_ms: int = CONFIRM_AFTER_MS
    table: TablePart | None = None
    election: ElectionPart | None = None
    official: OfficialPart | None = None
    connection: ConnectionPart
    scanner: ScannerPart = ScannerPart(lengths=NO_LENGTHS)
    calls_help: bool = False
    counts: CountsPart = CountsPart(cards=0, marks=0, difference=0)
    recent: tuple[RecentPart, ...] = ()
    can_withdraw: bool = False
    clock: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """The part of a view that the voter at the table decides."""

    screen: Screen
    wording: Wording
    details: tuple[str, ...] = ()
    finding: CardFinding | None = None
    contests: ContestSet = NO_CONTESTS


def view_of(table: Table) -> View:
    """The table's screen now."""
    scene = scene_of(table)
    enrolled = table.enrolment.enrolled
    counts = table.ledger.counts
    return View(
        serial=table.serial,
        state=scene.screen,
        kind=KINDS[scene.screen],
        verdict=scene.wording.verdict,
        instruction=scene.wording.instruction,
        details=scene.details,
        voter=_voter(scene.finding),
        ballots=tuple(
            BallotPart(name=one.name, colour=one.ballot_colour) for one in scene.contests.of(table.election.contests)
        ),
        sound=sound_of(scene.screen),
        table=TablePart(number=enrolled.table_number, station=enrolled.station.name, state=table.place.table_state),
        election=ElectionPart(name=table.election.name, practice=table.election.kind is ElectionKind.PRACTICE),
        official=OfficialPart(name=table.official.name, role=table.official.role) if table.official else None,
        connection=ConnectionPart(
            up=table.connection.up, lost_for_s=table.connection.lost_for_s, unsettled=table.ledger.unsettled_count
        ),
        scanner=ScannerPart(lengths=known_lengths(table.election)),
        calls_help=table.calls_help,
        counts=CountsPart(cards=counts.cards, marks=counts.marks, difference=counts.difference),
        recent=tuple(
            RecentPart(at=danish.danish_clock(line.at), last_four=line.last_four, text=line.text, good=line.good)
            for line in table.ledger.recent
        ),
        can_withdraw=can_withdraw(table),
        clock=danish.danish_clock(table.now()),
        error=table.error,
    )


def enrol_view(error: str | None, serial: int) -> View:
    """The screen of a laptop that is no table yet."""
    wording = danish.SCREENS[Screen.ENROL]
    return View(
        serial=serial,
        state=Screen.ENROL,
        kind=KINDS[Screen.ENROL],
        verdict=wording.verdict,
        instruction=wording.instruction,
        connection=ConnectionPart(up=False, lost_for_s=None, unsettled=0),
        error=error,
    )


def scene_of(table: Table) -> Scene:
    """Which screen, and what stands on it."""
    showing = table.showing
    match showing:
        case None:
            return _resting(table)
        case Found():
            screen = Screen.UNCONFIRMED if showing.next_card_waits else Screen.FOUND
            return _scene(screen, finding=showing.finding, contests=showing.contests)
        case LookingUp():
            return Scene(screen=Screen.SENDING, wording=danish.LOOKING_UP)
        case Sending():
            return _sending(showing)
        case HandingOut():
            return _handing_out(table, showing)
        case Refusing():
            return Scene(screen=showing.screen, wording=showing.wording, details=showing.details, finding=showing.finding)
        case CutOff():
            return _scene(Screen.OFFLINE, danish.not_registered(showing.last_four), danish.SCAN_AGAIN_LATER)
        case Stopped():
            return _scene(Screen.STOPPED, *showing.details)
        case _:
            assert_never(showing)


def _scene(screen: Screen, *details: str, finding: CardFinding | None = None, contests: ContestSet = NO_CONTESTS) -> Scene:
    return Scene(screen=screen, wording=danish.SCREENS[screen], details=details, finding=finding, contests=contests)


def _sending(sending: Sending) -> Scene:
    if not sending.late:
        return _scene(Screen.SENDING, finding=sending.finding)
    details = (danish.not_settled(sending.request.card[-4:]), danish.TRIES_BY_ITSELF)
    return _scene(Screen.OFFLINE, *details, finding=sending.finding)


def _handing_out(table: Table, handing_out: HandingOut) -> Scene:
    answered = set(handing_out.mark.answer.contests)
    contests = ContestSet(sum(1 << bit for bit, one in enumerate(table.election.contests) if one.code in answered))
    wording = Wording(danish.hand_out(len(answered)), danish.SCREENS[Screen.REGISTERED].instruction)
    # A name stays on the screen for a minute at most, if nobody comes.
    forgotten = table.clock.steady_s() - table.shown_at_s >= NAME_SHOWN_S
    finding = None if forgotten else handing_out.finding
    return Scene(screen=Screen.REGISTERED, wording=wording, finding=finding, contests=contests)


def _resting(table: Table) -> Scene:
    screen = table.resting
    if screen is Screen.PAUSED:
        return _scene(screen, *_paused(table))
    if screen is Screen.CLOSED and table.place.station_state is StationState.CLOSED:
        return Scene(screen=screen, wording=danish.STATION_CLOSED, details=(danish.CLOSED_BY_CHAIR,))
    if screen is Screen.OFFLINE:
        if table.copy is None and table.connection.up:
            return Scene(screen=screen, wording=danish.FETCHING_REGISTER)
        return _scene(screen, danish.TRIES_BY_ITSELF)
    return _scene(screen)


def _paused(table: Table) -> tuple[str, ...]:
    open_tables = [other.number for other in table.place.others if other.state is TableState.OPEN]
    since: datetime | None = table.place.paused_at
    return (danish.send_to_tables(sorted(open_tables)), *([danish.paused_since(since)] if since else []))


def _voter(finding: CardFinding | None) -> VoterPart | None:
    if finding is None:
        return None
    entry = finding.entry
    return VoterPart(name=entry.name, birth_date=danish.danish_date(entry.birth_date), sex=danish.SEXES[entry.sex])
