"""Step 7: people consider moving: arrive, leave, return, move between towns, alone or with the family.

1. `attraction` tables of what places offer; 2. `choice.consider_moves` for residents and for people
registered here who live outside; 3. `arrivals.lookers` for outsiders; 4. one request for homes for all;
5. those with a home move, whole households by changing `home`, lone movers into a new household or back
into the family they left; 6. the roster is put in order.
"""

from functools import lru_cache

import numpy as np

from sim.codes import (
    COLLEGE,
    EMPLOYED,
    HEAD,
    HIGH_SKILL,
    LOW_SKILL,
    NOWHERE,
    OFFSPRING,
    OTHER,
    PARENT,
    SPOUSE,
    STATUSES,
    TENURES,
    UNEMPLOYED,
)
from sim.draws import Decision, derive_key
from sim.engine import find_rows, for_chunks
from sim.rules import kernel
from sim.rules.moving import rogers_castro
from sim.steps import arrivals, attraction, candidates, move_requests, roster
from sim.steps.choice import NO_MOVE, Geography, consider_moves, fill_hazard, location_of, village_for
from sim.travel import has_table, minutes_between

NO_HOME = 255
DEPARTED, ARRIVED, MOVED_OUT, MOVED_IN = 0, 1, 2, 3
MOVE_FLOWS = ("departures", "arrivals", "moves_out", "moves_in")
PARTNER_GAP = 14  # years between partners at the most; more makes a generation


def initialise(model) -> None:
    """Counts networks of the start population."""
    p = model.par.moving
    model.age_intensity, model.looker_ages = age_profiles(p)
    attraction.publish_network(model)


@lru_cache(maxsize=16)
def age_profiles(p) -> tuple[np.ndarray, np.ndarray]:
    """Migration intensity by age, float64[101], and the ages of lookers (`arrivals.age_table`); read-only."""
    found = np.array([rogers_castro.py_func(float(a), p) for a in range(101)]), arrivals.age_table(p)
    for array in found:
        array.flags.writeable = False
    return found


def moving(model) -> None:
    """All moves of the year."""
    table = attraction.attraction(model)
    to_household, to_person = wishes(model, table)
    _single_returners(model, to_household, to_person)
    whole, alone = _movers(model, to_household), _movers(model, to_person)
    group = arrivals.lookers(model, table)
    joins = _joins_family(model, model.people.household[alone], to_person[alone], to_household)
    tenure = move_requests.homes(model, table, whole, to_household[whole], alone, to_person[alone], joins, group)
    a, b = len(whole), len(whole) + len(alone)
    before = len(model.people)
    room = before + int(arrivals.household_sizes(group).sum())
    alive, household_of = roster.buffer(model, "alive", room, np.bool_), roster.present_households(model, room)
    alive[:] = True
    keep = tenure[:a] != NO_HOME
    _move_households(model, whole[keep], to_household[whole][keep], tenure[:a][keep], alive)
    keep = tenure[a:b] != NO_HOME
    _move_alone(model, alone[keep], to_person[alone][keep], tenure[a:b][keep], joins[keep], alive, household_of)
    come = tenure[b:] != NO_HOME
    _arrive(model, table, group, come, tenure[b:][come])
    after = len(model.people)
    household_of[before:after] = model.people.household[before:]
    roster.rebuild(model, alive[:after], household_of[:after], recast=np.empty(0, np.int64))
    attraction.publish_network(model)


def wishes(model, table) -> tuple[np.ndarray, np.ndarray]:
    """int16[households], int16[people]: place that all, or one alone, want to move to; NO_MOVE."""
    households, people = model.households, model.people
    to_household, to_person = np.empty(len(households), np.int16), np.empty(len(people), np.int16)
    c, h, geo, p = people.rows, households.rows, geography(model), model.par.moving
    year, hazard = model.year, np.empty((len(model.age_intensity), STATUSES, TENURES))
    fill_hazard(model.age_intensity, p, hazard)
    decisions = Decision.CONSIDER_MOVE, Decision.DESTINATION, Decision.FAMILY_MOVES, Decision.COLLEGE_PLACE
    luck = [model.stream(d) for d in decisions]
    full = has_table(model.pack)
    room = model.P if full else candidates.room(model.O)

    def work(lo, hi, _):
        weights, at = np.empty(room), np.empty(0 if full else room, np.int64)
        consider_moves(lo, hi, c, h, year, hazard, table, geo, *luck, p, weights, at, to_household, to_person)

    for_chunks(len(households), model.threads, work)
    return to_household, to_person


