"""The table while the connection goes and comes, and after its program was ended at any moment."""

import pytest

from domain.elections import StationState, TableState
from domain.screens import Screen
from station_client.register_copy import open_copy
from tests.station_client.hall import OTHER, PLAIN, SCANNED, THIRD, Hall, accepted, card_of, mark_event, news, register, view


@pytest.mark.parametrize(
    ("change", "screen"),
    [
        ({"station_state": StationState.PREPARED}, Screen.NOT_OPEN),
        ({"station_state": StationState.CLOSED}, Screen.CLOSED),
        ({"table_state": TableState.PAUSED}, Screen.PAUSED),
        ({"table_state": TableState.CLOSED}, Screen.CLOSED),
    ],
)
def test_a_table_that_may_not_work_takes_no_cards(hall: Hall, change: dict[str, object], screen: Screen) -> None:
    hall.table.hear(news(**change))
    assert view(hall).state is screen
    hall.table.scan(card_of(PLAIN), SCANNED)
    assert (view(hall).state, view(hall).voter) == (screen, None)


def test_a_paused_table_sends_the_queue_to_the_open_ones(hall: Hall) -> None:
    hall.clock.forward(60 * 92)
    hall.table.hear(news(table_state=TableState.PAUSED, server_at=hall.clock.at))
    hall.clock.forward(600)
    hall.table.hear(news(table_state=TableState.PAUSED, server_at=hall.clock.at))
    assert view(hall).details == ("Henvis vælgerne til de åbne borde: 1, 2 og 3", "Pause siden kl. 10.32")


def test_a_voter_marked_at_another_table_is_refused_here_at_once(hall: Hall) -> None:
    hall.table.hear(news(last_event=11, events=(mark_event(11, THIRD),)))
    hall.table.scan(card_of(THIRD), SCANNED)
    assert view(hall).state is Screen.VOTED


def test_news_of_an_older_epoch_changes_nothing(hall: Hall) -> None:
    hall.table.hear(news(epoch=7))
    hall.table.hear(news(epoch=6, station_state=StationState.CLOSED, last_event=11, events=(mark_event(11, THIRD),)))
    assert view(hall).state is Screen.READY
    assert hall.table.copy is not None
    assert hall.table.copy.live_mark(THIRD) is None


def test_a_missing_event_makes_the_table_fetch_its_copy_again(hall: Hall) -> None:
    hall.table.hear(news(last_event=12, events=(mark_event(12, THIRD),)))
    assert hall.table.wants_package


def test_a_server_that_was_set_back_makes_the_table_fetch_its_copy_again(hall: Hall) -> None:
    hall.table.hear(news(last_event=9))
    assert hall.table.wants_package


def test_without_connection_no_voter_is_shown_and_nothing_is_asked(hall: Hall) -> None:
    hall.table.connection_is(stream_up=False, answered=False)
    assert view(hall).state is Screen.OFFLINE
    hall.table.scan(card_of(PLAIN), SCANNED)
    now = view(hall)
    assert (now.state, now.voter) == (Screen.OFFLINE, None)
    assert now.details[0] == f"Kort …{card_of(PLAIN)[-4:]} er ikke registreret."
    hall.clock.forward(7)
    assert view(hall).connection.lost_for_s == 7
    hall.table.connection_is(answered=True)
    assert (view(hall).state, view(hall).connection.lost_for_s) == (Screen.READY, None)


def test_a_voter_on_the_screen_when_the_connection_goes_is_not_asked_for(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.table.connection_is(stream_up=False, answered=False)
    hall.confirm()
    assert view(hall).state is Screen.OFFLINE
    assert hall.table.ledger.unsettled_count == 0


def test_a_mark_without_answer_is_neither_yes_nor_no(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.table.no_answer()
    now = view(hall)
    assert (now.state, now.ballots, now.connection.unsettled) == (Screen.OFFLINE, (), 1)
    assert now.details[0].startswith(f"Kort …{card_of(PLAIN)[-4:]} er ikke afklaret.")
    hall.accept()
    assert view(hall).state is Screen.REGISTERED


def test_a_lost_answer_counts_also_when_the_epoch_has_moved_on(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.table.no_answer()
    hall.table.hear(news(epoch=2))
    hall.accept()
    assert view(hall).state is Screen.REGISTERED


def test_an_answer_to_nobodys_question_changes_nothing(hall: Hall) -> None:
    register(hall)
    before = view(hall)
    mark = hall.table.ledger.last_mark
    assert mark is not None
    hall.table.settle([mark.answer, accepted(mark.request.request_id, OTHER)])
    assert view(hall) == before


def test_after_a_restart_the_open_mark_comes_first_with_the_same_voter(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    request_id = hall.open_mark_id()
    hall.restart()
    now = view(hall)
    assert (now.state, hall.open_mark_id()) == (Screen.OFFLINE, request_id)
    assert now.voter is not None
    assert now.voter.name == "Vælger Ærø-1"
    hall.table.scan(card_of(OTHER), SCANNED)
    assert view(hall).state is Screen.OFFLINE
    hall.accept()
    assert (view(hall).state, view(hall).voter) == (Screen.REGISTERED, now.voter)


def test_after_a_restart_ballots_that_nobody_confirmed_are_on_the_screen(hall: Hall) -> None:
    register(hall)
    hall.restart()
    now = view(hall)
    assert (now.state, now.verdict) == (Screen.REGISTERED, "Udlevér 2 stemmesedler")
    assert now.voter is not None
    hall.confirm()
    hall.restart()
    assert view(hall).state is Screen.READY


def test_a_restart_keeps_the_counts_and_the_latest_cards(hall: Hall) -> None:
    register(hall, PLAIN)
    register(hall, OTHER)
    before = view(hall)
    hall.restart()
    assert view(hall).counts == before.counts
    assert view(hall).recent == before.recent
    assert before.counts.marks == 2


def test_a_new_copy_of_the_register_does_not_take_the_voter_away(hall: Hall) -> None:
    register(hall)
    fresh = open_copy(hall.folder / "register.sqlite3")
    assert fresh is not None
    hall.table.take_copy(fresh)
    now = view(hall)
    assert now.state is Screen.REGISTERED
    assert now.voter is not None


def test_an_officials_takeover_leaves_the_ballots_on_the_screen(hall: Hall) -> None:
    register(hall)
    hall.table.seat(None)
    assert view(hall).state is Screen.REGISTERED
    hall.confirm()
    assert view(hall).state is Screen.SIGN_IN
