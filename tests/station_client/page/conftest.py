"""A page in Chromium, connected to a fake table."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.station_client.page.fake_table import FakeProcess, FakeTable, run_fake
from tests.station_client.page.wedge import Wedge


@pytest.fixture
def process() -> Iterator[FakeProcess]:
    """The table's process, which a test may kill and start again."""
    with run_fake() as process:
        yield process


@pytest.fixture
def table(process: FakeProcess) -> FakeTable:
    """What the page sees, and what it sent."""
    return process.table


@pytest.fixture
def screen(process: FakeProcess, table: FakeTable, page: Page) -> Page:
    """The page as an official has it: connected and ready for a card."""
    page.goto(process.url)
    page.wait_for_selector("body[data-state=ready]")
    return page


@pytest.fixture
def wedge(screen: Page) -> Wedge:
    """The keyboard and the scanner at that page."""
    return Wedge(screen)
