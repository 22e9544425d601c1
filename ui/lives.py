"""One household in two worlds: the same people with the same luck under the baseline and under the policy.

Both cities are lived through once to find households that end up in different places; then one of them is followed
year by year in each (`sim.trace`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from scenarios.address import END, START
from scenarios.runner import replicate_seed
from scenarios.scenario import Scenario
from sim.model import CityModel
from sim.trace import trace_household
from ui.city import city_pack
from ui.simulate import Size, prepare
from ui.tasks import Task

FIRST_FUTURE = 0
OFFERED = 24  # households that can be looked at one after the other


@dataclass(frozen=True)
class Parted:
    """Keys of households whose homes differ in the last year, and how many of those that live on in both worlds."""

    keys: tuple[int, ...]
    parted: int
    lived_on: int


@dataclass(frozen=True)
class TwoLives:
    """Years as `sim.trace.trace_household` gives them; `parts` is the first year in which the homes differ."""

    key: int
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    parts: int | None


def options(size: Size) -> dict[str, Any]:
    """The first future of the screen."""
    seed = replicate_seed(size.seed, FIRST_FUTURE)
    return {"start": START, "end": END, "scale": size.scale, "seed": seed, "pack": city_pack()}


def find(baseline: Scenario, current: Scenario, size: Size, task: Task) -> Parted:
    """Lives through both worlds and compares where the households of the start population are in the end."""
    prepare(size.scale)
    task.tick(0, 2 * (END - START))
    ends, first = [], np.empty(0)
    for scenario in (baseline, current):
        model = CityModel(scenario.policy(city_pack(), START, END), **options(size))
        first = model.households.key.copy()
        model.run_until(END, lambda year: task.tick(task.done + 1))
        ends.append(dict(zip(model.households.key.tolist(), model.households.home.tolist(), strict=True)))
        sizes = dict(zip(model.households.key.tolist(), model.households.size.tolist(), strict=True))
    both = [k for k in first.tolist() if k in ends[0] and k in ends[1]]
    parted = [k for k in both if ends[0][k] != ends[1][k]]
    by_size = sorted(parted, key=lambda k: (-min(sizes[k], 3), k))  # families before the lone
    return Parted(tuple(by_size[:OFFERED]), len(parted), len(both))


def both_lives(baseline: Scenario, current: Scenario, key: int, size: Size) -> TwoLives:
    """Follows the household in each world."""
    return _both_lives(baseline.hash, current.hash, key, size, _worlds=(baseline, current))


@st.cache_data(show_spinner=False, max_entries=32)
def _both_lives(before: str, after: str, key: int, size: Size, _worlds: tuple[Scenario, Scenario]) -> TwoLives:
    lives = [trace_household(s.policy(city_pack(), START, END), key, **options(size)) for s in _worlds]
    parts = next((a["year"] for a, b in zip(*lives, strict=False) if home(a) != home(b)), None)
    return TwoLives(key, *lives, parts)


def home(year: dict[str, Any]) -> tuple[str, str, int]:
    return year["place"], year["part"], year["tenure"]
