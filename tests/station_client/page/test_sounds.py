"""Five signals, told apart by pitch and rhythm, and only when they are wanted."""

import pytest
from playwright.sync_api import Page

from domain.screens import Screen, sound_of
from tests.station_client.page.fake_table import FakeProcess, FakeTable
from tests.station_client.page.looking import show

_LISTEN = """
window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.heard.push(this.frequency.value); return start.call(this, at); };
"""
SIGNALS = {
    "ask": [880],
    "go": [660, 990],
    "warn": [520, 390],
    "stop": [220, 220, 220],
    "off": [180],
}


@pytest.fixture
def listening(process: FakeProcess, page: Page) -> Page:
    """The page with somebody listening, after its first key."""
    page.add_init_script(_LISTEN)
    page.goto(process.url)
    page.wait_for_selector("body[data-state=ready]")
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    return page


def test_every_kind_of_screen_has_its_own_signal(listening: Page, table: FakeTable) -> None:
    for which in Screen:
        listening.evaluate("window.heard.length = 0")
        show(listening, table, which)
        wanted = sound_of(which)
        assert listening.evaluate("window.heard") == (SIGNALS[wanted] if wanted else []), which


def test_screen_that_is_sent_again_is_not_heard_again(listening: Page, table: FakeTable) -> None:
    show(listening, table, Screen.FOUND)
    table.wake()
    table.wake()
    listening.wait_for_timeout(200)
    assert listening.evaluate("window.heard") == SIGNALS["ask"]


def test_complaint_on_the_same_screen_is_heard(listening: Page, table: FakeTable) -> None:
    show(listening, table, Screen.FOUND)
    table.view = {**table.view, "error": "Gør først vælgeren færdig."}
    table.wake()
    listening.wait_for_function("() => window.heard.length > 1")
    assert listening.evaluate("window.heard") == SIGNALS["ask"] + SIGNALS["warn"]


def test_sound_can_be_switched_off_and_tried_in_its_window(listening: Page, table: FakeTable) -> None:
    listening.keyboard.press("F10")
    listening.locator("[data-sound=stop]").click()
    assert listening.evaluate("window.heard") == SIGNALS["stop"]
    listening.locator("[name=sound][value=off]").check()
    listening.keyboard.press("Escape")
    listening.evaluate("window.heard.length = 0")
    show(listening, table, Screen.VOTED)
    assert listening.evaluate("window.heard") == []
