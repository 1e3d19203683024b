"""The first start: a practice Ballerup, made by the same roads as a real election, ready to be opened and used."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from domain.danish import LOCAL_ZONE
from domain.elections import Election, StationState, TableState
from domain.officials import Role, parse_code
from domain.register import EntryStatus
from server.actions.election_setup import create_election
from server.actions.officials import add_official
from server.actions.register_import import import_register
from server.actions.register_order import ImportOrder
from server.actions.replacement_cards import replace_card
from server.actions.sign_in import sign_in
from server.actions.stations import change_station_state
from server.actions.tables import change_table_state, create_tables, enrol_table, make_enrolment_code
from server.cpr_seal import KEY_FILE_NAME
from server.election_file import PreviousTurnout, read_election_file
from server.geography import read_municipality_names, read_stations
from server.queries.elections import find_election
from server.queries.entries import save_status
from server.queries.officials import find_official
from server.queries.stations import list_stations
from server.readers import issue_code
from valgbord.demo.day_curve import PREVIOUS_LABEL, former_turnouts
from valgbord.demo.folder import DemoFolder
from valgbord.practice import files as practice
from valgbord.practice.people import PracticePlan
from valgbord.practice.sources import ballerup
from valgbord.samples import Holder, is_kept, read_holders

NAME = "Kommunal- og regionsrådsvalg, øvelse"
CARD_SERIES = "97"
SEED = 2026
STATION_NUMBER = 1
"""Tapeten: the station whose first two tables the demo runs."""

TABLES = 2
VOTERS_PER_TABLE = 800
FEWEST_TABLES = 3

_PEOPLE = (
    ("register_keeper", Role.REGISTER_KEEPER, "Birgit Lund"),
    ("register_keeper_2", Role.REGISTER_KEEPER, "Jamal Haddad"),
    ("station_secretary", Role.STATION_SECRETARY, "Søren Kjær"),
    ("chair", Role.CHAIR, "Ane Østergaard"),
    ("election_office", Role.ELECTION_OFFICE, "Valgkontoret"),
)


@dataclass(frozen=True, slots=True)
class EnrolledTable:
    """A practice table with its token, as later starts need it."""

    station_id: int
    number: int
    token: str
    official_id: int


def prepare(folder: DemoFolder, engine: Engine, day: date) -> dict[str, Any]:
    """Make the election of ``day`` in an empty database, load its register, open its stations; what later starts need."""
    opens_at = datetime.combine(day, time(7, 45), LOCAL_ZONE)
    election_id = _make_election(folder.own / "register", engine, day)
    with engine.begin() as conn:
        stations = {station.key.number: station_id for station_id, station in list_stations(conn, election_id).items()}
        sign_in_codes = dict(_add_people(conn, election_id, stations[STATION_NUMBER]))
        sign_in_codes["board"] = issue_code(conn, election_id, "Demo", opens_at)
        tables = _make_tables(conn, stations, opens_at)
        election = find_election(conn, election_id)
        assert election is not None  # noqa: S101 - it was made above
        _make_unusual_cards(conn, election_id, election, stations[STATION_NUMBER], opens_at)
        for station_id in stations.values():
            change_station_state(conn, station_id, StationState.OPEN, opens_at)
        enrolled = list(_seat_practice_tables(conn, election_id, stations[STATION_NUMBER], tables, opens_at))
    return {
        "election_id": election_id,
        "station_id": stations[STATION_NUMBER],
        "day": day.isoformat(),
        "sign_in": sign_in_codes,
        "practice_tables": [asdict(table) for table in enrolled],
    }


def _make_election(files: Path, engine: Engine, day: date) -> int:
    """Generate election file, stations and register, and take them in as a municipality would."""
    files.mkdir(parents=True)
    plan, districts = PracticePlan(SEED, day, ("KV", "RV")), ballerup()
    paths = practice.write_election(files, plan, districts, name=NAME, card_series=CARD_SERIES)
    written = practice.write_register(files, plan, districts, lambda _count: None)
    election_file = read_election_file(paths[0])
    stations = read_stations(paths[1], election_file.municipality_codes, read_municipality_names(paths[2]))
    turnouts = tuple(
        PreviousTurnout(former.municipality_code, former.number, clock, round(share * 10_000))
        for former in former_turnouts()
        for clock, share in former.points
    )
    election_file = replace(election_file, previous_label=PREVIOUS_LABEL, previous_turnouts=turnouts)
    with engine.begin() as conn:
        election_id = create_election(conn, election_file, stations, datetime.combine(day, time(7), LOCAL_ZONE))
    order = ImportOrder(
        path=written.register,
        manifest_path=written.manifest,
        election_id=election_id,
        cpr_key_path=files.parent / KEY_FILE_NAME,
        card_seed=SEED,
    )
    import_register(engine, order, _Quiet())
    return election_id


class _Quiet:
    """Progress that nobody watches: the import takes a few seconds."""

    def read(self, count: int) -> None:
        """So many bytes were read."""

    def indexing(self) -> None:
        """All rows are in."""


def _add_people(conn: Connection, election_id: int, station_id: int) -> Iterator[tuple[str, str]]:
    for key, role, name in _PEOPLE:
        place = None if role is Role.ELECTION_OFFICE else station_id
        yield key, add_official(conn, election_id, station_id=place, name=name, role=role)[1]


def _make_tables(conn: Connection, stations: dict[int, int], at: datetime) -> dict[int, list[tuple[int, int]]]:
    """Tables after each station's size, all open; (number, id) by station."""
    made: dict[int, list[tuple[int, int]]] = {}
    sizes = {district.number: district.electorate for district in ballerup()}
    for number, station_id in stations.items():
        count = max(FEWEST_TABLES, round(sizes[number] / VOTERS_PER_TABLE))
        made[station_id] = list(enumerate(create_tables(conn, station_id, count), 1))
        for _, table_id in made[station_id]:
            change_table_state(conn, station_id, table_id, TableState.OPEN, at, official_id=None)
    return made


