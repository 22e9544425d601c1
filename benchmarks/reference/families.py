"""Mirrors sim/steps/families.py and new_households.py: leaving home, couples, divorce; then the roster."""

from dataclasses import dataclass

from benchmarks.reference import roster
from benchmarks.reference.agents import Household, Person
from benchmarks.reference.couples import find_couples
from benchmarks.reference.homes import Request, allocate
from benchmarks.reference.plain import child_key, plain, single
from sim.codes import (
    DORMITORY,
    HEAD,
    MALE,
    NOWHERE,
    OFFSPRING,
    OTHER,
    PARENT,
    RENTED,
    RURAL_HUKOU,
    RURAL_PART,
    SPOUSE,
    STUDENT,
    URBAN_PART,
)
from sim.draws import Decision, draw
from sim.rules import couples, leaving_home
from sim.rules.couples import NEW_HOME, NO_WEDDING, TO_MAN, TO_WOMAN, WITH_PARENTS
from sim.rules.mortality import OLDEST
from sim.steps.choice import location_of
from sim.steps.roster import ADULT_AGE

seek_chance = plain(couples.seek_chance)
divorces = plain(couples.divorces)
couple_home = plain(couples.couple_home)
leave_chance = plain(leaving_home.leave_chance)
rent_factor = plain(leaving_home.rent_factor)
land_taken = plain(leaving_home.land_taken)
location = plain(location_of)


@dataclass(eq=False)
class Wedding:
    """A couple of the year, where it will live (sim.rules.couples), and the household that it founds."""

    man: Person
    woman: Person
    where: int = NO_WEDDING
    founds: Household | None = None


def families(model) -> None:
    """Leaving home, couples and divorces of the year; ends with the roster in order."""
    seekers, leavers, parting = wishes(model)
    weddings = [Wedding(man, woman) for man, woman in find_couples(model, seekers)]
    married = {person for wedding in weddings for person in (wedding.man, wedding.woman)}
    leavers = [person for person in leavers if person not in married]
    leavers += [head if head.sex == MALE else head.household.members[1] for head in parting]
    taken = choose_homes(model, weddings)
    change_households(model, weddings, leavers, taken)
    roster.rebuild(model)


# who wants what


def wishes(model) -> tuple[list[Person], list[Person], list[Person]]:
    """Who looks for a partner, who wants to leave home, and heads of couples that divorce."""
    seekers, leavers, parting = [], [], []
    p, year = model.rules.families, model.year
    rent, earnings = model.signals.rent.tolist(), model.signals.expected_earnings.tolist()
    looking, leaving, divorcing = (model.stream(d) for d in (Decision.MARRY, Decision.LEAVE_HOME, Decision.DIVORCE))
    for household in model.households:
        for person in household.members:
            minor = year - person.birth_year < ADULT_AGE
            if not person.alive or person.role in (SPOUSE, PARENT) or minor or person.status == STUDENT:
                continue
            if person.lives_with_partner():
                if household.members[1].alive and divorces(draw(divorcing, person.key), p):
                    parting.append(person)
                continue
            age = min(OLDEST, year - person.birth_year)
            if draw(looking, person.key) < seek_chance(age, person.sex, p):
                seekers.append(person)
            if person.role != HEAD:
                expected = earnings[location(household.home, model.T)][person.skill]
                chance = leave_chance(age, p) * rent_factor(rent[household.home], expected, p)
                if draw(leaving, person.key) < chance:
                    leavers.append(person)
    return seekers, leavers, parting


# where couples live


def choose_homes(model, weddings: list[Wedding]) -> set[Household]:
    """Sets where each couple will live; households that have, or get, a couple at their head by it."""
    taken: set[Household] = set()
    luck, p = model.stream(Decision.MARRY_HOME), model.rules.families
    for heads_first in (True, False):
        for wedding in weddings:
            man, woman = wedding.man, wedding.woman
            his, hers = heads_home(man), heads_home(woman)
            if (his or hers) != heads_first:
                continue
            son = man.role == OFFSPRING and man.household not in taken
            place = man.household.home
            part = place % 2 if place < 2 * model.T else URBAN_PART
            wedding.where = couple_home(his, hers, son, draw(luck, man.key), part, p)
            if wedding.where == TO_WOMAN:
                taken.add(woman.household)
            elif wedding.where != NEW_HOME:
                taken.add(man.household)
    return taken


def heads_home(person: Person) -> bool:
    """Heads a household that is not a dormitory bed."""
    return person.role == HEAD and person.household.tenure != DORMITORY


def stay_with_parents(wedding: Wedding, taken: set[Household]) -> None:
    """A couple that finds no home stays with his parents if it can; else it does not marry yet."""
    family = wedding.man.household
    wedding.where = NO_WEDDING
    if wedding.man.role == OFFSPRING and family not in taken:
        wedding.where = WITH_PARENTS
        taken.add(family)


# homes and changes of household


