"""The project's own files, as the house tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("domain", "printer", "fallback_lists", "server", "station_client", "valgbord")
BORROWED = "vendor"
"""A folder of this name holds other people's programs: our habits are not asked of them."""


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the project that git keeps or would keep, but the borrowed ones; paths are relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    names = sorted(set(filter(None, listed.stdout.decode().split("\0"))))
    return tuple(Path(name) for name in names if BORROWED not in Path(name).parts and (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files below some of the root's folders."""
    return [path for path in tracked_files() if path.suffix == ".py" and path.parts[0] in folders]


def names_in(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a Python file gives to something, with its line. What others have named (``times.user``) is theirs."""
    for node in ast.walk(ast.parse((ROOT / path).read_bytes())):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def text_of(path: Path) -> str | None:
    """A file as text, or nothing when it is a picture or a typeface."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
