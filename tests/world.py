"""A small municipality for tests: one practice election, two stations, tables with tokens, officials with codes, voters."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import Connection, Engine, insert, update

from domain.elections import ElectionKind, StationState, TableState
from domain.events import FIRST_LINK
from domain.marks import MarkSource
from domain.officials import Role
from domain.poll_cards import make_number
from domain.register import EntryStatus
from domain.wire import Answer, AnswersOut, HandedOverRequest, MarkRequest, RequestsIn
from server.actions.officials import add_official
from server.actions.stations import change_station_state
from server.actions.tables import create_tables, enrol_table, make_enrolment_code
from server.db import (
    contests,
    elections,
    poll_cards,
    polling_tables,
    register_entries,
    sign_ins,
    station_heads,
    stations,
)

MORNING = datetime(2025, 11, 18, 8, 0, tzinfo=UTC)
SERIES = "97"
KV, RV, BOTH = 1, 2, 3
PACKAGE_HASH = "ab" * 32


class TestClock:
    """A clock that stands until it is moved."""

    __test__ = False

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **units: float) -> None:
        self.at += timedelta(**units)


@dataclass
class TestTable:
    """A table with its token, and the official who sits at it."""

    __test__ = False

    table_id: int
    number: int
    station_id: int
    token: str
    official_id: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class World:
    """What the tests know of the municipality. ``cards`` are numbers by voter's register number at the first station."""

    engine: Engine
    election_id: int
    stations: list[int]
    tables: list[TestTable]
    officials: dict[Role, tuple[int, str]]
    cards: dict[tuple[int, int], str] = field(default_factory=dict)
    entries: dict[tuple[int, int], int] = field(default_factory=dict)

    def card(self, register_number: int, *, station: int = 0) -> str:
        return self.cards[self.stations[station], register_number]

    def mark(self, card: str, *, table: int = 0, **changes: object) -> MarkRequest:
        """A request as a table makes it; ``changes`` replace fields."""
        sender = self.tables[table]
        fields: dict[str, object] = {
            "request_id": uuid4(),
            "epoch": 1,
            "package_hash": PACKAGE_HASH,
            "card": card,
            "source": MarkSource.SCANNED,
            "official_id": sender.official_id,
            "made_at": MORNING,
        }
        return MarkRequest.model_validate(fields | changes)

    def handed_over(self, mark_request_id: UUID, *, table: int = 0) -> HandedOverRequest:
        return HandedOverRequest(
            request_id=uuid4(),
            mark_request_id=mark_request_id,
            official_id=self.tables[table].official_id,
            made_at=MORNING,
        )

    def set_station(self, *, station: int = 0, **values: object) -> None:
        """Change a station's head behind the program's back."""
        with self.engine.begin() as conn:
            conn.execute(update(station_heads).where(station_heads.c.station_id == self.stations[station]).values(**values))

    def set_table(self, *, table: int = 0, **values: object) -> None:
        """Change a table behind the program's back."""
        with self.engine.begin() as conn:
            conn.execute(update(polling_tables).where(polling_tables.c.id == self.tables[table].table_id).values(**values))


