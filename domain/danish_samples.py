"""What stands on the sample cards of a practice election: for each situation, what the table will say and why."""

from collections.abc import Sequence
from enum import StrEnum

from domain.danish import SCAN_PROBLEMS, SCREENS, hand_out
from domain.elections import Contest, Station
from domain.poll_cards import ScanProblem
from domain.screens import Screen


class Situation(StrEnum):
    """What can happen when a card is scanned. Refusals have the codes that the rule itself gives them."""

    OK = "ok"
    OK_2 = "ok_2"
    OK_3 = "ok_3"
    OK_ONE_CONTEST = "ok_one_contest"
    OK_PARTIAL_ADVANCE = "ok_partial_advance"
    OK_LONG_NAME = "ok_long_name"
    OK_OTHER_SCRIPT = "ok_other_script"
    OK_REPLACEMENT = "ok_replacement"
    CARD_REPLACED = "card_replaced"
    ALREADY_MARKED = "already_marked"
    ADVANCE_VOTED = "advance_voted"
    NOT_ENTITLED = "not_entitled"
    WRONG_STATION = "wrong_station"
    UNKNOWN_CARD = "unknown_card"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    LIVE_CARD = "live_card"


_REFUSED = {
    Situation.CARD_REPLACED: SCREENS[Screen.REPLACED].verdict,
    Situation.ALREADY_MARKED: SCREENS[Screen.VOTED].verdict,
    Situation.ADVANCE_VOTED: SCREENS[Screen.LETTER].verdict,
    Situation.NOT_ENTITLED: SCREENS[Screen.NOT_ENTITLED].verdict,
    Situation.WRONG_STATION: SCREENS[Screen.WRONG_STATION].verdict,
    Situation.UNKNOWN_CARD: SCREENS[Screen.UNKNOWN].verdict,
    Situation.WRONG_CHECK_DIGIT: SCAN_PROBLEMS[ScanProblem.WRONG_CHECK_DIGIT].verdict,
    Situation.LIVE_CARD: SCAN_PROBLEMS[ScanProblem.LIVE_CARD].verdict,
}

_NOTES = {
    Situation.OK: "Scan kortet én gang til bagefter. Så svarer bordet, at vælgeren har stemt.",
    Situation.OK_2: "En vælger til, så I kan øve jer.",
    Situation.OK_3: "En vælger til, så I kan øve jer.",
    Situation.OK_LONG_NAME: "Vælgeren har et meget langt navn. Hele navnet skal kunne læses på skærmen.",
    Situation.OK_OTHER_SCRIPT: "Vælgerens navn er skrevet med andre bogstaver.",
    Situation.OK_REPLACEMENT: "Det nye kort. Vælgeren havde mistet det gamle.",
    Situation.CARD_REPLACED: "Det gamle kort. Vælgeren har fået et nyt.",
    Situation.ALREADY_MARKED: "Vælgeren er registreret ved et andet bord.",
    Situation.ADVANCE_VOTED: "Vælgeren har brevstemt, og brevstemmen er godkendt.",
    Situation.NOT_ENTITLED: "Vælgeren er slettet af valglisten.",
    Situation.UNKNOWN_CARD: "Tallet er læst rigtigt, men ingen vælger har fået det.",
    Situation.WRONG_CHECK_DIGIT: "Det sidste ciffer er forkert, som når et kort læses skævt.",
    Situation.LIVE_CARD: "Et kort fra et rigtigt valg. Det gælder ikke i en øvelse.",
}


def sample_heading(situation: Situation, ballots: Sequence[Contest]) -> str:
    """What the table says at last: how many ballots to hand out, or why none."""
    return _REFUSED.get(situation) or hand_out(len(ballots))


def sample_note(situation: Situation, ballots: Sequence[Contest], right_station: Station | None) -> str:
    """Why, in one or two short sentences."""
    if situation is Situation.WRONG_STATION and right_station is not None:
        return f"Vælgeren skal stemme på {right_station.name}."
    if situation is Situation.OK_ONE_CONTEST:
        return f"Vælgeren har kun valgret til {_listed(ballots)}."
    if situation is Situation.OK_PARTIAL_ADVANCE:
        return f"Vælgeren har brevstemt til det ene valg og mangler {_listed(ballots)}."
    return _NOTES[situation]


def _listed(ballots: Sequence[Contest]) -> str:
    return " og ".join(ballot.name for ballot in ballots)
