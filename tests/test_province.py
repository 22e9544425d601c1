"""Where towns are many: a bounded list of places stands for all, and no table grows with the square of the towns."""

import math

import numpy as np
import pytest

from benchmarks.province import open_province
from sim.codes import COLLEGE, HEAD
from sim.data import load_pack
from sim.draws import Decision
from sim.model import CityModel
from sim.rules.destination import distance_utility
from sim.steps import attraction, candidates, moving
from sim.steps.choice import choice_weights, location_of
from sim.travel import minutes_between, towns_within

SCALE = 0.0005  # some 2,500 people a copy


@pytest.fixture(scope="module")
def small():
    """The city itself, without its table of travel times."""
    return open_province(1, 0.001)


@pytest.fixture(scope="module")
def large():
    """Ten copies of the city: 730 towns."""
    return open_province(10, SCALE)


def listed(model, table, row: int, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Places that the head of a household may choose, and exp(V) but for ties to home and staying."""
    people, homes, room = model.people, model.households, candidates.room(model.O)
    w, at, i = np.empty(room), np.empty(room, np.int64), int(homes.first[row])
    geo, registered = moving.geography(model), int(people.hukou_place[i])
    here = location_of(int(homes.home[row]), model.T)
    group, p = int(geo.group_of[registered]), model.par.moving
    home = int(homes.homestead[row])
    count = candidates.list_places(table, geo, model.C, kind, group, here, registered, home, p, w, at)
    return at[:count], w[:count]


def test_with_as_many_near_towns_as_there_are_the_choice_is_the_full_one(small):
    """Weights of all places, for people who live and are registered anywhere; times are rounded in the table."""
    city = CityModel(scale=0.001)
    full, part = attraction.attraction(city), attraction.attraction(small)
    assert len(part.sampled.pull) and not len(full.sampled.pull)
    assert np.array_equal(city.people.key, small.people.key)
    groups = attraction.group_of_place(city)
    outside = np.flatnonzero(city.households.home >= 2 * city.T)
    for row in [*range(0, len(city.households), 40), *outside[:10]]:
        i, home = int(city.households.first[row]), int(city.households.home[row])
        kind, registered = 2 * int(city.people.education[i] == COLLEGE), int(city.people.hukou_place[i])
        at, w = listed(small, part, row, kind)
        if home >= 2 * city.T and registered >= city.T:
            continue
        here = location_of(home, city.T)
        expected = full.pull[kind, groups[registered]] * full.reach[here]
        assert sorted(at) == list(range(city.P))
        assert w[np.argsort(at)] == pytest.approx(expected, rel=1e-5)


def test_the_place_chosen_is_that_of_the_full_choice(small):
    """Same draw, same ties to home: staying comes first, then the list in an order of its own, so probabilities are
    compared: the share of equal steps of the unit interval that falls to each place."""
    table, geo, p = attraction.attraction(small), moving.geography(small), small.par.moving
    city = CityModel(scale=0.001)
    full, steps = attraction.attraction(city), 4000
    row = int(np.flatnonzero((small.households.homestead >= 0) & (small.households.home % 2 == 1))[0])
    i, home = int(small.households.first[row]), int(small.households.home[row])
    assert small.people.role[i] == HEAD
    registered, homestead = int(small.people.hukou_place[i]), int(small.households.homestead[row])
    here, group, w = location_of(home, small.T), int(geo.group_of[registered]), np.empty(city.P)
    total = choice_weights(
        full.pull[0, group], full.reach[here], full.room, home, registered, homestead, 5.0, city.T, p, w
    )  # fmt: skip
    room = candidates.room(small.O)
    lists = np.empty(room), np.empty(room, np.int64)
    who = (table, geo, small.C, 0, group, home, here, registered, homestead, 5.0)
    chosen = [candidates.choose_place(*who, (n + 0.5) / steps, p, *lists) for n in range(steps)]
    share = np.bincount(chosen, minlength=city.P) / steps
    assert np.abs(share - w / total).max() < 1.5 / steps


def test_towns_drawn_stand_for_all_that_are_not_near(large):
    """Over many years the weights of the towns drawn add up to those of all towns beyond the nearest 80."""
    p, travel, here = large.par.moving, attraction.travel(large), 100
    size = large.signals.size[: 2 * large.T].reshape(-1, 2).sum(axis=1).clip(1.0)
    near = attraction.attraction(large).sampled.near
    weight = [math.exp(distance_utility(minutes_between(travel, here, t), p)) for t in range(large.T)]
    everybody = sum(weight) - sum(weight[t] for t in near[here])
    drawn, reach = np.empty((large.T + large.O, candidates.DRAWN), np.int64), np.empty((736, candidates.DRAWN))
    found = []
    for year in range(400):
        stream = large.stream(Decision.CANDIDATES, year)
        candidates._draw_towns(stream, np.cumsum(size), near, travel, p, drawn, reach)
        found.append(reach[here][drawn[here] >= 0].sum())
    error = np.std(found) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(everybody, abs=4 * error) and error < 0.05 * everybody


def test_a_network_counts_everybody_where_the_table_would(small):
    city = CityModel(scale=0.001)
    count = np.rint(np.expm1(city.signals.network) * city.scale).astype(int)
    net, parts = small.network, 2 * city.T
    own = count[np.repeat(city.pack.town_county, 2), np.arange(parts)]
    assert np.array_equal(net.own, own) and np.array_equal(net.outside, count[city.C :])
    others = count[: city.C].copy()
    others[np.repeat(city.pack.town_county, 2), np.arange(parts)] = 0
    held = net.keys >= 0
    found = np.zeros(city.C * parts, int)
    found[net.keys[held]] = net.counts[held]
    assert np.array_equal(found.reshape(city.C, parts), others)
    assert candidates.registered_elsewhere(small) == pytest.approx(attraction.registered_elsewhere(city))
    assert np.array_equal(candidates.residents(small), count.sum(axis=0))


def table_bytes(model) -> int:
    """Bytes of the tables of a year that are by pairs of places."""
    table, state = attraction.attraction(model), model.labour_state
    arrays = [*table[:3], *(a for a in table.sampled if isinstance(a, np.ndarray))]
    arrays += [state.near_town, state.near_weight, state.reach.data, model.registration.of_county]
    return sum(a.nbytes for a in arrays)


def test_tables_by_pairs_of_places_grow_with_the_towns_and_not_with_their_square(small, large):
    few, many = table_bytes(small) / small.T, table_bytes(large) / large.T
    assert large.T == 10 * small.T
    assert many < 1.6 * few  # copies side by side: towns at the edge have neighbours there
    assert not hasattr(large.signals, "network") and len(large.pack.travel_minutes) == 0


def test_a_province_lives_and_its_books_close(large):
    before = len(large.people)
    twin = open_province(10, SCALE, threads=1)
    for model in (large, twin):
        model.run_until(2022)  # the accounts are checked each year
    assert 0.95 * before < len(large.people) < 1.1 * before
    assert large.flow["moves_in"].sum() > 50 and large.flow["arrivals"].sum() > 100
    assert np.array_equal(large.people.key, twin.people.key)
    assert np.array_equal(large.records()[3], twin.records()[3], equal_nan=True)


def test_pairs_within_a_time_are_those_of_the_table():
    """Towns within 30 minutes by the table of the pack, give and take its rounding."""
    pack, roads = load_pack(), open_province(1, SCALE).pack.roads
    home, work, minutes = towns_within(roads, 30.0)
    table = pack.travel_minutes[: len(pack.towns), : len(pack.towns)]
    assert np.array_equal(np.column_stack([home, work]), np.argwhere(table <= 30.0))
    assert minutes == pytest.approx(table[home, work], rel=1e-6)
