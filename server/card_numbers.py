"""Draws poll card numbers by the hundred thousand: random, unique within their series, each with its check digit."""

import secrets
from array import array
from collections.abc import Callable, Iterator
from itertools import islice

from domain.poll_cards import RANDOM_SPACE, check_digit

_DRAW = 65_536
# A 32-bit draw above the last whole multiple of the space is thrown away, or low numbers would come more often.
_FAIR_LIMIT = 2**32 // RANDOM_SPACE * RANDOM_SPACE


class CardNumbers:
    """An endless supply of card numbers of one series, none of them twice.

    ``random_bytes`` is the machine's own randomness unless a practice election wants the same numbers again. Which numbers
    are taken is kept as one bit each (125 MB for the whole series).
    """

    def __init__(self, series: str, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes
        self._supply = self._draw(series)

    def take(self, count: int) -> list[str]:
        """The next ``count`` numbers, twelve digits each."""
        return list(islice(self._supply, count))

    def _draw(self, series: str) -> Iterator[str]:
        taken = bytearray(RANDOM_SPACE // 8)
        step = _check_steps()
        start = int(check_digit(series)) * 1_000
        lead = int(series) * RANDOM_SPACE
        while True:
            for draw in array("I", self._random_bytes(4 * _DRAW)):
                number = draw % RANDOM_SPACE
                if draw >= _FAIR_LIMIT or taken[number >> 3] & (1 << (number & 7)):
                    continue
                taken[number >> 3] |= 1 << (number & 7)
                high, low = divmod(number, 1_000)
                check = step[step[step[start + high // 1_000] * 1_000 + high % 1_000] * 1_000 + low]
                yield str((lead + number) * 10 + check)


def _check_steps() -> list[int]:
    """Where the check digit goes from state ``s`` over three digits ``d``, at index ``s * 1000 + d``.

    Made from the one definition, ``check_digit``: a state is reached by the single digit whose check digit it is.
    """
    lead = {check_digit(str(digit)): str(digit) for digit in range(10)}
    return [int(check_digit(f"{lead[str(state)]}{three:03d}")) for state in range(10) for three in range(1_000)]
