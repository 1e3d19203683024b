"""The table's only clocks: the time of day for the journal, and a steady one for waits that no clock change can bend."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the table measures time with; tests turn the hands of their own."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def steady_s(self) -> float:
        """Seconds that only ever grow, also when somebody sets the laptop's clock."""
        ...


class SystemClock:
    """The laptop's clocks."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def steady_s(self) -> float:
        """Seconds since some moment in the past."""
        return time.monotonic()
