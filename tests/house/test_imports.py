"""The walls of the house stand, and each of them can fall: a planted violation breaks its own contract and no other."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, python_files

# contract → a file and the line that breaks it.
VIOLATIONS = {
    "packages": ("server/planted.py", "import station_client.planted"),
    "server": ("server/queries/planted.py", "import server.actions.planted"),
    "rules": ("domain/planted.py", "import random"),
    "wire": ("printer/planted.py", "import domain.wire"),
    "sql": ("station_client/planted.py", "import sqlalchemy"),
    "http": ("server/actions/planted.py", "import fastapi"),
    "paper": ("server/routes/planted.py", "import reportlab"),
}
OTHER_WAYS = [
    ("packages", "station_client/planted.py", "import server.db"),
    ("packages", "domain/planted.py", "import printer"),
    ("packages", "printer/planted.py", "import fallback_lists"),
    ("packages", "fallback_lists/planted.py", "import valgbord"),
    ("server", "server/actions/planted.py", "import server.routes.planted"),
    ("server", "server/db.py", "import server.queries.planted"),
    ("server", "server/nowhere.py", "import domain"),
    ("rules", "domain/planted.py", "import sqlalchemy"),
    ("rules", "domain/planted.py", "import pydantic"),
    ("wire", "domain/planted.py", "import domain.wire"),
    ("sql", "fallback_lists/planted.py", "import psycopg"),
]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]}


def broken_contracts(tree: Path) -> set[str]:
    """The ids of the contracts that a tree breaks."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    ids = {contract["name"]: id_ for id_, contract in CONTRACTS.items()}
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, flags=re.MULTILINE))
    assert verdicts.keys() == ids.keys(), done.stdout + done.stderr
    return {ids[name] for name, verdict in verdicts.items() if verdict == "BROKEN"}


def copy_house(tmp_path: Path) -> Path:
    """The packages, with an empty module ``planted`` in each folder that a violation needs."""
    for path in python_files(*PACKAGES):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    for folder in (*PACKAGES, "server/routes", "server/actions", "server/queries"):
        if folder != "server":
            (tmp_path / folder / "planted.py").touch()
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the house."""
    return copy_house(tmp_path)


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is broken already, so that one mistake does not fail every test here."""
    return broken_contracts(copy_house(tmp_path_factory.mktemp("house")))


def test_the_walls_stand(fallen: set[str]) -> None:
    assert fallen == set()


def test_every_wall_has_a_violation_to_prove_it() -> None:
    assert VIOLATIONS.keys() == CONTRACTS.keys()


@pytest.mark.parametrize(
    ("contract", "file", "line"), [*((contract, *planted) for contract, planted in VIOLATIONS.items()), *OTHER_WAYS]
)
def test_a_planted_violation_breaks_exactly_its_own_wall(
    tree: Path, fallen: set[str], contract: str, file: str, line: str
) -> None:
    planted = tree / file
    if file == "server/planted.py":  # a module of the server has to be known to its layers, so an old one is used
        planted = tree / "server" / "clock.py"
    with planted.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert broken_contracts(tree) - fallen == {contract} - fallen


def test_the_rules_contract_names_every_library_we_use() -> None:
    ours = {re.split(r"[\[>=<]", requirement)[0] for requirement in SETTINGS["project"]["dependencies"]}
    no_code = {"tzdata"}
    not_a_module = {"docs", "tests"}  # left in python-barcode's package by mistake
    modules = {
        module
        for module, distributions in packages_distributions().items()
        if {name.lower().replace("_", "-") for name in distributions} & (ours - no_code) and not module.startswith("_")
    }
    assert modules - not_a_module == set(CONTRACTS["rules"]["forbidden_modules"]) - sys.stdlib_module_names


def imports_of(path: Path) -> set[tuple[str, str]]:
    """What a file imports: (module, name)."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


@pytest.mark.parametrize("path", python_files("domain"), ids=str)
def test_domain_needs_nothing_but_python(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "domain"} | ({"pydantic"} if path.name == "wire.py" else set())
    assert {module.split(".")[0] for module, _ in imports_of(path)} <= allowed


# The bench measures the databases themselves, with statements of its own.
COMMANDS = [path for path in python_files("valgbord") if "bench" not in path.parts]
HOLD_A_TRANSACTION = [*COMMANDS, *(path for path in python_files("server") if "routes" in path.parts)]


@pytest.mark.parametrize("path", HOLD_A_TRANSACTION, ids=str)
def test_routes_and_commands_hold_the_transaction_and_write_no_sql(path: Path) -> None:
    """They may name a connection, an engine and what goes wrong; a statement belongs to ``server.queries``."""
    names = {name for module, name in imports_of(path) if module.split(".")[0] == "sqlalchemy"}
    assert {name for name in names if not name.endswith("Error")} <= {"Connection", "Engine"}
