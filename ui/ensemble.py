"""Futures of one scenario as one array, and the comparison of two scenarios future by future."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.paired import Change, paired


@dataclass(frozen=True)
class Run:
    """One future: `values` float64[indicator, place, year] of the city, regions and counties; `towns`
    float32[k, town, year] for the map, of the indicators `town_rows`; NaN where an indicator has no meaning."""

    indicators: tuple[str, ...]
    places: tuple[str, ...]
    years: np.ndarray
    values: np.ndarray
    towns: np.ndarray
    town_rows: tuple[str, ...]

    @classmethod
    def of(cls, indicators: tuple[str, ...], places: tuple[str, ...], years, values, towns) -> "Run":
        """From float64[indicator, place or town, year]; an indicator without values in most towns is left out."""
        known = np.isfinite(towns[:, :, -1]).mean(axis=1) > 0.5
        rows = tuple(key for key, there in zip(indicators, known, strict=True) if there)
        return cls(indicators, places, years, values, towns[known].astype(np.float32), rows)

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + self.towns.nbytes


@dataclass(frozen=True)
class Ensemble:
    """Futures of one scenario, in the order of their run seeds."""

    runs: tuple[Run, ...]

    @classmethod
    def of_runs(cls, runs: Sequence[Run]) -> "Ensemble":
        return cls(tuple(runs))

    @property
    def indicators(self) -> tuple[str, ...]:
        return self.runs[0].indicators

    @property
    def places(self) -> tuple[str, ...]:
        return self.runs[0].places

    @property
    def years(self) -> np.ndarray:
        return self.runs[0].years

    @property
    def futures(self) -> int:
        return len(self.runs)

    def has(self, indicator: str, place: str) -> bool:
        """Whether the indicator has a value for the place in every future and year."""
        if indicator not in self.indicators or place not in self.places:
            return False
        return not np.isnan(self.of(indicator, place)).any()

    def has_after_start(self, indicator: str, place: str) -> bool:
        """Whether it has a value in the last year; sums over years have none in the first."""
        if indicator not in self.indicators or place not in self.places:
            return False
        return not np.isnan(self.of(indicator, place)[:, -1]).any()

    def at(self, indicator: str, place: str, year: int) -> np.ndarray:
        """float64[future] in one year."""
        return self.of(indicator, place)[:, int(np.flatnonzero(self.years == year)[0])]

    def of(self, indicator: str, place: str) -> np.ndarray:
        """float64[future, year]."""
        i, p = self.indicators.index(indicator), self.places.index(place)
        return np.array([run.values[i, p] for run in self.runs])

    def town_means(self, indicator: str) -> np.ndarray:
        """float64[town, year]: means over futures."""
        i = self.runs[0].town_rows.index(indicator)
        return np.mean([run.towns[i] for run in self.runs], axis=0, dtype=np.float64)


def change(baseline: Ensemble, current: Ensemble, indicator: str, place: str, year: int) -> Change:
    """Compare one indicator in one place and year."""
    before, after = baseline.at(indicator, place, year), current.at(indicator, place, year)
    return paired(before, after)
