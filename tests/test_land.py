"""Urban land, quota, villages that become urban. Examples are worked by hand in the comments."""

import numpy as np
import pytest

from sim.catalogue import record
from sim.codes import COMMODITY_HOME, HOMESTEAD, HOMESTEAD_HOME, OWNED, RENTED
from sim.rules import land as rules
from sim.steps import land
from sim.steps.place_counts import occupied
from tests.helpers_places import add_household, city

P = record("land", {"land_per_added_resident": 60, "land_per_job": 50, "land_per_villager": 300})


def test_quota_follows_people_by_hand():
    # half of 100 + 300 follows people; growth 30 and -5: all 200 to the first: 50 + 200, 150 + 0
    q = rules.quota_by_people(np.array([100.0, 300.0]), np.array([0.5, 0.5]), np.array([30.0, -5.0]))
    assert q.tolist() == [250.0, 150.0]
    same = rules.quota_by_people(np.array([100.0, 300.0]), np.array([0.5, 0.5]), np.array([-1.0, -5.0]))
    assert same.tolist() == [100.0, 300.0]  # nobody settled anywhere


def test_spare_quota_goes_to_those_who_want_more():
    p = record("land", {"quota_pooled": 0.5})
    # 60 of 100 are spare, 30 of them pass on; 40 and 20 lack: two thirds and one third of 30
    limit = rules.pooled(p, np.array([100.0, 10.0, 10.0]), np.array([40.0, 50.0, 30.0]))
    assert limit == pytest.approx([100.0, 30.0, 20.0])
    same = rules.pooled(p, np.array([100.0, 10.0]), np.array([40.0, 12.0]))
    assert same == pytest.approx([100.0, 12.0])  # nobody gets more than is wanted
    assert rules.pooled(p, np.array([5.0]), np.array([4.0])).tolist() == [5.0]


def test_demand_by_hand():
    # 10 * 60 + 4 * 50 + 1000 = 1800; losses count as zero
    assert rules.land_demand(P, 10, 4, 1000.0) == 1800.0
    assert rules.land_demand(P, -10, -4, 1000.0) == 1000.0


def test_villages_by_hand():
    # 2000 villagers: 100 a village, 300 m2 each: 30,000 m2; 95,000 m2 of new land pass three whole villages
    assert rules.village_land(P, 2000) == 30_000.0
    assert rules.villages_inside(np.array([95_000, 29_999, 9e9, 9e9]), np.array([3e4, 3e4, 3e4, 0.0])).tolist() == [
        3,
        0,
        20,
        0,
    ]


def _town(m):
    """Town 0: 20 villages of two households of one (one rents), 50 urban persons. Town 1: urban only."""
    for v in range(20):
        add_household(m, 0, HOMESTEAD, village=v)
        add_household(m, 0, RENTED, village=v, hukou=2)
    for _ in range(50):
        add_household(m, 1, OWNED)
        add_household(m, 3, OWNED)
    m.towns.homes[:] = [[30, 24, 0, 0], [0, 60, 0, 0], [0, 0, 0, 0], [0, 60, 0, 0]]
    m.towns.jobs[:] = 10


def test_start_land_by_hand():
    m = city()
    _town(m)
    land.initialise(m)
    assert m.towns.urban_land.tolist() == [6000, 6000]  # 50 * 120
    assert m.towns.rural_land.tolist() == [994_000, 1_994_000]  # 1 and 2 km2
    m = city(scale=0.005)  # an area of 5000 m2: bounded at 95 %
    _town(m)
    land.initialise(m)
    assert m.towns.urban_land[0] == 4750


