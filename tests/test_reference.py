"""The same city written twice, on columns with compiled loops and on plain Mesa agents, is the same city.

Equal means equal: every number of every person, household, town, signal, account and indicator, after each step.
"""

import gc
import weakref
from types import SimpleNamespace

import mesa
import numpy as np
import pytest

from benchmarks.reference import ReferenceCity, compare, counts, families, roster
from benchmarks.reference.city import STEPS, SWAPS
from benchmarks.reference.plain import plain, single
from benchmarks.reference.run import time_reference
from sim.catalogue import parameters
from sim.codes import HEAD, SPOUSE
from sim.data import load_pack
from sim.model import STEPS as COLUMN_STEPS
from sim.model import CityModel
from sim.paths import Path
from sim.policy import Setting, compile_policy
from sim.rules.participation import retirement_chance
from sim.rules.tenure import tenure_change_chance
from sim.steps import labour_market, place_counts
from sim.steps import roster as column_roster
from sim.synthesis import start_population

SCALE = 0.0005  # some 2,500 people
YEARS = 3

# levers all over the city that bring every branch of the rules into play (a lever of the east alone is added below)
BUSY = {
    "hukou_threshold_years": 1,
    "permit_parity": 0.6,
    "years_recognised": 0.5,
    "rural_rights_kept": 0.4,
    "hukou_cost": 2000,
    "public_rental_homes": 20000,
    "public_rental_years": 1,
    "rent_subsidy": 0.4,
    "job_growth_secondary": -6,
    "high_skill_share": 1,
    "land_quota": 4000,
    "land_follows_people": 0.5,
    "farmland_transfer": 3,
    "collective_land": 800,
    "land_revenue_to_villages": 0.5,
    "outside_travel_time": 0.7,
}


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def population(pack):
    return start_population(pack, 2020, SCALE)


def pair(population, scale=SCALE, objects=None, **options):
    """The city on columns and on objects; `objects` are options of the latter only."""
    same = {"population": population, "scale": scale, **options}
    return CityModel(**same, threads=1), ReferenceCity(**same, **(objects or {}))


def busy_policy(pack, start: int, end: int):
    everywhere = [Setting(name, pack.city_id, Path.starting(start + 1, float(v))) for name, v in BUSY.items()]
    east = Setting("balance_fund", pack.regions[0], Path.starting(start + 1, 0.1))
    shock = {"jobs_shock": Path.only(start + 2, -20.0)}  # more workers than posts: layoffs
    return compile_policy([*everywhere, east], shock, pack, start, end)


def test_the_same_city_after_every_step_of_three_years(population):
    columns, objects = pair(population)
    assert compare.live_side_by_side(columns, objects, YEARS) == []
    assert objects.year == 2020 + YEARS
    assert sum(flow.sum() for flow in objects.flow.values()) > 200  # something happened


def test_the_same_city_under_a_policy_that_moves_everything(population, pack):
    columns, objects = pair(population, policy=busy_policy(pack, 2020, 2024), seed=4)
    assert compare.live_side_by_side(columns, objects, YEARS) == []
    assert columns.money["transfer_out"].sum() > 0 and columns.money["cost_rent_subsidy"].sum() > 0


@pytest.mark.slow
@pytest.mark.parametrize(("start", "seed", "scale"), [(2010, 5, 0.002), (2020, 7, 0.004)])
def test_the_same_larger_city_for_six_years(pack, start, seed, scale):
    columns, objects = pair(
        start_population(pack, start, scale), scale, start=start, seed=seed, policy=busy_policy(pack, start, start + 6)
    )
    assert compare.live_side_by_side(columns, objects, 6) == []


@pytest.mark.parametrize(
    ("parameter", "factor", "step"),
    [
        ("newborn_ability_sd", 1.5, "families"),  # children born show at the first roster
        ("divorce_hazard", 4.0, "families"),
        ("separation_rate", 1.2, "labour"),
        ("remittance_within", 1.2, "incomes"),
        ("stay_years_weight", 2.0, "moving"),
        ("tenure_change_rate", 2.0, "housing"),
        ("conversion_rate", 1.5, "hukou"),
    ],
)
def test_one_parameter_changed_on_one_side_is_seen_in_the_step_that_uses_it(population, parameter, factor, step):
    value = parameters()[parameter].default
    columns, objects = pair(population, objects={"parameters": {parameter: value * factor}})
    found = compare.live_side_by_side(columns, objects, YEARS)
    assert found and found[0].split(":")[0].endswith(f" {step}"), found[:3]


