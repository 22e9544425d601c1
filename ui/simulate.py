"""Runs scenarios for the screen: really simulates, remembers what it has simulated, turns errors into sentences.

Futures come in small batches, so that the screen answers after the first and sharpens with each that follows.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from scenarios.runner import Job, check_run, replicate_seed, run_job
from scenarios.scenario import Scenario
from sim.data import load_pack
from sim.engine import default_threads
from sim.policy import Path, Setting
from sim.synthesis import start_population
from ui.ensemble import Ensemble

START, END, SEED = 2020, 2035, 1
DETAIL = "city"  # the city and its regions
SMALLEST_BATCH, LARGEST_BATCH = 2, 4  # futures; two are the least that have a range
REMEMBERED = 400  # batches kept in memory; one takes some tens of kB


@dataclass(frozen=True)
class Size:
    """How much is simulated at each release of a lever."""

    scale: float
    replicates: int

    @classmethod
    def chosen(cls) -> "Size":
        """1 % of the city and 8 replicates, unless the environment says otherwise (tests, weak machines)."""
        scale = float(os.environ.get("JIANGMEN_APP_SCALE", "0.01"))
        return cls(scale, int(os.environ.get("JIANGMEN_APP_REPLICATES", "8")))


def places() -> tuple[str, ...]:
    """Ids of the places on the screen: the city and its regions."""
    pack = load_pack()
    return (pack.city_id, *pack.regions)


def scenario(settings: tuple[Setting, ...], assumed: Mapping[str, Path]) -> Scenario:
    """The scenario of the screen; with no settings it is the baseline under the same assumptions."""
    name = {"zh": "当前", "en": "Current"} if settings else {"zh": "基准", "en": "Baseline"}
    return Scenario(id="current" if settings else "baseline", name=name, settings=settings, assumptions=dict(assumed))


def pairs(baseline: Scenario, current: Scenario, size: Size) -> Iterator[tuple[Ensemble, Ensemble]]:
    """Both scenarios with ever more futures, until there are `size.replicates`.

    The n-th future of every scenario has the same run seed, so the n-th of one and the n-th of another are a pair.
    """
    check_run(START, END, size.scale, size.replicates, DETAIL, load_pack())
    before: list[Ensemble] = []
    after: list[Ensemble] = []
    for first, count in batches(size.replicates):
        before.append(batch(baseline, size, first, count))
        after.append(batch(current, size, first, count))
        yield Ensemble.joined(before), Ensemble.joined(after)


def batches(replicates: int) -> list[tuple[int, int]]:
    """(first replicate, how many): one a core at a time, within bounds that keep the first answer quick."""
    step = min(max(default_threads(), SMALLEST_BATCH), LARGEST_BATCH)
    return [(first, min(step, replicates - first)) for first in range(0, replicates, step)]


def batch(chosen: Scenario, size: Size, first: int, count: int) -> Ensemble:
    """Some replicates of a scenario, from memory if they have been simulated before."""
    return _simulate(chosen.hash, START, END, size.scale, SEED, first, count, chosen)


@st.cache_data(max_entries=REMEMBERED, show_spinner=False)
def _simulate(
    scenario_hash: str, start: int, end: int, scale: float, seed: int, first: int, count: int, _chosen: Scenario
) -> Ensemble:
    # The scenario goes by its hash: Streamlit leaves arguments with an underscore out of the key. The model's
    # version needs no place in it, since the memory lives no longer than the process that loaded the model.
    pack = load_pack()
    start_population(pack, start, scale)  # made once, before the threads below would each make it
    jobs = [
        Job(
            _chosen.settings, _chosen.assumptions, start, end, scale, replicate_seed(seed, r), 1, None,
            str(pack.folder), DETAIL,
        )
        for r in range(first, first + count)
    ]  # fmt: skip
    with ThreadPoolExecutor(min(count, default_threads())) as threads:
        return Ensemble.of_runs(list(threads.map(run_job, jobs)))


def explain(error: Exception, language: str) -> str:
    """An error as one sentence in the language of the screen, where its author wrote one."""
    told = getattr(error, "text", None)
    if callable(told):
        return told(language)
    return getattr(error, language, None) or str(error) or type(error).__name__
