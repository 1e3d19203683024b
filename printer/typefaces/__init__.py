"""The typefaces that paper is set in, embedded in every PDF so that it looks and archives the same everywhere.

IBM Plex Sans (SIL Open Font License 1.1) as on the screens; for the letters it lacks DejaVu Sans (Bitstream Vera licence:
Arabic, Hebrew, Georgian, Armenian) and Droid Sans Fallback (Apache License 2.0: Chinese, Japanese). Only the glyphs that a
sheet uses go into its file.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printer.typefaces.writing import visual_order

_FOLDER = Path(__file__).parent

NO_GLYPH = "\N{WHITE SQUARE}"
"""Stands for a letter that no typeface here has; the register number beside a name still says who it is."""


class Face(StrEnum):
    """The faces a text may be set in; the value is the name reportlab knows it by."""

    REGULAR = "IBMPlexSans-Regular"
    SEMIBOLD = "IBMPlexSans-SemiBold"


# Where a letter is looked for when the house's own face lacks it, in this order; the last is large and loaded at need only.
_OTHERS = ("DejaVuSans", "DroidSansFallbackFull")


@cache
def _letters(font_name: str) -> frozenset[int]:
    """The code points of a font; the first call loads and registers it."""
    font = TTFont(font_name, str(_FOLDER / f"{font_name}.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _font_of(letter: str, face: Face) -> str | None:
    return next((name for name in (face.value, *_OTHERS) if ord(letter) in _letters(name)), None)


def set_runs(text: str, face: Face) -> Iterator[tuple[str, str]]:
    """The text as ``(font name, run)`` from left to right on paper: right-to-left words turned round, missing letters shown.

    Control characters, which a name in a register may hold by mistake, are dropped.
    """
    placed = []
    for letter in visual_order(text):
        if letter.isprintable():
            font_name = _font_of(letter, face)
            placed.append((font_name, letter) if font_name else (_OTHERS[0], NO_GLYPH))
    for font_name, run in groupby(placed, key=lambda pair: pair[0]):
        yield font_name, "".join(letter for _, letter in run)


def can_set(text: str) -> bool:
    """Whether every letter of the text has a glyph here."""
    return all(_font_of(letter, Face.REGULAR) for letter in text if letter.isprintable())


def width_of(text: str, face: Face, size: float) -> float:
    """The width of a line of text in points."""
    return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in set_runs(text, face))
