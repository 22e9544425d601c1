"""Rules by which levers act, each with an example worked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.rules import (
    destination,
    farming,
    housing_market,
    income,
    labour_demand,
    land,
    permits,
    schooling,
    services,
    tenure,
)


def having(**values):
    return SimpleNamespace(**values)


def test_what_a_permit_carries():
    # 80 % hold one that carries 0.75; a part opened to 0.9 counts, one opened to 0.5 only does not
    assert permits.part.py_func(0.75, 0.0, 0.8) == pytest.approx(0.6)
    assert permits.part.py_func(0.75, 0.9, 0.8) == pytest.approx(0.72)
    assert permits.part.py_func(0.75, 0.5, 0.8) == pytest.approx(0.6)
    # weights 4, 3, 1, 2 of ten: 0.4 * 1 + 0.3 * 0.5 + 0 + 0.2 * 0.5
    p = having(permit_weights=np.array([4.0, 3.0, 1.0, 2.0]))
    assert permits.entitlement.py_func(1.0, 0.5, 0.0, 0.5, p) == pytest.approx(0.65)


def test_places_for_children_registered_elsewhere():
    # a quarter of the room for 1000 is 250: enough for 200, for half of 500
    assert permits.school_access(0.25, 1000.0, np.array([200.0, 500.0, 0.0])) == pytest.approx([1.0, 0.5, 1.0])


def test_medical_refund():
    assert permits.medical_refund(0.6, 1.1, having(medical_refund_2020=500.0)) == pytest.approx(330.0)


def test_facilities_add_to_services():
    # four times the first at elasticity a half: 0.1 * (2 - 1); the second as at the start
    p = having(facility_weights=np.array([0.1, 0.2]), crowding_elasticity=0.5)
    assert services.facility_term(p, np.array([4.0, 1.0])) == pytest.approx(0.1)
    assert services.facility_term(p, np.array([[1.0, 0.0], [1.0, 1.0]])) == pytest.approx([0.0, -0.1])


def test_teachers_of_the_other_region():
    # 10 of 1700 / 17 = 100 teachers, gain 0.5: 5 %
    p = having(exchange_gain=0.5, places_per_teacher=17.0)
    assert services.exchange_factor(p, 10.0, 1700.0) == pytest.approx(1.05)


def test_room_within_the_boundary():
    # half as much again as 100 is 150, of which 120 are built; the town's bound is 0.9 of 1000; a town without any
    # urban land may take 1.5 times a hundredth of its area
    p = having(urban_share_bound=0.9, boundary_least=0.01)
    area, urban, start = np.array([1000.0, 1000.0]), np.array([120.0, 0.0]), np.array([100.0, 0.0])
    assert land.room_to_grow(p, area, urban, start, 1.5) == pytest.approx([30.0, 15.0])
    assert land.room_to_grow(p, 1000.0, 870.0, 800.0, 2.0) == pytest.approx(30.0)
    assert land.room_to_grow(p, 1000.0, 950.0, 800.0, 1.0) == 0.0


def test_talent_homes_and_renewal():
    # 30 homes, wanted 0.2 * 500 = 100: three tenths save half of the rent
    p = having(talent_share=0.2, talent_discount=0.5, renewal_premium=0.2)
    assert tenure.talent_relief.py_func(30.0, 500.0, p) == pytest.approx(0.15)
    assert tenure.talent_relief.py_func(300.0, 500.0, p) == 0.5
    assert tenure.talent_relief.py_func(3.0, 0.0, p) == 0.0
    assert housing_market.renewal_change(p, 0.1, 0.35) == pytest.approx(0.05)


def test_posts_follow_people_and_policy():
    p = having(posts_follow_people=0.5, relocation_most=0.1)
    assert labour_demand.opened.py_func(90.0, 10.0) == 100.0
    assert labour_demand.followed.py_func(100.0, 10_000.0, 12_100.0, p) == pytest.approx(110.0)
    assert labour_demand.moved_to_partner.py_func(30.0, 1000.0, p) == 30.0
    assert labour_demand.moved_to_partner.py_func(300.0, 1000.0, p) == 100.0
    assert labour_demand.more_productive.py_func(50_000.0, 2.0) == pytest.approx(51_000.0)


def test_training():
    p = having(training_gain=0.1, farm_training_gain=0.06)
    assert schooling.training_chance(np.array([10.0, 10.0, 10.0]), np.array([40, 5, 0])).tolist() == [0.25, 1.0, 0.0]
    assert schooling.trained_ability.py_func(-0.3, p) == pytest.approx(-0.2)
    assert farming.training_growth.py_func(50.0, 200.0, p) == pytest.approx(1.5)  # a quarter of 6 %
    assert farming.training_growth.py_func(50.0, 0.0, p) == 0.0


def test_villages():
    assert destination.amenity_utility.py_func(0.8, 0.5, having(amenity_weight=0.6)) == pytest.approx(0.18)
    # three people with 12,000 between them, a floor of 5000 a head
    assert income.top_up.py_func(12_000.0, 3, 5_000.0) == 3_000.0
    assert income.top_up.py_func(18_000.0, 3, 5_000.0) == 0.0
