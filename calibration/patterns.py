"""Patterns that must come out of the rules, read from one run from 2010 to 2020. Nothing here is fitted.

Each is a plain number of the run; the report holds it against the census or the literature.
"""

from dataclasses import dataclass, field

import numpy as np

from calibration.targets.target import FIRST, LAST, Target
from sim.codes import HOMESTEAD, OWNED, RURAL_HUKOU, URBAN_PART

MIDDLE = 2015
RECENT = 5  # years: who came to the town of residence since then is a mover
YOUNG = (15, 34)  # ages at the move
COHORT = (0, (10, 14))  # sex and ages in 2010 of the cohort that the regions are told apart by


@dataclass
class Conversions:
    """Who could convert and who did, counted in every year of a run by `CityModel.watch`."""

    could: np.ndarray = field(default_factory=lambda: np.zeros((2, 2)))  # [owner, school-age child]
    did: np.ndarray = field(default_factory=lambda: np.zeros((2, 2)))
    before: tuple = ()

    def watch(self, step: str, model) -> None:
        """Called before each step: looks at everybody before and after the step of conversions."""
        people = model.people
        if step == "hukou":
            self.before = people.hukou_place.copy(), people.hukou_kind.copy()
        elif step == "services":
            self._count(model, *self.before)

    def _count(self, model, place: np.ndarray, kind: np.ndarray) -> None:
        people, h = model.people, model.households
        home = h.home[people.household]
        town, urban = home // 2, home % 2 == URBAN_PART
        could = (home < 2 * model.T) & ((place != town) | (urban & (kind == RURAL_HUKOU)))
        did = could & ((people.hukou_place != place) | (people.hukou_kind != kind))
        owner = np.isin(h.tenure, (OWNED, HOMESTEAD))[people.household]
        age, (low, high) = model.year - people.birth_year, model.par.services.school_ages
        pupil = (age >= low) & (age < high)
        child = (np.bincount(people.household[pupil], minlength=len(h)) > 0)[people.household]
        cell = 2 * owner.astype(np.int64) + child
        self.could += np.bincount(cell[could], minlength=4).reshape(2, 2)
        self.did += np.bincount(cell[did], minlength=4).reshape(2, 2)

    def rates(self) -> dict[str, float]:
        """Percent a year: of all, of owners and others, with and without a child of school age."""
        picks = {"all": np.s_[:], "owner": np.s_[1], "tenant": np.s_[0], "child": np.s_[:, 1], "childless": np.s_[:, 0]}
        return {
            f"convert_{name}": float(100.0 * self.did[p].sum() / max(self.could[p].sum(), 1.0))
            for name, p in picks.items()
        }


def patterns(model, values: np.ndarray, chosen: tuple[Target, ...], conversions: Conversions) -> dict[str, float]:
    """Numbers by name of a run that has come to the last census; `values` as read for the targets `chosen`."""
    return (
        _regions(model.pack, values, chosen)
        | _city(model)
        | _movers(model)
        | {"distance_slope": distance_slope(model)}
        | conversions.rates()
    )


def _regions(pack, values: np.ndarray, chosen: tuple[Target, ...]) -> dict[str, float]:
    """Mean cohort ratio over the counties of each region."""
    found = {}
    for r, region in enumerate(pack.regions):
        counties = {c for c, k in zip(pack.counties, pack.county_region, strict=True) if k == r}
        mine = [v for t, v in zip(chosen, values, strict=True) if (t.sex, t.age) == COHORT and t.place in counties]
        found[f"cohort_{region}"] = float(np.mean(mine))
    return found


def _city(model) -> dict[str, float]:
    """Growth of one-person households; gains of the urbanisation rate, points, in either half of the years."""
    years, places, names, values = model.records()
    city = values[:, places.index(model.pack.city_id)]

    def at(name: str, year: int) -> float:
        return float(city[years.index(year), names.index(name)])

    rate = {y: at("urbanisation_rate", y) for y in (FIRST, MIDDLE, LAST)}
    return {
        "one_person_growth": at("one_person_households", LAST) / at("one_person_households", FIRST),
        "rate_gain_first": rate[MIDDLE] - rate[FIRST],
        "rate_gain_second": rate[LAST] - rate[MIDDLE],
    }


def _movers(model) -> dict[str, float]:
    """Ages at the move of residents who came to their town in the last years; newborn have not moved."""
    people = model.people
    inside = model.households.home[people.household] < 2 * model.T
    age = people.arrival_year.astype(np.int64) - people.birth_year
    moved = inside & (people.arrival_year > LAST - RECENT) & (age > 0)
    groups = np.bincount(np.minimum(age[moved], 89) // 5, minlength=18)
    ages = LAST - people.birth_year[inside]

    def young(x: np.ndarray) -> float:
        return float(100.0 * np.mean((x >= YOUNG[0]) & (x <= YOUNG[1])))

    return {
        "mover_peak_age": float(5 * np.argmax(groups)),
        "mover_young_share": young(age[moved]),
        "resident_young_share": young(ages),
    }


def distance_slope(model) -> float:
    """Elasticity of moves between counties of the city to distance: ordinary least squares over ordered pairs.

    log(1/2 + moved) = a + b log(registered in o) + c log(residents of d) + slope log(km), of people registered in o who
    came to d since the first census.
    """
    people, t, county = model.people, model.T, np.asarray(model.pack.town_county)
    home = model.households.home[people.household]
    ours = (home < 2 * t) & (people.hukou_place < t)
    lives, belongs = county[home[ours] // 2], county[people.hukou_place[ours]]
    came = people.arrival_year[ours] > FIRST
    table = np.zeros((model.C, model.C))
    np.add.at(table, (belongs[came], lives[came]), 1.0)
    size = np.bincount(lives, minlength=model.C)
    registered = np.bincount(county[people.hukou_place[people.hukou_place < t]], minlength=model.C)
    km = county_km(model.pack)
    o, d = np.nonzero(~np.eye(model.C, dtype=bool))
    rows = np.stack([np.ones(len(o)), np.log(registered[o]), np.log(size[d]), np.log(km[o, d])], axis=1)
    return float(np.linalg.lstsq(rows, np.log(table[o, d] + 0.5), rcond=None)[0][3])


def county_km(pack) -> np.ndarray:
    """float64[C, C]: mean distance of the towns of two counties, km."""
    towns, county = len(pack.towns), np.asarray(pack.town_county)
    member = np.eye(len(pack.counties))[county]
    km = member.T @ pack.distance_km[:towns, :towns] @ member
    return km / np.outer(member.sum(axis=0), member.sum(axis=0))
