"""The indicators of a year, from whole-number counts by part of town: one function a family of indicators.

Values are float64[place] over the reported places (city, regions, counties, towns), in whole-city units; NaN where an
indicator has no meaning.
"""

import numpy as np

from sim.codes import (
    COMMODITY_HOME,
    HOMESTEAD_HOME,
    OTHER_PROVINCE,
    PRIMARY,
    SAME_COUNTY,
    SAME_PROVINCE,
    SECONDARY,
    TERTIARY,
)
from sim.rules import kernel
from sim.steps import housing

FEN_PER_YUAN = 100.0

# columns of the count of people by place
RESIDENTS, CLASS0, YOUNG, WORKING, OLD, FAMILIES, ONE_PERSON, COUNTS = 0, 1, 5, 6, 7, 8, 9, 10

Values = dict[str, np.ndarray]


class Adder:
    """Adds up figures of towns to the reported places."""

    def __init__(self, model):
        self.towns, self.scale, self.places = model.T, model.scale, len(model.report_places)
        self.order, self.starts = model.report_order
        self.county_region, self.regions = model.pack.county_region, len(model.pack.regions)
        self.town_county = model.pack.town_county

    def __call__(self, by_town: np.ndarray) -> np.ndarray:
        """[T] -> float64[place], whole-city units. Summed in a fixed order, so the bytes are the same everywhere."""
        out = np.zeros(self.places)
        town = np.ascontiguousarray(by_town, dtype=np.float64)
        _add_places(town, self.town_county, self.county_region, self.regions, self.scale, out)
        return out

    def columns(self, by_town: np.ndarray) -> np.ndarray:
        """[T, figures] -> float64[place, figures]: counties from towns, regions from counties, the city from all."""
        counties = np.add.reduceat(by_town[self.order], self.starts, axis=0)
        return np.concatenate([self.larger(counties), by_town]) / self.scale

    def larger(self, by_county: np.ndarray) -> np.ndarray:
        """[C, figures] -> float64[city, regions, counties; figures], not yet in whole-city units."""
        regions = [by_county[self.county_region == r].sum(axis=0) for r in range(self.regions)]
        return np.concatenate([by_county.sum(axis=0)[None], *(r[None] for r in regions), by_county]).astype(np.float64)

    def padded(self, larger: np.ndarray) -> np.ndarray:
        """[city, regions, counties; figures] -> [place, figures] with NaN for towns."""
        return np.concatenate([larger, np.full((self.towns, larger.shape[1]), np.nan)])

    def counties(self, by_county: np.ndarray) -> np.ndarray:
        """[C, figures] -> float64[place, figures], whole-city units; NaN for towns."""
        return self.padded(self.larger(by_county) / self.scale)

    def part(self, by_place: np.ndarray) -> np.ndarray:
        """[2T or more] -> [T, (rural, urban)]."""
        return np.asarray(by_place)[: 2 * self.towns].reshape(self.towns, 2)

    def total(self, by_place: np.ndarray) -> np.ndarray:
        """Both parts of towns: [2T or more] -> float64[place]."""
        return self(self.part(by_place).sum(axis=1))


@kernel
def _add_places(town, town_county, county_region, regions, scale, out):
    """out[city, regions, counties, towns]: figures of towns added up to counties, regions and the city, over scale."""
    counties, towns = len(county_region), len(town)
    for t in range(towns):
        out[1 + regions + town_county[t]] += town[t]
        out[1 + regions + counties + t] = town[t]
    for c in range(counties):
        out[1 + county_region[c]] += out[1 + regions + c]
    for r in range(regions):
        out[0] += out[1 + r]
    for place in range(len(out)):
        out[place] /= scale


