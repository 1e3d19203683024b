"""A small station for table tests: one voter for every situation, a package of them, a clock that is moved by hand, a table."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from domain.elections import ElectionKind, StationState, TableState
from domain.marks import MarkSource, Refusal
from domain.officials import Role
from domain.poll_cards import make_number
from domain.wire import (
    WIRE_VERSION,
    Answer,
    ContestOut,
    ElectionOut,
    EnrolledOut,
    EventOut,
    OfficialOut,
    OtherTable,
    PackageHeader,
    StationNews,
    StationOut,
)
from station_client.changes import Changes
from station_client.enrolment import Enrolment
from station_client.journal_store import open_journal
from station_client.ledger import Ledger
from station_client.package import build_copy
from station_client.private_files import make_private_folder
from station_client.register_copy import RegisterCopy, open_copy
from station_client.table import Table
from station_client.view import View, view_of

SCANNED = MarkSource.SCANNED
MORNING = datetime(2025, 11, 18, 8, 0, tzinfo=UTC)
SERIES = "97"
KV, RV, BOTH = 1, 2, 3
PACKAGE_HASH = "ab" * 32
STATION_ID = 21
TABLE_NUMBER = 4
TOKEN = "token-" + "x" * 37


def card_of(number: int) -> str:
    """The card of the voter with this register number."""
    return make_number(SERIES, number * 1_000 + 7).digits


# One voter for each thing that can be the matter. The register number is the entry id too.
PLAIN, OTHER, LETTER, ONE_LETTER, RV_ONLY, REMOVED, REPLACED, MARKED, THIRD = range(1, 10)
NEW_CARD = make_number(SERIES, 900_000).digits
FOREIGN_CARD = make_number(SERIES, 800_000).digits
UNKNOWN_CARD = make_number(SERIES, 700_000).digits
LIVE_CARD = make_number("25", 5).digits
OTHER_ELECTION_CARD = make_number("96", 5).digits

STATION = StationOut(municipality_code=151, number=2, name="Tapeten", venue="Tapeten", address="Magleparken 2, 2750 Ballerup")
NEXT_STATION = StationOut(
    municipality_code=151, number=6, name="Måløv", venue="Måløv Hallen", address="Måløv Byvej 5, 2760 Måløv"
)
ELECTION = ElectionOut(
    election_id=1,
    name="Kommunal- og regionsrådsvalg",
    day=date(2025, 11, 18),
    opens_at="08:00",
    closes_at="20:00",
    kind=ElectionKind.PRACTICE,
    card_series=SERIES,
    contests=(
        ContestOut(code="KV", name="Kommunalvalg", ballot_colour="#ffffff"),
        ContestOut(code="RV", name="Regionsrådsvalg", ballot_colour="#ffe566"),
    ),
    card_aliases=(),
)
BODIL = OfficialOut(official_id=11, name="Bodil Lund", role=Role.REGISTER_KEEPER)


def header(**changes: object) -> PackageHeader:
    """The package's first line."""
    fields: dict[str, object] = {
        "wire_version": WIRE_VERSION,
        "election": ELECTION,
        "station_id": STATION_ID,
        "station": STATION,
        "station_state": StationState.OPEN,
        "epoch": 1,
        "as_of_event": 10,
        "entries": 9,
        "cards": 10,
        "marks": 1,
        "package_hash": PACKAGE_HASH,
    }
    return PackageHeader.model_validate(fields | changes)


def package_rows() -> list[list[object]]:
    """The rows of the station's package."""
    special = {LETTER: (BOTH, BOTH), ONE_LETTER: (BOTH, KV), RV_ONLY: (RV, 0)}
    rows: list[list[object]] = []
    for number in range(PLAIN, THIRD + 1):
        contests, advance = special.get(number, (BOTH, 0))
        received = "2025-10-21" if advance else None
        status = "removed" if number == REMOVED else "active"
        rows.append(
            ["e", number, number, f"Vælger Ærø-{number}", "1968-03-14", "F", contests, advance, received, status],
        )
    rows += [["c", card_of(number), number, None, None] for number in range(PLAIN, THIRD + 1) if number != REPLACED]
    rows.append(["c", card_of(REPLACED), REPLACED, "2025-11-18T09:05:00+00:00", NEW_CARD[-4:]])
    rows.append(["c", NEW_CARD, REPLACED, None, None])
    rows.append(["m", str(UUID(int=77)), MARKED, 2, BOTH, "2025-11-18T09:42:00+00:00"])
    return rows


