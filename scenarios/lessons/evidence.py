"""What a lesson's run has shown: paired futures of the small city, of a larger one, other cities, a household."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from scenarios.paired import Change, paired


class Futures(Protocol):
    """Futures of one scenario (`ui.ensemble.Ensemble` is one, `of_result` makes one)."""

    years: Any

    def of(self, indicator: str, place: str) -> np.ndarray:
        """float64[future, year]."""


@dataclass(frozen=True)
class Pairs:
    """Futures of the baseline and of a scenario: the n-th of one and the n-th of the other share their luck."""

    baseline: Futures
    current: Futures

    def at(self, who: Futures, indicator: str, place: str, year: int | None = None) -> np.ndarray:
        """float64[future] in a year (the last unless said)."""
        values = who.of(indicator, place)
        return values[:, -1 if year is None else list(who.years).index(year)]

    def change(self, indicator: str, place: str, year: int | None = None) -> Change:
        """Scenario against baseline."""
        return paired(self.at(self.baseline, indicator, place, year), self.at(self.current, indicator, place, year))


@dataclass(frozen=True)
class OfResult:
    """A `scenarios.Result` as futures."""

    result: Any

    @property
    def years(self) -> tuple[int, ...]:
        return self.result.years

    def of(self, indicator: str, place: str) -> np.ndarray:
        return self.result.series(indicator, place)


@dataclass(frozen=True)
class Evidence:
    """Everything that answers, stories and explanations of one lesson are computed from.

    `small`: the teaching city. `large`: the larger city, once it has run. `samples`: other small cities, one future
    each, for the sampling error. `case`: one household in both worlds (`sim.inside.cases.Case`).
    """

    small: Pairs
    large: Pairs | None = None
    samples: Pairs | None = field(default=None)
    case: Any = None
    scales: tuple[float, float] = (1.0, 1.0)  # of the small and of the large city

    @property
    def root(self) -> float:
        """How much wider the small city's futures would scatter if only numbers of people mattered."""
        return float(np.sqrt(self.scales[1] / self.scales[0]))
