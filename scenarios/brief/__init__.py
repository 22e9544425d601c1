"""A briefing on one scenario: what it does beside the same future without its policy, with odds.

Everything is computed from two results whose futures are pairs; nothing here is written in.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenarios.address import scenario_of
from scenarios.audit.verdicts import JUDGED, Verdict, judge
from scenarios.comparing import differences, summary
from scenarios.result import Result
from scenarios.scenario import Scenario
from sim.catalogue import parameters


def without_policy(scenario: Scenario) -> Scenario:
    """What a scenario is held against: no lever set, the same assumptions and events."""
    return scenario_of((), scenario.assumptions, scenario.shocks)


@dataclass(frozen=True)
class Effect:
    """One indicator of one place in one year; means over futures, difference pair by pair."""

    before: float
    after: float
    least: float  # of the scenario's futures
    most: float
    difference: float
    low: float  # 95 % interval of the mean difference
    high: float
    up: int  # futures in which the scenario is above the baseline
    down: int
    futures: int

    @property
    def same(self) -> bool:
        """Not one future differs."""
        return self.up == self.down == 0

    @property
    def agreeing(self) -> int:
        """Futures on the side of the mean difference."""
        return self.up if self.difference > 0 else self.down

    @property
    def sure(self) -> bool:
        """The interval of the mean difference leaves out nothing, and four of five futures agree."""
        apart = self.low > 0 or self.high < 0
        return apart and 5 * self.agreeing >= 4 * self.futures


@dataclass(frozen=True)
class Brief:
    """`baseline` and `scenario` have the same seeds, scale, years and places."""

    baseline: Result
    scenario: Result

    @property
    def futures(self) -> int:
        """Parameter sets times replicates."""
        return self.scenario.values.shape[0] * self.scenario.values.shape[1]

    @property
    def city(self) -> str:
        return self.scenario.pack.city_id

    @cached_property
    def gaps(self) -> np.ndarray:
        """float64[futures, years, places, indicators]: scenario less baseline."""
        return differences(self.baseline, self.scenario)

    def effect(self, indicator: str, place: str = "", year: int | None = None) -> Effect | None:
        """None where the indicator has no value there in some future."""
        result, place = self.scenario, place or self.city
        if indicator not in result.indicators or place not in result.places:
            return None
        y = result.years.index(year or result.end)
        before, after = (r.series(indicator, place)[:, y] for r in (self.baseline, result))
        if np.isnan(before).any() or np.isnan(after).any():
            return None
        gap = self.gaps[:, y, result.places.index(place), result.indicators.index(indicator)]
        found = {key: float(value) for key, value in summary(gap).items()}
        return Effect(
            float(before.mean()), float(after.mean()), float(after.min()), float(after.max()),
            found["difference"], found["low"], found["high"], int((gap > 0).sum()), int((gap < 0).sum()), len(gap),
        )  # fmt: skip

    @cached_property
    def targets(self) -> list[tuple[Verdict, Verdict]]:
        """(baseline, scenario) of every target and year that is judged."""
        pairs = zip(judge(self.baseline), judge(self.scenario), strict=True)
        return [(before, after) for before, after in pairs if after.kind in JUDGED]

    @property
    def target_years(self) -> list[int]:
        """The last two years of the run for which the plan has figures."""
        result = self.scenario
        return sorted({y for t in result.pack.targets.values() for y in t.stated if result.start < y <= result.end})[
            -2:
        ]

    def total(self, indicator: str) -> tuple[float, float, float]:
        """Mean, least and most over futures of the scenario's excess over the baseline, all years together."""
        at = self.scenario.places.index(self.city), self.scenario.indicators.index(indicator)
        extra = np.nansum(self.gaps[:, :, at[0], at[1]], axis=1)
        return float(extra.mean()), float(extra.min()), float(extra.max())


def parameter_kinds() -> dict[str, int]:
    """How many parameters are published, taken from data, fitted, or priors."""
    kinds = Counter(entry.kind for entry in parameters().values())
    return {kind: kinds.get(kind, 0) for kind in ("published", "data", "fitted", "prior")}