def ratio(a: np.ndarray, b: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """scale * a / b where b is positive, else NaN."""
    positive = b > 0
    return np.where(positive, scale * a, np.nan) / np.where(positive, b, 1.0)


def measure(model, add: Adder, by_place: np.ndarray, registered: np.ndarray) -> Values:
    """The indicators of this file; `by_place` [P, COUNTS] and `registered` [T, 3] are `sim.indicators` counts."""
    groups = (
        population(add, by_place, registered),
        incomes(model, add),
        flows(model, add),
        homes(model, add),
        work(model, add),
        places(model, add, by_place),
    )
    return {name: value for group in groups for name, value in group.items()}


def population(add: Adder, by_place: np.ndarray, registered: np.ndarray) -> Values:
    """Residents, registration, migrants by class, households, ages."""
    people = add.part(by_place[:, RESIDENTS])
    residents, urban = add(people.sum(axis=1)), add(people[:, 1])
    everybody, with_urban_hukou, outside = (add(registered[:, k]) for k in range(3))
    return {
        "residents": residents,
        "urban_residents": urban,
        "urbanisation_rate": ratio(urban, residents, 100.0),
        "hukou_population": everybody,
        "hukou_urbanisation_rate": ratio(with_urban_hukou, everybody, 100.0),
        "registered_outside": outside,
        "migrants_same_county": add.total(by_place[:, CLASS0 + SAME_COUNTY]),
        "migrants_same_province": add.total(by_place[:, CLASS0 + SAME_PROVINCE]),
        "migrants_other_province": add.total(by_place[:, CLASS0 + OTHER_PROVINCE]),
        "households": add.total(by_place[:, FAMILIES]),
        "one_person_households": add.total(by_place[:, ONE_PERSON]),
        "age_0_14_share": ratio(add.total(by_place[:, YOUNG]), residents, 100.0),
        "age_60_plus_share": ratio(add.total(by_place[:, OLD]), residents, 100.0),
        "village_working_age_share": ratio(add(add.part(by_place[:, WORKING])[:, 0]), residents - urban, 100.0),
    }


def incomes(model, add: Adder) -> Values:
    """Disposable income per head: of those who earned it, where they lived when they did (step 6)."""
    state = model.income_state
    income, heads = add.part(state.totals.sum(axis=1) / FEN_PER_YUAN), add.part(state.heads)
    urban, rural = (ratio(add(income[:, k]), add(heads[:, k])) for k in (1, 0))
    per_head = ratio(add(income.sum(axis=1)), add(heads.sum(axis=1)))
    gap = np.full(len(per_head), np.nan)
    if len(model.pack.regions) == 2:
        gap[0] = per_head[1] / per_head[2]
    return {
        "income_urban": urban,
        "income_rural": rural,
        "income_ratio": ratio(urban, rural),
        "east_west_income_ratio": gap,
    }


def flows(model, add: Adder) -> Values:
    """Persons in the twelve months before; the start year has lived none."""
    names = {name: name for name in ("births", "deaths", "arrivals", "departures", "conversions")}
    names["insitu_urbanised"] = "insitu_in"
    if model.year == model.start:
        return {name: np.full(add.places, np.nan) for name in names}
    return {name: add.total(model.flow[flow]) for name, flow in names.items()}


def homes(model, add: Adder) -> Values:
    """Prices and rents weighted by commodity homes of urban parts; empty homes."""
    stock, taken, signals = model.towns.homes, housing.occupied(model), model.signals
    commodity, homestead = add.part(stock[:, COMMODITY_HOME]), add.part(stock[:, HOMESTEAD_HOME])
    weight = add(commodity[:, 1])
    price = ratio(add(add.part(signals.price)[:, 1] * commodity[:, 1]), weight)
    if model.year == model.start:
        model.start_price = price
    lived = add.part(taken[:, HOMESTEAD_HOME])[:, 0]
    return {
        "home_price_index": ratio(price, model.start_price, 100.0),
        "rent": ratio(add(add.part(signals.rent)[:, 1] * commodity[:, 1]), weight, 1.0 / 12.0),
        "vacancy_rate": ratio(
            add.total(stock[:, COMMODITY_HOME] - taken[:, COMMODITY_HOME]), add(commodity.sum(axis=1)), 100.0
        ),
        "empty_homestead_share": ratio(add(homestead[:, 0] - lived), add(homestead[:, 0]), 100.0),
    }


def work(model, add: Adder) -> Values:
    """Posts, and workers by residence right after matching."""
    workers, towns, skills = model.work_at_home, model.towns, model.labour_state.force
    employed, farmers = add(workers[:, 1:4].sum(axis=1)), add(workers[:, PRIMARY])
    force = workers[:, :4]  # seekers and the three sectors
    shares = {"primary": PRIMARY, "secondary": SECONDARY, "tertiary": TERTIARY}
    return {
        "jobs": add(towns.jobs.sum(axis=(1, 2))),
        "high_skill_workforce_share": ratio(add(skills[:, 1]), add(skills.sum(axis=1)), 100.0),
        "unemployment_rate": ratio(add(force[:, 0]), add(force.sum(axis=1)), 100.0),
        "land_per_farmer": ratio(add(towns.farmland), farmers),
        "farm_income": ratio(add(model.signals.farm_income * workers[:, PRIMARY]), farmers),
    } | {f"employment_share_{name}": ratio(add(workers[:, k]), employed, 100.0) for name, k in shares.items()}


def places(model, add: Adder, by_place: np.ndarray) -> Values:
    """Services, land and budgets. Towns have no budget of their own."""
    people, pack = add.part(by_place[:, RESIDENTS]), model.pack
    residents, urban = people.sum(axis=1), people[:, 1]
    county = model.towns.balance / FEN_PER_YUAN / 1e8 / model.scale
    balance = np.full(add.places, np.nan)
    balance[0] = county.sum()
    for k in range(len(pack.regions)):
        balance[1 + k] = county[pack.county_region == k].sum()
    balance[1 + len(pack.regions) : 1 + len(pack.regions) + model.C] = county
    return {
        "service_index": ratio(add(model.signals.service[: model.T] * residents), add(residents)),
        "urban_land_per_head": ratio(add(model.towns.urban_land), add(urban)),
        "budget_balance": balance,
    }
