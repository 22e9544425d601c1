"""Step 6: farm income, land market, the four sources of income. Numbers in the comments are worked by hand."""

import numpy as np
import pytest
from helpers_labour import T, crowd, farmer, household, live, model, start, worker

from sim import engine
from sim.catalogue import record
from sim.codes import DORMITORY, HOMESTEAD, OWNED, PROPERTY, RENTED, RETIRED, TERTIARY, TRANSFER, URBAN_HUKOU
from sim.households import Households
from sim.rules import farming, income
from sim.steps import incomes

P = record("incomes")
FREE = {"contribution_rate": 0.0, "tax_rate": 0.0, "interest_share": 0.0, "collective_dividend_2020": 0.0}


def by_key(m) -> dict[str, np.ndarray]:
    order = np.argsort(m.households.key)
    return {f: getattr(m.households, f)[order] for f in Households.FIELDS if f not in ("first", "tie")}


def head_income(m, rows) -> float:
    """Mean income of the households, yuan a member."""
    h = m.households
    total = h.wage_income + h.business_income + h.property_income + h.transfer_income
    return float(total[rows].sum(dtype=np.float64) / h.size[rows].sum())


# --- rules ------------------------------------------------------------------------------------------------------------


def test_land_per_farmer():
    assert farming.land_per_farmer(6.0, 4.0, 2, P) == pytest.approx(5.0)
    assert farming.land_per_farmer(6.0, 4.0, 1, P) == pytest.approx(10.0)  # half the farmers, twice the land
    assert farming.land_per_farmer(600.0, 0.0, 2, P) == pytest.approx(30.0)  # capacity
    assert farming.land_per_farmer(6.0, 0.0, 0, P) == pytest.approx(6.0)  # what one farmer would find


def test_farm_value_added_and_rent():
    # 0.6 * 9300 * 3 = 16 740 at the reference of 3 mu; 4 times the land: * 4^0.7 = 2.639 -> 44 177, each mu yields less
    assert farming.farm_value_added(3.0, 9_300.0, P) == pytest.approx(16_740)
    assert farming.farm_value_added(12.0, 9_300.0, P) == pytest.approx(44_177, abs=1)
    assert farming.farm_value_added(12.0, 9_300.0, P) / 12 < 16_740 / 3
    assert farming.rent_per_mu(16_740.0, 3.0, P) == pytest.approx(1_116)  # a fifth of 5580
    assert farming.rent_per_mu(0.0, 0.0, P) == 0.0


def test_net_earnings():
    assert income.net_earnings(50_000.0, P) == pytest.approx(46_000)  # 8 % contributions
    assert income.net_earnings(100_000.0, P) == pytest.approx(90_000)  # and 5 % of 40 000


def test_pensions():
    def earned(years=0, urban=False, u=0.5):
        return income.employee_pension(years, urban, u, 60_000.0, P)

    assert earned(years=15) == pytest.approx(25_200)  # 0.42 of 60 000
    assert earned(urban=True, u=0.84) == pytest.approx(25_200)
    assert earned(urban=True, u=0.86) == earned(years=14) == earned(u=0.1) == 0.0
    assert income.basic_pension(60, 0.5, P) == pytest.approx(1_200) and income.basic_pension(59, 0.5, P) == 0.0


def test_imputed_rent_and_remittance():
    assert income.imputed_rent(OWNED, 8_000.0, P) == pytest.approx(7_200)
    assert income.imputed_rent(HOMESTEAD, 8_000.0, P) == pytest.approx(2_000)
    assert income.imputed_rent(RENTED, 8_000.0, P) == income.imputed_rent(DORMITORY, 8_000.0, P) == 0.0
    assert income.remittance(40_000.0, 0.15, 1, P) == pytest.approx(6_000)
    assert income.remittance(40_000.0, 0.15, 3, P) == pytest.approx(2_400)  # the family came along: 0.4


# --- households -------------------------------------------------------------------------------------------------------


def test_a_village_of_two_households():
    """One household farms its 4 mu and the 6 mu of the other, whose earner works in the town."""
    m = model(year=2020, parameters=FREE | {"transfer_share_start": 1.0})
    farms = household(m, 0, farmer(0), land=4.0, homestead=0, tenure=HOMESTEAD)
    leaves = household(m, 0, worker(0), land=6.0, homestead=0, tenure=RENTED)
    start(m, rent=0.0)
    # 10 mu: 16 740 * (10 / 3)^0.7 = 16 740 * 2.32282 = 38 884; rent 0.2 * 3888.4 = 777.68 a mu, 4666.1 for 6 mu
    assert m.signals.land_rent[0] == pytest.approx(777.68, abs=0.01)
    assert m.signals.farm_income[0] == pytest.approx(38_884 - 4_666.1, abs=1)
    h = m.households
    assert h.business_income[farms] == m.people.wage[0] == pytest.approx(34_218, abs=1)
    assert h.property_income[leaves] == pytest.approx(4_666.1, abs=0.1) and h.property_income[farms] == 0
    assert h.wage_income[leaves] == pytest.approx(m.people.wage[1])
    assert m.towns.farmland.tolist() == [10.0, 0.0, 0.0] and m.income_state.idle[0] == 0.0


