"""How a run is read: indicators where there are any, else the columns are counted once at the end of the run.

The counts are those by which the start population is judged (`sim.synthesis.fit`), so that model and census are held
against each other in one definition. A cohort is divided by the run's own cohort at the start: the sample of a small
city then cancels out to a good part.
"""

from dataclasses import dataclass

import numpy as np

from calibration.targets.target import CENSUS_CLASSES, FIRST, LAST, OTHERS, Target, cohort, targets
from sim.codes import DORMITORY, HOMESTEAD, OWNED
from sim.synthesis.fit import counted_margins

Tables = dict[str, np.ndarray]


@dataclass
class Observer:
    """Reads one run: made when the model stands at the start census, asked when it has come to the last.

    Attributes:
        model: a CityModel that was started at the first census.
        first: counts by margin at the start, int64[C, cells] agents.
    """

    model: object
    first: Tables

    @classmethod
    def at_start(cls, model) -> "Observer":
        """ValueError when the run did not begin at the first census."""
        if (model.start, model.year) != (FIRST, FIRST):
            raise ValueError(f"a run is observed from {FIRST} on, this one stands at {model.year} from {model.start}")
        return cls(model, counted_margins(model, model.pack))

    def read(self, chosen: tuple[Target, ...] | None = None) -> np.ndarray:
        """float64[targets]: what the model has for each target, in its unit; NaN where it has nobody to count."""
        model = self.model
        if model.year != LAST:
            raise ValueError(f"a run is observed in {LAST}, this one stands at {model.year}")
        last = counted_margins(model, model.pack)
        years, places, names, values = model.records()
        by_measure: dict[str, np.ndarray] = {}
        found = []
        for t in chosen or targets(model.pack):
            m = t.measure
            if m.is_cohort:
                found.append(self._cohort(t, last))
            elif m.margin in (*CENSUS_CLASSES, "urbanisation_rate", "income_ratio"):
                found.append(values[years.index(m.year), places.index(t.place), names.index(m.margin)])
            else:
                if m.measure not in by_measure:
                    by_measure[m.measure] = self._by_county(m, last)
                found.append(by_measure[m.measure][model.pack.counties.index(t.place)])
        return np.array(found, dtype=np.float64)

    def _by_county(self, m, last: Tables) -> np.ndarray:
        if m.margin in OTHERS:
            return floor_area(self.model)
        count = last[m.margin][:, int(m.cell)].astype(float)
        if m.per:
            whole = last[m.per].sum(axis=1)
            return 100.0 * np.divide(count, whole, out=np.full(len(count), np.nan), where=whole > 0)
        return count / self.model.scale

    def _cohort(self, t: Target, last: Tables) -> float:
        bounds, c, years = self.model.pack.age_group_bounds, self.model.pack.counties.index(t.place), LAST - FIRST
        born = cohort(self.first["age_sex"], bounds, t.age, t.sex)[c]
        left = cohort(last["age_sex"], bounds, (t.age[0] + years, t.age[1] + years), t.sex)[c]
        return left / born if born else np.nan


def floor_area(model) -> np.ndarray:
    """float64[C], m2 a person of family households: owners and villagers have a standard home, tenants a rented one."""
    h, par, counties = model.households, model.par.housing, model.pack.town_county
    family = (h.home < 2 * model.T) & (h.tenure != DORMITORY) & (h.size > 0)
    county = counties[h.home[family] // 2]
    own = np.isin(h.tenure[family], (HOMESTEAD, OWNED))
    homes = [np.bincount(county[kind], minlength=model.C) for kind in (own, ~own)]
    people = np.bincount(county, weights=h.size[family], minlength=model.C)
    return (par.home_area * homes[0] + par.rented_area * homes[1]) / np.maximum(people, 1.0)
