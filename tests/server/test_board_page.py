from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect
from sqlalchemy import Engine

from domain.elections import ElectionKind
from server.db import open_engine
from server.readers import issue_code
from tests.server.board_app import BoardServer, serve_board
from tests.server.board_builder import AFTERNOON, BALLERUP, Day, make_day, record, set_table

NASTY = "<img src=x onerror=alert(1)>'\"&amp;\u202eHallen"
SIZES = [(1366, 768), (1920, 1080)]


def clock() -> datetime:
    return AFTERNOON


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """The page is the same on both databases; one is enough here."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def day(engine: Engine) -> Day:
    day = make_day(engine)
    set_table(engine, day, 3, 0, last_contact_at=AFTERNOON - timedelta(minutes=6))
    set_table(engine, day, 6, 2, last_contact_at=AFTERNOON - timedelta(seconds=45))
    set_table(engine, day, 1, 1, state="paused")
    set_table(engine, day, 2, 3, state="closed")
    set_table(engine, day, 8, 1, calls_help=True)
    set_table(engine, day, 10, 1, last_contact_at=None)
    return day


@pytest.fixture
def server(engine: Engine, day: Day) -> Iterator[BoardServer]:
    with serve_board(engine, clock) as server:
        yield server


def open_board(page: Page, server: BoardServer) -> None:
    page.goto(f"{server.url}/board")
    page.wait_for_selector("#stations tbody tr")


def remember(context: BrowserContext, theme: str) -> None:
    context.add_init_script(f"localStorage.setItem('valgbord.theme', '{theme}')")


def test_the_board_shows_the_day_in_danish(page: Page, server: BoardServer) -> None:
    open_board(page, server)
    assert page.locator("#stations tbody tr").count() == 9
    assert page.locator("h1").inner_text() == "Kommunal- og regionalvalg 2025Ballerup"
    figures = page.locator(".figures").inner_text()
    for words in ("34,3\u00a0%", "12.263", "af 35.718", "9.292 fremmødt · 2.971 brevstemmer", "point mod 2021 kl.\u00a014.45"):
        assert words in figures
    row = page.locator("#stations tbody tr", has_text="Højagerhallen")
    assert row.locator(".squares").get_attribute("aria-label") == "1 åbent · 1 uden kontakt"
    assert row.locator(".contact").inner_text() == "! 6 min."
    assert "2021 på samme tid" in (row.locator(".track").get_attribute("aria-label") or "")
    assert "Kl. 14.45: 34,3\u00a0%" in (page.locator("#curve").get_attribute("aria-label") or "")
    assert page.locator("#curve canvas").count() == page.locator("#quarters canvas").count() == 1


def test_what_must_be_done_stands_in_a_list_worst_first(page: Page, server: BoardServer) -> None:
    open_board(page, server)
    items = page.locator("#actions li")
    plain = [item.replace("\u2068", "").replace("\u2069", "") for item in items.all_inner_texts()]
    assert plain == [
        "Højagerhallen - Skovvejens Skole Vest, bord 1: ingen kontakt i 6 min.",
        "Måløv Ny Hal - Måløvhøj Skole - Måløv, bord 2: kalder på hjælp",
        "Skovlunde Skole - Lundebjerg, bord 3: ingen kontakt i 45 sek.",
    ]
    assert [item.get_attribute("class") for item in items.all()] == ["bad", "bad", "warn"]
    assert page.locator("#tables").inner_text().endswith("1 på pause · 1 lukket · 2 uden kontakt · 1 ikke tilsluttet")


def test_a_mark_moves_the_board_within_a_second(page: Page, engine: Engine, server: BoardServer, day: Day) -> None:
    open_board(page, server)
    with engine.begin() as conn:
        record(conn, day, 1, AFTERNOON, marks=37)
    server.watcher.wake()
    expect(page.locator("#taken-part [data-value]")).to_have_text("12.300", timeout=2_000)
    assert "9.329 fremmødt" in page.locator("#taken-part").inner_text()


def test_the_board_greys_with_a_word_when_the_server_dies_and_comes_back_by_itself(
    page: Page, engine: Engine, day: Day
) -> None:
    with serve_board(engine, clock) as server:
        open_board(page, server)
        expect(page.locator("#age")).to_have_text("Opdateret for 1 sek. siden")
        server.stop()
        expect(page.locator("#stale")).to_be_visible(timeout=30_000)
        assert page.locator("#stale").inner_text().startswith("Gamle tal – fra kl. 14.45.")
        assert page.evaluate("document.documentElement.hasAttribute('data-stale')")
    with serve_board(engine, clock, port=server.port):
        expect(page.locator("#stale")).to_be_hidden(timeout=40_000)
        assert not page.evaluate("document.documentElement.hasAttribute('data-stale')")


def test_everything_is_reached_by_keyboard_alone_and_the_choice_is_remembered(page: Page, server: BoardServer) -> None:
    open_board(page, server)
    root = page.locator("html")
    before = root.get_attribute("data-theme")
    page.keyboard.press("F8")
    assert root.get_attribute("data-theme") == "dark" != before
    page.keyboard.press("F9")
    assert root.get_attribute("data-size") == "projector"
    page.reload()
    assert (root.get_attribute("data-theme"), root.get_attribute("data-size")) == ("dark", "projector")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert root.get_attribute("data-theme") == "light"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert root.get_attribute("data-size") == "normal"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/board/data*")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_have_text("Opdateret. Tal fra kl. 14.45.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/board?*")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_board_and_data_page_break_no_rule_of_accessibility(
    context: BrowserContext,
    page: Page,
    server: BoardServer,
    axe: Callable[[Page], list[str]],
    theme: str,
    width: int,
    height: int,
) -> None:
    remember(context, theme)
    page.set_viewport_size({"width": width, "height": height})
    open_board(page, server)
    assert axe(page) == []
    page.keyboard.press("F9")
    assert axe(page) == []
    page.evaluate("document.documentElement.setAttribute('data-stale', '')")
    assert axe(page) == []
    page.goto(f"{server.url}/board/data")
    assert axe(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nine_stations_fit_without_scrolling(
    context: BrowserContext, page: Page, server: BoardServer, theme: str, width: int, height: int
) -> None:
    remember(context, theme)
    page.set_viewport_size({"width": width, "height": height})
    open_board(page, server)
    for _ in ("normal", "projector"):
        hidden = page.evaluate(
            "[...document.querySelectorAll('.stations .scroll, html')].map(e => e.scrollHeight - e.clientHeight)"
        )
        assert max(hidden) <= 2
        page.keyboard.press("F9")
        page.wait_for_timeout(100)


def test_at_twice_the_zoom_nothing_is_cut_off_sideways(page: Page, server: BoardServer) -> None:
    page.set_viewport_size({"width": 683, "height": 384})
    for path in ("/board", "/board/data"):
        page.goto(f"{server.url}{path}")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_fifty_eight_stations_are_reached_by_keyboard(page: Page, engine: Engine, axe: Callable[[Page], list[str]]) -> None:
    make_day(engine, places=[(number, f"{number}. Østerbro", 7_000) for number in range(1, 59)])
    with serve_board(engine, clock) as server:
        open_board(page, server)
        last = page.locator("#stations tbody tr").last
        expect(last).not_to_be_in_viewport()
        page.locator(".stations .scroll").focus()
        page.keyboard.press("End")
        expect(last).to_be_in_viewport()
        assert axe(page) == []


def test_a_municipality_with_one_station_sees_its_tables(page: Page, engine: Engine) -> None:
    day = make_day(engine, places=BALLERUP[:1])
    set_table(engine, day, 1, 1, state="closed")
    with serve_board(engine, clock) as server:
        open_board(page, server)
        rows = page.locator("#stations .one-table")
        assert rows.nth(0).inner_text().startswith("Bord 1")
        assert rows.nth(1).locator(".state").inner_text() == "Lukket"


def test_a_name_with_markup_is_only_a_name(page: Page, engine: Engine) -> None:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    day = make_day(engine, places=[(1, NASTY, 1000)], name="</title><script>alert(2)</script>")
    set_table(engine, day, 1, 0, calls_help=True)
    with serve_board(engine, clock) as server:
        open_board(page, server)
        assert page.locator("#stations tbody th span").first.inner_text() == NASTY
        assert "\u2068" + NASTY + "\u2069, bord 1: kalder på hjælp" in page.locator("#actions").inner_text()
        assert page.title() == "Valgtavle – </title><script>alert(2)</script>"
        page.goto(f"{server.url}/board/data")
        assert NASTY in page.locator("tbody th").first.inner_text()
        assert page.locator("img").count() == 0
    assert dialogs == []


def test_a_reader_signs_in_by_keyboard_and_sees_the_live_board(
    page: Page, engine: Engine, axe: Callable[[Page], list[str]]
) -> None:
    day = make_day(engine, kind=ElectionKind.LIVE, places=BALLERUP[:3])
    with engine.begin() as conn:
        code = issue_code(conn, day.election_id, "Storskærm", datetime(2025, 11, 18, tzinfo=UTC))
    with serve_board(engine, clock) as server:
        page.goto(f"{server.url}/board")
        page.wait_for_url("**/board/sign-in*")
        for theme in ("light", "dark"):
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            assert axe(page) == []
        page.keyboard.type("forkert")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Koden er forkert. Prøv igen.")
        assert axe(page) == []
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_selector("#stations tbody tr")
        assert page.locator(".band").count() == 0, "a live election is no practice"
