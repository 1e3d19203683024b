"""Practice registers: the same for the same seed, of every kind of voter, and taken by the real import."""

import csv
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from valgbord.practice.files import DEFAULT_DAY, write_register
from valgbord.practice.names import by_rank, danish_order, read_list, read_table
from valgbord.practice.people import PracticePlan, district_lines
from valgbord.practice.sources import SourceFileError, ballerup, read_districts

PLAN = PracticePlan(1, DEFAULT_DAY, ("KV", "RV"))
SMALL = [replace(district, electorate=400) for district in ballerup()]


def write(folder: Path, plan: PracticePlan = PLAN) -> list[dict[str, str]]:
    written = write_register(folder, plan, SMALL, lambda _: None)
    return list(csv.DictReader(written.register.read_text(encoding="utf-8").splitlines(), delimiter=";"))


def test_ballerup_has_its_nine_districts_and_35718_voters() -> None:
    districts = ballerup()
    assert [district.number for district in districts] == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert sum(district.electorate for district in districts) == 35_718
    assert {district.postcode_and_city for district in districts} == {
        ("2750", "Ballerup"),
        ("2740", "Skovlunde"),
        ("2760", "Måløv"),
    }


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path: Path) -> None:
    hashes = []
    for at, seed in enumerate((5, 5, 6)):
        (tmp_path / str(at)).mkdir()
        written = write_register(tmp_path / str(at), replace(PLAN, seed=seed), SMALL, lambda _: None)
        hashes.append(hashlib.sha256(written.register.read_bytes()).hexdigest())
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_district_is_the_same_whatever_is_made_beside_it() -> None:
    assert district_lines(PLAN, SMALL[3])[:50] == district_lines(PLAN, SMALL[3])[:50]
    assert district_lines(PLAN, SMALL[3]) != district_lines(PLAN, SMALL[4])


