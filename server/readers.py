"""Board readers: people who may only look. A code is shown once, only its hash is stored, and it opens a session without end.

A board hangs on a wall through the night, so a session ends only when its code is revoked.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from server.queries import readers as queries
from server.secrets import hash_code, hash_token, make_code, make_token

CODE_LENGTH = 16
"""Sixteen of Crockford's letters are 80 random bits: a plain hash is enough, nobody can try them all."""
MAX_SECRET_LENGTH = 100


def issue_code(conn: Connection, election_id: int, label: str, now: datetime) -> str:
    """Make a code for this label (who looks, for example "Storskærm i rådhushallen"); the code itself is seen only here."""
    code = make_code(CODE_LENGTH)
    queries.insert_code(conn, hash_code(code), election_id, label, now)
    return code


def reader_by_code(conn: Connection, code: str, election_id: int) -> bytes | None:
    """The stored hash, if this is a code of the election that stands."""
    given = hash_code(code[:MAX_SECRET_LENGTH])
    stored = queries.find_live_code(conn, given, election_id)
    return stored if stored is not None and hmac.compare_digest(stored, given) else None


def open_session(conn: Connection, reader: bytes, now: datetime) -> str:
    """A token for the cookie of a browser that has shown the code with this hash."""
    token = make_token()
    queries.insert_session(conn, hash_token(token), reader, now)
    return token


def reader_by_session(conn: Connection, token: str, election_id: int) -> bytes | None:
    """The hash of the code behind a session's token, if the code stands for this election."""
    return queries.find_code_of_session(conn, hash_token(token[:MAX_SECRET_LENGTH]), election_id)


@dataclass(slots=True)
class _Bucket:
    """Tries left for one address, as they stood at ``at_s``."""

    tries: float
    at_s: float


class Throttle:
    """Slows wrong codes from one address down without touching others: a few at once, then one every ten seconds.

    Bounded: of more than ``MAX_ADDRESSES`` the one that was quiet longest is forgotten.
    """

    MAX_ADDRESSES = 2_000
    TRIES = 8
    SECONDS_A_TRY = 10.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """``monotonic`` is a clock in seconds that never goes back."""
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """0 when this address may try a code now, else the whole seconds until it may."""
        tries = self._tries(address)
        return 0 if tries >= 1 else int((1 - tries) * self.SECONDS_A_TRY) + 1

    def wrong(self, address: str) -> None:
        """A wrong code came from this address."""
        self._buckets[address] = _Bucket(max(0.0, self._tries(address) - 1), self._monotonic())
        self._buckets.move_to_end(address)
        while len(self._buckets) > self.MAX_ADDRESSES:
            self._buckets.popitem(last=False)

    def _tries(self, address: str) -> float:
        bucket = self._buckets.get(address)
        if bucket is None:
            return self.TRIES
        return min(self.TRIES, bucket.tries + (self._monotonic() - bucket.at_s) / self.SECONDS_A_TRY)
