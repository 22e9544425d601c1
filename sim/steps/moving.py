"""Step 7: people consider moving: arrive, leave, return, move between towns, alone or with the family.

1. `attraction` tables of what places offer; 2. `choice.consider_moves` for residents and for people
registered here who live outside; 3. `arrivals.lookers` for outsiders; 4. one request for homes for all;
5. those with a home move, whole households by changing `home`, lone movers into a new household or back
into the family they left; 6. the roster is put in order.
"""

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
    RENTED,
    SPOUSE,
    UNEMPLOYED,
)
from sim.draws import Decision, derive_key
from sim.engine import for_chunks
from sim.rules import kernel
from sim.rules.moving import rogers_castro
from sim.steps import arrivals, attraction, housing, roster
from sim.steps.choice import NO_MOVE, consider_moves, location_of, village_for

NO_HOME = 255
PARTNER_GAP = 14  # years between partners at the most; more makes a generation


def initialise(model) -> None:
    """Counts networks of the start population."""
    p = model.par.moving
    model.age_intensity = np.array([rogers_castro.py_func(float(a), p) for a in range(101)])
    attraction.publish_network(model)


def moving(model) -> None:
    """All moves of the year."""
    table = attraction.attraction(model)
    to_household, to_person = _wishes(model, table)
    _single_returners(model, to_household, to_person)
    whole = np.flatnonzero(to_household != NO_MOVE).astype(np.int32)
    alone = np.flatnonzero(to_person != NO_MOVE).astype(np.int32)
    group = arrivals.lookers(model, table)
    joins = _joins_family(model, model.people.household[alone], to_person[alone], to_household)
    tenure = _homes(model, table, whole, to_household[whole], alone, to_person[alone], joins, group)
    a, b = len(whole), len(whole) + len(alone)
    alive = np.ones(len(model.people), dtype=bool)
    household_of = model.people.household.copy()
    keep = tenure[:a] != NO_HOME
    _move_households(model, whole[keep], to_household[whole][keep], tenure[:a][keep], alive)
    keep = tenure[a:b] != NO_HOME
    _move_alone(model, alone[keep], to_person[alone][keep], tenure[a:b][keep], joins[keep], alive, household_of)
    come = tenure[b:] != NO_HOME
    _arrive(model, table, group, come, tenure[b:][come])
    newcomers = len(model.people) - len(alive)
    alive = np.concatenate([alive, np.ones(newcomers, bool)])
    household_of = np.concatenate([household_of, model.people.household[len(household_of) :]])
    roster.rebuild(model, alive, household_of)
    attraction.publish_network(model)


def _wishes(model, table) -> tuple[np.ndarray, np.ndarray]:
    hh, people = model.households, model.people
    to_household, to_person = np.empty(len(hh), np.int16), np.empty(len(people), np.int16)
    minutes = attraction.travel_minutes(model)
    args = (
        hh.key, hh.first, hh.size, hh.home, hh.tenure, hh.homestead, hh.moved_year,
        people.key, people.birth_year, people.arrival_year, people.hukou_place, people.education, people.role,
        people.status, model.year, model.age_intensity, table.pull, table.reach, table.entitlement, table.service,
        minutes, attraction.group_of_place(model), model.pack.town_county, model.T,
        model.stream(Decision.CONSIDER_MOVE), model.stream(Decision.DESTINATION), model.stream(Decision.FAMILY_MOVES),
        model.par.moving, to_household, to_person,
    )  # fmt: skip
    for_chunks(len(hh), model.threads, lambda lo, hi, _: consider_moves(lo, hi, *args))
    return to_household, to_person


def _joins_family(model, rows: np.ndarray, place: np.ndarray, to_household: np.ndarray) -> np.ndarray:
    """bool[n]: households `rows` whose tied family lives, and stays, in the place chosen: they move in with it."""
    tie = model.households.tie[rows]
    family = np.maximum(tie, 0)
    return (tie != NOWHERE) & (model.households.home[family] == place) & (to_household[family] == NO_MOVE)


