"""Where a mover may go in a province of thousands of towns: a bounded list of places instead of a table of all.

Movers of a city with a table of travel times (`sim.travel.has_table`) weigh all places (`attraction`). Elsewhere they
weigh

* the NEAREST towns around the town of residence, all of them;
* DRAWN towns from all others, drawn anew each year with chances in proportion to their residents, q_j = n_j / sum n.
  A town drawn stands for those not drawn: V'_j = V_j - ln(DRAWN q_j), so that the drawn weights add up, in expectation,
  to those of all towns that are not near (sampling of alternatives, McFadden 1978; Ben-Akiva & Lerman 1985, ch. 9);
* the town of registration and that of the homestead, wherever they are, and all outside places.

With as many nearest towns as there are towns this is the full choice. The cost of a mover, and the memory of a town,
do not depend on the number of towns.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.draws import Decision, draw_alternative
from sim.rules import kernel
from sim.rules.destination import distance_utility, home_utility, network_utility, service_utility, stay_utility
from sim.travel import minutes_between, nearest_towns

NEAREST, DRAWN = 80, 24
NO_TOWN = -1
_EMPTY = np.int64(-1)


class Network(NamedTuple):
    """Residents by group of registration and place, persons of the model, where a table would be mostly zeros."""

    own: np.ndarray  # int64[2T], registered in the county where the place is
    outside: np.ndarray  # int64[O, 2T], registered in an outside place
    keys: np.ndarray  # int64[slots], county * 2T + place of all others: an open hash table
    counts: np.ndarray  # int64[slots]


class Sampled(NamedTuple):
    """Tables of one year. All arrays are empty where all places are weighed."""

    pull: np.ndarray  # float64[class, (others, registered in the county), NP], without distance and the others' network
    near: np.ndarray  # int64[T, NEAREST], ascending
    near_reach: np.ndarray  # float64[T, NEAREST], weight of distance
    drawn: np.ndarray  # int64[T + O, DRAWN], NO_TOWN where the town drawn is a near one
    drawn_reach: np.ndarray  # float64[T + O, DRAWN], weight of distance over DRAWN q
    permit: np.ndarray  # float64[NP], share of services of those registered in another county
    keys: np.ndarray  # the hash table of `Network`
    counts: np.ndarray
    scale: float


def no_sample() -> Sampled:
    """Where all places are weighed."""
    whole, real = np.empty((0, 0), np.int64), np.empty((0, 0))
    return Sampled(
        np.empty((0, 2, 0)), whole, real, whole, real, np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64), 1.0
    )


# Who is registered where


def count_network(model, group_of: np.ndarray) -> Network:
    """Counts everybody; the hash table is as large as twice the entries need, and grows from year to year."""
    people, home, county = model.people, model.households.home, model.pack.town_county
    slots = len(model.network.keys) if getattr(model, "network", None) else 1 << 12
    while True:
        own, outside = np.zeros(2 * model.T, np.int64), np.zeros((model.O, 2 * model.T), np.int64)
        network = Network(own, outside, np.full(slots, _EMPTY), np.zeros(slots, np.int64))
        if _count(people.household, people.hukou_place, home, group_of, county, model.C, network):
            return network
        slots *= 2


@kernel
def _slot(keys, key):
    """Slot of a key, or the free one where it belongs (linear probing of a multiplicative hash)."""
    mask = len(keys) - 1
    at = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[at] != key and keys[at] != _EMPTY:
        at = (at + 1) & mask
    return at


@kernel
def _count(household, hukou_place, home, group_of, county, counties, network):
    """Fills the network; False if more than half of the slots would be taken."""
    places, taken, most = len(network.own), 0, len(network.keys) // 2
    for i in range(len(household)):
        place, group = home[household[i]], group_of[hukou_place[i]]
        if place >= places:
            continue
        if group >= counties:
            network.outside[group - counties, place] += 1
        elif group == county[place // 2]:
            network.own[place] += 1
        else:
            key = np.int64(group) * places + place
            at = _slot(network.keys, key)
            if network.keys[at] == _EMPTY:
                network.keys[at] = key
                taken += 1
                if taken > most:
                    return False
            network.counts[at] += 1
    return True


def residents(model) -> np.ndarray:
    """int64[2T]: everybody in the network by place."""
    net = model.network
    return net.own + net.outside.sum(axis=0) + _elsewhere(net)


def registered_elsewhere(model) -> np.ndarray:
    """int64[2T]: residents registered in another county or outside, persons of the model."""
    return model.network.outside.sum(axis=0) + _elsewhere(model.network)


def _elsewhere(net: Network) -> np.ndarray:
    held, places = net.keys != _EMPTY, len(net.own)
    return np.bincount(net.keys[held] % places, weights=net.counts[held], minlength=places).astype(np.int64)


# The tables of the year


def sample(model, size: np.ndarray, service: np.ndarray, base: np.ndarray, permit: np.ndarray, travel) -> Sampled:
    """The tables. Float64[NP]: `size` residents, `service` index, `permit` share of services of those registered
    elsewhere; `base` float64[skill, NP]: utility of a place without services, network and distance."""
    towns, p = model.T, model.par.moving
    if not hasattr(model, "near_towns"):
        near = nearest_towns(model.pack.roads, min(NEAREST, towns))
        reach = np.empty(near.shape)
        _fill_near(near, travel, p, reach)
        model.near_towns = near, reach
    near, near_reach = model.near_towns
    drawn, drawn_reach = np.empty((towns + model.O, DRAWN), np.int64), np.empty((towns + model.O, DRAWN))
    people = np.maximum(size[0 : 2 * towns : 2] + size[1 : 2 * towns : 2], 1.0)
    _draw_towns(model.stream(Decision.CANDIDATES), np.cumsum(people), near, travel, p, drawn, drawn_reach)
    pull, net = np.empty((2 * len(base), 2, len(size))), model.network
    _fill_pull(base, service, permit, np.log1p(net.own / model.scale), p, pull)
    return Sampled(pull, near, near_reach, drawn, drawn_reach, permit, net.keys, net.counts, model.scale)


@kernel
def _fill_near(near, travel, p, out):
    for a in range(near.shape[0]):
        for k in range(near.shape[1]):
            out[a, k] = math.exp(distance_utility(minutes_between(travel, a, near[a, k]), p))


@kernel
def _draw_towns(stream, cumulated, near, travel, p, drawn, reach):
    """Systematic draws: DRAWN points at equal steps of the cumulated residents, moved by one draw a location."""
    total, draws = cumulated[-1], drawn.shape[1]
    for a in range(drawn.shape[0]):
        u = draw_alternative(stream, np.uint64(a), 0)
        for d in range(draws):
            town = np.searchsorted(cumulated, (d + u) / draws * total, side="right")
            size = cumulated[town] - (cumulated[town - 1] if town > 0 else 0.0)
            drawn[a, d] = NO_TOWN if a < near.shape[0] and is_near(near[a], town) else town
            weight = math.exp(distance_utility(minutes_between(travel, a, town), p))
            reach[a, d] = weight * total / (draws * size)


@kernel
def is_near(near, town):
    """Whether the town is in the ascending list."""
    at = np.searchsorted(near, town)
    return at < len(near) and near[at] == town


@kernel
def _fill_pull(base, service, permit, log_own, p, out):
    """Fills the pull of `Sampled`; permit float64[NP]: share of services of those registered elsewhere."""
    for c in range(out.shape[0]):
        child = c % 2 == 1
        for j in range(out.shape[2]):
            out[c, 0, j] = math.exp(base[c // 2, j] + service_utility(service[j], permit[j], child, p))
            own = network_utility(log_own[j] if j < len(log_own) else 0.0, p)
            out[c, 1, j] = math.exp(base[c // 2, j] + service_utility(service[j], 1.0, child, p) + own)


# The choice of one mover


@kernel
def pull_of(table, county_of, counties, kind, group, place, p):
    """exp(V) of a place but for distance, for a class of person and a group of registration."""
    if group >= counties:
        return table.pull[kind, group - counties, place]
    parts = 2 * len(county_of)
    if place < parts and county_of[place // 2] == group:
        return table.sampled.pull[kind, 1, place]
    pull = table.sampled.pull[kind, 0, place]
    if place < parts:
        key = np.int64(group) * parts + place
        at = _slot(table.sampled.keys, key)
        if table.sampled.keys[at] == key:
            people = table.sampled.counts[at] / table.sampled.scale
            pull *= math.exp(network_utility(math.log1p(people), p))
    return pull


@kernel
def _both_parts(count, town, reach, table, geo, counties, kind, group, p, w, at):
    """Adds both parts of a town to the list; how many there are then."""
    for place in range(2 * town, 2 * town + 2):
        at[count] = place
        w[count] = reach * pull_of(table, geo.county_of, counties, kind, group, place, p)
        count += 1
    return count


@kernel
def list_places(table, geo, counties, kind, group, here, hukou_place, homestead, p, w, at):
    """Fills at[n] with the places that somebody at location `here` may choose, w[n] with exp(V) before what ties to
    home and staying add; how many there are."""
    towns, s, count = geo.towns, table.sampled, 0
    anchor = here if here < towns else min(hukou_place, towns - 1)
    near = s.near[anchor]
    for k in range(len(near)):
        reach = s.near_reach[anchor, k] if here < towns else table.reach[here - towns, 2 * near[k]]
        count = _both_parts(count, near[k], reach, table, geo, counties, kind, group, p, w, at)
    for d in range(s.drawn.shape[1]):
        town = s.drawn[here, d]
        if town == NO_TOWN or town == hukou_place or town == homestead or (here >= towns and is_near(near, town)):
            continue
        count = _both_parts(count, town, s.drawn_reach[here, d], table, geo, counties, kind, group, p, w, at)
    for tie in range(2):
        town = hukou_place if tie == 0 else homestead
        if town < 0 or town >= towns or is_near(near, town) or (tie == 1 and homestead == hukou_place):
            continue
        reach = math.exp(distance_utility(minutes_between(geo.travel, here, town), p))
        count = _both_parts(count, town, reach, table, geo, counties, kind, group, p, w, at)
    for o in range(table.reach.shape[0]):
        at[count] = 2 * towns + o
        minutes = minutes_between(geo.travel, here, towns + o)
        reach = math.exp(distance_utility(minutes, p))
        w[count] = reach * pull_of(table, geo.county_of, counties, kind, group, 2 * towns + o, p)
        count += 1
    return count


@kernel
def choose_place(table, geo, counties, kind, group, home, here, hukou_place, homestead, years, u, p, w, at):
    """The place at position u in the cumulated weights of the list; staying comes first."""
    count = list_places(table, geo, counties, kind, group, here, hukou_place, homestead, p, w, at)
    at_home, total = here == hukou_place, 0.0
    stay = pull_of(table, geo.county_of, counties, kind, group, home, p) / table.room[home]
    stay *= math.exp(stay_utility(years, at_home, p))
    for n in range(count):
        location = at[n] // 2 if at[n] < 2 * geo.towns else at[n] - geo.towns
        if at[n] == home:
            w[n] = 0.0
            continue
        if not at_home and location == hukou_place:
            w[n] *= math.exp(home_utility(True, False, p))
        if homestead >= 0 and at[n] == 2 * homestead:
            w[n] *= math.exp(home_utility(False, True, p)) / table.room[2 * homestead]
        total += w[n]
    target, last = u * (total + stay) - stay, home
    if target < 0.0:
        return home
    for n in range(count):
        if w[n] > 0.0:
            target -= w[n]
            last = at[n]
            if target < 0.0:
                break
    return last


@kernel
def entitled(table, geo, counties, group, place):
    """Share of services that somebody of a group may use in a place."""
    if group >= counties:
        return table.entitlement[group - counties, place]
    if place < 2 * geo.towns and geo.county_of[place // 2] == group:
        return 1.0
    return table.sampled.permit[place]


def room(outside: int) -> int:
    """Most places that a list may hold."""
    return 2 * (NEAREST + DRAWN + 2) + outside
