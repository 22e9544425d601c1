"""Hand-worked examples of the rules of moving and of hukou; the arithmetic is in the comments."""

from types import SimpleNamespace as P

import pytest

from sim.codes import EMPLOYED, HOMESTEAD, OWNED, RENTED, UNEMPLOYED
from sim.rules import destination, hukou, moving


def test_rogers_castro_at_twenty():
    # children 0.02 * e^-2 = 0.0027067; at mu2 the labour part is 0.06 * e^(0 - 1) = 0.0220728; constant 0.003
    p = P(rc_a1=0.02, rc_alpha1=0.1, rc_a2=0.06, rc_alpha2=0.1, rc_mu2=20.0, rc_lambda2=0.4, rc_c=0.003)
    assert moving.rogers_castro.py_func(20.0, p) == pytest.approx(0.0277795, abs=1e-6)


def test_the_young_consider_most_and_the_hazard_has_one_peak():
    p = P(rc_a1=0.02, rc_alpha1=0.1, rc_a2=0.06, rc_alpha2=0.1, rc_mu2=20.0, rc_lambda2=0.4, rc_c=0.003)
    m = [moving.rogers_castro.py_func(float(a), p) for a in range(16, 80)]
    peak = m.index(max(m)) + 16
    assert 20 <= peak <= 26  # shifted age x - mu2 = ln(lambda2 / alpha2) / lambda2 = ln 4 / 0.4 = 3.5 -> 23 or 24
    assert all(b < a for a, b in zip(m[10:], m[11:], strict=False))


def test_consider_hazard_by_status_and_tenure():
    p = P(consider_rate=4.0, consider_unemployed=1.5, consider_owner=0.5, consider_renter=2.0, consider_homestead=0.7)
    assert moving.consider_hazard.py_func(0.02, EMPLOYED, HOMESTEAD, p) == pytest.approx(0.056)  # 4 * 0.02 * 0.7
    assert moving.consider_hazard.py_func(0.02, EMPLOYED, OWNED, p) == pytest.approx(0.04)  # 4 * 0.02 * 0.5
    assert moving.consider_hazard.py_func(0.02, UNEMPLOYED, RENTED, p) == pytest.approx(0.24)  # 4 * 0.02 * 1.5 * 2
    assert moving.consider_hazard.py_func(0.2, UNEMPLOYED, RENTED, p) == 1.0  # 2.4, capped


def test_family_comes_along():
    p = P(family_moves_base=-0.5, family_moves_service=1.0, family_moves_distance=0.25)
    # -0.5 + 1 * 1 * 1 - 0.25 * 2 h = 0 -> one half; without entitlement -1 -> 0.26894
    assert moving.family_comes_along.py_func(1.0, 1.0, 120.0, p) == pytest.approx(0.5)
    assert moving.family_comes_along.py_func(1.0, 0.0, 120.0, p) == pytest.approx(0.268941, abs=1e-6)


def test_college_place():
    p = P(college_away=0.8, college_seats=[3.0, 0.0, 1.0])
    # u / 0.8 * 4 seats: 0.59 -> 2.95 (first place), 0.61 -> 3.05 (third, the second has no seats), 0.8 stays
    assert [moving.college_place.py_func(u, 3, p) for u in (0.01, 0.59, 0.61, 0.79, 0.8, 0.99)] == [0, 0, 2, 2, -1, -1]
    assert moving.college_place.py_func(0.4, 1, p) == 0  # only one place outside


def test_terms_of_a_place():
    p = P(
        income_weight=1.5, service_weight=0.5, service_child_factor=2.0, network_weight=0.2, size_weight=0.8,
        distance_weight=1.2, distance_reference=15.0, home_weight=2.0, homestead_weight=0.5, stay_weight=3.0,
        stay_years_weight=0.1, attachment_years=10.0, stay_registered=1.0, room_weight=0.5,
    )  # fmt: skip
    # 1.5 * ln((50,000 - 10,000) / 1000) = 1.5 * ln 40 = 1.5 * 3.688879 = 5.533319
    assert destination.income_utility.py_func(50_000.0, 10_000.0, p) == pytest.approx(5.533319, abs=1e-5)
    # rent above nine tenths: a tenth of earnings is left, 1.5 * ln 5 = 2.414157
    assert destination.income_utility.py_func(50_000.0, 60_000.0, p) == pytest.approx(2.414157, abs=1e-5)
    assert destination.service_utility.py_func(0.8, 0.5, False, p) == pytest.approx(0.2)  # 0.5 * 0.5 * 0.8
    assert destination.service_utility.py_func(0.8, 0.5, True, p) == pytest.approx(0.4)  # twice that
    assert destination.network_utility.py_func(5.0, p) == pytest.approx(1.0)
    # 0.8 * ln(20,000 / 1000 + 0.01) = 0.8 * 2.996232 = 2.396986
    assert destination.size_utility.py_func(20_000.0, p) == pytest.approx(2.396986, abs=1e-5)
    assert destination.distance_utility.py_func(60.0, p) == pytest.approx(-1.663553, abs=1e-5)  # -1.2 * ln 4
    assert destination.distance_utility.py_func(0.2, p) == pytest.approx(3.249660, abs=1e-5)  # as one minute: 1.2 ln 15
    assert destination.room_utility.py_func(0.25, p) == pytest.approx(-0.693147, abs=1e-6)  # 0.5 * ln 0.25
    assert destination.room_utility.py_func(0.0, p) == pytest.approx(-2.302585, abs=1e-6)  # as 1 %: 0.5 * ln 0.01
    assert destination.home_utility.py_func(True, True, p) == 2.5
    assert destination.stay_utility.py_func(4.0, True, p) == pytest.approx(4.4)  # 3 + 0.4 + 1
    assert destination.stay_utility.py_func(40.0, False, p) == pytest.approx(4.0)  # 3 + 10 years at the most


