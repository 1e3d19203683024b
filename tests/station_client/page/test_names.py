"""Names are text. Whatever an imported name holds, the page shows it whole and runs none of it."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from domain.screens import Screen
from tests.station_client.page.fake_table import FakeTable
from tests.station_client.page.looking import lines, show, sticks_out

HOW_MANY = 500
LONGEST = 200
PIECES = (
    "<script>window.harmed=1</script>",
    '"><img src=x onerror="window.harmed=1">',
    "<svg onload=window.harmed=1>",
    "javascript:window.harmed=1",
    "{{7*7}}${window.harmed=1}",
    "</p></section><style>*{display:none}</style>",
    "<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>",
    '=HYPERLINK("http://elsewhere.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+45 12 34",
    "-2+3",
    "\u202eednærts\u202c",
    "\u2066\u2067\u2069",
    "\u200b\u200c\u200d\ufeff",
    "م\u064bح\u0651مد عبد الرحمن",
    "שרה כהן",
    "王小明",
    "Nguyễn Thị Ánh",
    "Ægir Þorláksson",
    "👩🏽‍⚖️🏳️‍🌈",
    "Z̸̢̛̗̦̭͙̋̈́a̷͎̽l̴͙̈́g̵̱̈o̶̤͐",
    "&lt;b&gt;&amp;&#x3c;",
    "\\u003cscript\\u003e",
    "'; DROP TABLE marks; --",
    "\t\x0b",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "Anne-Sofie von Wowern-Kjærsgaard ",
    "ﷺ",
)


def malicious_names() -> Iterator[str]:
    """Every piece alone, every piece as long as a name can be, then random mixtures; the same on every run."""
    yield from PIECES
    yield from (piece.ljust(1) * (LONGEST // len(piece)) for piece in PIECES)
    dice = random.Random(20291120)
    for _ in range(HOW_MANY - 2 * len(PIECES)):
        mixed = " ".join(dice.choice(PIECES) for _ in range(dice.randint(1, 8)))
        yield mixed[:LONGEST]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("height", "every"), [(768, 1), (650, 4)], ids=["768", "650"])
def test_five_hundred_hostile_names_run_nothing_and_stay_inside(
    height: int, every: int, screen: Page, table: FakeTable
) -> None:
    screen.set_viewport_size({"width": 1366, "height": height})
    places = (Screen.FOUND, Screen.REGISTERED, Screen.VOTED, Screen.UNCONFIRMED)
    found = []
    for number, name in list(enumerate(malicious_names()))[::every]:
        where = places[number // every % len(places)]
        show(screen, table, where, voter={"name": name, "birth_date": "30. september 1937", "sex": "Ikke oplyst"})
        shown = screen.evaluate("document.querySelector('.screen:not([hidden]) [data-f=name]').textContent")
        wrong = sticks_out(screen) + ([] if shown == name else [f"shown as {shown!r}"])
        found.append((f"{number} {where} {name!r}", wrong))
    assert lines(found) == ""
    assert screen.evaluate("window.harmed") is None
    assert screen.locator(".panel script, .panel img, .panel iframe, .panel style").count() == 0


def test_right_to_left_name_turns_nothing_else_around(screen: Page, table: FakeTable) -> None:
    show(screen, table, Screen.FOUND)
    before = screen.locator("section[data-state=found] [data-f=birth_date]").bounding_box()
    show(screen, table, Screen.FOUND, voter={"name": f"\u202e{PIECES[14]}", "birth_date": "14. marts 1968", "sex": "Kvinde"})
    after = screen.locator("section[data-state=found] [data-f=birth_date]").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] == before["x"]
    assert screen.locator("section[data-state=found] .name bdi").count() == 1


def test_hostile_station_and_official_are_text_too(screen: Page, table: FakeTable) -> None:
    nasty = '"><img src=x onerror="window.harmed=1">' * 5
    show(
        screen, table, Screen.READY,
        table={"number": 4, "station": nasty, "state": "open"},
        official={"name": nasty, "role": "register_keeper"},
        recent=[{"at": "14.46", "last_four": "2817", "text": nasty[:60], "good": False}] * 6,
        details=[nasty],
    )  # fmt: skip
    assert sticks_out(screen) == []
    assert screen.evaluate("window.harmed") is None
    assert screen.locator("main img, header img").count() == 0
