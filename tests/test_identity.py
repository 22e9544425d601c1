"""Exactness: identical scenarios differ by nothing, files are the same bytes, a lever touches only what it can."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from helpers_responses import settings, shuffled

from scenarios.cli import main
from scenarios.outputs import write_results
from scenarios.runner import run_all
from scenarios.scenario import Scenario
from sim.catalogue import indicators
from sim.data import load_pack
from sim.synthesis import start_population

SMALL = ["--scale", "0.002", "--end", "2023", "--replicates", "2", "--workers", "1"]
LATER = {"hukou_rate_rise"}  # needs a rate of five years before
CHUNK = 900  # rows a chunk, so that a small city has many


# --- two identical scenarios ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["baseline", "all_together"])
def test_comparing_a_scenario_with_itself_gives_zero_in_every_cell(name, tmp_path, capsys):
    assert main(["compare", name, name, *SMALL, "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    table = pd.read_csv(tmp_path / "out" / "differences.csv")
    found = pd.read_parquet(tmp_path / "out" / "differences.parquet")
    assert len(table) > 10_000 and len(found) == len(table)
    for frame in (table, found):
        for column in ("difference", "least", "most"):
            assert (frame[column] == 0.0).all(), column
        pairs = frame["futures"] == 2  # a rate may be undefined in one of the two: then there is no interval
        assert pairs.mean() > 0.95 and (frame["futures"] >= 1).all()
        assert (frame.loc[pairs, ["low", "high"]] == 0.0).all(axis=None)
        assert (frame["same_sign"] == frame["futures"]).all()
        assert (frame["value"] == frame["baseline_value"]).all()
    assert set(table["indicator"]) == set(indicators()) - LATER


def test_comparing_with_another_scenario_does_not(tmp_path, capsys):
    """Otherwise the test above could not fail."""
    assert main(["compare", "baseline", "jobs_west", *SMALL, "--out", str(tmp_path / "out")]) == 0
    assert (pd.read_csv(tmp_path / "out" / "differences.csv")["difference"] != 0.0).any()


# --- the same bytes ---------------------------------------------------------------------------------------------------


def in_fresh_process(root, out, threads):
    """`jiangmen run baseline` in a process of its own with small chunks; the bytes of indicators.csv."""
    program = f"import sys, sim.engine; sim.engine.CHUNK = {CHUNK}; from scenarios.cli import main; "
    program += "sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "run", "baseline", *SMALL, "--threads", str(threads), "--out", str(out)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return (out / "indicators.csv").read_bytes()


def in_this_process(out, threads):
    options = {"scale": 0.002, "end": 2023, "replicates": 2, "workers": 1, "threads": threads, "progress": False}
    write_results(out, run_all(["baseline"], **options))
    return (out / "indicators.csv").read_bytes()


@pytest.fixture(scope="module")
def reference(root, tmp_path_factory):
    """indicators.csv of a fresh process on one thread."""
    return in_fresh_process(root, tmp_path_factory.mktemp("fresh") / "one", 1)


def test_two_threads_in_a_fresh_process_write_the_same_bytes(root, tmp_path, reference):
    assert len(reference) > 100_000
    assert in_fresh_process(root, tmp_path / "two", 2) == reference


@pytest.mark.parametrize("threads", [1, 2])
def test_a_process_that_has_run_other_things_writes_the_same_bytes(tmp_path, reference, threads, monkeypatch):
    monkeypatch.setattr("sim.engine.CHUNK", CHUNK)
    run_all(["jobs_east"], scale=0.002, end=2021, replicates=1, workers=1, progress=False)
    assert in_this_process(tmp_path / "a", threads) == reference
    assert in_this_process(tmp_path / "b", threads) == reference


def test_the_order_of_rows_does_not_change_a_byte(tmp_path, reference, monkeypatch):
    """The start population in two other orders of people and households."""
    for seed in (5, 6):
        mixed = shuffled(start_population(load_pack(), 2020, 0.002), seed)
        monkeypatch.setattr("sim.model.start_population", lambda *_, mixed=mixed: mixed)
        assert in_this_process(tmp_path / str(seed), 2) == reference


def test_another_seed_writes_other_bytes(tmp_path, reference):
    """Otherwise the tests above could not fail."""
    write_results(tmp_path / "x", run_all(["baseline"], scale=0.002, end=2023, replicates=2, seed=2, progress=False))
    assert (tmp_path / "x" / "indicators.csv").read_bytes() != reference


# --- what a lever can reach in its first year -------------------------------------------------------------------------

BORN = ("births", "deaths")
WORK = (
    "jobs", "unemployment_rate", "employment_share_primary", "employment_share_secondary", "employment_share_tertiary",
    "land_per_farmer",
)  # fmt: skip
PAY = ("income_urban", "income_rural", "income_ratio", "east_west_income_ratio", "farm_income")
MOVES = (
    "arrivals", "departures", "residents", "households", "one_person_households", "registered_outside",
    "age_0_14_share", "age_60_plus_share",
)  # fmt: skip
HOMES = ("rent", "home_price_index", "vacancy_rate")
HUKOU = ("conversions", "hukou_population", "hukou_urbanisation_rate")
CLASSES = ("migrants_same_county", "migrants_same_province", "migrants_other_province")
LAND = ("urban_residents", "urbanisation_rate", "insitu_urbanised", "urban_land_per_head", "village_working_age_share")

# lever -> (a change of about 1 % of its value or range, out of reach in the first year, reached): a lever acts in the
# step that reads it and in later steps of the year (see the list at the top of sim/model.py), never in earlier ones.
MONEY = (
    "land_revenue_to_villages", "budget_balance", "revenue", "province_transfers", "region_transfers", "spending",
    "programme_cost",
)  # fmt: skip
REACH = {
    # step 4: posts
    "job_growth_tertiary": (0.16, BORN, ("jobs", "employment_share_tertiary")),
    "job_matching": (1.01, (*BORN, "jobs"), ("unemployment_rate",)),
    # step 6: incomes
    "farm_productivity": (0.06, (*BORN, *WORK, *MOVES, *CLASSES), ("farm_income", "income_rural")),
    "farmland_transfer": (0.05, (*BORN, *WORK, *MOVES, *CLASSES), ("farm_income", "income_rural")),
    # step 7: where people move
    # the insurance part pays in step 6, before anybody moves
    "permit_parity": (0.7575, (*BORN, *WORK), ("income_urban", "residents", "conversions", "departures")),
    "rent_subsidy": (0.006, (*BORN, *WORK, *PAY), ("residents",)),
    "outside_travel_time": (1.01, (*BORN, *WORK, *PAY), ("arrivals", "departures")),
    # step 8: homes take two years to build; what is started takes land at once
    "new_homes": (600.0, (*BORN, *WORK, *PAY, *MOVES, *HUKOU, *HOMES), ("urban_land_per_head",)),
    # step 9: hukou
    "rural_rights_kept": (0.808, (*BORN, *WORK, *PAY, *MOVES, *HOMES, *LAND), ("conversions",)),
    "hukou_cost": (2500.0, (*BORN, *WORK, *PAY, *MOVES, *HOMES, *LAND), ("conversions",)),
    # step 10: services
    "school_places": (12120.0, (*BORN, *WORK, *PAY, *MOVES, *HOMES, *HUKOU, *CLASSES, *LAND), ("service_index",)),
    "hospital_beds": (707.0, (*BORN, *WORK, *PAY, *MOVES, *HOMES, *HUKOU, *CLASSES, *LAND), ("service_index",)),
    # step 11: land
    "land_quota": (750.0, (*BORN, *WORK, *PAY, *MOVES, *HUKOU, *CLASSES), ("urban_land_per_head",)),
    # step 12: budgets pay next year's services and village transfers
    "balance_fund": (0.002, tuple(name for name in indicators() if name not in MONEY), ("region_transfers",)),
    "land_revenue_to_villages": (0.303, tuple(name for name in indicators() if name not in MONEY), MONEY[:1]),
}


@pytest.fixture(scope="module")
def first_year():
    """Runs the first year of the 1 % city on four seeds with some levers set."""

    def run(levers):
        chosen = Scenario("x", {"zh": "x", "en": "x"}, settings=settings(levers))
        return run_all([chosen], end=2021, scale=0.01, replicates=4, workers=1, threads=2, progress=False)[0]

    plain = run({})
    return plain, run


@pytest.mark.parametrize("lever", REACH)
def test_a_small_change_of_a_lever_reaches_only_what_it_can_in_the_first_year(first_year, lever):
    value, out_of_reach, reached = REACH[lever]
    plain, run = first_year
    place = "east" if lever == "balance_fund" else load_pack().city_id
    gap = run({(lever, place): value}).values - plain.values
    assert np.nansum(np.abs(gap[:, :, 0])) == 0.0  # the start year is data
    moved = np.nan_to_num(np.abs(gap[:, :, 1])).max(axis=(0, 1, 2))
    changed = {name for name, by in zip(plain.indicators, moved, strict=True) if by > 0.0}
    assert changed & set(out_of_reach) == set()
    assert set(reached) <= changed


@pytest.mark.parametrize(("lever", "place", "value", "seen"), [
    ("balance_fund", "east", 0.2, "service_index"),
    ("land_revenue_to_villages", "440700", 0.8, "income_rural"),
])  # fmt: skip
def test_what_budgets_pay_is_felt_later(lever, place, value, seen):
    """Levers without any reach in the first year have one in the third."""
    plain, changed = (
        run_all(
            [Scenario("x", {"zh": "x", "en": "x"}, settings=settings(levers))],
            end=2023, scale=0.01, replicates=1, workers=1, progress=False,
        )[0] for levers in ({}, {(lever, place): value})
    )  # fmt: skip
    assert (changed.series(seen, "west") != plain.series(seen, "west")).any()
