"""The rules of the scanner, each in real Chromium: what the page sends on for what a scanner types."""

import pytest
from playwright.sync_api import Page

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, OTHER_CARD, VOTED_CARD, FakeTable
from tests.station_client.page.looking import settle, wait_for
from tests.station_client.page.views import make_view
from tests.station_client.page.wedge import FRENCH_DIGITS, Wedge

ALIAS = "8800123456789012"


@pytest.mark.parametrize("suffix", ["Enter", "NumpadEnter", "Tab", None])
def test_scan_is_complete_at_the_last_digit_whatever_the_scanner_sends_after_it(
    suffix: str | None, screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.scan(GOOD_CARD, suffix=suffix)
    wait_for(screen, Screen.FOUND)
    assert table.calls == [("scan", {"text": GOOD_CARD, "source": "scanned", "ms_per_char": 4})]


def test_second_card_before_the_answer_is_sent_on_and_refused_there(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.wait(100)
    wedge.scan(OTHER_CARD)
    wait_for(screen, Screen.UNCONFIRMED)
    assert table.texts() == [GOOD_CARD, OTHER_CARD]


def test_same_card_read_twice_within_three_seconds_is_one_card(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    for _ in range(3):
        wedge.scan(GOOD_CARD)
        wedge.wait(300)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_same_card_after_three_seconds_is_looked_at_again(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(VOTED_CARD)
    wedge.wait(3200)
    wedge.scan(VOTED_CARD)
    settle(screen)
    assert table.texts() == [VOTED_CARD, VOTED_CARD]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [("0123456789", "Digit"), (FRENCH_DIGITS, "Digit"), ("0123456789", "Numpad"), ('=!"#¤%&/()', "Digit")],
    ids=["danish", "french", "numeric pad", "caps lock or shift"],
)
def test_digits_are_known_by_the_place_of_the_key(keys: str, codes: str, screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD, keys=keys, codes=codes)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_scanner_in_alt_mode_is_understood(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan_by_alt(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert [body["source"] for _, body in table.calls] == ["scanned"]
    assert table.texts() == [GOOD_CARD]


@pytest.mark.parametrize("gap_ms", [1, 35, 60])
def test_slow_and_fast_scanners_are_scanners(gap_ms: int, screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD, gap_ms=gap_ms)
    wait_for(screen, Screen.FOUND)
    assert table.calls[0][1] == {"text": GOOD_CARD, "source": "scanned", "ms_per_char": gap_ms}


def test_hiccup_inside_a_scan_does_not_split_it(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD[:7], suffix=None)
    wedge.wait(600)
    wedge.scan(GOOD_CARD[7:])
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]
    assert table.calls[0][1]["source"] == "scanned"


def test_page_that_is_busy_for_longer_than_a_scan_may_pause_still_reads_it(
    screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.scan(GOOD_CARD[:8], suffix=None)
    screen.evaluate("setTimeout(() => { const from = performance.now(); while (performance.now() - from < 1600); }, 0), 0")
    wedge.scan(GOOD_CARD[8:])
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


@pytest.mark.parametrize("length", [6, 9, 11])
def test_broken_scan_is_sent_on_as_it_is_so_that_somebody_is_told(
    length: int, screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.scan(GOOD_CARD[:length])
    wait_for(screen, Screen.MISREAD)
    assert table.texts() == [GOOD_CARD[:length]]


def test_broken_scan_without_suffix_is_told_after_a_second(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD[:8], suffix=None)
    wait_for(screen, Screen.MISREAD)
    assert table.texts() == [GOOD_CARD[:8]]


def test_after_a_broken_scan_the_same_card_is_read_at_once(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD[:8])
    wait_for(screen, Screen.MISREAD)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)


def test_few_digits_and_a_suffix_are_nothing(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan("26049")
    wedge.wait(1300)
    assert table.calls == []
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_digits_behind_a_complete_number_belong_to_a_longer_barcode_and_start_nothing(
    screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.scan(VOTED_CARD + "123456789")
    wait_for(screen, Screen.VOTED)
    wedge.wait(1300)
    assert table.texts() == [VOTED_CARD]


def test_known_longer_number_is_awaited_for_a_moment(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.put(make_view(Screen.READY, scanner={"lengths": [12, 16]}))
    settle(screen)
    wedge.scan(ALIAS)
    settle(screen)
    table.show(Screen.READY, scanner={"lengths": [12, 16]})
    settle(screen)
    wedge.scan(GOOD_CARD, suffix=None)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [ALIAS, GOOD_CARD]


def test_bench_can_read_when_the_last_digit_came_and_when_the_answer_was_painted(screen: Page, wedge: Wedge) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    last = "performance.getEntriesByName('valgbord:{}').at(-1)"
    painted = last.format("painted")
    screen.wait_for_function(f"() => {painted}?.detail.state === 'found'")
    took_ms = screen.evaluate(f"{painted}.startTime - {last.format('last-digit')}.startTime")
    assert -50 < took_ms < 5000
