"""The machine-readable signs on a poll card: Code 128-C for laser scanners and QR for cameras, both of the same number.

A symbol is a value: rectangles in modules, quiet zone included, so that paper and screen draw the very same bars. One symbol is
one vector path: nothing is rasterised, and no renderer draws hairlines between neighbouring bars.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, cast

import zxingcpp
from barcode.codex import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from typing_extensions import Buffer

LINEAR_MODULE_MM = 0.38
LINEAR_HEIGHT_MM = 15.0
LINEAR_QUIET_MODULES = 10
QR_MODULE_MM = 0.8
QR_QUIET_MODULES = 4
QR_REPAIR_LEVEL = "H"
"""ISO/IEC 15417 and 18004 ask for these quiet zones; sizes as measured with a blurred and tilted camera.

Twelve digits fit the smallest QR code at its highest repair level: a third of it may be dirty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A dark rectangle: left edge, upper edge, width and height in modules, counted from the symbol's upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol with its quiet zone. ``module_mm`` is the width of a module; rows of a linear symbol are as high as the bars."""

    columns: int
    rows: int
    module_mm: float
    row_mm: float
    bars: tuple[Bar, ...]

    @property
    def width_mm(self) -> float:
        """From quiet zone to quiet zone."""
        return self.columns * self.module_mm

    @property
    def height_mm(self) -> float:
        """From the upper to the lower edge, quiet zone included where the symbol has one there."""
        return self.rows * self.row_mm


def code_128(digits: str) -> Symbol:
    """The number as Code 128; an even number of digits is set in code C throughout, two digits to a character."""
    modules: str = Code128(digits).build()[0]
    return Symbol(
        columns=len(modules) + 2 * LINEAR_QUIET_MODULES,
        rows=1,
        module_mm=LINEAR_MODULE_MM,
        row_mm=LINEAR_HEIGHT_MM,
        bars=tuple(_dark_runs([char == "1" for char in modules], left=LINEAR_QUIET_MODULES, top=0)),
    )


def qr(digits: str) -> Symbol:
    """The number as a QR code."""
    barcode = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.QRCode, ec_level=QR_REPAIR_LEVEL)
    picture = barcode.to_image(scale=1, add_quiet_zones=False)
    rows, columns = picture.shape
    pixels = memoryview(cast("Buffer", picture))  # it is one, though its type stub does not say so
    bars: list[Bar] = []
    for row in range(rows):
        dark = [pixels[row, column] == 0 for column in range(columns)]
        bars.extend(_dark_runs(dark, left=QR_QUIET_MODULES, top=row + QR_QUIET_MODULES))
    side = columns + 2 * QR_QUIET_MODULES
    return Symbol(columns=side, rows=side, module_mm=QR_MODULE_MM, row_mm=QR_MODULE_MM, bars=tuple(bars))


def _dark_runs(modules: list[bool], *, left: int, top: int) -> list[Bar]:
    bars, at = [], left
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark:
            bars.append(Bar(at, top, width, 1))
        at += width
    return bars


def draw_symbol(canvas: Canvas, symbol: Symbol, left: float, top: float) -> None:
    """Draw the symbol in black with its upper left corner at a place given in points from the page's lower left corner."""
    across, down = symbol.module_mm * mm, symbol.row_mm * mm
    path = canvas.beginPath()
    for bar in symbol.bars:
        path.rect(left + bar.left * across, top - (bar.top + bar.height) * down, bar.width * across, bar.height * down)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def svg_path(symbol: Symbol) -> str:
    """The ``d`` of an SVG path in modules; the drawing that holds it is ``columns`` by ``rows``."""
    return "".join(f"M{bar.left} {bar.top}h{bar.width}v{bar.height}h-{bar.width}z" for bar in symbol.bars)
