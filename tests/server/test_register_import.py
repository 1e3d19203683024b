"""Importing a register: all of it or nothing, on both databases."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, inspect, select, update
from sqlalchemy.schema import CreateTable

from domain.danish_import import FileProblem
from domain.elections import CardAlias, ElectionKind, StationState
from domain.poll_cards import PollCardNumber, parse_scan
from server.actions.package_hash import package_hash_from_rows
from server.actions.register_order import ImportRefusal, ImportRefusedError, RegisterFileError
from server.cpr_seal import CprSeal, load_key
from server.db import elections, open_engine, poll_cards, register_entries, sealed_cprs, station_heads
from server.package_rows import PackageHash, card_line, entry_line
from server.queries.elections import find_election
from server.queries.heads import read_head
from server.queries.stations import list_stations
from tests.server.register_files import both_districts, line, load, make_election, write_file

ALIAS = CardAlias(14, "77")


def rows_in(engine: Engine) -> tuple[int, int, int]:
    """How many entries, cards and sealed CPR numbers there are."""
    with engine.connect() as conn:
        entries, cards, cprs = (
            conn.scalar(select(func.count()).select_from(table)) or 0 for table in (register_entries, poll_cards, sealed_cprs)
        )
    return entries, cards, cprs


def schema_of(engine: Engine) -> list[object]:
    """Every constraint and index of the register's tables, by name."""
    found = inspect(engine)
    names: list[object] = []
    for table in ("register_entries", "poll_cards", "sealed_cprs"):
        names += sorted(str(each["name"]) for each in found.get_foreign_keys(table))
        names += sorted(str(each["name"]) for each in found.get_unique_constraints(table))
        names += sorted(str(each["name"]) for each in found.get_indexes(table))
        names.append(found.get_pk_constraint(table)["name"])
    return names


def test_every_field_arrives_as_it_stands_in_the_file(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    voter = line(
        valgnummer="4", efternavn="Ø\\t'\"Æ", adressebeskyttet="ja", brevstemt="RV", brevstemt_dato="2025-11-01", liste="T"
    )
    report = load(
        engine,
        write_file(tmp_path, both_districts(voter, line(valgnummer="5", vejnavn_husnr="", postnr="", by=""))),
        election_id,
    )
    assert (report.voters, report.stations, report.advance_votes, report.sealed_cprs) == (6, 2, 1, 6)
    with engine.connect() as conn:
        rows = conn.execute(select(register_entries).order_by(register_entries.c.id)).all()
        heads = conn.execute(select(station_heads).order_by(station_heads.c.station_id)).all()
    assert [row.id for row in rows] == [1, 2, 3, 4, 5, 6]
    found = rows[4]
    assert (found.register_number, found.name, found.birth_date.isoformat(), found.sex) == (
        4,
        "Anne Bøje Ø\\t'\"Æ",
        "1968-03-14",
        "F",
    )
    assert (found.contests, found.advance_contests, str(found.advance_received_on)) == (3, 2, "2025-11-01")
    assert (found.status, found.part, found.street, found.postcode, found.city) == (
        "active",
        "T",
        "Åvej 3, 1. tv",
        "2750",
        "Ballerup",
    )
    assert found.address_protected is True
    assert (rows[5].street, rows[5].postcode, rows[5].city, rows[5].advance_received_on) == (None, None, None, None)
    assert [(head.electorate, head.advance_votes, head.marks) for head in heads] == [(5, 1, 0), (1, 0, 0)]


def test_every_voter_gets_one_random_card_of_the_series(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, both_districts(count=500)), election_id)
    with engine.connect() as conn:
        election = find_election(conn, election_id)
        cards = conn.execute(select(poll_cards).order_by(poll_cards.c.entry_id)).all()
    assert election is not None
    assert [card.entry_id for card in cards] == list(range(1, 502))
    assert {card.kind for card in cards} == {"original"}
    assert all(isinstance(parse_scan(card.number, election), PollCardNumber) for card in cards)
    assert [card.number for card in cards] != sorted(card.number for card in cards)


