"""The whole model: same bytes whatever the order and threads, exact accounts, one added person, memory."""

import gc
import weakref

import numpy as np
import pytest

from sim import groups
from sim.accounts import AccountError
from sim.codes import NOT_MIGRANT, OTHER_PROVINCE, SAME_COUNTY, SAME_PROVINCE
from sim.data import load_pack
from sim.model import CityModel
from sim.paths import Path
from sim.policy import Setting, compile_policy
from sim.steps import housing
from sim.synthesis import start_population

SCALE = 0.002
YEARS = 3


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def population(pack):
    return start_population(pack, 2020, SCALE)


def run(population, years=YEARS, **options):
    return CityModel(population=population, start=2020, scale=SCALE, **options).run_until(2020 + years)


def state(model):
    """Bytes of all columns and of the report."""
    parts = [getattr(model.people, f).tobytes() for f in model.people.FIELDS]
    parts += [getattr(model.households, f).tobytes() for f in model.households.FIELDS]
    return b"".join(parts) + model.records()[3].tobytes()


def shuffled(population, seed=5):
    """The same people and households in another order of rows."""
    rng = np.random.default_rng(seed)
    people, households = population.people.copy(), population.households.copy()
    order = rng.permutation(len(households))
    new_row = np.argsort(order).astype(np.int32)
    ties = households.tie
    households.tie = np.where(ties >= 0, new_row[np.maximum(ties, 0)], -1)
    households.take(order)
    people.household = new_row[people.household]
    people.take(rng.permutation(len(people)))
    return type("Shuffled", (), {"people": people, "households": households})()


def test_same_bytes_on_one_thread_or_two_and_in_any_row_order(population, monkeypatch):
    monkeypatch.setattr("sim.engine.CHUNK", 1000)  # so that a small city has many chunks
    one = state(run(population, threads=1))
    assert state(run(population, threads=2)) == one
    assert state(run(shuffled(population), threads=1)) == one


def test_another_seed_gives_another_life(population):
    assert state(run(population, seed=1)) != state(run(population, seed=2))


def test_identical_policies_differ_by_exactly_zero(population, pack):
    base = compile_policy([], {}, pack, 2020, 2023)
    same = compile_policy([Setting("new_homes", pack.city_id, Path.constant(0.0))], {}, pack, 2020, 2023)
    assert state(run(population, policy=base)) == state(run(population, policy=same))


def test_a_lever_changes_only_what_it_reaches_in_the_first_year(population, pack):
    """1 % more public rental homes: nobody is born, dies or takes a job otherwise in the first year."""
    more = compile_policy([Setting("permit_parity", pack.city_id, Path.constant(0.7575))], {}, pack, 2020, 2021)
    base, lever = run(population, 1), run(population, 1, policy=more)
    names = base.records()[2]
    difference = (lever.records()[3] - base.records()[3])[1]
    for name in ("births", "deaths", "jobs", "unemployment_rate"):
        column = difference[:, names.index(name)]
        assert (column[~np.isnan(column)] == 0).all(), name
    assert np.nansum(np.abs(lever.records()[3][0] - base.records()[3][0])) == 0


def test_accounts_stop_a_run_that_makes_a_home_out_of_nothing(population, monkeypatch):
    model = run(population, 0)

    def conjure(m):
        housing.housing(m)
        m.towns.homes[3, 1] += 1

    steps = [(n, conjure if n == "housing" else f) for n, f in __import__("sim.model", fromlist=["STEPS"]).STEPS]
    monkeypatch.setattr("sim.model.STEPS", tuple(steps))
    with pytest.raises(AccountError, match=r"homes of 2021 do not add up in \S+ urban part: expected .* found"):
        model.step()


def test_the_model_is_freed(population):
    model = run(population, 1)
    ghost = weakref.ref(model)
    del model
    gc.collect()
    assert ghost() is None


def test_town_agents_are_views_on_the_arrays(population):
    model = run(population, 0)
    town = next(iter(model.agents))
    assert len(model.agents) == model.T + model.O
    before = town.rent
    model.signals.rent[1] += 10.0
    assert town.rent == before + 10.0


def test_the_data_collector_holds_the_city_year_by_year(population):
    model = run(population, 2)
    frame = model.datacollector.get_model_vars_dataframe()
    years, places, names, values = model.records()
    assert frame["year"].tolist() == years == [2020, 2021, 2022]
    assert places[0] == model.pack.city_id
    assert frame["residents"].tolist() == values[:, 0, names.index("residents")].tolist()


def test_census_class_of_a_migrant_by_hand():
    # towns 0 and 1 in county 0, town 2 in county 1; 3 and 4 are outside places, 3 in the province and 4 not
    county, same_province = np.array([0, 0, 1]), np.array([True, False])
    found = [groups.migrant_class(h, 0, county, same_province, 3) for h in range(5)]
    assert found == [NOT_MIGRANT, SAME_COUNTY, SAME_PROVINCE, SAME_PROVINCE, OTHER_PROVINCE]


@pytest.mark.parametrize("start", [2015, 2021])
def test_a_start_that_is_no_census_is_refused(population, start):
    with pytest.raises(ValueError, match="census year"):
        CityModel(start=start, scale=SCALE, population=population)


def test_an_end_out_of_range_is_refused(population):
    with pytest.raises(ValueError, match="end must be from 2020 to 2050"):
        run(population, 31)
