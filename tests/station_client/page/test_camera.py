"""The camera as a second scanner: pictures go to the table's own process, and the camera stops when it has read a card."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import ARGUMENTS, PROGRAMS, new_context, open_page
from tests.station_client.page.fake_table import GOOD_CARD, FakeProcess, FakeTable

MAX_FRAME_BYTES = 400_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a camera that shows its test picture, and an official who allows it."""
    program = next(path for path in map(shutil.which, PROGRAMS) if path)
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *camera])
        yield browser
        browser.close()


def test_camera_sends_small_pictures_until_a_card_is_read_and_then_stops(screen: Page, table: FakeTable) -> None:
    screen.keyboard.press("F3")
    expect(screen.locator("[data-camera=reading]")).to_be_visible(timeout=15_000)
    while len(table.frames) < 3:
        screen.wait_for_timeout(100)
    assert max(table.frames) <= MAX_FRAME_BYTES
    screen.evaluate("window.tracks = document.querySelector('#camera-video').srcObject.getTracks()")
    table.digits_in_frames = GOOD_CARD
    screen.wait_for_selector("body[data-state=found]", timeout=15_000)
    expect(screen.locator("#camera")).to_be_hidden()
    assert table.calls == [("scan", {"text": GOOD_CARD, "source": "camera", "ms_per_char": 0})]
    assert screen.evaluate("window.tracks.map((track) => track.readyState)") == ["ended"]
    sent = len(table.frames)
    screen.wait_for_timeout(600)
    assert len(table.frames) == sent


def test_closing_the_window_stops_the_camera(screen: Page, table: FakeTable) -> None:
    screen.keyboard.press("F3")
    while not table.frames:
        screen.wait_for_timeout(100)
    screen.keyboard.press("F3")
    expect(screen.locator("#camera")).to_be_hidden()
    sent = len(table.frames)
    screen.wait_for_timeout(600)
    assert len(table.frames) <= sent + 1
    assert screen.evaluate("document.querySelector('#camera-video').srcObject") is None


def test_machine_without_a_camera_says_what_to_do_instead(browser: Browser, process: FakeProcess) -> None:
    context = new_context(browser)
    context.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))")
    with open_page(context) as page:
        page.goto(process.url)
        page.wait_for_selector("body[data-state=ready]")
        page.keyboard.press("F3")
        expect(page.locator("[data-camera=none]")).to_be_visible()
        expect(page.locator("#camera")).to_contain_text("Scan kortet, eller skriv nummeret.")
    context.close()
