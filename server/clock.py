"""The only clock of the server. Everything else is given the time, so tests can choose it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)
