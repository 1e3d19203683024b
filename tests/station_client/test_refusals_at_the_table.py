"""Every no at a table: what the screen says, what it never shows, and that it hands out nothing."""

import pytest

from domain.marks import Refusal
from domain.screens import Screen, ScreenKind
from domain.wire import CardFindingOut
from tests.station_client.hall import (
    FOREIGN_CARD,
    LETTER,
    LIVE_CARD,
    MARKED,
    NEW_CARD,
    NEXT_STATION,
    OTHER_ELECTION_CARD,
    PLAIN,
    REMOVED,
    REPLACED,
    SCANNED,
    UNKNOWN_CARD,
    Hall,
    card_of,
    view,
)

REFUSED_HERE = [
    (card_of(MARKED), Screen.VOTED, ScreenKind.STOP, "Stop – har allerede stemt", "Registreret ved bord 2 kl. 10.42"),
    (card_of(LETTER), Screen.LETTER, ScreenKind.STOP, "Stop – har brevstemt", "Brevstemme modtaget 21. oktober"),
    (card_of(REMOVED), Screen.NOT_ENTITLED, ScreenKind.STOP, "Stop – ikke stemmeret", None),
    (
        card_of(REPLACED),
        Screen.REPLACED,
        ScreenKind.WARN,
        "Gammelt kort – brug det nye",
        f"Nyt kort printet kl. 10.05, slutter på …{NEW_CARD[-4:]}",
    ),
]


@pytest.mark.parametrize(("card", "screen", "kind", "verdict", "detail"), REFUSED_HERE, ids=[case[1] for case in REFUSED_HERE])
def test_the_table_refuses_on_its_own_copy(
    hall: Hall, card: str, screen: Screen, kind: ScreenKind, verdict: str, detail: str | None
) -> None:
    hall.table.scan(card, SCANNED)
    now = view(hall)
    assert (now.state, now.kind, now.verdict, now.sound) == (screen, kind, verdict, kind)
    assert now.instruction
    assert detail is None or detail in now.details
    assert now.voter is not None
    assert hall.table.ledger.unsettled_count == 0
    hall.table.acknowledge()
    assert view(hall).state is Screen.READY


def test_a_refusal_gives_way_to_the_next_card(hall: Hall) -> None:
    hall.table.scan(card_of(MARKED), SCANNED)
    hall.table.scan(card_of(PLAIN), SCANNED)
    assert view(hall).state is Screen.FOUND


def test_a_card_of_another_station_shows_the_way_and_no_person(hall: Hall) -> None:
    card = hall.table.scan(FOREIGN_CARD, SCANNED)
    assert card is not None
    assert view(hall).state is Screen.SENDING
    hall.table.looked_up(card, CardFindingOut(refusal=Refusal.WRONG_STATION, right_station=NEXT_STATION))
    now = view(hall)
    assert (now.state, now.voter) == (Screen.WRONG_STATION, None)
    assert now.details == ("Måløv Hallen", "Måløv Byvej 5, 2760 Måløv", "Giv valgkortet tilbage.")


def test_a_card_that_nobody_issued_is_unknown(hall: Hall) -> None:
    card = hall.table.scan(UNKNOWN_CARD, SCANNED)
    assert card is not None
    hall.table.looked_up(card, CardFindingOut(refusal=Refusal.UNKNOWN_CARD))
    now = view(hall)
    assert (now.state, now.details) == (Screen.UNKNOWN, (f"Læst: …{UNKNOWN_CARD[-4:]}",))


def test_a_card_younger_than_the_copy_makes_the_table_fetch_a_new_one(hall: Hall) -> None:
    card = hall.table.scan(UNKNOWN_CARD, SCANNED)
    assert card is not None
    hall.table.looked_up(card, CardFindingOut(refusal=Refusal.OTHER_PACKAGE))
    assert hall.table.wants_package
    assert view(hall).state is Screen.MISREAD


def test_a_card_that_cannot_be_looked_up_gets_no_ballots(hall: Hall) -> None:
    card = hall.table.scan(UNKNOWN_CARD, SCANNED)
    assert card is not None
    hall.table.looked_up(card, None)
    now = view(hall)
    assert (now.state, now.kind) == (Screen.OFFLINE, ScreenKind.OFF)
    assert now.details[0] == f"Kort …{UNKNOWN_CARD[-4:]} er ikke registreret."


