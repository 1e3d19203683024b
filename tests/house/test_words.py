"""One thing has one word: GLOSSARY.md and the code say the same."""

from pathlib import Path

import pytest

from tests.house.glossary import Term, holds, read_terms, without, words_of
from tests.house.tree import PACKAGES, names_in, python_files

TERMS = read_terms()
ALLOWED_PHRASES = sorted((words_of(term.identifier) for term in TERMS), key=len, reverse=True)


def words_used(*packages: str) -> dict[tuple[str, ...], str]:
    """Every name in the packages, in words, with a place where it stands."""
    files = python_files(*packages)
    return {words_of(path.stem): str(path) for path in files} | {
        words_of(name): f"{path}:{line}" for path in files for line, name in names_in(path)
    }


def test_the_glossary_is_read() -> None:
    assert Term("poll_card", ("ballot_card", "voting_card", "polling_card", "ticket"), in_use=True) in TERMS
    assert len({term.identifier for term in TERMS}) == len(TERMS) > 30


@pytest.mark.parametrize("term", [term for term in TERMS if term.in_use], ids=lambda term: term.identifier)
def test_a_word_in_use_is_used_in_the_domain(term: Term) -> None:
    assert any(holds(name, words_of(term.identifier)) for name in words_used("domain"))


@pytest.mark.parametrize("term", [term for term in TERMS if not term.in_use], ids=lambda term: term.identifier)
def test_a_word_not_in_use_stands_in_the_second_table_until_it_is(term: Term) -> None:
    assert not any(holds(name, words_of(term.identifier)) for name in words_used("domain")), "move it to the first table"


def test_no_name_uses_a_word_that_we_agreed_not_to_use() -> None:
    never = {words_of(word): term.identifier for term in TERMS for word in term.never}
    found = []
    for name, place in words_used(*PACKAGES).items():
        rest = name
        for phrase in ALLOWED_PHRASES:
            rest = without(rest, phrase)
        found += [f"{place}: {'_'.join(name)}: say {word}" for phrase, word in never.items() if holds(rest, phrase)]
    assert found == []


@pytest.mark.parametrize("name", ["has_voted", "HasVoted", "count_votes", "POSTAL_VOTE", "check_in", "tickets", "admin_code"])
def test_a_forbidden_word_is_found_however_it_is_written(name: str) -> None:
    assert any(holds(words_of(name), words_of(word)) for term in TERMS for word in term.never)


@pytest.mark.parametrize("name", ["advance_votes", "AdvanceVote", "ADVANCE_VOTE_RECEIVED"])
def test_a_word_inside_an_agreed_one_is_allowed(name: str) -> None:
    assert not holds(without(words_of(name), ("advance", "vote")), ("vote",))


def test_a_name_is_found_wherever_it_is_given_and_only_there(tmp_path: Path) -> None:
    source = tmp_path / "planted.py"
    source.write_text(
        "import json as one\ndef two(three, *, four): five = six.seven\n"
        "class Eight: nine: int = 1\nfor ten in []: ten.eleven = 2\n",
        encoding="utf-8",
    )
    assert {name for _, name in names_in(source)} == {"one", "two", "three", "four", "five", "Eight", "nine", "ten", "eleven"}
