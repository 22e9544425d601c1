"""Step 2: age, die, be born, go to school.

`demography(model)` marks deaths in `model.alive` and appends newborns to People with the household of their mother;
`families` then moves people between households and calls `roster.rebuild` once for both steps.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import (
    CENSUS_YEARS,
    CHILD,
    EMPLOYED,
    FEMALE,
    HEAD,
    MALE,
    NO_SECTOR,
    NOWHERE,
    OFFSPRING,
    OTHER,
    PRIMARY_EDUCATION,
    SECONDARY,
    SPOUSE,
    STUDENT,
    TERTIARY,
)
from sim.draws import Decision, derive_key, draw, draw_alternative, stream
from sim.engine import add_up, find_rows
from sim.rules import fertility, kernel, mortality, schooling
from sim.rules.mortality import OLDEST
from sim.steps import roster

AGES = OLDEST + 1
DEATHS, BIRTHS = 0, 1  # rows of the counters of the kernel
NO_PARTNER, PARTNER = 0, 1
CENSUS_INTERVAL = 10  # years
_AGE_GROUP = 5  # years; shares with a partner in the start population are taken by group of age


@dataclass
class Vital:
    """What the start year fixes. G = C + 1 groups of places: the counties, then everywhere outside."""

    group: np.ndarray  # int16[P], county of the place, or C outside
    mortality: np.ndarray  # float64[G], relative to the national schedule
    fertility: np.ndarray  # float64[G], relative to the national schedule
    partner: np.ndarray  # float64[101, 2], births of women without and with a partner, relative to all of their age


def initialise(model) -> None:
    """Sets `model.vital` from the start census and the start population, and the school status of children."""
    pack, p = model.pack, model.par.demography
    group = np.full(model.P, model.C, dtype=np.int16)
    group[: 2 * model.T] = np.repeat(pack.town_county, 2)
    model.vital = Vital(group, _mortality_factors(pack, model.start, p), _fertility_levels(model, p), _partners(model))
    people = model.people
    age = model.year - people.birth_year
    people.status[age < schooling.SCHOOL_STARTS] = CHILD
    people.status[(age >= schooling.SCHOOL_STARTS) & (age < schooling.SENIOR_STARTS)] = STUDENT


def demography(model) -> None:
    """Everybody grows a year older: deaths, births, school, insurance years.

    Leaves `model.alive` bool[n] and `model.newborn_mothers` (rows of the mothers of the newborns, who are the last
    rows of People, in that order) to `families`, which rebuilds the roster.
    """
    people = model.people
    before = people.n
    room = 2 * before  # nobody gives birth twice a year
    alive, mother = roster.buffer(model, "alive", room, np.bool_), roster.buffer(model, "mother", room, np.bool_)
    tables = _death_chances(model), _birth_chances(model)
    counts = _live(model, 0, before, alive, mother, tables)
    model.newborn_mothers = find_rows(mother[:before], model.threads, bit=1)
    _add_newborns(model, model.newborn_mothers)
    counts += _live(model, before, people.n, alive, mother, tables)  # newborns may die in their first year
    model.alive = alive[: people.n]
    model.flow["deaths"] += counts[DEATHS]
    model.flow["births"] += counts[BIRTHS]


@kernel
def lives_with_partner(role, household, i):
    """Whether person i lives with a partner: a spouse, or the head with a spouse in the next row (roster order)."""
    if role[i] == SPOUSE:
        return True
    return role[i] == HEAD and i + 1 < len(role) and role[i + 1] == SPOUSE and household[i + 1] == household[i]


# Start year


def _mortality_factors(pack, start: int, p) -> np.ndarray:
    """float64[G]: official crude death rate of the start census over that of the national schedule; 1 outside.

    Where a county's rate is missing in the start census, that of the census before is used.
    """
    factors = np.ones(len(pack.counties) + 1)
    for year in (start - CENSUS_INTERVAL, start):
        crude = pack.county_value_or("crude_death_rate", year, np.nan)
        if np.isnan(crude).all():
            continue
        implied = 1000.0 * implied_crude_death_rate(pack.mortality(year), pack.age_sex(year), pack.age_group_bounds)
        for c in np.flatnonzero(~np.isnan(crude)):
            factors[c] = mortality.county_factor(crude[c], implied[c], p.mortality_factor_min, p.mortality_factor_max)
    return factors


def implied_crude_death_rate(rates: np.ndarray, residents: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Deaths per resident a year, float64[C], of `rates` [101, 2] on `residents` [C, age group, 2].

    Within a group of ages the single years weigh as the survivors of the schedule, l(x) = exp(-sum of m below x).
    """
    survivors = np.exp(-(np.cumsum(rates, axis=0) - rates))
    deaths = np.zeros(len(residents))
    for g, (low, high) in enumerate(bounds):
        weight = survivors[low : high + 1]
        mean = (weight * rates[low : high + 1]).sum(axis=0) / weight.sum(axis=0)
        deaths += residents[:, g, :] @ mean
    return deaths / residents.sum(axis=(1, 2))


