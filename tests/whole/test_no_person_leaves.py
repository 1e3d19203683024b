"""Canaries: invented persons whose every trait is unlike anything else, looked for wherever a person must not be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from domain.elections import StationState, TableState
from domain.officials import Role
from server.actions.officials import add_official
from server.actions.stations import change_station_state
from server.actions.tables import create_tables, enrol_table, make_enrolment_code
from server.clock import now
from server.db import poll_cards, polling_tables, sealed_cprs, sign_ins, station_heads, stations
from tests.server.register_files import line, load, make_election, write_file
from tests.whole.processes import ServerProcess, server_process

CPR = "6103680123"
NAME, FIRST_NAMES = "Kanariefugl", "Gulnæbette"
STREET, CITY = "Burvejen 17", "Kanariestad"
PERSON = (CPR, NAME, FIRST_NAMES, STREET, CITY)


@dataclass
class Aviary:
    """A server process on a register of canaries; two cards at home, one of another station."""

    engine: Engine
    server: ServerProcess
    database: Path
    token: str
    official_id: int
    code: str
    package_hash: str
    cards: list[str]
    foreign_card: str

    def call(self, method: str, path: str, **body: object) -> httpx2.Response:
        """A call with the table's token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.server.address}{path}"
        return httpx2.request(method, address, headers=headers, json=body or None, timeout=20)

    def mark(self, number: int, card: str) -> httpx2.Response:
        request = {
            "kind": "mark",
            "request_id": f"00000000-0000-0000-0000-{number:012d}",
            "epoch": 1,
            "package_hash": self.package_hash,
            "card": card,
            "source": "scanned",
            "official_id": self.official_id,
            "made_at": now().isoformat(),
        }
        return self.call("POST", "/api/table/requests", requests=[request])


@pytest.fixture
def aviary(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> Iterator[Aviary]:
    engine = sqlite_engine
    canary = {"efternavn": NAME, "fornavne": FIRST_NAMES, "personnummer": CPR, "vejnavn_husnr": STREET, "by": CITY}
    voters = [line(valgnummer=str(number), **canary) for number in (1, 2)]
    voters.append(line(afstemningsomraade_nr="2", **canary | {"adressebeskyttet": "ja"}))
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, voters), election_id)
    with engine.begin() as conn:
        home = conn.scalars(select(stations.c.id).order_by(stations.c.number)).first()
        assert home is not None
        (table_id,) = create_tables(conn, home, 1)
        official_id, code = add_official(conn, election_id, station_id=home, name="Bodil Lund", role=Role.REGISTER_KEEPER)
        token, _ = enrol_table(conn, make_enrolment_code(conn, table_id, now()), now())
        change_station_state(conn, home, StationState.OPEN, now())
        conn.execute(update(polling_tables).values(state=TableState.OPEN))
        conn.execute(insert(sign_ins), {"table_id": table_id, "official_id": official_id, "signed_in_at": now()})
        package_hash = conn.scalars(select(station_heads.c.package_hash).where(station_heads.c.station_id == home)).one()
        cards = list(conn.scalars(select(poll_cards.c.number).order_by(poll_cards.c.entry_id)))
    with server_process(sqlite_url, tmp_path) as server:
        database = tmp_path / "valgbord.sqlite3"
        yield Aviary(engine, server, database, token, official_id, code, package_hash, cards[:2], cards[2])


def test_no_person_is_in_logs_metrics_boards_or_answers(aviary: Aviary) -> None:
    told = [
        aviary.mark(1, aviary.cards[0]),
        aviary.mark(2, aviary.cards[0]),
        aviary.mark(3, aviary.foreign_card),
        aviary.mark(4, "12345678901x"),
        aviary.call("POST", "/api/table/card", card=aviary.foreign_card),
        aviary.call("POST", "/api/table/sign-in", code=aviary.code),
        aviary.call("POST", "/api/table/sign-in", code=f"{NAME} {CPR}"),
        aviary.call("GET", "/api/board"),
        aviary.call("GET", "/board"),
        aviary.call("GET", "/board/data"),
        aviary.call("GET", "/metrics"),
        aviary.call("GET", f"/nowhere/{CPR}"),
    ]
    assert [json.loads(answer.text)["answers"][0]["accepted"] for answer in told[:3]] == [True, False, False]
    log = aviary.server.log.read_text()
    for trait in (*PERSON, *aviary.cards, aviary.foreign_card, aviary.code, aviary.token):
        assert trait not in log, "the server's log"
    for answer in told:
        for trait in (*PERSON, *aviary.cards, aviary.foreign_card):
            assert trait not in answer.text, answer.request.url


def test_no_card_is_in_the_log_when_the_database_fails_in_the_middle_of_a_call(aviary: Aviary) -> None:
    with aviary.engine.begin() as conn:
        conn.exec_driver_sql("alter table poll_cards rename to lost_cards")
    assert aviary.call("POST", "/api/table/card", card=aviary.foreign_card).status_code == 500
    assert aviary.server.process is not None
    aviary.server.process.terminate()
    aviary.server.process.wait(20)
    log = aviary.server.log.read_text()
    assert "OperationalError" in log
    assert aviary.foreign_card not in log


def test_failed_statement_does_not_repeat_its_parameters(engine: Engine) -> None:
    with engine.connect() as conn, pytest.raises(DBAPIError) as failed:
        conn.execute(text("select * from nowhere where name = :name"), {"name": NAME})
    assert NAME not in str(failed.value)


def test_package_holds_names_of_the_own_station_and_neither_address_nor_cpr(aviary: Aviary) -> None:
    package = aviary.call("GET", "/api/table/package").text
    assert package.count(NAME) == 2
    assert aviary.foreign_card not in package
    for trait in (CPR, STREET, CITY):
        assert trait not in package


def test_cpr_number_is_sealed_in_the_database_and_the_key_lies_elsewhere(aviary: Aviary) -> None:
    with aviary.engine.connect() as conn:
        assert len(conn.execute(select(sealed_cprs)).all()) == 3
    stored = b"".join(path.read_bytes() for path in aviary.database.parent.glob(f"{aviary.database.name}*"))
    assert NAME.encode() in stored
    assert CPR.encode() not in stored
    key = aviary.database.with_name("cpr.key")
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_bytes().strip() not in stored


def test_no_address_of_the_interface_has_room_for_a_person() -> None:
    interface = json.loads(Path("openapi.json").read_text(encoding="utf-8"))
    parameters = [
        (path, parameter["name"])
        for path, methods in interface["paths"].items()
        for method in methods.values()
        for parameter in method.get("parameters", [])
        if parameter["in"] in {"path", "query", "cookie"}
    ]
    assert not [path for path in interface["paths"] if "{" in path]
    assert parameters == [("/api/board", "election")]