def _movers(model, place: np.ndarray) -> np.ndarray:
    """int32: rows that have chosen a place."""
    return find_rows(place, model.threads, but=NO_MOVE).astype(np.int32)


def geography(model) -> Geography:
    """Travel times of the year and whose registration belongs to which group."""
    return Geography(
        model.T, model.C, attraction.travel(model), attraction.group_of_place(model), model.pack.town_county
    )


def _joins_family(model, rows: np.ndarray, place: np.ndarray, to_household: np.ndarray) -> np.ndarray:
    """bool[n]: households `rows` whose tied family lives, and stays, in the place chosen: they move in with it."""
    tie = model.households.tie[rows]
    family = np.maximum(tie, 0)
    return (tie != NOWHERE) & (model.households.home[family] == place) & (to_household[family] == NO_MOVE)


def _single_returners(model, to_household: np.ndarray, to_person: np.ndarray) -> None:
    """Households of one that return to their family count as lone movers (they give up their own household)."""
    rows = _movers(model, to_household)
    rows = rows[model.households.size[rows] == 1]
    rows = rows[_joins_family(model, rows, to_household[rows], to_household)]
    to_person[model.households.first[rows]] = to_household[rows]
    to_household[rows] = NO_MOVE


@kernel
def _count_move(old, new, persons, towns, counts):
    """Adds a move to counts[DEPARTED, ARRIVED, MOVED_OUT, MOVED_IN; place]."""
    if old < 2 * towns and new >= 2 * towns:
        counts[DEPARTED, old] += persons
    elif old >= 2 * towns and new < 2 * towns:
        counts[ARRIVED, new] += persons
    elif old < 2 * towns:
        counts[MOVED_OUT, old] += persons
        counts[MOVED_IN, new] += persons


@kernel
def _keeps_post(work_town, old, new, geo, limit):
    """Whether a post can be kept after a move between two locations: all in the city, within the commuting limit."""
    if work_town < 0 or old == new:
        return True
    return old < geo.towns and new < geo.towns and minutes_between(geo.travel, work_town, new) <= limit


@kernel
def _relocate(rows, place, tenure, c, h, urban_villages, village_stream, geo, year, limit, counts, alive):
    """Moves whole households; those of outsiders only who leave the city leave the model."""
    towns = geo.towns
    for n in range(rows.shape[0]):
        row, new = rows[n], place[n]
        old = h.home[row]
        a, b = location_of(old, towns), location_of(new, towns)
        registered = False
        for i in range(h.first[row], h.first[row] + h.size[row]):
            registered = registered or c.hukou_place[i] < towns
        for i in range(h.first[row], h.first[row] + h.size[row]):
            alive[i] = registered or b < towns
            if a != b:
                c.arrival_year[i] = year
            if not _keeps_post(c.work_town[i], a, b, geo, limit):
                c.work_town[i] = NOWHERE
                if c.status[i] == EMPLOYED:
                    c.status[i] = UNEMPLOYED
        _count_move(old, new, h.size[row], towns, counts)
        h.home[row] = new
        h.tenure[row] = tenure[n]
        h.moved_year[row] = year
        if b < towns:
            h.village[row] = village_for(village_stream, h.key[row], urban_villages[b])


def _move_households(model, rows, place, tenure, alive) -> None:
    """Whole households change place."""
    counts = np.zeros((4, model.P), np.int64)
    _relocate(
        rows, place, tenure, model.people.rows, model.households.rows, model.towns.urban_villages,
        model.stream(Decision.VILLAGE), geography(model), model.year, model.par.moving.commute_limit, counts, alive,
    )  # fmt: skip
    _book(model, counts)


