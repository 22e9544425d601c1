"""Kernels of step 7: who considers a move, where to, and which outsiders come."""

import math
from typing import NamedTuple

import numpy as np

from sim.codes import COLLEGE, HEAD, OFFSPRING, OTHER, PRIMARY_EDUCATION, STUDENT, VILLAGES_PER_TOWN
from sim.draws import derive_key, draw
from sim.rules import kernel
from sim.rules.destination import home_utility, stay_utility
from sim.rules.moving import college_place, consider_hazard, family_comes_along
from sim.rules.schooling import COLLEGE_STARTS
from sim.steps.candidates import choose_place, entitled
from sim.steps.roster import members
from sim.travel import Travel, minutes_between


class Geography(NamedTuple):
    """What kernels know of places."""

    towns: int
    counties: int
    travel: Travel  # times of the year
    group_of: np.ndarray  # int16[T + O], county of registration, or C + outside place
    county_of: np.ndarray  # int8[T], int16 where there are many


SCHOOL_AGE_FROM, SCHOOL_AGE_TO = 3, 15
ADULT = 16
STRANDS = 8  # sums that are added up side by side
STRETCH = 16  # places that `pick` passes over at a time
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
def sum_of(w):
    """Sum of float64[n], in eight strands that do not wait for one another, in the same order on every machine."""
    s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    whole = len(w) - len(w) % STRANDS
    for j in range(0, whole, STRANDS):
        s0, s1, s2, s3 = s0 + w[j], s1 + w[j + 1], s2 + w[j + 2], s3 + w[j + 3]
        s4, s5, s6, s7 = s4 + w[j + 4], s5 + w[j + 5], s6 + w[j + 6], s7 + w[j + 7]
    for j in range(whole, len(w)):
        s0 += w[j]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@kernel
def choice_weights(pull, reach, room, current, hukou_place, homestead, years, towns, p, w):
    """Fills w[NP] with exp(V_j) of one person and returns the sum; w[current] is the weight of staying.

    `pull` [NP] is the row of the person's class and group, `reach` [NP] that of the location; `room` [NP], which is in
    `pull`, is taken out for staying and for the homestead: there a home is ready.
    """
    for j in range(w.shape[0]):
        w[j] = pull[j] * reach[j]
    total = sum_of(w)
    here = location_of(current, towns) == hukou_place
    if not here:
        lo = 2 * hukou_place if hukou_place < towns else hukou_place + towns
        hi = lo + 2 if hukou_place < towns else lo + 1
        factor = math.exp(home_utility(True, False, p)) - 1.0
        for j in range(lo, hi):
            total += factor * w[j]
            w[j] += factor * w[j]
    if homestead >= 0 and current != 2 * homestead:
        more = w[2 * homestead] * (math.exp(home_utility(False, True, p)) / room[2 * homestead] - 1.0)
        w[2 * homestead] += more
        total += more
    stay = pull[current] / room[current] * math.exp(stay_utility(years, here, p))
    total += stay - w[current]
    w[current] = stay
    return total


@kernel
def pick(w, total, current, u):
    """Place at position u in the cumulated weights; staying comes first, the rest in pack order."""
    target = u * total - w[current]
    if target < 0.0:
        return current
    first = 0
    while first + STRETCH < len(w):  # whole stretches that end before the target are passed over
        step = sum_of(w[first : first + STRETCH])
        if first <= current < first + STRETCH:
            step -= w[current]
        if step >= target:
            break
        target -= step
        first += STRETCH
    last = current
    for j in range(first, len(w)):
        if j == current:
            continue
        target -= w[j]
        last = j
        if target < 0.0:
            return j
    return last


@kernel
def fill_hazard(intensity, p, out):
    """Probability of considering a move: out float64[age, status, tenure]."""
    for age in range(out.shape[0]):
        for status in range(out.shape[1]):
            for tenure in range(out.shape[2]):
                out[age, status, tenure] = consider_hazard(intensity[age], status, tenure, p)


@kernel
def children_and_adults(c, first, size, year):
    """(1 if a member is of school age, else 0; number of adults) of the household whose members begin at `first`."""
    child, adults = 0, 0
    for m in range(first, first + size):
        years_old = year - c.birth_year[m]
        adults += years_old >= ADULT
        if SCHOOL_AGE_FROM <= years_old <= SCHOOL_AGE_TO:
            child = 1
    return child, adults


