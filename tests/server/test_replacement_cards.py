"""A new card has a new number; every number ever issued goes on leading to the voter."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from domain.events import EventKind, first_broken_link
from domain.poll_cards import make_number
from server.actions.replacement_cards import NoSuchCardError, replace_card
from server.db import snapshot
from server.queries.events import list_events, stream_log
from server.queries.marks import find_cards
from tests.valgbord.small_register import NOW, make_small_register


def test_the_old_number_leads_to_the_voter_and_names_the_new_card(engine: Engine) -> None:
    old = make_small_register(engine).cards[12]
    with engine.begin() as conn:
        new = replace_card(conn, 1, "97", old, NOW, official_id=1)
    with snapshot(engine) as conn:
        found = find_cards(conn, 1, [old, new.digits])
    assert found[old].entry == found[new.digits].entry
    assert (found[old].replaced_at, found[old].replaced_by_last_four) == (NOW, new.last_four)
    assert found[new.digits].replaced_at is None


def test_a_second_replacement_makes_both_earlier_cards_name_the_newest(engine: Engine) -> None:
    first = make_small_register(engine).cards[12]
    later = NOW + timedelta(hours=1)
    with engine.begin() as conn:
        second = replace_card(conn, 1, "97", first, NOW, official_id=1)
    with engine.begin() as conn:
        third = replace_card(conn, 1, "97", first, later, official_id=1)
    with snapshot(engine) as conn:
        found = find_cards(conn, 1, [first, second.digits, third.digits])
    assert [found[one].replaced_by_last_four for one in (first, second.digits)] == [third.last_four] * 2
    assert [found[one].replaced_at for one in (first, second.digits, third.digits)] == [NOW, later, None]


def test_the_act_is_in_the_stations_log_without_a_whole_number(engine: Engine) -> None:
    old = make_small_register(engine).cards[12]
    with engine.begin() as conn:
        new = replace_card(conn, 1, "97", old, NOW, official_id=1)
    with snapshot(engine) as conn:
        event = list_events(conn, 1, after=0, limit=10)[-1]
        assert first_broken_link(stream_log(conn, 1)) is None
    assert (event.kind, event.entry_id, event.official_id, event.at) == (EventKind.CARD_REPLACED, 12, 1, NOW)
    assert old not in str(event.details)
    assert new.digits not in str(event.details)


def test_a_number_that_somebody_has_had_is_not_given_again(engine: Engine) -> None:
    register = make_small_register(engine)
    draws = iter([1_000 + 37 * 20, 1_000 + 37 * 21, 555])
    with engine.begin() as conn:
        new = replace_card(conn, 1, "97", register.cards[12], NOW, official_id=1, draw=lambda _space: next(draws))
    assert new == make_number("97", 555)


def test_a_number_of_nobody_is_not_replaced(engine: Engine) -> None:
    make_small_register(engine)
    with engine.begin() as conn, pytest.raises(NoSuchCardError):
        replace_card(conn, 1, "97", make_number("97", 5).digits, datetime(2025, 11, 18, tzinfo=UTC), official_id=1)
