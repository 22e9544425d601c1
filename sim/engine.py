"""Runs a kernel over rows in chunks of a fixed size, on as many threads as asked.

Kernels are compiled with `nogil` and get `(lo, hi)`; the chunk size never depends on the number of
threads, and kernels add up whole numbers only, so the result is the same on any number of threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.rules import kernel

CHUNK = 131_072
_pools: dict[int, ThreadPoolExecutor] = {}


def default_threads() -> int:
    """Threads used when nobody asks: the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunk_count(n: int) -> int:
    """Number of chunks of `n` rows, at least one."""
    return max(1, -(-n // CHUNK))


def for_chunks(n: int, threads: int, work: Callable[[int, int, int], None]) -> None:
    """Call `work(lo, hi, chunk)` for every chunk of `n` rows.

    `lo` and `hi` are uint32: a compiled loop over them knows that a row is never negative and need not ask at each
    access whether to count from the end of the column.
    """
    if n <= CHUNK:
        work(np.uint32(0), np.uint32(n), 0)
        return
    chunks = chunk_count(n)
    bounds = [(np.uint32(c * CHUNK), np.uint32(min(n, (c + 1) * CHUNK)), c) for c in range(chunks)]
    if threads <= 1:
        for lo, hi, c in bounds:
            work(lo, hi, c)
        return
    pool = _pools.get(threads)
    if pool is None or getattr(pool, "_pid", None) != os.getpid():
        pool = _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix="rows")
        pool._pid = os.getpid()  # a forked child must not use its parent's threads
    for future in [pool.submit(work, *b) for b in bounds]:
        future.result()


def collect(n: int, threads: int, work: Callable[[int, int, np.ndarray], int]) -> np.ndarray:
    """int64: what `work(lo, hi, found) -> count` writes to the front of `found` (room for all), chunk by chunk."""
    if n <= CHUNK:
        found = np.empty(n, np.int64)
        return found[: work(np.uint32(0), np.uint32(n), found)].copy()
    parts: list[np.ndarray] = [np.empty(0)] * chunk_count(n)

    def keep(lo, hi, c):
        found = np.empty(hi - lo, np.int64)
        parts[c] = found[: work(lo, hi, found)].copy()

    for_chunks(n, threads, keep)
    return np.concatenate(parts)


def find_rows(column: np.ndarray, threads: int, *, bit: int | None = None, but: int | None = None) -> np.ndarray:
    """int64: the rows, ascending, where the column has this bit (of an unsigned or bool column) or is not `but`."""
    kernel, wanted = (_rows_with, bit) if but is None else (_rows_but, but)
    return collect(len(column), threads, lambda lo, hi, found: kernel(lo, hi, column, wanted, found))


@kernel
def _rows_with(lo, hi, column, bit, found):
    """Writes rows with the bit to the front of `found`; how many."""
    count = 0
    for i in range(lo, hi):  # no branch: a wrong guess costs more than a write
        found[count] = i
        count += column[i] & bit != 0
    return count


@kernel
def _rows_but(lo, hi, column, value, found):
    """Writes rows whose value is another to the front of `found`; how many."""
    count = 0
    for i in range(lo, hi):  # no branch: a wrong guess costs more than a write
        found[count] = i
        count += column[i] != value
    return count


def add_up(n: int, threads: int, shape: tuple[int, ...], work: Callable[..., None]) -> np.ndarray:
    """Sum of int64 accumulators: `work(lo, hi, out)` adds to its own chunk's `out` of `shape`."""
    if n <= CHUNK:
        out = np.zeros(shape, dtype=np.int64)
        work(np.uint32(0), np.uint32(n), out)
        return out
    parts = np.zeros((chunk_count(n), *shape), dtype=np.int64)
    for_chunks(n, threads, lambda lo, hi, c: work(lo, hi, parts[c]))
    return parts.sum(axis=0)
