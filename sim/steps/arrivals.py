"""People of other places who look for somewhere to live, and what they bring when they come."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.codes import (
    CHILD,
    HEAD,
    NOWHERE,
    OFFSPRING,
    PRIMARY_EDUCATION,
    RURAL_HUKOU,
    SPOUSE,
    STUDENT,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import Decision, derive_key, draw, stream
from sim.engine import chunk_count, for_chunks
from sim.rules import kernel
from sim.rules.destination import income_utility, service_utility
from sim.rules.moving import rogers_castro
from sim.rules.schooling import SCHOOL_STARTS
from sim.steps.attraction import CLASSES, Attraction
from sim.steps.choice import Profiles, look_from_outside, sum_of, village_for
from sim.steps.labour_kernels import draws

YOUNGEST, OLDEST = 17, 60
AGE_STEPS = 1024
FAMILY_GAP = 26  # years between a parent and the child brought along


class Lookers(NamedTuple):
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
    density = np.array([rogers_castro(float(a), p) for a in ages])
    cdf = np.cumsum(density) / density.sum()
    steps = (np.arange(AGE_STEPS) + 0.5) / AGE_STEPS
    return ages[np.searchsorted(cdf, steps)].astype(np.int16)


def looker_counts(model) -> np.ndarray:
    """int64[O]: outsiders of each origin who look for a place this year, agent units; the fraction by a keyed draw.

    N = residents * rate * migrant_pool * (1 + arrivals_shock), scaled.
    """
    p = model.par.moving
    shock = max(0.0, 1.0 + model.assumption("arrivals_shock") / 100.0)
    expected = model.outside_size * p.looker_rate[: model.O] * model.assumption("migrant_pool") * shock * model.scale
    u = draws(model.stream(Decision.ROUNDING), np.uint64(1_000_003) + np.arange(model.O, dtype=np.uint64))
    return (expected + u).astype(np.int64)


@lru_cache(maxsize=8)
def origin_keys(origins: int) -> np.ndarray:
    """uint64[O]: keys of the outside places, from which those of the people derive who come; the same in every run."""
    found = np.array([stream(0, Decision.ARRIVAL_PROFILE, origin) for origin in range(origins)], np.uint64)
    found.flags.writeable = False
    return found


def choice_shares(model, table: Attraction) -> np.ndarray:
    """float64[O, CLASSES, 2T]: cumulated probabilities that somebody of an origin picks each part of a town.

    Against the city stand the other outside places, and staying in a village of the origin:
    V = theta ln(home earnings) + services + inertia (no size: it is one place, not a bundle).
    """
    out = np.empty((model.O, CLASSES, 2 * model.T))
    _fill_shares(table.pull, table.reach, table.earnings, table.service, model.par.moving, np.empty(model.P), out)
    away = model.away("arrivals_stopped")
    if away is None:
        return out
    shares = np.diff(out, prepend=0.0, axis=2) * np.repeat(1.0 - away, 2)  # those bound for the place stay at home
    return np.cumsum(shares, axis=2)


@kernel
def _fill_shares(pull, reach, earnings, service, p, w, out):
    """Shares of `choice_shares`; w: room for the weights, float64[NP]."""
    origins, parts = out.shape[0], out.shape[2]
    for origin in range(origins):
        home = parts + origin
        row, here = pull.shape[1] - origins + origin, reach.shape[0] - origins + origin
        for k in range(out.shape[1]):
            for j in range(len(w)):
                w[j] = pull[k, row, j] * reach[here, j]
            stay = income_utility(earnings[home, k // 2] * p.looker_home_earnings, 0.0, p)
            stay += service_utility(service[home], 1.0, k % 2 == 1, p)
            w[home] = math.exp(stay + p.looker_stay)
            total = sum_of(w)
            cumulated = 0.0
            for j in range(parts):
                cumulated += w[j] / total
                out[origin, k, j] = cumulated


LUCK = (
    Decision.ARRIVAL_KEY,
    Decision.ARRIVAL_AGE,
    Decision.ARRIVAL_SEX,
    Decision.ARRIVAL_EDUCATION,
    Decision.ARRIVAL_FAMILY,
    Decision.ARRIVAL_DESTINATION,
)


def lookers(model, table: Attraction) -> Lookers:
    """All outsiders who choose the city this year. The scale-s city sees the first s of the ranks."""
    first = np.zeros(model.O + 1, np.int64)
    np.cumsum(looker_counts(model), out=first[1:])
    streams = [model.stream(decision) for decision in LUCK]
    who = Profiles(origin_keys(model.O), first, model.looker_ages, choice_shares(model, table), *streams)
    n, p = int(first[-1]), model.par.moving
    columns = Lookers(np.empty(n, np.uint64), *(np.empty(n, np.int16) for _ in range(6)))
    chose = [slice(0)] * chunk_count(n)  # rows of those who come, of each chunk

    def work(lo, hi, chunk):
        chose[chunk] = slice(lo, lo + look_from_outside(lo, hi, who, p, columns))

    for_chunks(n, model.threads, work)
    if len(chose) == 1:
        return Lookers(*(column[chose[0]] for column in columns))
    return Lookers(*(np.concatenate([column[rows] for rows in chose]) for column in columns))


@kernel
def _count_members(family, age, out):
    for a in range(len(out)):
        out[a] = 1 if family[a] == 0 else (3 if age[a] > FAMILY_GAP else 2)


def household_sizes(group: Lookers) -> np.ndarray:
    """int64[n]: persons by arriving household: 1, 2 with a spouse, 3 with a child."""
    out = np.empty(len(group.family), np.int64)
    _count_members(group.family, group.age, out)
    return out


class Luck(NamedTuple):
    """Streams of an arrival's traits."""

    household: np.uint64
    member: np.uint64
    child_sex: np.uint64
    rural: np.uint64
    ability: np.uint64
    village: np.uint64


