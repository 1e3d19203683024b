"""The recorder beside a database that fails."""

import asyncio

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from domain.wire import Answer
from server.actions.mark_batch import Submitted
from server.recorder import Recorder
from tests.world import TestClock, World, make_world


def submitted(world: World, register_number: int) -> Submitted:
    table = world.tables[0]
    request = world.mark(world.card(register_number))
    return Submitted(world.election_id, table.station_id, table.table_id, table.number, request)


def test_database_that_is_gone_is_waited_for_once_and_not_once_for_each_call(engine: Engine) -> None:
    world = make_world(engine)
    recorder = Recorder(engine, TestClock(), on_commit=lambda: None, queue_limit=50, batch_limit=50)
    waits: list[str] = []

    def nobody_answers(_conn: Connection) -> None:
        waits.append("as long as the driver likes")
        raise OperationalError("begin", {}, Exception("gone"))

    async def story() -> None:
        calls = [asyncio.create_task(recorder.submit([submitted(world, number)])) for number in range(7, 27)]
        await asyncio.sleep(0)  # all of them are in the queue before the recorder looks
        event.listen(engine, "begin", nobody_answers, insert=True)
        recorder.start()
        told = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(answer) for answer in told} == {OperationalError}
        assert len(waits) == 1
        event.remove(engine, "begin", nobody_answers)
        (answer,) = await recorder.submit([submitted(world, 7)])
        assert Answer.model_validate_json(answer).accepted

    asyncio.run(story())
    recorder.stop()
