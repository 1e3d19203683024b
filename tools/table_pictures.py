"""Makes the pictures of the table's page for the docs, in Chromium, from a table with invented voters.

``python tools/table_pictures.py`` writes docs/pictures/table-*.png; with ``--every FOLDER`` every screen in every look goes
there instead.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.screens import Screen  # noqa: E402 - the project's root comes first
from tests.browser import new_context, open_browser  # noqa: E402
from tests.station_client.page.fake_table import FakeTable, run_fake  # noqa: E402
from tests.station_client.page.views import BOTH, LONGEST_DATE  # noqa: E402

PICTURES = ROOT / "docs/pictures"
SINGLE = {"found": Screen.FOUND, "registered": Screen.REGISTERED, "refused": Screen.VOTED}
NOT_ON_THE_SHEET = frozenset({Screen.ENROL, Screen.SIGN_IN, Screen.SENDING, Screen.NOT_OPEN})
SHEET = [screen for screen in Screen if screen not in NOT_ON_THE_SHEET]
SHEET_COLUMNS = 3
SHEET_WIDTH = 600
COLOURS = 240
AT_A_QUARTER_TO_THREE = """
const Now = Date;
globalThis.Date = class extends Now { constructor(...of) { if (of.length) super(...of); else super("2029-11-20T13:47:00Z"); } };
"""
LOOKS = {
    "light": {"theme": "light"},
    "dark": {"theme": "dark"},
    "big": {"size": "big"},
    "left": {"hand": "left"},
}


def shoot(page: Page, table: FakeTable, screen: Screen, **changes: object) -> Image.Image:
    """A picture of this screen, once the page shows it."""
    table.show(screen, **changes)
    page.wait_for_selector(f"body[data-state={screen}]")
    page.wait_for_function(
        "serial => performance.getEntriesByName('valgbord:painted').at(-1)?.detail.serial === serial", arg=table.view["serial"]
    )
    return Image.open(BytesIO(page.screenshot()))


def save(picture: Image.Image, path: Path) -> None:
    """With few colours: a screen of flat colours loses nothing, and the repository stays small."""
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """All pictures, small, on one page."""
    height = round(SHEET_WIDTH * pictures[0].height / pictures[0].width)
    gap = 8
    rows = -(-len(pictures) // SHEET_COLUMNS)
    page = Image.new("RGB", (SHEET_COLUMNS * (SHEET_WIDTH + gap) + gap, rows * (height + gap) + gap), "#777777")
    for at, picture in enumerate(pictures):
        row, column = divmod(at, SHEET_COLUMNS)
        small = picture.convert("RGB").resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS)
        page.paste(small, (gap + column * (SHEET_WIDTH + gap), gap + row * (height + gap)))
    return page


def look(page: Page, **settings: str) -> None:
    """Load the page anew with these settings of the device."""
    page.evaluate("settings => localStorage.setItem('valgbord.view', JSON.stringify(settings))", settings)
    page.reload()


def for_docs(page: Page, table: FakeTable) -> None:
    """The pictures that the docs show."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    real = {"name": "Kommunalvalg og regionsrådsvalg", "practice": False}
    for name, screen in SINGLE.items():
        save(shoot(page, table, screen, election=real), PICTURES / f"table-{name}.png")
    save(
        sheet([shoot(page, table, screen, election=real) for screen in SHEET]),
        PICTURES / "table-all-states.png",
    )


def every_look(page: Page, table: FakeTable, folder: Path) -> None:
    """Every screen in every look, and the windows, for somebody to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, settings in LOOKS.items():
        look(page, **settings)
        sheet([shoot(page, table, screen) for screen in Screen]).save(folder / f"sheet-{name}.png")
        shoot(page, table, Screen.FOUND, voter={**LONGEST_DATE, "name": f"{LONGEST_DATE['name']} " * 4}, ballots=BOTH * 2).save(
            folder / f"long-{name}.png"
        )
    look(page)
    for dialog in ("help", "view", "withdraw", "close-table", "camera"):
        shoot(page, table, Screen.PAUSED if dialog == "close-table" else Screen.READY)
        page.locator(f"[data-dialog={dialog}]").first.click()
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"dialog-{dialog}.png")
        page.keyboard.press("Escape")
    page.keyboard.press("F7")
    page.keyboard.type("2604917", delay=120)
    page.wait_for_timeout(300)
    page.screenshot(path=folder / "typing.png")


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=Path, metavar="FOLDER")
    folder: Path | None = parser.parse_args().every
    with run_fake() as process, open_browser() as browser:
        page = new_context(browser).new_page()
        page.add_init_script(AT_A_QUARTER_TO_THREE)
        page.goto(process.url)
        page.wait_for_selector("body[data-state=ready]")
        page.evaluate("document.fonts.ready")
        if folder is None:
            for_docs(page, process.table)
        else:
            every_look(page, process.table, folder)


if __name__ == "__main__":
    main()