def test_a_slip_in_the_object_code_is_seen(population, monkeypatch):
    """Those who leave home take no land along."""
    columns, objects = pair(population)
    monkeypatch.setattr(families, "land_taken", lambda land, size, kind: 0.0)
    found = compare.live_side_by_side(columns, objects, YEARS)
    assert found and found[0].startswith("2021 families: household") and "'land'" in found[0]


def test_both_live_the_same_steps_in_the_same_order():
    assert [name for name, _ in STEPS] == [name for name, _ in COLUMN_STEPS]


def test_objects_live_without_columns(population):
    _, objects = pair(population)
    for agents in (objects.people, objects.households):
        assert isinstance(next(iter(agents)), mesa.Agent)
        assert not hasattr(agents, "rows") and not hasattr(agents, "key")
    agents = list(objects.agents)
    assert len({agent.unique_id for agent in agents}) == len(agents)
    with pytest.raises(AttributeError):
        place_counts.occupied(objects)  # a compiled count asks for columns


def test_sim_counts_columns_again_after_a_year_of_objects(population):
    before = [getattr(module, name) for module, name, _ in SWAPS]
    columns, objects = pair(population)
    objects.step()
    assert [getattr(module, name) for module, name, _ in SWAPS] == before
    columns.step()
    assert compare.differences(columns, objects) == []
    years, *_ = objects.records()
    assert objects.datacollector.get_model_vars_dataframe()["year"].tolist() == years


def test_objects_and_columns_are_counted_alike_at_the_start(population):
    columns, objects = pair(population)
    assert np.array_equal(place_counts.occupied(columns), counts.occupied(objects))
    assert np.array_equal(place_counts.people_by_place(columns), counts.people_by_place(objects))
    assert np.array_equal(labour_market.held(columns), counts.held(objects))
    assert np.array_equal(labour_market.count_residents(columns), counts.count_residents(objects))


def test_rosters_agree_on_households_thrown_together_at_random(population):
    """Several heads and spouses in a household, households that empty, people who die: more than a year brings."""
    columns, objects = pair(population)
    rng = np.random.default_rng(3)
    n, h = len(columns.people), len(columns.households)
    alive = rng.random(n) < 0.9
    target = np.where(rng.random(n) < 0.3, rng.integers(0, h, n), columns.people.household).astype(np.int32)
    role = np.where(rng.random(n) < 0.2, rng.choice([HEAD, SPOUSE], n), columns.people.role)
    columns.people.role = role
    households = list(objects.households)
    for person, lives, where, what in zip(list(objects.people), alive, target, role, strict=True):
        person.alive, person.household, person.role = bool(lives), households[where], int(what)
    column_roster.rebuild(columns, alive, target)
    roster.rebuild(objects)
    assert compare.differences(columns, objects) == []
    assert objects.flow["households_dissolved"].sum() > 0


def test_a_rule_is_plain_python_all_the_way_down():
    """A retirement age of 60 for men, a chance of 0.9 a year from it on; and a rule that calls another rule."""
    p = SimpleNamespace(retirement_age_men=60, retirement_at_age=0.9)
    assert plain(retirement_chance)(60, 0, False, True, False, p) == 0.9
    assert plain(retirement_chance)(59, 0, False, True, False, p) == 0.0
    # z = 0 - 1 ln(10 * 100 / 1000) + 0 + 0 = 0, so half of the reviewed half buy: a plain object is no compiled record
    p = SimpleNamespace(
        tenure_change_rate=0.5,
        buy_constant=0.0,
        buy_price_slope=1.0,
        home_area=100.0,
        buy_local=0.0,
        buy_years=0.0,
        buy_years_cap=10.0,
    )
    assert plain(tenure_change_chance)(p, 10.0, 1000.0, 0, 3) == 0.25


def test_single_precision_is_that_of_the_columns():
    values = np.random.default_rng(1).lognormal(10.0, 2.0, 1000)
    assert [single(v) for v in values.tolist()] == values.astype(np.float32).tolist()


def test_objects_are_timed():
    assert time_reference(SCALE, 1, seed=2) > 100.0
    with pytest.raises(ValueError, match="years must be at least 1"):
        time_reference(SCALE, 0)


def test_the_reference_is_freed(population):
    _, objects = pair(population)
    objects.step()
    ghost = weakref.ref(objects)
    del objects
    gc.collect()
    assert ghost() is None
