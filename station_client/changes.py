"""Waking those who wait for the table: level-triggered, a wake carries nothing and a missed one loses nothing."""

import asyncio
from collections.abc import Callable


class Changes:
    """Told of every change. Waiters look for themselves."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Wake everybody who waits."""
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, timeout_s: float) -> None:
        """Until the next change, or this long."""
        waiting = self._next
        try:
            async with asyncio.timeout(timeout_s):
                await waiting.wait()
        except TimeoutError:
            return

    async def until(self, is_so: Callable[[], bool], timeout_s: float) -> None:
        """Until this is so after a change, or this long."""
        try:
            async with asyncio.timeout(timeout_s):
                while not is_so():
                    await self._next.wait()
        except TimeoutError:
            return
