"""The typefaces that paper is set in, embedded in every PDF so that it looks and archives the same everywhere.

IBM Plex Sans (SIL Open Font License 1.1) as on the screens; DejaVu Sans (Bitstream Vera licence) for the letters Plex lacks.
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


_WIDE = "DejaVuSans"


@cache
def _letters(font_name: str) -> frozenset[int]:
    """The code points of a font; the first call loads and registers it."""
    font = TTFont(font_name, str(_FOLDER / f"{font_name}.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def set_runs(text: str, face: Face) -> Iterator[tuple[str, str]]:
    """The text as ``(font name, run)`` from left to right on paper: right-to-left words turned round, missing letters shown.

    Control characters, which a name in a register may hold by mistake, are dropped.
    """
    plex, wide = _letters(face), _letters(_WIDE)

    def font_of(letter: str) -> str:
        return face if ord(letter) in plex else _WIDE

    letters = [
        letter if ord(letter) in plex or ord(letter) in wide else NO_GLYPH
        for letter in visual_order(text)
        if letter.isprintable()
    ]
    for font_name, run in groupby(letters, key=font_of):
        yield font_name, "".join(run)


def width_of(text: str, face: Face, size: float) -> float:
    """The width of a line of text in points."""
    return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in set_runs(text, face))
