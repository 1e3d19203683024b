"""The camera as a second scanner: a picture in, digits out, nothing kept."""

import asyncio
import io

import zxingcpp
from PIL import Image

from domain.poll_cards import MAX_SCAN_LENGTH

MAX_SIDE_PX = 4_096
_SYMBOLS = "Code128,QRCode"


class Camera:
    """Reads one picture at a time; what comes meanwhile is dropped, because the next picture is better anyway."""

    def __init__(self) -> None:
        self._busy = False

    async def read(self, picture: bytes) -> str | None:
        """The digits of a card's symbol in this JPEG picture, or ``None``."""
        if self._busy:
            return None
        self._busy = True
        try:
            return await asyncio.to_thread(read_digits, picture)
        finally:
            self._busy = False


def read_digits(picture: bytes) -> str | None:
    """The digits of the first Code 128 or QR symbol that holds nothing else; ``None`` for anything that is no such picture."""
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG",)) as image:
            if max(image.size) > MAX_SIDE_PX:
                return None
            grey = image.convert("L")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    for symbol in zxingcpp.read_barcodes(grey, formats=zxingcpp.barcode_formats_from_str(_SYMBOLS)):
        digits = symbol.text.strip()
        if digits.isascii() and digits.isdigit() and len(digits) <= MAX_SCAN_LENGTH:
            return digits
    return None
