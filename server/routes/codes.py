"""A typed sign-in code, and what a caller is told when it does not serve."""

from sqlalchemy import Engine

from server.actions.sign_in import TooManyTries, WrongCode, check_code
from server.clock import Clock
from server.errors import Problem
from server.queries.officials import Official
from server.queries.tables import TableCaller


def official_behind(engine: Engine, caller: TableCaller, code: str, clock: Clock) -> Official:
    """The official whose code this is. Raises the problems ``wrong_code`` and ``too_many_tries``. Slow: off the event loop."""
    official = check_code(engine, caller, code, clock)
    match official:
        case WrongCode():
            raise Problem(403, "wrong_code")
        case TooManyTries(retry_after_s):
            raise Problem(429, "too_many_tries", retry_after_s=retry_after_s)
    return official
