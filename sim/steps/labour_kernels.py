"""Loops over people of the labour step: who works, who is counted where, who looks where, what they earn.

Cells of posts are numbered (town * 2 + sector) * 2 + skill, sector 0 secondary, 1 tertiary.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.codes import (
    COLLEGE,
    EMPLOYED,
    INACTIVE,
    NO_SECTOR,
    NOWHERE,
    PRIMARY,
    RETIRED,
    SECONDARY,
    STUDENT,
    TERTIARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import draw
from sim.rules import allocating, kernel
from sim.rules.farming import enters_farming, seeks_nonfarm
from sim.rules.job_search import works_outside
from sim.rules.participation import chance_to_enter, chance_to_leave, participation, retirement_chance
from sim.rules.wages import person_wage
from sim.travel import minutes_between

NO_CELL = -1
# columns of the counts by town of residence
LABOUR_FORCE, SEEKING, FARMERS = 0, 1, 2
AGES = 128  # rows of tables by age
LEAVES, ENTERS = 0, 1  # rows of the chances of `entry_and_exit`
INFORMAL, FORMAL, FARMER = 0, 1, 2  # kinds of workers who retire differently
MOTHERS = (18, 45)  # ages of women for whom infants in the household matter


class Streams(NamedTuple):
    """Streams of chance of one year (`outside` and `rank` are those of the start year: the same every year)."""

    force: np.uint64
    retire: np.uint64
    separation: np.uint64
    farm: np.uint64
    outside: np.uint64
    rank: np.uint64


# Helpers get numbers or single arrays: handing a whole tuple of columns over costs more than the rule itself.


@kernel
def _infants(birth_year, first, last, year):
    """Number of children under three among the rows first..last - 1 (a household)."""
    found = 0
    for j in range(np.uint32(first), np.uint32(last)):
        found += year - birth_year[j] < 3
    return found


@njit(inline="always")
def _leave_post(c, i, status):
    c.status[i] = status
    c.sector[i] = NO_SECTOR
    c.work_town[i] = NOWHERE
    c.self_employed[i] = 0


@njit(inline="always")
def _work_outside(c, i, age, place, u, p):
    """A person who lives in outside place `place` (T + o) works there or not."""
    if works_outside(u, age, p):
        c.status[i] = EMPLOYED
        c.sector[i] = SECONDARY if u < p.outside_job_chance * p.outside_secondary_share else TERTIARY
        c.work_town[i] = place
        c.self_employed[i] = 0
    else:
        _leave_post(c, i, INACTIVE)


@njit(inline="always")
def _passes(i, u, age, sex, row, status, passage, year, c, h):
    """Whether a person enters (INACTIVE) or leaves the labour force; infants are looked for only where they decide."""
    way = ENTERS if status == INACTIVE else LEAVES
    without, infant = passage[way, sex, min(age, AGES - 1), 0], passage[way, sex, min(age, AGES - 1), 1]
    if (u < without) == (u < infant) or age < MOTHERS[0] or age > MOTHERS[1]:
        return u < without
    found = _infants(c.birth_year, h.first[row], h.first[row] + h.size[row], year) > 0
    return u < (infant if found else without)


@kernel
def entry_and_exit(p, out):
    """Chances a year to leave and to enter the labour force: out float64[2, sex, AGES, without and with an infant]."""
    for sex in range(2):
        for age in range(AGES):
            for infant in range(2):
                target = participation(age, sex, infant == 1, p)
                out[LEAVES, sex, age, infant] = chance_to_leave(age, target, p)
                out[ENTERS, sex, age, infant] = chance_to_enter(age, target, p)


@kernel
def retirement(p, out):
    """Chances a year to retire: out float64[kind of worker, sex, skill, AGES]."""
    for sex in range(2):
        for skill in range(2):
            for age in range(AGES):
                for kind in range(out.shape[0]):
                    formal, farmer = kind == FORMAL, kind == FARMER
                    out[kind, sex, skill, age] = retirement_chance(age, sex, skill == 1, formal, farmer, p)


@kernel
def attend(lo, hi, year, towns, c, h, chance, travel, expected, farm_income, retiring, passage, p, seeks, left):
    """Who retires, leaves or enters the labour force, loses the post, and who seeks one (`seeks[i]` = 1).

    Adds those who retire from last year's earnings to left[place].

    Farmers who seek stay farmers unless they find a post. travel: `sim.travel.Travel`; expected float64[T+O, 2] yuan;
    farm_income float64[T] yuan; retiring and passage as filled by `retirement` and `entry_and_exit`.
    """
    for i in range(lo, hi):
        seeks[i] = 0
        status, age = c.status[i], year - c.birth_year[i]
        if (status <= STUDENT) | (status == RETIRED) | (age < 16):  # the codes begin with CHILD and STUDENT
            continue
        home = np.uint32(h.home[np.uint32(c.household[i])])
        skill = 1 if c.education[i] == COLLEGE else 0
        farmer = status == EMPLOYED and c.sector[i] == PRIMARY
        formal = c.hukou_kind[i] == URBAN_HUKOU or c.insurance_years[i] >= p.formal_insurance_years
        kind = FARMER if farmer else (FORMAL if formal else INFORMAL)
        retires = retiring[kind, c.sex[i], skill, min(age, AGES - 1)]
        if retires > 0.0 and draw(chance.retire, c.key[i]) < retires:
            _leave_post(c, i, RETIRED)
            left[home] += c.wage[i] > 0.0
            continue
        if home >= 2 * towns:
            _work_outside(c, i, age, home - towns, draw(chance.outside, c.key[i]), p)
            continue
        if _passes(i, draw(chance.force, c.key[i]), age, c.sex[i], c.household[i], status, passage, year, c, h):
            _leave_post(c, i, UNEMPLOYED if status == INACTIVE else INACTIVE)
            seeks[i] = status == INACTIVE
        elif status == UNEMPLOYED:
            seeks[i] = 1
        elif status == EMPLOYED:
            town, work = home // 2, c.work_town[i]
            if farmer and work == town:
                wanted = seeks_nonfarm(age, expected[town, skill], farm_income[town], p)
                seeks[i] = draw(chance.farm, c.key[i]) < wanted
            elif (
                farmer
                or work < 0
                or work >= towns
                or minutes_between(travel, town, work) > p.longest_commute
                or draw(chance.separation, c.key[i]) < p.separation_rate
            ):
                _leave_post(c, i, UNEMPLOYED)
                seeks[i] = 1


@kernel
def _cell(status, sector, work, home, education, towns):
    """Cell of a person's non-farm post by the person's own skill; NO_CELL for others and for people outside."""
    if status != EMPLOYED or sector == PRIMARY or work < 0 or work >= towns or home >= 2 * towns:
        return NO_CELL
    return (work * 2 + sector - SECONDARY) * 2 + (1 if education == COLLEGE else 0)


@kernel
def count_posts(lo, hi, towns, c, h, out):
    """Adds non-farm workers who live in the city to out[cell], int64[4 T], by their own skill."""
    for i in range(lo, hi):
        home = np.uint32(h.home[np.uint32(c.household[i])])
        cell = _cell(c.status[i], c.sector[i], c.work_town[i], home, c.education[i], towns)
        if cell != NO_CELL:
            out[np.uint32(cell)] += 1


@kernel
def count_residents(lo, hi, c, home, out):
    """Adds up people by home // 2 (the town, for those in the city): out int64[P, skill, 3] = labour force, seeking,
    farmers. Row by row and without branches (see place_counts)."""
    for i in range(lo, hi):
        works, seeks = c.status[i] == EMPLOYED, c.status[i] == UNEMPLOYED
        cell = out[np.uint32(home[np.uint32(c.household[i])]) // 2, np.uint32(c.education[i] == COLLEGE)]
        cell[LABOUR_FORCE] += works | seeks
        cell[SEEKING] += seeks
        cell[FARMERS] += works & (c.sector[i] == PRIMARY)


@kernel
def work_towns(rows, u, town, start, near, weight, work_town):
    """Town of work of people `rows` by inverse transform of the weights[pairs] of the towns near[pairs] within reach
    of the town of residence, cumulated here (in place)."""
    for t in range(len(start) - 1):
        for pair in range(start[t] + 1, start[t + 1]):
            weight[pair] += weight[pair - 1]
    for a in range(len(rows)):
        first, last = start[town[rows[a]]], start[town[rows[a]] + 1] - 1
        line = weight[first : last + 1]
        at = min(np.searchsorted(line, u[a] * line[-1], side="right"), last - first)
        work_town[rows[a]] = near[first + at]


@kernel
def count_earnings(lo, hi, c, home, out):
    """Adds up earnings of the year before of those at work, fen, by home // 2: out int64[P]."""
    for i in range(lo, hi):
        fen = np.int64(round(c.wage[i] * 100.0))
        out[np.uint32(home[np.uint32(c.household[i])]) // 2] += fen * (c.status[i] == EMPLOYED)


@kernel
def holders(lo, hi, towns, c, h, rationed, cell):
    """cell[i] of non-farm workers in cells that lose posts (`rationed` bool[4 T]), else NO_CELL."""
    for i in range(lo, hi):
        home = np.uint32(h.home[np.uint32(c.household[i])])
        found = _cell(c.status[i], c.sector[i], c.work_town[i], home, c.education[i], towns)
        cell[i] = found if found != NO_CELL and rationed[found] else NO_CELL


@allocating
def draws(base, keys):
    """Uniform draws of `keys`, float64[n]."""
    out = np.empty(len(keys))
    for i in range(len(keys)):
        out[i] = draw(base, keys[i])
    return out


@allocating
def cutoffs(cell, u, room):
    """float64[cells]: a candidate is admitted if u < cutoff[cell]; exactly min(room, candidates) are.

    The cutoff is the (room + 1)-th smallest priority: 2 where all get in, 0 where there is no room. Depends on the set
    of candidates only, not on their order.
    """
    count = np.zeros(len(room) + 1, np.int64)
    for a in range(len(cell)):
        if cell[a] >= 0:
            count[cell[a] + 1] += 1
    start = np.cumsum(count)
    at = start.copy()
    sorted_u = np.empty(start[-1])
    for a in range(len(cell)):
        if cell[a] >= 0:
            sorted_u[at[cell[a]]] = u[a]
            at[cell[a]] += 1
    out = np.full(len(room), 2.0)
    for k in range(len(room)):
        n = start[k + 1] - start[k]
        if room[k] <= 0:
            out[k] = 0.0
        elif n > room[k]:
            out[k] = np.partition(sorted_u[start[k] : start[k + 1]], room[k])[room[k]]
    return out


@kernel
def take_up_farming(lo, hi, towns, c, h, base, expected, farm_income, p, seeks):
    """Villagers without work whose household has land in their town may farm before they look for a post."""
    for i in range(lo, hi):
        if seeks[i] == 0 or c.status[i] != UNEMPLOYED:
            continue
        row = np.uint32(c.household[i])
        town = h.home[row] // 2
        if h.home[row] >= 2 * towns or h.land[row] <= 0.0 or h.homestead[row] != town:
            continue
        skill = 1 if c.education[i] == COLLEGE else 0
        if draw(base, c.key[i]) >= 1.0 - enters_farming(expected[town, skill], farm_income[town], p):
            c.status[i] = EMPLOYED
            c.sector[i] = PRIMARY
            c.work_town[i] = town
            seeks[i] = 0


@kernel
def fall_back(rows, year, towns, c, h, base, expected, farm_income, p):
    """Villagers without work whose household has land in their town farm, unless they would rather wait for a post."""
    for i in rows:
        row = c.household[i]
        town = h.home[row] // 2
        if c.status[i] != UNEMPLOYED or h.land[row] <= 0.0 or h.homestead[row] != town:
            continue
        skill = 1 if c.education[i] == COLLEGE else 0
        waits = seeks_nonfarm(year - c.birth_year[i], expected[town, skill], farm_income[town], p)
        if draw(base, c.key[i]) >= waits:
            c.status[i] = EMPLOYED
            c.sector[i] = PRIMARY
            c.work_town[i] = town


@kernel
def pay(lo, hi, year, towns, c, h, wage, high_held, base, p):
    """Writes labour earnings of non-farm workers; 0 for people without work; farmers' are written with incomes.

    wage float64[T+O, sector, skill]; high_held float64[T, sector]: share of high-skilled workers of the place who hold
    a high-skill post; who does is the person's own draw, the same every year.
    """
    for i in range(lo, hi):
        if c.status[i] != EMPLOYED:
            c.wage[i] = 0.0
            continue
        if c.sector[i] == PRIMARY:
            continue
        place, s, skill = np.uint32(c.work_town[i]), np.uint32(c.sector[i] - SECONDARY), 0
        if c.education[i] == COLLEGE:
            skill = 1 if place >= towns or draw(base, c.key[i]) < high_held[place, s] else 0
        age, hukou, row = year - c.birth_year[i], c.hukou_kind[i], np.uint32(c.household[i])
        villager = (h.home[row] < 2 * towns) & (h.home[row] % 2 == 0) & (h.land[row] > 0.0)
        c.wage[i] = person_wage(wage[place, s, skill], c.education[i], c.sex[i], hukou, age, c.ability[i], villager, p)
