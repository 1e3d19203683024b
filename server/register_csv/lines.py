"""From bytes to lines, portion by portion, so that memory does not grow with the file."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from server.register_csv.contract import MAX_LINE_LENGTH

PORTION_BYTES = 256 * 1024
# A longer line is cut here: enough is left for the row reader to see that it is too long.
MAX_LINE_BYTES = 4 * (MAX_LINE_LENGTH + 1)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_portions(stream: BinaryIO, take: Callable[[bytes], object]) -> Iterator[bytes]:
    """The stream in portions of whole lines, the last line's end left out of each.

    ``take`` is given every byte in order (for the hash and the progress).
    """
    carry = b""
    while block := stream.read(PORTION_BYTES):
        take(block)
        head, newline, tail = block.rpartition(b"\n")
        if not newline:
            carry = (carry + tail)[:MAX_LINE_BYTES]
            continue
        yield carry + head
        carry = tail
    if carry:
        yield carry


def text_of(portion: bytes) -> str:
    """A portion's lines as text, with LF between them whatever the file has.

    Bytes that are not UTF-8 become lone surrogates, which no good line has: the row reader names their line and column.
    """
    text = portion.decode("utf-8", errors="surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text


def looks_like_utf_16(head: bytes) -> bool:
    """Whether a file's first bytes are UTF-16: by its mark, or because every second byte is NUL."""
    return head[:2] in _UTF_16_MARKS or head[:64].count(0) > len(head[:64]) // 3
