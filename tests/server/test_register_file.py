"""The register file: every way to be wrong is told with line, column and reason, and every legal oddity is taken."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.danish_import import SENTENCES, FileProblem
from domain.elections import CardAlias
from server.register_csv.block import District, VoterBlock
from server.register_csv.contract import COLUMNS, HEADER, MAX_LINE_LENGTH, Column
from server.register_csv.converters import converters_for
from server.register_csv.lines import read_portions, text_of
from server.register_csv.manifest import read_manifest
from server.register_csv.problems import MAX_PROBLEMS, EnoughProblemsError, Problem, Problems
from server.register_csv.reader import PortionFacts, RegisterFile
from server.register_csv.repeats import Repeats
from server.register_csv.rows import RowReader
from tests.server.register_files import CONTESTS, DAY, STATIONS, both_districts, line, write_file

ALIASES = (CardAlias(14, "77"),)
Where = tuple[FileProblem, int | None, int | None]


STATION_IDS = {(str(station.key.municipality_code), str(station.key.number)): at for at, station in enumerate(STATIONS, 1)}


def reader(problems: Problems, order: Sequence[int] = range(18)) -> RowReader:
    return RowReader(order, STATION_IDS, converters_for(CONTESTS, ALIASES, DAY), problems)


def read(path: Path) -> tuple[list[VoterBlock], Problems]:
    """Read a file as an import does, but keep the voters."""
    problems = Problems()
    manifest = read_manifest(path.with_name("register.csv.manifest.json"), problems)
    assert manifest is not None, [each.reason for each in problems.found]
    districts = [District(station.key, at) for at, station in enumerate(STATIONS, 1)]
    file = RegisterFile(path, manifest, districts, problems)
    blocks = []
    try:
        order = file.read_order()
        if order is None:
            return [], problems
        rows = reader(problems, order)
        for portion in file.portions(lambda _: None):
            for block, line_numbers in rows.read(text_of(portion.content), portion.first_line):
                facts = PortionFacts()
                facts.note(block, line_numbers)
                file.note(facts)
                blocks.append(block)
        file.finish()
    except EnoughProblemsError:
        pass
    return blocks, problems


def found_in(path: Path) -> list[Where]:
    return [(each.problem, each.line, each.column) for each in read(path)[1].in_order()]


def place(column: Column) -> int:
    return COLUMNS.index(column) + 1


# What is changed in the fifth voter (line 6) and what must be said of it, at which column.
WRONG_FIELDS: list[tuple[dict[str, str], FileProblem, Column]] = [
    ({"kommunekode": "152"}, FileProblem.UNKNOWN_DISTRICT, Column.MUNICIPALITY),
    ({"afstemningsomraade_nr": "7"}, FileProblem.UNKNOWN_DISTRICT, Column.MUNICIPALITY),
    ({"afstemningsomraade_nr": "01"}, FileProblem.UNKNOWN_DISTRICT, Column.MUNICIPALITY),
    ({"valgnummer": ""}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "0"}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "-4"}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "4,5"}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "٤"}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "10000000"}, FileProblem.BAD_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"valgnummer": "2"}, FileProblem.DUPLICATE_REGISTER_NUMBER, Column.REGISTER_NUMBER),
    ({"personnummer": "140368012"}, FileProblem.BAD_CPR, Column.CPR),
    ({"personnummer": "14036801234"}, FileProblem.BAD_CPR, Column.CPR),
    ({"personnummer": "14036x0123"}, FileProblem.BAD_CPR, Column.CPR),
    ({"personnummer": "1403-680123"}, FileProblem.BAD_CPR, Column.CPR),
    ({"efternavn": "", "fornavne": ""}, FileProblem.NO_NAME, Column.LAST_NAME),
    ({"efternavn": "x" * 101, "fornavne": "y" * 100}, FileProblem.TOO_LONG, Column.LAST_NAME),
    ({"efternavn": "Sø\x00rensen"}, FileProblem.NUL, Column.LAST_NAME),
    ({"efternavn": "Sø\trensen"}, FileProblem.CONTROL_CHARACTER, Column.LAST_NAME),
    ({"efternavn": "Sø\rrensen"}, FileProblem.CONTROL_CHARACTER, Column.LAST_NAME),
    ({"efternavn": "Sø\u202erensen"}, FileProblem.CONTROL_CHARACTER, Column.LAST_NAME),
    ({"efternavn": "Sø\u2028rensen"}, FileProblem.CONTROL_CHARACTER, Column.LAST_NAME),
    ({"foedselsdato": ""}, FileProblem.BAD_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "14-03-1968"}, FileProblem.BAD_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "1968-3-14"}, FileProblem.BAD_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "19680314"}, FileProblem.BAD_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "1967-02-29"}, FileProblem.NO_SUCH_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "1968-13-01"}, FileProblem.NO_SUCH_DATE, Column.BIRTH_DATE),
    ({"foedselsdato": "1879-12-31"}, FileProblem.BORN_TOO_EARLY, Column.BIRTH_DATE),
    ({"foedselsdato": "2007-11-19"}, FileProblem.UNDER_AGE, Column.BIRTH_DATE),
    ({"koen": ""}, FileProblem.BAD_SEX, Column.SEX),
    ({"koen": "F"}, FileProblem.BAD_SEX, Column.SEX),
    ({"vejnavn_husnr": "v" * 201}, FileProblem.TOO_LONG, Column.STREET),
    ({"postnr": "12345678901"}, FileProblem.TOO_LONG, Column.POSTCODE),
    ({"by": "b" * 61}, FileProblem.TOO_LONG, Column.CITY),
    ({"liste": "Q"}, FileProblem.BAD_PART, Column.PART),
    ({"stemmeret": ""}, FileProblem.NO_CONTEST, Column.CONTESTS),
    ({"stemmeret": "KV EP"}, FileProblem.UNKNOWN_CONTEST, Column.CONTESTS),
    ({"stemmeret": "KV KV"}, FileProblem.CONTEST_TWICE, Column.CONTESTS),
    ({"adressebeskyttet": "måske"}, FileProblem.BAD_YES_NO, Column.PROTECTED),
    ({"brevstemt": "FV", "brevstemt_dato": "2025-11-01"}, FileProblem.UNKNOWN_CONTEST, Column.ADVANCE),
    ({"stemmeret": "RV", "brevstemt": "KV", "brevstemt_dato": "2025-11-01"}, FileProblem.ADVANCE_NOT_ENTITLED, Column.ADVANCE),
    ({"brevstemt": "KV"}, FileProblem.ADVANCE_DATE_MISSING, Column.ADVANCE_DATE),
    ({"brevstemt_dato": "2025-11-01"}, FileProblem.ADVANCE_DATE_ALONE, Column.ADVANCE_DATE),
    ({"brevstemt": "KV", "brevstemt_dato": "2025-11-19"}, FileProblem.ADVANCE_DATE_TOO_LATE, Column.ADVANCE_DATE),
    ({"brevstemt": "KV", "brevstemt_dato": "2025-11-31"}, FileProblem.NO_SUCH_DATE, Column.ADVANCE_DATE),
    ({"valgkortnummer": "12345678901234"}, FileProblem.UNKNOWN_CARD_PATTERN, Column.CARD),
    ({"valgkortnummer": "771234567890"}, FileProblem.UNKNOWN_CARD_PATTERN, Column.CARD),
    ({"bemaerkning": "r" * 201}, FileProblem.TOO_LONG, Column.REMARK),
]


@pytest.mark.parametrize(("changes", "problem", "column"), WRONG_FIELDS)
def test_a_wrong_field_is_told_with_line_and_column(
    tmp_path: Path, changes: dict[str, str], problem: FileProblem, column: Column
) -> None:
    path = write_file(tmp_path, both_districts(line(**({"valgnummer": "4"} | changes)), line(valgnummer="5")))
    assert found_in(path) == [(problem, 6, place(column))]


WRONG_LINES: list[tuple[Callable[[str], str], FileProblem, int | None]] = [
    (lambda good: good.rpartition(";")[0], FileProblem.SHORT_ROW, 18),
    (lambda good: good + ";", FileProblem.LONG_ROW, 19),
    (lambda good: good.replace("Sørensen", "Søren;sen"), FileProblem.LONG_ROW, 19),
    (lambda good: "", FileProblem.EMPTY_LINE, None),
    (lambda good: good.replace("Sørensen", '"Sørensen'), FileProblem.BAD_QUOTES, None),
    (lambda good: good.replace("Sørensen", '"Søren"sen'), FileProblem.BAD_QUOTES, None),
    (lambda good: good + "x" * MAX_LINE_LENGTH, FileProblem.LINE_TOO_LONG, None),
    (lambda good: good + "x" * 3_000_000, FileProblem.LINE_TOO_LONG, None),
]


@pytest.mark.parametrize(("break_line", "problem", "column"), WRONG_LINES)
def test_a_wrong_line_is_told_and_those_after_it_are_still_read(
    tmp_path: Path, break_line: Callable[[str], str], problem: FileProblem, column: int | None
) -> None:
    lines = both_districts(break_line(line(valgnummer="4")), line(valgnummer="5", koen="?"))
    assert found_in(write_file(tmp_path, lines)) == [(problem, 6, column), (FileProblem.BAD_SEX, 7, place(Column.SEX))]


def test_a_short_line_cannot_hide_behind_a_long_one(tmp_path: Path) -> None:
    """Together they have the right number of fields, and all but the surplus field stand where they should."""
    short, long = line(valgnummer="4").removesuffix(";"), "x;" + line(valgnummer="5")
    assert found_in(write_file(tmp_path, both_districts(short, long, count=80), manifest={})) == [
        (FileProblem.SHORT_ROW, 83, 18),
        (FileProblem.LONG_ROW, 84, 19),
    ]


def test_every_error_of_a_line_is_told(tmp_path: Path) -> None:
    path = write_file(tmp_path, both_districts(line(koen="?", liste="?", foedselsdato="x", stemmeret="?", valgnummer="?")))
    assert [column for _, _, column in found_in(path)] == [3, 7, 8, 12, 13]


WRONG_HEADERS: list[tuple[str, list[tuple[FileProblem, int | None, str]]]] = [
    (HEADER.replace(";", ","), [(FileProblem.WRONG_SEPARATOR, None, "")]),
    (HEADER.replace(";", "\t"), [(FileProblem.WRONG_SEPARATOR, None, "")]),
    (HEADER.replace(";", "|"), [(FileProblem.WRONG_SEPARATOR, None, "")]),
    (HEADER + ";skostr", [(FileProblem.UNKNOWN_COLUMN, 19, "skostr")]),
    (HEADER.replace(";koen", ""), [(FileProblem.MISSING_COLUMN, None, "koen")]),
    (HEADER + ";koen", [(FileProblem.DUPLICATE_COLUMN, 19, "koen")]),
    (HEADER.replace("koen", "køn"), [(FileProblem.MISSING_COLUMN, None, "koen"), (FileProblem.UNKNOWN_COLUMN, 8, "køn")]),
]


@pytest.mark.parametrize(("header", "expected"), WRONG_HEADERS)
def test_a_wrong_first_line_is_told_by_column_name(
    tmp_path: Path, header: str, expected: list[tuple[FileProblem, int | None, str]]
) -> None:
    _, problems = read(write_file(tmp_path, both_districts(), header=header))
    assert [(each.problem, each.column, each.column_name) for each in problems.in_order()] == expected
    assert {each.line for each in problems.found} == {1}


def test_the_wrong_separator_is_named(tmp_path: Path) -> None:
    _, problems = read(write_file(tmp_path, [], header=HEADER.replace(";", "\t")))
    assert "tabulator" in problems.found[0].reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised(tmp_path: Path, encoding: str) -> None:
    content = "\n".join([HEADER, *both_districts()]).encode(encoding)
    assert found_in(write_file(tmp_path, both_districts(), content=content)) == [(FileProblem.UTF_16, None, None)]


def test_windows_1252_is_recognised_at_each_field(tmp_path: Path) -> None:
    content = f"{HEADER}\n{line()}".encode("cp1252")
    where = found_in(write_file(tmp_path, [line()], content=content))
    assert where == [(FileProblem.NOT_UTF_8, 2, place(Column.LAST_NAME)), (FileProblem.NOT_UTF_8, 2, place(Column.STREET))]
    assert "Windows-1252" in SENTENCES[FileProblem.NOT_UTF_8]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert found_in(write_file(tmp_path, [], content=b"")) == [(FileProblem.FILE_EMPTY, None, None)]


def test_a_district_without_voters_is_refused(tmp_path: Path) -> None:
    assert found_in(write_file(tmp_path, [line()])) == [(FileProblem.EMPTY_DISTRICT, None, None)]


WRONG_MANIFESTS: list[tuple[dict[str, object], list[FileProblem]]] = [
    ({"sha256": "0" * 64}, [FileProblem.MANIFEST_HASH]),
    ({"rows": 5}, [FileProblem.MANIFEST_ROWS]),
    ({"rows_per_district": {"151-1": 2, "151-2": 2}}, [FileProblem.MANIFEST_DISTRICT] * 2),
    ({"rows_per_district": {"151-1": 3}}, [FileProblem.MANIFEST_DISTRICT]),
    ({"rows_per_district": {"151-1": 3, "151-2": 1, "151-3": 9}}, [FileProblem.MANIFEST_DISTRICT]),
]


@pytest.mark.parametrize(("said", "expected"), WRONG_MANIFESTS)
def test_a_file_that_is_not_as_its_manifest_says_is_refused(
    tmp_path: Path, said: dict[str, object], expected: list[FileProblem]
) -> None:
    _, problems = read(write_file(tmp_path, both_districts(), manifest=said))
    assert [each.problem for each in problems.found] == expected


@pytest.mark.parametrize(
    "said",
    [{"rows": "three"}, {"rows": -1}, {"sha256": "abc"}, {"extracted_at": "2025-11-10T08:00:00"}, {"source": ""}, {"more": 1}],
)
def test_a_manifest_with_a_wrong_field_is_refused_by_that_field(tmp_path: Path, said: dict[str, object]) -> None:
    path = write_file(tmp_path, both_districts(), manifest=said)
    problems = Problems()
    assert read_manifest(path.with_name("register.csv.manifest.json"), problems) is None
    assert [each.problem for each in problems.found] == [FileProblem.MANIFEST_BAD]
    assert next(iter(said)) in problems.found[0].reason


def test_a_file_without_manifest_is_refused(tmp_path: Path) -> None:
    problems = Problems()
    assert read_manifest(tmp_path / "none.json", problems) is None
    assert [each.problem for each in problems.found] == [FileProblem.MANIFEST_MISSING]


def test_reading_stops_at_a_thousand_errors(tmp_path: Path) -> None:
    _, problems = read(write_file(tmp_path, [line(koen="?", valgnummer=str(number)) for number in range(1, 1_500)]))
    assert len(problems.found) == MAX_PROBLEMS
    assert not problems.complete


def test_the_earlier_line_of_a_repeated_number_is_told(tmp_path: Path) -> None:
    lines = both_districts(line(valgnummer="9"), line(valgnummer="3"), line(valgnummer="3"))
    _, problems = read(write_file(tmp_path, lines))
    assert [(each.line, dict(each.values)["seen"]) for each in problems.in_order()] == [(7, 4), (8, 4)]


def test_a_repeated_card_number_is_told(tmp_path: Path) -> None:
    card = "77123456789012"
    lines = both_districts(line(valgnummer="4", valgkortnummer=card), line(valgnummer="5", valgkortnummer=card))
    assert found_in(write_file(tmp_path, lines)) == [(FileProblem.DUPLICATE_CARD, 7, place(Column.CARD))]


# What is legal, however odd, and what the register then holds.
LEGAL: list[tuple[dict[str, str], str, object]] = [
    ({"vejnavn_husnr": "", "postnr": "", "by": ""}, "streets", ""),
    ({"adressebeskyttet": "ja"}, "protected", True),
    ({"adressebeskyttet": ""}, "protected", False),
    ({"stemmeret": "RV"}, "contests", 2),
    ({"stemmeret": "RV KV"}, "contests", 3),
    ({"personnummer": ""}, "cprs", ""),
    ({"personnummer": "140368-0000"}, "cprs", "1403680000"),
    ({"personnummer": "0101650001"}, "cprs", "0101650001"),
    ({"fornavne": ""}, "names", "Sørensen"),
    ({"efternavn": ""}, "names", "Anne Bøje"),
    ({"fornavne": "", "efternavn": "Å"}, "names", "Å"),
    ({"fornavne": "x" * 99, "efternavn": "y" * 100}, "names", "x" * 99 + " " + "y" * 100),
    ({"fornavne": "Zoë-Ann", "efternavn": "O’Brien d'Æ"}, "names", "Zoë-Ann O’Brien d'Æ"),
    ({"fornavne": "محمد", "efternavn": "الحسن"}, "names", "محمد الحسن"),
    ({"fornavne": "می\u200cخواهم", "efternavn": "X"}, "names", "می\u200cخواهم X"),
    ({"efternavn": "<script>", "fornavne": "=1+1"}, "names", "=1+1 <script>"),
    ({"efternavn": '"Sø;rensen"'}, "names", "Anne Bøje Sø;rensen"),
    ({"efternavn": '"von ""S"""'}, "names", 'Anne Bøje von "S"'),
    ({"efternavn": " Sørensen "}, "names", "Anne Bøje Sørensen"),
    ({"efternavn": "S\\n\\N"}, "names", "Anne Bøje S\\n\\N"),
    ({"foedselsdato": "2007-11-18"}, "birth_dates", "2007-11-18"),
    ({"foedselsdato": "1914-02-28"}, "birth_dates", "1914-02-28"),
    ({"koen": "X"}, "sexes", "X"),
    ({"koen": "K"}, "sexes", "F"),
    ({"liste": "N"}, "parts", "N"),
    ({"brevstemt": "RV", "brevstemt_dato": "2025-11-18"}, "advance", 2),
    ({"valgkortnummer": "77123456789012"}, "cards", "77123456789012"),
    ({"bemaerkning": "flyttet; \\ se sag"[:7]}, "names", "Anne Bøje Sørensen"),
]


