"""Mirrors sim/steps/choice.py: who considers a move and where to, and which outsiders come."""

from bisect import bisect_right
from dataclasses import dataclass
from math import exp
from types import SimpleNamespace

import numpy as np

from benchmarks.reference.agents import Household, Person
from benchmarks.reference.plain import child_key, plain
from sim.codes import COLLEGE, HEAD, OFFSPRING, OTHER, PRIMARY_EDUCATION, STUDENT, VILLAGES_PER_TOWN
from sim.draws import Decision, draw, stream
from sim.rules import destination, moving
from sim.rules.schooling import COLLEGE_STARTS
from sim.steps import arrivals, attraction
from sim.steps.choice import ADULT, SCHOOL_AGE_FROM, SCHOOL_AGE_TO, location_of

location = plain(location_of)
home_utility = plain(destination.home_utility)
stay_utility = plain(destination.stay_utility)
consider_hazard = plain(moving.consider_hazard)
family_comes_along = plain(moving.family_comes_along)
college_place = plain(moving.college_place)


@dataclass(eq=False)
class Looker:
    """An outsider who chose a place in the city this year."""

    key: np.uint64
    origin: int
    age: int
    sex: int
    education: int
    family: bool
    place: int

    @property
    def size(self) -> int:
        """Persons of the household that comes: one, two with a spouse, three with a child."""
        return 1 + self.family + (self.family and self.age > arrivals.FAMILY_GAP)


def world_of(model, table: attraction.Attraction) -> SimpleNamespace:
    """What places offer, travel times and luck of the year."""
    return SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.moving,
        pull=table.pull.tolist(),
        reach=table.reach.tolist(),
        room=table.room.tolist(),
        service=table.service.tolist(),
        entitlement=table.entitlement.tolist(),
        minutes=attraction.travel_minutes(model).tolist(),
        group=attraction.group_of_place(model).tolist(),
        county=model.county,
        intensity=model.age_intensity.tolist(),
        consider=model.stream(Decision.CONSIDER_MOVE),
        destination=model.stream(Decision.DESTINATION),
        family=model.stream(Decision.FAMILY_MOVES),
        college=model.stream(Decision.COLLEGE_PLACE),
    )


def village_for(luck: np.uint64, key: np.uint64, urban_villages: int) -> int:
    """Village of a household that comes to the rural part of a town: any that is not yet urban."""
    still_rural = VILLAGES_PER_TOWN - urban_villages
    return min(VILLAGES_PER_TOWN - 1, urban_villages + int(draw(luck, key) * still_rural))


def consider(household: Household, world: SimpleNamespace, to_household: dict, to_person: dict) -> None:
    """Enters the place that the household wants to move to, or the places that members want to move to alone."""
    alone = {}
    for person in household.members:
        if begins_college(person, world):
            away = college_place(draw(world.college, person.key), len(world.room) - 2 * world.T, world.p)
            if away >= 0:
                alone[person] = 2 * world.T + away
        if not considers(person, world):
            continue
        place = destination_of(person, world)
        if place == household.home:
            continue
        if person.role == HEAD and together(person, place, world):
            to_household[household] = place
            return
        alone[person] = place
    to_person.update(alone)


def considers(person: Person, world: SimpleNamespace) -> bool:
    """Adults other than spouses and parents of the head consider a move by age, status and tenure."""
    age, own = world.year - person.birth_year, person.role == HEAD
    if age < ADULT or not (own or person.role in (OFFSPRING, OTHER)):
        return False
    if person.status == STUDENT and not (own and person.household.home < 2 * world.T):
        return False
    chance = consider_hazard(world.intensity[min(age, 100)], person.status, person.household.tenure, world.p)
    return draw(world.consider, person.key) < chance


def begins_college(person: Person, world: SimpleNamespace) -> bool:
    """Whether a member of a family in the city has entered college this year."""
    age, lives = world.year - person.birth_year, person.household.home < 2 * world.T
    return person.status == STUDENT and age == COLLEGE_STARTS and person.role in (OFFSPRING, OTHER) and lives


def ages(household: Household, world: SimpleNamespace) -> list[int]:
    """Ages of the members."""
    return [world.year - person.birth_year for person in household.members]


