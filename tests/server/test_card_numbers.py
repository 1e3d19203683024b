"""Drawing poll card numbers, and sealing CPR numbers."""

import random
from itertools import count
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from domain.poll_cards import check_digit, make_number
from server.card_numbers import CardNumbers
from server.cpr_seal import CprSeal, KeyFileError, load_key, load_or_make_key


def test_numbers_are_of_the_series_with_their_check_digit() -> None:
    for number in CardNumbers("37").take(2_000):
        assert number == make_number("37", int(number[2:11])).digits
        assert check_digit(number) == "0"


def test_no_number_comes_twice_even_when_chance_repeats_itself() -> None:
    """The machine's randomness gives the same bytes twice, and then others."""
    turns = count()

    def stuck(size: int) -> bytes:
        return random.Random(max(0, next(turns) - 1)).randbytes(size)

    numbers = CardNumbers("91", stuck).take(150_000)
    assert len(set(numbers)) == 150_000


def test_draws_beyond_the_fair_limit_are_thrown_away() -> None:
    """4,000,000,000 and up would make the first 294,967,296 numbers likelier than the rest."""
    draws = iter([(4_000_000_000).to_bytes(4, "little") + (5).to_bytes(4, "little"), random.Random(1).randbytes(400)])
    assert CardNumbers("91", lambda _: next(draws)).take(1) == [make_number("91", 5).digits]


def test_a_sealed_cpr_number_opens_only_in_its_own_row() -> None:
    seal = CprSeal(bytes(32))
    sealed = seal.seal(7, "0101650001")
    assert seal.open(7, sealed) == "0101650001"
    with pytest.raises(InvalidTag):
        seal.open(8, sealed)
    with pytest.raises(InvalidTag):
        CprSeal(b"\x01" * 32).open(7, sealed)


def test_many_sealed_at_once_open_one_by_one() -> None:
    seal = CprSeal(bytes(32))
    numbers = [f"{entry_id:010d}" for entry_id in range(50)]
    sealed = seal.seal_all(range(50), numbers)
    assert [seal.open(entry_id, each) for entry_id, each in enumerate(sealed)] == numbers
    assert len({each[:12] for each in sealed}) == 50


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "cpr.key"
    key = load_or_make_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make_key(path) == load_key(path) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_key_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "cpr.key"
    load_or_make_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cpr.key"
    path.touch(0o600)
    with pytest.raises(KeyFileError, match="32 bytes"):
        load_or_make_key(path)
