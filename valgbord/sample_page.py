"""The sample cards as one page for a screen: a file that needs nothing else, to scan from or to type from."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.elections import Election
from printer.sample_sheet import PRACTICE_MARK, SIGNS, SampleCard
from printer.symbols import code_128, qr, svg_path

_PAGES = Environment(loader=PackageLoader("valgbord", "."), autoescape=True, undefined=StrictUndefined)


def draw_sample_page(samples: Sequence[SampleCard], election: Election) -> str:
    """The page as HTML with the symbols as inline SVG. No script, and nothing is fetched from anywhere."""
    cards = []
    for sample in samples:
        linear, square = code_128(sample.digits), qr(sample.digits)
        cards.append(
            {
                "sample": sample,
                "sign": SIGNS[sample.outcome],
                "linear": linear,
                "linear_path": svg_path(linear),
                "square": square,
                "square_path": svg_path(square),
            }
        )
    return _PAGES.get_template("sample_page.html").render(election=election, practice_mark=PRACTICE_MARK, cards=cards)