def _single_returners(model, to_household: np.ndarray, to_person: np.ndarray) -> None:
    """Households of one that return to their family count as lone movers (they give up their own household)."""
    rows = np.flatnonzero(to_household != NO_MOVE)
    rows = rows[model.households.size[rows] == 1]
    rows = rows[_joins_family(model, rows, to_household[rows], to_household)]
    to_person[model.households.first[rows]] = to_household[rows]
    to_household[rows] = NO_MOVE


def _homes(model, table, whole, whole_to, alone, alone_to, joins, group) -> np.ndarray:
    """Tenure of each mover (households, lone movers, arrivals in this order); NO_HOME = cannot move."""
    hh, people, t2 = model.households, model.people, 2 * model.T
    head = hh.first[whole]
    person = np.concatenate([head, alone])
    place = np.concatenate([whole_to, alone_to])
    old = people.household[person]
    tenure = np.full(len(person) + len(group.key), RENTED, np.uint8)
    joins = np.concatenate([np.zeros(len(whole), bool), joins])
    asks = np.concatenate([(place < t2) & ~joins, np.ones(len(group.key), bool)])
    skill = np.where(people.education[person] == COLLEGE, HIGH_SKILL, LOW_SKILL)
    skill = np.concatenate([skill, np.where(group.education == COLLEGE, HIGH_SKILL, LOW_SKILL)])
    place = np.concatenate([place, group.place]).astype(np.int64)
    county = model.pack.town_county
    registered = people.hukou_place[person]
    town = np.minimum(place[: len(person)] // 2, model.T - 1)
    local = (registered < model.T) & (county[np.minimum(registered, model.T - 1)] == county[town])
    homestead = (hh.homestead[old] == town) & (place[: len(person)] % 2 == 0)
    size = np.concatenate([hh.size[whole], np.ones(len(alone)), arrivals.household_sizes(group)])
    extra = np.zeros(len(group.key), bool)
    inside = hh.home[old] < t2
    years = np.where(inside, np.clip(model.year - people.arrival_year[person], 0, 255), 0)
    years = np.concatenate([years, np.zeros(len(group.key), years.dtype)])
    rows = np.flatnonzero(asks)
    requests = housing.HomeRequests(len(rows))
    requests.key = np.concatenate([hh.key[whole], people.key[alone], group.key])[rows]
    requests.place = place[rows]
    requests.size = np.minimum(size, 255)[rows]
    requests.earnings = table.earnings[place, skill][rows]
    requests.local = np.concatenate([local, extra])[rows]
    requests.years = years[rows]
    requests.homestead = np.concatenate([homestead, extra])[rows]
    requests.single = (size == 1)[rows]
    tenure[rows] = housing.allocate(model, requests)
    return tenure


@kernel
def _relocate_members(
    rows, place, tenure, key, first, size, home, hh_tenure, moved_year, village, arrival_year, hukou_place,
    work_town, status, urban_villages, village_stream,
    minutes, towns, year, limit, departures, arrived, moves_in, moves_out, alive,
):  # fmt: skip
    """Moves whole households; those of outsiders only who leave the city leave the model."""
    for n in range(rows.shape[0]):
        h = rows[n]
        old, new = home[h], place[n]
        a, b = location_of(old, towns), location_of(new, towns)
        registered = False
        for i in range(first[h], first[h] + size[h]):
            registered = registered or hukou_place[i] < towns
        gone = b >= towns and not registered
        for i in range(first[h], first[h] + size[h]):
            alive[i] = not gone
            if a != b:
                arrival_year[i] = year
                if work_town[i] >= 0 and (b >= towns or a >= towns or minutes[work_town[i], b] > limit):
                    work_town[i] = NOWHERE
                    if status[i] == EMPLOYED:
                        status[i] = UNEMPLOYED
        if a < towns and b >= towns:
            departures[old] += size[h]
        elif a >= towns and b < towns:
            arrived[new] += size[h]
        elif a < towns:
            moves_out[old] += size[h]
            moves_in[new] += size[h]
        home[h] = new
        hh_tenure[h] = tenure[n]
        moved_year[h] = year
        if new < 2 * towns:
            village[h] = village_for(village_stream, key[h], urban_villages[b])


def _move_households(model, rows, place, tenure, alive) -> None:
    """Whole households change place."""
    hh, people, flow = model.households, model.people, model.flow
    _relocate_members(
        rows, place, tenure, hh.key, hh.first, hh.size, hh.home, hh.tenure, hh.moved_year, hh.village,
        people.arrival_year, people.hukou_place, people.work_town, people.status, model.towns.urban_villages,
        model.stream(Decision.VILLAGE), model.pack.travel_minutes, model.T, model.year,
        model.par.moving.commute_limit, flow["departures"], flow["arrivals"], flow["moves_in"], flow["moves_out"],
        alive,
    )  # fmt: skip


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
    rows, place, tenure, joins, row_of, key, sex, birth_year, household, arrival_year, hukou_place, work_town,
    status, role, first, size, urban_villages, village_stream, hh_key, home, tie, homestead, origin, hh_tenure, moved_year, village, new_stream,
    minutes, towns, year, limit, departures, arrived, moves_in, moves_out, alive, household_of,
):  # fmt: skip
    """Lone movers get a household of their own (`row_of`, -1: leaves the model) tied to the family they leave."""
    for n in range(rows.shape[0]):
        i = rows[n]
        h, new = household[i], place[n]
        old = home[h]
        a, b = location_of(old, towns), location_of(new, towns)
        row = row_of[n]
        if joins[n]:
            household_of[i] = tie[h]
            role[i] = role_in_family(i, first[tie[h]], size[tie[h]], sex, birth_year, role)
        elif row < 0:
            alive[i] = False
        else:
            household_of[i] = row
            role[i] = HEAD
            hh_key[row] = derive_key(new_stream, key[i], 0)
            home[row] = new
            tie[row] = h
            homestead[row] = homestead[h]
            origin[row] = origin[h]
            hh_tenure[row] = tenure[n]
            moved_year[row] = year
            if b < towns:
                village[row] = village_for(village_stream, hh_key[row], urban_villages[b])
        if a != b:
            arrival_year[i] = year
            if work_town[i] >= 0 and (b >= towns or a >= towns or minutes[work_town[i], b] > limit):
                work_town[i] = NOWHERE
                if status[i] == EMPLOYED:
                    status[i] = UNEMPLOYED
        if a < towns and b >= towns:
            departures[old] += 1
        elif a >= towns and b < towns:
            arrived[new] += 1
        elif a < towns:
            moves_out[old] += 1
            moves_in[new] += 1


