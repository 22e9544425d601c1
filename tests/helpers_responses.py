"""Paired runs for response tests: the same seeds with and without a change, on the 1 % city."""

from functools import cache

import numpy as np

from scenarios.runner import replicate_seed, run_all
from scenarios.scenario import Scenario
from sim.data import load_pack
from sim.model import CityModel
from sim.paths import Path
from sim.policy import Setting, compile_policy

SCALE = 0.01
SEEDS = 4


def settings(levers):
    """Settings of {(lever, place): value or Path}; a bare lever name means the whole city."""
    found = []
    for name, value in (levers or {}).items():
        lever, place = name if isinstance(name, tuple) else (name, load_pack().city_id)
        found.append(Setting(lever, place, value if isinstance(value, Path) else Path.constant(value)))
    return tuple(found)


def paths(assumptions):
    return {k: v if isinstance(v, Path) else Path.constant(v) for k, v in (assumptions or {}).items()}


def scenario(levers=None, assumptions=None, shocks=()):
    return Scenario(
        "changed",
        {"zh": "变", "en": "changed"},
        settings=settings(levers),
        assumptions=paths(assumptions),
        shocks=tuple(shocks),
    )


def results(what, end, seeds=SEEDS, parameters=None, start=2020):
    """Result of one scenario on the seeds that all response tests share."""
    return run_all(
        [what], start=start, end=end, scale=SCALE, replicates=seeds, workers=1, threads=2, progress=False,
        parameters=parameters,
    )[0]  # fmt: skip


@cache
def baseline(end, seeds=SEEDS):
    return results(scenario(), end, seeds)


class Pair:
    """A change and the baseline, seed by seed."""

    def __init__(self, levers=None, assumptions=None, end=2024, seeds=SEEDS, parameters=None, shocks=()):
        self.base = baseline(end, seeds)
        self.changed = results(scenario(levers, assumptions, shocks), end, seeds, parameters)

    def values(self, indicator, place=None):
        """(baseline, changed), float64[seed, year lived]."""
        place = place or load_pack().city_id
        return self.base.series(indicator, place)[:, 1:], self.changed.series(indicator, place)[:, 1:]

    def gap(self, indicator, place=None, year=-1):
        """Changed minus baseline of one year (the last), one a seed."""
        base, changed = self.values(indicator, place)
        return changed[:, year] - base[:, year]

    def total(self, indicator, place=None):
        """Changed minus baseline summed over the years lived, one a seed (flows)."""
        base, changed = self.values(indicator, place)
        return (changed - base).sum(axis=1)

    def log_ratio(self, indicator, place=None, year=-1):
        """ln of (mean over seeds changed / mean baseline) in one year."""
        base, changed = self.values(indicator, place)
        return float(np.log(changed[:, year].mean() / base[:, year].mean()))

    def log_ratio_total(self, indicator, place=None):
        """The same for the sum over the years lived."""
        base, changed = self.values(indicator, place)
        return float(np.log(changed.sum() / base.sum()))


def city(levers=None, end=2024, replicate=0, shocks=(), scale=SCALE, **options):
    """A model run to `end`, for what no indicator reports; the same seeds as `Pair`."""
    policy = compile_policy(settings(levers), {}, load_pack(), 2020, end, shocks)
    return CityModel(policy, end=end, scale=scale, seed=replicate_seed(1, replicate), **options).run_until(end)


def shuffled(population, seed):
    """The same people and households in another order of rows."""
    rng = np.random.default_rng(seed)
    people, households = population.people.copy(), population.households.copy()
    order = rng.permutation(len(households))
    new_row = np.argsort(order).astype(np.int32)
    ties = households.tie
    households.tie = np.where(ties >= 0, new_row[np.maximum(ties, 0)], -1)
    households.take(order)
    people.household = new_row[people.household]
    people.take(rng.permutation(len(people)))
    return type("Shuffled", (), {"people": people, "households": households})()
