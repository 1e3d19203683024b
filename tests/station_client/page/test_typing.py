"""A number typed by hand, what a scan does to it, and when digits are nobody's card."""

from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, FakeTable
from tests.station_client.page.looking import settle, wait_for
from tests.station_client.page.views import make_view
from tests.station_client.page.wedge import Wedge

ALIAS_LENGTHS = {"lengths": [12, 16]}


def test_number_typed_by_hand_is_shown_in_groups_and_sent_when_complete(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly(GOOD_CARD[:4])
    wedge.wait(1400)
    wedge.type_slowly(GOOD_CARD[4:9])
    expect(screen.locator("#typed")).to_have_text("2604 9173 0")
    wedge.type_slowly(GOOD_CARD[9:])
    wait_for(screen, Screen.FOUND)
    assert table.calls[0][1]["source"] == "typed"
    assert table.texts() == [GOOD_CARD]
    expect(screen.locator("#typing")).to_be_hidden()


def test_typed_digits_can_be_corrected_and_thrown_away(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("2605")
    wedge.press("Backspace")
    expect(screen.locator("#typed")).to_have_text("260")
    wedge.press("Escape")
    expect(screen.locator("#typing")).to_be_hidden()
    assert table.calls == []


def test_scan_after_digits_that_somebody_left_behind_starts_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("26049173055")
    wedge.wait(1200)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_scan_after_three_typed_digits_starts_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("987")
    wedge.wait(1200)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_typed_digits_are_forgotten_after_a_while(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("2604")
    expect(screen.locator("#typing")).to_be_visible()
    expect(screen.locator("#typing")).to_be_hidden(timeout=15_000)
    assert table.calls == []


def test_typed_number_with_a_longer_known_length_is_finished_by_space(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.put(make_view(Screen.READY, scanner=ALIAS_LENGTHS))
    settle(screen)
    wedge.type_slowly(GOOD_CARD)
    settle(screen)
    assert table.calls == []
    wedge.press("Space")
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_scan_closes_a_window_without_text_field_and_is_read(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.press("F1")
    expect(screen.locator("#help")).to_be_visible()
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    expect(screen.locator("#help")).to_be_hidden()


def test_scan_into_a_window_with_a_code_field_goes_nowhere_and_the_lamp_says_so(
    screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.press("F8")
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "off")
    screen.locator("#withdraw-code").focus()
    wedge.scan(GOOD_CARD)
    settle(screen)
    assert table.calls == []


def test_lamp_says_when_the_window_has_lost_the_keyboard(screen: Page, wedge: Wedge) -> None:
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "ready")
    screen.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(screen.locator("#lamp")).to_contain_text("Vinduet er ikke aktivt")
    screen.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "ready")
