"""One household's life, year by year, and why it moved: the terms of the places it weighed.

The terms are computed by the rules that the kernels use, for one person; the decision itself is the
model's own. Following a household does not change the run: chance is keyed.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np

from sim.codes import COLLEGE
from sim.draws import Decision, draw
from sim.model import CityModel
from sim.rules import destination as rules
from sim.rules.moving import consider_hazard
from sim.steps import attraction
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO, choice_weights, location_of, pick
from sim.views import HouseholdView

TERMS = ("income", "services", "network", "size", "distance", "home", "stay", "constant")


@dataclass
class Option:
    """A place as the head of the household weighed it: terms of utility, and probability of choosing it."""

    place: str
    part: str
    probability: float
    utility: float
    terms: dict[str, float]


@dataclass
class Weighing:
    """The consideration of a move in one year."""

    hazard: float
    considered: bool
    chosen: Option | None = None
    runner_up: Option | None = None
    stays: bool = True


@dataclass
class YearOfLife:
    """What a household looked like on 1 November, and what it weighed in the year before."""

    year: int
    place: str
    part: str
    size: int
    tenure: int
    ages: list[int]
    income: list[float]
    hukou: list[str]
    weighing: Weighing | None


def _place(model, place: int) -> tuple[str, str]:
    location = location_of.py_func(place, model.T)
    if location >= model.T:
        return model.pack.outside[location - model.T], "outside"
    return model.pack.towns[location], "urban" if place % 2 else "rural"


def terms_of(model, table: attraction.Attraction, row: int, place: int) -> dict[str, float]:
    """Terms of the utility of one place for the head of household `row` (their sum is V up to rounding)."""
    p, hh, people = model.par.moving, model.households, model.people
    i, current = int(hh.first[row]), int(hh.home[row])
    skill = 1 if people.education[i] == COLLEGE else 0
    ages = model.year - people.birth_year[i : i + hh.size[row]]
    child = bool(((ages >= SCHOOL_AGE_FROM) & (ages <= SCHOOL_AGE_TO)).any())
    registered = int(people.hukou_place[i])
    group = int(attraction.group_of_place(model)[registered])
    here, there = location_of.py_func(current, model.T), location_of.py_func(place, model.T)
    staying, at_home = place == current, here == registered
    log_people = float(model.signals.network[group, place]) if place < 2 * model.T else 0.0
    homestead = int(hh.homestead[row])
    minutes = float(attraction.travel_minutes(model)[here, there])
    county = model.pack.town_county[place // 2] if place < 2 * model.T else None
    return {
        "income": rules.income_utility.py_func(table.earnings[place, skill], table.rent[place], p),
        "services": rules.service_utility.py_func(table.service[place], table.entitlement[group, place], child, p),
        "network": rules.network_utility.py_func(log_people, p),
        "size": rules.size_utility.py_func(table.size[place], p),
        "distance": 0.0 if staying else rules.distance_utility.py_func(minutes, p),
        "home": 0.0
        if staying
        else rules.home_utility.py_func(
            not at_home and there == registered, homestead >= 0 and place == 2 * homestead, p
        ),
        "stay": rules.stay_utility.py_func(float(model.year - people.arrival_year[i]), at_home, p) if staying else 0.0,
        "constant": float(p.county_constant[county]) if county is not None else 0.0,
    }


def weigh(model, row: int) -> Weighing:
    """The consideration of the head of household `row`, before step 7 has run."""
    hh, people, p = model.households, model.people, model.par.moving
    i = int(hh.first[row])
    age = min(int(model.year - people.birth_year[i]), 100)
    hazard = consider_hazard.py_func(float(model.age_intensity[age]), int(people.status[i]), int(hh.tenure[row]), p)
    if draw(model.stream(Decision.CONSIDER_MOVE), people.key[i]) >= hazard:
        return Weighing(hazard, False)
    table = attraction.attraction(model)
    ages = model.year - people.birth_year[i : i + hh.size[row]]
    child = bool(((ages >= SCHOOL_AGE_FROM) & (ages <= SCHOOL_AGE_TO)).any())
    c = 2 * int(people.education[i] == COLLEGE) + child
    g = int(attraction.group_of_place(model)[people.hukou_place[i]])
    current = int(hh.home[row])
    w = np.empty(model.P)
    total = choice_weights(
        table.pull[c, g], table.reach[location_of.py_func(current, model.T)], current, people.hukou_place[i],
        hh.homestead[row], float(model.year - people.arrival_year[i]), model.T, p, w,
    )  # fmt: skip
    chosen = int(pick(w, total, current, draw(model.stream(Decision.DESTINATION), people.key[i])))
    others = np.argsort(-w, kind="stable")
    runner_up = int(others[0] if others[0] != chosen else others[1])

    def option(place: int) -> Option:
        return Option(
            *_place(model, place), float(w[place] / total), math.log(w[place]), terms_of(model, table, row, place)
        )

    return Weighing(hazard, True, option(chosen), option(runner_up), chosen == current)


def _snapshot(model, view: HouseholdView, weighing: Weighing | None) -> YearOfLife:
    members = view.members
    return YearOfLife(
        model.year, *_place(model, view.home), len(members), view.tenure, [m.age for m in members],
        [round(x, 2) for x in view.income],
        [_place(model, 2 * m.hukou_place if m.hukou_place < model.T else m.hukou_place + model.T)[0] for m in members],
        weighing,
    )  # fmt: skip


def trace_household(policy, key: int, *, start: int = 2020, end: int = 2035, **model_options) -> list[dict]:
    """A household's life as one dict a year (see `YearOfLife`); ends when the household ends.

    Raises KeyError when no household of the start population has this key.
    """
    model = CityModel(policy, start=start, end=end, **model_options)
    view = HouseholdView(model, key)
    if view.row is None:
        example = int(model.households.key[0])
        raise KeyError(f"no household has key {key} in {start} at this scale; one that exists is {example}")
    weighed: list[Weighing | None] = [None]

    def watch(name: str, city) -> None:
        if name == "moving":
            weighed[0] = weigh(city, view.row) if view.row is not None else None

    model.watch = watch
    life = [asdict(_snapshot(model, view, None))]
    while model.year < end and view.row is not None:
        weighed[0] = None
        model.step()
        if view.row is not None:
            life.append(asdict(_snapshot(model, view, weighed[0])))
    return life
