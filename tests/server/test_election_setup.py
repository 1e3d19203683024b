"""Making an election from its file and the public geography."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from domain.elections import CardAlias, ElectionKind, StationKey
from domain.events import FIRST_LINK
from server.actions.election_setup import ElectionExistsError, create_election
from server.db import previous_turnouts, station_heads
from server.election_file import ElectionFileError, read_election_file
from server.geography import GeographyFileError, read_municipality_names, read_stations
from server.queries.elections import find_election
from server.queries.stations import list_stations
from tests.server.register_files import MADE_AT

DATA = Path(__file__).parents[1] / "data"
STATIONS = DATA / "Afstemningsomraade-uddrag.json"
MUNICIPALITIES = DATA / "Kommune-uddrag.json"
WHOLE_COUNTRY = Path(__file__).parents[3] / "shared" / "valgdk" / "geografi"

ELECTION = """
name = "Kommunal- og regionsrådsvalg"
day = 2025-11-18
opens_at = 08:00:00
closes_at = "20:00"
kind = "live"
card_series = "25"
municipality_codes = [151]

[[contests]]
code = "KV"
name = "Kommunalvalg"
ballot_colour = "#ffffff"

[[contests]]
code = "RV"
name = "Regionsrådsvalg"
ballot_colour = "#ffe566"

[[card_aliases]]
length = 14
prefix = "77"

