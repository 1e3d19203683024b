"""ruff and mypy are clean over everything, and the rules that are our own find what they are there to find."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BIN = Path(sys.executable).parent


def complaints(*command: str, folder: Path = ROOT) -> str:
    """What a tool says when it is not content, else nothing."""
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_ruff_has_nothing_to_say() -> None:
    assert complaints("ruff", "check", "--output-format=concise") == ""


def test_every_file_is_formatted() -> None:
    assert complaints("ruff", "format", "--check") == ""


@pytest.mark.timeout(300)  # without a cache mypy reads every library once
def test_mypy_has_nothing_to_say() -> None:
    assert complaints("mypy", "--no-error-summary") == ""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty house with our settings."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("domain/planted.py", "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", "TID251"),
        ("station_client/planted.py", "from datetime import datetime\n\nNOW = datetime.utcnow()\n", "TID251"),
        ("server/planted.py", "import time\n\nNOW = time.time()\n", "TID251"),
        ("tests/test_planted.py", "from unittest.mock import Mock\n\nFAKE = Mock()\n", "TID251"),
        ("tests/test_planted.py", "import pytest\n\npytest.skip('not today')\n", "TID251"),
        ("server/planted.py", "def late() -> None:\n    import json\n\n    json.dumps(1)\n", "PLC0415"),
        ("server/planted.py", "from . import clock\n\nclock.now()\n", "TID252"),
        ("domain/planted.py", "def rule(a, b):\n    return a or b\n", "ANN001"),
        ("domain/planted.py", "LIMIT = 3\nassert LIMIT\n", "S101"),
        ("domain/planted.py", "print('Sørensen')\n", "T201"),
    ],
)
def test_ruff_finds_what_the_house_forbids(tree: Path, file: str, source: str, rule: str) -> None:
    (tree / file).parent.mkdir()
    (tree / file).write_text(source, encoding="utf-8")
    assert rule in complaints("ruff", "check", "--no-cache", "--output-format=concise", folder=tree)


@pytest.mark.parametrize("file", ["server/clock.py", "station_client/clock.py", "valgbord/demo.py"])
def test_the_clock_may_be_read_where_clocks_stand(tree: Path, file: str) -> None:
    (tree / file).parent.mkdir()
    (tree / file).write_text("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", encoding="utf-8")
    assert "TID251" not in complaints("ruff", "check", "--no-cache", "--output-format=concise", folder=tree)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def rule(a, b):\n    return a or b\n", "no-untyped-def"),
        ("def rule(a: int) -> str:\n    return a\n", "return-value"),
        ("def rule(a: dict) -> None:\n    print(a)\n", "type-arg"),
        ("A: int = 'x'  # type: ignore\n", "ignore-without-code"),
    ],
)
def test_mypy_is_strict(tree: Path, source: str, code: str) -> None:
    (tree / "planted.py").write_text(source, encoding="utf-8")
    assert f"[{code}]" in complaints("mypy", "--cache-dir", str(ROOT / ".mypy_cache" / "planted"), "planted.py", folder=tree)