@pytest.mark.parametrize(("changes", "column", "value"), LEGAL)
def test_what_is_legal_is_taken(tmp_path: Path, changes: dict[str, str], column: str, value: object) -> None:
    blocks, problems = read(write_file(tmp_path, both_districts(line(**({"valgnummer": "4"} | changes)))))
    assert [each.reason for each in problems.found] == []
    assert [entry for block in blocks for entry in getattr(block, column)][4] == value


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    turned = [";".join(reversed(each.split(";"))) for each in [HEADER, *both_districts(line(valgnummer="4", koen="?"))]]
    said: dict[str, object] = {"rows": 5, "rows_per_district": {"151-1": 4, "151-2": 1}}
    _, problems = read(write_file(tmp_path, turned[1:], header=turned[0], manifest=said))
    assert [(each.problem, each.line, each.column) for each in problems.found] == [(FileProblem.BAD_SEX, 6, 11)]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf%s\n", b"%s", b"%s\n"])
def test_byte_order_mark_line_ends_and_a_last_line_without_end_are_all_taken(tmp_path: Path, content: bytes) -> None:
    for end in ("\n", "\r\n"):
        text = end.join([HEADER, *both_districts()])
        path = write_file(tmp_path, both_districts(), content=content.replace(b"\n", end.encode()) % text.encode())
        blocks, problems = read(path)
        assert problems.found == []
        assert sum(map(len, blocks)) == 4


