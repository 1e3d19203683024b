"""One voter after the other at one table, told as the officials see it. The test speaks for the server."""

from datetime import timedelta

import pytest

from domain import danish
from domain.screens import Screen, ScreenKind
from domain.wire import HandedOverRequest
from tests.station_client.hall import (
    ONE_LETTER,
    OTHER,
    PLAIN,
    RV_ONLY,
    SCANNED,
    Hall,
    card_of,
    news,
    register,
    view,
)


def test_a_card_shows_the_voter_to_compare_with(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    now = view(hall)
    assert (now.state, now.kind, now.verdict, now.sound) == (
        Screen.FOUND,
        ScreenKind.ASK,
        "Spørg om fødselsdato",
        ScreenKind.ASK,
    )
    assert now.voter is not None
    assert (now.voter.name, now.voter.birth_date, now.voter.sex) == ("Vælger Ærø-1", "14. marts 1968", "Kvinde")
    assert [(ballot.name, ballot.colour) for ballot in now.ballots] == [
        ("Kommunalvalg", "#ffffff"),
        ("Regionsrådsvalg", "#ffe566"),
    ]
    assert hall.table.ledger.unsettled(9) == ()


def test_space_asks_for_a_mark_and_the_answer_hands_out_ballots(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    assert view(hall).state is Screen.SENDING
    hall.accept()
    now = view(hall)
    assert (now.state, now.verdict, now.kind) == (Screen.REGISTERED, "Udlevér 2 stemmesedler", ScreenKind.GO)
    assert (now.counts.cards, now.counts.marks, now.counts.difference) == (1, 1, 0)
    assert (now.recent[0].text, now.recent[0].last_four, now.recent[0].good) == ("Udleveret 2", card_of(PLAIN)[-4:], True)


@pytest.mark.parametrize(("voter", "ballots"), [(ONE_LETTER, ["Regionsrådsvalg"]), (RV_ONLY, ["Regionsrådsvalg"])])
def test_a_voter_with_one_contest_left_gets_that_ballot(hall: Hall, voter: int, ballots: list[str]) -> None:
    hall.table.scan(card_of(voter), SCANNED)
    assert [ballot.name for ballot in view(hall).ballots] == ballots
    hall.confirm()
    hall.accept(voter, ("RV",))
    assert view(hall).verdict == "Udlevér 1 stemmeseddel"
    assert [ballot.name for ballot in view(hall).ballots] == ballots


def test_a_late_key_from_the_scanner_confirms_nobody(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.clock.forward(0.399)
    assert not hall.table.confirm(hall.table.serial)
    assert view(hall).state is Screen.FOUND
    hall.clock.forward(0.002)
    assert hall.table.confirm(hall.table.serial)


def test_a_key_meant_for_an_earlier_screen_confirms_nobody(hall: Hall) -> None:
    old = hall.table.serial
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.clock.forward(5)
    assert not hall.table.confirm(old)
    assert view(hall).state is Screen.FOUND


def test_a_bouncing_space_does_not_say_that_ballots_were_handed_out(hall: Hall) -> None:
    register(hall)
    hall.table.confirm(hall.table.serial)
    assert view(hall).state is Screen.REGISTERED
    hall.confirm()
    assert view(hall).state is Screen.READY


def test_a_voter_who_is_not_the_one_is_not_registered(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.table.reject()
    assert view(hall).state is Screen.READY
    assert hall.table.ledger.unsettled_count == 0


def test_a_second_card_waits_until_the_first_voter_is_done(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.table.scan(card_of(OTHER), SCANNED)
    now = view(hall)
    assert (now.state, now.kind) == (Screen.UNCONFIRMED, ScreenKind.WARN)
    assert now.voter is not None
    assert now.voter.name == "Vælger Ærø-1"
    hall.confirm()
    mark = hall.table.ledger.open_mark
    assert mark is not None
    assert mark.card == card_of(PLAIN)


def test_one_pull_of_the_trigger_read_twice_is_one_scan(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    serial = hall.table.serial
    hall.clock.forward(2.9)
    hall.table.scan(card_of(PLAIN), SCANNED)
    assert (view(hall).state, hall.table.serial) == (Screen.FOUND, serial)


def test_a_card_is_read_again_at_once_after_esc(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.table.reject()
    hall.table.scan(card_of(PLAIN), SCANNED)
    assert view(hall).state is Screen.FOUND


def test_the_next_scan_says_that_the_last_ballots_were_handed_out(hall: Hall) -> None:
    register(hall)
    hall.table.scan(card_of(OTHER), SCANNED)
    assert view(hall).state is Screen.FOUND
    (handed_over,) = hall.table.ledger.unsettled(9)
    assert isinstance(handed_over, HandedOverRequest)
    assert handed_over.official_id == 11


def test_the_same_card_after_the_ballots_is_refused(hall: Hall) -> None:
    register(hall)
    hall.clock.forward(10)
    hall.table.scan(card_of(PLAIN), SCANNED)
    now = view(hall)
    assert (now.state, now.kind) == (Screen.VOTED, ScreenKind.STOP)
    assert now.details == ("Registreret ved bord 4 kl. 09.00",)


def test_a_misread_card_does_not_take_the_voter_away(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.table.scan("12345", SCANNED)
    assert view(hall).state is Screen.FOUND
    assert view(hall).error is not None
    hall.confirm()
    hall.accept()
    hall.table.scan("12345", SCANNED)
    assert view(hall).state is Screen.REGISTERED
    assert hall.table.ledger.unsettled_count == 0


def test_a_card_scanned_while_the_last_is_on_its_way_is_not_kept(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.table.scan(card_of(OTHER), SCANNED)
    assert view(hall).state is Screen.SENDING
    assert view(hall).error == "Vent: den forrige vælger er ikke afklaret endnu."


def test_the_name_leaves_the_screen_after_a_minute_and_the_ballots_stay(hall: Hall) -> None:
    register(hall)
    hall.clock.forward(59)
    assert view(hall).voter is not None
    hall.clock.forward(1)
    now = view(hall)
    assert (now.state, now.voter, len(now.ballots)) == (Screen.REGISTERED, None, 2)


def test_the_table_shows_the_time_by_which_marks_are_told(hall: Hall) -> None:
    """A laptop's own clock may be an hour off; what stands in the corner and beside a mark is the server's time."""
    hall.table.hear(news(server_at=hall.clock.at + timedelta(hours=1)))
    register(hall)
    seen = view(hall)
    assert seen.clock == danish.danish_clock(hall.clock.at + timedelta(hours=1))
    hall.clock.forward(60)
    assert view(hall).clock == danish.danish_clock(hall.clock.at + timedelta(hours=1))
