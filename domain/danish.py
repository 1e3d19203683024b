"""Every Danish sentence that the programs say, in one place. A page's fixed labels stand in its template.

Plain words, at most one thought a sentence; a stop always names the next step, and says so when nothing was registered.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.marks import Refusal
from domain.poll_cards import ScanProblem
from domain.register import Sex
from domain.screens import Screen, Wording

LOCAL_ZONE = ZoneInfo("Europe/Copenhagen")

_MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)


# --- Numbers and times ---------------------------------------------------------------------------------------------------


def danish_date(day: date) -> str:
    """As it is said: ``14. marts 1968``."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def danish_day(day: date) -> str:
    """Without the year: ``21. oktober``."""
    return f"{day.day}. {_MONTHS[day.month - 1]}"


def danish_clock(moment: datetime) -> str:
    """The time of day in Denmark of an aware moment: ``14.46``. ``ValueError`` for a naive one, which could be any zone's."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no Danish clock")
    return f"{moment.astimezone(LOCAL_ZONE):%H.%M}"


def danish_number(number: int) -> str:
    """With points between thousands: ``16.690``."""
    return f"{number:,}".replace(",", ".")


def danish_percent(share: float) -> str:
    """A share from 0 to 1 with one decimal and a space that does not break: ``45,8 %``."""
    return f"{share * 100:.1f}".replace(".", ",") + "\u00a0%"


def danish_age(seconds: int) -> str:
    """How long, in one unit: ``4 sek.``, ``6 min.``, ``2 t.``."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} sek."
    return f"{seconds // 60} min." if seconds < 90 * 60 else f"{seconds // 3600} t."