def _fertility_levels(model, p) -> np.ndarray:
    """float64[G]: fertility relative to the nation; outside the counties the common level."""
    children = "children_0_4_per_woman_15_49"
    ratio, city = model.pack.county_value(children, model.start), model.pack.city_value(children, model.start)
    census = CENSUS_YEARS.index(model.start)
    return np.array([fertility.place_fertility(r, city, census, p) for r in [*ratio, city]])


def _partners(model) -> np.ndarray:
    """float64[101, 2]: births of women without and with a partner relative to all women, from the start population."""
    people, ratio = model.people, model.par.demography.single_fertility
    women = add_up(
        people.n,
        model.threads,
        (AGES, 2),
        lambda lo, hi, out: _count_women(
            lo, hi, model.year, people.birth_year, people.sex, people.role, people.household, out
        ),
    )
    groups = np.arange(AGES) // _AGE_GROUP
    by_group = np.stack([np.bincount(groups, women[:, k]) for k in (NO_PARTNER, PARTNER)])
    share = (by_group[PARTNER] + 1.0) / (by_group.sum(axis=0) + 2.0)  # one of each added: no group is empty
    factors = [[fertility.partner_factor(partner, s, ratio) for partner in (False, True)] for s in share]
    return np.array(factors)[groups]


@kernel
def _count_women(lo, hi, year, birth_year, sex, role, household, out):
    """Women by age, without and with a partner: adds to out[101, 2]."""
    for i in range(lo, hi):
        if sex[i] == FEMALE:
            age = min(OLDEST, year - birth_year[i])
            out[age, PARTNER if lives_with_partner(role, household, i) else NO_PARTNER] += 1


# Chances of the year


def _death_chances(model) -> np.ndarray:
    """float64[G, 101, 2]: probability of dying in the year by group of places, age and sex."""
    p = model.par.demography
    rates = model.pack.mortality(model.year)
    out = np.empty((len(model.vital.mortality), AGES, 2))
    _fill_death(rates, model.vital.mortality, model.assumption("mortality_level"), p.infant_deaths_in_birth_year, out)
    return out


@kernel
def _fill_death(rates, factors, level, infants, out):
    for age in range(AGES):
        for sex in range(2):
            before = rates[max(0, age - 1), sex]
            rate = mortality.cohort_death_rate(before, rates[age, sex], age, infants)
            for g in range(len(factors)):
                out[g, age, sex] = mortality.death_chance(rate, factors[g], level)


def _birth_chances(model) -> np.ndarray:
    """float64[G, 101, 2]: probability of giving birth by group of places, age, without and with a partner."""
    out = np.zeros((len(model.vital.fertility), AGES, 2))
    rates = model.pack.fertility(model.year)
    _fill_birth(rates, model.vital.fertility, model.assumption("fertility_level"), model.vital.partner, out)
    return out


@kernel
def _fill_birth(rates, levels, level, partner, out):
    for age in range(fertility.FIRST_AGE, fertility.LAST_AGE + 1):
        for with_partner in range(2):
            for g in range(len(levels)):
                factor = partner[age, with_partner]
                out[g, age, with_partner] = fertility.birth_chance(rates[age - 1], rates[age], levels[g], level, factor)


# The year


