"""The signs on a card are read back by an independent reader."""

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.poll_cards import RANDOM_SPACE, make_number
from printer.page import Paper
from printer.symbols import LINEAR_MODULE_MM, LINEAR_QUIET_MODULES, QR_MODULE_MM, QR_QUIET_MODULES, Symbol, code_128, qr

DOTS_PER_INCH = 200


def read_back(symbol: Symbol) -> list[str]:
    """What a reader finds on a page with nothing but this symbol."""
    paper = Paper("Prøve", size_mm=(80, 60))
    paper.symbol(symbol, 5, 5)
    page = pypdfium2.PdfDocument(paper.finish())[0]
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=DOTS_PER_INCH / 72).to_pil())]


@settings(max_examples=25, deadline=None)
@given(random_part=st.integers(0, RANDOM_SPACE - 1))
def test_any_card_number_is_read_back_from_both_symbols(random_part: int) -> None:
    digits = make_number("97", random_part).digits
    assert read_back(code_128(digits)) == [digits]
    assert read_back(qr(digits)) == [digits]


@pytest.mark.parametrize("digits", ["1234567", "123456", "123456789012345678901234"])
def test_a_print_suppliers_number_of_another_length_is_read_back_too(digits: str) -> None:
    assert read_back(code_128(digits)) == [digits]


def test_twelve_digits_are_set_two_to_a_character() -> None:
    modules_in_code_c = 11 * (1 + 6 + 1) + 13  # start, six pairs, check symbol; the stop sign has 13
    assert code_128("973400000000").columns == modules_in_code_c + 2 * LINEAR_QUIET_MODULES


def test_a_cheap_laser_and_a_cheap_camera_can_resolve_the_symbols() -> None:
    linear, square = code_128("973400000000"), qr("973400000000")
    assert (linear.module_mm, square.module_mm) == (LINEAR_MODULE_MM, QR_MODULE_MM)
    assert linear.module_mm >= 0.38
    assert linear.height_mm >= 15
    assert square.module_mm >= 0.8


def test_no_bar_stands_in_a_quiet_zone() -> None:
    linear, square = code_128("973400000000"), qr("973400000000")
    assert min(bar.left for bar in linear.bars) == LINEAR_QUIET_MODULES
    assert max(bar.left + bar.width for bar in linear.bars) == linear.columns - LINEAR_QUIET_MODULES
    assert min(min(bar.left, bar.top) for bar in square.bars) == QR_QUIET_MODULES
    assert max(max(bar.left + bar.width, bar.top + bar.height) for bar in square.bars) == square.columns - QR_QUIET_MODULES