def test_land_that_is_not_transferred_lies_idle():
    m = model(year=2020, parameters=FREE | {"transfer_share_start": 0.0})
    household(m, 0, farmer(0), land=3.0, homestead=0)
    leaves = household(m, 6, worker(0), land=6.0, homestead=0)
    start(m, rent=0.0)
    assert m.signals.farm_income[0] == pytest.approx(16_740)  # 3 mu, the reference
    assert m.signals.land_rent[0] == 0 and m.households.property_income[leaves] == 0
    assert m.income_state.idle[0] == pytest.approx(6.0)


def test_a_farmer_cannot_work_more_than_the_capacity():
    m = model(year=2020, parameters=FREE | {"transfer_share_start": 1.0, "land_capacity": 10})
    household(m, 0, farmer(0), land=4.0, homestead=0)
    for _ in range(3):
        household(m, 1, worker(0), land=8.0, homestead=0)
    start(m, rent=0.0)
    # 6 of the 24 mu on offer are taken at 777.68, so a mu on offer brings a quarter of it, 194.4; 18 mu lie idle
    assert m.signals.land_rent[0] == pytest.approx(777.68 / 4, abs=0.01)
    assert m.income_state.idle[0] == pytest.approx(18.0)


def test_four_sources_of_one_household():
    m = model(year=2020, parameters={"collective_dividend_2020": 300})
    home = household(
        m,
        0,
        worker(0, age=40),
        worker(0, sector=TERTIARY, self_employed=1, age=40),
        {"status": RETIRED, "age": 65, "insurance_years": 20, "hukou_kind": URBAN_HUKOU},
        {"status": RETIRED, "age": 62},
        homestead=0,
        tenure=HOMESTEAD,
    )
    start(m, rent=0.0)
    m.publish("rent", np.full(m.P, 8_000.0))
    m.publish("transfer_per_rural", np.array([50.0, 0.0]))
    gross = 60_000.0
    m.people.wage[:2] = gross
    incomes.incomes(m)
    h = m.households
    # 60 000 * 0.92 = 55 200 wage, the same from the own business; property: 4 * 300 dividend + 0.25 * 8000 for
    # the village house + 3 % of 110 400 = 6512; transfers: 0.42 * 70 000 + 2400 + 4 * 50 = 32 000
    assert h.wage_income[home] == pytest.approx(55_200)
    assert h.business_income[home] == pytest.approx(55_200)
    assert h.property_income[home] == pytest.approx(1_200 + 2_000 + 3_312)
    assert h.transfer_income[home] == pytest.approx(29_400 + 2_400 + 200)


def test_remittances_reach_the_family_or_the_village():
    m = model(year=2020, parameters=FREE)
    family = household(m, 0, {"status": RETIRED, "age": 50}, {"status": RETIRED, "age": 50}, homestead=0)
    child = household(m, 6, {"age": 30, "hukou_place": 0}, tie=family)
    stranger = household(m, 6, {"age": 30, "hukou_place": 1})
    village = household(m, 2, {"age": 10, "status": 0}, {"age": 10, "status": 0}, homestead=1)
    migrant = household(m, 1, worker(0, age=30, hukou_place=4))
    start(m, rent=0.0)
    for i in (2, 3, 6):
        m.people.status[i], m.people.sector[i], m.people.wage[i] = 2, 2, 40_000.0
    incomes.incomes(m)
    t = m.households.transfer_income
    assert t[child] == t[stranger] == pytest.approx(-4_800)  # 12 % of 40 000
    assert t[family] == pytest.approx(4_800)
    assert t[village] == pytest.approx(4_800)  # two rural residents of town 1, 2400 each
    assert t[migrant] == pytest.approx(-3_200)  # 8 %, out of the city


def test_households_in_town_support_the_village_family():
    m = model(year=2020, parameters=FREE)
    family = household(m, 0, {"status": RETIRED, "age": 50}, homestead=0)
    town = household(m, 3, worker(1, age=30, hukou_place=0), tie=family)
    m.households.tie[family] = town
    start(m, rent=0.0)
    m.people.wage[1] = 50_000.0
    incomes.incomes(m)
    assert m.households.transfer_income[family] == pytest.approx(4_000)  # 8 %
    assert m.households.transfer_income[town] == pytest.approx(-4_000)


