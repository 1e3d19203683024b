"""CPR numbers at rest: sealed one by one with a key that is never in the database.

The key is a file that only its owner may read. Whoever has the database alone has no CPR number; whoever moves a sealed
number to another voter's row breaks it, because the row's id is part of the seal.
"""

import os
import secrets
import stat
from collections.abc import Sequence
from operator import add
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE_NAME = "cpr.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyFileError(Exception):
    """The key file cannot be trusted or used; the message says why and holds no part of the key."""


def load_or_make_key(path: Path) -> bytes:
    """The key (32 bytes) in this file; made at random, readable for its owner only, where there is none yet."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_key(path)
    with os.fdopen(made, "wb") as stream:
        key = secrets.token_bytes(_KEY_BYTES)
        stream.write(key)
        stream.flush()
        os.fsync(stream.fileno())
    return key


def load_key(path: Path) -> bytes:
    """The key in this file; ``KeyFileError`` when others may read it or it is no key."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path}: other users may read the key; run chmod 600 on it")
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path}: a key has {_KEY_BYTES} bytes, this file has {len(key)}")
    return key


class CprSeal:
    """Seals and opens CPR numbers (AES-256-GCM, a random nonce each, the entry's id as associated data)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, entry_id: int, cpr: str) -> bytes:
        """The nonce and the sealed number."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, cpr.encode(), b"%d" % entry_id)

    def seal_all(self, entry_ids: Sequence[int], cprs: Sequence[str]) -> list[bytes]:
        """``seal`` for many; one draw of randomness for all."""
        nonces = os.urandom(_NONCE_BYTES * len(cprs))
        cut = [nonces[at : at + _NONCE_BYTES] for at in range(0, len(nonces), _NONCE_BYTES)]
        texts, data = map(str.encode, cprs), map(b"%d".__mod__, entry_ids)
        return [*map(add, cut, map(self._cipher.encrypt, cut, texts, data))]

    def open(self, entry_id: int, sealed: bytes) -> str:
        """The number; ``cryptography.exceptions.InvalidTag`` when it was not sealed for this row with this key."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], b"%d" % entry_id).decode()
