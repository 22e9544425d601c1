"""What places offer to movers this year, once for each class of person instead of once a person.

Class = 2 * skill + has a child of school age; group g = county of registration (0..C-1) or C + outside place.
The weight of place j for somebody of class c and group g who lives at location L (town or T + outside) is
`pull[c, g, j] * reach[L, j] = exp(V_j)`; the terms are the rules of `sim.rules.destination`.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.codes import HIGH_SKILL, SKILLS
from sim.engine import add_up
from sim.rules import kernel
from sim.rules.destination import (
    amenity_utility,
    distance_utility,
    income_utility,
    network_utility,
    room_utility,
    service_utility,
    size_utility,
)
from sim.steps import candidates, housing, permits
from sim.steps.candidates import Sampled, no_sample, sample
from sim.travel import Travel, has_table, minutes_between, travel_times

CLASSES = 4


class Attraction(NamedTuple):
    """Tables of one year. NP = 2T + O places, G = C + O groups; where movers weigh a sample of the places
    (`candidates`) G = O and locations are outside places only."""

    pull: np.ndarray  # float64 [CLASSES, G, NP]
    reach: np.ndarray  # float64 [T + O, NP]
    entitlement: np.ndarray  # float64 [G, NP]
    service: np.ndarray  # float64 [NP]
    earnings: np.ndarray  # float64 [NP, skill]
    rent: np.ndarray  # float64 [NP], per worker
    size: np.ndarray  # float64 [NP]
    sampled: Sampled
    room: np.ndarray  # float64 [NP], weight of the chance to find a home, part of all pulls: 1 outside


class Offers(NamedTuple):
    """What the tables are made of: signals, and levers by town."""

    expected: np.ndarray  # float64[T + O, skill], yuan a year
    rent: np.ndarray  # float64[NP], yuan a year
    service: np.ndarray  # float64[T + O]
    network: np.ndarray  # float64[G, 2T]
    size: np.ndarray  # float64[NP]
    permit: np.ndarray  # float64[T], share of services of those registered elsewhere
    village: np.ndarray  # float64[T], services of villages to those of the town
    subsidy: np.ndarray  # float64[T], share of the rent
    relief: np.ndarray  # float64[T], share of rent that highly skilled movers need not pay
    liveable: np.ndarray  # float64[T], share of liveable villages
    liveable_before: np.ndarray  # the same in the start year
    chance: np.ndarray  # float64[2T], that a home is found
    county: np.ndarray  # int[T]
    of_county: np.ndarray  # float64[C], constants


@kernel
def _places(offers, p, table, constant):
    """Fills service, earnings, rent and entitlement of `table`, and constant[NP]: what holds for nobody in particular.

    Those registered in the county use all services, in other counties of the city what their permit gives.
    """
    towns, places = len(offers.county), len(offers.rent)
    counties = table.entitlement.shape[0] - (places - 2 * towns)
    for j in range(places):
        inside = j < 2 * towns
        at = j // 2 if inside else j - towns
        table.room[j] = 1.0
        table.service[j], table.rent[j], constant[j] = offers.service[at], offers.rent[j] / p.workers_per_home, 0.0
        table.earnings[j, 0], table.earnings[j, 1] = offers.expected[at, 0], offers.expected[at, 1]
        for g in range(table.entitlement.shape[0]):
            table.entitlement[g, j] = offers.permit[at] if inside else p.outside_parity
        if counties > 0 or not inside:
            table.entitlement[offers.county[at] if inside else counties + j - 2 * towns, j] = 1.0
        if inside:
            table.rent[j] = offers.rent[j] * (1.0 - offers.subsidy[at]) / p.workers_per_home
            table.earnings[j, HIGH_SKILL] += offers.relief[at] * table.rent[j]
            room = room_utility(offers.chance[j], p)
            table.room[j], constant[j] = math.exp(room), offers.of_county[offers.county[at]] + room
            if j % 2 == 0:
                table.service[j] *= offers.village[at]
                constant[j] += amenity_utility(offers.liveable[at], offers.liveable_before[at], p)


@kernel
def _pull_table(offers, table, constant, p):
    """Fills table.pull[class, group, place]."""
    out, cities = table.pull, offers.network.shape[1]
    for c in range(out.shape[0]):
        skill, child = c // 2, c % 2 == 1
        for j in range(out.shape[2]):
            base = income_utility(table.earnings[j, skill], table.rent[j], p) + size_utility(offers.size[j], p)
            base += constant[j]
            for g in range(out.shape[1]):
                v = base + service_utility(table.service[j], table.entitlement[g, j], child, p)
                v += network_utility(offers.network[g, j] if j < cities else 0.0, p)
                out[c, g, j] = math.exp(v)


@kernel
def _bases(offers, table, constant, p, out):
    """Fills out[skill, place]: what holds for all of a skill."""
    for skill in range(out.shape[0]):
        for j in range(out.shape[1]):
            base = income_utility(table.earnings[j, skill], table.rent[j], p) + size_utility(offers.size[j], p)
            out[skill, j] = base + constant[j]


@kernel
def _reach_table(travel, first, towns, p, out):
    """Fills out[location - first, place]."""
    for a in range(out.shape[0]):
        for j in range(out.shape[1]):
            there = j // 2 if j < 2 * towns else j - towns
            out[a, j] = math.exp(distance_utility(minutes_between(travel, first + a, there), p))


@kernel
def _count_network(lo, hi, household, hukou_place, home, group_of, out):
    """Adds people by group of registration and home to out[G, P]."""
    for i in range(lo, hi):
        group, place = group_of[np.uint32(hukou_place[i])], home[np.uint32(household[i])]
        out[np.uint32(group), np.uint32(place)] += 1


def group_of_place(model) -> np.ndarray:
    """int16[T + O]: group of somebody registered there (county, or C + outside place); read-only."""
    return _groups(model.pack)


@lru_cache(maxsize=8)
def _groups(pack) -> np.ndarray:
    found = np.concatenate([pack.town_county, len(pack.counties) + np.arange(len(pack.outside))]).astype(np.int16)
    found.flags.writeable = False
    return found


def publish_network(model) -> None:
    """Counts who is where and publishes `network` [C + O, 2T] and `size` [2T + O] (persons, whole city units)."""
    people, home, groups = model.people, model.households.home, group_of_place(model)
    household, hukou_place = people.household, people.hukou_place
    outside = model.outside_size * model.par.moving.outside_size
    if not has_table(model.pack):
        model.network = candidates.count_network(model, groups)
        model.publish("size", np.concatenate([candidates.residents(model) / model.scale, outside]))
        return

    def work(lo, hi, out):
        _count_network(lo, hi, household, hukou_place, home, groups, out)

    count = add_up(len(people), model.threads, (model.C + model.O, model.P), work)[:, : 2 * model.T]
    model.publish("network", np.log1p(count / model.scale))
    model.publish("size", np.concatenate([count.sum(axis=0) / model.scale, outside]))


def registered_elsewhere(model) -> np.ndarray:
    """float64[2T]: residents registered in another county or outside, persons of the model, after the last moves; zeros
    before the first count."""
    if not has_table(model.pack):
        return candidates.registered_elsewhere(model) if hasattr(model, "network") else np.zeros(2 * model.T)
    try:
        groups = np.expm1(model.signals.network) * model.scale
    except AttributeError:
        return np.zeros(2 * model.T)
    return groups.sum(axis=0) - groups[np.repeat(model.pack.town_county, 2), np.arange(2 * model.T)]


def travel(model) -> Travel:
    """Travel times of the year: lever outside_travel_time acts on trips that leave the city."""
    return travel_times(model.pack, model.lever("outside_travel_time").tobytes())


def travel_minutes(model) -> np.ndarray:
    """float64[T + O, T + O], read-only, for a city whose pack has the table."""
    return travel(model).table


def _reach(model) -> np.ndarray:
    """float64[T + O, NP], or [O, NP] where a sample is weighed: weights of distance, worked out anew only when travel
    times have changed."""
    times, known = travel(model), model.__dict__.get("_reach_of")
    if known is None or known[0] is not times:
        first = 0 if has_table(model.pack) else model.T
        reach = np.empty((model.T + model.O - first, model.P))
        _reach_table(times, first, model.T, model.par.moving, reach)
        known = model._reach_of = times, reach
    return known[1]


def _offers(model) -> Offers:
    s, moving = model.signals, model.par.moving
    known = len(moving.county_constant) == model.C  # constants are those of one city's counties
    return Offers(
        s.expected_earnings,
        s.rent,
        s.service,
        s.network if has_table(model.pack) else np.log1p(model.network.outside / model.scale),
        s.size,
        permits.permit(model).whole,
        model.lever("rural_service_level"),
        model.lever("rent_subsidy"),
        housing.talent_relief(model),
        model.lever("rural_amenity"),
        model.start_policy.lever("rural_amenity", model.start),
        s.home_chance,
        model.pack.town_county,
        moving.county_constant if known else np.zeros(model.C),
    )


def attraction(model) -> Attraction:
    """Tables for this year from the signals in force."""
    p, places, full = model.par.moving, model.P, has_table(model.pack)
    offers, constant = _offers(model), np.empty(places)
    groups = model.O + (model.C if full else 0)
    table = Attraction(
        pull=np.empty((CLASSES, groups, places)),
        reach=_reach(model),
        entitlement=np.empty((groups, places)),
        service=np.empty(places),
        earnings=np.empty((places, SKILLS)),
        rent=np.empty(places),
        size=offers.size,
        sampled=no_sample(),
        room=np.empty(places),
    )
    _places(offers, p, table, constant)
    _pull_table(offers, table, constant, p)
    if full:
        return table
    base = np.empty((SKILLS, places))
    _bases(offers, table, constant, p, base)
    permit = np.concatenate([np.repeat(offers.permit, 2), np.full(model.O, p.outside_parity)])
    return table._replace(sampled=sample(model, offers.size, table.service, base, permit, travel(model)))
