"""People of other places who look for somewhere to live, and what they bring when they come."""

from dataclasses import dataclass

import numpy as np

from sim.codes import (
    CHILD,
    HEAD,
    NOWHERE,
    OFFSPRING,
    RURAL_HUKOU,
    SPOUSE,
    STUDENT,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import Decision, derive_key, draw, stream
from sim.engine import for_chunks
from sim.rules import kernel
from sim.rules.destination import income_utility, service_utility
from sim.rules.moving import rogers_castro
from sim.steps.attraction import CLASSES, Attraction
from sim.steps.choice import NO_MOVE, look_from_outside, village_for

YOUNGEST, OLDEST = 17, 60
AGE_STEPS = 1024
FAMILY_GAP = 26  # years between a parent and the child brought along


@dataclass
class Lookers:
    """Those outsiders who chose a place in the city this year; arrays [n]."""

    key: np.ndarray
    origin: np.ndarray  # outside place
    age: np.ndarray
    sex: np.ndarray
    education: np.ndarray
    family: np.ndarray  # 1 = comes with spouse and (over 26) a child
    place: np.ndarray


def age_table(p) -> np.ndarray:
    """int16[AGE_STEPS]: ages of lookers at equal steps of probability (labour-force part of Rogers-Castro)."""
    ages = np.arange(YOUNGEST, OLDEST + 1)
    density = np.array([rogers_castro.py_func(float(a), p) for a in ages])
    cdf = np.cumsum(density) / density.sum()
    steps = (np.arange(AGE_STEPS) + 0.5) / AGE_STEPS
    return ages[np.searchsorted(cdf, steps)].astype(np.int16)


def looker_count(model, origin: int) -> int:
    """Outsiders of one origin who look for a place this year, agent units; the fraction by a keyed draw.

    N = residents * rate * migrant_pool * (1 + arrivals_shock), scaled.
    """
    p = model.par.moving
    size = model.outside_size[origin]
    shock = max(0.0, 1.0 + model.assumption("arrivals_shock") / 100.0)
    expected = size * p.looker_rate[origin] * model.assumption("migrant_pool") * shock * model.scale
    u = draw(model.stream(Decision.ROUNDING), np.uint64(1_000_003 + origin))
    return int(expected + u)


def choice_shares(model, table: Attraction, origin: int) -> np.ndarray:
    """float64[CLASSES, 2T]: cumulated probabilities that somebody of this origin picks each part of a town.

    Against the city stand the other outside places, and staying in a village of the origin:
    V = theta ln(home earnings) + services + inertia (no size: it is one place, not a bundle).
    """
    p, t, c = model.par.moving, model.T, model.C
    weights = table.pull[:, c + origin, :] * table.reach[t + origin][None, :]
    home = 2 * t + origin
    for k in range(CLASSES):
        earnings = table.earnings[home, k // 2] * p.looker_home_earnings
        stay = income_utility(earnings, 0.0, p) + service_utility(table.service[home], 1.0, k % 2 == 1, p)
        weights[k, home] = np.exp(stay + p.looker_stay)
    total = weights.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(np.cumsum(weights[:, : 2 * t] / total, axis=1))


def lookers(model, table: Attraction) -> Lookers:
    """All outsiders who choose the city this year. The scale-s city sees the first s of the ranks."""
    p = model.par.moving
    ages = age_table(p)
    found = []
    streams = [
        model.stream(d)
        for d in (
            Decision.ARRIVAL_KEY,
            Decision.ARRIVAL_AGE,
            Decision.ARRIVAL_SEX,
            Decision.ARRIVAL_EDUCATION,
            Decision.ARRIVAL_FAMILY,
            Decision.ARRIVAL_DESTINATION,
        )
    ]
    for origin in range(model.O):
        n = looker_count(model, origin)
        shares = choice_shares(model, table, origin)
        origin_key = stream(0, Decision.ARRIVAL_PROFILE, origin)
        key, place = np.zeros(n, np.uint64), np.empty(n, np.int16)
        age, sex, school, family = (np.zeros(n, np.int16) for _ in range(4))

        def work(
            lo, hi, _, args=(origin_key, AGE_STEPS, ages, shares, *streams, p, key, age, sex, school, family, place)
        ):
            look_from_outside(lo, hi, *args)

        for_chunks(n, model.threads, work)
        rows = np.flatnonzero(place != NO_MOVE)
        columns = (key, np.full(n, origin, np.int16), age, sex, school, family, place)
        found.append(tuple(c[rows] for c in columns))
    return Lookers(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def household_sizes(group: Lookers) -> np.ndarray:
    """int[n]: persons by arriving household: 1, 2 with a spouse, 3 with a child."""
    return 1 + group.family + ((group.family != 0) & (group.age > FAMILY_GAP))


@kernel
def _settle(
    n, person0, household0, key, origin, age, sex, school, family, place, tenure, earnings, year, towns,
    urban_villages, village_stream, ability_stream, insured_stream, rural_stream, member_stream, household_stream, ability_sd, p,
    p_key, p_household, p_birth, p_arrival, p_hukou, p_work, p_sex, p_school, p_kind, p_role, p_status,
    p_insured, p_ability, h_key, h_first, h_size, h_home, h_origin, h_homestead, h_tie, h_tenure, h_moved, h_village, h_wage,
):  # fmt: skip
    """Writes the rows of arriving households and their members; returns the number of persons written."""
    i = person0
    for a in range(n):
        h = household0 + a
        h_key[h] = derive_key(household_stream, key[a], 0)
        h_first[h] = i
        h_home[h] = place[a]
        h_origin[h] = towns + origin[a]
        h_homestead[h] = NOWHERE
        h_tie[h] = NOWHERE
        h_tenure[h] = tenure[a]
        h_moved[h] = year
        h_village[h] = village_for(village_stream, h_key[h], urban_villages[place[a] // 2])
        members = 1
        if family[a] != 0:
            members = 3 if age[a] > FAMILY_GAP else 2
        h_size[h] = members
        h_wage[h] = earnings[a] * (2 if members > 1 else 1)
        kind = RURAL_HUKOU if draw(rural_stream, key[a]) < p.arrival_rural_share else URBAN_HUKOU
        for m in range(members):
            k = key[a] if m == 0 else derive_key(member_stream, key[a], m)
            years_old = age[a] if m < 2 else age[a] - FAMILY_GAP
            p_key[i] = k
            p_household[i] = h
            p_birth[i] = year - years_old
            p_arrival[i] = year
            p_hukou[i] = towns + origin[a]
            p_work[i] = NOWHERE
            p_kind[i] = kind
            if m == 0:
                p_sex[i] = sex[a]
            elif m == 1:
                p_sex[i] = 1 - sex[a]
            else:
                p_sex[i] = 0 if draw(insured_stream, k) < 0.5 else 1
            p_role[i] = HEAD if m == 0 else (SPOUSE if m == 1 else OFFSPRING)
            if m < 2:
                p_school[i] = school[a]
                p_status[i] = UNEMPLOYED
                p_insured[i] = int(p.arrival_insured_years * max(0, years_old - 20))
            else:
                p_school[i] = 0
                p_status[i] = CHILD if years_old < 6 else STUDENT
                p_insured[i] = 0
            p_ability[i] = ability_sd * _normal(draw(ability_stream, k), draw(member_stream, k))
            i += 1
    return i - person0


@kernel
def _normal(u, v):
    """Standard normal of two uniforms (Box & Muller 1958)."""
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)


def settle(model, group: Lookers, tenure: np.ndarray, earnings: np.ndarray) -> slice:
    """Appends the arriving households (one a looker) and their members; returns the rows of persons."""
    n = len(group.key)
    people, households = model.people, model.households
    members = household_sizes(group)
    person0, household0 = len(people), len(households)
    rows = people.grow(int(members.sum()))
    households.grow(n)
    streams = [
        model.stream(d)
        for d in (Decision.BIRTH_ABILITY, Decision.INSURED, Decision.ARRIVAL_PROFILE, Decision.ARRIVAL_KEY)
    ]
    _settle(
        n, person0, household0, group.key, group.origin, group.age, group.sex, group.education, group.family,
        group.place, tenure, earnings, model.year, model.T,
        model.towns.urban_villages, model.stream(Decision.VILLAGE), *streams, model.stream(Decision.NEW_HOUSEHOLD_KEY),
        model.par.demography.newborn_ability_sd, model.par.moving,
        people.key, people.household, people.birth_year, people.arrival_year, people.hukou_place, people.work_town,
        people.sex, people.education, people.hukou_kind, people.role, people.status, people.insurance_years,
        people.ability, households.key, households.first, households.size, households.home, households.origin,
        households.homestead, households.tie, households.tenure, households.moved_year,
        households.village, households.wage_income,
    )  # fmt: skip
    return rows
