"""The rules of the scanner, each in real Chromium: what the page sends on for what a scanner or a hand types."""

import pytest
from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import GOOD_CARD, OTHER_CARD, VOTED_CARD, FakeTable
from tests.station_client.page.views import make_view
from tests.station_client.page.wedge import FRENCH_DIGITS, Wedge

LONGER_THAN_TOO_EARLY_MS = 450
ALIAS = "8800123456789012"


def wait_for(page: Page, screen: Screen) -> None:
    page.wait_for_selector(f"body[data-state={screen}]", timeout=5000)


def settle(page: Page) -> None:
    """Long enough for a call that must not come."""
    page.wait_for_timeout(250)


@pytest.mark.parametrize("suffix", ["Enter", "NumpadEnter", "Tab", None])
def test_scan_is_complete_at_the_last_digit_whatever_the_scanner_sends_after_it(
    suffix: str | None, screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.scan(GOOD_CARD, suffix=suffix)
    wait_for(screen, Screen.FOUND)
    assert table.calls == [("scan", {"text": GOOD_CARD, "source": "scanned", "ms_per_char": 4})]


@pytest.mark.parametrize("suffix", ["Enter", "NumpadEnter"])
def test_late_enter_of_the_scanner_confirms_nobody(suffix: str, screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD, suffix=None)
    wait_for(screen, Screen.FOUND)
    for _ in range(3):
        wedge.wait(LONGER_THAN_TOO_EARLY_MS)
        wedge.press(suffix)
    settle(screen)
    assert table.called("confirm") == 0
    assert table.view["state"] == Screen.FOUND


def test_late_enter_presses_no_button_that_has_the_focus(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    screen.locator("[data-act=pause]").focus()
    wedge.press("Enter")
    settle(screen)
    assert table.called("pause") == 0


def test_space_confirms_the_voter_and_then_the_ballots(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.press("Space")
    wait_for(screen, Screen.REGISTERED)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.press("Space")
    wait_for(screen, Screen.READY)
    assert [body["serial"] for path, body in table.calls if path == "confirm"] == [2, 3]


def test_space_that_was_on_its_way_when_the_voter_appeared_does_not_count(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=3000)
    wait_for(screen, Screen.FOUND)
    wedge.press("Space")
    screen.locator("section[data-state=found] [data-act=confirm]").click()
    settle(screen)
    assert table.called("confirm") == 0


def test_key_held_down_confirms_nobody(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.down("Space")
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    for _ in range(5):
        wedge.wait(30)
        wedge.scan("", suffix=None)
        wedge.down("Space", repeat=True)
    settle(screen)
    assert table.called("confirm") == 0


def test_blank_inside_a_foreign_barcode_confirms_nobody(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND)
    wait_for(screen, Screen.FOUND)
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.burst("Digit1", "Digit2", "Space", "Digit3", "Enter")
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    wedge.burst("Space", "Digit4", "Enter")
    wedge.wait(LONGER_THAN_TOO_EARLY_MS)
    assert table.called("confirm") == 0


def test_two_confirmations_of_one_screen_are_one(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=0)
    wait_for(screen, Screen.FOUND)
    table.answers = False
    for _ in range(4):
        wedge.wait(80)
        wedge.press("Space")
    table.answers = True
    wait_for(screen, Screen.REGISTERED)
    settle(screen)
    assert table.called("confirm") == 1


def test_news_on_the_same_screen_does_not_make_the_official_wait_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.show(Screen.FOUND, confirm_after_ms=1500)
    wait_for(screen, Screen.FOUND)
    wedge.wait(1600)
    table.view = {**table.view, "counts": {"cards": 413, "marks": 413, "difference": 0}}
    table.wake()
    expect(screen.locator(".side [data-count=cards]")).to_have_text("413")
    wedge.press("Space")
    wait_for(screen, Screen.REGISTERED)


def test_escape_is_no_and_the_same_card_can_be_scanned_again_at_once(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    wedge.press("Escape")
    wait_for(screen, Screen.READY)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.called("reject") == 1
    assert table.texts() == [GOOD_CARD, GOOD_CARD]


def test_escape_acknowledges_a_refusal(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.scan(VOTED_CARD)
    wait_for(screen, Screen.VOTED)
    wedge.press("Escape")
    wait_for(screen, Screen.READY)
    assert table.called("acknowledge") == 1


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


def test_number_typed_by_hand_is_shown_in_groups_and_sent_when_complete(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly(GOOD_CARD[:4])
    wedge.wait(1400)
    wedge.type_slowly(GOOD_CARD[4:9])
    expect(screen.locator("#typed")).to_have_text("2604 9173 0")
    wedge.type_slowly(GOOD_CARD[9:])
    wait_for(screen, Screen.FOUND)
    assert table.calls[0][1]["source"] == "typed"
    assert table.texts() == [GOOD_CARD]
    expect(screen.locator("#typing")).to_be_hidden()


def test_typed_digits_can_be_corrected_and_thrown_away(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("2605")
    wedge.press("Backspace")
    expect(screen.locator("#typed")).to_have_text("260")
    wedge.press("Escape")
    expect(screen.locator("#typing")).to_be_hidden()
    assert table.calls == []


def test_scan_after_digits_that_somebody_left_behind_starts_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("26049173055")
    wedge.wait(1200)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_scan_after_three_typed_digits_starts_anew(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("987")
    wedge.wait(1200)
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_typed_digits_are_forgotten_after_a_while(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.type_slowly("2604")
    expect(screen.locator("#typing")).to_be_visible()
    expect(screen.locator("#typing")).to_be_hidden(timeout=15_000)
    assert table.calls == []


def test_typed_number_with_a_longer_known_length_is_finished_by_space(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    table.put(make_view(Screen.READY, scanner={"lengths": [12, 16]}))
    settle(screen)
    wedge.type_slowly(GOOD_CARD)
    settle(screen)
    assert table.calls == []
    wedge.press("Space")
    wait_for(screen, Screen.FOUND)
    assert table.texts() == [GOOD_CARD]


def test_scan_closes_a_window_without_text_field_and_is_read(screen: Page, wedge: Wedge, table: FakeTable) -> None:
    wedge.press("F1")
    expect(screen.locator("#help")).to_be_visible()
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    expect(screen.locator("#help")).to_be_hidden()


def test_scan_into_a_window_with_a_code_field_goes_nowhere_and_the_lamp_says_so(
    screen: Page, wedge: Wedge, table: FakeTable
) -> None:
    wedge.press("F8")
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "off")
    screen.locator("#withdraw-code").focus()
    wedge.scan(GOOD_CARD)
    settle(screen)
    assert table.calls == []


def test_lamp_says_when_the_window_has_lost_the_keyboard(screen: Page, wedge: Wedge) -> None:
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "ready")
    screen.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(screen.locator("#lamp")).to_contain_text("Vinduet er ikke aktivt")
    screen.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(screen.locator("#lamp")).to_have_attribute("data-value", "ready")


def test_bench_can_read_when_the_last_digit_came_and_when_the_answer_was_painted(screen: Page, wedge: Wedge) -> None:
    wedge.scan(GOOD_CARD)
    wait_for(screen, Screen.FOUND)
    last = "performance.getEntriesByName('valgbord:{}').at(-1)"
    painted = last.format("painted")
    screen.wait_for_function(f"{painted}?.detail.state === 'found'")
    took_ms = screen.evaluate(f"{painted}.startTime - {last.format('last-digit')}.startTime")
    assert -50 < took_ms < 5000
