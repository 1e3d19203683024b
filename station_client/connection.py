"""Whether the table reaches its server: by the open stream, or by its latest request."""

from station_client.clock import Clock


class Connection:
    """Down only when both the stream and the latest request failed; at start, until one of them has worked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stream_up = False
        self._request_ok = False
        self._lost_at_s: float | None = clock.steady_s()

    @property
    def up(self) -> bool:
        """Whether cards may be taken."""
        return self._stream_up or self._request_ok

    @property
    def lost_for_s(self) -> int | None:
        """Whole seconds without connection, or ``None``."""
        return None if self._lost_at_s is None else int(self._clock.steady_s() - self._lost_at_s)

    def stream_is(self, *, up: bool) -> None:
        """The stream was opened, or broke."""
        self._stream_up = up
        self._note()

    def request_was(self, *, answered: bool) -> None:
        """A request was answered (also with a no), or nobody knows."""
        self._request_ok = answered
        self._note()

    def _note(self) -> None:
        if self.up:
            self._lost_at_s = None
        elif self._lost_at_s is None:
            self._lost_at_s = self._clock.steady_s()
