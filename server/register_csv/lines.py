"""From bytes to lines, block by block, so that memory does not grow with the file."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from server.register_csv.contract import MAX_LINE_LENGTH

BLOCK_BYTES = 1 << 20
# A longer line is cut here: enough is left for the row reader to see that it is too long.
_MAX_CARRY_BYTES = 4 * (MAX_LINE_LENGTH + 1)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_blocks(stream: BinaryIO, take: Callable[[bytes], object]) -> Iterator[list[str]]:
    """The stream's lines without their ends (LF or CRLF), some thousands at a time.

    ``take`` is given every byte in order (for the hash and the progress). Bytes that are not UTF-8 become lone surrogates,
    which no good line has: the row reader names their line and column. A byte order mark at the start is taken away.
    """
    carry, first = b"", True
    while block := stream.read(BLOCK_BYTES):
        take(block)
        head, newline, tail = block.rpartition(b"\n")
        if not newline:
            carry = (carry + tail)[:_MAX_CARRY_BYTES]
            continue
        yield _lines(carry + head, first=first)
        carry, first = tail, False
    if carry:
        yield _lines(carry, first=first)


def _lines(block: bytes, *, first: bool) -> list[str]:
    text = block.decode("utf-8", errors="surrogateescape")
    if first:
        text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text.split("\n")


def looks_like_utf_16(head: bytes) -> bool:
    """Whether a file's first bytes are UTF-16: by its mark, or because every second byte is NUL."""
    return head[:2] in _UTF_16_MARKS or head[:64].count(0) > len(head[:64]) // 3
