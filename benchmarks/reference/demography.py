"""Mirrors sim/steps/demography.py: everybody ages, dies, gives birth, goes to school."""

from types import SimpleNamespace

from benchmarks.reference.agents import Person
from benchmarks.reference.plain import child_key, plain, single
from sim.codes import (
    CHILD,
    EMPLOYED,
    FEMALE,
    HEAD,
    MALE,
    OFFSPRING,
    OTHER,
    PRIMARY_EDUCATION,
    SECONDARY,
    SPOUSE,
    STUDENT,
    TERTIARY,
)
from sim.draws import Decision, draw, draw_alternative, stream
from sim.rules import fertility, mortality, schooling
from sim.rules.fertility import FIRST_AGE, LAST_AGE
from sim.rules.mortality import OLDEST
from sim.rules.schooling import SCHOOL_STARTS, SENIOR_STARTS

cohort_death_rate = plain(mortality.cohort_death_rate)
death_chance = plain(mortality.death_chance)
birth_chance = plain(fertility.birth_chance)
is_boy = plain(fertility.is_boy)
newborn_ability = plain(fertility.newborn_ability)
school_status = plain(schooling.school_status)
education_attended = plain(schooling.education_attended)
insurance_year = plain(schooling.insurance_year)


def demography(model) -> None:
    """The year of everybody alive, then the first months of the newborns (`model.newborns`, with their mothers)."""
    world, mothers = _world(model), []
    model.people.do(live, world, mothers)
    model.newborns = [(bear(mother, world), mother) for mother in mothers]
    for child, _ in model.newborns:
        live(child, world, mothers)


def _world(model) -> SimpleNamespace:
    """Rates and luck of the year."""
    return SimpleNamespace(
        year=model.year,
        p=model.rules.demography,
        flow=model.flow,
        group=model.vital.group.tolist(),
        death_rates=model.pack.mortality(model.year).tolist(),
        county_mortality=model.vital.mortality.tolist(),
        mortality_level=model.assumption("mortality_level"),
        birth_rates=model.pack.fertility(model.year).tolist(),
        county_fertility=model.vital.fertility.tolist(),
        fertility_level=model.assumption("fertility_level"),
        partner=model.vital.partner.tolist(),
        boys_per_girl=model.pack.sex_ratio_at_birth(model.year),
        death=model.stream(Decision.DEATH),
        birth=model.stream(Decision.BIRTH),
        newborn_key=model.stream(Decision.NEWBORN_KEY),
        newborn_sex=model.stream(Decision.BIRTH_SEX),
        newborn_ability=model.stream(Decision.BIRTH_ABILITY),
        senior=model.stream(Decision.SENIOR_SCHOOL),
        college=model.stream(Decision.COLLEGE),
        insured=stream(model.seed, Decision.INSURED, 0),
    )


def live(person: Person, world: SimpleNamespace, mothers: list[Person]) -> None:
    """Somebody dies, or lives on and may give birth; then school or work goes on."""
    place = person.household.home
    if dies(person, world):
        person.alive = False
        world.flow["deaths"][place] += 1
    elif gives_birth(person, world):
        mothers.append(person)
        world.flow["births"][place] += 1
    follow_career(person, world)


def dies(person: Person, world: SimpleNamespace) -> bool:
    """Death rate of the age, the sex and the county against the person's luck."""
    age, rates = min(OLDEST, world.year - person.birth_year), world.death_rates
    before, now = rates[max(0, age - 1)][person.sex], rates[age][person.sex]
    rate = cohort_death_rate(before, now, age, world.p.infant_deaths_in_birth_year)
    county = world.county_mortality[world.group[person.household.home]]
    return draw(world.death, person.key) < death_chance(rate, county, world.mortality_level)


def gives_birth(person: Person, world: SimpleNamespace) -> bool:
    """Birth rate of the age, the county and of women with or without a partner against the person's luck."""
    age = min(OLDEST, world.year - person.birth_year)
    if person.sex != FEMALE or not FIRST_AGE <= age <= LAST_AGE:
        return False
    county = world.county_fertility[world.group[person.household.home]]
    factor = world.partner[age][person.lives_with_partner()]
    rates = world.birth_rates
    chance = birth_chance(rates[age - 1], rates[age], county, world.fertility_level, factor)
    return draw(world.birth, person.key) < chance


def follow_career(person: Person, world: SimpleNamespace) -> None:
    """School until work is sought; a year of insurance for those in non-farm work."""
    if person.status == EMPLOYED:
        if person.sector in (SECONDARY, TERTIARY):
            u = draw(world.insured, person.key)
            person.insurance_years = insurance_year(True, u, person.hukou_kind, person.insurance_years, world.p)
        return
    if person.status not in (CHILD, STUDENT):
        return
    age = world.year - person.birth_year
    if age < SENIOR_STARTS:
        person.status = CHILD if age < SCHOOL_STARTS else STUDENT
    else:
        luck = draw(world.senior, person.key), draw(world.college, person.key)
        person.status = school_status(age, person.status, *luck, person.hukou_kind, world.p)
    person.education = education_attended(age, person.status, person.education)


def bear(mother: Person, world: SimpleNamespace) -> Person:
    """The newborn of a mother, in her household."""
    key = child_key(world.newborn_key, mother.key, 0)
    sex = MALE if is_boy(draw(world.newborn_sex, key), world.boys_per_girl) else FEMALE
    child = Person(mother.model, key, mother.household, world.year, sex)
    child.hukou_place, child.hukou_kind = mother.hukou_place, mother.hukou_kind
    child.education, child.status = PRIMARY_EDUCATION, CHILD
    child.role = OFFSPRING if mother.role in (HEAD, SPOUSE) else OTHER
    luck = draw(world.newborn_ability, key), draw_alternative(world.newborn_ability, key, 0)
    child.ability = single(newborn_ability(mother.ability, *luck, world.p))
    return child
