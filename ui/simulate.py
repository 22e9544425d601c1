"""Runs scenarios for the screen: really simulates, remembers what it has simulated, turns errors into sentences.

Futures come one by one, so that the screen answers after the first few and sharpens with each that follows.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from scenarios.address import END, FUTURES, SCALE, START, Address
from scenarios.experiments.ensembles import Ensemble as ParameterSets
from scenarios.experiments.ensembles import fitted_ensemble
from scenarios.outputs import model_version
from scenarios.runner import Job, check_run, replicate_seed, run_job
from scenarios.scenario import Scenario
from sim.engine import default_threads
from sim.synthesis import start_population
from ui.city import city_pack
from ui.ensemble import Ensemble, Run
from ui.memory import Memory

FIRST = 2  # futures of the first answer; two are the least that have a range
REFINED = 30  # futures to which the screen refines itself while nobody else waits
LARGEST_SCALE = 0.05  # an address may ask for no more than this on the screen
SPAN = (START, END)
POLL = 0.1  # seconds between looks at whether the person has moved on


@dataclass(frozen=True)
class Size:
    """How much is simulated at each release of a lever, and for which seed."""

    scale: float = SCALE
    futures: int = FUTURES
    refined: int = REFINED
    seed: int = 1
    parameters: str = ""  # as in an address: "ensemble" gives each future a parameter set of its own

    @classmethod
    def of(cls, address: Address) -> "Size":
        """What the address says, unless the environment says otherwise (tests, weak machines)."""
        scale = float(os.environ.get("JIANGMEN_APP_SCALE", min(address.scale, LARGEST_SCALE)))
        futures = int(os.environ.get("JIANGMEN_APP_REPLICATES", min(address.futures, REFINED)))
        refined = max(futures, int(os.environ.get("JIANGMEN_APP_REFINED", REFINED)))
        return cls(scale, futures, refined, address.seed, address.parameters)

    def sets(self, count: int) -> tuple[Mapping[str, Any] | None, ...]:
        """Parameter sets of the first futures, as the command line draws them; None = the catalogue's values."""
        return kept_ensemble().drawn(count, self.seed) if self.parameters else (None,) * count


@st.cache_resource(show_spinner=False)
def memory() -> Memory:
    """One for the whole server."""
    return Memory()


def places() -> tuple[str, ...]:
    """Ids of the places with charts: the city, its regions, its counties."""
    pack = city_pack()
    return (pack.city_id, *pack.regions, *pack.counties)


def pairs(
    baseline: Scenario, current: Scenario, size: Size, tick: Callable[[int], None] = lambda done: None
) -> Iterator[tuple[Ensemble, Ensemble]]:
    """Both scenarios with ever more futures, until there are `size.refined`.

    The n-th future of every scenario has the same run seed, so the n-th of one and the n-th of another are a pair.
    Beyond `size.futures` it goes on only while no one else's runs wait. `tick` is called with the number of pairs
    while it waits; what it raises ends the waiting, and runs that have not begun are called off.
    """
    check_run(START, END, size.scale, size.refined, "towns", city_pack())
    asked: list[tuple[Future, Future]] = []
    shown = 0
    try:
        while shown < size.refined:
            if shown >= size.futures and memory().busy():
                return
            goal = max(_next_goal(shown, size), remembered(baseline, current, size))
            ahead = min(size.futures, goal + default_threads()) if shown < size.futures else goal
            asked += [(ask(baseline, size, r), ask(current, size, r)) for r in range(len(asked), max(goal, ahead))]
            wait_for(asked[:goal], tick)
            shown = goal
            done = [(before.result(), after.result()) for before, after in asked[:shown]]
            yield Ensemble.of_runs([b for b, _ in done]), Ensemble.of_runs([a for _, a in done])
    finally:
        for r in range(shown, len(asked)):
            memory().let_go(run_key(baseline, size, r))
            memory().let_go(run_key(current, size, r))


def remembered(baseline: Scenario, current: Scenario, size: Size) -> int:
    """How many pairs from the first on are there already."""
    known = memory().has
    return next(
        (r for r in range(size.refined) if not all(known(run_key(s, size, r)) for s in (baseline, current))),
        size.refined,
    )


def _next_goal(shown: int, size: Size) -> int:
    """How many futures the next picture has: the first few at once, then more at a time."""
    if shown == 0:
        return min(FIRST, size.futures)
    if shown < size.futures:
        return min(size.futures, shown + max(FIRST, default_threads()))
    return min(size.refined, shown + size.futures)


def wait_for(asked: list[tuple[Future, Future]], tick: Callable[[int], None]) -> None:
    waiting = {f for pair in asked for f in pair if not f.done()}
    while waiting:
        _, waiting = wait(waiting, timeout=POLL, return_when=FIRST_COMPLETED)
        tick(sum(all(f.done() for f in pair) for pair in asked))


def ask(chosen: Scenario, size: Size, replicate: int, span: tuple[int, int] = SPAN, part: int = 0) -> Future:
    """The future with one run of a scenario from a census year to a last year, in another city where `part` says so."""
    key = run_key(chosen, size, replicate, span, part)
    return memory().ask(key, lambda: simulate(chosen, size, replicate, span, part), urgency=replicate)


def run_key(chosen: Scenario, size: Size, replicate: int, span: tuple[int, int] = SPAN, part: int = 0) -> tuple:
    """Everything that the numbers of a run depend on."""
    version, world = model_version(city_pack().hash), (size.scale, size.seed, size.parameters)
    return (version, chosen.hash, *span, *world, replicate, part)


def simulate(chosen: Scenario, size: Size, replicate: int, span: tuple[int, int] = SPAN, part: int = 0) -> Run:
    """One run of the model, as the command line makes it."""
    pack = city_pack()
    prepare(size.scale, span[0])
    seed = replicate_seed(size.seed, replicate)
    job = Job(
        chosen.settings, chosen.assumptions, *span, size.scale, seed, 1, size.sets(replicate + 1)[-1],
        str(pack.folder), "towns", chosen.shocks, part,
    )  # fmt: skip
    years, names, indicators, values = run_job(job)
    at = [names.index(place) for place in places()]
    towns = [names.index(town) for town in pack.towns]
    flat = np.ascontiguousarray(values.transpose(2, 1, 0))
    return Run.of(tuple(indicators), places(), np.array(years), flat[:, at], flat[:, towns])


@st.cache_resource(show_spinner=False)
def kept_ensemble() -> ParameterSets:
    """The fitted ensemble, read once for the whole server."""
    return fitted_ensemble()


@st.cache_resource(show_spinner=False, max_entries=4)
def prepare(scale: float, start: int = START) -> None:
    """Makes or reads the start population once, before threads would each do it."""
    start_population(city_pack(), start, scale)


def explain(error: Exception, language: str) -> str:
    """An error as one sentence in the language of the screen, where its author wrote one."""
    told = getattr(error, "text", None)
    if callable(told):
        return told(language)
    return getattr(error, language, None) or str(error) or type(error).__name__