[previous_turnout]
label = "2021"
file = "2021.csv"
"""
TURNOUT = "municipality_code;number;clock;share\n151;1;09:00;0.1176\n151;1;10:00;0.1665\n"


def election_file(folder: Path, text: str = ELECTION, turnout: str = TURNOUT) -> Path:
    (folder / "2021.csv").write_text(turnout, encoding="utf-8")
    path = folder / "election.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_election_is_stored_with_all_that_its_file_says(engine: Engine, tmp_path: Path) -> None:
    file = read_election_file(election_file(tmp_path))
    stations = read_stations(STATIONS, file.municipality_codes, read_municipality_names(MUNICIPALITIES))
    with engine.begin() as conn:
        election_id = create_election(conn, file, stations, MADE_AT)
    with engine.connect() as conn:
        found = find_election(conn, election_id)
        assert found == file.election
        assert found is not None
        assert (found.kind, found.card_aliases) == (ElectionKind.LIVE, (CardAlias(14, "77"),))
        assert list(list_stations(conn, election_id).values()) == stations
        heads = conn.execute(select(station_heads)).all()
        assert {(head.state, head.epoch, head.last_event, head.last_link) for head in heads} == {("prepared", 1, 0, FIRST_LINK)}
        assert {(head.electorate, head.advance_votes, head.marks, head.package_hash) for head in heads} == {(0, 0, 0, "")}
        rows = conn.execute(select(previous_turnouts).order_by(previous_turnouts.c.clock)).all()
        assert [(row.label, row.number, row.share_e4) for row in rows] == [("2021", 1, 1176), ("2021", 1, 1665)]


@pytest.mark.parametrize(("name", "series"), [("Kommunal- og regionsrådsvalg", "26"), ("Et andet valg", "25")])
def test_an_election_is_made_once(engine: Engine, tmp_path: Path, name: str, series: str) -> None:
    first = read_election_file(election_file(tmp_path))
    text = ELECTION.replace("Kommunal- og regionsrådsvalg", name).replace('"25"', f'"{series}"')
    second = read_election_file(election_file(tmp_path, text))
    with engine.begin() as conn:
        create_election(conn, first, read_stations(STATIONS, [151]), MADE_AT)
    with engine.begin() as conn, pytest.raises(ElectionExistsError, match=series):
        create_election(conn, second, read_stations(STATIONS, [151]), MADE_AT)


WRONG_FILES = [
    ('name = "Kommunal- og regionsrådsvalg"', "", "election.toml: name: is missing"),
    ("day = 2025-11-18", 'day = "18. november"', "election.toml: day: "),
    ("opens_at = 08:00:00", "opens_at = 21:00:00", "election.toml: opening hours"),
    ('closes_at = "20:00"', 'closes_at = "20:00+01:00"', "election.toml: closes_at: is local Danish time"),
    ('kind = "live"', 'kind = "rehearsal"', "election.toml: kind: "),
    ('card_series = "25"', 'card_series = "95"', "election.toml: card_series: 90 to 99"),
    ("municipality_codes = [151]", "municipality_codes = []", "election.toml: municipality_codes: must be a list"),
    ("municipality_codes = [151]", 'municipality_codes = ["151"]', "election.toml: municipality_codes: must be a list"),
    ("municipality_codes = [151]", "municipality_codes = [151]\ncolour = 1", "election.toml: colour: unknown key"),
    ('code = "RV"', 'code = "KV"', "election.toml: contests: the same code twice"),
    ('code = "RV"', 'code = "rv"', "election.toml: contests: contest code"),
    ('ballot_colour = "#ffe566"', "", "election.toml: contests: ballot_colour is missing"),
    ('ballot_colour = "#ffe566"', 'ballot_color = "#ffe566"', "election.toml: contests: unknown key ballot_color"),
    ("length = 14", "length = 12", "election.toml: card_aliases: an alias has 6 to 24 digits and not 12"),
    ('file = "2021.csv"', 'file = "2017.csv"', "2017.csv: No such file"),
    ('label = "2021"', "", "election.toml: previous_turnout: label is missing"),
    ('name = "Kommunal- og regionsrådsvalg"', "name = ", "election.toml: not TOML"),
]


@pytest.mark.parametrize(("good", "bad", "message"), WRONG_FILES)
def test_a_wrong_election_file_is_refused_by_file_key_and_reason(tmp_path: Path, good: str, bad: str, message: str) -> None:
    assert good in ELECTION
    with pytest.raises(ElectionFileError) as wrong:
        read_election_file(election_file(tmp_path, ELECTION.replace(good, bad)))
    assert str(wrong.value).startswith(message)


@pytest.mark.parametrize(
    ("turnout", "message"),
    [
        ("a;b\n", "2021.csv: line 1: "),
        (TURNOUT + "151;1;11:00;1.2\n", "2021.csv: line 4: "),
        (TURNOUT + "151;1;kl. 11;0.2\n", "2021.csv: line 4: "),
        (TURNOUT + "151;1;11:00\n", "2021.csv: line 4: "),
        (TURNOUT + "151;1;10:00;0.2\n", "2021.csv: line 4: this station and clock"),
    ],
)
def test_a_wrong_turnout_file_is_refused_by_line(tmp_path: Path, turnout: str, message: str) -> None:
    with pytest.raises(ElectionFileError) as wrong:
        read_election_file(election_file(tmp_path, turnout=turnout))
    assert str(wrong.value).startswith(message)


def test_ballerup_has_nine_stations_and_no_seventh() -> None:
    stations = read_stations(STATIONS, [151], read_municipality_names(MUNICIPALITIES))
    assert [station.key.number for station in stations] == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert stations[0].name == "Tapeten"
    assert stations[0].address == "Magleparken 5, 2750 Ballerup"
    assert (stations[0].municipality_name, stations[0].dagi_id) == ("Ballerup", 701002)


def test_a_district_may_have_the_number_nought() -> None:
    assert [str(station.key) for station in read_stations(STATIONS, [400])] == ["400-0"]


def test_a_byte_order_mark_and_ids_as_strings_or_numbers_are_all_read(tmp_path: Path) -> None:
    rows = json.loads(STATIONS.read_text(encoding="utf-8"))
    turned = [
        row | {"Dagi_id": int(row["Dagi_id"]), "Nummer": str(row["Nummer"]), "Kommunekode": str(row["Kommunekode"])}
        for row in rows
    ]
    path = tmp_path / "Afstemningsomraade.json"
    path.write_text(json.dumps(turned, ensure_ascii=False), encoding="utf-8-sig")
    assert read_stations(path, [151, 400]) == read_stations(STATIONS, [151, 400])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "x.json: not a list"),
        (b"[]", "x.json: not a list"),
        (b"[1]", "x.json: entry 1: "),
        (b'[{"Kommunekode": 151}]', "x.json: entry 1: Afstemningssted is missing"),
        (b"[", "x.json: not JSON"),
        ('["æ"]'.encode("cp1252"), "x.json: not UTF-8"),
    ],
)
def test_a_file_that_is_no_geography_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(GeographyFileError) as wrong:
        read_stations(path, [151])
    assert str(wrong.value).startswith(message)


def test_a_station_twice_and_a_missing_municipality_are_refused(tmp_path: Path) -> None:
    rows = json.loads(STATIONS.read_text(encoding="utf-8"))
    path = tmp_path / "x.json"
    path.write_text(json.dumps([*rows, rows[0]]), encoding="utf-8")
    first = StationKey(rows[0]["Kommunekode"], rows[0]["Nummer"])
    with pytest.raises(GeographyFileError, match=f"station {first} stands there twice"):
        read_stations(path, [first.municipality_code])
    with pytest.raises(GeographyFileError, match="no station of municipality 152"):
        read_stations(STATIONS, [151, 152])


@pytest.mark.parametrize("folder", [WHOLE_COUNTRY] if WHOLE_COUNTRY.exists() else [])
def test_all_98_municipalities_of_the_official_file_load(folder: Path) -> None:
    names = read_municipality_names(next(folder.glob("Kommune-*.json")))
    assert len(names) == 98
    stations = read_stations(next(folder.glob("Afstemningsomraade-*.json")), names, names)
    assert len(stations) == 1314
    assert {station.key.municipality_code for station in stations} == set(names)
