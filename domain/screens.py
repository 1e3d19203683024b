"""The screens that a table can show, and how each looks and sounds. What is written on them stands in ``domain.danish``."""

from dataclasses import dataclass
from enum import StrEnum

from domain.marks import Refusal
from domain.poll_cards import ScanProblem


class ScreenKind(StrEnum):
    """Each kind differs from the others in fill, shape, word and sound, never in colour alone."""

    CALM = "calm"
    ASK = "ask"
    GO = "go"
    WARN = "warn"
    STOP = "stop"
    PAUSE = "pause"
    OFF = "off"


class Screen(StrEnum):
    """What a table is showing. Only ``REGISTERED`` ever allows ballots to be handed out."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    READY = "ready"
    FOUND = "found"
    SENDING = "sending"
    REGISTERED = "registered"
    VOTED = "voted"
    LETTER = "letter"
    REPLACED = "replaced"
    WRONG_STATION = "wrong_station"
    NOT_ENTITLED = "not_entitled"
    UNKNOWN = "unknown"
    MISREAD = "misread"
    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    CLOSED = "closed"
    NOT_OPEN = "not_open"
    OFFLINE = "offline"
    STOPPED = "stopped"


KINDS: dict[Screen, ScreenKind] = {
    Screen.ENROL: ScreenKind.CALM,
    Screen.SIGN_IN: ScreenKind.CALM,
    Screen.READY: ScreenKind.CALM,
    Screen.FOUND: ScreenKind.ASK,
    Screen.SENDING: ScreenKind.ASK,
    Screen.REGISTERED: ScreenKind.GO,
    Screen.VOTED: ScreenKind.STOP,
    Screen.LETTER: ScreenKind.STOP,
    Screen.REPLACED: ScreenKind.WARN,
    Screen.WRONG_STATION: ScreenKind.WARN,
    Screen.NOT_ENTITLED: ScreenKind.STOP,
    Screen.UNKNOWN: ScreenKind.WARN,
    Screen.MISREAD: ScreenKind.WARN,
    Screen.UNCONFIRMED: ScreenKind.WARN,
    Screen.PAUSED: ScreenKind.PAUSE,
    Screen.CLOSED: ScreenKind.PAUSE,
    Screen.NOT_OPEN: ScreenKind.PAUSE,
    Screen.OFFLINE: ScreenKind.OFF,
    Screen.STOPPED: ScreenKind.STOP,
}

SILENT = frozenset({ScreenKind.CALM, ScreenKind.PAUSE})
SILENT_SCREENS = frozenset({Screen.SENDING})


def sound_of(screen: Screen) -> ScreenKind | None:
    """The sound that a screen begins with, named as its kind, or ``None`` for silence."""
    kind = KINDS[screen]
    return None if kind in SILENT or screen in SILENT_SCREENS else kind


REFUSAL_SCREENS: dict[Refusal, Screen] = {
    Refusal.UNKNOWN_CARD: Screen.UNKNOWN,
    Refusal.CARD_REPLACED: Screen.REPLACED,
    Refusal.WRONG_STATION: Screen.WRONG_STATION,
    Refusal.ALREADY_MARKED: Screen.VOTED,
    Refusal.ADVANCE_VOTED: Screen.LETTER,
    Refusal.NOT_ENTITLED: Screen.NOT_ENTITLED,
    Refusal.STATION_NOT_OPEN: Screen.NOT_OPEN,
    Refusal.STATION_CLOSED: Screen.CLOSED,
    Refusal.TABLE_PAUSED: Screen.PAUSED,
    Refusal.TABLE_CLOSED: Screen.CLOSED,
    Refusal.NOT_SIGNED_IN: Screen.SIGN_IN,
    Refusal.STALE_EPOCH: Screen.MISREAD,
    Refusal.OTHER_PACKAGE: Screen.MISREAD,
    Refusal.REQUEST_ID_REUSED: Screen.MISREAD,
    Refusal.NO_SUCH_MARK: Screen.MISREAD,
    Refusal.MARK_WITHDRAWN: Screen.MISREAD,
    Refusal.SECOND_OFFICIAL_NEEDED: Screen.MISREAD,
    Refusal.REASON_NEEDED: Screen.MISREAD,
}
"""Where a refusal is shown. Every refusal has a screen, so that none can leave an official without a next step."""

SCAN_PROBLEM_SCREENS: dict[ScanProblem, Screen] = {
    ScanProblem.EMPTY: Screen.MISREAD,
    ScanProblem.NOT_DIGITS: Screen.MISREAD,
    ScanProblem.TOO_SHORT: Screen.MISREAD,
    ScanProblem.TOO_LONG: Screen.MISREAD,
    ScanProblem.WRONG_CHECK_DIGIT: Screen.MISREAD,
    ScanProblem.PRACTICE_CARD: Screen.UNKNOWN,
    ScanProblem.LIVE_CARD: Screen.UNKNOWN,
    ScanProblem.OTHER_ELECTION: Screen.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands on a screen: the verdict, read at 1.5 m, and what to do now."""

    verdict: str
    instruction: str | None = None
