"""From the levers to the outcome: what changed on the way, in the order of the steps of a year, and since when.

Which indicators lie on the way and which step brings each about stands in the catalogue (`step`, and a lever's
`moves`); the differences are taken between paired futures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.scenario import Scenario
from sim.catalogue import indicators, levers
from sim.catalogue.lever_fields import moves_of
from sim.model import STEPS
from ui.ensemble import Change, Ensemble, change

AGREE = 0.8  # share of the futures that must have one sign before a difference is told from chance
ORDER = tuple(name for name, _ in STEPS)


@dataclass(frozen=True)
class Link:
    """One indicator on the way. `since`: the first year from which on the futures agree; None where they do not."""

    indicator: str
    step: str
    change: Change
    since: int | None
    named: bool  # a lever of the policy names it as what it moves


def on_the_way(policy: Scenario, outcome: str) -> list[str]:
    """Indicators between levers and outcome, in the order of the model; what the levers name comes first in a step."""
    named = named_by(policy)
    chosen = [k for k, e in indicators().items() if k != outcome and ("step" in e.extra or k in named)]
    return sorted(chosen, key=lambda k: (step_order(k), k not in named))


def named_by(policy: Scenario) -> set[str]:
    """Indicators that the catalogue names as what these levers move."""
    return {name for s in policy.settings for name, _, _ in moves_of(levers()[s.lever])}


def step_of(indicator: str) -> str:
    """The step that brings it about; the last one, where all is counted, if the catalogue names none."""
    return indicators()[indicator].extra.get("step", "indicators")


def step_order(indicator: str) -> int:
    return ORDER.index(step_of(indicator))


def chain(baseline: Ensemble, current: Ensemble, policy: Scenario, outcome: str, place: str, year: int) -> list[Link]:
    """The links that have values in the place, and the outcome as the last."""
    named = named_by(policy)
    keys: Sequence[str] = [*on_the_way(policy, outcome), outcome]
    found = []
    for key in keys:
        if not (baseline.has_after_start(key, place) and current.has_after_start(key, place)):
            continue
        told = change(baseline, current, key, place, year)
        since = agreed_since(current.of(key, place) - baseline.of(key, place), baseline.years, year)
        found.append(Link(key, step_of(key), told, since, key in named))
    return found


def agreed_since(gap: np.ndarray, years: np.ndarray, year: int) -> int | None:
    """The first year from which on, up to `year`, enough futures differ in the direction of that year's mean.
    `gap` float64[future, year]."""
    last = int(np.flatnonzero(years == year)[0])
    sign = np.sign(gap[:, last].mean())
    if sign == 0:
        return None
    agree = (np.sign(gap[:, : last + 1]) == sign).mean(axis=0) >= AGREE
    if not agree[-1]:
        return None
    broken = np.flatnonzero(~agree)
    return int(years[broken[-1] + 1 if len(broken) else 0])
