"""Ten thousand readings that no printer ever made: none makes a mark, none breaks the table, none shows a voter."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.poll_cards import check_digit
from domain.screens import Screen
from station_client.journal_store import open_journal
from tests.station_client.hall import PLAIN, SCANNED, Hall, card_of, view

HOW_MANY = 10_000
NASTY = (
    "'; drop table journal_rows; --",
    "<script>alert(1)</script>",
    "\u202e123456789012",
    "１２３４５６７８９０１２",
    "٣٤٥٦٧٨٩٠١٢٣٤",
    "\x00\x01\x02",
    "0101701234",
    "http://valg.dk/970000000017",
    "]C1970000000017",
    "\udcff\udcfe",
    "=cmd|' /C calc'!A0",
    "9" * 2_000,
    "\t\r\n",
    "½⅓²",
)


def readings(seed: int) -> list[str]:
    """Cut, doubled, turned, swapped and noisy versions of a good card, other codes, and things that are no card at all."""
    dice = random.Random(seed)
    good = card_of(PLAIN)
    tricks: tuple[Callable[[int], str], ...] = (
        lambda at: good[:at],
        lambda at: good + good[: at + 1],
        lambda _: good[::-1],
        lambda at: good[:at] + str((int(good[at]) + dice.randrange(1, 10)) % 10) + good[at + 1 :],
        lambda _: "".join(dice.choice("0123456789ABCæø-+/ ½\t") for _ in range(dice.randrange(30))),
        lambda _: f"{dice.randrange(1, 32):02}{dice.randrange(1, 13):02}{dice.randrange(10**6):06}",
        lambda _: with_check_digit(f"{dice.choice(['25', '96', '00'])}{dice.randrange(10**9):09}"),
        lambda _: "".join(chr(dice.randrange(1, 0x3000)) for _ in range(dice.randrange(40))),
        lambda _: dice.choice(NASTY),
    )
    texts = (dice.choice(tricks)(dice.randrange(12)) for _ in range(HOW_MANY))
    return [text for text in texts if text.strip(" -") != good]


def with_check_digit(body: str) -> str:
    return body + check_digit(body)


@pytest.mark.parametrize("seed", [1])
def test_ten_thousand_malformed_scans_make_no_mark(tmp_path: Path, seed: int) -> None:
    hall = Hall(tmp_path / "table")
    shown = set()
    texts = readings(seed)
    assert len(texts) > HOW_MANY * 0.95
    for text in texts:
        # No look-up either: a reading that is no card of today leads nowhere.
        assert hall.table.scan(text, SCANNED) is None, repr(text)
        hall.clock.forward(0.5)
        assert not hall.table.confirm(hall.table.serial)
        shown.add(view(hall).state)
    assert shown == {Screen.MISREAD, Screen.UNKNOWN}
    hall.table.ledger.close()
    assert open_journal(hall.folder / "journal.sqlite3").rows_at_start == ()


def test_the_table_works_on_after_them(tmp_path: Path) -> None:
    hall = Hall(tmp_path / "table")
    for text in NASTY:
        hall.table.scan(text, SCANNED)
    hall.table.scan(card_of(PLAIN), SCANNED)
    assert view(hall).state is Screen.FOUND
    for text in NASTY:
        hall.table.scan(text, SCANNED)
    assert view(hall).state is Screen.FOUND