@kernel
def consider_moves(
    lo, hi, c, h, year, hazard, table, geo, consider, destination, family, college, p, w, at, to_household, to_person
):
    """Writes the wished place into to_household (all move) or to_person (one moves), NO_MOVE otherwise.

    `c`, `h`: rows of People and Households; `hazard` [age, status, tenure]; `table`: Attraction of the year; `geo`:
    Geography; `consider`, `destination`, `family`, `college`: streams; `w`, `at`: room for the weights, float64[NP], or
    for a list of places and their weights (`candidates.room`); to_household int16[households], to_person int16[people].
    Students live with their family, or where their college is.
    """
    for row in range(lo, hi):
        to_household[row] = NO_MOVE
    begin, end = members(lo, hi, h.first, h.size)
    for i in range(begin, end):
        to_person[i] = NO_MOVE
        row, age, own = np.uint32(c.household[i]), year - c.birth_year[i], c.role[i] == HEAD
        goes_alone, at_home = (c.role[i] == OFFSPRING) | (c.role[i] == OTHER), h.home[row] < 2 * geo.towns
        if (age < ADULT) | (not (own | goes_alone)):
            continue
        if (c.status[i] == STUDENT) & (goes_alone | (not at_home)):
            if goes_alone & at_home & (age == COLLEGE_STARTS) & (to_household[row] == NO_MOVE):
                away = college_place(draw(college, c.key[i]), len(table.room) - 2 * geo.towns, p)
                to_person[i] = NO_MOVE if away < 0 else 2 * geo.towns + away
            continue
        # dearest test last: most people do not consider
        if draw(consider, c.key[i]) >= hazard[np.uint32(min(age, len(hazard) - 1)), c.status[i], h.tenure[row]]:
            continue
        if to_household[row] != NO_MOVE:  # the head, who comes first, takes all along
            continue
        child, adults = children_and_adults(c, i, h.size[row], year) if own else (0, 0)
        kind = 2 * (1 if c.education[i] == COLLEGE else 0) + child
        home, g = h.home[row], geo.group_of[c.hukou_place[i]]
        here, years = location_of(home, geo.towns), float(year - c.arrival_year[i])
        registered, homestead, u = c.hukou_place[i], h.homestead[row], draw(destination, c.key[i])
        if len(at) > 0:
            place = choose_place(
                table, geo, geo.counties, kind, g, home, here, registered, homestead, years, u, p, w, at
            )
        else:
            pull = table.pull[kind, g]
            reach, room = table.reach[here], table.room
            total = choice_weights(pull, reach, room, home, registered, homestead, years, geo.towns, p, w)
            place = pick(w, total, home, u)
        if place == home:
            continue
        there = location_of(place, geo.towns)
        near = here < geo.towns and there < geo.towns and geo.county_of[here] == geo.county_of[there]
        together = own and (h.size[row] == 1 or near or adults < 2)
        if own and not together:
            minutes = minutes_between(geo.travel, here, there)
            share = entitled(table, geo, geo.counties if len(at) > 0 else 0, g, place)
            chance = family_comes_along(table.service[place], share, minutes, p)
            together = draw(family, c.key[i]) < chance
        if together:
            to_household[row] = place
        else:
            to_person[i] = place


class Profiles(NamedTuple):
    """What makes outsiders who look for a place: by origin, and the streams of their traits."""

    origin_key: np.ndarray  # uint64[O]
    first: np.ndarray  # int64[O + 1], ranks of all origins in one row: where those of each origin begin
    ages: np.ndarray  # int16[k], ages at k equal steps of probability
    cumulative: np.ndarray  # float64[O, CLASSES, 2T], of the choice probabilities of the parts of towns
    key: np.uint64
    age: np.uint64
    sex: np.uint64
    school: np.uint64
    family: np.uint64
    destination: np.uint64


@kernel
def look_from_outside(lo, hi, who, p, found):
    """Ranks lo..hi-1 of all origins: the profile of each person who chooses a place in the city is written into the
    columns of `found` (`arrivals.Lookers`) from row lo on; the rest stays or goes to another outside place. Returns
    how many chose."""
    last, origin, count, most = who.cumulative.shape[2] - 1, -1, 0, 0.0
    for rank in range(lo, hi):
        while origin < 0 or rank >= who.first[origin + 1]:
            origin, most = origin + 1, 0.0
            for c in range(who.cumulative.shape[1]):
                most = max(most, who.cumulative[origin, c, last])
        k = derive_key(who.key, who.origin_key[origin], rank - who.first[origin])
        choice = draw(who.destination, k)
        if choice >= most:  # stays, whoever it is
            continue
        age = who.ages[int(draw(who.age, k) * len(who.ages))]
        u = draw(who.school, k)
        level = PRIMARY_EDUCATION
        edge = p.arrival_education[0]
        while level < COLLEGE and u >= edge:
            level += 1
            edge += p.arrival_education[level]
        with_family = age > 24 and draw(who.family, k) < p.arrival_family_share
        shares = who.cumulative[origin, 2 * (1 if level == COLLEGE else 0) + (1 if with_family and age > 26 else 0)]
        if choice >= shares[last]:
            continue
        row = lo + count
        found.key[row] = k
        found.origin[row] = origin
        found.age[row] = age
        found.sex[row] = 0 if draw(who.sex, k) < p.arrival_male_share else 1
        found.education[row] = level
        found.family[row] = 1 if with_family else 0
        found.place[row] = np.searchsorted(shares, choice, side="right")
        count += 1
    return count