def _live(model, first: int, last: int, alive, mother, tables: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Runs the year of rows first..last-1: fills `alive` and `mother`, sets school; int64[2, P] deaths and births."""
    people, households, year = model.people, model.households, model.year
    who = (people.key, people.household, people.birth_year)
    highest = (tables[0].max(axis=0), tables[1].max(axis=(0, 2)))
    fate = (people.sex, people.role, households.home, model.vital.group, *tables, *highest, alive, mother)
    career = (people.hukou_kind, people.sector, people.status, people.education, people.insurance_years)
    events = (model.stream(Decision.DEATH), model.stream(Decision.BIRTH))
    for_life = stream(model.seed, Decision.INSURED, 0)  # year 0: the same draw in every year
    school = (model.stream(Decision.SENIOR_SCHOOL), model.stream(Decision.COLLEGE), for_life)

    def work(lo: int, hi: int, out: np.ndarray) -> None:
        _vital_events(first + lo, first + hi, year, *events, *who, *fate, out)
        _careers(first + lo, first + hi, year, *school, who[0], who[2], *career, model.par.demography)

    return add_up(last - first, model.threads, (2, model.P), work)


@kernel
def _vital_events(
    lo, hi, year, dying, bearing, key, household, birth_year, sex, role, home, group, death, birth, highest_death,
    highest_birth, alive, mother, out,
):  # fmt: skip
    """Deaths and births: who lives on, who is a mother; adds persons by place to out[2, P]."""
    for i in range(lo, hi):
        age = np.uint32(min(OLDEST, year - birth_year[i]))
        alive[i] = True
        mother[i] = False
        u = draw(dying, key[i])
        if u < highest_death[age, sex[i]]:  # few come so far: only for them is the place looked up
            place = np.uint32(home[np.uint32(household[i])])
            if u < death[group[place], age, sex[i]]:
                alive[i] = False
                out[DEATHS, place] += 1
                continue
        if sex[i] == FEMALE and fertility.FIRST_AGE <= age <= fertility.LAST_AGE:
            u = draw(bearing, key[i])
            if u < highest_birth[age]:
                place = home[household[i]]
                partner = PARTNER if lives_with_partner(role, household, i) else NO_PARTNER
                if u < birth[group[place], age, partner]:
                    mother[i] = True
                    out[BIRTHS, place] += 1


@kernel
def _careers(
    lo, hi, year, senior, college, for_life, key, birth_year, kind, sector, status, education, insurance_years, p
):
    """School until work is sought, and years of insurance of those in non-farm work."""
    for i in range(lo, hi):
        s = status[i]
        if s == EMPLOYED:
            if sector[i] == SECONDARY or sector[i] == TERTIARY:
                u = draw(for_life, key[i])
                insurance_years[i] = schooling.insurance_year(True, u, kind[i], insurance_years[i], p)
        elif s in (CHILD, STUDENT):
            age = year - birth_year[i]
            if age < schooling.SENIOR_STARTS:
                status[i] = CHILD if age < schooling.SCHOOL_STARTS else STUDENT
            else:
                u_senior, u_college = draw(senior, key[i]), draw(college, key[i])
                status[i] = schooling.school_status(age, s, u_senior, u_college, kind[i], p)
            education[i] = schooling.education_attended(age, status[i], education[i])


def _add_newborns(model, mothers: np.ndarray) -> None:
    """Append one newborn for each row of `mothers`, in their household."""
    people, year = model.people, model.year
    rows = roster.append_people(
        model,
        len(mothers),
        household=people.household[mothers],
        hukou_place=people.hukou_place[mothers],
        hukou_kind=people.hukou_kind[mothers],
        birth_year=year,
        arrival_year=year,
        work_town=NOWHERE,
        education=PRIMARY_EDUCATION,
        status=CHILD,
        sector=NO_SECTOR,
    )
    streams = [model.stream(d) for d in (Decision.NEWBORN_KEY, Decision.BIRTH_SEX, Decision.BIRTH_ABILITY)]
    people = model.people
    _draw_newborns(
        mothers,
        rows.start,
        *streams,
        model.pack.sex_ratio_at_birth(year),
        people.key,
        people.sex,
        people.role,
        people.ability,
        model.par.demography,
    )


@kernel
def _draw_newborns(mothers, first, keys, sexes, abilities, boys_per_girl, key, sex, role, ability, p):
    """Key, sex, role and ability of the newborns in rows first, first + 1, ..., from their mothers."""
    for k in range(len(mothers)):
        m, i = mothers[k], first + k
        key[i] = derive_key(keys, key[m], 0)
        sex[i] = MALE if fertility.is_boy(draw(sexes, key[i]), boys_per_girl) else FEMALE
        role[i] = OFFSPRING if role[m] == HEAD or role[m] == SPOUSE else OTHER
        u_radius, u_angle = draw(abilities, key[i]), draw_alternative(abilities, key[i], 0)
        ability[i] = fertility.newborn_ability(ability[m], u_radius, u_angle, p)
