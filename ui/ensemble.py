"""Futures of one scenario as one array, and the comparison of two scenarios future by future."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ensemble:
    """`values` is float64[indicator, place, future, year]; NaN where an indicator has no meaning for a place."""

    indicators: tuple[str, ...]
    places: tuple[str, ...]
    years: np.ndarray
    values: np.ndarray

    @classmethod
    def of_runs(cls, runs: Sequence[tuple]) -> "Ensemble":
        """From what `scenarios.runner.run_job` gives: years, places, indicators, float64[year, place, indicator]."""
        years, places, indicators, _ = runs[0]
        values = np.stack([values for *_, values in runs])
        return cls(
            tuple(indicators), tuple(places), np.array(years), np.ascontiguousarray(values.transpose(3, 2, 0, 1))
        )

    @classmethod
    def joined(cls, parts: Sequence["Ensemble"]) -> "Ensemble":
        """Futures of the same scenario, one part after the other."""
        one = parts[0]
        return cls(one.indicators, one.places, one.years, np.concatenate([p.values for p in parts], axis=2))

    @property
    def futures(self) -> int:
        return self.values.shape[2]

    def has(self, indicator: str, place: str) -> bool:
        """Whether the indicator has a value for the place in every future and year."""
        if indicator not in self.indicators or place not in self.places:
            return False
        return not np.isnan(self.of(indicator, place)).any()

    def of(self, indicator: str, place: str) -> np.ndarray:
        """float64[future, year]."""
        return self.values[self.indicators.index(indicator), self.places.index(place)]


@dataclass(frozen=True)
class Change:
    """Current against baseline in one year; pairs share their luck, so differences are taken within pairs."""

    baseline: float  # mean over futures
    current: float
    difference: float  # mean of the paired differences
    up: int  # pairs in which current is above baseline
    down: int
    pairs: int

    @property
    def same(self) -> int:
        return self.pairs - self.up - self.down


def change(baseline: Ensemble, current: Ensemble, indicator: str, place: str, year: int) -> Change:
    """Compare one indicator in one place and year."""
    column = int(np.flatnonzero(baseline.years == year)[0])
    before = baseline.of(indicator, place)[:, column]
    after = current.of(indicator, place)[:, column]
    gap = after - before
    return Change(
        float(before.mean()),
        float(after.mean()),
        float(gap.mean()),
        int((gap > 0).sum()),
        int((gap < 0).sum()),
        len(gap),
    )
