"""A sheet of sample poll cards for a practice election: one card for every situation a table can meet, to scan or to type."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.elections import Election, ElectionKind
from printer.page import LINE_HEIGHT, Paper, fit
from printer.symbols import code_128, qr
from printer.typefaces import Face

PRACTICE_MARK = "ØVELSE"

_COLUMNS, _ROWS = 2, 4
_MARGIN = 10.0
_HEAD = 19.0
_GAP = 3.0
_CARD = ((210.0 - 2 * _MARGIN - _GAP) / _COLUMNS, (297.0 - 2 * _MARGIN - _HEAD - (_ROWS - 1) * _GAP) / _ROWS)
_HEADING_HEIGHT = 9.0
_PADDING = 3.0


class Outcome(StrEnum):
    """What the table will say: ballots, a question to clear up, or a stop. Each has its own sign, never a colour alone."""

    BALLOTS = "ballots"
    CLEAR_UP = "clear_up"
    STOP = "stop"


SIGNS = {Outcome.BALLOTS: "✓", Outcome.CLEAR_UP: "!", Outcome.STOP: "✕"}
_COLOURS = {
    Outcome.BALLOTS: ("#e3f4ee", "#00402c"),
    Outcome.CLEAR_UP: ("#ffba30", "#000000"),
    Outcome.STOP: ("#84000e", "#ffffff"),
}


@dataclass(frozen=True, slots=True)
class SampleCard:
    """One sample card, all sentences Danish.

    ``situation`` names it for programs; ``heading`` says what the table will answer, ``note`` why; ``voter`` is what the
    official compares (name, then birth date and sex), empty where the number leads to nobody. ``digits`` may be a number that
    was never issued.
    """

    situation: str
    outcome: Outcome
    heading: str
    note: str
    digits: str
    voter: tuple[str, ...] = ()

    @property
    def grouped(self) -> str:
        """The digits in groups of four, as a person reads them aloud."""
        return " ".join(self.digits[at : at + 4] for at in range(0, len(self.digits), 4))


def draw_sample_sheet(samples: Sequence[SampleCard], election: Election) -> bytes:
    """The sheet as a PDF in A4. ``ValueError`` for a live election: its cards are real voters' cards."""
    if election.kind is ElectionKind.LIVE:
        raise ValueError("sample cards are made for practice elections only")
    paper = Paper(f"Prøvekort til øvelse – {election.name}")
    per_page = _COLUMNS * _ROWS
    pages = -(-len(samples) // per_page)
    for at, sample in enumerate(samples):
        if at % per_page == 0:
            if at:
                paper.next_page()
            _draw_head(paper, election, page=at // per_page + 1, pages=pages)
        row, column = divmod(at % per_page, _COLUMNS)
        _draw_card(paper, sample, _MARGIN + column * (_CARD[0] + _GAP), _MARGIN + _HEAD + row * (_CARD[1] + _GAP))
    return paper.finish()


def _draw_head(paper: Paper, election: Election, *, page: int, pages: int) -> None:
    paper.text("Prøvekort til øvelse", _MARGIN, _MARGIN - 1, size_pt=18, face=Face.SEMIBOLD)
    paper.text(f"{election.name} · side {page} af {pages}", _MARGIN, _MARGIN + 7, size_pt=10)
    paper.text(
        "Scan et kort ved et øvelsesbord, eller tast tallet. Overskriften siger, hvad bordet svarer.",
        _MARGIN,
        _MARGIN + 12,
        size_pt=10,
    )


def _draw_card(paper: Paper, sample: SampleCard, left: float, top: float) -> None:
    width, height = _CARD
    fill, ink = _COLOURS[sample.outcome]
    paper.box(left, top, width, height, line="#8a8a8a")
    paper.box(left, top, width, _HEADING_HEIGHT, fill=fill)
    size_pt, (heading,) = fit(
        f"{SIGNS[sample.outcome]}  {sample.heading}",
        face=Face.SEMIBOLD,
        sizes_pt=(13, 11, 9),
        width=width - 2 * _PADDING,
        max_lines=1,
    )
    paper.text(heading, left + _PADDING, top + 2, size_pt=size_pt, face=Face.SEMIBOLD, colour=ink)
    paper.watermark(PRACTICE_MARK, left + width / 2, top + height * 0.42, size_pt=44, angle=18)
    below = paper.lines(sample.note, left + _PADDING, top + _HEADING_HEIGHT + 2, width=width - 2 * _PADDING, size_pt=9)
    _draw_voter(paper, sample, left + _PADDING, below + 1.5, width - 2 * _PADDING)
    _draw_symbols(paper, sample, left, top + height)


def _draw_voter(paper: Paper, sample: SampleCard, left: float, top: float, width: float) -> None:
    for at, text in enumerate(sample.voter):
        face = Face.REGULAR if at else Face.SEMIBOLD
        size_pt, lines = fit(text, face=face, sizes_pt=(10.5, 9, 8), width=width, max_lines=1 if at else 2)
        for line in lines:
            paper.text(line, left, top, size_pt=size_pt, face=face)
            top += size_pt * LINE_HEIGHT / 2.83


def _draw_symbols(paper: Paper, sample: SampleCard, left: float, bottom: float) -> None:
    """Both symbols stand at the card's lower edge, the number under the barcode, the practice mark beside it."""
    linear, square = code_128(sample.digits), qr(sample.digits)
    top = bottom - square.height_mm - 0.5
    paper.symbol(square, left + _CARD[0] - square.width_mm - 0.5, top)
    paper.symbol(linear, left + 0.5, top + 1)
    middle = left + 0.5 + linear.width_mm / 2
    paper.centred(sample.grouped, middle, top + linear.height_mm + 2, size_pt=12, face=Face.SEMIBOLD)
