"""The watcher of the stations' heads beside a database that fails for a while."""

import asyncio
import threading
from functools import partial

from sqlalchemy import Connection, Engine, event

from domain.elections import StationState
from server.watch import HeadWatcher
from tests.world import make_world


def test_failed_read_of_whatever_kind_does_not_end_the_news(engine: Engine) -> None:
    world = make_world(engine)
    failed = threading.Event()

    def promise_nothing(_conn: Connection) -> None:
        failed.set()
        raise RuntimeError("PostgreSQL does not flush to disk")  # as the check of a new connection says it

    async def story() -> None:
        watcher = HeadWatcher(engine, poll_s=0.05)
        with watcher.subscribe(world.stations[0]) as news:
            await watcher.start()
            assert await news.wait(10)  # whoever follows begins by reading
            assert await news.wait(10)  # the watcher has read for the first time
            event.listen(engine, "begin", promise_nothing)
            assert await asyncio.to_thread(failed.wait, 10)
            event.remove(engine, "begin", promise_nothing)
            await asyncio.to_thread(partial(world.set_station, state=StationState.CLOSED))
            assert await news.wait(10)
        await watcher.stop()

    asyncio.run(story())
