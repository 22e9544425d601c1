"""Named events: how they are read and refused, how they fade, and what they do to the city."""

import jsonschema
import numpy as np
import pytest
from helpers_responses import Pair, city
from helpers_scenarios import real_pack, tiny_pack, write_scenario

from scenarios.errors import ScenarioError
from scenarios.marked import read_marked
from scenarios.scenario import load
from scenarios.schema import scenario_schema
from sim.catalogue import shock_kinds
from sim.paths import Path, PolicyError
from sim.policy import Setting, compile_policy
from sim.rules import shocks as rules
from sim.shocks import Shock

# --- rules and policy -------------------------------------------------------------------------------------------------


def test_an_event_fades_in_a_straight_line():
    # 0.3 away in the year itself, back after three years: 0.3, 0.2, 0.1, 0
    years = np.array([-1, 0, 1, 2, 3, 9])
    assert rules.remaining(0.3, years, 3) == pytest.approx([0.0, 0.3, 0.2, 0.1, 0.0, 0.0])
    assert rules.remaining(0.3, years, 1) == pytest.approx([0.0, 0.3, 0.0, 0.0, 0.0, 0.0])


def test_homes_go_and_come_back_whole():
    # a tenth of 95 is 9; of 20 only 1 is empty
    assert rules.homes_gone(0.1, np.array([95, 20]), np.array([50, 19])).tolist() == [9, 1]
    gone, built = 10, []
    for left in (3, 2, 1):  # 10 // 3, 7 // 2, 4 // 1
        built.append(rules.homes_rebuilt(gone, left))
        gone -= built[-1]
    assert built == [3, 3, 4]


def compiled(*shocks, start=2020):
    return compile_policy([], {}, tiny_pack(), start, 2035, shocks)


def test_events_by_town_and_year():
    policy = compiled(Shock("jobs_lost", 2027, 20.0, ("north",), 2), Shock("jobs_lost", 2028, 50.0, ("a1", "b1")))
    assert policy.away("jobs_lost", 2026).tolist() == [0, 0, 0, 0]
    assert policy.away("jobs_lost", 2027) == pytest.approx([0.2, 0.2, 0, 0])
    # a tenth is left of the first; half of what is there goes in a1: 1 - 0.9 * 0.5
    assert policy.away("jobs_lost", 2028) == pytest.approx([0.55, 0.1, 0.5, 0])
    assert policy.away("arrivals_stopped", 2028) is None


@pytest.mark.parametrize(
    ("shocks", "field", "said"),
    [
        ([Shock("jobs_lost", 2020, 5.0, ("city",))], "shocks.0.year", "2020 comes before the first year lived, 2021"),
        ([Shock("jobs_lost", 2025, 70.0, ("city",))], "shocks.0.size", "from 0.1 to 60 percent"),
        ([Shock("jobs_lost", 2025, 5.0, ("city",), 0)], "shocks.0.recovery", "whole number of years from 1 to 20"),
        (
            [Shock("jobs_lost", 2025, 5.0, ("belt",)), Shock("jobs_lost", 2025, 6.0, ("b1",))],
            "shocks.1.place",
            "hits b1 twice: in b1 and, as shocks.0, in belt",
        ),
    ],
)
def test_events_that_cannot_be_are_refused(shocks, field, said):
    with pytest.raises(PolicyError) as error:
        compiled(*shocks)
    assert error.value.field == field and said in error.value.en and error.value.zh


def test_a_value_for_one_year_before_the_start_is_refused():
    only = Path.only(2019, 0.9)
    with pytest.raises(PolicyError, match="holds in 2019 only, before the first year lived, 2021"):
        compile_policy([Setting("permit_parity", "city", only)], {}, tiny_pack(), 2020, 2035)
    with pytest.raises(PolicyError, match=r"assumptions\.jobs_shock: holds in 2020 only"):
        compile_policy([], {"jobs_shock": Path.only(2020, -5.0)}, tiny_pack(), 2020, 2035)
    compile_policy([Setting("permit_parity", "city", only)], {}, tiny_pack(), 2010, 2035)


# --- files ------------------------------------------------------------------------------------------------------------

GOOD = """shocks:
  - {kind: jobs_lost, year: 2027, size: 10, place: east, recovery: 3}
  - {kind: arrivals_stopped, year: 2028, size: 80, unit: percent}
  - {kind: homes_lost, year: 2029, size: 5, place: [440781T12, 440781T08], recovery: 2}
"""


def test_events_in_a_file_are_read_and_written_back(tmp_path):
    scenario = load(write_scenario(tmp_path, GOOD))
    assert scenario.shocks == (
        Shock("jobs_lost", 2027, 10, ("east",), 3),
        Shock("arrivals_stopped", 2028, 80, (real_pack().city_id,), 1),
        Shock("homes_lost", 2029, 5, ("440781T12", "440781T08"), 2),
    )
    copy = tmp_path / "copy.yaml"
    copy.write_text(scenario.to_yaml(), encoding="utf-8")
    assert load(copy).hash == scenario.hash != load("baseline").hash
    child = load(write_scenario(tmp_path, "extends: copy.yaml\n", "child.yaml"))
    calm = load(write_scenario(tmp_path, "extends: copy.yaml\nshocks: []\n", "calm.yaml"))
    assert child.shocks == scenario.shocks and calm.shocks == () and calm.hash == load("baseline").hash


