"""The browser and the accessibility check find what they are there to find."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import new_context, open_page

GOOD = (
    "<!doctype html><html lang=da><title>Valgbord</title>"
    "<main><h1>Klar</h1><label>Kode <input name=code></label><p>Scan et valgkort.</p></main>"
)
BAD = (
    "<!doctype html><html><title></title>"
    "<main><h1>Klar</h1><input><p style='color:#ccc;background:#fff'>Scan et valgkort.</p></main>"
)


def test_a_page_that_everybody_can_use_has_no_violations(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.set_content(GOOD)
    assert axe(page) == []


def test_a_page_that_some_cannot_use_is_told_apart(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.set_content(BAD)
    found = {line.split(" ")[0] for line in axe(page)}
    assert {"html-has-lang", "document-title", "label", "color-contrast"} <= found


def test_a_script_that_throws_fails_its_test(context: BrowserContext) -> None:
    with pytest.raises(AssertionError, match="no such thing"), open_page(context) as page:
        page.set_content("<script>throw new Error('no such thing')</script>")


def test_the_browser_is_a_danish_laptop(page: Page) -> None:
    assert page.evaluate("[innerWidth, innerHeight, navigator.language]") == [1366, 768, "da-DK"]
    assert page.evaluate("new Date(Date.UTC(2025, 10, 18, 7)).getHours()") == 8


def test_a_window_has_no_past(browser: Browser) -> None:
    for _ in range(2):
        context = new_context(browser)
        assert context.cookies() == []
        context.add_cookies([{"name": "reader", "value": "1", "url": "http://127.0.0.1"}])
        context.close()
