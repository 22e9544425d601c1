"""Mirrors sim/steps/moving.py and arrivals.settle: arrive, leave, return, move, alone or with the family."""

from types import SimpleNamespace

import numpy as np

from benchmarks.reference import roster
from benchmarks.reference.agents import Household, Person
from benchmarks.reference.choice import Looker, consider, location, lookers, village_for, world_of
from benchmarks.reference.homes import Request, allocate
from benchmarks.reference.plain import child_key, plain, single
from sim.codes import (
    CHILD,
    COLLEGE,
    EMPLOYED,
    HEAD,
    NOWHERE,
    OFFSPRING,
    OTHER,
    PARENT,
    PRIMARY_EDUCATION,
    RENTED,
    RURAL_HUKOU,
    SPOUSE,
    STUDENT,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import Decision, draw
from sim.rules.schooling import SCHOOL_STARTS
from sim.steps import arrivals, attraction
from sim.steps.moving import PARTNER_GAP

normal = plain(arrivals._normal)


def moving(model) -> None:
    """All moves of the year."""
    table = attraction.attraction(model)
    world = world_of(model, table)
    world.flow = model.flow
    world.village, world.split = model.stream(Decision.VILLAGE), model.stream(Decision.SPLIT_KEY)
    world.urban_villages = model.towns.urban_villages.tolist()
    earnings = table.earnings.tolist()
    to_household, to_person = {}, {}
    model.households.do(consider, world, to_household, to_person)
    single_returners(to_household, to_person)
    joining = {person for person, place in to_person.items() if joins(person.household, place, to_household)}
    whole = [(h, ask(model, h.head, h.key, h.size, place, earnings)) for h, place in to_household.items()]
    people = [person for household in model.households for person in household.members if person in to_person]
    alone = [(person, ask(model, person, person.key, 1, to_person[person], earnings)) for person in people]
    coming = [(looker, ask_from_outside(looker, earnings)) for looker in lookers(model, table)]
    asking = [r for _, r in whole] + [r for person, r in alone if person not in joining] + [r for _, r in coming]
    allocate(model, [r for r in asking if r.place < 2 * model.T], forming=False)
    for household, request in whole:
        if granted(request, world):
            relocate(household, request, world)
    for person, request in alone:
        if person in joining or granted(request, world):
            move_alone(model, person, request, person in joining, world)
    for looker, request in coming:
        if request.tenure is not None:
            settle(model, looker, request, earnings, world)
    roster.rebuild(model)
    publish_network(model)


# who wants what


def joins(household: Household, place: int, to_household: dict[Household, int]) -> bool:
    """The family left behind lives in the place chosen, and stays."""
    family = household.tie
    return family is not None and family.home == place and family not in to_household


def single_returners(to_household: dict[Household, int], to_person: dict[Person, int]) -> None:
    """Households of one that return to their family count as lone movers."""
    returning = [h for h, place in to_household.items() if h.size == 1 and joins(h, place, to_household)]
    for household in returning:
        to_person[household.head] = to_household.pop(household)


def ask(model, person: Person, key, size: int, place: int, earnings: list) -> Request:
    """What a household (by its head) or a lone mover asks for in the place chosen."""
    family, town = person.household, min(place // 2, model.T - 1)
    inside = family.home < 2 * model.T
    local = person.hukou_place < model.T and model.county[person.hukou_place] == model.county[town]
    return Request(
        key=key,
        place=place,
        size=min(size, 255),
        earnings=single(earnings[place][person.skill]),
        local=int(local),
        years=min(max(model.year - person.arrival_year, 0), 255) if inside else 0,
        homestead=family.homestead == town and place % 2 == 0,
        single=size == 1,
    )


def ask_from_outside(looker: Looker, earnings: list) -> Request:
    """What an arriving household asks for."""
    earned = single(earnings[looker.place][looker.education == COLLEGE])
    return Request(looker.key, looker.place, looker.size, earned, 0, 0, False, looker.size == 1)


def granted(request: Request, world: SimpleNamespace) -> bool:
    """Whether a mover may move: everybody rents outside, in the city those who got a home."""
    if request.place >= 2 * world.T:
        request.tenure = RENTED
    return request.tenure is not None


# moves


def relocate(household: Household, request: Request, world: SimpleNamespace) -> None:
    """A household moves; one of outsiders only that leaves the city leaves the model."""
    old, new = household.home, request.place
    registered = any(person.hukou_place < world.T for person in household.members)
    for person in household.members:
        person.alive = registered or new < 2 * world.T
        arrive_at(person, old, new, world)
    count_move(old, new, household.size, world)
    occupy(household, request, world)


def occupy(household: Household, request: Request, world: SimpleNamespace) -> None:
    """Takes the home that the request got."""
    household.home, household.tenure, household.moved_year = request.place, request.tenure, world.year
    if request.place < 2 * world.T:
        urban = world.urban_villages[request.place // 2]
        household.village = village_for(world.village, household.key, urban)


def arrive_at(person: Person, old: int, new: int, world: SimpleNamespace) -> None:
    """Somebody now lives in another place; a post out of reach is lost."""
    a, b = location(old, world.T), location(new, world.T)
    if a == b:
        return
    person.arrival_year = world.year
    near = a < world.T and b < world.T
    if person.work_town < 0 or (near and world.minutes[person.work_town][b] <= world.p.commute_limit):
        return
    person.work_town = NOWHERE
    if person.status == EMPLOYED:
        person.status = UNEMPLOYED


def count_move(old: int, new: int, persons: int, world: SimpleNamespace) -> None:
    """Books a move by the places left and reached."""
    left, reached = old < 2 * world.T, new < 2 * world.T
    if left and not reached:
        world.flow["departures"][old] += persons
    elif reached and not left:
        world.flow["arrivals"][new] += persons
    elif left:
        world.flow["moves_out"][old] += persons
        world.flow["moves_in"][new] += persons


def move_alone(model, person: Person, request: Request, joining: bool, world: SimpleNamespace) -> None:
    """A lone mover goes back to the family left, or has a household of one's own tied to the one left."""
    family, new = person.household, request.place
    old = family.home
    if joining:
        person.household = family.tie
        person.role = role_in_family(person, family.tie)
    elif new >= 2 * world.T and person.hukou_place >= world.T:
        person.alive = False
    else:
        household = Household(model, child_key(world.split, person.key, 0), new, request.tenure)
        household.tie, household.homestead, household.origin = family, family.homestead, family.origin
        occupy(household, request, world)
        person.household, person.role = household, HEAD
        world.flow["households_formed"][new] += 1
    arrive_at(person, old, new, world)
    count_move(old, new, 1, world)


def role_in_family(person: Person, family: Household) -> int:
    """Partner of a lone head of like age, else by generation."""
    head = family.head
    gap = person.birth_year - head.birth_year
    lone = all(member.role != SPOUSE for member in family.members)
    if lone and head.sex != person.sex and abs(gap) <= PARTNER_GAP:
        return SPOUSE
    if gap > PARTNER_GAP:
        return OFFSPRING
    return PARENT if gap < -PARTNER_GAP else OTHER


def settle(model, looker: Looker, request: Request, earnings: list, world: SimpleNamespace) -> None:
    """An arriving household and its members."""
    p, key = world.p, looker.key
    household_key = child_key(model.stream(Decision.NEW_HOUSEHOLD_KEY), key, 0)
    household = Household(model, household_key, looker.place, request.tenure)
    household.origin = world.T + looker.origin
    occupy(household, request, world)
    before = earnings[2 * world.T + looker.origin][looker.education == COLLEGE]
    household.wage_income = single(before * min(looker.size, 2))
    rural = draw(model.stream(Decision.ARRIVAL_PROFILE), key) < p.arrival_rural_share
    kind = RURAL_HUKOU if rural else URBAN_HUKOU
    member_key = model.stream(Decision.ARRIVAL_KEY)
    traits = [(key, looker.age, looker.sex, looker.education, HEAD)]
    if looker.size > 1:
        traits.append((child_key(member_key, key, 1), looker.age, 1 - looker.sex, looker.education, SPOUSE))
    if looker.size > 2:
        child = child_key(member_key, key, 2)
        sex = 0 if draw(model.stream(Decision.BIRTH_SEX), child) < 0.5 else 1
        traits.append((child, looker.age - arrivals.FAMILY_GAP, sex, PRIMARY_EDUCATION, OFFSPRING))
    for who in traits:
        person = arriving_person(model, household, *who, p)
        person.hukou_place, person.hukou_kind = household.origin, kind
    world.flow["arrivals"][looker.place] += looker.size
    world.flow["households_formed"][looker.place] += 1


def arriving_person(model, household: Household, key, age: int, sex: int, education: int, role: int, p) -> Person:
    """One arriving person, still without work."""
    person = Person(model, key, household, model.year - age, sex)
    person.arrival_year, person.education, person.role = model.year, education, role
    person.status = UNEMPLOYED
    if role == OFFSPRING:
        person.status = CHILD if age < SCHOOL_STARTS else STUDENT
    person.insurance_years = int(p.arrival_insured_years * max(0, age - 20))
    u = draw(model.stream(Decision.BIRTH_ABILITY), key), draw(model.stream(Decision.ARRIVAL_KEY), key)
    person.ability = single(model.rules.demography.newborn_ability_sd * float(normal(*u)))
    return person


def publish_network(model) -> None:
    """Who is where, by place and by group of registration (mirrors attraction.publish_network)."""
    places, groups = 2 * model.T, attraction.group_of_place(model).tolist()
    count = [[0] * places for _ in range(1 + model.C + model.O)]
    for household in model.households:
        if household.home < places:
            for person in household.members:
                count[0][household.home] += 1
                count[1 + groups[person.hukou_place]][household.home] += 1
    persons = np.array(count)
    model.publish("network", np.log1p(persons[1:] / model.scale))
    outside = model.outside_size * model.par.moving.outside_size
    model.publish("size", np.concatenate([persons[0] / model.scale, outside]))