def test_no_person_is_in_any_sentence(tmp_path: Path) -> None:
    _, problems = read(write_file(tmp_path, both_districts(*(line(**changes) for changes, _, _ in WRONG_FIELDS))))
    said = " ".join(each.reason for each in problems.found)
    for secret in ("Sørensen", "7403680123", "140368012", "1968", "77123", "Åvej"):
        assert secret not in said


def test_every_reason_has_a_sentence_whose_values_are_given(tmp_path: Path) -> None:
    assert set(SENTENCES) == set(FileProblem)
    for problem in FileProblem:
        values = (("seen", "x"), ("limit", 1), ("district", "151-1"))
        assert "{" not in Problem(problem, values=values).reason


names = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), min_size=1, max_size=90).filter(
    lambda text: text.strip(" ") == text
)


@given(names, names)
def test_any_name_in_any_script_comes_through_unchanged(first: str, last: str) -> None:
    quoted = [f'"{each.replace(chr(34), chr(34) * 2)}"' for each in (first, last)]
    problems = Problems()
    lines = [line(fornavne=quoted[0], efternavn=quoted[1])]
    [(block, _)] = reader(problems).read(lines[0], 2)
    assert [*block.names] == [f"{first} {last}"]
    assert problems.found == []


@given(st.lists(st.sampled_from([line(), line(koen="X"), line(efternavn='"Ål;"'), line(koen="?"), "", ";"]), max_size=80))
def test_fast_and_careful_road_agree(lines: list[str]) -> None:
    """The same lines, once as a block and once one by one behind a quote that forbids the fast road."""
    results = []
    for variant in (lines, [each.replace("Anne Bøje", '"Anne Bøje"') for each in lines]):
        problems = Problems()
        read_lines: list[int] = []
        names_found: list[str] = []
        for block, line_numbers in reader(problems).read("\n".join(variant), 2) if variant else []:
            read_lines += line_numbers
            names_found += block.names
        results.append((read_lines, names_found, [(each.problem, each.line, each.column) for each in problems.in_order()]))
    assert results[0] == results[1]


@given(st.lists(st.integers(0, 20), max_size=60))
def test_repeats_are_found_as_a_dictionary_would(keys: list[int]) -> None:
    repeats, expected = Repeats(), []
    first: dict[int, int] = {}
    for at, key in enumerate(keys):
        if first.setdefault(key, at) != at:
            expected.append((at, first[key]))
    repeats.add_all(keys, range(len(keys)))
    assert sorted(repeats.repeated()) == expected


def test_lines_are_the_same_however_the_blocks_fall(tmp_path: Path) -> None:
    lines = [f"{'å' * (at % 400)};{at}" for at in range(9_000)]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert path.stat().st_size > 3 * 1024**2
    with path.open("rb") as stream:
        portions = list(read_portions(stream, lambda _: None))
    assert len(portions) > 3
    assert [each for portion in portions for each in text_of(portion).split("\n")] == lines


def test_a_voter_born_on_leap_day_is_of_age_in_time() -> None:
    read_birth_date = converters_for(CONTESTS, (), date(2028, 2, 29)).birth_dates
    assert read_birth_date["2010-02-28"] == "2010-02-28"
