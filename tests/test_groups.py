"""Indicators of groups and of the plan's table: by hand, and against what the columns say."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim import group_measures, groups
from sim.catalogue import indicators
from sim.codes import OTHER_PROVINCE, SAME_PROVINCE
from sim.data import DataError, load_pack
from sim.data.plan import LARGER, Figure, figure
from sim.indicators import sheet_plan
from sim.model import CityModel
from sim.sheet import Plan, Ratio, Sheet
from sim.steps.permits import permit

SCALE = 0.003


@pytest.fixture(scope="module")
def city() -> CityModel:
    return CityModel(scale=SCALE, seed=3).run_until(2026)


def reported(city: CityModel, name: str, place: int = 0) -> np.ndarray:
    """float64[years] of an indicator."""
    _, _, names, values = city.records()
    return values[:, place, names.index(name)]


def test_strata_by_hand():
    # sqrt(40 000 yuan) = 200, 200 / 6 = 33.3; no income and debt are in the first; riches in the last
    assert [groups.income_stratum.py_func(fen) for fen in (4_000_000, 0, -500, 10**10)] == [33, 0, 0, 127]


def test_fifths_by_hand():
    """Ten people in one county: 1 with 100 yuan, 3 with 200 each, 6 with 1000 each. The lowest fifth is the first and
    one of the three: (100 + 200) / 2 = 150 yuan; the highest two have 1000."""
    strata = np.zeros((1, groups.STRATA, 3), np.int64)
    strata[0, 1], strata[0, 2], strata[0, 5] = (1, 10_000, 500), (3, 60_000, 3_000), (6, 600_000, 9_000)
    pack = SimpleNamespace(county_region=np.array([0]), regions=("a",), towns=("t",), town_county=np.array([0]))
    sheet = Sheet(sheet_plan(), pack, 1.0, 4)  # city, region, county, town
    group_measures._fifths(sheet, strata)
    assert sheet.line("income_lowest_fifth")[:3].tolist() == [150.0] * 3
    assert sheet.line("income_highest_fifth")[:3].tolist() == [1000.0] * 3
    assert sheet.line("services_lowest_fifth")[0] == pytest.approx(0.75)  # (0.5 + 1.0) / 2
    assert np.isnan(sheet.line("income_lowest_fifth")[3])  # towns are too small


def test_a_sheet_adds_up_and_divides_by_hand():
    """Three towns in two counties of two regions, 1 % of the city: 1 + 2 = 3 and 4 hundred, 7 hundred in all."""
    plan = Plan({"a": 1, "b": 1, "c": 1}, {"sum": "a"}, {"share": Ratio("a", "b", 100.0, less="c")}, ("sum", "share"))
    pack = SimpleNamespace(
        county_region=np.array([0, 1]), regions=("r", "s"), towns=("t", "u", "v"), town_county=np.array([0, 0, 1])
    )
    sheet = Sheet(plan, pack, 0.01, 8)
    sheet["a"], sheet["b"], sheet["c"] = [1, 2, 4], [2, 4, 6], [0, 2, 6]
    sheet.add_up()
    assert sheet.line("sum") == pytest.approx([700, 300, 400, 300, 400, 100, 200, 400])
    share = sheet.line("share")  # 300 of (600 - 200), 700 of (1200 - 800); where nothing is left there is no share
    assert (
        share[[0, 1, 3, 5, 6]] == pytest.approx([175.0, 75.0, 75.0, 50.0, 100.0]) and np.isnan(share[[2, 4, 7]]).all()
    )


def test_groups_add_up_to_the_city(city):
    """People counted in groups are the residents who earned; their income is what households earned."""
    people, state, inside = city.groups.people, city.income_state, 2 * city.T
    assert people[..., 0].sum() == state.heads[:inside].sum() == city.groups.strata[..., groups.HEADS].sum()
    fen = state.totals[:inside].sum()
    assert city.groups.strata[..., groups.FEN].sum() == pytest.approx(fen, rel=1e-6)  # rounded by source or as a sum
    assert people[..., 1].sum() == pytest.approx(fen, rel=1e-6)
    assert city.groups.tenants[:, groups.TENANTS].sum() > 0


def test_migrants_have_the_permits_share_of_services(city):
    share = groups.entitlement(city)
    assert (share[:, :SAME_PROVINCE] == 1.0).all()
    assert (share[:, OTHER_PROVINCE] == permit(city).whole).all() and share[:, OTHER_PROVINCE].max() < 1.0
    assert reported(city, "services_other_province")[-1] < reported(city, "services_locals")[-1]


def test_sources_add_up_to_income(city):
    for part in ("urban", "rural"):
        parts = sum(reported(city, f"income_{part}_{source}") for source in group_measures.SOURCES)
        assert parts == pytest.approx(reported(city, f"income_{part}"))


def test_sums_begin_anew_with_the_five_year_plan(city):
    """2021-2025 and 2026: note 1 of the plan's table."""
    years, jobs = city.records()[0], reported(city, "new_urban_jobs")
    assert np.isnan(jobs[0]) and (np.diff(jobs[1:6]) > 0).all()
    of_2026 = (city.flow["jobs_taken"] - city.flow["jobs_left"])[1 : 2 * city.T : 2].sum() / SCALE
    assert years[-1] == 2026 and jobs[-1] == pytest.approx(of_2026) and jobs[-1] < jobs[-2]


