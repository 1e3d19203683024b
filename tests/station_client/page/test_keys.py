"""Everything by keyboard alone: what each key does, windows and forms, and where the focus is afterwards."""

import random

import pytest
from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, FakeTable
from tests.station_client.page.looking import focus, show
from tests.station_client.page.wedge import Wedge

RANDOM_KEYS = 2000
_KEYS = [
    *[f"F{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 12)],
    *[f"Digit{digit}" for digit in range(10)],
    "Tab", "Tab", "Enter", "NumpadEnter", "Space", "Escape", "Escape", "Backspace", "ArrowDown", "ArrowUp", "Home", "End",
    "KeyA", "KeyQ", "AltLeft", "Delete",
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "path"),
    [("F6", "help"), ("F9", "pause"), ("F12", "sign-out")],
    ids=["call for help", "pause", "hand the table over"],
)
def test_key_does_what_its_button_says(key: str, path: str, screen: Page, table: FakeTable, wedge: Wedge) -> None:
    wedge.press(key)
    screen.wait_for_timeout(200)
    assert [called for called, _ in table.calls] == [path]


def test_pause_and_open_are_one_key(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    wedge.press("F9")
    screen.wait_for_selector("body[data-state=paused]")
    wedge.press("F9")
    screen.wait_for_selector("body[data-state=ready]")
    assert [called for called, _ in table.calls] == ["pause", "resume"]


def test_key_held_down_is_one_key(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    wedge.press("F6")
    for _ in range(5):
        wedge.down("F6", repeat=True)
    screen.wait_for_timeout(200)
    assert table.called("help") == 1
    expect(screen.locator("#help-button")).to_have_attribute("aria-pressed", "true")


def test_keys_that_cannot_work_now_do_nothing(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    show(screen, table, Screen.FOUND, can_withdraw=False)
    for key in ("F3", "F7", "F8", "F9"):
        wedge.press(key)
    screen.wait_for_timeout(200)
    assert table.calls == []
    assert screen.locator("dialog[open]").count() == 0
    expect(screen.locator("#typing")).to_be_hidden()


@pytest.mark.parametrize(("key", "window"), [("F1", "help"), ("F10", "view"), ("F8", "withdraw"), ("F3", "camera")])
def test_window_opens_and_closes_by_its_key_and_the_panel_has_the_keyboard_again(
    key: str, window: str, screen: Page, wedge: Wedge
) -> None:
    for closing in (key, "Escape"):
        wedge.press(key)
        expect(screen.locator(f"#{window}")).to_be_visible()
        assert screen.evaluate("document.activeElement.closest('dialog')?.id") == window
        wedge.press(closing)
        expect(screen.locator(f"#{window}")).to_be_hidden()
        assert focus(screen) == "panel"


def test_typing_key_shows_where_the_digits_will_stand(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    wedge.press("F7")
    expect(screen.locator("#typing")).to_be_visible()
    wedge.type_slowly(GOOD_CARD, gap_ms=100)
    screen.wait_for_selector("body[data-state=found]")
    assert table.texts() == [GOOD_CARD]
    expect(screen.locator("#typing")).to_be_hidden()


def test_tab_goes_round_inside_the_page(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.FOUND)
    seen = []
    for _ in range(14):
        screen.keyboard.press("Tab")
        seen.append(screen.evaluate("document.activeElement.textContent.trim()"))
    assert "Passer ikkeEsc" in seen
    assert seen.count("Passer ikkeEsc") >= 2
    assert focus(screen) != "BODY"


def test_tab_goes_round_inside_a_window_and_stops_once_at_a_group_of_choices(screen: Page) -> None:
    screen.keyboard.press("F10")
    seen = []
    for _ in range(20):
        screen.wait_for_timeout(20)
        screen.keyboard.press("Tab")
        seen.append(screen.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        assert screen.evaluate("document.activeElement.closest('dialog')?.id") == "view"
    assert seen[:4] == ["size", "hand", "sound", "volume"]
    assert seen.count("theme") >= 1


def test_button_that_was_used_does_not_keep_the_keyboard(screen: Page, table: FakeTable) -> None:
    screen.locator("#help-button").click()
    assert focus(screen) == "panel"


def test_choices_of_the_view_are_kept_on_this_device(screen: Page) -> None:
    screen.keyboard.press("F10")
    screen.get_by_label("Mørk").check()
    screen.get_by_label("Stor").check()
    screen.get_by_label("Til venstre").check()
    screen.locator("#volume").fill("9")
    screen.reload()
    screen.wait_for_selector("body[data-state=ready]")
    looks = screen.evaluate("({...document.documentElement.dataset})")
    assert looks == {"theme": "dark", "size": "big", "hand": "left"}
    screen.keyboard.press("F10")
    expect(screen.locator("#volume")).to_have_value("9")
    expect(screen.get_by_label("Mørk")).to_be_checked()


def test_spoilt_settings_are_not_believed(screen: Page) -> None:
    for spoilt in ('{"theme":"<script>","size":7}', "no json", "null"):
        screen.evaluate("kept => localStorage.setItem('valgbord.view', kept)", spoilt)
        screen.reload()
        screen.wait_for_selector("body[data-state=ready]")
        assert screen.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.timeout(300)
def test_keyboard_is_never_lost_over_two_thousand_random_keys(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    dice = random.Random(151)
    for number in range(RANDOM_KEYS):
        code = dice.choice(_KEYS)
        key = code[-1] if code.startswith("Digit") else None
        wedge.press(code, key, after_ms=dice.choice([2, 30, 120, 1500]))
        if number % 50 == 0:
            assert screen.evaluate("document.hasFocus()")
            assert focus(screen) not in {"BODY", "nothing", "HTML"}
    for _ in range(2):
        wedge.press("Escape")
    table.show(Screen.READY)
    screen.wait_for_selector("body[data-state=ready]")
    wedge.wait(3200)
    wedge.scan(GOOD_CARD)
    screen.wait_for_selector("body[data-state=found]")
    assert table.texts()[-1] == GOOD_CARD
