"""What the register import says of a file, in plain Danish: one sentence for each reason.

A sentence never repeats a name, a date of birth, a CPR number or a card number; it may repeat a code (``seen``), cut short.
"""

from enum import StrEnum


class FileProblem(StrEnum):
    """Why a register file is refused."""

    FILE_EMPTY = "file_empty"
    FILE_TOO_BIG = "file_too_big"
    TOO_MANY_ROWS = "too_many_rows"
    UTF_16 = "utf_16"
    NOT_UTF_8 = "not_utf_8"
    WRONG_SEPARATOR = "wrong_separator"
    UNKNOWN_COLUMN = "unknown_column"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    EMPTY_LINE = "empty_line"
    LINE_TOO_LONG = "line_too_long"
    SHORT_ROW = "short_row"
    LONG_ROW = "long_row"
    BAD_QUOTES = "bad_quotes"
    NUL = "nul"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    UNKNOWN_DISTRICT = "unknown_district"
    BAD_REGISTER_NUMBER = "bad_register_number"
    DUPLICATE_REGISTER_NUMBER = "duplicate_register_number"
    BAD_CPR = "bad_cpr"
    NO_NAME = "no_name"
    BAD_DATE = "bad_date"
    NO_SUCH_DATE = "no_such_date"
    BORN_TOO_EARLY = "born_too_early"
    UNDER_AGE = "under_age"
    BAD_SEX = "bad_sex"
    BAD_PART = "bad_part"
    NO_CONTEST = "no_contest"
    UNKNOWN_CONTEST = "unknown_contest"
    CONTEST_TWICE = "contest_twice"
    BAD_YES_NO = "bad_yes_no"
    ADVANCE_NOT_ENTITLED = "advance_not_entitled"
    ADVANCE_DATE_MISSING = "advance_date_missing"
    ADVANCE_DATE_ALONE = "advance_date_alone"
    ADVANCE_DATE_TOO_LATE = "advance_date_too_late"
    UNKNOWN_CARD_PATTERN = "unknown_card_pattern"
    DUPLICATE_CARD = "duplicate_card"
    CARD_IN_OTHER_ELECTION = "card_in_other_election"
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_BAD = "manifest_bad"
    MANIFEST_ROWS = "manifest_rows"
    MANIFEST_DISTRICT = "manifest_district"
    MANIFEST_HASH = "manifest_hash"
    EMPTY_DISTRICT = "empty_district"


