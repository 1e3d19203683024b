"""A typed sign-in code, and what a caller is told when it does not serve."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from server.actions.sign_in import TooManyTries, WrongCode, check_code
from server.clock import Clock
from server.errors import Problem
from server.queries.officials import Official
from server.queries.tables import TableCaller

_lock = threading.Lock()
_checking: set[int] = set()
"""The tables for which a code is being checked now."""


def official_behind(engine: Engine, caller: TableCaller, code: str, clock: Clock) -> Official:
    """The official whose code this is. Raises the problems ``wrong_code`` and ``too_many_tries``. Slow: off the event loop."""
    with _only_one(caller.table_id):
        official = check_code(engine, caller, code, clock)
    match official:
        case WrongCode():
            raise Problem(403, "wrong_code")
        case TooManyTries(retry_after_s):
            raise Problem(429, "too_many_tries", retry_after_s=retry_after_s)
    return official


@contextmanager
def _only_one(table_id: int) -> Iterator[None]:
    """One code at a time for each table: a laptop that guesses without pause would take every thread that marks need."""
    with _lock:
        if table_id in _checking:
            raise Problem(429, "too_many_tries", retry_after_s=1)
        _checking.add(table_id)
    try:
        yield
    finally:
        with _lock:
            _checking.remove(table_id)