def _move_alone(model, rows, place, tenure, joins, alive, household_of) -> None:
    hh, people, flow = model.households, model.people, model.flow
    leaves = (place >= 2 * model.T) & (people.hukou_place[rows] >= model.T)
    founds = ~(joins | leaves)
    row_of = np.where(founds, len(hh) + np.cumsum(founds) - 1, -1).astype(np.int32)
    hh.grow(int(founds.sum()))
    _split(
        rows, place, tenure, joins, row_of, people.key, people.sex, people.birth_year, people.household,
        people.arrival_year, people.hukou_place, people.work_town, people.status, people.role, hh.first, hh.size,
        model.towns.urban_villages, model.stream(Decision.VILLAGE), hh.key, hh.home, hh.tie, hh.homestead, hh.origin, hh.tenure,
        hh.moved_year, hh.village, model.stream(Decision.SPLIT_KEY), model.pack.travel_minutes, model.T,
        model.year, model.par.moving.commute_limit, flow["departures"], flow["arrivals"], flow["moves_in"],
        flow["moves_out"], alive, household_of,
    )  # fmt: skip
    np.add.at(flow["households_formed"], place[founds], 1)


def _arrive(model, table, group, come: np.ndarray, tenure: np.ndarray) -> None:
    """Lookers who got a home settle; what they earned this year they earned where they came from."""
    arrived = arrivals.Lookers(*(getattr(group, f)[come] for f in arrivals.Lookers.__dataclass_fields__))
    skill = np.where(arrived.education == COLLEGE, HIGH_SKILL, LOW_SKILL)
    before = table.earnings[2 * model.T + arrived.origin.astype(np.int64), skill]
    arrivals.settle(model, arrived, tenure, before)
    np.add.at(model.flow["arrivals"], arrived.place, arrivals.household_sizes(arrived))
    np.add.at(model.flow["households_formed"], arrived.place, 1)
