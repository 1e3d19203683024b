"""Every screen of a table in every look: readable for everybody, nothing cut off, the right words and nothing left behind."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from domain import danish
from domain.screens import Screen
from tests.station_client.page.fake_table import FakeProcess, FakeTable
from tests.station_client.page.looking import lines, set_look, show, sticks_out
from tests.station_client.page.views import BOTH, LONGEST_DATE, make_view

LOOKS = [
    {"theme": "light", "size": "normal"},
    {"theme": "dark", "size": "normal"},
    {"theme": "light", "size": "big"},
    {"theme": "dark", "size": "big", "hand": "left"},
]
WINDOWS = ("help", "view", "withdraw", "close-table", "camera")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_every_screen_follows_the_accessibility_rules(
    look: dict[str, str], screen: Page, table: FakeTable, axe: Callable[[Page], list[str]]
) -> None:
    set_look(screen, **look)
    found: list[tuple[str, list[str]]] = []
    for which in Screen:
        show(screen, table, which, calls_help=True, error="Koden er forkert. Prøv igen.")
        found.append((which, axe(screen)))
    assert lines(found) == ""


@pytest.mark.parametrize("look", LOOKS[:2], ids=lambda look: look["theme"])
def test_every_window_follows_the_accessibility_rules_and_fits(
    look: dict[str, str], screen: Page, table: FakeTable, axe: Callable[[Page], list[str]]
) -> None:
    set_look(screen, **look)
    show(screen, table, Screen.PAUSED)
    found: list[tuple[str, list[str]]] = []
    for window in WINDOWS:
        show(screen, table, Screen.PAUSED if window == "close-table" else Screen.READY)
        screen.locator(f"button[data-dialog={window}]").first.click()
        expect(screen.locator(f"#{window}")).to_be_visible()
        found += [(window, axe(screen)), (window, sticks_out(screen))]
        screen.keyboard.press("Escape")
        expect(screen.locator(f"#{window}")).to_be_hidden()
    assert lines(found) == ""


def test_screen_of_a_dead_process_follows_the_accessibility_rules(
    screen: Page, process: FakeProcess, axe: Callable[[Page], list[str]]
) -> None:
    process.stop()
    screen.wait_for_selector("body[data-state=gone]")
    assert axe(screen) == []
    assert sticks_out(screen) == []
    process.start()


@pytest.mark.parametrize("height", [768, 650])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_nothing_sticks_out_on_any_screen(look: dict[str, str], height: int, screen: Page, table: FakeTable) -> None:
    set_look(screen, **look)
    screen.set_viewport_size({"width": 1366, "height": height})
    full = [{"at": "14.46", "last_four": "2817", "text": "Stop – har allerede stemt", "good": False}] * 6
    found: list[tuple[str, list[str]]] = []
    for which in Screen:
        show(screen, table, which, recent=full, calls_help=True, connection={"up": False, "lost_for_s": 3605, "unsettled": 12})
        found.append((which, sticks_out(screen)))
    show(screen, table, Screen.FOUND, voter=LONGEST_DATE, ballots=[*BOTH, {"name": "Folkeafstemning", "colour": "#cfe8ff"}])
    found.append(("longest", sticks_out(screen)))
    show(screen, table, Screen.REGISTERED, voter=LONGEST_DATE, ballots=BOTH * 2)
    found.append(("most ballots", sticks_out(screen)))
    assert lines(found) == ""


def test_every_screen_says_its_verdict_and_what_to_do(screen: Page, table: FakeTable) -> None:
    for which in Screen:
        show(screen, table, which)
        shown = screen.locator("#panel > .screen:visible")
        expect(shown).to_have_count(1)
        expect(shown.locator(".verdict")).to_have_text(str(table.view["verdict"]))
        instruction = danish.SCREENS[which].instruction
        if instruction is not None:
            expect(shown.locator("[data-f=instruction]").first).to_have_text(instruction)
        for detail in table.view["details"]:
            expect(shown.get_by_text(detail, exact=True)).to_be_visible()
        spoken = ". ".join(part for part in (str(table.view["verdict"]), instruction) if part)
        expect(screen.locator("#live")).to_have_text(spoken)


def test_voter_of_an_earlier_screen_stays_nowhere_in_the_page(screen: Page, table: FakeTable) -> None:
    for which in (Screen.FOUND, Screen.UNCONFIRMED, Screen.REGISTERED, Screen.VOTED):
        show(screen, table, which, voter={**LONGEST_DATE})
        assert "Wowern" in screen.content()
        show(screen, table, Screen.READY)
        assert "Wowern" not in screen.content()
        assert "1937" not in screen.content()


def test_ballots_have_the_colour_of_their_paper(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.REGISTERED)
    papers = screen.locator("section[data-state=registered] .swatch-paper")
    colours = papers.evaluate_all("papers => papers.map((paper) => getComputedStyle(paper).backgroundColor)")
    assert colours == ["rgb(255, 255, 255)", "rgb(255, 229, 102)"]


def test_colour_that_is_no_colour_is_not_used(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.REGISTERED, ballots=[{"name": "X", "colour": "url(//elsewhere.example/x)"}])
    style = screen.locator("section[data-state=registered] .swatch-paper").get_attribute("style")
    assert style in {None, ""}


def test_practice_is_said_on_every_screen_and_only_there(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.FOUND)
    expect(screen.locator("#practice")).to_be_visible()
    show(screen, table, Screen.FOUND, election={"name": "Kommunalvalg", "practice": False})
    expect(screen.locator("#practice")).to_be_hidden()


def test_header_says_table_official_connection_and_what_waits(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.OFFLINE, connection={"up": False, "lost_for_s": 65, "unsettled": 1}, calls_help=True)
    for text in ("Bord 4", "Tapeten", "Valglistefører: Birthe Lund", "Ingen forbindelse", "1 afventer", "Hjælp er tilkaldt"):
        expect(screen.locator("header.top")).to_contain_text(text)
    expect(screen.locator("section[data-state=offline] .lost-for")).to_contain_text("1 min.")
    assert screen.title() == "Bord 4 – Tapeten"


def test_lamp_is_lit_only_where_the_next_card_is_looked_at(screen: Page, table: FakeTable) -> None:
    lamps = {}
    for which in Screen:
        show(screen, table, which)
        lamps[which] = screen.locator("#lamp").get_attribute("data-value")
    dark = {
        Screen.FOUND,
        Screen.UNCONFIRMED,
        Screen.SENDING,
        Screen.PAUSED,
        Screen.CLOSED,
        Screen.NOT_OPEN,
        Screen.OFFLINE,
        Screen.STOPPED,
    }
    assert {which for which, lamp in lamps.items() if lamp == "hold"} == dark
    assert {which for which, lamp in lamps.items() if lamp == "off"} == {Screen.ENROL, Screen.SIGN_IN}


def test_difference_is_marked_by_sign_and_number(screen: Page, table: FakeTable) -> None:
    table.put(make_view(Screen.READY, counts={"cards": 413, "marks": 412, "difference": 1}))
    expect(screen.locator("#difference")).to_have_attribute("data-value", "uneven")
    expect(screen.locator("#difference")).to_contain_text("1")