def test_a_seed_draws_the_same_cards_again_and_a_live_election_takes_none(engine: Engine, tmp_path: Path) -> None:
    drawn = []
    path = write_file(tmp_path, both_districts(count=20))
    for series in ("91", "92"):
        election_id = make_election(engine, series=series)
        load(engine, path, election_id, card_seed=7)
        with engine.connect() as conn:
            numbers = select(poll_cards.c.number).where(poll_cards.c.election_id == election_id).order_by(poll_cards.c.entry_id)
            drawn.append([number[2:11] for number in conn.scalars(numbers)])
    assert drawn[0] == drawn[1]
    live = make_election(engine, kind=ElectionKind.LIVE, series="12")
    with pytest.raises(ImportRefusedError) as refused:
        load(engine, path, live, card_seed=7)
    assert refused.value.refusal is ImportRefusal.SEED_IN_LIVE


def test_a_suppliers_number_becomes_the_voters_card(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine, aliases=[ALIAS])
    load(engine, write_file(tmp_path, both_districts(line(valgnummer="4", valgkortnummer="77000000000001"))), election_id)
    with engine.connect() as conn:
        cards = conn.execute(select(poll_cards).order_by(poll_cards.c.entry_id)).all()
    assert [card.kind for card in cards] == ["original"] * 4 + ["alias"]
    assert cards[4].number == "77000000000001"


def test_a_suppliers_number_of_another_election_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = write_file(tmp_path, both_districts(line(valgnummer="4", valgkortnummer="77000000000001")))
    load(engine, path, make_election(engine, aliases=[ALIAS]))
    other = make_election(engine, series="92", aliases=[ALIAS])
    before = rows_in(engine)
    with pytest.raises(RegisterFileError) as wrong:
        load(engine, path, other)
    assert [each.problem for each in wrong.value.problems.found] == [FileProblem.CARD_IN_OTHER_ELECTION]
    assert "77000000000001" not in str(wrong.value) + wrong.value.problems.found[0].reason
    assert rows_in(engine) == before


def test_cpr_numbers_are_sealed_and_only_the_key_file_opens_them(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, both_districts(line(valgnummer="4", personnummer=""))), election_id)
    seal = CprSeal(load_key(tmp_path / "cpr.key"))
    with engine.connect() as conn:
        sealed = {row.entry_id: row.sealed for row in conn.execute(select(sealed_cprs))}
    assert sorted(sealed) == [1, 2, 3, 4]
    assert {seal.open(entry_id, each) for entry_id, each in sealed.items()} == {"7403680123"}
    assert len(set(sealed.values())) == 4
    assert not any(b"7403680123" in each for each in sealed.values())
    assert (tmp_path / "cpr.key").stat().st_mode & 0o777 == 0o600


def test_the_package_hash_is_over_the_lines_a_table_gets(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, both_districts()), election_id, card_seed=1)
    with engine.connect() as conn:
        station_id, stored = conn.execute(select(station_heads.c.station_id, station_heads.c.package_hash)).all()[0]
        cards = conn.scalars(select(poll_cards.c.number).order_by(poll_cards.c.entry_id)).all()
        assert package_hash_from_rows(conn, station_id) == stored
        assert conn.scalar(select(elections.c.package_hash)) not in {None, stored}
    expected = PackageHash()
    lines = [entry_line(number, number, "Anne Bøje Sørensen", "1968-03-14", "F", 3, 0, None) for number in (1, 2, 3)]
    expected.add("".join(lines).encode(), "".join(card_line(cards[at], at + 1) for at in range(3)).encode())
    assert stored == expected.hexdigest()


def test_a_file_out_of_order_gives_the_hash_of_the_rows_in_order(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, reversed(both_districts(count=30))), election_id)
    with engine.connect() as conn:
        for station_id, stored in conn.execute(select(station_heads.c.station_id, station_heads.c.package_hash)).all():
            assert package_hash_from_rows(conn, station_id) == stored
            rows = conn.scalars(
                select(register_entries.c.register_number)
                .where(register_entries.c.station_id == station_id)
                .order_by(register_entries.c.id)
            ).all()
            assert rows == sorted(rows, reverse=True)