@pytest.mark.parametrize(
    ("text", "screen", "verdict"),
    [
        ("", Screen.MISREAD, "Scan kortet igen"),
        ("97000", Screen.MISREAD, "Scan kortet igen"),
        (card_of(PLAIN)[:-1] + str((int(card_of(PLAIN)[-1]) + 1) % 10), Screen.MISREAD, "Scan kortet igen"),
        (LIVE_CARD, Screen.UNKNOWN, "Rigtigt valgkort"),
        (OTHER_ELECTION_CARD, Screen.UNKNOWN, "Kort til et andet valg"),
    ],
)
def test_a_reading_that_is_no_card_of_today_says_what_it_is(hall: Hall, text: str, screen: Screen, verdict: str) -> None:
    hall.table.scan(text, SCANNED)
    assert (view(hall).state, view(hall).verdict) == (screen, verdict)


def test_the_same_misreading_twice_sounds_twice(hall: Hall) -> None:
    hall.table.scan("97000", SCANNED)
    first = hall.table.serial
    hall.table.scan("97000", SCANNED)
    assert hall.table.serial > first


SERVER_SAYS = [
    (
        Refusal.ALREADY_MARKED,
        Screen.VOTED,
        {"earlier_table": 3, "earlier_at": "2025-11-18T12:00:00Z"},
        "Registreret ved bord 3 kl. 13.00",
    ),
    (Refusal.ADVANCE_VOTED, Screen.LETTER, {"advance_received_on": "2025-10-21"}, "Brevstemme modtaget 21. oktober"),
    (Refusal.CARD_REPLACED, Screen.REPLACED, {"replaced_at": "2025-11-18T12:00:00Z"}, "Nyt kort printet kl. 13.00"),
    (Refusal.WRONG_STATION, Screen.WRONG_STATION, {"right_station": NEXT_STATION}, "Måløv Hallen"),
    (Refusal.UNKNOWN_CARD, Screen.UNKNOWN, {}, None),
    (Refusal.NOT_ENTITLED, Screen.NOT_ENTITLED, {}, None),
    (Refusal.STALE_EPOCH, Screen.MISREAD, {}, None),
    (Refusal.OTHER_PACKAGE, Screen.MISREAD, {}, None),
    (Refusal.REQUEST_ID_REUSED, Screen.MISREAD, {}, None),
    (Refusal.STATION_NOT_OPEN, Screen.NOT_OPEN, {}, None),
    (Refusal.STATION_CLOSED, Screen.CLOSED, {}, None),
    (Refusal.TABLE_PAUSED, Screen.PAUSED, {}, None),
    (Refusal.TABLE_CLOSED, Screen.CLOSED, {}, None),
    (Refusal.NOT_SIGNED_IN, Screen.SIGN_IN, {}, None),
]


@pytest.mark.parametrize(("refusal", "screen", "details", "told"), SERVER_SAYS, ids=[case[0] for case in SERVER_SAYS])
def test_what_the_server_refuses_has_its_screen_and_no_ballots(
    hall: Hall, refusal: Refusal, screen: Screen, details: dict[str, object], told: str | None
) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.refuse(refusal, **details)
    now = view(hall)
    assert now.state is screen
    assert now.kind is not ScreenKind.GO
    assert now.ballots == ()
    assert now.instruction or now.error
    assert told is None or told in now.details
    assert now.counts.marks == 0
    assert not now.recent[0].good


def test_a_refusal_of_the_place_says_that_nothing_was_registered(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.refuse(Refusal.TABLE_PAUSED)
    assert view(hall).error == "Intet er registreret. Åbn bordet, og scan kortet igen."


def test_a_stale_epoch_is_taken_over_from_the_answer(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    hall.refuse(Refusal.STALE_EPOCH, epoch=5)
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.clock.forward(4)
    hall.table.scan(card_of(PLAIN), SCANNED)
    hall.confirm()
    mark = hall.table.ledger.open_mark
    assert mark is not None
    assert mark.epoch == 5
