"""Several people at one server, and the queue of runs: small versions of `python -m benchmarks.load`."""

import asyncio
import threading

import pytest

from benchmarks.load.measure import levers, memory
from benchmarks.load.server import app_server, resident_mb
from scenarios.address import read_address
from ui.figures import figures_html
from ui.memory import Memory
from ui.simulate import Size, pairs, places

TINY = {"JIANGMEN_APP_SCALE": "0.001", "JIANGMEN_APP_REPLICATES": "2", "JIANGMEN_APP_REFINED": "2"}


class Made:
    """Stands for a run."""

    nbytes = 1000


def test_first_answers_come_before_sharper_ones():
    """One worker: while it works somebody asks for four futures of one scenario, then another for the first of his."""
    store, begun, go, order = Memory(workers=1), threading.Event(), threading.Event(), []

    def slow() -> Made:
        begun.set()
        go.wait(10)
        return Made()

    def run(name: str) -> Made:
        order.append(name)
        return Made()

    asked = [store.ask("slow", slow)]
    begun.wait(10)
    asked += [store.ask(f"a{r}", lambda r=r: run(f"a{r}"), urgency=r) for r in range(4)]
    asked.append(store.ask("b0", lambda: run("b0"), urgency=0))
    go.set()
    for one in asked:
        one.result(10)
    assert order == ["a0", "b0", "a1", "a2", "a3"] and store.busy() == 0


def test_what_is_called_off_or_fails_holds_nobody_up():
    store, begun, go, order = Memory(workers=1), threading.Event(), threading.Event(), []

    def slow() -> Made:
        begun.set()
        go.wait(10)
        return Made()

    def wrong() -> Made:
        raise ArithmeticError("no number")

    first = store.ask("slow", slow)
    begun.wait(10)
    off = store.ask("off", lambda: order.append("off"))
    bad, good = store.ask("bad", wrong), store.ask("good", Made)
    store.let_go("off")
    go.set()
    assert first.result(10).nbytes == good.result(10).nbytes == 1000 and off.cancelled() and order == []
    with pytest.raises(ArithmeticError, match="no number"):
        bad.result(10)
    assert store.ask("bad", Made).result(10).nbytes == 1000  # asked again it is made again


def test_memory_of_runs_is_bounded_over_500_scenarios():
    store = Memory(most=50 * Made.nbytes, workers=2)
    for n in range(500):
        store.ask(n, Made).result(10)
    assert store.size == 50 * Made.nbytes and not store.has(0) and store.has(499)


def test_people_who_move_levers_at_the_same_time_see_their_own_scenario(root, monkeypatch):
    """Every one of them has at the end the figures that this process computes for that lever, and no error."""
    for key, value in TINY.items():
        monkeypatch.setenv(key, value)
    with app_server(root, **TINY) as (url, process):
        found = asyncio.run(levers(url, users=4, moves=2, think=0.5, to_the_end=True))
        grown = asyncio.run(memory(url, 12, process))
        assert resident_mb(process) < 1500
    assert found["errors"] == found["first_answer"]["errors"] == grown["errors"] == []
    assert found["first_answer"]["n"] == 8
    for has, wanted, figures in found["own"]:
        assert has == wanted
        address = read_address(f"new_homes={wanted}")
        *_, (baseline, current) = pairs(address.baseline, address.scenario, Size.of(address))
        assert figures == figures_html(baseline, current, places()[0], "en")
