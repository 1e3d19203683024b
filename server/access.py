"""Which table is calling. People at tables are known by their sign-in, not by the laptop's token."""

import time
from typing import Annotated

from fastapi import Depends, Header
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from server.db import read_only
from server.errors import Problem
from server.queries.tables import TableCaller, find_caller
from server.secrets import hash_token

MAX_REMEMBERED = 10_000


class TableAccess:
    """Finds the table behind a token, and remembers it for a moment.

    The memory is short (``ttl_s``), so a revoked laptop is out within seconds, whichever process it asks; it holds only
    tokens that fitted, so nobody can fill it.
    """

    def __init__(self, engine: Engine, *, ttl_s: float) -> None:
        """Look tables up in this database."""
        self._engine = read_only(engine)
        self._ttl_s = ttl_s
        self._remembered: dict[bytes, tuple[TableCaller, float]] = {}

    async def find(self, token: str) -> TableCaller | None:
        """The table that holds this token, or ``None``."""
        token_hash = hash_token(token)
        remembered = self._remembered.get(token_hash)
        if remembered is not None and time.monotonic() < remembered[1]:
            return remembered[0]
        caller = await run_in_threadpool(self._read, token_hash)
        if caller is None:
            self._remembered.pop(token_hash, None)
            return None
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[token_hash] = (caller, time.monotonic() + self._ttl_s)
        return caller

    def _read(self, token_hash: bytes) -> TableCaller | None:
        with self._engine.connect() as conn:
            return find_caller(conn, token_hash)


def bearer(authorization: str | None) -> str | None:
    """The token in an Authorization header, or ``None``."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and 0 < len(token) <= 200 else None  # noqa: PLR2004 - our tokens have 43


async def require_table(connection: HTTPConnection, authorization: Annotated[str | None, Header()] = None) -> TableCaller:
    """The calling table, or the problem ``unknown_table``."""
    token = bearer(authorization)
    access: TableAccess = connection.app.state.table_access
    caller = await access.find(token) if token else None
    if caller is None:
        raise Problem(401, "unknown_table")
    return caller


CallingTable = Annotated[TableCaller, Depends(require_table)]
