"""What each lever costs the counties in a year: one line `cost_<lever>` of the budget, fen by county in agent units.

Programmes cost from the first unit (also those that the catalogue's defaults run); permits, services and amenities of
the countryside and travel links cost what they give beyond the policy of the start year. Rules: `sim.rules.budget`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.rules import budget as rules
from sim.rules import kernel
from sim.rules import permits as permit_rules
from sim.steps import attraction, place_counts
from sim.steps.place_counts import RESIDENTS

PERMIT_PARTS = ("permit_school", "permit_health", "permit_housing", "permit_insurance")  # in the order of their prices
PARITY, COVERAGE = "permit_parity", "permit_coverage"

# kinds of lines: what the lever is multiplied with
(
    UNITS,  # itself: a quantity a year (places, homes, people, ...)
    STARTED,  # public homes started, which the lever has ordered
    SUPPORT,  # posts of a sector, for growth in per cent
    MATCHING,  # posts, beyond 1
    SKILLS,  # posts, points of high skill
    INNOVATION,  # posts, points
    PER_HEAD,  # people, for what is beyond the start
    LAND,  # mu of farmland, points
    PERMIT,  # those registered elsewhere, for what a part of the permit gives beyond the start
) = range(9)
RURAL, ALL = 0, 1  # people of PER_HEAD: of rural parts, all residents


class Line(NamedTuple):
    """How a lever is priced: its kind, the price (a parameter of the budgets group), and which part, sector or people;
    `sign` -1 where less of the lever is more."""

    kind: int
    lever: str
    price: str = ""
    which: int = 0
    sign: float = 1.0


def _units(lever: str, price: str) -> Line:
    return Line(UNITS, lever, price)


# line of the budget -> how it is priced; each lever of the catalogue with a `cost` has its lines here (a test says so)
LINES: dict[str, Line] = {
    **{f"cost_{name}": Line(PERMIT, name, "permit_cost", i) for i, name in enumerate(PERMIT_PARTS)},
    "cost_new_homes": _units("new_homes", "new_home_support"),
    "cost_public_rental_homes": Line(STARTED, "public_rental_homes", "public_home_cost"),
    "cost_talent_homes": _units("talent_homes", "talent_home_cost"),
    "cost_urban_renewal": _units("urban_renewal", "renewal_cost"),
    "cost_job_growth_secondary": Line(SUPPORT, "job_growth_secondary", which=0),
    "cost_job_growth_tertiary": Line(SUPPORT, "job_growth_tertiary", which=1),
    "cost_high_skill_share": Line(SKILLS, "high_skill_share"),
    "cost_job_matching": Line(MATCHING, "job_matching"),
    "cost_skills_training": _units("skills_training", "skills_training_cost"),
    "cost_innovation": Line(INNOVATION, "innovation", "innovation_cost"),
    "cost_school_places": _units("school_places", "school_place_cost"),
    "cost_hospital_beds": _units("hospital_beds", "bed_cost"),
    "cost_nursery_places": _units("nursery_places", "nursery_place_cost"),
    "cost_care_beds": _units("care_beds", "care_bed_cost"),
    "cost_culture_area": _units("culture_area", "culture_cost"),
    "cost_community_area": _units("community_area", "community_cost"),
    "cost_kindergarten_places": _units("kindergarten_places", "kindergarten_place_cost"),
    "cost_rural_service_level": Line(PER_HEAD, "rural_service_level", "rural_service_cost", RURAL),
    "cost_farmland_transfer": Line(LAND, "farmland_transfer", "transfer_push_cost"),
    "cost_farm_productivity": Line(LAND, "farm_productivity", "farm_productivity_cost"),
    "cost_farmer_training": _units("farmer_training", "farmer_training_cost"),
    "cost_rural_jobs": _units("rural_jobs", "rural_job_cost"),
    "cost_rural_amenity": Line(PER_HEAD, "rural_amenity", "amenity_cost", RURAL),
    "cost_job_relocation": _units("job_relocation", "relocation_cost"),
    "cost_teacher_exchange": _units("teacher_exchange", "teacher_cost"),
    "cost_outside_travel_time": Line(PER_HEAD, "outside_travel_time", "travel_link_cost", ALL, -1.0),
}
LEVERS = (PARITY, COVERAGE, *(line.lever for line in LINES.values()))  # rows of the table of levers


class Prices(NamedTuple):
    """The lines as arrays: line k is about the lever of row k + 2."""

    kind: np.ndarray  # int64[lines]
    price: np.ndarray  # float64[lines], yuan a unit
    which: np.ndarray  # int64[lines]
    sign: np.ndarray  # float64[lines]


class Counts(NamedTuple):
    """What is priced, by town, agent units."""

    people: np.ndarray  # int64[T, (rural parts, all)]
    migrants: np.ndarray  # float64[T], registered elsewhere
    jobs: np.ndarray  # int64[T, sector, skill]
    started: np.ndarray  # int64[T], public homes
    farmland: np.ndarray  # float64[T], mu


@lru_cache(maxsize=16)
def _prices(p) -> Prices:
    """The lines at the prices of a record of budget parameters."""
    lines = LINES.values()
    amounts = [getattr(p, line.price) if line.price else 0.0 for line in lines]
    price = [a[line.which] if line.kind == PERMIT else a for a, line in zip(amounts, lines, strict=True)]
    columns = ([line.kind for line in lines], price, [line.which for line in lines], [line.sign for line in lines])
    return Prices(*map(np.array, columns))


def costs(model, people: np.ndarray) -> np.ndarray:
    """int64[lines, C] fen of the year, in the order of LINES; `people` from people_by_place."""
    now = np.array([model.lever(name) for name in LEVERS])
    then = model.__dict__.get("_levers_at_start")
    if then is None:
        then = model._levers_at_start = np.array([model.start_policy.lever(n, model.start) for n in LEVERS])
    everybody, rural = place_counts.by_town(people[:, RESIDENTS]), people[0::2, RESIDENTS]
    counts = Counts(
        np.stack([rural, everybody], axis=1),
        place_counts.by_town(attraction.registered_elsewhere(model)),
        model.towns.jobs,
        model.housing_state.public_started,
        model.towns.farmland,
    )
    yuan, p = np.zeros((len(LINES), model.C)), model.par.budgets
    _add_costs(now, then, _prices(p), counts, model.pack.town_county, model.scale, p, yuan)
    return np.rint(yuan * 100.0).astype(np.int64)


@kernel
def _add_costs(now, then, prices, counts, county, scale, p, out):
    """Adds yuan to out[line, county], town by town; now and then: levers[row, T] (rows as in LEVERS)."""
    for k in range(len(prices.kind)):
        for t in range(len(county)):
            out[k, county[t]] += _cost(k, t, now, then, prices, counts, scale, p)


@kernel
def _cost(k, t, now, then, prices, counts, scale, p):
    """Yuan of one line in one town."""
    kind, price, lever = prices.kind[k], prices.price[k], now[k + 2, t]
    if kind == UNITS:
        return rules.programme_cost(lever * scale, price)
    if kind == STARTED:
        return rules.programme_cost(counts.started[t], price)
    if kind == LAND:
        return rules.programme_cost(lever * counts.farmland[t], price)
    if kind == PER_HEAD:
        more = max(prices.sign[k] * (lever - then[k + 2, t]), 0.0)
        return rules.programme_cost(more * counts.people[t, prices.which[k]], price)
    if kind == PERMIT:
        gives = permit_rules.part(now[0, t], lever, now[1, t])
        gave = permit_rules.part(then[0, t], then[k + 2, t], then[1, t])
        return rules.programme_cost((gives - gave) * counts.migrants[t], price)
    secondary = counts.jobs[t, 0, 0] + counts.jobs[t, 0, 1]
    tertiary = counts.jobs[t, 1, 0] + counts.jobs[t, 1, 1]
    if kind == SUPPORT:
        return rules.job_support(p, secondary if prices.which[k] == 0 else tertiary, lever)
    if kind == MATCHING:
        return rules.matching_cost(p, secondary + tertiary, lever)
    if kind == SKILLS:
        return rules.skill_cost(p, secondary + tertiary, lever)
    return rules.programme_cost(lever * (secondary + tertiary), price)
