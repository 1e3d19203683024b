"""Finds keys that come twice among millions of lines, in eight bytes a key."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import lt


class Repeats:
    """Keys (64-bit) and the lines they stand on. A file in order, as ours are, costs one pass and no sorting."""

    __slots__ = ("_keys", "_lines")

    def __init__(self) -> None:
        self._keys = array("q")
        self._lines = array("I")

    def add_all(self, keys: Sequence[int], lines: Sequence[int]) -> None:
        """Note the keys of a block of lines."""
        self._keys.extend(keys)
        self._lines.extend(lines)

    def repeated(self) -> Iterator[tuple[int, int]]:
        """(line, first line with the same key) of every key that came before, in no promised order."""
        keys, lines = self._keys, self._lines
        if all(map(lt, keys, islice(keys, 1, None))):
            return
        order = sorted(range(len(keys)), key=keys.__getitem__)  # stable: the first line stays first
        first = order[0]
        for at in islice(order, 1, None):
            if keys[at] == keys[first]:
                yield lines[at], lines[first]
            else:
                first = at
