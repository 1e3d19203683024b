"""Signing in, enrolling, taking back and closing, by keyboard alone."""

from playwright.sync_api import Page, expect

from domain.screens import Screen
from tests.station_client.page.fake_table import FakeTable
from tests.station_client.page.looking import focus, show
from tests.station_client.page.wedge import Wedge


def test_official_signs_in_with_ten_digits_and_enter(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.SIGN_IN)
    assert focus(screen) == "sign-in-code"
    screen.keyboard.type("0007-264518")
    screen.keyboard.press("Enter")
    screen.wait_for_selector("body[data-state=ready]")
    assert table.calls == [("sign-in", {"code": "0007-264518"})]
    assert "264518" not in screen.content()


def test_wrong_code_is_told_and_the_field_is_empty_again(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.SIGN_IN)
    screen.keyboard.type("0007999999")
    screen.keyboard.press("Enter")
    expect(screen.locator("#sign-in-error")).to_have_text("Koden er forkert. Prøv igen.")
    expect(screen.locator("#sign-in-code")).to_have_value("")
    assert focus(screen) == "sign-in-code"


def test_half_a_code_is_not_sent(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.SIGN_IN)
    screen.keyboard.type("0007")
    screen.keyboard.press("Enter")
    expect(screen.locator("#sign-in-error")).to_have_text("Koden har 10 cifre.")
    assert table.calls == []


def test_news_from_the_server_does_not_wipe_a_code_that_is_being_typed(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.SIGN_IN)
    screen.keyboard.type("0007-26")
    table.view = {**table.view, "connection": {"up": True, "lost_for_s": None, "unsettled": 3}}
    table.wake()
    expect(screen.locator("#unsettled")).to_contain_text("3")
    screen.keyboard.type("4518")
    expect(screen.locator("#sign-in-code")).to_have_value("0007-264518")


def test_code_is_hidden_until_it_is_asked_for(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.SIGN_IN)
    field = screen.locator("#sign-in-code")
    assert field.evaluate("field => getComputedStyle(field).webkitTextSecurity") == "disc"
    for key in ("Tab", "Tab", "Space"):
        screen.wait_for_timeout(100)
        screen.keyboard.press(key)
    assert field.evaluate("field => getComputedStyle(field).webkitTextSecurity") == "none"


def test_laptop_is_enrolled_by_keyboard(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.ENROL)
    screen.keyboard.type("K7QX-29PM")
    screen.keyboard.press("Shift+Tab")
    screen.keyboard.type("https://valg.example:8700")
    screen.keyboard.press("Enter")
    screen.wait_for_selector("body[data-state=sign_in]")
    assert table.calls == [("enrol", {"server": "https://valg.example:8700", "code": "K7QX-29PM"})]


def test_withdrawal_needs_a_reason_and_a_code(screen: Page, table: FakeTable) -> None:
    screen.keyboard.press("F8")
    wrong = screen.locator("#withdraw-error")
    screen.locator("#withdraw-code").press("Enter")
    expect(wrong).to_have_text("Vælg, hvorfor registreringen skal fortrydes.")
    screen.get_by_label("Andet").check()
    screen.keyboard.type("x")
    screen.keyboard.press("Enter")
    expect(wrong).to_have_text("Skriv hvorfor – mindst tre tegn.")
    screen.keyboard.type("yz – forkert kort")
    screen.keyboard.press("Enter")
    expect(wrong).to_have_text("Koden har 10 cifre.")
    screen.locator("#withdraw-code").fill("0007-000000")
    screen.keyboard.press("Enter")
    expect(wrong).to_have_text("Koden er forkert. Prøv igen.")
    expect(screen.locator("#withdraw-code")).to_have_value("")
    screen.locator("#withdraw-code").fill("0007-264518")
    screen.keyboard.press("Enter")
    expect(screen.locator("#withdraw")).to_be_hidden()
    assert table.calls[-1] == ("withdraw", {"second_code": "0007-264518", "reason": "xyz – forkert kort"})
    screen.keyboard.press("F8")
    expect(screen.locator("#withdraw-text")).to_be_hidden()
    assert screen.locator("#withdraw :checked").count() == 0


def test_table_is_closed_from_the_pause_after_the_numbers_were_seen(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.PAUSED)
    screen.get_by_role("button", name="Luk bordet …").press("Space")
    expect(screen.locator("#close-table [data-count=cards]")).to_have_text("412")
    screen.locator("#close-table [data-act=close]").press("Space")
    screen.wait_for_selector("body[data-state=closed]")
    assert table.called("close") == 1


def test_table_of_a_closed_station_cannot_be_opened_again(screen: Page, table: FakeTable, wedge: Wedge) -> None:
    show(screen, table, Screen.CLOSED, table={"number": 4, "station": "Tapeten", "state": "open"}, can_withdraw=False)
    expect(screen.locator("section[data-state=closed] [data-act=resume]")).to_be_hidden()
    wedge.press("F9")
    screen.wait_for_timeout(200)
    assert table.called("resume") == 0
