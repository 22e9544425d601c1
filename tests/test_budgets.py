"""County accounts. Examples are worked by hand in the comments; money in fen."""

import numpy as np
import pytest

from sim.catalogue import record
from sim.codes import HOMESTEAD, OWNED, RENTED
from sim.rules import budget as rules
from sim.steps import budgets
from tests.helpers_places import add_household, city

P = record(
    "budgets",
    {
        "tax_share": 0.2,
        "land_value_share": 0.3,
        "land_floor_ratio": 2.0,
        "land_sold_share": 0.4,
        "service_standard": 1.5,
        "province_fill": 0.8,
        "service_floor": 0.75,
        "service_cap": 1.1,
        "balance_use": 0.2,
        "citizen_cost": 16859.3,
        "price_rise_2012_2020": 1.2,
        "job_support_cost": 20_000,
        "matching_cost": 300,
        "training_cost": 15_000,
    },
)


def test_revenue_by_hand():
    assert rules.own_revenue(P, 1000.0) == 200.0
    assert rules.land_price(P, 7500.0) == pytest.approx(1800.0)  # 0.4 * 2 * 0.3 * 7500


def test_villages_by_hand():
    # a fifth of 100,000 is 20,000: within 1000 a head of 30, but 8000 over for 12, and all of it over for nobody
    bounded = record("budgets", {"village_spending_bound": 1000, "village_income_share": 0.3})
    spending, rural = rules.village_spending(np.full(3, 100_000.0), 0.2), np.array([30, 12, 0])
    assert spending.tolist() == [20_000.0] * 3
    # 28,000 are pooled: 30 of 42 villagers get 20,000 of it, 12 of 42 get 8000
    funds = rules.village_funds(bounded, spending, rural)
    assert funds == pytest.approx([40_000.0, 20_000.0, 0.0])
    assert rules.village_transfer(bounded, funds, rural) == pytest.approx([400.0, 500.0, 0.0])


def test_standard_gap_and_services_by_hand():
    # the city raises 1000 with 100 residents: 1.5 * 10 a head; 40 residents: 600
    standard = rules.spending_standard(P, 40, 1000.0, 100)
    assert standard == 600.0
    assert rules.province_transfer(P, standard, 500.0) == pytest.approx(80.0)
    assert rules.province_transfer(P, standard, 700.0) == 0.0
    assert rules.service_spending(P, 600.0, 650.0, 100.0, 0.0) == 550.0
    assert rules.service_spending(P, 600.0, 650.0, 100.0, -100.0) == 530.0  # a fifth of the debt is paid back
    assert rules.service_spending(P, 600.0, 650.0, 400.0, 0.0) == 450.0  # the floor: a deficit of 200
    assert rules.service_spending(P, 600.0, 900.0, 0.0, 0.0) == pytest.approx(660.0)  # the cap: 240 saved


def test_programmes_by_hand():
    assert rules.conversion_cost(P, 10) == pytest.approx(202_311.6)  # 10 * 16859.3 * 1.2
    # 1000 posts: 2 % supported = 20 * 20,000; matching 1.1: 30,000; half a point trained: 5 * 15,000
    assert rules.job_support(P, 1000, 2.0) == pytest.approx(400_000)
    assert rules.matching_cost(P, 1000, 1.1) == pytest.approx(30_000)
    assert rules.skill_cost(P, 1000, 0.5) == pytest.approx(75_000)
    assert (
        rules.job_support(P, 1000, -2.0) == rules.matching_cost(P, 1000, 0.9) == rules.skill_cost(P, 1000, 0.0) == 0.0
    )
    assert rules.settlement_reward(12, 1100.0) == 13_200.0
    assert rules.programme_cost(3, 60_000.0) == 180_000.0


def test_shares_add_up_exactly():
    parts = rules.share_exactly(100, np.array([1, 1, 1]))
    assert parts.tolist() == [34, 33, 33]
    assert rules.share_exactly(7, np.zeros(3)).tolist() == [0, 0, 0]
    assert rules.share_exactly(10**15 + 1, np.array([0, 3, 7])).sum() == 10**15 + 1


