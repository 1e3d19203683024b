"""The journal: on disk before anything else, never changed, and never trusted when it was."""

import contextlib
import resource
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from domain.journal import JournalRow, RowKind
from domain.screens import Screen
from station_client.journal_store import (
    JournalDamagedError,
    JournalInUseError,
    open_journal,
)
from station_client.ledger import Ledger
from tests.station_client.hall import OTHER, PLAIN, SCANNED, Hall, card_of, register, view


def filled(path: Path, rows: int = 5) -> Path:
    store = open_journal(path)
    for number in range(rows):
        store.append(RowKind.REQUEST, str(uuid4()), f"body {number}")
    store.close()
    return path


def alter(path: Path, statement: str) -> None:
    """What a hand with a database tool would do: the guards are taken off first."""
    connection = sqlite3.connect(path)
    connection.executescript("drop trigger journal_rows_stay; drop trigger journal_rows_remain;")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    store = open_journal(filled(tmp_path / "journal"))
    assert [(row.number, row.body) for row in store.rows_at_start] == [(at + 1, f"body {at}") for at in range(5)]
    assert store.append(RowKind.ANSWER, str(uuid4()), "more").number == 6


def test_only_the_tables_account_may_read_it(tmp_path: Path) -> None:
    hall = Hall(tmp_path / "table")
    register(hall)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in hall.folder.iterdir()}
    assert len(modes) > 2
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(hall.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("statement", ["update journal_rows set body = 'x'", "delete from journal_rows"])
def test_nothing_is_changed_or_taken_away(tmp_path: Path, statement: str) -> None:
    connection = sqlite3.connect(filled(tmp_path / "journal"))
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("update journal_rows set body = 'x' where number = 3", 3),
        ("update journal_rows set kind = 'answer' where number = 2", 2),
        ("update journal_rows set kind = 'gone' where number = 4", 4),
        ("update journal_rows set request_id = 'x' where number = 1", 1),
        ("delete from journal_rows where number = 2", 2),
        ("delete from journal_rows where number = 1", 1),
        ("update journal_rows set link = zeroblob(32) where number = 5", 5),
    ],
)
def test_a_changed_journal_is_not_trusted(tmp_path: Path, statement: str, row: int) -> None:
    path = filled(tmp_path / "journal")
    alter(path, statement)
    with pytest.raises(JournalDamagedError) as found:
        open_journal(path)
    assert found.value.row == row


def test_a_file_that_is_no_journal_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"This is not a database at all, but it is long enough to be one." * 100)
    with pytest.raises(JournalDamagedError):
        open_journal(tmp_path / "journal")


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.9])
def test_flipped_bits_never_pass_as_other_words(tmp_path: Path, part: float) -> None:
    path = filled(tmp_path / "journal", rows=200)
    whole = [row.body for row in _read(path)]
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0x40
    path.write_bytes(content)
    with contextlib.suppress(JournalDamagedError):
        assert [row.body for row in _read(path)] == whole


def _read(path: Path) -> tuple[JournalRow, ...]:
    store = open_journal(path)
    store.close()
    return store.rows_at_start


def test_two_programs_cannot_be_the_same_table(tmp_path: Path) -> None:
    store = open_journal(filled(tmp_path / "journal"))
    with pytest.raises(JournalInUseError):
        open_journal(tmp_path / "journal")
    store.close()


def test_a_row_that_says_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalDamagedError) as found:
        Ledger(open_journal(filled(tmp_path / "journal")))
    assert found.value.row == 1


def test_a_full_disk_stops_the_table_and_nothing_is_sent(hall: Hall) -> None:
    register(hall)
    with full_disk():
        hall.table.scan(card_of(OTHER), SCANNED)
    now = view(hall)
    assert (now.state, now.sound) == (Screen.STOPPED, "stop")
    assert now.details == ("Bordets journal kan ikke skrives. Måske er disken fuld.",)
    assert hall.table.ledger.unsettled(99) == ()
    # Room on the disk again does not bring it back by itself: somebody has to look.
    hall.table.scan(card_of(OTHER), SCANNED)
    assert view(hall).state is Screen.STOPPED


def test_a_full_disk_when_the_voter_is_confirmed_stops_the_table(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.clock.forward(0.5)
    with full_disk():
        assert not hall.table.confirm(hall.table.serial)
    assert view(hall).state is Screen.STOPPED
    assert hall.table.ledger.unsettled(99) == ()


def test_a_full_disk_when_the_answer_comes_hands_out_nothing_until_it_is_written(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    request_id = hall.open_mark_id()
    with full_disk():
        hall.accept()
    assert (view(hall).state, view(hall).ballots) == (Screen.STOPPED, ())
    hall.restart()
    assert hall.open_mark_id() == request_id
    hall.accept()
    assert view(hall).state is Screen.REGISTERED


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
