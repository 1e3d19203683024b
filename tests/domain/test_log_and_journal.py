"""Both chains: whatever is changed, cut out, put in or moved is found at the first row it touches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import events, journal
from domain.events import Event, EventKind
from domain.journal import JournalRow, RowKind

NOON = datetime(2025, 11, 18, 12, tzinfo=UTC)


def a_log(length: int) -> list[tuple[Event, bytes]]:
    linked, previous = [], events.FIRST_LINK
    for number in range(1, length + 1):
        event = Event(2, number, EventKind.MARK_RECORDED, NOON, 31, 11, number, {"contests": 3, "source": "scanned"})
        previous = events.link(previous, event)
        linked.append((event, previous))
    return linked


def test_whole_log_is_whole() -> None:
    assert events.first_broken_link(a_log(20)) is None
    assert events.first_broken_link([]) is None


def test_link_is_the_same_in_every_time_zone() -> None:
    (event, stored), *_ = a_log(1)
    elsewhere = replace(event, at=event.at.astimezone(timezone(timedelta(hours=2))))
    assert events.link(events.FIRST_LINK, elsewhere) == stored


@given(st.integers(0, 19), st.sampled_from(["at", "table_id", "official_id", "entry_id", "kind", "details"]))
def test_edited_event_is_found_where_it_stands(at: int, field: str) -> None:
    log = a_log(20)
    changes: dict[str, Any] = {
        "at": NOON + timedelta(seconds=1),
        "table_id": 32,
        "official_id": None,
        "entry_id": 99,
        "kind": EventKind.MARK_WITHDRAWN,
        "details": {"contests": 1, "source": "scanned"},
    }
    log[at] = (replace(log[at][0], **{field: changes[field]}), log[at][1])
    assert events.first_broken_link(log) == at + 1


@pytest.mark.parametrize(
    ("damage", "found_at"),
    [
        (lambda log: log.pop(7), 8),
        (lambda log: log.insert(7, log[7]), 9),
        (lambda log: log.reverse(), 1),
        (lambda log: log.__setitem__(slice(3, 5), [log[4], log[3]]), 4),
    ],
)
def test_cut_repeated_and_moved_events_are_found(damage: object, found_at: int) -> None:
    log = a_log(20)
    assert callable(damage)
    damage(log)
    assert events.first_broken_link(log) == found_at


def test_journal_that_was_changed_is_found() -> None:
    rows, previous = [], journal.FIRST_LINK
    for number in range(1, 6):
        row = JournalRow(number, RowKind.REQUEST, f"id-{number}", "{}")
        previous = journal.link(previous, row)
        rows.append((row, previous))
    assert journal.first_broken_link(rows) is None
    rows[2] = (replace(rows[2][0], body='{"card":"1"}'), rows[2][1])
    assert journal.first_broken_link(rows) == 3
    assert journal.first_broken_link(rows[1:]) == 1
