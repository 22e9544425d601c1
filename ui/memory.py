"""Runs that have been simulated, kept for all on this server within a bound on memory, and the workers that make more.

The key of a run says everything that its numbers depend on, so nobody can see another's scenario by mistake and a
change of model or data is never answered from old runs.
"""

import heapq
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sim.engine import default_threads

BYTES = 256 * 2**20  # kept at most; a run of the city, its counties and towns takes about half a megabyte


class Memory:
    """Least recently used runs are forgotten first. A run that is being made is shared by all who ask for it."""

    def __init__(self, most: int = BYTES, workers: int | None = None):
        self.most = most
        self.size = 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, Future] = {}
        self._wanted: dict[Hashable, int] = {}
        self._queue: list[tuple[int, int, Hashable, Callable[[], Any], Future]] = []
        self._turn = itertools.count()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers or default_threads(), thread_name_prefix="futures")

    def ask(self, key: Hashable, make: Callable[[], Any], urgency: int = 0) -> Future:
        """A future of the run: there already, being made, or now in the queue. Its result has `nbytes`.

        Of runs that wait the one with the smallest `urgency` is made first, so that everybody has a first answer
        before anybody has a sharper one.
        Who no longer wants it says so with `let_go`.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                done: Future = Future()
                done.set_result(self._kept[key])
                return done
            making = self._making.get(key)
            if making is None or making.cancelled():
                making = self._making[key] = Future()
                self._wanted[key] = 0
                heapq.heappush(self._queue, (urgency, next(self._turn), key, make, making))
                self._pool.submit(self._next)
            self._wanted[key] += 1
        making.add_done_callback(lambda done: self._forget(key, done))
        return making

    def let_go(self, key: Hashable) -> None:
        """One who asked does not want the run any more; what nobody wants and has not begun is called off."""
        with self._lock:
            making = self._making.get(key)
            if making is None:
                return
            self._wanted[key] -= 1
            if self._wanted[key] > 0:
                return
        making.cancel()

    def _forget(self, key: Hashable, done: Future) -> None:
        with self._lock:
            if self._making.get(key) is done:
                del self._making[key]
                self._wanted.pop(key, None)

    def has(self, key: Hashable) -> bool:
        """Whether the run is there already."""
        return key in self._kept

    def busy(self) -> int:
        """Runs that are being made or wait."""
        return len(self._making)

    def _next(self) -> None:
        """Makes the most urgent run that waits; one that was called off only leaves the queue."""
        with self._lock:
            _, _, key, make, making = heapq.heappop(self._queue)
        if not making.set_running_or_notify_cancel():
            return
        try:
            making.set_result(self._made(key, make))
        except BaseException as error:
            making.set_exception(error)

    def _made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        run = make()
        with self._lock:
            self._kept[key] = run
            self.size += run.nbytes
            while self.size > self.most and len(self._kept) > 1:
                self.size -= self._kept.popitem(last=False)[1].nbytes
        return run