def danish_list(parts: Sequence[str]) -> str:
    """As a list is said: ``1, 2 og 3``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} og {parts[-1]}" if parts else ""


SEXES: dict[Sex, str] = {Sex.FEMALE: "Kvinde", Sex.MALE: "Mand", Sex.UNSPECIFIED: "Ikke oplyst"}


# --- The table's screens -------------------------------------------------------------------------------------------------

SCREENS: dict[Screen, Wording] = {
    Screen.ENROL: Wording("Tilslut bordet", "Skriv serverens adresse og bordets engangskode fra valgkontoret."),
    Screen.SIGN_IN: Wording("Log på bordet", "Skriv din kode: ti cifre."),
    Screen.READY: Wording("Klar til næste valgkort", "Scan stregkoden på valgkortet"),
    Screen.FOUND: Wording("Spørg om fødselsdato", "Passer navn, fødselsdato og køn? Tryk Mellemrum."),
    Screen.SENDING: Wording("Vent – registrerer", "Udlevér ikke stemmesedler endnu."),
    Screen.REGISTERED: Wording("Udlevér stemmesedler", "Vælgeren er registreret. Behold valgkortet."),
    Screen.VOTED: Wording("Stop – har allerede stemt", "Udlevér ikke stemmeseddel. Tilkald valgsekretæren."),
    Screen.LETTER: Wording(
        "Stop – har brevstemt", "Brevstemmen er taget med. Udlevér ikke stemmeseddel. Tilkald valgsekretæren."
    ),
    Screen.REPLACED: Wording(
        "Gammelt kort – brug det nye", "Valgsekretæren har printet et nyt kort. Behold det gamle, og scan det nye."
    ),
    Screen.WRONG_STATION: Wording("Forkert valgsted", "Vælgeren skal stemme på:"),
    Screen.NOT_ENTITLED: Wording("Stop – ikke stemmeret", "Udlevér ikke stemmeseddel. Send vælgeren til valgsekretæren."),
    Screen.UNKNOWN: Wording(
        "Kortet findes ikke", "Er det et valgkort til dette valg? Ellers: send vælgeren til valgsekretæren."
    ),
    Screen.MISREAD: Wording("Scan kortet igen", "Stregkoden blev ikke læst rigtigt. Intet er registreret."),
    Screen.UNCONFIRMED: Wording("Gør forrige vælger færdig", "Det nye kort er ikke registreret. Scan det igen bagefter."),
    Screen.PAUSED: Wording("Bordet er på pause"),
    Screen.CLOSED: Wording("Bordet er lukket", "Udlevér ikke stemmesedler."),
    Screen.NOT_OPEN: Wording("Valgstedet er ikke åbnet", "Formanden åbner valgstedet. Udlevér ikke stemmesedler endnu."),
    Screen.OFFLINE: Wording("Ingen forbindelse", "Udlevér ikke stemmesedler. Bed vælgeren vente."),
    Screen.STOPPED: Wording("Stop – bordet virker ikke", "Udlevér ikke stemmesedler. Tilkald valgsekretæren."),
}

REFUSALS: dict[Refusal, Wording] = {
    Refusal.UNKNOWN_CARD: SCREENS[Screen.UNKNOWN],
    Refusal.CARD_REPLACED: SCREENS[Screen.REPLACED],
    Refusal.WRONG_STATION: SCREENS[Screen.WRONG_STATION],
    Refusal.ALREADY_MARKED: SCREENS[Screen.VOTED],
    Refusal.ADVANCE_VOTED: SCREENS[Screen.LETTER],
    Refusal.NOT_ENTITLED: SCREENS[Screen.NOT_ENTITLED],
    Refusal.STATION_NOT_OPEN: SCREENS[Screen.NOT_OPEN],
    Refusal.STATION_CLOSED: Wording("Valgstedet er lukket", "Intet er registreret. Send vælgeren til valgsekretæren."),
    Refusal.TABLE_PAUSED: Wording("Bordet er på pause", "Intet er registreret. Åbn bordet, og scan kortet igen."),
    Refusal.TABLE_CLOSED: Wording("Bordet er lukket", "Intet er registreret. Henvis vælgeren til et åbent bord."),
    Refusal.NOT_SIGNED_IN: Wording("Log på bordet", "Intet er registreret. Log på, og scan kortet igen."),
    Refusal.STALE_EPOCH: Wording("Scan kortet igen", "Bordets oplysninger er lige fornyet. Intet er registreret."),
    Refusal.OTHER_PACKAGE: Wording("Scan kortet igen", "Bordet henter en ny valgliste. Intet er registreret."),
    Refusal.REQUEST_ID_REUSED: Wording("Scan kortet igen", "Registreringen blev afvist. Intet er registreret."),
    Refusal.NO_SUCH_MARK: Wording("Findes ikke", "Serveren kender ikke registreringen. Tilkald valgsekretæren."),
    Refusal.MARK_WITHDRAWN: Wording("Allerede fortrudt", "Registreringen er fortrudt tidligere."),
    Refusal.SECOND_OFFICIAL_NEEDED: Wording(
        "To personer skal godkende", "Valgsekretæren eller formanden skal skrive sin egen kode. Intet er fortrudt."
    ),
    Refusal.REASON_NEEDED: Wording("Skriv en årsag", "Årsagen skal have mindst tre tegn. Intet er fortrudt."),
}

SCAN_PROBLEMS: dict[ScanProblem, Wording] = {
    ScanProblem.EMPTY: SCREENS[Screen.MISREAD],
    ScanProblem.NOT_DIGITS: SCREENS[Screen.MISREAD],
    ScanProblem.TOO_SHORT: SCREENS[Screen.MISREAD],
    ScanProblem.TOO_LONG: SCREENS[Screen.MISREAD],
    ScanProblem.WRONG_CHECK_DIGIT: SCREENS[Screen.MISREAD],
    ScanProblem.PRACTICE_CARD: Wording(
        "Øvelseskort – gælder ikke", "Kortet er fra en øvelse. Send vælgeren til valgsekretæren."
    ),
    ScanProblem.LIVE_CARD: Wording("Rigtigt valgkort", "Dette er en øvelse. Læg kortet til side, og brug et øvelseskort."),
    ScanProblem.OTHER_ELECTION: Wording(
        "Kort til et andet valg", "Kortet gælder ikke i dag. Send vælgeren til valgsekretæren."
    ),
}

SHORT_VERDICTS: dict[Screen, str] = {
    Screen.VOTED: "Har stemt",
    Screen.LETTER: "Har brevstemt",
    Screen.REPLACED: "Gammelt kort",
    Screen.WRONG_STATION: "Forkert sted",
    Screen.NOT_ENTITLED: "Ikke stemmeret",
    Screen.UNKNOWN: "Findes ikke",
}
"""What the list of the latest cards says; any other screen says that nothing was registered."""

NOTHING_REGISTERED = "Ikke registreret"

LOOKING_UP = Wording("Vent – slår kortet op", "Udlevér ikke stemmesedler endnu.")
FETCHING_REGISTER = Wording("Henter valglisten", "Vent. Udlevér ikke stemmesedler.")
STATION_CLOSED = Wording("Valgstedet er lukket", "Udlevér ikke stemmesedler.")

HOLD_THE_SCANNER = "Hold scanneren 10–15 cm fra kortet."
GIVE_THE_CARD_BACK = "Giv valgkortet tilbage."
SCAN_AGAIN_LATER = "Scan kortet igen, når forbindelsen er tilbage."
TRIES_BY_ITSELF = "Bordet prøver igen af sig selv. Varer det mere end 3 minutter: tilkald valgsekretæren."
CLOSED_BY_CHAIR = "Formanden har lukket valgstedet."
WITHDRAWN = "Fortrudt"
OPEN_THE_TABLE = "Åbn bordet igen, hvis der skal udleveres stemmesedler."


def hand_out(ballots: int) -> str:
    """The verdict when a voter has been registered: how many ballots."""
    return f"Udlevér {ballots} {'stemmeseddel' if ballots == 1 else 'stemmesedler'}"


def short_verdict(screen: Screen) -> str:
    """A screen's verdict in the list of the latest cards."""
    return SHORT_VERDICTS.get(screen, NOTHING_REGISTERED)


