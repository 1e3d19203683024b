"""The JSON between server and table. The only module of the domain that knows Pydantic.

Every model is frozen and refuses unknown fields; every string and list has a limit; every time is aware. Refusals cross as
codes, never as sentences.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.elections import ElectionKind, StationState, TableState
from domain.marks import MAX_REASON_LENGTH, MarkSource, Refusal
from domain.officials import Role
from domain.register import EntryStatus

WIRE_VERSION = 1
MAX_BATCH = 500
MAX_EVENTS = 1_000

CardText = Annotated[str, Field(min_length=6, max_length=24, pattern=r"^[0-9]+$")]
CodeText = Annotated[str, Field(min_length=1, max_length=40)]
Short = Annotated[str, Field(max_length=200)]
OfficialId = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""As wide as a column that keeps it; a wider one would be an error of the database instead of a malformed call."""


class Wire(BaseModel):
    """What all messages have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class MarkRequest(Wire):
    """One voter to be marked. ``request_id`` was on the table's disk before it was sent."""

    kind: Literal["mark"] = "mark"
    request_id: UUID
    epoch: Annotated[int, Field(ge=0, le=2**31)]
    package_hash: Annotated[str, Field(min_length=64, max_length=64)]
    card: CardText
    source: MarkSource
    official_id: OfficialId
    made_at: AwareDatetime


class HandedOverRequest(Wire):
    """The ballots of an earlier mark were handed to the voter."""

    kind: Literal["handed_over"] = "handed_over"
    request_id: UUID
    mark_request_id: UUID
    official_id: OfficialId
    made_at: AwareDatetime


class WithdrawalIn(Wire):
    """An earlier mark is taken back; ``second_code`` is the sign-in code of the other official, never stored."""

    request_id: UUID
    mark_request_id: UUID
    official_id: OfficialId
    second_code: CodeText
    reason: Annotated[str, Field(max_length=MAX_REASON_LENGTH)]
    made_at: AwareDatetime


TableRequest = Annotated[MarkRequest | HandedOverRequest, Field(discriminator="kind")]


class RequestsIn(Wire):
    """What a table has to tell: one scan, or all that an outage left in its journal, in the journal's order."""

    requests: Annotated[tuple[TableRequest, ...], Field(min_length=1, max_length=MAX_BATCH)]


class StationOut(Wire):
    """A polling station, for a voter who must be sent there."""

    municipality_code: int
    number: int
    name: Short
    venue: Short
    address: Short


class Answer(Wire):
    """The answer to one request; the same for ever for the same request id. ``epoch`` is the one it was decided under."""

    request_id: UUID
    epoch: int
    accepted: bool
    contests: tuple[CodeText, ...] = ()
    refusal: Refusal | None = None
    event: int | None = None
    entry_id: int | None = None
    at: AwareDatetime | None = None
    earlier_table: int | None = None
    earlier_at: AwareDatetime | None = None
    earlier_request_id: UUID | None = None
    replaced_at: AwareDatetime | None = None
    replaced_by_last_four: str | None = None
    advance_received_on: date | None = None
    right_station: StationOut | None = None


class AnswersOut(Wire):
    """Answers in the order of the requests."""

    answers: tuple[Answer, ...]


class RefusedOut(Wire):
    """A whole call is refused. ``problem`` is a code from ``domain.danish.PROBLEMS``; it holds no person and no secret.

    ``where`` names the field of a malformed call and what is wrong with it, without its value.
    """

    problem: CodeText
    retry_after_s: int | None = None
    where: Annotated[str, Field(max_length=400)] | None = None


class EnrolIn(Wire):
    """A laptop shows its one-time code."""

    code: CodeText
    wire_version: int


class ContestOut(Wire):
    """One ballot paper, in the election file's order."""

    code: CodeText
    name: Short
    ballot_colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class CardAliasOut(Wire):
    """A supplier's number pattern, so that the table knows when a scan is complete."""

    length: int
    prefix: Annotated[str, Field(max_length=24)]


class ElectionOut(Wire):
    """What a table must know of the election."""

    election_id: int
    name: Short
    day: date
    opens_at: str
    closes_at: str
    kind: ElectionKind
    card_series: str
    contests: tuple[ContestOut, ...]
    card_aliases: tuple[CardAliasOut, ...]


class EnrolledOut(Wire):
    """The laptop is this table from now on. ``token`` is shown once; the server keeps only its hash."""

    token: Annotated[str, Field(min_length=20, max_length=80)]
    table_id: int
    table_number: int
    station_id: int
    station: StationOut
    election: ElectionOut


class PackageHeader(Wire):
    """First line of a station package. The rows follow, one JSON array a line; ``package_hash`` is over those lines."""

    wire_version: int
    election: ElectionOut
    station_id: int
    station: StationOut
    station_state: StationState
    epoch: int
    as_of_event: int
    entries: int
    cards: int
    marks: int
    package_hash: str


class SignInIn(Wire):
    """An official's code, typed at a table."""

    code: CodeText


class OfficialOut(Wire):
    """Who sits at the table now."""

    official_id: int
    name: Short
    role: Role


class CardIn(Wire):
    """A card that the table's own replica does not know."""

    card: CardText


class CardFindingOut(Wire):
    """What the server knows of such a card: whose station it belongs to, or nothing. No person crosses."""

    refusal: Refusal
    right_station: StationOut | None = None


class TableStateIn(Wire):
    """The table is opened, paused or closed by the official at it."""

    state: TableState
    official_id: OfficialId


class TableNow(Wire):
    """What a table says of itself every few seconds."""

    last_event: Annotated[int, Field(ge=0, le=2**31 - 1)]
    unsettled: Annotated[int, Field(ge=0, le=1_000_000)]
    calls_help: bool = False


class EventOut(Wire):
    """An event as other tables of the station may see it."""

    number: int
    kind: CodeText
    entry_id: int | None = None
    table_number: int | None = None
    at: AwareDatetime | None = None
    contests: tuple[CodeText, ...] = ()
    card: CardText | None = None
    new_card: CardText | None = None
    status: EntryStatus | None = None
    request_id: UUID | None = None


class OtherTable(Wire):
    """Another table of the station, so that a paused one can send voters there."""

    number: int
    state: TableState


class StationNews(Wire):
    """Server to table, after each commit at the station and every few seconds: level, not edge.

    ``events`` are those after the number the table last named, in order and without gaps, at most ``MAX_EVENTS``.
    """

    epoch: int
    last_event: int
    station_state: StationState
    table_state: TableState
    tables: tuple[OtherTable, ...]
    events: Annotated[tuple[EventOut, ...], Field(max_length=MAX_EVENTS)]
    server_at: AwareDatetime


# The rows of a package, for both ends (server.package_rows writes them, station_client reads them). An entry is e, entry id,
# register number, name, birth date, sex, contests, advance contests, advance received on, status; a card is c, number, entry
# id, replaced at, last four of the newer one; a mark is m, request id, entry id, table number, contests, recorded at. Contests
# are bit sets in the election's order; dates and times are ISO text. The last row is end and SHA-256 over all before it.
