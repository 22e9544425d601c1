"""Worker processes of this machine, kept for the next call; used by the app, the command line and batches."""

import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context, parent_process
from types import ModuleType

PRELOAD = ("scenarios.runner", "scenarios.engines.work", "sim.model")
_pools: dict[int, ProcessPoolExecutor] = {}


def process_pool(workers: int) -> ProcessPoolExecutor:
    """Worker processes. Never forked from this process, which may have threads."""
    if workers not in _pools:
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        context = get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(list(PRELOAD))
        _pools[workers] = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    return _pools[workers]


def drop_pool(workers: int, end: bool = False) -> None:
    """Leaves these worker processes: queued work is cancelled; running work is ended, or else not waited for."""
    pool = _pools.pop(workers, None)
    if pool is None:
        return
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes if end else ():
        process.terminate()


@contextmanager
def no_main_module():
    """Workers start on submission and would run the caller's script, or the app's page, again: hide it from them."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when the parent has been killed and cannot tell it to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True, name="parent-watch").start()


def _end_with(parent) -> None:
    parent.join()
    os._exit(1)