def _city(**levers):
    m = city(**levers)
    for _ in range(10):
        add_household(m, 1, OWNED, members=2, wage=100_000.0)  # East, urban
        add_household(m, 3, OWNED, members=2, wage=40_000.0)  # West, urban
        add_household(m, 2, HOMESTEAD, members=2, wage=20_000.0)  # West, rural
    m.towns.jobs[:] = 5
    m.land_flow = {"new_urban": np.array([100, 10]), "collective": np.array([0, 0])}
    return m


def _closes(m, before):
    paid = sum(m.money[k] for k in budgets.REVENUES) - sum(m.money[k] for k in budgets.SPENDINGS)
    assert set(m.money) == set(budgets.REVENUES + budgets.SPENDINGS)
    assert (m.towns.balance == before + paid).all()


def test_accounts_close_exactly_with_every_lever():
    m = _city(
        balance_fund=[0.1, 0.0],
        rent_subsidy=0.3,
        new_homes=0.7,
        school_places=1.3,
        hospital_beds=0.1,
        job_growth_secondary=1.7,
        high_skill_share=0.3,
        land_revenue_to_villages=0.37,
    )
    add_household(m, 1, RENTED, wage=10_000.0)
    budgets.initialise(m)
    assert (m.towns.balance == 0).all()
    for year in range(5):
        m.flow["conversions"][1] = 3 * year
        m.housing_state.public_started[:] = year
        before = m.towns.balance.copy()
        budgets.budgets(m)
        _closes(m, before)
    assert m.money["transfer_in"].sum() == m.money["transfer_out"].sum() > 0
    assert m.money["cost_new_citizens"][0] == pytest.approx(12 * 16859.3 * 1.18 * 100, abs=1)
    assert m.money["cost_public_rental_homes"].tolist() == [4 * 250_000 * 100] * 2
    assert m.money["cost_new_homes"].tolist() == [0.7 * 20_000 * 100] * 2
    assert m.money["cost_rent_subsidy"].tolist() == [10_000 * 0.3 * 100, 0]


def test_revenue_and_villages_of_a_county_by_hand():
    # East: 10 earners of 100,000: 1,000,000 * 0.2; land 100 m2 * 0.35 * 2 * 0.3 * 7500 = 157,500
    m = _city(land_revenue_to_villages=0.2)
    budgets.initialise(m)
    assert m.money["revenue_own"].tolist() == [20_000_000, 12_000_000]
    assert m.money["revenue_land"].tolist() == [15_750_000, 1_575_000]
    assert m.money["cost_land_revenue_to_villages"].tolist() == [3_150_000, 315_000]
    # West, 600,000 * 0.2 and 10 m2: 3150 yuan for 20 villagers; the 31,500 of the East, which has none, go there too
    assert m.signals.transfer_per_rural == pytest.approx([0.0, 0.3 * 34_650 / 20])


def test_collective_land_is_not_sold_by_the_county():
    m = _city(land_revenue_to_villages=0.5)
    m.land_flow["collective"] = np.array([0, 10])
    budgets.initialise(m)
    assert m.money["revenue_land"].tolist() == [15_750_000, 0]


def test_balance_fund_goes_from_east_to_west():
    m = _city(balance_fund=[0.1, 0.0])
    budgets.initialise(m)
    assert m.money["transfer_out"].tolist() == [2_000_000, 0]  # a tenth of 200,000 yuan
    assert m.money["transfer_in"].tolist() == [0, 2_000_000]
    base = _city()
    budgets.initialise(base)
    assert m.money["spending_services"][1] > base.money["spending_services"][1]
    everybody = _city(balance_fund=0.1)
    budgets.initialise(everybody)
    assert everybody.money["transfer_out"].sum() == 0  # nobody left to receive


def test_references_are_city_means_at_start():
    m = _city()
    budgets.initialise(m)
    state, residents = m.budget_state, np.array([20, 40])
    assert np.average(state.revenue_ratio, weights=residents) == pytest.approx(1.0)
    assert np.average(state.spending_ratio, weights=residents) == pytest.approx(1.0)
    assert state.revenue_ratio[0] > 1.0 > state.revenue_ratio[1]
