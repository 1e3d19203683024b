"""The sample cards on a screen: read by a scanner, by a screen reader, and harmless whatever a voter is called."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import Engine

from printer.sample_sheet import SampleCard
from server.db import snapshot
from server.queries.elections import find_election
from tests.valgbord.small_register import make_small_register
from valgbord.sample_page import draw_sample_page
from valgbord.samples import pick_samples


def open_samples(page: Page, engine: Engine, folder: Path, *, name: str | None = None) -> list[SampleCard]:
    register = make_small_register(engine)
    with snapshot(engine) as conn:
        samples = pick_samples(conn, register.election_id, register.station_id)
        election = find_election(conn, register.election_id)
    assert election is not None
    if name is not None:
        samples = [replace(card, voter=(name, *card.voter[1:])) for card in samples]
    (folder / "samples.html").write_text(draw_sample_page(samples, election), encoding="utf-8")
    page.goto((folder / "samples.html").as_uri())
    return samples


def test_every_symbol_on_the_screen_is_read_to_its_own_number(page: Page, engine: Engine, tmp_path: Path) -> None:
    samples = open_samples(page, engine, tmp_path)
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    found = [symbol.text for symbol in zxingcpp.read_barcodes(picture)]
    assert sorted(found) == sorted([card.digits for card in samples] * 2)


def test_the_page_does_nothing_wrong_for_those_who_do_not_see_it(
    page: Page, engine: Engine, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    open_samples(page, engine, tmp_path)
    assert axe(page) == []


def test_a_name_with_markup_is_only_a_name(page: Page, engine: Engine, tmp_path: Path) -> None:
    name = "<img src=x onerror=document.title='owned'>"
    open_samples(page, engine, tmp_path, name=name)
    assert page.locator("img").count() == 0
    assert page.locator(".name").first.inner_text() == name
    assert page.title().startswith("Prøvekort")
