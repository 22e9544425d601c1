"""Schools, beds and quality. Examples are worked by hand in the comments."""

import numpy as np
import pytest

from sim.catalogue import record
from sim.codes import HOMESTEAD, OWNED
from sim.rules import services as rules
from sim.steps import place_counts, services
from tests.helpers_places import add_household, city

P = record(
    "services",
    {
        "crowding_bounds": [0.4, 1.6],
        "crowding_prior_users": 10,
        "crowding_elasticity": 0.5,
        "school_weight": 0.6,
        "quality_elasticity": 0.5,
        "service_bounds": [0.3, 3],
        "catch_up": 0.1,
        "revenue_elasticity": 0.5,
        "ability_bounds": [0.4, 2],
        "school_slack": 0.2,
        "closing_rate": 0.1,
    },
)


def test_need_and_capacity_by_hand():
    assert rules.school_need(100, 50, 0.6) == 130.0
    # 120 places, 1.2 a child at start: room for 100; county ratio 1: (100 + 10) / (90 + 10) = 1.1
    assert rules.capacity_ratio(P, 120.0, 90.0, 1.2, 1.0) == pytest.approx(1.1)
    assert rules.capacity_ratio(P, 0.0, 1000.0, 1.2, 0.0) == 0.4
    assert rules.capacity_ratio(P, 1e6, 0.0, 1.2, 1.0) == 1.6


def test_index_by_hand():
    # 0.6 * 0.81**0.5 + 0.4 * 1.21**0.5 = 0.54 + 0.44 = 0.98; spending 1.44 times: * 1.2 = 1.176
    assert rules.service_index(P, 0.81, 1.21, 1.44) == pytest.approx(1.176)
    assert rules.outside_service(P, 90_000.0, 62_500.0) == pytest.approx(1.2)  # (1.44)**0.5


def test_building_and_closing_by_hand():
    assert rules.fiscal_ability(P, 2.25) == pytest.approx(1.5)
    assert rules.fiscal_ability(P, 100.0) == 2.0
    # 200 places lack, a tenth a year, 1.5 times as fast: 30
    assert rules.own_building(P, 1000.0, 800.0, 1.5) == pytest.approx(30.0)
    assert rules.own_building(P, 800.0, 1000.0, 1.5) == 0.0
    # 1000 wanted, 1400 there, 1200 stay: a tenth of 200
    assert rules.closing(P, 1000.0, 1400.0) == pytest.approx(20.0)
    assert rules.closing(P, 1000.0, 1100.0) == 0.0


def _families(m, place, count, **who):
    for _ in range(count):
        add_household(m, place, OWNED if place % 2 else HOMESTEAD, members=2, age=30, **who)  # a child of eight


def test_counts_local_and_other_pupils():
    m = city()
    _families(m, 1, 3)
    _families(m, 1, 2, hukou=1)  # registered in the other county
    _families(m, 1, 1, hukou=2)  # registered outside
    _families(m, 4, 5)  # lives outside: not counted
    counts = place_counts.people_by_place(m)
    assert counts[1].tolist()[:3] == [12, 3, 3]
    assert counts.sum() == 18
    assert services.school_need(m, counts)[0] == 3.0  # parity 0
    m.lever = lambda name: np.full(2, 0.5)
    assert services.school_need(m, counts)[0] == 3.75  # half of them hold a permit that carries half


def test_start_levels_and_mean_one():
    m = city(permit_parity=0.5)
    _families(m, 0, 100)
    _families(m, 1, 400)
    _families(m, 3, 500)
    services.initialise(m)
    # 2000 residents: 104 places and 5.2 beds a thousand
    assert m.towns.school_places.sum() == pytest.approx(208.0)
    assert m.towns.beds.sum() == pytest.approx(10.4)
    residents = np.array([1000, 1000])
    assert np.average(m.signals.service[:2], weights=residents) == pytest.approx(1.0)
    assert m.signals.service[1] > m.signals.service[0]  # all urban, the other has villagers
    assert len(m.signals.service) == 3 and m.signals.service[2] == pytest.approx(1.0)  # same wage outside


def test_more_users_crowd_and_levers_relieve():
    def index(migrants, parity, places=0.0):
        m = city(permit_parity=parity, school_places=places, parameters={"crowding_prior_users": 0})
        _families(m, 1, 200)
        _families(m, 3, 200)
        services.initialise(m)
        _families(m, 1, migrants, hukou=2)
        services.services(m)
        return m.signals.service

    base, crowded = index(0, 1.0), index(100, 1.0)
    assert crowded[0] < base[0] and crowded[1] == pytest.approx(base[1])
    assert index(100, 0.0)[0] > crowded[0]  # those not entitled do not crowd the school
    assert index(100, 1.0, places=[50.0, 0.0])[0] > crowded[0]


def test_poor_counties_build_slower_and_spending_shows():
    from types import SimpleNamespace

    m = city()
    _families(m, 1, 200)
    _families(m, 3, 200)
    services.initialise(m)
    m.towns.school_places[:] /= 2
    m.budget_state = SimpleNamespace(revenue_ratio=np.array([1.0, 0.25]), spending_ratio=np.array([1.0, 0.5]))
    services.services(m)
    assert m.services_state.own_places[0] == pytest.approx(2 * m.services_state.own_places[1])
    assert m.signals.service[1] < m.signals.service[0]