def test_rise_of_the_hukou_rate_is_over_five_years(city):
    rate, rise = reported(city, "hukou_urbanisation_rate"), reported(city, "hukou_rate_rise")
    assert np.isnan(rise[:5]).all() and rise[5:].tolist() == (rate[5:] - rate[:-5])[:2].tolist()


def test_base_figures_of_the_plan_hold_in_the_start_year(city):
    """Capacities start at the figures of Table 1; school places and beds come from the same table."""
    targets = load_pack().targets
    for name in ("primary_places", "junior_places", "hospital_beds", "kindergarten_places", "culture_area",
                 "nursery_places", "community_area", "nursing_bed_share"):  # fmt: skip
        base = targets[indicators()[name].target].base.value
        assert reported(city, name)[0] == pytest.approx(base, rel=0.01), name  # a sample of households


def test_tracked_rows_are_the_plans_own_path_and_move_with_nothing(city):
    gas = reported(city, "piped_gas")
    assert gas[[0, 3, 5]].tolist() == [33.3, 55.7, 65.0]
    assert gas[4] == pytest.approx((55.7 + 65.0) / 2)
    assert np.isnan(reported(city, "piped_gas", place=1)).all()  # for the city only


def test_every_row_of_the_plan_has_one_indicator_under_its_official_name():
    linked = [(e.extra["target"], e) for e in indicators().values() if "target" in e.extra]
    targets = load_pack().targets
    assert sorted(key for key, _ in linked) == sorted(targets)
    for key, entry in linked:
        if key != "T2":  # the plan says how much it rose, the indicator over which years
            assert entry.title["zh"] == targets[key].title["zh"]
        assert LARGER.get(targets[key].unit, (targets[key].unit,))[0] == entry.unit, key
        assert entry.source


def test_indicators_speak_both_languages_and_say_how_they_come_about():
    for entry in indicators().values():
        assert entry.basis in ("simulated", "accounted", "tracked")
        texts = [entry.title, entry.definition] + ([entry.reason] if entry.basis == "tracked" else [])
        assert all(set(text) == {"zh", "en"} and all(text.values()) for text in texts), entry.key


@pytest.mark.parametrize(
    ("cell", "value", "better", "met"),
    [(">85", 85.0, "higher", False), (">=50", 50.0, "higher", True), ("<1.8", 1.8, "lower", False),
     ("1.85", 1.85, "lower", True), ("70", 69.99, "higher", False)],
)  # fmt: skip
def test_figures_of_the_plan_are_met_as_they_are_written(cell, value, better, met):
    found = figure(cell, "target_2025", "plan_targets.csv")
    assert isinstance(found, Figure) and str(found) == cell and found.met(value, better) is met


def test_a_figure_that_is_none_is_refused_with_its_place():
    with pytest.raises(DataError, match="set_by_province, got 'many'"):
        figure("many", "target_2025", "plan_targets.csv")


def test_commuting_balance_of_towns(city):
    """Posts filled over resident workers; for the city only those who work outside of it make a difference."""
    _, _, names, values = city.records()
    balance = values[-1, :, names.index("jobs_per_worker")]
    assert balance[0] == pytest.approx(1.0, abs=0.02)
    assert np.nanmax(balance[-city.T :]) > 1.2 and np.nanmin(balance[-city.T :]) < 0.8  # homes far from jobs
    own = values[-1, :, names.index("works_in_own_town")]
    at_home, own_town = city.work_at_home[:, 2:4].sum(), city.work_at_home[:, groups.OWN_TOWN].sum()
    assert own[0] == pytest.approx(100.0 * own_town / at_home) and 0.0 < own[0] < 100.0


def test_east_west_ratios_are_those_of_the_regions(city):
    for ratio, of in (("east_west_population_ratio", "residents"), ("east_west_service_ratio", "service_index"),
                      ("east_west_jobs_ratio", "jobs")):  # fmt: skip
        east, west = (reported(city, of, place) for place in (1, 2))
        assert reported(city, ratio) == pytest.approx(east / west)
        assert np.isnan(reported(city, ratio, 1)).all()


def test_homes_given_to_migrants_are_part_of_those_given(city):
    migrants, everybody = reported(city, "migrant_homes_given"), reported(city, "households_housed")
    assert (migrants[1:] > 0).all() and (migrants[1:] <= everybody[1:]).all()