def test_money_sent_inside_the_city_is_money_received():
    m = start(crowd())
    h = m.households
    rng = np.random.default_rng(3)
    village = np.flatnonzero((h.home < 2 * T) & (h.home % 2 == 0))
    away = np.flatnonzero(h.home >= 2 * T)[::2]
    h.tie[away] = rng.choice(village, len(away))
    balance, pool = incomes._remit(m, incomes._brought(m, 70_000.0, 1.0).off_land)
    assert (balance < 0).any() and (balance > 0).any() and pool.sum() > 0
    assert balance.sum() + pool.sum() == 0  # nobody is registered outside here, so all of it stays


# --- direction of effects ---------------------------------------------------------------------------------------------


def test_fewer_farmers_each_earn_more():
    many, few = model(year=2020), model(year=2020)
    for m, farming_households in ((many, 10), (few, 4)):
        for i in range(10):
            household(m, 0, farmer(0) if i < farming_households else worker(0), land=3.0, homestead=0)
        start(m)
    assert few.signals.farm_income[0] > many.signals.farm_income[0]
    assert few.signals.land_rent[0] > 0


def test_farmland_transfer_raises_farm_income_and_rent_income():
    plain, pushed = live(start(crowd()), 3), live(start(crowd(farmland_transfer=5.0)), 3)
    assert np.allclose(pushed.income_state.transfer_share, plain.income_state.transfer_share + 0.15)
    worked = [m.towns.farmland.sum() - m.income_state.idle.sum() for m in (plain, pushed)]
    assert worked[1] > worked[0]
    per_farmer = [m.signals.farm_income @ m.towns.farmers / m.towns.farmers.sum() for m in (plain, pushed)]
    assert per_farmer[1] > per_farmer[0]


def test_productivity_raises_rural_income_only_where_set():
    east = np.array([3.0, 3.0, 0.0])
    plain, pushed = live(start(crowd()), 2), live(start(crowd(farm_productivity=east)), 2)
    assert pushed.signals.farm_income[0] > plain.signals.farm_income[0]
    assert pushed.income_state.productivity[2] == plain.income_state.productivity[2]


def test_collective_land_pays_its_villagers():
    plain, pushed = live(start(crowd()), 2), live(start(crowd(collective_land=2.0)), 2)
    villagers = plain.households.homestead == 0
    more = (pushed.households.property_income - plain.households.property_income)[
        villagers & (plain.households.home < 6)
    ]
    # 2 years * 2 ha * 150 000 yuan = 600 000 yuan over the members of households with a homestead in town 0
    per_member = 600_000 / plain.households.size[villagers].sum()
    size = plain.households.size[villagers & (plain.households.home < 6)]
    assert np.median(more / size) == pytest.approx(per_member, rel=0.02)


def test_more_land_means_higher_rural_income():
    plain, rich = crowd(), crowd()
    rich.households.land *= 2
    start(plain), start(rich)
    rural = (plain.households.home < 6) & (plain.households.home % 2 == 0)
    assert head_income(rich, rural) > head_income(plain, rural)


def test_frozen_farm_income_cuts_the_land_channel():
    """With the signals of a run with more land, the same households earn what the signals say."""
    plain = start(crowd())
    pushed = live(start(crowd(farm_productivity=6.0)), 2)
    frozen = live(start(crowd(frozen=pushed.signals.history)), 2)
    assert np.array_equal(frozen.signals.farm_income, pushed.signals.farm_income)
    assert plain.signals.farm_income.sum() < pushed.signals.farm_income.sum()


# --- exactness --------------------------------------------------------------------------------------------------------


def test_totals_are_the_sum_of_households():
    m = live(start(crowd()), 2)
    found = incomes.totals(m)
    assert found.dtype == np.int64 and found.shape == (m.P, 4)
    assert np.array_equal(found, m.income_state.totals)
    for place in range(m.P):
        rows = m.households.home == place
        yuan = m.households.property_income[rows].astype(np.float64).sum()
        assert found[place, PROPERTY] / 100 == pytest.approx(yuan, abs=0.01 * rows.sum() + 1)
    assert found[:, TRANSFER].sum() != 0


def test_nothing_depends_on_threads_or_chunks(monkeypatch):
    one = live(start(crowd(threads=1)), 3)
    monkeypatch.setattr(engine, "CHUNK", 300)
    two = live(start(crowd(threads=2)), 3)
    a, b = by_key(one), by_key(two)
    assert all(np.array_equal(a[f], b[f]) for f in a)
    assert np.array_equal(one.income_state.totals, two.income_state.totals)


def test_nothing_depends_on_row_order():
    plain = crowd(seed=5)
    mixed = crowd(seed=5, order=np.random.default_rng(1).permutation(len(plain.households)))
    one, two = by_key(live(start(plain), 3)), by_key(live(start(mixed), 3))
    assert all(np.array_equal(one[f], two[f]) for f in one)
