"""Long work for one person: it runs beside the page, says how far it is, can be stopped, and its result is kept.

A page is drawn anew with each click; the work goes on meanwhile. Whoever has left without stopping it stops it too,
a few minutes later. Nothing here is seen by another session.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import streamlit as st

from scenarios.scenario import Scenario
from sim.engine import default_threads
from ui.ensemble import Run
from ui.simulate import Size, memory, run_key, simulate

KEPT = 6  # results kept for a session
TOGETHER = 2  # tasks at work at the same time on this server; more wait their turn
FORGOTTEN = 300.0  # seconds after which work that nobody looks at is stopped
POLITE = 2.0  # seconds that a run of a task waits at most while people's levers are being answered
LOOK = 0.2  # seconds between looks at whether it should stop


class Stopped(Exception):
    """The work was called off."""


class Task:
    """One piece of long work. `partial` is what it has found so far, `result` what it found in the end."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.partial: Any = None
        self.result: Any = None
        self.error: Exception | None = None
        self.stopped = self.finished = False
        self.laid_out_running = False  # so it was when the page was laid out; it may have ended since
        self.seen = time.monotonic()
        self.ended = threading.Event()

    def tick(self, done: int | None = None, total: int | None = None) -> None:
        """Called by the work: how far it is. Raises Stopped when it is to end."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        if self.stopped or time.monotonic() - self.seen > FORGOTTEN:
            raise Stopped

    def stop(self) -> None:
        """Call it off; what was found so far stays."""
        self.stopped = True

    @property
    def running(self) -> bool:
        return not self.ended.is_set()

    @property
    def found(self) -> Any:
        """The result, or what there is of it."""
        return self.result if self.result is not None else self.partial

    def run(self, work: Callable[["Task"], Any]) -> None:
        try:
            self.tick()
            self.result = work(self)
            self.finished = True
        except Stopped:
            self.stopped = True
        except Exception as error:  # told on the screen by whoever shows the task
            self.error = error
        finally:
            self.ended.set()


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(TOGETHER, thread_name_prefix="task")


def _mine() -> OrderedDict[Hashable, Task]:
    return st.session_state.setdefault("tasks", OrderedDict())


def task_of(key: Hashable) -> Task | None:
    """The task of this session under a key, looked at now."""
    task = _mine().get(key)
    if task:
        task.seen = time.monotonic()
    return task


def start(key: Hashable, work: Callable[[Task], Any]) -> Task:
    """Begin work under a key unless it has begun or ended well already; the oldest results give way."""
    mine = _mine()
    task = task_of(key)
    if task and (task.running or task.finished):
        return task
    task = mine[key] = Task()
    mine.move_to_end(key)
    while len(mine) > KEPT:
        mine.popitem(last=False)[1].stop()
    _workers().submit(task.run, work)
    return task


def follow(task: Task, show: Callable[[Task], None]) -> None:
    """Show how far it is until it has ended; then draw the page once more. A click meanwhile ends the looking only."""
    if not task.laid_out_running:
        return
    while task.running:
        task.seen = time.monotonic()
        show(task)
        task.ended.wait(0.4)
    st.rerun()


def runs(jobs: Iterable[tuple[Scenario, int]], size: Size, task: Task) -> Iterator[Run]:
    """Runs of (scenario, replicate) in order; kept for all, like those of the screen."""
    return in_order(((run_key(s, size, r), partial(simulate, s, size, r)) for s, r in jobs), task)


def in_order(jobs: Iterable[tuple[Hashable, Callable[[], Any]]], task: Task) -> Iterator[Any]:
    """Results of (key, make) in order, a few ahead, behind the runs for which somebody at a lever waits. What `make`
    gives has `nbytes`."""
    waiting: deque[tuple[Hashable, Future]] = deque()
    left = iter(jobs)
    try:
        while True:
            while len(waiting) < default_threads() and (job := next(left, None)) is not None:
                _let_others_first(len(waiting), task)
                waiting.append((job[0], memory().ask(*job)))
            if not waiting:
                return
            future = waiting[0][1]
            while not future.done():
                wait([future], timeout=LOOK, return_when=FIRST_COMPLETED)
                task.tick()
            waiting.popleft()
            task.tick(task.done + 1)
            yield future.result()
    finally:
        for key, _ in waiting:
            memory().let_go(key)


def _let_others_first(mine: int, task: Task) -> None:
    until = time.monotonic() + POLITE
    while memory().busy() > mine and time.monotonic() < until:
        time.sleep(LOOK / 4)
        task.tick()