def _book(model, counts: np.ndarray) -> None:
    for name, column in zip(MOVE_FLOWS, counts, strict=True):
        model.flow[name] += column


@kernel
def role_in_family(i, first, size, sex, birth_year, role):
    """Role of somebody who comes back to a family: partner of a lone head of like age, else by generation."""
    if size == 0:
        return HEAD
    alone = True
    for m in range(first, first + size):
        alone = alone and role[m] != SPOUSE
    gap = birth_year[i] - birth_year[first]
    if alone and sex[first] != sex[i] and abs(gap) <= PARTNER_GAP:
        return SPOUSE
    if gap > PARTNER_GAP:
        return OFFSPRING
    return PARENT if gap < -PARTNER_GAP else OTHER


@kernel
def _split(
    rows, place, tenure, joins, row_of, c, h, urban_villages, village_stream, key_stream, geo, year, limit, counts,
    alive, household_of,
):  # fmt: skip
    """Lone movers get a household of their own (`row_of`, -1: leaves the model) tied to the family they leave."""
    towns = geo.towns
    for n in range(rows.shape[0]):
        i, new, row = rows[n], place[n], row_of[n]
        family = c.household[i]
        old = h.home[family]
        a, b = location_of(old, towns), location_of(new, towns)
        if joins[n]:
            joined = h.tie[family]
            household_of[i] = joined
            c.role[i] = role_in_family(i, h.first[joined], h.size[joined], c.sex, c.birth_year, c.role)
        elif row < 0:
            alive[i] = False
        else:
            household_of[i] = row
            c.role[i] = HEAD
            h.key[row] = derive_key(key_stream, c.key[i], 0)
            h.home[row] = new
            h.tie[row] = family
            h.homestead[row] = h.homestead[family]
            h.origin[row] = h.origin[family]
            h.tenure[row] = tenure[n]
            h.moved_year[row] = year
            if b < towns:
                h.village[row] = village_for(village_stream, h.key[row], urban_villages[b])
        if a != b:
            c.arrival_year[i] = year
        if not _keeps_post(c.work_town[i], a, b, geo, limit):
            c.work_town[i] = NOWHERE
            if c.status[i] == EMPLOYED:
                c.status[i] = UNEMPLOYED
        _count_move(old, new, 1, towns, counts)


def _move_alone(model, rows, place, tenure, joins, alive, household_of) -> None:
    """Lone movers leave their household."""
    people, households = model.people, model.households
    leaves = (place >= 2 * model.T) & (people.hukou_place[rows] >= model.T)
    founds = ~(joins | leaves)
    row_of = np.where(founds, len(households) + np.cumsum(founds) - 1, -1).astype(np.int32)
    households.grow(int(founds.sum()))
    counts = np.zeros((4, model.P), np.int64)
    _split(
        rows, place, tenure, joins, row_of, people.rows, households.rows, model.towns.urban_villages,
        model.stream(Decision.VILLAGE), model.stream(Decision.SPLIT_KEY), geography(model), model.year,
        model.par.moving.commute_limit, counts, alive, household_of,
    )  # fmt: skip
    _book(model, counts)
    np.add.at(model.flow["households_formed"], place[founds], 1)


def _arrive(model, table, group, come: np.ndarray, tenure: np.ndarray) -> None:
    """Lookers who got a home settle; what they earned this year they earned where they came from."""
    arrived = arrivals.Lookers(*(column[come] for column in group))
    skill = np.where(arrived.education == COLLEGE, HIGH_SKILL, LOW_SKILL)
    before = table.earnings[2 * model.T + arrived.origin.astype(np.int64), skill]
    arrivals.settle(model, arrived, tenure, before)
    np.add.at(model.flow["arrivals"], arrived.place, arrivals.household_sizes(arrived))
    np.add.at(model.flow["households_formed"], arrived.place, 1)
