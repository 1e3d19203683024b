"""The table's copy of the register: built whole or not at all, small, private, and in step with the station."""

import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.elections import ContestSet
from domain.register import EntryStatus
from domain.wire import EventOut
from station_client.package import BadPackageError, build_copy
from station_client.register_copy import EventGapError, open_copy
from tests.station_client.hall import (
    BOTH,
    FOREIGN_CARD,
    KV,
    MARKED,
    MORNING,
    NEW_CARD,
    ONE_LETTER,
    PLAIN,
    REPLACED,
    card_of,
    header,
    make_copy,
    mark_event,
    package_lines,
)

PERSONAL = ("address", "street", "postcode", "city", "cpr", "email", "phone", "protected")


def test_any_card_ever_issued_finds_its_voter(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    old, new = copy.find(card_of(REPLACED)), copy.find(NEW_CARD)
    assert old is not None
    assert new is not None
    assert old.entry == new.entry
    assert (old.replaced_by_last_four, new.replaced_at) == (NEW_CARD[-4:], None)
    assert copy.find(FOREIGN_CARD) is None


def test_a_voter_comes_with_what_the_rule_needs(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    finding = copy.find(card_of(ONE_LETTER))
    assert finding is not None
    assert (finding.entry.contests, finding.entry.advance_contests) == (ContestSet(BOTH), ContestSet(KV))
    mark = copy.live_mark(MARKED)
    assert mark is not None
    assert (mark.table_number, mark.contests) == (2, BOTH)
    assert copy.live_mark(PLAIN) is None


def test_there_is_no_place_for_an_address_or_a_cpr_number(tmp_path: Path) -> None:
    make_copy(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "register.sqlite3")
    tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    columns = {f"{table}.{column[1]}" for table in tables for column in connection.execute(f"pragma table_info({table})")}
    connection.close()
    assert columns == {
        *(f"facts.{name}" for name in ("name", "value")),
        *(
            f"entries.{name}"
            for name in (
                *("entry_id", "register_number", "name", "birth_date", "sex", "contests"),
                *("advance_contests", "advance_received_on", "status"),
            )
        ),
        *(f"cards.{name}" for name in ("number", "entry_id", "replaced_at", "replaced_by_last_four")),
        *(f"marks.{name}" for name in ("entry_id", "request_id", "table_number", "contests", "recorded_at")),
    }
    assert not [column for column in columns if any(word in column for word in PERSONAL)]


def test_only_the_tables_account_may_read_it(tmp_path: Path) -> None:
    make_copy(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"register.sqlite3"}
    assert stat.S_IMODE((tmp_path / "register.sqlite3").stat().st_mode) == 0o600


def _without_end(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def _row_lost(lines: list[bytes]) -> list[bytes]:
    return lines[:4] + lines[5:]


def _row_changed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[3].replace(b'"F"', b'"M"'), *lines[4:]]


def _rows_after_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[3]]


def _cut_in_a_row(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[5][:20]]


def _no_header(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


FAULTS = [
    _without_end,
    _row_lost,
    _row_changed,
    _rows_after_end,
    _cut_in_a_row,
    _no_header,
    lambda _: [],
    lambda _: [b"<html>"],
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_package_that_is_not_whole_leaves_the_old_copy(tmp_path: Path, fault: Callable[[list[bytes]], list[bytes]]) -> None:
    make_copy(tmp_path, header(epoch=3)).close()
    with pytest.raises(BadPackageError):
        build_copy(fault(package_lines(first=header(epoch=4))), tmp_path / "register.sqlite3")
    kept = open_copy(tmp_path / "register.sqlite3")
    assert kept is not None
    assert kept.epoch == 3
    assert [path.name for path in tmp_path.iterdir()] == ["register.sqlite3"]


@pytest.mark.parametrize("count", ["entries", "cards", "marks"])
def test_a_package_whose_counts_differ_is_refused(tmp_path: Path, count: str) -> None:
    with pytest.raises(BadPackageError, match="the header says"):
        build_copy(package_lines(first=header(**{count: 8})), tmp_path / "register.sqlite3")


@pytest.mark.parametrize(
    "row",
    [
        ["e", 1, 1, "Navn", "1968-02-30", "F", 3, 0, None, "active"],
        ["e", 1, 1, "Navn", "1968-02-28", "Q", 3, 0, None, "active"],
        ["e", 1, 1, "Navn", "1968-02-28", "F", 3, 0, None, "gone"],
        ["e", 1, 1, "Navn", "1968-02-28", "F", 3, 0, None, "active", "Vej 7"],
        ["c", "970000000010", 1, "i går", None],
        ["c", "970000000010", 99, None, None],
        ["m", "no id", 1, 2, 3, "2025-11-18T09:42:00+00:00"],
        ["x", 1],
    ],
)
def test_an_impossible_row_is_refused(tmp_path: Path, row: list[object]) -> None:
    counts = header(entries=int("e" in row), cards=int("c" in row), marks=int("m" in row))
    with pytest.raises(BadPackageError, match=r"impossible value|unknown form|without its voter"):
        build_copy(package_lines([row], counts), tmp_path / "register.sqlite3")


def test_another_wire_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackageError, match="wire version"):
        build_copy(package_lines(first=header(wire_version=99)), tmp_path / "register.sqlite3")


def test_a_damaged_copy_is_fetched_again(tmp_path: Path) -> None:
    make_copy(tmp_path).close()
    path = tmp_path / "register.sqlite3"
    content = bytearray(path.read_bytes())
    content[2_000:9_000] = b"\x5a" * 7_000
    path.write_bytes(content)
    assert open_copy(path) is None
    path.write_bytes(b"")
    assert open_copy(path) is None
    assert open_copy(tmp_path / "nothing") is None


def test_events_bring_the_copy_in_step_and_it_stays_so(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    copy.follow([mark_event(11, PLAIN), EventOut(number=12, kind="mark_withdrawn", entry_id=MARKED)])
    copy.follow(
        [
            EventOut(number=13, kind="table_paused"),
            EventOut(number=14, kind="entry_corrected", entry_id=PLAIN, status=EntryStatus.REMOVED),
        ]
    )
    copy.move_to(5)
    copy.close()
    again = open_copy(tmp_path / "register.sqlite3")
    assert again is not None
    assert (again.last_event, again.epoch) == (14, 5)
    assert again.live_mark(PLAIN) is not None
    assert again.live_mark(MARKED) is None
    finding = again.find(card_of(PLAIN))
    assert finding is not None
    assert finding.entry.status == "removed"


def test_a_replaced_card_is_known_with_its_successor(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    # One act, told for each of the voter's cards.
    copy.follow(
        [
            EventOut(number=11, kind="card_replaced", entry_id=PLAIN, card=card_of(PLAIN), new_card=FOREIGN_CARD, at=MORNING),
            EventOut(number=11, kind="card_replaced", entry_id=PLAIN, card=FOREIGN_CARD, new_card="970123450007", at=MORNING),
        ]
    )
    old, newest = copy.find(card_of(PLAIN)), copy.find("970123450007")
    assert old is not None
    assert newest is not None
    assert (old.replaced_by_last_four, newest.replaced_at) == (FOREIGN_CARD[-4:], None)


def test_events_told_twice_are_passed_over(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    copy.follow([mark_event(11, PLAIN)])
    copy.follow([EventOut(number=10, kind="mark_withdrawn", entry_id=PLAIN), mark_event(11, PLAIN), mark_event(12, PLAIN)])
    assert copy.last_event == 12


def test_a_gap_is_never_jumped(tmp_path: Path) -> None:
    copy = make_copy(tmp_path)
    with pytest.raises(EventGapError):
        copy.follow([mark_event(11, PLAIN), mark_event(13, ONE_LETTER)])
    assert copy.last_event == 10
    assert copy.live_mark(PLAIN) is None


def test_the_largest_station_is_built_in_seconds(tmp_path: Path) -> None:
    voters = 22_840
    rows: list[list[object]] = [
        ["e", n, n, f"Karl-Østergård Ærøskøbing {n}", "1968-03-14", "M", BOTH, 0, None, "active"] for n in range(1, voters + 1)
    ]
    rows += [["c", f"97{n:010d}", n, None, None] for n in range(1, voters + 1)]
    lines = package_lines(rows, header(entries=voters, cards=voters, marks=0))
    begun = time.monotonic()
    build_copy(lines, tmp_path / "register.sqlite3")
    assert time.monotonic() - begun < 10
    copy = open_copy(tmp_path / "register.sqlite3")
    assert copy is not None
    assert copy.find(f"97{voters:010d}") is not None
