"""The lines of a station's package: rendered here only, for the import that hashes them and the route that sends them.

What a line holds is said at the end of ``domain.wire``. The hash of a station's package is over its lines as they were at
import, see ``PackageHash``.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from json.encoder import encode_basestring

from domain.elections import StationKey
from server.register_csv.block import VoterBlock

_ENTRY_LINE = '["e",%d,%d,%s,"%s","%s",%d,%d,%s,"%s"]\n'
_FRESH_CARD_LINE = '["c","%s",%d,null,null]\n'


def entry_line(  # noqa: PLR0913, PLR0917 - the columns of one line, in its order
    entry_id: int,
    register_number: int,
    name: str,
    birth_date: str,
    sex: str,
    contests: int,
    advance_contests: int,
    advance_received_on: str | None,
    status: str = "active",
) -> str:
    """A voter's line; dates as ISO text, contests as bits."""
    named, received = encode_basestring(name), _quoted(advance_received_on)
    return _ENTRY_LINE % (
        entry_id, register_number, named, birth_date, sex, contests, advance_contests, received, status,
    )  # fmt: skip


@cache
def _quoted(day: str | None) -> str:
    return f'"{day}"' if day else "null"


def card_line(number: str, entry_id: int, replaced_at: str | None = None, replaced_by_last_four: str | None = None) -> str:
    """A poll card's line; ``replaced_at`` as ISO text in UTC."""
    if replaced_at is None:
        return _FRESH_CARD_LINE % (number, entry_id)
    return f'["c","{number}",{entry_id},"{replaced_at}","{replaced_by_last_four}"]\n'


def mark_line(request_id: str, entry_id: int, table_number: int, contests: int, recorded_at: str) -> str:
    """A live mark's line; ``recorded_at`` as ISO text in UTC."""
    return f'["m","{request_id}",{entry_id},{table_number},{contests},"{recorded_at}"]\n'


def end_line(sha256_hex: str) -> str:
    """The last line: SHA-256 over the bytes of all lines before it, the header's included."""
    return f'["end","{sha256_hex}"]\n'


def entry_lines(ids: Iterable[int], block: VoterBlock) -> list[str]:
    """``entry_line`` for many fresh voters at once."""
    columns = zip(
        ids,
        block.register_numbers,
        map(encode_basestring, block.names),
        block.birth_dates,
        block.sexes,
        block.contests,
        block.advance,
        map(_quoted, block.received_on),
        repeat("active", len(block)),
        strict=True,
    )
    return [*map(_ENTRY_LINE.__mod__, columns)]


def fresh_card_lines(numbers: Iterable[str], ids: Iterable[int]) -> list[str]:
    """``card_line`` for many cards of which none is replaced."""
    return [*map(_FRESH_CARD_LINE.__mod__, zip(numbers, ids, strict=True))]


class PackageHash:
    """The hash of one station's package.

    SHA-256 over two hex digests, each with a newline: that of the entry lines and that of the card lines, both in the order
    of register numbers. Entries and cards are hashed apart, so that an import can take a voter and the voter's card in one
    go while a package sends all entries before all cards.
    """

    def __init__(self) -> None:
        self._entries = hashlib.sha256()
        self._cards = hashlib.sha256()

    def add(self, entry_lines: bytes, card_lines: bytes) -> None:
        """The next voters' lines, in UTF-8."""
        self._entries.update(entry_lines)
        self._cards.update(card_lines)

    def hexdigest(self) -> str:
        """The hash so far, 64 hex digits."""
        return hashlib.sha256(f"{self._entries.hexdigest()}\n{self._cards.hexdigest()}\n".encode()).hexdigest()


def election_hash(station_hashes: Mapping[StationKey, str]) -> str:
    """The hash of a whole election's package: over each station's key and hash, in the order of keys."""
    lines = "".join(f"{key} {station_hashes[key]}\n" for key in sorted(station_hashes))
    return hashlib.sha256(lines.encode()).hexdigest()
