"""The only clock of the server. Everything else is given the time, so tests can choose it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
Elapsed = Callable[[datetime, datetime], float]


def now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PracticeDay:
    """The clock of a rehearsal: from ``begins`` it runs ``speed`` times as fast as the machine's, from ``ends`` on as fast.

    ``began`` is the machine's time at ``begins``, so that several processes tell the same time; before it the clock stands.
    Only for practice elections: the server refuses it where a live election is. All times are aware.
    """

    begins: datetime
    ends: datetime
    speed: float
    began: datetime
    machine: Clock = now

    def __call__(self) -> datetime:
        """The time of the practice day now."""
        passed = max(self.machine() - self.began, timedelta())
        fast = passed * self.speed
        return self.begins + (fast if fast <= self._hurry else self._hurry + passed - self._hurry / self.speed)

    def elapsed_s(self, since: datetime, until: datetime) -> float:
        """How many real seconds passed between two times of the practice day."""
        fast_until = self.begins + self._hurry
        hurried = min(until, fast_until) - min(since, fast_until)
        plain = max(until, fast_until) - max(since, fast_until)
        return hurried.total_seconds() / self.speed + plain.total_seconds()

    @property
    def _hurry(self) -> timedelta:
        return max(self.ends - self.begins, timedelta())


def plain_elapsed_s(since: datetime, until: datetime) -> float:
    """Seconds between two times of an ordinary clock."""
    return (until - since).total_seconds()


def elapsed_of(clock: Clock) -> Elapsed:
    """How to count real seconds between two times of this clock: a table's silence is no shorter because the day is fast."""
    return clock.elapsed_s if isinstance(clock, PracticeDay) else plain_elapsed_s


def practice_day_text(day: PracticeDay) -> str:
    """The day as one word for an environment variable."""
    return f"{day.begins.isoformat()},{day.ends.isoformat()},{day.speed},{day.began.isoformat()}"


def read_practice_day(text: str) -> PracticeDay:
    """The day in such a word; ``ValueError`` when it is none."""
    begins, ends, speed, began = text.split(",")
    return PracticeDay(
        datetime.fromisoformat(begins), datetime.fromisoformat(ends), float(speed), datetime.fromisoformat(began)
    )
