"""Pauses between tries: growing, never regular, so that a hall of tables does not knock at a server all at once."""

import random

from station_client.settings import LONGEST_PAUSE_S, SHORTEST_PAUSE_S


class Pauses:
    """How long to wait before the next try, in seconds."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._longest_s = SHORTEST_PAUSE_S

    def next_s(self) -> float:
        """Between half of and the whole of a span that doubles with each try, up to five seconds."""
        span_s, self._longest_s = self._longest_s, min(self._longest_s * 2, LONGEST_PAUSE_S)
        return span_s * (0.5 + self._source.random() / 2)

    def reset(self) -> None:
        """A try succeeded."""
        self._longest_s = SHORTEST_PAUSE_S
