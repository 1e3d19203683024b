"""Who is confirmed and who is not: Space by a finger, never by a scanner, never too early, never twice."""

import pytest
from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, VOTED_CARD, FakeTable
from tests.station_client.page.looking import settle, wait_for
from tests.station_client.page.wedge import Wedge

LONGER_THAN_TOO_EARLY_MS = 450


@pytest.mark.parametrize("suffix", ["Enter", "NumpadEnter"])
def test_late_enter_of_the_scanner_confirms_nobody(suffix: str, screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD, suffix=None)
    wait_for(screen, Screen.FOUND)
    for _ in range(3):
        wedge.wait(LONGER_THAN_TOO_EARLY_MS)
        wedge.press(suffix)
    settle(screen)
    assert table.called("confirm") == 0
    assert table.view["state"] == Screen.FOUND


def test_late_enter_presses_no_button_that_has_the_focus(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    screen.locator("[data-act=pause]").focus()
    wedge.press("Enter")
    settle(screen)
    assert table.called("pause") == 0


def test_space_confirms_the_voter_and_then_the_ballots(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.press("Space")
    wait_for(screen, Screen.REGISTERED)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.press("Space")
    wait_for(screen, Screen.READY)
    assert [body["serial"] for path, body in table.calls if path == "confirm"] == [2, 3]


def test_space_that_was_on_its_way_when_the_voter_appeared_does_not_count(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=3000)
    wait_for(screen, Screen.FOUND)
    wedge.press("Space")
    screen.locator("section[data-state=found] [data-act=confirm]").click()
    settle(screen)
    assert table.called("confirm") == 0


def test_key_held_down_confirms_nobody(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.down("Space")
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    for _ in range(5):
        wedge.wait(30)
        wedge.scan("", suffix=None)
        wedge.down("Space", repeat=True)
    settle(screen)
    assert table.called("confirm") == 0


def test_blank_inside_a_foreign_barcode_confirms_nobody(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.burst("Digit1", "Digit2", "Space", "Digit3", "Enter")
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.burst("Space", "Digit4", "Enter")
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    assert table.called("confirm") == 0


def test_two_confirmations_of_one_screen_are_one(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=0)
    wait_for(screen, Screen.FOUND)
    table.answers = False
    for _ in range(4):
        wedge.wait(80)
        wedge.press("Space")
    table.answers = True
    wait_for(screen, Screen.REGISTERED)
    settle(screen)
    assert table.called("confirm") == 1


def test_news_on_the_same_screen_does_not_make_the_official_wait_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=1500)
    wait_for(screen, Screen.FOUND)
    wedge.wait(1600)
    table.view = {**table.view, "counts": {"cards": 413, "marks": 413, "difference": 0}}
    table.wake()
    expect(screen.locator(".side [data-count=cards]")).to_have_text("413")
    wedge.press("Space")
    wait_for(screen, Screen.REGISTERED)


def test_escape_is_no_and_the_same_card_can_be_scanned_again_at_once(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.press("Escape")
    wait_for(screen, Screen.READY)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.called("reject") == 1
    assert table.texts() == [GOOD_CARD, GOOD_CARD]


def test_escape_acknowledges_a_refusal(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(VOTED_CARD)
    wait_for(screen, Screen.VOTED)
    wedge.press("Escape")
    wait_for(screen, Screen.READY)
    assert table.called("acknowledge") == 1