def handed_out(ballots: int) -> str:
    """The same in the list of the latest voters."""
    return f"Udleveret {ballots}"


def marked_at(table_number: int, moment: datetime) -> str:
    """Where and when a voter was registered before."""
    return f"Registreret ved bord {table_number} kl. {danish_clock(moment)}"


def advance_vote_received(day: date) -> str:
    """When the accepted advance vote came in."""
    return f"Brevstemme modtaget {danish_day(day)}"


def replaced_by(moment: datetime, last_four: str | None) -> str:
    """When the new card was made and how its number ends."""
    return f"Nyt kort printet kl. {danish_clock(moment)}" + (f", slutter på …{last_four}" if last_four else "")


def seen_digits(last_four: str) -> str:
    """The end of what a scanner read."""
    return f"Læst: …{last_four}"


def not_registered(last_four: str) -> str:
    """A card that was scanned while there was no connection."""
    return f"Kort …{last_four} er ikke registreret."


def not_settled(last_four: str) -> str:
    """A card whose mark was sent and not answered: neither yes nor no."""
    return f"Kort …{last_four} er ikke afklaret. Det sendes igen, når forbindelsen er tilbage."


def send_to_tables(numbers: Sequence[int]) -> str:
    """Where the queue of a paused table goes."""
    if not numbers:
        return "Ingen andre borde er åbne. Bed vælgerne vente."
    noun = "det åbne bord" if len(numbers) == 1 else "de åbne borde"
    return f"Henvis vælgerne til {noun}: {danish_list([str(number) for number in numbers])}"


def paused_since(moment: datetime) -> str:
    """When the pause began."""
    return f"Pause siden kl. {danish_clock(moment)}"


# --- Problems: a whole call is refused -----------------------------------------------------------------------------------

PROBLEMS: dict[str, str] = {
    "wrong_code": "Koden er forkert. Prøv igen.",
    "too_many_tries": "For mange forkerte koder. Vent lidt, og prøv igen.",
    "unknown_table": "Serveren kender ikke dette bord. Tilslut bordet igen med en ny engangskode.",
    "other_version": "Bordet og serveren har ikke samme version. Kontakt valgkontoret.",
    "overloaded": "Serveren har travlt. Bordet prøver igen af sig selv.",
    "unknown_enrolment_code": "Engangskoden findes ikke. Se efter, om den er skrevet rigtigt.",
    "enrolment_code_used": "Engangskoden er brugt. Bed valgkontoret om en ny.",
    "enrolment_code_expired": "Engangskoden er udløbet. Bed valgkontoret om en ny.",
    "not_allowed": "Det har du ikke adgang til. Tilkald valgsekretæren.",
    "bad_request": "Formularen kunne ikke læses. Skriv koden igen.",
    "malformed": "Serveren forstod ikke bordet. Kontakt valgkontoret.",
    "table_is_closed": "Bordet er lukket. Kun valgsekretæren kan åbne det igen.",
    "no_connection": "Ingen forbindelse til serveren. Prøv igen om lidt.",
    "not_https": "Serverens adresse skal begynde med https://",
    "already_enrolled": "Bordet er allerede tilsluttet.",
    "unsettled_marks": "Bordet har en uafklaret registrering. Tilslut det som samme bord, eller ring til valgkontoret.",
    "voter_in_flight": "Gør først vælgeren færdig.",
    "confirm_hand_over": "Bekræft først med Mellemrum, at stemmesedlerne er udleveret.",
    "not_signed_in": "Log først på bordet.",
    "unknown_reader": "Tavlen vises kun for dem, der har en læsekode. Bed valgkontoret om en.",
    "unknown_election": "Valget findes ikke på denne server.",
    "which_election": "Serveren har flere valg. Vælg et af dem.",
    "nothing_to_withdraw": "Der er ingen registrering at fortryde.",
    "withdrawal_unknown": "Det er uvist, om registreringen er fortrudt. Skriv koden igen, når der er forbindelse.",
    "previous_not_settled": "Vent: den forrige vælger er ikke afklaret endnu.",
    "broken": "Der er en fejl i bordets program. Genstart bordet.",
    "journal_failed": "Bordets journal kan ikke skrives. Måske er disken fuld.",
    "journal_damaged": "Bordets journal er beskadiget.",
    "journal_in_use": "Bordet kører allerede på denne computer.",
}
"""By code. Every ``problem`` that crosses the wire, or that a table finds by itself, has its sentence here."""


def damaged_row(number: int) -> str:
    """Which row of a table's journal does not follow from the one before."""
    return f"Fejl i række {danish_number(number)}."


def wait_seconds(seconds: int) -> str:
    """How long until another try is allowed."""
    return f"Vent {danish_number(seconds)} {'sekund' if seconds == 1 else 'sekunder'}."