BAD = {
    "not a list": ("shocks: {kind: jobs_lost}\n", "shocks", "must be a list"),
    "not a mapping": ("shocks: [jobs_lost]\n", "shocks.0", "must be {kind"),
    "unknown kind": (
        "shocks:\n  - {kind: job_lost, year: 2027, size: 5}\n", "shocks.0.kind", "did you mean 'jobs_lost'",
    ),
    "unknown key": (
        "shocks:\n  - {kind: jobs_lost, year: 2027, size: 5, places: east}\n",
        "shocks.0.places", "did you mean 'place'",
    ),
    "no size": ("shocks:\n  - {kind: jobs_lost, year: 2027}\n", "shocks.0", "`size` is missing"),
    "size": ("shocks:\n  - {kind: jobs_lost, year: 2027, size: -5}\n", "shocks.0.size", "from 0.1 to 60 percent"),
    "word for size": ("shocks:\n  - {kind: jobs_lost, year: 2027, size: big}\n", "shocks.0.size", "must be a number"),
    "year": ("shocks:\n  - {kind: jobs_lost, year: 2060, size: 5}\n", "shocks.0.year", "2010 to 2050"),
    "word for year": ("shocks:\n  - {kind: jobs_lost, year: soon, size: 5}\n", "shocks.0.year", "2010 to 2050"),
    "recovery": (
        "shocks:\n  - {kind: jobs_lost, year: 2027, size: 5, recovery: 1.5}\n", "shocks.0.recovery", "whole number",
    ),
    "unit": ("shocks:\n  - {kind: jobs_lost, year: 2027, size: 5, unit: posts}\n", "shocks.0.unit", "is percent"),
    "unknown place": (
        "shocks:\n  - {kind: jobs_lost, year: 2027, size: 5, place: 台城街道}\n",
        "shocks.0.place.台城街道", "440781T01",
    ),
    "homes nowhere": ("shocks:\n  - {kind: homes_lost, year: 2027, size: 5}\n", "shocks.0", "named towns"),
    "no place": ("shocks:\n  - {kind: homes_lost, year: 2027, size: 5, place: []}\n", "shocks.0.place", "no place"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_wrong_events_are_refused_with_line_and_field(tmp_path, case):
    body, field, said = BAD[case]
    with pytest.raises(ScenarioError) as error:
        load(write_scenario(tmp_path, body))
    assert error.value.field == field and said in error.value.en and error.value.zh and error.value.line >= 2


@pytest.mark.parametrize("case", ["good", *BAD])
def test_the_schema_says_the_same(tmp_path, case):
    body = GOOD if case == "good" else BAD[case][0]
    data = read_marked(write_scenario(tmp_path, body)).data
    assert jsonschema.Draft202012Validator(scenario_schema(real_pack())).is_valid(data) == (case == "good")


def test_every_kind_of_event_is_described_in_both_languages():
    for entry in shock_kinds().values():
        assert set(entry.title) == set(entry.note) == {"zh", "en"}


# --- the city ---------------------------------------------------------------------------------------------------------


def test_jobs_lost_in_the_east_come_back():
    """A fifth of the posts of the East away in 2022, all back in 2024: 15 to 24 % fewer posts there that year, none in
    the West lost at once, less than half of the gap a year later, in each pair."""
    pair = Pair(shocks=(Shock("jobs_lost", 2022, 20.0, ("east",), 2),))
    assert (pair.gap("jobs", year=0) == 0).all()
    assert -0.28 <= pair.log_ratio("jobs", "east", year=1) <= -0.15
    assert abs(pair.log_ratio("jobs", "west", year=1)) < 0.01
    assert (pair.gap("unemployment_rate", "east", year=1) > 0).all()
    assert pair.log_ratio("jobs", "east", year=3) > 0.5 * pair.log_ratio("jobs", "east", year=1)


def test_arrivals_stopped_are_of_the_place_and_the_years_named():
    """80 % of outsiders bound for the West do not come in 2022: those who arrive there fall by 40 to 85 % (people
    registered here still come back), in the East by less than 5 %; a year later more than half of them come again."""
    pair = Pair(shocks=(Shock("arrivals_stopped", 2022, 80.0, ("west",)),))
    assert -0.85 <= np.exp(pair.log_ratio("arrivals", "west", year=1)) - 1.0 <= -0.4
    assert abs(pair.log_ratio("arrivals", "east", year=1)) < 0.05
    assert pair.log_ratio("arrivals", "west", year=2) > 0.5 * pair.log_ratio("arrivals", "west", year=1)


def test_homes_lost_raise_rents_and_are_rebuilt():
    """A tenth of the homes of the county seats in 2022: fewer homes there than without, dearer ones, as many again in
    2025 (rebuilt over three years) but for what the market did in between (2 %)."""
    towns = tuple(t for t, tier in zip(real_pack().towns, real_pack().town_tier, strict=True) if tier == "county_seat")
    shock = (Shock("homes_lost", 2022, 10.0, towns, 3),)
    rows = np.repeat(np.isin(real_pack().towns, towns), 2)
    stock = {
        year: [city({}, year, shocks=s).towns.homes[rows].sum() for s in ((), shock)] for year in (2021, 2022, 2025)
    }
    assert stock[2021][0] == stock[2021][1]
    assert 0.03 <= 1.0 - stock[2022][1] / stock[2022][0] <= 0.1
    assert abs(1.0 - stock[2025][1] / stock[2025][0]) < 0.02
    pair = Pair(shocks=shock)
    assert (pair.gap("vacancy_rate", towns[0], year=1) < 0).all()
    assert (pair.gap("rent", year=2) > 0).all()
