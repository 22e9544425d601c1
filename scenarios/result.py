"""What a run gives: an array over parameter sets, replicates, years, places and indicators, and its tidy table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.scenario import Scenario
from sim.catalogue import indicators as catalogue_indicators

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["scenario", "parameter_set", "replicate", "year", "place", "indicator", "value", "unit", "quality"]
DETAILS = ("city", "counties", "towns")


@dataclass(frozen=True, eq=False)
class Result:
    """One scenario's runs. `values` is float64[S, R, Y, P, I]; NaN where an indicator has no meaning for a place.

    S parameter sets with R replicates each; of an ensemble with weights R = 1: each future has a set and a seed.
    """

    scenario: Scenario
    start: int
    end: int
    scale: float
    seed: int
    seeds: tuple[int, ...]  # run seed of each replicate
    parameter_sets: tuple[Mapping[str, Any] | None, ...]
    years: tuple[int, ...]
    places: tuple[str, ...]
    indicators: tuple[str, ...]
    values: np.ndarray = field(repr=False)
    pack: Any = field(repr=False)
    seconds: float = 0.0
    workers: int = 1
    threads: int = 1

    def series(self, indicator: str, place: str) -> np.ndarray:
        """float64[S * R, Y]: one row a future."""
        block = self.values[..., self.places.index(place), self.indicators.index(indicator)]
        return block.reshape(-1, len(self.years))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Unit of each indicator."""
        return tuple(catalogue_indicators()[i].unit for i in self.indicators)

    @cached_property
    def quality(self) -> np.ndarray:
        """Text[P, I]: towns carry the mark of the pack's town table, other places how the indicator comes about."""
        basis = [catalogue_indicators()[i].basis for i in self.indicators]
        marks = dict(zip(self.pack.towns, self.pack.town_quality(self.start), strict=True))
        return np.array([[marks.get(place, b) for b in basis] for place in self.places], dtype=object)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """Tidy table with COLUMNS, rows in the order of sets, replicates, years, places, indicators; no NaN rows."""
        import pandas as pd

        flat = self.values.ravel()
        rows = np.flatnonzero(~np.isnan(flat))
        s, r, y, p, i = np.unravel_index(rows, self.values.shape)
        marks = sorted(set(self.quality.ravel()))
        mark_code = np.searchsorted(marks, self.quality.astype(str))
        units = sorted(set(self.units))
        unit_code = np.searchsorted(units, self.units)
        columns = {
            "scenario": _category(np.zeros(len(rows), np.int8), [self.scenario.id]),
            "parameter_set": s.astype(np.int64),
            "replicate": r.astype(np.int64),
            "year": np.array(self.years, np.int64)[y],
            "place": _category(p, self.places),
            "indicator": _category(i, self.indicators),
            "value": flat[rows],
            "unit": _category(unit_code[i], units),
            "quality": _category(mark_code[p, i], marks),
        }
        return pd.DataFrame(columns, columns=COLUMNS)


def _category(codes: np.ndarray, names):
    import pandas as pd

    return pd.Categorical.from_codes(codes, categories=list(names))


def joined(results: list[Result]) -> "pd.DataFrame":
    """The tables of several scenarios, one after the other."""
    import pandas as pd
    from pandas.api.types import union_categoricals

    frames = [r.frame for r in results]
    if len(frames) == 1:
        return frames[0]
    columns = {}
    for name in COLUMNS:
        parts = [f[name] for f in frames]
        categorical = isinstance(parts[0].dtype, pd.CategoricalDtype)
        columns[name] = union_categoricals(parts) if categorical else np.concatenate([p.to_numpy() for p in parts])
    return pd.DataFrame(columns, columns=COLUMNS)


def kept_places(places: list[str], pack, detail: str) -> list[int]:
    """Positions of the places that results keep: city and regions; counties too; towns too."""
    dropped = {"city": {*pack.towns, *pack.counties}, "counties": set(pack.towns), "towns": set()}[detail]
    return [i for i, place in enumerate(places) if place not in dropped]
