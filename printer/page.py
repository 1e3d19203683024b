"""A sheet of paper: places in millimetres from the upper left corner, as a ruler lies, and text that stays inside its lines."""

from collections.abc import Iterator
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printer.symbols import Symbol, draw_symbol
from printer.typefaces import Face, set_runs, width_of

A4_MM = (210.0, 297.0)
LANGUAGE = "da-DK"
LINE_HEIGHT = 1.25
CUT_MARK = "…"


class Paper:
    """A PDF under way. The same calls give the same bytes: no clock and no random id goes into the file.

    Title and language are written where screen readers look for them (the window shows the title, not a file name).
    """

    def __init__(self, title: str, *, size_mm: tuple[float, float] = A4_MM) -> None:
        self._bytes = BytesIO()
        self._height_pt = size_mm[1] * mm
        self._canvas = Canvas(self._bytes, pagesize=(size_mm[0] * mm, self._height_pt), invariant=1, lang=LANGUAGE)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("valgbord")
        self._canvas.setSubject(title)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def text(
        self, text: str, left: float, top: float, *, size_pt: float, face: Face = Face.REGULAR, colour: str = "#000000"
    ) -> None:
        """One line of text. ``top`` is the upper edge of the line; nothing is wrapped or cut."""
        self._canvas.setFillColor(colour)
        self._set(text, left * mm, self._height_pt - top * mm - size_pt, size_pt=size_pt, face=face)

    def lines(self, text: str, left: float, top: float, *, width: float, size_pt: float, face: Face = Face.REGULAR) -> float:
        """Wrapped text, every word of it; gives back where the next thing may begin (mm from the top)."""
        for line in wrap(text, face=face, size_pt=size_pt, width=width):
            self.text(line, left, top, size_pt=size_pt, face=face)
            top += size_pt * LINE_HEIGHT / mm
        return top

    def centred(self, text: str, middle: float, top: float, *, size_pt: float, face: Face = Face.REGULAR) -> None:
        """One line of text, its middle at ``middle``."""
        self.text(text, middle - width_of(text, face, size_pt) / mm / 2, top, size_pt=size_pt, face=face)

    def box(
        self, left: float, top: float, width: float, height: float, *, fill: str | None = None, line: str | None = None
    ) -> None:
        """A rectangle, filled, outlined, or both."""
        if fill is not None:
            self._canvas.setFillColor(fill)
        if line is not None:
            self._canvas.setStrokeColor(line)
            self._canvas.setLineWidth(0.6)
        lower = self._height_pt - (top + height) * mm
        self._canvas.rect(left * mm, lower, width * mm, height * mm, stroke=int(line is not None), fill=int(fill is not None))

    def watermark(self, text: str, middle: float, top: float, *, size_pt: float, angle: float = 25.0) -> None:
        """A pale slanted word behind what is drawn after it."""
        self._canvas.saveState()
        self._canvas.setFillGray(0.93)
        self._canvas.translate(middle * mm, self._height_pt - top * mm)
        self._canvas.rotate(angle)
        self._set(text, -width_of(text, Face.SEMIBOLD, size_pt) / 2, -size_pt / 3, size_pt=size_pt, face=Face.SEMIBOLD)
        self._canvas.restoreState()

    def symbol(self, symbol: Symbol, left: float, top: float) -> None:
        """A barcode on white, quiet zone included, so that nothing printed before it can disturb a scanner."""
        self.box(left, top, symbol.width_mm, symbol.height_mm, fill="#ffffff")
        draw_symbol(self._canvas, symbol, left * mm, self._height_pt - top * mm)

    def next_page(self) -> None:
        """Finish this page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The whole file, the current page finished; the paper is used up."""
        self._canvas.save()
        return self._bytes.getvalue()

    def _set(self, text: str, left_pt: float, base_pt: float, *, size_pt: float, face: Face) -> None:
        line = self._canvas.beginText(left_pt, base_pt)
        for font_name, run in set_runs(text, face):
            line.setFont(font_name, size_pt)
            line.textOut(run)
        self._canvas.drawText(line)


def wrap(text: str, *, face: Face, size_pt: float, width: float) -> Iterator[str]:
    """The text in lines no wider than ``width`` mm; a single word that is wider is broken between letters."""
    line = ""
    for word in text.split():
        if width_of(longer := f"{line} {word}".strip(), face, size_pt) <= width * mm:
            line = longer
            continue
        if line:
            yield line
        *broken, line = _pieces(word, face=face, size_pt=size_pt, width=width)
        yield from broken
    if line:
        yield line


def _pieces(word: str, *, face: Face, size_pt: float, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, face, size_pt) > width * mm:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fit(text: str, *, face: Face, sizes_pt: tuple[float, ...], width: float, max_lines: int) -> tuple[float, list[str]]:
    """The text at the largest size at which it takes at most ``max_lines``; at the smallest size what is left over is cut.

    An ellipsis shows that something was cut.
    """
    lines: list[str] = []
    for size_pt in sizes_pt:
        lines = list(wrap(text, face=face, size_pt=size_pt, width=width))
        if len(lines) <= max_lines:
            return size_pt, lines
    size_pt, last = sizes_pt[-1], lines[max_lines - 1]
    while width_of(last + CUT_MARK, face, size_pt) > width * mm:
        last = last[:-1]
    return size_pt, [*lines[: max_lines - 1], last.rstrip() + CUT_MARK]
