"""Who may look at a board: everybody in a practice election, readers with a code in a live one."""

import time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row
from starlette.requests import HTTPConnection

from domain.elections import ElectionKind
from server.access import bearer
from server.clock import Clock
from server.db import read_only
from server.errors import Problem
from server.queries import board as queries
from server.readers import Throttle, open_session, reader_by_code, reader_by_session

COOKIE = "valgbord_reader"
SECURE_COOKIE = "__Host-valgbord_reader"


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the reader's browser speaks TLS with us."""
    return connection.url.scheme in {"https", "wss"}


def cookie_name(connection: HTTPConnection) -> str:
    """The session cookie's name; over TLS the browser itself binds it to this host."""
    return SECURE_COOKIE if is_secure(connection) else COOKIE


def from_our_page(connection: HTTPConnection) -> bool:
    """Whether no other site's page made this call. A browser always names its page's origin; a program names none."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


class Door:
    """Finds the election that is asked for and lets its readers in."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """One for each application."""
        self._engine = engine
        self._reading = read_only(engine)
        self._clock = clock
        self._throttle = Throttle(time.monotonic)

    def elections(self) -> list[tuple[int, str]]:
        """Id and name of each election in the database."""
        with self._reading.connect() as conn:
            return [(row.id, row.name) for row in queries.list_elections(conn)]

    def find_election(self, election_id: int | None) -> Row[Any]:
        """Id, name and kind of the election that is asked for, or of the only one. ``Problem`` 404 says what to do instead."""
        with self._reading.connect() as conn:
            return _pick(conn, election_id)

    def let_in(self, connection: HTTPConnection, election_id: int | None) -> tuple[int, bytes | None]:
        """The election's id and the reader's code hash (``None`` in a practice election); ``Problem`` 401 for anybody else."""
        with self._reading.connect() as conn:
            election = _pick(conn, election_id)
            if election.kind == ElectionKind.PRACTICE:
                return election.id, None
            token = connection.cookies.get(cookie_name(connection))
            reader = reader_by_session(conn, token, election.id) if token else None
            if reader is None:
                reader = self._by_bearer(conn, connection, election.id)
        if reader is None:
            raise Problem(401, "unknown_reader")
        return election.id, reader

    def sign_in(self, connection: HTTPConnection, election_id: int, code: str) -> str:
        """Open a session for whoever has a code; its token. ``Problem`` 401 for a wrong code, 429 after many of them."""
        address = self._may_try(connection)
        with self._engine.begin() as conn:
            reader = reader_by_code(conn, code, election_id)
            if reader is not None:
                return open_session(conn, reader, self._clock())
        self._throttle.wrong(address)
        raise Problem(401, "wrong_code")

    def _by_bearer(self, conn: Connection, connection: HTTPConnection, election_id: int) -> bytes | None:
        """A machine shows its reader code with each call."""
        code = bearer(connection.headers.get("authorization"))
        if code is None:
            return None
        address = self._may_try(connection)
        reader = reader_by_code(conn, code, election_id)
        if reader is None:
            self._throttle.wrong(address)
        return reader

    def _may_try(self, connection: HTTPConnection) -> str:
        address = connection.client.host if connection.client else "unknown"
        wait_s = self._throttle.wait_s(address)
        if wait_s:
            raise Problem(429, "too_many_tries", retry_after_s=wait_s)
        return address


def _pick(conn: Connection, election_id: int | None) -> Row[Any]:
    elections = queries.list_elections(conn)
    if election_id is None and len(elections) > 1:
        raise Problem(404, "which_election")
    for election in elections:
        if election_id in {None, election.id}:
            return election
    raise Problem(404, "unknown_election")
