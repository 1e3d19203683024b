"""Tokens, one-time codes and PINs: how they are made and what is kept of them.

Tokens and codes have so much chance in them that a plain SHA-256 is kept; a PIN is short, so it is kept as argon2id.
"""

import hashlib
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from domain.officials import PIN_LENGTH

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# OWASP's minimum for argon2id (19 MiB, two passes, one lane): about 60 ms on an ordinary machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Two at a time, so that a rush of sign-ins leaves a processor for marks.
_TWO_AT_A_TIME = threading.Semaphore(2)
_NOBODYS_PIN = _HASHER.hash("no PIN is ever this long, so this hash fits nobody")


def make_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def make_code(length: int) -> str:
    """A one-time code in Crockford's letters (no I, L, O, U), in groups of four with hyphens."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(length))
    return "-".join(letters[at : at + 4] for at in range(0, length, 4))


def make_pin() -> str:
    """A PIN of random digits."""
    return f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}d}"


def hash_token(token: str) -> bytes:
    """What is kept of a token or code. Codes may be typed in small letters and with or without hyphens."""
    return hashlib.sha256(token.encode()).digest()


def hash_code(code: str) -> bytes:
    """What is kept of a one-time code, however it was typed."""
    letters = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    return hash_token(letters)


def hash_pin(pin: str) -> str:
    """What is kept of a PIN (argon2id)."""
    return _HASHER.hash(pin)


def pin_fits(pin_hash: str | None, pin: str) -> bool:
    """Whether a PIN is the one behind the hash. Takes the same time when there is no such official (``None``)."""
    with _TWO_AT_A_TIME:
        try:
            _HASHER.verify(pin_hash or _NOBODYS_PIN, pin)
        except VerificationError:
            return False
    return pin_hash is not None
