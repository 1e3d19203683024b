"""Every no has a sentence in Danish: refusals, unreadable scans and whole calls that are refused."""

import ast

import pytest

from domain.danish import PROBLEMS, REFUSALS, SCAN_PROBLEMS
from domain.marks import Refusal
from domain.poll_cards import ScanProblem
from tests.house.tree import ROOT, python_files


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_verdict_and_a_next_step(refusal: Refusal) -> None:
    wording = REFUSALS[refusal]
    assert wording.verdict
    assert wording.instruction


@pytest.mark.parametrize("problem", ScanProblem)
def test_every_unreadable_scan_has_a_verdict_and_a_next_step(problem: ScanProblem) -> None:
    wording = SCAN_PROBLEMS[problem]
    assert wording.verdict
    assert wording.instruction


def problem_codes(source: str) -> set[str]:
    """The codes that a file gives to ``Problem(status, code)`` or ``RefusedOut(problem=code)``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Problem", "RefusedOut"}:
            named = [word.value for word in node.keywords if word.arg == "problem"]
            values = named + (node.args[1:2] if node.func.id == "Problem" else [])
            found |= {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return found


def test_every_problem_that_crosses_the_wire_has_a_sentence() -> None:
    codes = {code for path in python_files("server") for code in problem_codes((ROOT / path).read_text(encoding="utf-8"))}
    assert "unknown_table" in codes
    assert codes - PROBLEMS.keys() == set()


def test_a_problem_without_a_sentence_would_be_found() -> None:
    assert problem_codes("raise Problem(409, 'made_up')\nRefusedOut(problem='another')") == {"made_up", "another"}