def test_one_changed_row_changes_the_hash(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, both_districts()), election_id)
    with engine.begin() as conn:
        station_id, stored = conn.execute(select(station_heads.c.station_id, station_heads.c.package_hash)).all()[0]
        conn.execute(update(register_entries).where(register_entries.c.id == 2).values(contests=2))
        assert package_hash_from_rows(conn, station_id) != stored


@pytest.mark.parametrize(
    "extra", [line(koen="?"), line(valgnummer="2"), line(valgnummer="4", efternavn="\x00"), "", line(kommunekode="999")]
)
def test_one_wrong_line_among_many_stores_nothing(engine: Engine, tmp_path: Path, extra: str) -> None:
    election_id = make_election(engine)
    before = schema_of(engine)
    with pytest.raises(RegisterFileError):
        load(engine, write_file(tmp_path, both_districts(extra, count=12_000)), election_id)
    assert rows_in(engine) == (0, 0, 0)
    assert schema_of(engine) == before
    with engine.connect() as conn:
        assert conn.scalar(select(elections.c.package_hash)) is None
        assert set(conn.scalars(select(station_heads.c.electorate))) == {0}


def test_a_wrong_manifest_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    with pytest.raises(RegisterFileError) as wrong:
        load(engine, write_file(tmp_path, both_districts(), manifest={"sha256": "0" * 64}), election_id)
    assert [each.problem for each in wrong.value.problems.found] == [FileProblem.MANIFEST_HASH]
    assert rows_in(engine) == (0, 0, 0)


def test_a_dry_run_finds_the_errors_and_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    report = load(engine, write_file(tmp_path, both_districts()), election_id, dry_run=True)
    assert (report.voters, report.stations, report.sealed_cprs, report.package_hash) == (4, 2, 4, "")
    with pytest.raises(RegisterFileError):
        load(engine, write_file(tmp_path, both_districts(line(koen="?"))), election_id, dry_run=True)
    assert rows_in(engine) == (0, 0, 0)
    assert not (tmp_path / "cpr.key").exists()


