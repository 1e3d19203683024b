"""Files have names that say something, a size that can be read, and nothing of the machine they were written on."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, python_files, text_of, tracked_files

MAX_LINES = 300
MAX_FUNCTION_LINES = 60
CODE = {".py", ".js", ".mjs", ".css", ".html", ".sh", ".toml", ".mako"}
LONG_FILES = {
    "server/db.py": "the database's shape is read as one page",
    "tests/server/test_marks_route.py": "every refusal through the route, read as a list",
    "tests/server/test_register_import.py": "everything that an import promises, read as a list",
    "tests/whole/agreement.py": "one machine over server and tables; its rules need each other",
    "tests/server/test_register_file.py": "everything that may be wrong with a file, read as a list",
}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "shared", "globals", "stuff"}
# Put together here, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.])(?:/" + r"(?:work|farm|root|home/\w+)/|\.\./" + "shared|/tmp/" + "plan)")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rest>.*)")

TEXTS = [path for path in tracked_files() if text_of(path) is not None]


def lines_of(path: Path) -> list[str]:
    return (text_of(path) or "").splitlines()


def test_the_project_is_seen() -> None:
    assert Path("domain/marks.py") in TEXTS
    assert Path("LICENSE") in TEXTS


def test_a_name_says_what_is_inside() -> None:
    words = {
        path: set(re.split(r"[_.-]", path.name.lower())) | {part.lower() for part in path.parts} for path in tracked_files()
    }
    assert [str(path) for path, in_name in words.items() if in_name & NAMES_THAT_SAY_NOTHING] == []


def test_a_file_can_be_read_in_one_sitting() -> None:
    long = {str(path) for path in TEXTS if path.suffix in CODE and len(lines_of(path)) > MAX_LINES}
    assert sorted(long - LONG_FILES.keys()) == []


def test_the_list_of_long_files_holds_only_long_files() -> None:
    assert [name for name in LONG_FILES if len(lines_of(Path(name))) <= MAX_LINES] == []


def test_a_function_fits_on_a_screen() -> None:
    found = []
    for path in python_files(*PACKAGES):
        if "versions" in path.parts:
            continue
        for node in ast.walk(ast.parse(text_of(path) or "")):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                found += [f"{path}:{node.lineno}: {node.name}: {lines} lines"] if lines > MAX_FUNCTION_LINES else []
    assert found == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a path of one machine", MACHINE_PATH), ("work left undone", UNFINISHED)],
    ids=["paths", "unfinished"],
)
def test_nothing_is_left_behind(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {what}: {line.strip()[:100]}"
        for path in TEXTS
        for number, line in enumerate(lines_of(path), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_a_silenced_check_gives_its_reason() -> None:
    found = []
    for path in python_files(*PACKAGES, "tests"):
        for number, line in enumerate(lines_of(path), start=1):
            silenced = SILENCED.search(line)
            planted = str(path) == "tests/house/test_lint.py"
            if silenced and not planted and " - " not in silenced["rest"] and "# " not in silenced["rest"]:
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("see /" + "work/main/x", MACHINE_PATH),
        ("open('/" + "farm/x')", MACHINE_PATH),
        ("# TO" + "DO later", UNFINISHED),
    ],
)
def test_what_is_looked_for_is_found(text: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(text)


def test_a_word_that_only_looks_like_a_machine_path_is_let_be() -> None:
    assert not MACHINE_PATH.search("the network/work order and home/station")
