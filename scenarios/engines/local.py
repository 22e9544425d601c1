"""Runs parts in this process, or in processes of this machine that may be killed one by one without harm."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from scenarios.engines.pool import drop_pool as drop
from scenarios.engines.pool import no_main_module, process_pool
from scenarios.engines.work import Done, Part, lost_part, run_part

AHEAD = 2  # parts a worker that are handed out at a time, so that memory does not follow the number of runs
TRIES = 2  # times that a part may end its worker, running alone, before it is given up


def in_this_process(parts: Iterator[Part]) -> Iterator[Done]:
    """One part after the other."""
    for part in parts:
        yield run_part(part)


def in_processes(parts: Iterator[Part], workers: int, keep: bool = False) -> Iterator[Done]:
    """Parts as they finish. When a worker is killed, all parts that were out are run again, each alone: so the guilty
    one shows and the others do not suffer. `keep`: the workers stay for the next call."""
    pending: dict[Future, Part] = {}
    suspects: list[Part] = []
    whole = False
    try:
        while True:
            while suspects:
                yield _alone(suspects.pop(0), workers)
            for part in _take(parts, AHEAD * workers - len(pending)):
                pending[_submit(part, workers)] = part
            if not pending:
                whole = True
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                part = pending.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    suspects.append(part)
                    continue
                yield result
            if suspects:  # the pool is gone, and with it all that it held
                suspects += _rest(pending)
                drop(workers)
    finally:
        if not (keep and whole):
            drop(workers, end=True)


def _take(parts: Iterator[Part], room: int) -> Iterator[Part]:
    for _, part in zip(range(room), parts, strict=False):
        yield part


def _submit(part: Part, workers: int) -> Future:
    for _ in range(TRIES):
        pool: ProcessPoolExecutor = process_pool(workers)
        try:
            with no_main_module():
                return pool.submit(run_part, part)
        except BrokenProcessPool:
            drop(workers)
    failed: Future = Future()
    failed.set_exception(BrokenProcessPool("workers end as soon as they start"))
    return failed


def _alone(part: Part, workers: int) -> Done:
    for _ in range(TRIES):
        try:
            return _submit(part, workers).result()
        except BrokenProcessPool:
            drop(workers)
    return lost_part(part)


def _rest(pending: dict[Future, Part]) -> list[Part]:
    """Parts still out when the pool broke; the few that had finished are run again, which gives the same."""
    parts = sorted(pending.values(), key=lambda part: part.first)
    pending.clear()
    return parts
