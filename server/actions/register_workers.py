"""Prepares the portions of a big register file in several processes, in order.

One core reads about a hundred thousand voters a second, PostgreSQL takes more: two readers keep it busy. Each worker is this
module run as a program, with a socket of its own to the import, and ends when the other end of it closes: none outlives an
import that was killed.
"""

import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

from server.actions.register_prepare import Prepared, PreparePlan, Preparer, Work

STOP_TIMEOUT_S = 5


class WorkerLostError(Exception):
    """A reading process ended in the middle of its work; what it wrote on stderr says why."""


def prepare_all(plan: PreparePlan, works: Iterator[Work], workers: int) -> Iterator[Prepared]:
    """Each portion prepared, in the order of the file; in this process when ``workers`` is 0."""
    if not workers:
        yield from map(Preparer(plan).prepare, works)
        return
    with _started(plan, workers) as pipes:
        busy: deque[Pipe] = deque()
        try:
            for pipe in pipes:
                _give(pipe, works, busy)
            while busy:
                pipe = busy.popleft()
                prepared: Prepared = pipe.recv()
                _give(pipe, works, busy)
                yield prepared
        except (EOFError, ConnectionError) as error:
            raise WorkerLostError from error


def _give(pipe: Pipe, works: Iterator[Work], busy: deque[Pipe]) -> None:
    """One portion at a time to each worker: it is waiting for it, so neither end can wait for the other for ever."""
    work = next(works, None)
    if work is not None:
        pipe.send(work)
        busy.append(pipe)


@contextmanager
def _started(plan: PreparePlan, workers: int) -> Iterator[list[Pipe]]:
    """Fresh programs, not forks: a fork would take this process's database connection and threads along."""
    pipes, processes = [], []
    try:
        for _ in range(workers):
            our_end, their_end = socket.socketpair()
            with their_end:
                program = [sys.executable, "-m", __name__, str(their_end.fileno())]
                processes.append(subprocess.Popen(program, pass_fds=[their_end.fileno()]))  # noqa: S603 - our own module
            pipes.append(Pipe(our_end.detach()))
        for pipe in pipes:
            pipe.send(plan)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """A worker ends by itself when its socket closes."""
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def work(descriptor: int) -> None:
    """Prepare what comes through a socket until it closes. What crosses it is pickled: both ends are this program."""
    with Pipe(descriptor) as pipe:
        try:
            preparer = Preparer(pipe.recv())
            while True:
                pipe.send(preparer.prepare(pipe.recv()))
        except (EOFError, ConnectionError, KeyboardInterrupt):
            return  # the import is over, or gone


if __name__ == "__main__":
    work(int(sys.argv[1]))