def _make_unusual_cards(conn: Connection, election_id: int, election: Election, station_id: int, at: datetime) -> None:
    """What no import makes: a voter with a new card, and one who was taken off the register after it was closed."""
    plain = (holder for holder in read_holders(conn, station_id) if _is_plain(holder, election))
    replace_card(conn, election_id, election.card_series, next(plain).number, at, official_id=None)
    save_status(conn, next(plain).entry.entry_id, EntryStatus.REMOVED)


def _is_plain(holder: Holder, election: Election) -> bool:
    return holder.fresh and is_kept(holder.entry.register_number) and holder.entry.open_contests == election.all_contests


def _seat_practice_tables(
    conn: Connection, election_id: int, own_station_id: int, tables: dict[int, list[tuple[int, int]]], at: datetime
) -> Iterator[EnrolledTable]:
    """Every table but the demo's own gets a laptop that nobody sees, and one official a station sits at all of them."""
    for station_id, numbered in tables.items():
        code = add_official(conn, election_id, station_id=station_id, name="Øvelseshold", role=Role.REGISTER_KEEPER)[1]
        parsed = parse_code(code)
        official = find_official(conn, election_id, parsed.official_number) if parsed else None
        assert official is not None  # noqa: S101 - added two lines above
        for number, table_id in numbered[TABLES:] if station_id == own_station_id else numbered:
            token, caller = enrol_table(conn, make_enrolment_code(conn, table_id, at), at)
            sign_in(conn, caller, official, at)
            yield EnrolledTable(station_id, number, token, official.official_id)


def practice_hours(day: date) -> tuple[datetime, datetime]:
    """When the practice day's stations open and close, aware."""
    opens_at = datetime.combine(day, time(8), LOCAL_ZONE)
    return opens_at, opens_at + timedelta(hours=12)