def test_the_manifest_says_what_the_file_holds(tmp_path: Path) -> None:
    rows = write(tmp_path)
    manifest = json.loads((tmp_path / "register.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == len(rows) == 3_600
    assert manifest["rows_per_district"] == Counter(f"{row['kommunekode']}-{row['afstemningsomraade_nr']}" for row in rows)
    assert manifest["sha256"] == hashlib.sha256((tmp_path / "register.csv").read_bytes()).hexdigest()


def test_register_numbers_run_from_one_in_the_order_of_names(tmp_path: Path) -> None:
    rows = [row for row in write(tmp_path) if row["afstemningsomraade_nr"] == "8"]
    assert [row["valgnummer"] for row in rows] == [str(number) for number in range(1, 401)]
    last_names = [danish_order(row["efternavn"]) for row in rows]
    assert last_names == sorted(last_names)


def test_danish_letters_come_last_and_in_their_order() -> None:
    assert sorted(["Åse", "Ørsted", "Zeuthen", "Ærø", "Aa"], key=danish_order) == ["Aa", "Zeuthen", "Ærø", "Ørsted", "Åse"]


def test_every_situation_is_there_in_its_share(tmp_path: Path) -> None:
    rows = write(tmp_path)
    share = {
        "advance": sum(bool(row["brevstemt"]) for row in rows) / len(rows),
        "protected": sum(row["adressebeskyttet"] == "ja" for row in rows) / len(rows),
    }
    assert 0.08 < share["advance"] < 0.12
    assert 0.01 < share["protected"] < 0.03
    assert {row["stemmeret"] for row in rows} == {"KV RV", "RV"}
    assert {row["brevstemt"] for row in rows} >= {"", "KV RV", "KV", "RV"} - {"KV"}
    assert {row["liste"] for row in rows} == {"H", "T"}
    assert any(not row["vejnavn_husnr"] for row in rows)
    assert all(bool(row["brevstemt"]) == bool(row["brevstemt_dato"]) for row in rows)
    assert all(row["brevstemt_dato"] < DEFAULT_DAY.isoformat() for row in rows)


def test_all_are_of_age_and_nobody_is_older_than_111(tmp_path: Path) -> None:
    born = sorted(date.fromisoformat(row["foedselsdato"]) for row in write(tmp_path))
    assert born[-1] <= date(DEFAULT_DAY.year - 18, DEFAULT_DAY.month, DEFAULT_DAY.day)
    assert born[0].year >= DEFAULT_DAY.year - 112
    ages = Counter((DEFAULT_DAY.year - day.year) // 10 for day in born)
    assert ages[2] > 200
    assert ages[8] > 50


def test_no_cpr_number_can_be_anybodys(tmp_path: Path) -> None:
    numbers = [row["personnummer"] for row in write(tmp_path)]
    assert sum(bool(number) for number in numbers) > 0.95 * len(numbers)
    assert all(61 <= int(number[:2]) <= 91 for number in numbers if number)


def test_names_of_every_length_and_script_are_among_them() -> None:
    names = [f"{row['first_names']} {row['last_name']}".strip() for row in read_table("unusual_names.csv")]
    assert any(len(name) >= 80 for name in names)
    assert any(re.fullmatch(r"\w \w", name) for name in names)
    assert any(not row["first_names"] for row in read_table("unusual_names.csv"))
    for first, last in (("А", "я"), ("Α", "ω"), ("؀", "ۿ"), ("一", "龥"), ("฀", "๛")):
        assert any(first <= char <= last for name in names for char in name), f"no letter from {first} to {last}"
    lines = district_lines(PLAN, replace(SMALL[0], electorate=8_000))
    found = " ".join(lines)
    assert "'" in found
    assert "-" in found
    assert all(letter in found for letter in "æøåÆØÅ")


@pytest.mark.parametrize("name", ["female_names.txt", "male_names.txt", "surnames.txt", "streets.txt"])
def test_lists_have_a_hundred_different_entries(name: str) -> None:
    entries = read_list(name)
    assert len(entries) >= 100
    assert len(set(entries)) == len(entries)
    assert all(entry == entry.strip() and entry for entry in entries)


def test_common_names_are_drawn_more_often() -> None:
    counts = Counter(by_rank(read_list("surnames.txt")))
    assert counts["Nielsen"] > 3 * counts["Kjær"] > 0
    assert set(counts) == set(read_list("surnames.txt"))


def test_eu_citizens_get_no_national_ballot() -> None:
    plan = replace(PLAN, contests=("EP", "FA"))
    rights = Counter(line.split(";")[12] for line in district_lines(plan, replace(SMALL[0], electorate=2_000)))
    assert set(rights) == {"EP FA", "EP"}


def test_any_csv_of_electorates_makes_districts(tmp_path: Path) -> None:
    path = tmp_path / "electorates.csv"
    path.write_text(
        "kommunekode,kommune,afstemningsomraade_nr,afstemningsomraade,dagi_id,stemmeberettigede\n"
        '147,Frederiksberg,1,"10. Kreds, Søerne",701758,8360\n400,Bornholm,0,Christiansø,,66\n',
        encoding="utf-8",
    )
    districts = read_districts(path)
    assert [(each.municipality_code, each.number, each.electorate) for each in districts] == [(147, 1, 8_360), (400, 0, 66)]
    assert districts[0].name == "10. Kreds, Søerne"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "line 2: needs kommunekode"),
        ("kommunekode;kommune;afstemningsomraade_nr;afstemningsomraade;stemmeberettigede\n1;A;1;B;x\n", "line 2: needs"),
        (
            "kommunekode;kommune;afstemningsomraade_nr;afstemningsomraade;stemmeberettigede\n1;A;1;B;2\n1;A;1;B;2\n",
            "line 3: this",
        ),
        ("kommunekode\n", "no districts"),
    ],
)
def test_a_wrong_csv_of_electorates_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "electorates.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceFileError, match=message):
        read_districts(path)
