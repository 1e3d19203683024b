"""From a card's last digit to the painted verdict: the real page in Chromium, a real table process, a real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import httpx2
from playwright.sync_api import Page, sync_playwright

from server.actions.tables import make_enrolment_code
from server.clock import now
from server.db import open_engine
from valgbord.bench.figures import Bar, BenchError, Figure, percentile
from valgbord.bench.municipality import BenchTable, Municipality, make_municipality
from valgbord.bench.server import RunningServer, running_server
from valgbord.demo.processes import Children, choose_ports, wait_until_answering

VOTERS = 2_500
"""At the station; the table's copy of the register holds them all."""

SCANNER_GAP_MS = 4
CONFIRM_AFTER_MS = 450
SCREEN_TIMEOUT_MS = 20_000
BAR = Bar(40, at_least=False)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")

_SHOWS = "state => document.body.dataset.state === state"
# The page notes both moments itself: the key event's own time, and the moment after the frame with the screen.
_MS_TO_VERDICT = """() => {
  const marks = performance.getEntriesByType("mark");
  const digit = marks.filter((mark) => mark.name === "valgbord:last-digit").at(-1).startTime;
  const painted = marks.find(
    (mark) => mark.name === "valgbord:painted" && mark.startTime > digit && mark.detail.state === "found");
  return painted ? painted.startTime - digit : null;
}"""


def measure_painted(folder: Path, voters: int) -> list[Figure]:
    """So many voters come to one table, one after the other: scanned, compared, confirmed, marked."""
    place = make_municipality(f"sqlite:///{folder / 'painted.sqlite3'}", folder, stations=1, voters_each=VOTERS, tables_each=1)
    table = place.tables[0]
    with (
        running_server(place.database_url, folder) as server,
        _running_table(server, place, table, folder) as address,
        _open_page(address) as page,
    ):
        _sign_in(page, address, table)
        waits = [_scan(page, card) for card in place.take_cards(table.station_id, voters + 1)][1:]
    meaning = f"{voters} voters at one table, median"
    return [
        Figure("scan_to_painted", "ms", waits, bar=BAR, meaning=meaning),
        Figure("scan_to_painted_p95", "ms", [percentile(waits, 0.95)]),
    ]


@contextmanager
def _running_table(server: RunningServer, place: Municipality, table: BenchTable, folder: Path) -> Iterator[str]:
    """A new laptop takes the table over; the address of its page."""
    engine = open_engine(place.database_url)
    with engine.begin() as conn:
        code = make_enrolment_code(conn, table.table_id, now())
    engine.dispose()
    port, _ = choose_ports(0, 0)
    address = f"http://127.0.0.1:{port}/"
    children = Children(folder)
    try:
        where = ["--data", str(folder / "laptop"), "--port", str(port), "--no-browser"]
        children.start("table", ["table", "run", *where, "--server", server.url, "--code", code])
        wait_until_answering(address, children.check)
        yield address
    finally:
        children.stop()


@contextmanager
def _open_page(address: str) -> Iterator[Page]:
    program = next((path for path in map(which, BROWSERS) if path), None)
    if program is None:
        raise BenchError("Chromium is not on this machine: run tests/install-debian.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="da-DK")
        page.set_default_timeout(SCREEN_TIMEOUT_MS)
        page.goto(address)
        yield page
        browser.close()


def _sign_in(page: Page, address: str, table: BenchTable) -> None:
    page.wait_for_function(_SHOWS, arg="sign_in")
    answer = httpx2.post(
        f"{address}api/sign-in",
        json={"code": table.sign_in_code},
        headers={"Origin": address.rstrip("/")},
        timeout=SCREEN_TIMEOUT_MS / 1000,
        trust_env=False,
    )
    if answer.status_code != httpx2.codes.OK:
        raise BenchError(f"nobody could sign in at the table: {answer.status_code}")
    page.wait_for_function(_SHOWS, arg="ready")


def _scan(page: Page, card: str) -> float:
    """Scan a voter's card and see the voter through; milliseconds from the last digit to the painted voter."""
    page.keyboard.type(card, delay=SCANNER_GAP_MS)
    page.wait_for_function(_SHOWS, arg="found")
    page.wait_for_timeout(CONFIRM_AFTER_MS)
    wait_ms = page.evaluate(_MS_TO_VERDICT)
    if wait_ms is None:
        raise BenchError("the page did not note when it had painted the voter")
    page.keyboard.press("Space")
    page.wait_for_function(_SHOWS, arg="registered")
    return float(wait_ms)
