from sqlalchemy import Engine
from typer.testing import CliRunner

from domain.elections import ElectionKind
from server.db import read_only
from server.readers import reader_by_code
from tests.server.board_builder import BALLERUP, make_day
from valgbord.commands import app


def run(url: str, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["reader", *arguments, "--database", url])
    return result.exit_code, result.output.strip()


def test_a_code_is_given_listed_and_taken_back(engine: Engine, database_url: str) -> None:
    day = make_day(engine, kind=ElectionKind.LIVE, places=BALLERUP[:1])
    status, code = run(database_url, "add", "Storskærm i rådhushallen")
    assert status == 0
    assert len(code.replace("-", "")) >= 12
    with read_only(engine).connect() as conn:
        assert reader_by_code(conn, code, day.election_id) is not None
    status, listed = run(database_url, "list")
    assert listed.startswith("Storskærm i rådhushallen: ")
    assert code not in listed
    assert run(database_url, "add", "Storskærm i rådhushallen")[0] == 2
    assert run(database_url, "revoke", "Storskærm i rådhushallen") == (0, "revoked")
    assert run(database_url, "revoke", "Storskærm i rådhushallen")[0] == 1
    with read_only(engine).connect() as conn:
        assert reader_by_code(conn, code, day.election_id) is None
    assert run(database_url, "list") == (0, "")


def test_a_label_must_say_something_and_fit(engine: Engine, database_url: str) -> None:
    make_day(engine, places=BALLERUP[:1])
    assert run(database_url, "add", " ")[0] == 2
    assert run(database_url, "add", "x" * 61)[0] == 2
