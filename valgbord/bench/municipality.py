"""A practice municipality for the bench: made by the program's own roads, from a register file to open tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from sqlalchemy import Engine, insert, select

from domain.elections import Contest, Election, ElectionKind, Station, StationKey, StationState, TableState
from domain.officials import Role
from server.actions.election_setup import create_election
from server.actions.officials import add_official
from server.actions.register_import import import_register
from server.actions.register_order import ImportOrder
from server.actions.stations import change_station_state
from server.actions.tables import change_table_state, create_tables, enrol_table, make_enrolment_code
from server.db import open_engine, poll_cards, register_entries, sign_ins, station_heads
from server.election_file import ElectionFile
from server.migrate import upgrade
from server.queries.stations import list_stations
from valgbord.practice import files as practice
from valgbord.practice.files import PracticeFiles
from valgbord.practice.people import PracticeDistrict, PracticePlan

FIRST_MUNICIPALITY = 151
DISTRICTS_EACH = 50
SEED = 1
ELECTION = Election(
    "Måling",
    practice.DEFAULT_DAY,
    time(8),
    time(20),
    ElectionKind.PRACTICE,
    "97",
    (Contest("KV", "Kommunalvalg", "#ffffff"), Contest("RV", "Regionsrådsvalg", "#ffe94d")),
)


class NoProgress:
    """Nobody watches the bench's imports."""

    def read(self, count: int) -> None:
        """Take no notice."""

    def indexing(self) -> None:
        """Take no notice."""


# Who gives no advance vote may be marked. The numbers are drawn at random, so their order is no order of voters.
_CARDS_TO_SHOW = (
    select(register_entries.c.station_id, poll_cards.c.number)
    .join(register_entries, register_entries.c.id == poll_cards.c.entry_id)
    .where(register_entries.c.advance_contests == 0)
    .order_by(poll_cards.c.number)
)


@dataclass(frozen=True, slots=True)
class BenchTable:
    """An open table with its token, and the official who sits there with the code to do so."""

    table_id: int
    token: str
    station_id: int
    official_id: int
    sign_in_code: str
    package_hash: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """What the bench knows of it: open tables, and the card numbers of each station that nobody has shown yet."""

    database_url: str
    election_id: int
    tables: Sequence[BenchTable]
    cards: dict[int, list[str]]

    def take_cards(self, station_id: int, count: int) -> list[str]:
        """So many cards of a station, each given out once."""
        cards = self.cards[station_id]
        taken, self.cards[station_id] = cards[:count], cards[count:]
        return taken


def make_municipality(database_url: str, folder: Path, *, stations: int, voters_each: int, tables_each: int) -> Municipality:
    """A municipality on an empty database: register imported, stations and tables open, somebody signed in at each."""
    engine = open_engine(database_url)
    try:
        upgrade(engine)
        districts = make_districts([voters_each] * stations)
        election_id = make_election(engine, districts)
        load_register(engine, write_register(folder, districts), election_id)
        tables = _open(engine, election_id, tables_each)
        with engine.connect() as conn:
            rows = conn.execute(_CARDS_TO_SHOW).all()
    finally:
        engine.dispose()
    cards: dict[int, list[str]] = {}
    for station_id, number in rows:
        cards.setdefault(station_id, []).append(number)
    return Municipality(database_url, election_id, tables, cards)


def make_districts(electorates: Sequence[int]) -> list[PracticeDistrict]:
    """Polling districts of these sizes, as many to a municipality as it may have."""
    return [
        PracticeDistrict(
            FIRST_MUNICIPALITY + at // DISTRICTS_EACH,
            "Ballerup",
            at % DISTRICTS_EACH + 1,
            f"Hal {at + 1}",
            "Skolevej 1, 2750 Ballerup",
            electorate,
        )
        for at, electorate in enumerate(electorates)
    ]


def write_register(folder: Path, districts: Sequence[PracticeDistrict]) -> PracticeFiles:
    """A register of invented voters, as ``valgbord register generate`` writes it."""
    return practice.write_register(folder, PracticePlan(SEED, ELECTION.day, ("KV", "RV")), districts, lambda _voters: None)


def make_election(engine: Engine, districts: Sequence[PracticeDistrict]) -> int:
    """An election with these stations and no voters yet; its id."""
    places = [
        Station(StationKey(each.municipality_code, each.number), each.name, each.name, each.address, each.municipality_name)
        for each in districts
    ]
    codes = tuple(sorted({each.municipality_code for each in districts}))
    with engine.begin() as conn:
        return create_election(conn, ElectionFile(ELECTION, codes), places, datetime.now(UTC))


def load_register(engine: Engine, files: PracticeFiles, election_id: int) -> None:
    """Import the files."""
    key = files.register.with_name("cpr.key")
    import_register(engine, ImportOrder(files.register, files.manifest, election_id, key, card_seed=SEED), NoProgress())


def _open(engine: Engine, election_id: int, tables_each: int) -> list[BenchTable]:
    """Tables of all stations, the first of each station first, so that few tables are spread over many stations."""
    found: list[list[BenchTable]] = []
    at = datetime.now(UTC)
    with engine.begin() as conn:
        for station_id, station in list_stations(conn, election_id).items():
            keeper, code = add_official(
                conn, election_id, station_id=station_id, name=f"Valg {station.key}", role=Role.REGISTER_KEEPER
            )
            change_station_state(conn, station_id, StationState.OPEN, at)
            package_hash = conn.scalar(select(station_heads.c.package_hash).where(station_heads.c.station_id == station_id))
            tables = []
            for table_id in create_tables(conn, station_id, tables_each):
                token, _ = enrol_table(conn, make_enrolment_code(conn, table_id, at), at)
                conn.execute(insert(sign_ins).values(table_id=table_id, official_id=keeper, signed_in_at=at))
                change_table_state(conn, station_id, table_id, TableState.OPEN, at, official_id=keeper)
                tables.append(BenchTable(table_id, token, station_id, keeper, code, str(package_hash)))
            found.append(tables)
    return [table for row in zip(*found, strict=True) for table in row]
