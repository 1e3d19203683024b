"""The page's files: what is vendored is what was published, and nothing in the page asks for more than it has."""

import hashlib
import json
import re
from pathlib import Path

STATIC = Path(__file__).parents[3] / "station_client/static"
TEMPLATES = STATIC.parent / "templates"
VENDORED = STATIC / "vendor/dkfds"
_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|(?<![#.\w])(?:confirm|alert|prompt)\("
)
_WORD = re.compile(r'word\((?:[^"()]*\? )?"([a-z-]+)"')
_ICON = re.compile(r"""icon\(['"]([a-z0-9-]+)['"]""")


def pages() -> str:
    return "\n".join(page.read_text("utf-8") for page in TEMPLATES.glob("*.html"))


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((VENDORED / "MANIFEST.json").read_text("utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDORED.iterdir() if path.name != "MANIFEST.json"
    }
    assert found == manifest["sha256"]
    assert {"LICENSE.md", "LICENSE-IBM-Plex.txt"} <= found.keys()


def test_sprite_has_every_icon_that_a_page_names_and_no_other() -> None:
    sprite = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (VENDORED / "icons.svg").read_text("utf-8")))
    assert sprite == set(_ICON.findall(pages()))


def test_no_page_has_script_or_style_of_its_own_or_from_elsewhere() -> None:
    text = pages()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text) == []
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text) == []


MARKUP_OR_DIALOG = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|(?<![#.\w])(?:confirm|alert|prompt)\("
)


def test_scripts_write_text_and_never_markup() -> None:
    for script in (STATIC / "js").glob("*.js"):
        text = script.read_text("utf-8")
        assert text.startswith("// @ts-check"), script.name
        assert _MARKUP.findall(text) == [], script.name


def test_every_word_that_a_script_asks_for_stands_in_the_page() -> None:
    asked = {word for script in (STATIC / "js").glob("*.js") for word in _WORD.findall(script.read_text("utf-8"))}
    assert asked
    assert asked <= set(re.findall(r'data-word="([^"]+)"', pages()))