@kernel
def _add_person(i, k, row, year, age, sex, school, kind, role, registered, ability, insured, c):
    """Writes one arriving person."""
    c.key[i] = k
    c.household[i] = row
    c.birth_year[i] = year - age
    c.arrival_year[i] = year
    c.hukou_place[i] = registered
    c.work_town[i] = NOWHERE
    c.sex[i] = sex
    c.hukou_kind[i] = kind
    c.role[i] = role
    c.ability[i] = ability
    c.insurance_years[i] = insured
    c.education[i] = school
    c.status[i] = UNEMPLOYED
    if role == OFFSPRING:
        c.status[i] = CHILD if age < SCHOOL_STARTS else STUDENT


@kernel
def _settle(person, row, key, origin, age, sex, school, family, place, tenure, earnings, year, towns, open_from, luck,
            ability_sd, p, c, h):  # fmt: skip
    """Writes the rows of arriving households (from `row`) and of their members (from `person`)."""
    i = person
    for a in range(len(key)):
        new = row + a
        h.key[new] = derive_key(luck.household, key[a], 0)
        h.home[new] = place[a]
        h.origin[new] = towns + origin[a]
        h.homestead[new] = NOWHERE
        h.tie[new] = NOWHERE
        h.tenure[new] = tenure[a]
        h.moved_year[new] = year
        h.village[new] = village_for(luck.village, h.key[new], open_from[place[a] // 2])
        h.first[new] = i
        h.size[new] = 1 if family[a] == 0 else (3 if age[a] > FAMILY_GAP else 2)
        h.wage_income[new] = earnings[a] * min(h.size[new], 2)
        kind = RURAL_HUKOU if draw(luck.rural, key[a]) < p.arrival_rural_share else URBAN_HUKOU
        for m in range(h.size[new]):
            k = key[a] if m == 0 else derive_key(luck.member, key[a], m)
            years, who, level, role = age[a], sex[a], school[a], HEAD
            if m == 1:
                who, role = 1 - sex[a], SPOUSE
            elif m == 2:
                years, level, role = age[a] - FAMILY_GAP, PRIMARY_EDUCATION, OFFSPRING
                who = 0 if draw(luck.child_sex, k) < 0.5 else 1
            insured = int(p.arrival_insured_years * max(0, years - 20))
            ability = ability_sd * _normal(draw(luck.ability, k), draw(luck.member, k))
            _add_person(i, k, new, year, years, who, level, kind, role, towns + origin[a], ability, insured, c)
            i += 1


@kernel
def _normal(u, v):
    """Standard normal of two uniforms (Box & Muller 1958)."""
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)


def settle(model, group: Lookers, tenure: np.ndarray, earnings: np.ndarray) -> slice:
    """Appends the arriving households (one a looker) and their members; returns the rows of persons."""
    people, households = model.people, model.households
    person, row = len(people), len(households)
    rows = people.grow(int(household_sizes(group).sum()))
    households.grow(len(group.key))
    luck = Luck(
        model.stream(Decision.NEW_HOUSEHOLD_KEY),
        model.stream(Decision.ARRIVAL_KEY),
        model.stream(Decision.BIRTH_SEX),
        model.stream(Decision.ARRIVAL_PROFILE),
        model.stream(Decision.BIRTH_ABILITY),
        model.stream(Decision.VILLAGE),
    )
    _settle(
        person, row, group.key, group.origin, group.age, group.sex, group.education, group.family, group.place, tenure,
        earnings, model.year, model.T, model.towns.urban_villages, luck, model.par.demography.newborn_ability_sd,
        model.par.moving, people.rows, households.rows,
    )  # fmt: skip
    return rows