def package_lines(rows: Iterable[list[object]] | None = None, first: PackageHeader | None = None) -> list[bytes]:
    """A whole package, with its hash at the end."""
    lines = [(first or header()).model_dump_json().encode()]
    lines += [json.dumps(row, ensure_ascii=False).encode() for row in (package_rows() if rows is None else rows)]
    digest = hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
    return [*lines, json.dumps(["end", digest]).encode()]


def make_copy(folder: Path, first: PackageHeader | None = None) -> RegisterCopy:
    """The station's register as the table holds it."""
    build_copy(package_lines(first=first), folder / "register.sqlite3")
    copy = open_copy(folder / "register.sqlite3")
    assert copy is not None
    return copy


def make_enrolment(server: str = "http://127.0.0.1:1", *, signed_in: bool = True) -> Enrolment:
    """A laptop that is table 4."""
    enrolled = EnrolledOut(
        token=TOKEN, table_id=44, table_number=TABLE_NUMBER, station_id=STATION_ID, station=STATION, election=ELECTION
    )
    return Enrolment(server=server, enrolled=enrolled, official=BODIL if signed_in else None)


@dataclass
class HandClock:
    """Both clocks of a laptop, moved by hand and together."""

    at: datetime = MORNING
    steady: float = 1_000.0

    def now(self) -> datetime:
        return self.at

    def steady_s(self) -> float:
        return self.steady

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.steady += seconds


def news(**changes: object) -> StationNews:
    """Where the station stands: open, three other tables, nothing new."""
    fields: dict[str, object] = {
        "epoch": 1,
        "last_event": 10,
        "station_state": StationState.OPEN,
        "table_state": TableState.OPEN,
        "tables": tuple(OtherTable(number=number, state=TableState.OPEN) for number in (1, 2, 3)),
        "events": (),
        "server_at": MORNING,
    }
    return StationNews.model_validate(fields | changes)


@dataclass
class Hall:
    """A table with real files and no server: the test speaks for the server."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    signed_in: bool = True
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        """Lay the files out and start the program."""
        make_private_folder(self.folder)
        make_copy(self.folder).close()
        self.start()

    def start(self) -> None:
        """Start the program on the files that are there."""
        self.table = Table(
            clock=self.clock,
            ledger=Ledger(open_journal(self.folder / "journal.sqlite3")),
            enrolment=make_enrolment(signed_in=self.signed_in),
            copy=open_copy(self.folder / "register.sqlite3"),
            changes=Changes(),
        )
        self.table.hear(news(last_event=self.table.copy.last_event if self.table.copy else 10, server_at=self.clock.at))
        self.table.connection_is(stream_up=True)

    def restart(self) -> None:
        """The program ends without a word, and is started again."""
        self.table.ledger.close()
        if self.table.copy is not None:
            self.table.copy.close()
        self.start()

    def confirm(self) -> None:
        """Space, after a moment."""
        self.clock.forward(0.5)
        self.table.confirm(self.table.serial)

    def open_mark_id(self) -> UUID:
        """The id of the mark that is on its way."""
        mark = self.table.ledger.open_mark
        assert mark is not None
        return mark.request_id

    def accept(self, entry_id: int = PLAIN, contests: tuple[str, ...] = ("KV", "RV")) -> None:
        """The server records the open mark."""
        answer = accepted(self.open_mark_id(), entry_id, contests, at=self.clock.at)
        self.table.settle([answer])

    def refuse(self, refusal: Refusal, **details: object) -> None:
        """The server refuses the open mark."""
        fields = {"request_id": self.open_mark_id(), "epoch": 1, "accepted": False, "refusal": refusal}
        self.table.settle([Answer.model_validate(fields | details)])


def accepted(request_id: UUID, entry_id: int, contests: tuple[str, ...] = ("KV", "RV"), *, at: datetime = MORNING) -> Answer:
    """The server's yes."""
    return Answer(request_id=request_id, epoch=1, accepted=True, contests=contests, event=11, entry_id=entry_id, at=at)


def mark_event(number: int, entry_id: int, table_number: int = 2) -> EventOut:
    """Another table marked a voter."""
    return EventOut(
        number=number,
        kind="mark_recorded",
        entry_id=entry_id,
        table_number=table_number,
        at=MORNING,
        contests=("KV", "RV"),
        request_id=uuid4(),
    )


def view(hall: Hall) -> View:
    """The table's screen now."""
    return view_of(hall.table)


def register(hall: Hall, number: int = PLAIN) -> None:
    """One voter from the card to the ballots."""
    hall.table.scan(card_of(number), SCANNED)
    hall.confirm()
    hall.accept(number)
