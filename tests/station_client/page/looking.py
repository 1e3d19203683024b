"""How a test looks at a page: which screen it shows, in which look of the device, and whether anything sticks out."""

import json
from collections.abc import Iterable

from playwright.sync_api import Page

from domain.screens import Screen
from tests.station_client.page.fake_table import FakeTable

# Text that is cut off or that lies outside its box: what an official could not read.
_STICKS_OUT = """() => {
  const wide = innerWidth, high = innerHeight, root = document.documentElement, found = [];
  const boxes = '.screen:not([hidden]) :is(.band, .body, .middle), .side, .top, .bottom, .dialog-body';
  const texts = '.screen:not([hidden]) :is(h2, p, li, dd, dt, button), .side :is(dd, button), .bottom button';
  if (root.scrollWidth > wide || root.scrollHeight > high) found.push('the page scrolls');
  for (const box of document.querySelectorAll(boxes)) {
    if (!box.checkVisibility()) continue;
    const low = box.scrollHeight - box.clientHeight, narrow = box.scrollWidth - box.clientWidth;
    if (low > 1) found.push(`${box.className} is ${low} px too low`);
    if (narrow > 1) found.push(`${box.className} is ${narrow} px too narrow`);
  }
  for (const text of document.querySelectorAll(texts)) {
    if (!text.checkVisibility()) continue;
    const { left, top, right, bottom } = text.getBoundingClientRect();
    const inside = left >= -1 && top >= -1 && right <= wide + 1 && bottom <= high + 1;
    if (!inside) found.push(`${text.tagName} lies outside: ${text.textContent.slice(0, 40)}`);
  }
  return found;
}"""


def show(page: Page, table: FakeTable, screen: Screen, /, **changes: object) -> None:
    """Let the table show this screen and wait until the page has painted it."""
    table.show(screen, **changes)
    wait_painted(page, table)


def wait_painted(page: Page, table: FakeTable) -> None:
    """Until the table's newest screen has been painted."""
    page.wait_for_function(
        "serial => performance.getEntriesByName('valgbord:painted').at(-1)?.detail.serial === serial", arg=table.view["serial"]
    )


def sticks_out(page: Page) -> list[str]:
    """What overflows, is cut off or lies outside the window. Empty is good."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


def set_look(page: Page, **settings: str) -> None:
    """Load the page as a device with these settings shows it."""
    page.evaluate("kept => localStorage.setItem('valgbord.view', kept)", json.dumps(settings))
    page.reload()
    page.wait_for_selector("body:not([data-state=none]):not([data-state=gone])")


def lines(found: Iterable[tuple[str, list[str]]]) -> str:
    """Findings of many screens as one text for an assert."""
    return "\n".join(f"{where}: {what}" for where, whats in found for what in whats)


def wait_for(page: Page, screen: Screen) -> None:
    """Until the page shows this screen."""
    page.wait_for_selector(f"body[data-state={screen}]", timeout=5000)


def settle(page: Page) -> None:
    """Long enough for a call that must not come."""
    page.wait_for_timeout(250)


def focus(page: Page) -> str:
    """What has the keyboard: an id, or a tag."""
    where: str = page.evaluate("document.activeElement?.id || document.activeElement?.tagName || 'nothing'")
    return where
