"""What places offer to movers this year, once for each class of person instead of once a person.

Class = 2 * skill + has a child of school age; group g = county of registration (0..C-1) or C + outside place.
The weight of place j for somebody of class c and group g who lives at location L (town or T + outside) is
`pull[c, g, j] * reach[L, j] = exp(V_j)`; the terms are the rules of `sim.rules.destination`.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.codes import HIGH_SKILL
from sim.engine import add_up
from sim.rules import kernel
from sim.rules.destination import (
    amenity_utility,
    distance_utility,
    income_utility,
    network_utility,
    service_utility,
    size_utility,
)
from sim.steps import housing, permits

CLASSES = 4


class Attraction(NamedTuple):
    """Tables of one year. NP = 2T + O places, G = C + O groups."""

    pull: np.ndarray  # float64 [CLASSES, G, NP]
    reach: np.ndarray  # float64 [T + O, NP]
    entitlement: np.ndarray  # float64 [G, NP]
    service: np.ndarray  # float64 [NP]
    earnings: np.ndarray  # float64 [NP, skill]
    rent: np.ndarray  # float64 [NP], per worker
    size: np.ndarray  # float64 [NP]


@kernel
def _pull_table(earnings, rent, service, entitlement, network, size, constant, p, out):
    for c in range(out.shape[0]):
        skill, child = c // 2, c % 2 == 1
        for j in range(out.shape[2]):
            base = income_utility(earnings[j, skill], rent[j], p) + size_utility(size[j], p) + constant[j]
            for g in range(out.shape[1]):
                v = base + service_utility(service[j], entitlement[g, j], child, p) + network_utility(network[g, j], p)
                out[c, g, j] = math.exp(v)


@kernel
def _reach_table(minutes, towns, p, out):
    for a in range(out.shape[0]):
        for j in range(out.shape[1]):
            town = j // 2 if j < 2 * towns else j - towns
            out[a, j] = math.exp(distance_utility(minutes[a, town], p))


@kernel
def _count_network(lo, hi, household, hukou_place, home, group_of, out):
    """Adds people by group of registration and home to out[G, P]."""
    for i in range(lo, hi):
        out[group_of[hukou_place[i]], home[household[i]]] += 1


def group_of_place(model) -> np.ndarray:
    """int16[T + O]: group of somebody registered there (county, or C + outside place)."""
    return np.concatenate([model.pack.town_county, model.C + np.arange(model.O)]).astype(np.int16)


def publish_network(model) -> None:
    """Counts who is where and publishes `network` [C + O, 2T] and `size` [2T + O] (persons, whole city units)."""
    people, home, groups = model.people, model.households.home, group_of_place(model)
    household, hukou_place = people.household, people.hukou_place

    def work(lo, hi, out):
        _count_network(lo, hi, household, hukou_place, home, groups, out)

    count = add_up(len(people), model.threads, (model.C + model.O, model.P), work)[:, : 2 * model.T]
    model.publish("network", np.log1p(count / model.scale))
    outside = model.outside_size * model.par.moving.outside_size
    model.publish("size", np.concatenate([count.sum(axis=0) / model.scale, outside]))


def travel_minutes(model) -> np.ndarray:
    """float64[T + O, T + O] of the year: lever outside_travel_time acts on trips that leave the city."""
    minutes = np.array(model.pack.travel_minutes, dtype=np.float64)
    factor = model.lever("outside_travel_time")
    t = model.T
    minutes[:t, t:] *= factor[:, None]
    minutes[t:, :t] *= factor[None, :]
    return minutes


def attraction(model) -> Attraction:
    """Tables for this year from the signals in force."""
    t, c, o, s, p = model.T, model.C, model.O, model.signals, model.par.moving
    places, groups = 2 * t + o, c + o
    town_of = np.concatenate([np.repeat(np.arange(t), 2), t + np.arange(o)])
    rural = np.concatenate([np.tile([True, False], t), np.zeros(o, bool)])
    entitlement = np.full((groups, places), p.outside_parity)
    entitlement[:, : 2 * t] = np.repeat(permits.permit(model).whole, 2)[None, :]
    county = np.repeat(model.pack.town_county, 2)
    entitlement[county, np.arange(2 * t)] = 1.0
    entitlement[c + np.arange(o), 2 * t + np.arange(o)] = 1.0
    village = np.concatenate([model.lever("rural_service_level"), np.ones(o)])[town_of]
    service = s.service[town_of] * np.where(rural, village, 1.0)
    subsidy = np.concatenate([np.repeat(model.lever("rent_subsidy"), 2), np.zeros(o)])
    rent = s.rent * (1.0 - subsidy) / p.workers_per_home
    earnings = np.ascontiguousarray(s.expected_earnings[town_of])
    earnings[: 2 * t, HIGH_SKILL] += np.repeat(housing.talent_relief(model), 2) * rent[: 2 * t]
    network = np.zeros((groups, places))
    network[:, : 2 * t] = s.network
    constant = np.concatenate([p.county_constant[county], np.zeros(o)])
    constant[: 2 * t : 2] += amenity_utility(
        model.lever("rural_amenity"), model.start_policy.lever("rural_amenity", model.start), p
    )
    pull = np.empty((CLASSES, groups, places))
    _pull_table(earnings, rent, service, entitlement, network, s.size, constant, p, pull)
    minutes = travel_minutes(model)
    reach = np.empty((t + o, places))
    _reach_table(minutes, t, p, reach)
    return Attraction(pull, reach, entitlement, service, earnings, rent, s.size)