def send(client: httpx2.Client, table: TestTable, *requests: MarkRequest | HandedOverRequest) -> list[Answer]:
    """Send requests to the server as this table and give back the answers."""
    body = RequestsIn(requests=requests).model_dump_json()
    response = client.post("/api/table/requests", content=body, headers=table.headers | {"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    return list(AnswersOut.model_validate_json(response.content).answers)


def make_world(engine: Engine, *, voters: int = 40, tables: int = 3, kind: ElectionKind = ElectionKind.PRACTICE) -> World:
    """Two open stations; the first has ``tables`` tables and ``voters`` voters, the second one table and five voters.

    At the first station voter 2 has an accepted advance vote in both contests, voter 3 in KV only, voter 4 may vote in RV only,
    voter 5 is removed, voter 6 has a replaced card (new card under number 1006); all others may vote in both.
    """
    with engine.begin() as conn:
        election_id = conn.execute(
            insert(elections).returning(elections.c.id),
            {
                "name": "Kommunal- og regionsrådsvalg",
                "day": MORNING.date(),
                "opens_at": time(8),
                "closes_at": time(20),
                "kind": kind,
                "card_series": SERIES if kind is ElectionKind.PRACTICE else "25",
                "created_at": MORNING,
            },
        ).scalar_one()
        conn.execute(
            insert(contests),
            [
                {"election_id": election_id, "position": 0, "code": "KV", "name": "Kommunalvalg", "ballot_colour": "#ffffff"},
                {
                    "election_id": election_id,
                    "position": 1,
                    "code": "RV",
                    "name": "Regionsrådsvalg",
                    "ballot_colour": "#ffe566",
                },
            ],
        )
        station_ids = [_add_station(conn, election_id, number) for number in (2, 6)]
        world = World(engine, election_id, station_ids, [], {})
        for at, (station_id, count) in enumerate(zip(station_ids, (voters, 5), strict=True)):
            _add_voters(conn, world, station_id, count, first=at * 100_000)
            table_ids = create_tables(conn, station_id, tables if at == 0 else 1)
            _staff(conn, world, station_id, table_ids)
    return world


def _add_station(conn: Connection, election_id: int, number: int) -> int:
    station_id = conn.execute(
        insert(stations).returning(stations.c.id),
        {
            "election_id": election_id,
            "municipality_code": 151,
            "municipality_name": "Ballerup",
            "number": number,
            "name": f"Hal {number}",
            "venue": f"Hal {number}, indgang B",
            "address": f"Skolevej {number}, 2750 Ballerup",
        },
    ).scalar_one()
    conn.execute(
        insert(station_heads),
        {
            "station_id": station_id,
            "state": StationState.PREPARED,
            "epoch": 1,
            "last_event": 0,
            "last_link": FIRST_LINK,
            "package_hash": PACKAGE_HASH,
            "electorate": 0,
            "advance_votes": 0,
            "marks": 0,
            "marks_after_advance": 0,
        },
    )
    return int(station_id)


def _add_voters(conn: Connection, world: World, station_id: int, count: int, *, first: int) -> None:
    entries, cards = [], []
    for number in range(1, count + 1):
        entry_id = first + number
        special = first == 0
        advance = {2: BOTH, 3: KV}.get(number, 0) if special else 0
        entries.append(
            {
                "id": entry_id,
                "station_id": station_id,
                "register_number": number,
                "name": f"Vælger Nummer{entry_id}",
                "birth_date": date(1968, 3, 14),
                "sex": "F" if number % 2 else "M",
                "contests": RV if special and number == 4 else BOTH,
                "advance_contests": advance,
                "advance_received_on": date(2025, 11, 3) if advance else None,
                "status": EntryStatus.REMOVED if special and number == 5 else EntryStatus.ACTIVE,
                "part": "H",
                "address_protected": False,
            }
        )
        world.entries[station_id, number] = entry_id
        world.cards[station_id, number] = make_number(SERIES, 1_000_000 + entry_id).digits
        cards.append(
            {"number": world.cards[station_id, number], "entry_id": entry_id, "replaced_at": None, "replaced_by": None}
        )
        if special and number == 6:
            world.cards[station_id, 1006] = make_number(SERIES, 500_000_006).digits
            cards[-1] |= {"replaced_at": MORNING, "replaced_by": world.cards[station_id, 1006]}
            cards.append(
                {"number": world.cards[station_id, 1006], "entry_id": entry_id, "replaced_at": None, "replaced_by": None}
            )
    conn.execute(insert(register_entries), entries)
    conn.execute(insert(poll_cards), [card | {"election_id": world.election_id, "kind": "original"} for card in cards])
    conn.execute(
        update(station_heads)
        .where(station_heads.c.station_id == station_id)
        .values(electorate=count, advance_votes=2 if first == 0 else 0)
    )


def _staff(conn: Connection, world: World, station_id: int, table_ids: list[int]) -> None:
    """Officials, enrolled and open tables, somebody signed in at each; then the chair opens the station."""
    roles = (Role.REGISTER_KEEPER, Role.STATION_SECRETARY, Role.CHAIR)
    staff = {
        role: add_official(conn, world.election_id, station_id=station_id, name=f"Official {role}", role=role) for role in roles
    }
    if not world.officials:
        world.officials.update(staff)
    keeper = staff[Role.REGISTER_KEEPER][0]
    change_station_state(conn, station_id, StationState.OPEN, MORNING, official_id=staff[Role.CHAIR][0])
    for table_id in table_ids:
        token, caller = enrol_table(conn, make_enrolment_code(conn, table_id, MORNING), MORNING)
        conn.execute(update(polling_tables).where(polling_tables.c.id == table_id).values(state=TableState.OPEN))
        conn.execute(insert(sign_ins), {"table_id": table_id, "official_id": keeper, "signed_in_at": MORNING})
        world.tables.append(TestTable(table_id, caller.table_number, station_id, token, keeper))