def test_a_loaded_register_is_not_loaded_over_unless_replaced(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    path = write_file(tmp_path, both_districts())
    first = load(engine, path, election_id)
    with pytest.raises(ImportRefusedError) as refused:
        load(engine, path, election_id)
    assert refused.value.refusal is ImportRefusal.ALREADY_LOADED
    second = load(engine, write_file(tmp_path, both_districts(count=5)), election_id, replace=True)
    assert rows_in(engine) == (6, 6, 6)
    assert second.package_hash != first.package_hash


def test_a_register_is_not_replaced_once_a_station_has_opened(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    path = write_file(tmp_path, both_districts())
    load(engine, path, election_id)
    with engine.begin() as conn:
        conn.execute(update(station_heads).values(state=StationState.OPEN))
    with pytest.raises(ImportRefusedError) as refused:
        load(engine, path, election_id, replace=True)
    assert refused.value.refusal is ImportRefusal.STATION_OPENED
    assert rows_in(engine) == (4, 4, 4)


def test_a_failed_replacement_leaves_the_old_register(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    load(engine, write_file(tmp_path, both_districts()), election_id)
    with pytest.raises(RegisterFileError):
        load(engine, write_file(tmp_path, both_districts(line(koen="?"), count=9)), election_id, replace=True)
    assert rows_in(engine) == (4, 4, 4)


def test_an_unknown_election_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        load(engine, write_file(tmp_path, both_districts()), 17)
    assert refused.value.refusal is ImportRefusal.UNKNOWN_ELECTION


@pytest.mark.parametrize("workers", [1, 2])
def test_reading_in_other_processes_changes_nothing(engine: Engine, tmp_path: Path, workers: int) -> None:
    path = write_file(tmp_path, both_districts(line(valgnummer="99999", efternavn='"Ø;å"'), count=25_000))
    assert path.stat().st_size > 2 * 1024**2
    reports = []
    for series, processes in (("91", 0), ("92", workers)):
        election_id = make_election(engine, series=series)
        reports.append(load(engine, path, election_id, card_seed=4, workers=processes))
        with engine.connect() as conn:
            ids = list(list_stations(conn, election_id))
            for station_id in ids:
                head = read_head(conn, station_id)
                assert package_hash_from_rows(conn, station_id) == head.package_hash
    assert reports[0].voters == reports[1].voters == 25_002
    assert rows_in(engine) == (50_004, 50_004, 50_004)


def test_problems_found_in_other_processes_are_told_alike(engine: Engine, tmp_path: Path) -> None:
    election_id = make_election(engine)
    wrong = [line(valgnummer=str(number), koen="?") for number in range(30_000, 30_005)]
    path = write_file(tmp_path, both_districts(*wrong, line(valgnummer="7"), count=25_000))
    found = []
    for workers in (0, 2):
        with pytest.raises(RegisterFileError) as refused:
            load(engine, path, election_id, workers=workers)
        found.append(refused.value.problems.in_order())
    assert found[0] == found[1]
    assert [each.line for each in found[0]] == [*range(25_003, 25_009)]
    assert rows_in(engine) == (0, 0, 0)


def test_two_elections_live_side_by_side(engine: Engine, tmp_path: Path) -> None:
    """The second import goes into tables that are in use, so their indexes stay in place."""
    path = write_file(tmp_path, both_districts(count=50))
    before = schema_of(engine)
    for series in ("91", "92"):
        load(engine, path, make_election(engine, series=series))
        assert schema_of(engine) == before
    with engine.connect() as conn:
        assert conn.scalars(select(register_entries.c.id).order_by(register_entries.c.id)).all() == list(range(1, 103))


_IMPORT_UNTIL_KILLED = """
    import sys, time
    from pathlib import Path
    from server.db import open_engine
    from tests.server.register_files import load
    from server.actions import register_import

    class Slow:
        def __init__(self): self.blocks = 0
        def read(self, count):
            self.blocks += 1
            if self.blocks == 3:
                print("half way", flush=True)
                time.sleep(60)
        def indexing(self): pass

    from server.actions.register_order import ImportOrder
    path = Path(sys.argv[2])
    order = ImportOrder(path, path.with_name("register.csv.manifest.json"), int(sys.argv[3]), path.with_name("cpr.key"))
    register_import.import_register(open_engine(sys.argv[1]), order, Slow())
"""


def test_an_import_killed_half_way_leaves_nothing_and_can_be_done_again(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    election_id = make_election(engine)
    before = schema_of(engine)
    path = write_file(tmp_path, both_districts(count=40_000))
    program = [sys.executable, "-c", textwrap.dedent(_IMPORT_UNTIL_KILLED), database_url, str(path), str(election_id)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half way\n"
        os.kill(child.pid, signal.SIGKILL)
    _wait_until_free(engine)
    assert rows_in(engine) == (0, 0, 0)
    assert schema_of(engine) == before
    assert load(engine, path, election_id).voters == 40_001
    engine.dispose()


def _wait_until_free(engine: Engine, timeout_s: float = 30) -> None:
    """PostgreSQL takes a moment to notice that a client is gone; its locks go with it."""
    give_up = time.monotonic() + timeout_s
    while engine.dialect.name == "postgresql":
        with engine.connect() as conn:
            others = conn.exec_driver_sql(
                "select count(*) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
            ).scalar()
        if not others:
            return
        assert time.monotonic() < give_up, "the killed import still holds its locks"
        time.sleep(0.1)


def test_tables_made_after_an_import_have_their_constraints(postgresql_engine: Engine, tmp_path: Path) -> None:
    """The import takes constraints off and puts them back; the description of the tables must not lose them by that."""
    load(postgresql_engine, write_file(tmp_path, both_districts()), make_election(postgresql_engine))
    made = str(CreateTable(poll_cards).compile(postgresql_engine))
    assert "PRIMARY KEY (number)" in made
    assert "FOREIGN KEY(entry_id)" in made