def test_growth_within_quota_demand_and_area():
    m = city(land_quota=0.1)  # 1000 m2 a town
    _town(m)
    land.initialise(m)
    total = m.towns.urban_land + m.towns.rural_land
    for _ in range(5):
        add_household(m, 1, OWNED)
    m.homes_before = m.towns.homes.copy()
    land.land(m)
    assert m.land_flow["new_urban"].tolist() == [300, 0]  # 5 persons * 60 m2
    for _ in range(100):
        add_household(m, 1, OWNED)
    land.land(m)
    assert m.land_flow["new_urban"].tolist() == [1000, 0]  # 6000 wanted, the quota holds
    assert (m.towns.urban_land + m.towns.rural_land == total).all()
    m.lever = lambda name: np.full(2, 1e6 if name == "land_quota" else 0.0)
    m.towns.jobs[:] = 10_000_000
    land.land(m)
    assert (m.towns.urban_land <= 0.95 * total).all() and (m.towns.urban_land + m.towns.rural_land == total).all()


def test_collective_land_comes_first_and_adds_room():
    m = city(land_quota=0.1, collective_land=0.05)  # 1000 and 500 m2
    _town(m)
    land.initialise(m)
    for _ in range(100):
        add_household(m, 1, OWNED)
    land.land(m)
    assert m.land_flow["new_urban"].tolist() == [1500, 0]
    assert m.land_flow["collective"].tolist() == [500, 0]


def test_villages_become_urban_with_people_and_homes():
    # 40 villagers: 2 a village, 330 m2 each: 660 m2 a village; 1500 m2 pass two villages
    m = city(land_quota=0.15, parameters={"land_per_villager": 330})
    _town(m)
    land.initialise(m)
    for _ in range(100):
        add_household(m, 1, OWNED)
    m.towns.homes[1, COMMODITY_HOME] += 100
    before = m.towns.homes.copy()
    land.land(m)
    assert m.towns.urban_villages.tolist() == [2, 0]
    assert m.flow["insitu_in"].tolist() == [0, 4, 0, 0, 0] and m.flow["insitu_out"].tolist() == [4, 0, 0, 0, 0]
    inside = (m.households.village < 2) & np.isin(np.arange(m.households.n), np.arange(40))
    assert (m.households.home[inside] == 1).all() and (m.households.home[:40][~inside[:40]] == 0).all()
    assert (m.households.tenure[:2] == [HOMESTEAD, RENTED]).all()  # keep their tenure
    # empties: 10 homesteads and 4 rooms, two of twenty villages: 1 and 0.4 -> 0; the empty house is let in town
    f = m.homes_flow
    assert f["reclassified_out"][0].tolist() == [3, 2, 0, 0]
    assert f["reclassified_in"][1].tolist() == [2, 3, 0, 0]
    assert (m.towns.homes == before + f["reclassified_in"] - f["reclassified_out"]).all()
    assert (occupied(m) <= m.towns.homes).all()
    assert m.land_state.urban_residents[0] == 154  # the absorbed are no demand of the next year
    land.land(m)
    assert m.land_flow["new_urban"].tolist() == [0, 0] and m.land_state.settled.tolist() == [0.0, 0.0]


def test_a_town_without_villages():
    m = city(land_quota=10.0)
    _town(m)
    land.initialise(m)
    for _ in range(100):
        add_household(m, 3, OWNED)
    m.towns.homes[3, COMMODITY_HOME] += 100
    land.land(m)
    assert m.towns.urban_villages[1] == 0 and m.land_flow["new_urban"][1] == 6000


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_share_of_villages_does_not_depend_on_scale(scale):
    """The same city at a tenth of the size: quota, growth and villages all shrink alike."""
    m = city(scale=scale, land_quota=0.5, parameters={"land_per_villager": 330})
    for v in range(20):
        for _ in range(int(100 * scale)):
            add_household(m, 0, HOMESTEAD, village=v)
    m.towns.homes[0, HOMESTEAD_HOME] = m.households.n
    land.initialise(m)
    m.towns.jobs[:] = int(1000 * scale)
    land.land(m)
    # posts 4 * 1000 * 60 m2 = 240,000 wanted, 5000 allowed; a village takes 100 * 330 = 33,000
    assert m.land_flow["new_urban"][0] == 5000 * scale
    assert m.towns.urban_villages[0] == 0
    for _ in range(6):
        m.towns.jobs *= 2
        land.land(m)
    assert m.towns.urban_villages[0] == 1  # 35,000 m2
