"""One household's choice of a place, laid open: every term of every place, the draw, and what the kernel picks.

Valid right before step 7 of a year (`model.watch` with the name "moving").
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.codes import COLLEGE, STUDENT
from sim.draws import Decision, draw
from sim.rules import destination as rules
from sim.rules.moving import consider_hazard
from sim.steps import attraction
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO, choice_weights, location_of, pick

TERMS = ("income", "services", "network", "size", "distance", "room", "home", "stay", "constant", "amenity")


@dataclass
class Mover:
    """The head of a household as the choice sees it."""

    row: int
    person: int  # row in People
    home: int  # place index
    here: int  # town or outside place
    group: int
    skill: int
    child: bool
    registered: int
    homestead: int
    years: float

    @property
    def kind(self) -> int:
        """Class of `sim.steps.attraction`."""
        return 2 * self.skill + self.child

    @property
    def at_home(self) -> bool:
        return self.here == self.registered


def mover(model, row: int) -> Mover:
    """The head of household `row`."""
    hh, people = model.households, model.people
    i = int(hh.first[row])
    ages = model.year - people.birth_year[i : i + hh.size[row]]
    registered = int(people.hukou_place[i])
    return Mover(
        row=row,
        person=i,
        home=int(hh.home[row]),
        here=int(location_of.py_func(int(hh.home[row]), model.T)),
        group=int(attraction.group_of_place(model)[registered]),
        skill=1 if people.education[i] == COLLEGE else 0,
        child=bool(((ages >= SCHOOL_AGE_FROM) & (ages <= SCHOOL_AGE_TO)).any()),
        registered=registered,
        homestead=int(hh.homestead[row]),
        years=float(model.year - people.arrival_year[i]),
    )


def term_table(model, table: attraction.Attraction, who: Mover) -> np.ndarray:
    """float64[TERMS, NP]: every term of every place."""
    minutes = attraction.travel_minutes(model)[who.here]
    columns = [terms(model, table, who, place, minutes) for place in range(model.P)]
    return np.array([[column[name] for column in columns] for name in TERMS])


def terms(
    model, table: attraction.Attraction, who: Mover, place: int, minutes: np.ndarray | None = None
) -> dict[str, float]:
    """Terms of the utility of one place for a mover (their sum is V up to rounding).

    `minutes` float64[T + O] of travel from where the mover lives, if known.
    """
    p, t = model.par.moving, model.T
    there = int(location_of.py_func(place, t))
    staying, inside = place == who.home, place < 2 * t
    minutes = float((attraction.travel_minutes(model)[who.here] if minutes is None else minutes)[there])
    crowd = float(model.signals.network[who.group, place]) if inside else 0.0
    own = not who.at_home and there == who.registered
    homestead = who.homestead >= 0 and place == 2 * who.homestead
    found = {
        "income": rules.income_utility.py_func(table.earnings[place, who.skill], table.rent[place], p),
        "services": rules.service_utility.py_func(
            table.service[place], table.entitlement[who.group, place], who.child, p
        ),
        "network": rules.network_utility.py_func(crowd, p),
        "size": rules.size_utility.py_func(table.size[place], p),
        "distance": 0.0 if staying else rules.distance_utility.py_func(minutes, p),
        "room": 0.0 if staying or homestead else math.log(table.room[place]),  # neither needs a home
        "home": 0.0 if staying else rules.home_utility.py_func(own, homestead, p),
        "stay": rules.stay_utility.py_func(who.years, who.at_home, p) if staying else 0.0,
        "constant": float(p.county_constant[model.pack.town_county[place // 2]]) if inside else 0.0,
        "amenity": 0.0,
    }
    if inside and place % 2 == 0:
        liveable = float(model.lever("rural_amenity")[there])
        at_start = float(model.start_policy.lever("rural_amenity", model.start)[there])
        found["amenity"] = rules.amenity_utility.py_func(liveable, at_start, p)
    return found


@dataclass
class Choice:
    """What the head weighed. `weights` float64[NP] = exp(V), `u` the position of the draw among them."""

    who: Mover
    hazard: float
    u_consider: float
    weights: np.ndarray
    total: float
    u: float
    table: attraction.Attraction

    @property
    def considered(self) -> bool:
        return self.u_consider < self.hazard

    @cached_property
    def chosen(self) -> int:
        """Place that the draw falls on: where the household stays or goes."""
        return int(pick(self.weights, self.total, self.who.home, self.u))

    @cached_property
    def runner_up(self) -> int:
        """The place with the largest weight other than the chosen one."""
        order = np.argsort(-self.weights, kind="stable")
        return int(order[0] if order[0] != self.chosen else order[1])

    @property
    def stays(self) -> bool:
        return self.chosen == self.who.home

    def probability(self, place: int) -> float:
        return float(self.weights[place] / self.total)

    def utility(self, place: int) -> float:
        return math.log(self.weights[place])


def hazard_of(model, row: int) -> tuple[float, float]:
    """(chance of considering a move this year, the head's own draw) of household `row`."""
    hh, people = model.households, model.people
    i = int(hh.first[row])
    age = min(int(model.year - people.birth_year[i]), len(model.age_intensity) - 1)
    hazard = consider_hazard.py_func(
        float(model.age_intensity[age]), int(people.status[i]), int(hh.tenure[row]), model.par.moving
    )
    if people.status[i] == STUDENT and hh.home[row] >= 2 * model.T:  # at a college elsewhere
        hazard = 0.0
    return hazard, float(draw(model.stream(Decision.CONSIDER_MOVE), people.key[i]))


def choice(model, row: int, table: attraction.Attraction | None = None) -> Choice:
    """The choice of the head of household `row`, whether it considers a move or not."""
    table = attraction.attraction(model) if table is None else table
    who = mover(model, row)
    w = np.empty(model.P)
    total = choice_weights(
        table.pull[who.kind, who.group], table.reach[who.here], table.room, who.home, who.registered, who.homestead,
        who.years, model.T, model.par.moving, w,
    )  # fmt: skip
    u = float(draw(model.stream(Decision.DESTINATION), model.people.key[who.person]))
    return Choice(who, *hazard_of(model, row), w, float(total), u, table)