def change_households(model, weddings: list[Wedding], leavers: list[Person], taken: set[Household]) -> None:
    """Ask for homes, found the new households and move everybody who has a place to go."""
    founding = [wedding for wedding in weddings if wedding.where == NEW_HOME]
    founders = [(wedding.man, wedding.woman) for wedding in founding] + [(person, None) for person in leavers]
    requests = [request_of(model, person, partner) for person, partner in founders]
    allocate(model, [r for r in requests if r.place < 2 * model.T], forming=True)
    for request in requests:
        if request.place >= 2 * model.T:
            request.tenure = RENTED
    for wedding, request in zip(founding, requests, strict=False):
        if request.tenure is None:
            stay_with_parents(wedding, taken)
    land = {household: household.land for household in model.households}  # before anybody leaves
    new = [
        found(model, person, request)
        for (person, _), request in zip(founders, requests, strict=True)
        if request.tenure is not None
    ]
    granted = iter(new)
    for wedding, request in zip(founding, requests, strict=False):
        if request.tenure is not None:
            wedding.founds = next(granted)
    for person, request in zip(leavers, requests[len(founding) :], strict=True):
        if request.tenure is not None:
            leave(model, person, next(granted), land)
    for wedding in weddings:
        marry(model, wedding, land)
    for child, mother in model.newborns:
        follow(model, child, mother)


def request_of(model, person: Person, partner: Person | None) -> Request:
    """What the founder of a household asks for, where he or she lives."""
    home, county = person.household.home, model.county
    earnings = expected_earnings(model, person) + (expected_earnings(model, partner) if partner else 0.0)
    town = home // 2
    local = home < 2 * model.T and person.hukou_place < model.T and county[person.hukou_place] == county[town]
    return Request(
        key=child_key(model.stream(Decision.NEW_HOUSEHOLD_KEY), person.key, 0),
        place=home,
        size=2 if partner else 1,
        earnings=single(earnings),
        local=int(local),
        years=min(max(model.year - person.arrival_year, 0), 255),
        homestead=family_homestead(model, person) == town,
        single=False,
    )


def expected_earnings(model, person: Person) -> float:
    """What somebody earned last, or what is expected in the place and skill."""
    if person.wage > 0:
        return person.wage
    return float(model.signals.expected_earnings[location(person.household.home, model.T), person.skill])


def family_homestead(model, person: Person) -> int:
    """Town where a founder may use the family's homestead: villagers who stay in the rural part."""
    family = person.household
    villager = family.home < 2 * model.T and family.home % 2 == RURAL_PART and person.hukou_kind == RURAL_HUKOU
    return family.homestead if villager and family.homestead == family.home // 2 else NOWHERE


def found(model, person: Person, request: Request) -> Household:
    """A new household, still empty, where its founder lives."""
    family = person.household
    household = Household(model, request.key, family.home, request.tenure)
    household.homestead = family_homestead(model, person)
    household.origin, household.tie, household.village = family.origin, family.tie, family.village
    household.moved_year = model.year
    model.flow["households_formed"][family.home] += 1
    return household


def leave(model, person: Person, household: Household, land: dict[Household, float]) -> None:
    """Somebody goes to live alone, with a share of the land."""
    family = person.household
    hand_over(family, household, land_taken(land[family], family.size, person.hukou_kind))
    change(model, person, household)
    person.role = HEAD


def marry(model, wedding: Wedding, land: dict[Household, float]) -> None:
    """Brings a couple together where it will live."""
    man, woman, where = wedding.man, wedding.woman, wedding.where
    if where == NO_WEDDING:
        return
    household = wedding.founds
    if where in (TO_MAN, WITH_PARENTS):
        household = man.household
    elif where == TO_WOMAN:
        household = woman.household
    if where == WITH_PARENTS:
        make_room(man, household)
    for person in (man, woman):
        old = person.household
        if old is household:
            continue
        along = bring_children(model, person, household) if person.role == HEAD else 0
        if person.role == HEAD or (person is man and household is wedding.founds):
            share = land_taken(land[old], old.size, person.hukou_kind)
            hand_over(old, household, share * (1 + along))
        change(model, person, household)
    if where == TO_WOMAN:
        man.role = SPOUSE
    else:
        man.role, woman.role = HEAD, SPOUSE


def make_room(son: Person, household: Household) -> None:
    """A son who marries becomes the head: his parents PARENT, his brothers and sisters OTHER."""
    for person in household.members:
        if person is son or not person.alive or person.household is not household:
            continue
        if person.role in (HEAD, SPOUSE):
            person.role = PARENT
        elif person.role == OFFSPRING:
            person.role = OTHER


def bring_children(model, parent: Person, household: Household) -> int:
    """Minor children of a head who moves out go along; how many."""
    old, along = parent.household, 0
    for person in old.members:
        minor = person.role == OFFSPRING and model.year - person.birth_year < ADULT_AGE
        if minor and person.alive and person.household is old:
            change(model, person, household)
            along += 1
    return along


def change(model, person: Person, household: Household) -> None:
    """Somebody goes to another household; a move if that is in another part or town."""
    here, there = person.household.home, household.home
    if here != there:
        model.flow["moves_out"][here] += 1
        model.flow["moves_in"][there] += 1
        if here // 2 != there // 2:
            person.arrival_year = model.year
    person.household = household


def hand_over(giver: Household, taker: Household, amount: float) -> None:
    """Land rights go from one household to another, as far as there are any."""
    amount = min(giver.land, amount)
    giver.land = single(giver.land - amount)
    taker.land = single(taker.land + amount)


def follow(model, child: Person, mother: Person) -> None:
    """A child born this year goes where the mother went."""
    here, there = child.household.home, mother.household.home
    if child.alive and here != there:
        model.flow["moves_out"][here] += 1
        model.flow["moves_in"][there] += 1
    child.household = mother.household
    child.role = OFFSPRING if mother.role in (HEAD, SPOUSE) else OTHER
