"""The page and its own process: when that is away, no voter stands on the screen; when it is back, all is as it was."""

from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, FakeProcess, FakeTable
from tests.station_client.page.looking import show
from tests.station_client.page.wedge import Wedge


def test_dead_process_is_told_in_black_and_the_voter_is_gone(screen: Page, process: FakeProcess, table: FakeTable) -> None:
    show(screen, table, Screen.FOUND)
    process.stop()
    screen.wait_for_selector("body[data-state=gone]", timeout=5000)
    shown = screen.locator("#panel > .screen:visible")
    expect(shown.locator(".verdict")).to_have_text("Programmet svarer ikke")
    expect(shown).to_contain_text("Tilkald valgsekretæren")
    assert "Kirsten" not in screen.content()
    assert screen.locator("#lamp").get_attribute("data-value") == "hold"
    expect(screen.locator("#help-button")).to_be_disabled()
    process.start()


def test_page_comes_back_by_itself_to_the_same_voter(screen: Page, process: FakeProcess, table: FakeTable) -> None:
    show(screen, table, Screen.REGISTERED)
    process.stop()
    screen.wait_for_selector("body[data-state=gone]", timeout=5000)
    table.view = {**table.view, "serial": 1}  # a new process counts from the beginning
    process.start()
    screen.wait_for_selector("body[data-state=registered]", timeout=10_000)
    expect(screen.locator("section[data-state=registered] [data-f=name]")).to_have_text("Kirsten Margrethe Østergård")


def test_card_scanned_while_the_process_is_dead_is_not_kept_for_later(
    screen: Page, process: FakeProcess, table: FakeTable, wedge: Wedge
) -> None:
    process.stop()
    screen.wait_for_selector("body[data-state=gone]", timeout=5000)
    wedge.scan(GOOD_CARD)
    process.start()
    screen.wait_for_selector("body[data-state=ready]", timeout=10_000)
    screen.wait_for_timeout(300)
    assert table.calls == []


def test_process_that_hangs_is_found_out_by_the_next_card(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    table.answers = False
    wedge.scan(GOOD_CARD)
    screen.wait_for_selector("body[data-state=gone]", timeout=15_000)
    table.answers = True
    screen.wait_for_selector("body:not([data-state=gone])", timeout=15_000)


def test_process_that_hangs_is_found_out_without_a_card(screen: Page, table: FakeTable) -> None:
    table.answers = False
    screen.wait_for_selector("body[data-state=gone]", timeout=20_000)
    table.answers = True
    screen.wait_for_selector("body[data-state=ready]", timeout=15_000)


def test_older_screen_that_arrives_late_does_not_cover_a_newer_one(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.FOUND)
    newest = table.view
    table.view = {**newest, "serial": 1, "state": "ready", "voter": None}
    table.wake()
    screen.wait_for_timeout(200)
    assert screen.locator("body").get_attribute("data-state") == "found"
    table.view = newest
