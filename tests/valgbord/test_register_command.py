"""The commands that make an election and its register, as an operator types them."""

import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.db import open_engine
from server.queries.register_setup import find_package_hash
from valgbord.commands import app


class Operator:
    """Somebody at a terminal, with a folder and a database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self._runner = CliRunner(env={"VALGBORD_DATA": str(folder / "var"), "VALGBORD_DATABASE_URL": database_url})

    def types(self, *words: object) -> Result:
        return self._runner.invoke(app, [str(word) for word in words])

    def generates(self) -> Path:
        electorates = self.folder / "electorates.csv"
        electorates.write_text(
            "kommunekode,kommune,afstemningsomraade_nr,afstemningsomraade,stemmeberettigede\n"
            "151,Ballerup,1,Tapeten,70\n151,Ballerup,8,Måløv,30\n",
            encoding="utf-8",
        )
        result = self.types("register", "generate", "--stations", electorates, "--out", self.folder, "--election", "--seed", 3)
        assert result.exit_code == 0, result.output
        return self.folder / "register.csv"

    def creates(self) -> Result:
        files = ("--file", "election.toml", "--stations", "Afstemningsomraade.json", "--municipalities", "Kommune.json")
        words = (word if word.startswith("--") else self.folder / word for word in files)
        return self.types("election", "create", *words)


@pytest.fixture
def operator(tmp_path: Path, database_url: str) -> Operator:
    return Operator(tmp_path, database_url)


def test_a_practice_election_is_generated_created_and_imported(operator: Operator) -> None:
    register = operator.generates()
    created = operator.creates()
    assert (created.exit_code, created.stdout) == (0, "Election 1: Øvelsesvalg, 2 stations\n")
    checked = operator.types("register", "import", register, "--dry-run")
    assert checked.exit_code == 0, checked.output
    assert "nothing was stored" in checked.stdout
    imported = operator.types("register", "import", register)
    assert imported.exit_code == 0, imported.output
    assert imported.stdout.startswith("100 voters in 2 stations; ")
    package_hash = re.findall(r"Package ([0-9a-f]{64})\n", imported.stdout)
    engine = open_engine(operator.database_url)
    with engine.connect() as conn:
        assert package_hash == [find_package_hash(conn, 1)]
    engine.dispose()


def test_creating_and_importing_twice_are_refused(operator: Operator) -> None:
    register = operator.generates()
    operator.creates()
    again = operator.creates()
    assert (again.exit_code, "already an election" in again.stderr) == (2, True)
    operator.types("register", "import", register)
    twice = operator.types("register", "import", register)
    assert (twice.exit_code, "Intet er gemt" in twice.stderr) == (2, True)
    assert operator.types("register", "import", register, "--replace").exit_code == 0


def test_errors_are_listed_in_a_report_and_summed_up_in_danish(operator: Operator) -> None:
    register = operator.generates()
    operator.creates()
    lines = register.read_text(encoding="utf-8").split("\n")
    for at in range(1, 31):
        lines[at] = lines[at].replace(";K;", ";Q;").replace(";M;", ";Q;")
    register.write_text("\n".join(lines), encoding="utf-8")
    result = operator.types("register", "import", register, "--report", operator.folder / "fejl.csv")
    assert result.exit_code == 2
    assert "31 fejl i valglistens fil. Intet er gemt." in result.stderr
    assert "Linje 2, kolonne 8, koen: Køn skal være K, M eller X; her står »Q«." in result.stderr
    assert "… og 21 i koen" in result.stderr
    with (operator.folder / "fejl.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert rows[0] == ["linje", "kolonne", "kolonnenavn", "årsag"]
    assert rows[1][:3] == ["", "", ""]  # the hash, which is the whole file's
    assert [row[0] for row in rows[2:]] == [str(line) for line in range(2, 32)]


def test_no_progress_bar_goes_to_a_pipe(operator: Operator) -> None:
    register = operator.generates()
    operator.creates()
    assert operator.types("register", "import", register).stderr == ""


def test_a_wrong_election_file_ends_with_file_key_and_reason(operator: Operator) -> None:
    operator.generates()
    file = operator.folder / "election.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"90"', '"20"'), encoding="utf-8")
    result = operator.creates()
    assert (result.exit_code, result.stderr) == (
        2,
        "election.toml: card_series: 90 to 99 belong to practice elections, 10 to 89 to live ones\n",
    )


@pytest.mark.parametrize("words", [("--contests", "KV,XX"), ("--contests", "KV,KV"), ("--day", "i morgen")])
def test_wrong_options_of_generate_are_refused(operator: Operator, words: tuple[str, str]) -> None:
    assert operator.types("register", "generate", "--out", operator.folder, *words).exit_code == 2
