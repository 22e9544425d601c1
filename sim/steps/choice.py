"""Kernels of step 7: who considers a move, where to, and which outsiders come."""

import math
from typing import NamedTuple

import numpy as np

from sim.codes import COLLEGE, HEAD, OFFSPRING, OTHER, PRIMARY_EDUCATION, STUDENT, VILLAGES_PER_TOWN
from sim.draws import derive_key, draw
from sim.rules import kernel
from sim.rules.destination import home_utility, stay_utility
from sim.rules.moving import consider_hazard, family_comes_along


class Geography(NamedTuple):
    """What kernels know of places."""

    towns: int
    minutes: np.ndarray  # float64[T + O, T + O], travel time of the year
    group_of: np.ndarray  # int16[T + O], county of registration, or C + outside place
    county_of: np.ndarray  # int8[T]


SCHOOL_AGE_FROM, SCHOOL_AGE_TO = 3, 15
ADULT = 16
NO_MOVE = -1


@kernel
def location_of(place, towns):
    """Index among towns and outside places of a place index."""
    return place // 2 if place < 2 * towns else place - towns


@kernel
def village_for(village_stream, key, urban_villages):
    """Village of a household that moves to the rural part of a town: any that is not yet urban."""
    open_villages = VILLAGES_PER_TOWN - urban_villages
    return min(VILLAGES_PER_TOWN - 1, urban_villages + int(draw(village_stream, key) * open_villages))


@kernel
def choice_weights(pull, reach, current, hukou_place, homestead, years, towns, p, w):
    """Fills w[NP] with exp(V_j) of one person and returns the sum; w[current] is the weight of staying.

    `pull` [NP] is the row of the person's class and group, `reach` [NP] that of the location.
    """
    total = 0.0
    for j in range(w.shape[0]):
        w[j] = pull[j] * reach[j]
        total += w[j]
    here = location_of(current, towns) == hukou_place
    if not here:
        lo = 2 * hukou_place if hukou_place < towns else hukou_place + towns
        hi = lo + 2 if hukou_place < towns else lo + 1
        factor = math.exp(home_utility(True, False, p)) - 1.0
        for j in range(lo, hi):
            total += factor * w[j]
            w[j] += factor * w[j]
    if homestead >= 0 and current != 2 * homestead:
        more = w[2 * homestead] * (math.exp(home_utility(False, True, p)) - 1.0)
        w[2 * homestead] += more
        total += more
    stay = pull[current] * math.exp(stay_utility(years, here, p))
    total += stay - w[current]
    w[current] = stay
    return total


@kernel
def pick(w, total, current, u):
    """Place at position u in the cumulated weights; staying comes first, the rest in pack order."""
    target = u * total - w[current]
    if target < 0.0:
        return current
    last = current
    for j in range(w.shape[0]):
        if j == current:
            continue
        target -= w[j]
        last = j
        if target < 0.0:
            return j
    return last


@kernel
def consider_moves(
    lo, hi, c, h, year, intensity, table, geo, consider, destination, family, p, to_household, to_person
):
    """Writes the wished place into to_household (all move) or to_person (one moves), NO_MOVE otherwise.

    `c`, `h`: rows of People and Households; `table`: Attraction of the year; `geo`: Geography; `consider`,
    `destination`, `family`: streams; to_household int16[households], to_person int16[people].
    """
    w = np.empty(table.pull.shape[2])
    for row in range(lo, hi):
        to_household[row] = NO_MOVE
        a, b = h.first[row], h.first[row] + h.size[row]
        for i in range(a, b):
            to_person[i] = NO_MOVE
        here = location_of(h.home[row], geo.towns)
        gone = False
        for i in range(a, b):
            age = year - c.birth_year[i]
            own = c.role[i] == HEAD
            if age < ADULT or not (own or c.role[i] == OFFSPRING or c.role[i] == OTHER):
                continue
            if c.status[i] == STUDENT and not own:
                continue
            # dearest test last: most people do not consider
            if draw(consider, c.key[i]) >= consider_hazard(intensity[min(age, 100)], c.status[i], h.tenure[row], p):
                continue
            child, adults = 0, 0
            if own:
                for m in range(a, b):
                    years_old = year - c.birth_year[m]
                    adults += years_old >= ADULT
                    if SCHOOL_AGE_FROM <= years_old <= SCHOOL_AGE_TO:
                        child = 1
            kind = 2 * (1 if c.education[i] == COLLEGE else 0) + child
            g = geo.group_of[c.hukou_place[i]]
            years = float(year - c.arrival_year[i])
            total = choice_weights(
                table.pull[kind, g],
                table.reach[here],
                h.home[row],
                c.hukou_place[i],
                h.homestead[row],
                years,
                geo.towns,
                p,
                w,
            )
            place = pick(w, total, h.home[row], draw(destination, c.key[i]))
            if place == h.home[row]:
                continue
            if not own:
                to_person[i] = place
                continue
            there = location_of(place, geo.towns)
            near = here < geo.towns and there < geo.towns and geo.county_of[here] == geo.county_of[there]
            together = h.size[row] == 1 or near or adults < 2
            if not together:
                chance = family_comes_along(
                    table.service[place], table.entitlement[g, place], geo.minutes[here, there], p
                )
                together = draw(family, c.key[i]) < chance
            if together:
                to_household[row] = place
                gone = True
                break
            to_person[i] = place
        if gone:
            for i in range(a, b):
                to_person[i] = NO_MOVE


@kernel
def look_from_outside(
    lo, hi, origin_key, ages, age_table, cumulative, key_stream, age_stream, sex_stream, school_stream,
    family_stream, choice_stream, p, out_key, out_age, out_sex, out_school, out_family, out_place,
):  # fmt: skip
    """One row a rank of one origin: profile of the person and the chosen place, NO_MOVE when none in the city.

    `age_table` [k] ages at k equal steps of probability; `cumulative` [CLASSES, 2T] of the choice
    probabilities of the parts of towns (the rest is staying or another outside place).
    """
    for rank in range(lo, hi):
        k = derive_key(key_stream, origin_key, rank)
        age = age_table[int(draw(age_stream, k) * ages)]
        u = draw(school_stream, k)
        level = PRIMARY_EDUCATION
        edge = p.arrival_education[0]
        while level < COLLEGE and u >= edge:
            level += 1
            edge += p.arrival_education[level]
        with_family = age > 24 and draw(family_stream, k) < p.arrival_family_share
        c = 2 * (1 if level == COLLEGE else 0) + (1 if with_family and age > 26 else 0)
        u = draw(choice_stream, k)
        row = cumulative[c]
        out_place[rank] = NO_MOVE
        if u >= row[row.shape[0] - 1]:
            continue
        out_place[rank] = np.searchsorted(row, u, side="right")
        out_key[rank] = k
        out_age[rank] = age
        out_sex[rank] = 0 if draw(sex_stream, k) < p.arrival_male_share else 1
        out_school[rank] = level
        out_family[rank] = 1 if with_family else 0
