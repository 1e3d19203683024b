"""What the demo says when it is ready: for people in Danish and English, for programs as one line of JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from printer.sample_sheet import SampleCard


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table that the demo runs, and where its page is."""

    url: str
    station: str
    station_number: int
    number: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything a visitor needs."""

    server: str
    tables: Sequence[OwnTable]
    sign_in: Mapping[str, str]
    samples: Sequence[SampleCard]
    sheet: Path
    page: Path
    speed: float

    @property
    def board(self) -> str:
        """The live board."""
        return f"{self.server}/board"


_ROLES = {
    "register_keeper": ("Tilforordnet", "Register keeper"),
    "register_keeper_2": ("Tilforordnet, afløser", "Register keeper, relief"),
    "station_secretary": ("Valgsekretær", "Station secretary"),
    "chair": ("Formand", "Chair"),
    "election_office": ("Valgkontor", "Election office"),
    "board": ("Tavle (kun ved rigtige valg)", "Board (live elections only)"),
}


def as_json(ready: Ready) -> str:
    """One JSON object on one line."""
    return json.dumps(
        {
            "server": ready.server,
            "board": ready.board,
            "tables": [
                {"url": table.url, "station": table.station, "station_number": table.station_number, "number": table.number}
                for table in ready.tables
            ],
            "sign_in": dict(ready.sign_in),
            "samples": {card.situation: card.digits for card in ready.samples},
            "sample_sheet": str(ready.sheet),
            "sample_page": str(ready.page),
        },
        ensure_ascii=False,
    )


def as_text(ready: Ready) -> str:
    """The same for people: where to look, how to sign in, which cards to scan."""
    places = [("Tavle", "Board", ready.board)] + [
        (f"Bord {table.number}, {table.station}", f"Table {table.number}", table.url) for table in ready.tables
    ]
    first = next((card for card in ready.samples if card.situation == "ok"), None)
    day = _day_sentence(ready.speed)
    lines = [
        "",
        "Øvelsesvalget kører. · The practice election is running.",
        "",
        "Åbn i en browser · Open in a browser",
        *(f"  {danish + ' · ' + english:44} {url}" for danish, english, url in places),
        "",
        "Koder til at logge på et bord · Codes for signing in at a table",
        *(f"  {' · '.join(_ROLES[role]):58} {code}" for role, code in ready.sign_in.items()),
        "",
        "Prøvekort, ét for hver situation · Sample poll cards, one for every situation",
        f"  {'Til udskrift · To print':44} {ready.sheet}",
        f"  {'På skærmen · On screen':44} {ready.page}",
        *([f"  {'Prøv straks · Try at once':44} {first.grouped}"] if first else []),
        "",
        *day,
        "Stop: Ctrl-C. Næste start fortsætter; --fresh begynder forfra. · The next start continues; --fresh begins anew.",
    ]
    return "\n".join(lines)


def _day_sentence(speed: float) -> list[str]:
    if speed <= 0:
        return ["Ingen vælgere kommer af sig selv (--speed 0). · Nobody comes by themselves (--speed 0)."]
    danish = f"Øvelsesvælgere kommer af sig selv; dagen går {speed:g} gange så hurtigt."
    return [f"{danish} · Practice voters come by themselves; the day goes {speed:g} times as fast."]
