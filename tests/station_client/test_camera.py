"""The camera as a scanner: the symbols that our own printer draws, held well and badly, and pictures that are no cards."""

import asyncio
import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from printer.symbols import Symbol, code_128, qr
from station_client.camera import MAX_SIDE_PX, Camera, read_digits
from tests.station_client.hall import PLAIN, card_of

CARD = card_of(PLAIN)


def picture_of(symbol: Symbol, *, module_px: int = 4, tilt: float = 0, blur: float = 0) -> bytes:
    """What a webcam sees of a card with this symbol on it."""
    across, down = module_px, round(module_px * symbol.row_mm / symbol.module_mm)
    image = Image.new("L", (symbol.columns * across, symbol.rows * down), 255)
    draw = ImageDraw.Draw(image)
    for bar in symbol.bars:
        left, top = bar.left * across, bar.top * down
        draw.rectangle((left, top, left + bar.width * across - 1, top + bar.height * down - 1), fill=0)
    frame = Image.new("L", (1280, 720), 200)
    frame.paste(image, ((1280 - image.width) // 2, (720 - image.height) // 2))
    turned = frame.rotate(tilt, fillcolor=200, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(blur))
    return jpeg(turned)


def jpeg(image: Image.Image, quality: int = 70) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=quality)
    return content.getvalue()


@pytest.mark.parametrize(("tilt", "blur"), [(0, 0), (12, 0), (35, 1.5), (180, 1)])
def test_a_qr_symbol_is_read_however_the_card_is_held(tilt: float, blur: float) -> None:
    picture = picture_of(qr(CARD), module_px=6, tilt=tilt, blur=blur)
    assert len(picture) < 400_000
    assert read_digits(picture) == CARD


def test_a_bar_code_held_straight_is_read() -> None:
    assert read_digits(picture_of(code_128(CARD))) == CARD


def test_a_symbol_that_is_no_card_number_is_no_reading() -> None:
    assert read_digits(picture_of(code_128("VALG-2025"))) is None


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP"])
def test_only_the_form_that_the_page_sends_is_looked_at(form: str) -> None:
    content = io.BytesIO()
    with Image.open(io.BytesIO(picture_of(qr(CARD), module_px=6))) as image:
        image.save(content, form)
    assert read_digits(content.getvalue()) is None


def test_a_picture_without_measure_is_not_unfolded() -> None:
    assert read_digits(jpeg(Image.new("L", (MAX_SIDE_PX + 1, 8), 255))) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"\xff\xd8" + b"\x00" * 5_000])
def test_a_broken_picture_is_no_reading(content: bytes) -> None:
    assert read_digits(content) is None
    assert read_digits(picture_of(qr(CARD))[: len(content) + 700]) is None


def test_one_picture_at_a_time_is_looked_at() -> None:
    async def two_at_once() -> list[str | None]:
        camera, picture = Camera(), picture_of(qr(CARD), module_px=6)
        return list(await asyncio.gather(camera.read(picture), camera.read(picture)))

    assert asyncio.run(two_at_once()) == [CARD, None]