SENTENCES: dict[FileProblem, str] = {
    FileProblem.FILE_EMPTY: "Filen er tom: der er ingen linje med kolonnenavne.",
    FileProblem.FILE_TOO_BIG: "Filen er større end {limit} byte.",
    FileProblem.TOO_MANY_ROWS: "Filen har flere end {limit} vælgere.",
    FileProblem.UTF_16: "Filen ligner UTF-16. Gem den som UTF-8.",
    FileProblem.NOT_UTF_8: "Feltet er ikke UTF-8; det ligner Windows-1252. Gem filen som UTF-8.",
    FileProblem.WRONG_SEPARATOR: "Felterne skal skilles af semikolon; filen ligner en med {seen}.",
    FileProblem.UNKNOWN_COLUMN: "Kolonnen »{seen}« er ukendt.",
    FileProblem.MISSING_COLUMN: "Kolonnen mangler i filens første linje.",
    FileProblem.DUPLICATE_COLUMN: "Kolonnen står to gange i filens første linje.",
    FileProblem.EMPTY_LINE: "Linjen er tom.",
    FileProblem.LINE_TOO_LONG: "Linjen er længere end {limit} tegn.",
    FileProblem.SHORT_ROW: "Linjen har {seen} felter; der skal være {limit}.",
    FileProblem.LONG_ROW: (
        "Linjen har {seen} felter; der skal være {limit}. Et semikolon i en tekst kræver anførselstegn om feltet."
    ),
    FileProblem.BAD_QUOTES: "Anførselstegn er sat forkert eller ikke lukket på linjen.",
    FileProblem.NUL: "Feltet indeholder et NUL-tegn; filen kan være beskadiget.",
    FileProblem.CONTROL_CHARACTER: "Feltet indeholder et styretegn ({seen}).",
    FileProblem.TOO_LONG: "Feltet er længere end {limit} tegn.",
    FileProblem.UNKNOWN_DISTRICT: "Valget har ikke afstemningsområdet »{seen}« (kommunekode-nummer).",
    FileProblem.BAD_REGISTER_NUMBER: "Valgnummeret skal være et helt tal fra 1 til {limit}.",
    FileProblem.DUPLICATE_REGISTER_NUMBER: "Valgnummeret står allerede på linje {seen} i samme afstemningsområde.",
    FileProblem.BAD_CPR: (
        "Personnummeret skal være 10 cifre, eventuelt med bindestreg efter de første 6, eller feltet skal være tomt."
    ),
    FileProblem.NO_NAME: "Vælgeren har intet navn.",
    FileProblem.BAD_DATE: "Datoen skal skrives som åååå-mm-dd.",
    FileProblem.NO_SUCH_DATE: "Datoen findes ikke i kalenderen.",
    FileProblem.BORN_TOO_EARLY: "Fødselsdatoen ligger før {limit}.",
    FileProblem.UNDER_AGE: "Vælgeren er ikke fyldt 18 år på valgdagen.",
    FileProblem.BAD_SEX: "Køn skal være K, M eller X; her står »{seen}«.",
    FileProblem.BAD_PART: "Liste skal være H, T, U, D eller N; her står »{seen}«.",
    FileProblem.NO_CONTEST: "Vælgeren har ikke stemmeret til noget: angiv mindst én stemmetype.",
    FileProblem.UNKNOWN_CONTEST: "Valget har ikke stemmetypen »{seen}«.",
    FileProblem.CONTEST_TWICE: "Stemmetypen »{seen}« står to gange.",
    FileProblem.BAD_YES_NO: "Feltet skal være ja eller nej eller tomt; her står »{seen}«.",
    FileProblem.ADVANCE_NOT_ENTITLED: "Der er brevstemt til en stemmetype, som vælgeren ikke har stemmeret til.",
    FileProblem.ADVANCE_DATE_MISSING: "Vælgeren har brevstemt, men datoen mangler.",
    FileProblem.ADVANCE_DATE_ALONE: "Der er en dato for brevstemme, men ingen stemmetype i »brevstemt«.",
    FileProblem.ADVANCE_DATE_TOO_LATE: "Brevstemmen er dateret efter valgdagen.",
    FileProblem.UNKNOWN_CARD_PATTERN: "Valgkortnummeret passer ikke til noget mønster, som valget er sat op med.",
    FileProblem.DUPLICATE_CARD: "Valgkortnummeret står allerede på linje {seen}.",
    FileProblem.CARD_IN_OTHER_ELECTION: "Et valgkortnummer i filen er allerede brugt i et andet valg i databasen.",
    FileProblem.MANIFEST_MISSING: "Følgefilen {seen} findes ikke.",
    FileProblem.MANIFEST_BAD: "Følgefilen kan ikke bruges: {seen}.",
    FileProblem.MANIFEST_ROWS: "Filen har {seen} vælgere; følgefilen siger {limit}.",
    FileProblem.MANIFEST_DISTRICT: "Afstemningsområde {district} har {seen} vælgere i filen; følgefilen siger {limit}.",
    FileProblem.MANIFEST_HASH: "Filens SHA-256 er ikke den, som følgefilen siger: filen er ændret eller beskadiget.",
    FileProblem.EMPTY_DISTRICT: "Afstemningsområde {district} har ingen vælgere i filen.",
}


def sentence(problem: FileProblem, values: dict[str, str | int]) -> str:
    """The Danish sentence for a reason, with its values filled in."""
    return SENTENCES[problem].format(**values)


REPORT_COLUMNS = ("linje", "kolonne", "kolonnenavn", "årsag")

REFUSALS = {
    "unknown_election": "Valget findes ikke i databasen. Intet er gemt.",
    "already_loaded": "Valget har allerede en valgliste. Brug --replace for at erstatte den. Intet er gemt.",
    "station_opened": "Et afstemningssted har været åbnet; valglisten kan ikke længere erstattes. Intet er gemt.",
    "has_marks": "Der er afkrydsninger i valglisten; den kan ikke længere erstattes. Intet er gemt.",
    "seed_in_live": "Et rigtigt valg får tilfældige valgkortnumre: --card-seed er kun til øvelsesvalg. Intet er gemt.",
}
"""Why an election cannot take a register, by ``server.actions.register_order.ImportRefusal``."""


def nothing_stored(count: int, *, more: bool) -> str:
    """The first sentence about a refused file."""
    number = f"Mindst {count}" if more else str(count)
    return f"{number} fejl i valglistens fil. Intet er gemt."


def shown_problem(line: int | None, column: int | None, column_name: str, reason: str) -> str:
    """One problem on one line: where, and what."""
    places = []
    if line is not None:
        places.append(f"linje {line}")
    if column is not None:
        places.append(f"kolonne {column}")
    if column_name:
        places.append(column_name)
    where = ", ".join(places)
    return f"{where[:1].upper()}{where[1:]}: {reason}" if where else reason
