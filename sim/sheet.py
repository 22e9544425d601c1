"""The sheet of a year: figures of towns, one row each, their sums over the reported places, and ratios of the sums.

What is summed and what is divided by what is named once (`Ratio`, and the names of rows in the files of measures);
two compiled loops do the rest, because a call of NumPy a figure would cost more than the figure.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from sim.rules import kernel


class Ratio(NamedTuple):
    """factor * sum of `over` / (sum of `under` - sum of `less`) * times; NaN where the divisor is not positive."""

    over: str
    under: str
    factor: float = 1.0
    less: str = ""
    times: float = 1.0


class Plan:
    """Rows of the sheet by name, and which indicators are sums or ratios of them. The same for all cities and years.

    rows: name -> number of rows, in order.
    """

    def __init__(
        self,
        rows: Mapping[str, int],
        sums: Mapping[str, str],
        ratios: Mapping[str, Ratio],
        names: Iterable[str],
    ):
        ends = np.cumsum(list(rows.values())).tolist()
        self.slices = {
            name: (end - 1 if width == 1 else slice(end - width, end))
            for (name, width), end in zip(rows.items(), ends, strict=True)
        }
        self.count = ends[-1]
        self.line = {name: i for i, name in enumerate(names)}  # indicator -> row of the results
        self.sum_lines = np.array([self.line[i] for i in sums])
        self.sum_rows = np.array([self.slices[name] for name in sums.values()])
        self.ratio_lines = np.array([self.line[i] for i in ratios])
        row = self.slices | {"": -1}
        self.terms = np.array([[row[r.over], row[r.under], row[r.less]] for r in ratios.values()])
        self.factors = np.array([[r.factor, r.times] for r in ratios.values()])


class Sheet:
    """Figures of one year. `sheet[name] = [T] or [rows, T]` writes; after `add_up` `total(name)` and `found` read.

    found: float64[indicator, place], NaN where an indicator has no meaning. Whole-city units.
    """

    def __init__(self, plan: Plan, pack, scale: float, places: int):
        self._plan, self._scale, self._pack = plan, scale, pack
        self._towns = np.zeros((plan.count, len(pack.towns)))
        self._total = np.zeros((plan.count, places))
        self.found = np.full((len(plan.line), places), np.nan)
        self.places, self.regions = places, len(pack.regions)

    def __setitem__(self, name: str, by_town: np.ndarray) -> None:
        self._towns[self._plan.slices[name]] = by_town

    def add_up(self) -> None:
        """Sums over places, and the indicators that are sums or ratios."""
        pack, plan = self._pack, self._plan
        _add_places(self._towns, pack.town_county, pack.county_region, self.regions, self._scale, self._total)
        _fill(self._total, plan.sum_lines, plan.sum_rows, plan.ratio_lines, plan.terms, plan.factors, self.found)

    def total(self, name: str) -> np.ndarray:
        """float64[place] or [rows, place]."""
        return self._total[self._plan.slices[name]]

    def line(self, indicator: str) -> np.ndarray:
        """float64[place] of an indicator, to read or to write."""
        return self.found[self._plan.line[indicator]]

    def lines(self, indicators: Iterable[str]) -> list[int]:
        """Rows of indicators in `found`."""
        return [self._plan.line[name] for name in indicators]

    def larger(self, by_county: np.ndarray) -> np.ndarray:
        """[..., C] -> float64[..., city, regions, counties], whole numbers, not yet in whole-city units."""
        regions = self._pack.county_region
        by_region = [by_county[..., regions == r].sum(axis=-1, keepdims=True) for r in range(self.regions)]
        city = by_county.sum(axis=-1, keepdims=True)
        return np.concatenate([city, *by_region, by_county], axis=-1).astype(np.float64)


def ratio(a: np.ndarray, b: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """scale * a / b where b is positive, else NaN."""
    positive = b > 0
    return np.where(positive, scale * a, np.nan) / np.where(positive, b, 1.0)


@kernel
def _add_places(towns, town_county, county_region, regions, scale, out):
    """out[row, (city, regions, counties, towns)]: figures of towns added up to counties, these to regions and the city,
    in the order of the pack (so the bytes are the same everywhere), over scale."""
    counties = len(county_region)
    for k in range(towns.shape[0]):
        row, line = towns[k], out[k]
        line[:] = 0.0
        for t in range(len(row)):
            line[1 + regions + town_county[t]] += row[t]
            line[1 + regions + counties + t] = row[t]
        for c in range(counties):
            line[1 + county_region[c]] += line[1 + regions + c]
        for r in range(regions):
            line[0] += line[1 + r]
        for place in range(len(line)):
            line[place] /= scale


@kernel
def _fill(total, sum_lines, sum_rows, ratio_lines, terms, factors, found):
    """Writes the sums and the ratios (`Ratio`) of rows of total[row, place] into found[indicator, place]."""
    for i in range(len(sum_lines)):
        for place in range(total.shape[1]):
            found[sum_lines[i], place] = total[sum_rows[i], place]
    for i in range(len(ratio_lines)):
        over, under, less = terms[i, 0], terms[i, 1], terms[i, 2]
        for place in range(total.shape[1]):
            b = total[under, place] - (total[less, place] if less >= 0 else 0.0)
            if b > 0.0:
                found[ratio_lines[i], place] = factors[i, 0] * total[over, place] / b * factors[i, 1]
