"""Prepares the portions of a big register file in several processes, in order.

One core reads about a hundred thousand voters a second, PostgreSQL takes more: two readers keep it busy. Each worker has a
pipe of its own and ends when the other end of it closes, so none outlives an import that was killed.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe

from server.actions.register_prepare import Prepared, PreparePlan, Preparer, Work

STOP_TIMEOUT_S = 5


def prepare_all(plan: PreparePlan, works: Iterator[Work], workers: int) -> Iterator[Prepared]:
    """Each portion prepared, in the order of the file; in this process when ``workers`` is 0."""
    if not workers:
        yield from map(Preparer(plan).prepare, works)
        return
    with _started(plan, workers) as pipes:
        busy: deque[Pipe] = deque()
        for pipe in pipes:
            _give(pipe, works, busy)
        while busy:
            pipe = busy.popleft()
            prepared: Prepared = pipe.recv()
            _give(pipe, works, busy)
            yield prepared


def _give(pipe: Pipe, works: Iterator[Work], busy: deque[Pipe]) -> None:
    """One portion at a time to each worker: it is waiting for it, so neither end can wait for the other for ever."""
    work = next(works, None)
    if work is not None:
        pipe.send(work)
        busy.append(pipe)


@contextmanager
def _started(plan: PreparePlan, workers: int) -> Iterator[list[Pipe]]:
    context = get_context("spawn")  # a fork would take this process's database connection and threads along
    ours, processes = [], []
    try:
        for number in range(workers):
            our_end, their_end = context.Pipe()
            process = context.Process(target=_work, args=(plan, their_end), name=f"register-reader-{number}", daemon=True)
            process.start()
            their_end.close()
            ours.append(our_end)
            processes.append(process)
        yield ours
    finally:
        for our_end in ours:
            our_end.close()
        for process in processes:
            process.join(STOP_TIMEOUT_S)
            if process.is_alive():
                process.kill()
                process.join()


def _work(plan: PreparePlan, pipe: Pipe) -> None:
    preparer = Preparer(plan)
    try:
        while True:
            pipe.send(preparer.prepare(pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return  # the import is over, or gone
