"""A real Chromium for tests of pages, as a table's laptop has it: 1366×768, Danish, in Denmark's time zone.

Playwright's event loop runs in the test's own thread while a browser is open, so ``asyncio.run`` cannot be used in a test
that has a page; the browser is closed at the end of its test file.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class ChromiumMissingError(RuntimeError):
    """No Chromium on this machine."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Debian's Chromium and close it afterwards. Raises ``ChromiumMissingError`` with what to do about it."""
    program = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if program is None:
        raise ChromiumMissingError("Chromium is not on this machine: run tests/install-debian.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


def new_context(browser: Browser) -> BrowserContext:
    """A window without a past: no cookies, nothing stored."""
    return browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="da-DK", timezone_id="Europe/Copenhagen", reduced_motion="reduce"
    )


@contextmanager
def open_page(context: BrowserContext) -> Iterator[Page]:
    """A page whose test fails when a script on it throws, or when its content policy had to stop something."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    page.close()
    if wrong:
        raise AssertionError("\n".join(wrong))