def test_distance_and_wage_have_the_published_relation():
    """A place 10 % farther needs about 15 % higher pay when distance weighs 1.5 times income (Zhang & Zhao 2011)."""
    p = P(income_weight=1.0, distance_weight=1.5, distance_reference=15.0)
    near = destination.income_utility.py_func(40_000.0, 0.0, p) + destination.distance_utility.py_func(60.0, p)
    # 1.1 ** 1.5 = 1.1537
    far = destination.income_utility.py_func(40_000.0 * 1.1537, 0.0, p) + destination.distance_utility.py_func(66.0, p)
    assert far == pytest.approx(near, abs=1e-4)


def test_eligibility_counts_years_here_and_recognised_years_elsewhere():
    eligible = hukou.eligible.py_func
    assert eligible(3.0, 0.0, 0.0, 3.0)
    assert not eligible(2.0, 9.0, 0.0, 3.0)  # years elsewhere do not count
    assert eligible(2.0, 9.0, 0.5, 3.0)  # 2 + 0.5 * (9 - 2) = 5.5
    assert eligible(0.0, 0.0, 0.0, 0.0)  # threshold zero: everybody


def test_rights_lost():
    p = P(homestead_value=3000.0, land_value_scale=1000.0)
    # worth 1000 + 3000 = 4000; half kept: 2000 lost; ln(1 + 2) = 1.098612
    assert hukou.rights_lost.py_func(1000.0, True, 0.5, p) == pytest.approx(1.098612, abs=1e-6)
    assert hukou.rights_lost.py_func(1000.0, True, 1.0, p) == 0.0


CONVERSION = P(
    conversion_rate=0.2, conversion_base=-1.0, conversion_service=2.0, conversion_child_factor=2.0,
    conversion_housing=0.5, conversion_owner=1.0, conversion_land=0.5, conversion_cost=0.5, conversion_attachment=0.05,
    conversion_tie=1.5,
)  # fmt: skip


def chance(gain=0.0, child=False, housing=0.0, owner=False, lost=0.0, cost=0.0, years=0.0, far=False):
    return hukou.conversion_probability.py_func(gain, child, housing, owner, lost, cost, years, far, CONVERSION)


def test_conversion_probability_by_hand():
    # -1 + 2 * 0.4 * 2 + 0.5 + 1 - 0.5 * 2 + 0.05 * 4 - 0.5 * 0.6 = 1.0; 0.2 / (1 + e^-1) = 0.146212
    assert chance(0.4, True, 1.0, True, 2.0, 6000.0, 4.0) == pytest.approx(0.146212, abs=1e-6)
    # registered in another county: 1.0 - 1.5 = -0.5; 0.2 / (1 + e^0.5) = 0.075508
    assert chance(0.4, True, 1.0, True, 2.0, 6000.0, 4.0, True) == pytest.approx(0.075508, abs=1e-6)
    # nothing to gain and nothing to lose: 0.2 / (1 + e) = 0.053788
    assert chance() == pytest.approx(0.053788, abs=1e-6)


def test_conversion_responds_with_the_published_signs():
    """Stricter access (less parity without hukou) raises the wish to convert (Zhang & Hoekstra 2020)."""
    assert chance(gain=0.6) > chance(gain=0.2) > chance(gain=0.0)
    assert chance(lost=2.0) < chance(lost=0.5) < chance()
    assert chance(years=8.0) > chance(years=2.0)
    assert chance(years=30.0) == chance(years=10.0)
    assert chance(cost=20_000.0) < chance()
