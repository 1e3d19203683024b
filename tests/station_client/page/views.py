"""Views as a table's process sends them: one of every screen, with the sentences that officials read."""

from copy import deepcopy
from typing import Any

from domain import danish
from domain.screens import KINDS, Screen, sound_of

View = dict[str, Any]

KIRSTEN = {"name": "Kirsten Margrethe Østergård", "birth_date": "14. marts 1968", "sex": "Kvinde"}
JENS = {"name": "Jens Åge Sørensen", "birth_date": "9. juni 1955", "sex": "Mand"}
LONGEST_DATE = {
    "name": "Anne-Sofie von Wowern-Kjærsgaard Bjørnstjerne",
    "birth_date": "30. september 1937",
    "sex": "Ikke oplyst",
}
BOTH = [{"name": "Kommunalvalg", "colour": "#ffffff"}, {"name": "Regionsrådsvalg", "colour": "#ffe566"}]

_VOTERS = {
    Screen.FOUND: KIRSTEN,
    Screen.SENDING: KIRSTEN,
    Screen.REGISTERED: KIRSTEN,
    Screen.UNCONFIRMED: KIRSTEN,
    Screen.VOTED: JENS,
    Screen.LETTER: {"name": "Bo Dam", "birth_date": "17. august 1944", "sex": "Mand"},
    Screen.REPLACED: {"name": "Ida Kjær", "birth_date": "5. maj 2007", "sex": "Kvinde"},
    Screen.NOT_ENTITLED: {"name": "Ahmed Yilmaz", "birth_date": "2. november 1991", "sex": "Mand"},
}
_DETAILS = {
    Screen.VOTED: ["Registreret ved bord 2 kl. 10.42"],
    Screen.LETTER: ["Brevstemme modtaget 21. oktober"],
    Screen.REPLACED: ["Nyt kort printet kl. 11.05, slutter på …2871"],
    Screen.WRONG_STATION: ["Skovlunde Hallen", "Lundebjergvej 78, 2740 Skovlunde", "Giv valgkortet tilbage."],
    Screen.UNKNOWN: ["Læst: …8012"],
    Screen.MISREAD: ["Læst: …0491", "Hold scanneren 10–15 cm fra kortet."],
    Screen.PAUSED: ["Henvis vælgerne til de åbne borde: 1, 2 og 3", "Pause siden kl. 14.32"],
    Screen.OFFLINE: [
        "Kort …2817 er ikke registreret.",
        "Scan kortet igen, når forbindelsen er tilbage.",
        "Bordet prøver igen af sig selv. Varer det mere end 3 minutter: tilkald valgsekretæren.",
    ],
    Screen.STOPPED: ["Bordets journal kan ikke skrives. Måske er disken fuld."],
}
_WITH_BALLOTS = frozenset({Screen.FOUND, Screen.SENDING, Screen.REGISTERED, Screen.UNCONFIRMED})
_TABLE_STATES = {Screen.PAUSED: "paused", Screen.CLOSED: "closed", Screen.NOT_OPEN: "closed"}


def make_view(screen: Screen, **changes: Any) -> View:  # noqa: ANN401 - a JSON value
    """This screen as it stands in the middle of an election day; ``changes`` replace whole parts of it."""
    wording = danish.SCREENS[screen]
    ballots = BOTH if screen in _WITH_BALLOTS else []
    enrolled, signed_in = screen is not Screen.ENROL, screen not in {Screen.ENROL, Screen.SIGN_IN}
    view: View = {
        "serial": 0,
        "state": screen.value,
        "kind": KINDS[screen].value,
        "verdict": danish.hand_out(len(ballots)) if screen is Screen.REGISTERED else wording.verdict,
        "instruction": wording.instruction,
        "details": _DETAILS.get(screen, []),
        "voter": _VOTERS.get(screen),
        "ballots": ballots,
        "sound": sound_of(screen),
        "confirm_after_ms": 400,
        "table": {"number": 4, "station": "Tapeten", "state": _TABLE_STATES.get(screen, "open")} if enrolled else None,
        "election": {"name": "Øvelse KV/RV 2029", "practice": True} if enrolled else None,
        "official": {"name": "Birthe Lund", "role": "register_keeper"} if signed_in else None,
        "connection": {
            "up": screen is not Screen.OFFLINE,
            "lost_for_s": 26 if screen is Screen.OFFLINE else None,
            "unsettled": 0,
        },
        "scanner": {"lengths": [12]},
        "calls_help": False,
        "counts": {"cards": 412, "marks": 412, "difference": 0},
        "recent": [
            {"at": "14.46", "last_four": "2817", "text": "Udleveret 2", "good": True},
            {"at": "14.45", "last_four": "2800", "text": "Udleveret 2", "good": True},
            {"at": "14.43", "last_four": "2746", "text": "Forkert sted", "good": False},
            {"at": "14.42", "last_four": "2731", "text": "Udleveret 1", "good": True},
        ]
        if signed_in
        else [],
        "can_withdraw": signed_in,
        "clock": "14.47",
        "error": None,
    }
    return deepcopy({**view, **changes})