def destination_of(person: Person, world: SimpleNamespace) -> int:
    """Place drawn by a multinomial logit over all places; the present one is among them."""
    family = person.household
    schoolchild = any(SCHOOL_AGE_FROM <= age <= SCHOOL_AGE_TO for age in ages(family, world))
    kind = 2 * person.skill + (person.role == HEAD and schoolchild)
    pull = world.pull[kind][world.group[person.hukou_place]]
    w, total = choice_weights(person, pull, world)
    target = draw(world.destination, person.key) * total - w[family.home]
    if target < 0.0:
        return family.home
    last = family.home
    for place, weight in enumerate(w):
        if place == family.home:
            continue
        target -= weight
        last = place
        if target < 0.0:
            return place
    return last


def choice_weights(person: Person, pull: list[float], world: SimpleNamespace) -> tuple[list[float], float]:
    """exp(V) of every place for one person, and their sum; added in the order of sim/steps/choice.py."""
    family, towns, p = person.household, world.T, world.p
    reach = world.reach[location(family.home, towns)]
    w = [a * b for a, b in zip(pull, reach, strict=True)]
    total = 0.0
    for weight in w:
        total += weight
    registered = person.hukou_place
    here = location(family.home, towns) == registered
    if not here:
        factor = exp(home_utility(True, False, p)) - 1.0
        for place in (2 * registered, 2 * registered + 1) if registered < towns else (registered + towns,):
            total += factor * w[place]
            w[place] += factor * w[place]
    if family.homestead >= 0 and family.home != 2 * family.homestead:
        ready = exp(home_utility(False, True, p)) / world.room[2 * family.homestead]
        more = w[2 * family.homestead] * (ready - 1.0)
        w[2 * family.homestead] += more
        total += more
    stay = (
        pull[family.home]
        / world.room[family.home]
        * exp(stay_utility(float(world.year - person.arrival_year), here, p))
    )
    total += stay - w[family.home]
    w[family.home] = stay
    return w, total


def together(head: Person, place: int, world: SimpleNamespace) -> bool:
    """Whether a family moves with its head: always within the county, or when there is no other adult."""
    family, towns, county = head.household, world.T, world.county
    a, b = location(family.home, towns), location(place, towns)
    near = a < towns and b < towns and county[a] == county[b]
    if family.size == 1 or near or sum(age >= ADULT for age in ages(family, world)) < 2:
        return True
    entitlement = world.entitlement[world.group[head.hukou_place]][place]
    chance = family_comes_along(world.service[place], entitlement, world.minutes[a][b], world.p)
    return draw(world.family, head.key) < chance


# outsiders (arrivals.lookers and choice.look_from_outside)


def lookers(model, table: attraction.Attraction) -> list[Looker]:
    """All outsiders who choose the city this year."""
    found, p = [], model.rules.moving
    age_table = arrivals.age_table(model.par.moving).tolist()
    shares = arrivals.choice_shares(model, table).tolist()
    luck = SimpleNamespace(
        key=model.stream(Decision.ARRIVAL_KEY),
        age=model.stream(Decision.ARRIVAL_AGE),
        sex=model.stream(Decision.ARRIVAL_SEX),
        education=model.stream(Decision.ARRIVAL_EDUCATION),
        family=model.stream(Decision.ARRIVAL_FAMILY),
        choice=model.stream(Decision.ARRIVAL_DESTINATION),
    )
    for origin, number in enumerate(arrivals.looker_counts(model).tolist()):
        origin_key = stream(0, Decision.ARRIVAL_PROFILE, origin)
        for rank in range(number):
            key = child_key(luck.key, origin_key, rank)
            looker = look(key, origin, age_table, shares[origin], luck, p)
            if looker is not None:
                found.append(looker)
    return found


def look(key: np.uint64, origin: int, age_table: list[int], shares: list, luck: SimpleNamespace, p) -> Looker | None:
    """Profile of one outsider and the part of a town chosen; None for those who do not come."""
    age = age_table[int(draw(luck.age, key) * len(age_table))]
    education = arrival_education(draw(luck.education, key), p)
    family = age > 24 and draw(luck.family, key) < p.arrival_family_share
    cumulative = shares[2 * (education == COLLEGE) + (family and age > arrivals.FAMILY_GAP)]
    u = draw(luck.choice, key)
    if u >= cumulative[-1]:
        return None
    sex = 0 if draw(luck.sex, key) < p.arrival_male_share else 1
    return Looker(key, origin, age, sex, education, family, bisect_right(cumulative, u))


def arrival_education(u: float, p) -> int:
    """Level of education at position u of the shares of arrivals."""
    level, edge = PRIMARY_EDUCATION, p.arrival_education[0]
    while level < COLLEGE and u >= edge:
        level += 1
        edge += p.arrival_education[level]
    return level
