"""Scenario files, their schema, runs and comparisons."""

import hashlib
import os
import pickle
import subprocess
import sys

import jsonschema
import numpy as np
import pytest
from helpers_scenarios import FakeCity, real_pack, use_fake_city, write_scenario

from scenarios import outputs
from scenarios.comparing import compare, summary
from scenarios.errors import ScenarioError
from scenarios.marked import read_marked
from scenarios.result import COLUMNS
from scenarios.runner import replicate_seed, run, run_all
from scenarios.scenario import LIBRARY, library, load
from scenarios.schema import scenario_schema
from sim.catalogue import levers
from sim.data import load_pack

SINGLE = ("hukou_open", "more_homes", "public_rental", "jobs_east", "jobs_west")  # one lever family each
QUICK = {"end": 2022, "replicates": 3, "progress": False, "workers": 1}


@pytest.fixture
def fake(monkeypatch):
    use_fake_city(monkeypatch)


# Files


def test_library_has_the_named_scenarios_with_names_and_reasons_in_both_languages():
    assert library()[0] == "baseline"
    assert set(library()) >= {
        "baseline", "as_planned",
        "hukou_services", "housing_security", "industrial_groups", "county_seats", "west_balance", "countryside",
        "people_first", "industry_first",
        "low_births", "more_births", "strong_neighbours", "downturn", "epidemic_year", "budget_limited",
        *SINGLE, "all_together",
    }  # fmt: skip
    for name in library():
        scenario = load(name)
        assert all(scenario.name[lang] and scenario.rationale[lang] for lang in ("zh", "en")), name
        assert bool(scenario.settings) == (name != "baseline")


def test_all_together_is_the_sum_of_the_single_ones():
    parts = {s for name in SINGLE for s in load(name).settings}
    assert set(load("all_together").settings) == parts


def test_no_two_scenarios_of_the_library_do_the_same():
    assert len({load(name).hash for name in library()}) == len(library())


def test_scenarios_of_the_world_keep_the_policy_of_the_plan():
    """What a future without births, a strong neighbour, a downturn or an epidemic does is not policy."""
    planned = load("as_planned")
    for name in ("low_births", "more_births", "strong_neighbours", "downturn", "epidemic_year"):
        scenario = load(name)
        assert scenario.settings == planned.settings and (scenario.assumptions or scenario.shocks), name


def test_the_plan_as_written_uses_the_plans_quantities():
    """8100 homes in five years, 120 teachers each way, half of land revenue, 80 % of villages; 61 % of farmland."""
    policy = load("as_planned").policy(load_pack(), 2020, 2035)
    pack = load_pack()
    assert 5 * policy.lever("public_rental_homes", 2025).sum() == pytest.approx(8100)
    east, west = (pack.towns_of(region) for region in pack.regions)
    teachers = policy.lever("teacher_exchange", 2025)
    assert teachers[east].sum() == pytest.approx(120) and teachers[west].sum() == pytest.approx(120)
    assert policy.lever("land_revenue_to_villages", 2025).min() == 0.5
    assert policy.lever("rural_amenity", 2025).min() == 0.8
    assert policy.lever("farmland_transfer", 2025).min() == levers()["farmland_transfer"].levels["active"]
    for entry in levers().values():  # every lever for which the plan gives a quantity
        if "as_plan" in entry.extra and entry.as_plan != "keep":
            assert any(s.lever == entry.key for s in load("as_planned").settings), entry.key


def test_short_and_long_forms_mean_the_same(tmp_path):
    short = load(write_scenario(tmp_path, "levers: {permit_parity: 0.9}\n", "short.yaml"))
    body = "levers:\n  permit_parity:\n    440700: {value: 0.9, unit: share}\n"
    long = load(write_scenario(tmp_path, body, "long.yaml"))
    quoted = load(write_scenario(tmp_path, body.replace("440700", '"440700"'), "quoted.yaml"))
    assert short.settings == long.settings == quoted.settings
    assert short.hash == long.hash == quoted.hash


def test_paths_in_a_file(tmp_path):
    body = """levers:
  permit_parity: {east: 0.9, 440781T01: {from: 2025, value: 1}}
  rent_subsidy: {2022: 0.1, 2026: 0.5, unit: share}
assumptions:
  jobs_shock: {only: 2027, value: -5}
"""
    policy = load(write_scenario(tmp_path, body)).policy(real_pack(), 2020, 2035)
    pack = real_pack()
    taicheng, east = pack.towns.index("440781T01"), pack.towns_of("east")
    assert policy.lever("permit_parity", 2024)[taicheng] == levers()["permit_parity"].default[2020]
    assert policy.lever("permit_parity", 2025)[taicheng] == 1.0
    assert (policy.lever("permit_parity", 2024)[east] == 0.9).all()
    assert policy.lever("rent_subsidy", 2024)[0] == pytest.approx(0.3)  # half way from 0.1 to 0.5
    assert [policy.assumption("jobs_shock", y) for y in (2026, 2027, 2028)] == [0.0, -5.0, 0.0]


def test_extends_keeps_what_the_file_does_not_name(tmp_path):
    write_scenario(tmp_path, "levers: {permit_parity: {east: 0.9, west: 0.7}, hukou_cost: 100}\n", "parent.yaml")
    child = load(write_scenario(tmp_path, "extends: parent.yaml\nlevers: {permit_parity: {east: 0.8}}\n"))
    # hukou_cost is taken over; permit_parity is replaced in all places
    found = [(s.lever, s.place, s.path.values) for s in child.settings]
    assert found == [("permit_parity", "east", (0.8,)), ("hukou_cost", "440700", (100.0,))]
    assert child.extends == ("parent",)


def test_hash_follows_what_is_done_and_not_words(tmp_path):
    one = load(write_scenario(tmp_path, "levers: {hukou_cost: 100}\n", "one.yaml"))
    words = load(
        write_scenario(tmp_path, "# remark\nrationale: {zh: 甲, en: a}\nlevers: {hukou_cost: 100}\n", "two.yaml")
    )
    other = load(write_scenario(tmp_path, "levers: {hukou_cost: 101}\n", "three.yaml"))
    assert one.hash == words.hash != other.hash
    assert len(one.hash) == 64 and one.text.startswith("name:")


@pytest.mark.parametrize("name", library())
def test_a_written_scenario_reads_back(tmp_path, name):
    scenario = load(name)
    copy = tmp_path / "copy.yaml"
    copy.write_text(scenario.to_yaml(), encoding="utf-8")
    assert load(copy).hash == scenario.hash
    assert load(copy).name == scenario.name
    assert pickle.loads(pickle.dumps(scenario)).hash == scenario.hash


# Schema

VALID = [
    "levers: {permit_parity: active, rent_subsidy: {from: 2025, level: 最大}}",
    "levers: {permit_parity: {2022: keep, 2030: maximum}}",
    "levers: {permit_parity: 1}",
    "levers: {permit_parity: {value: 1, unit: share}}",
    "levers: {permit_parity: {2022: 0.5, 2030: 1}}",
    "levers: {permit_parity: {east: {from: 2025, value: 1}, 440781T01: {only: 2030, value: 0}}}",
    "extends: baseline\nassumptions: {fertility_level: 0.9}",
]
INVALID = [
    "levers: {permit_parity: much}",
    "levers: {permit_parity: {level: 0.5}}",
    "levers: {permit_parity: {level: active, value: 0.5}}",
    "assumptions: {fertility_level: active}",
    "levers: {permit_party: 1}",
    "levers: {permit_parity: 1.1}",
    "levers: {permit_parity: {value: 1, unit: percent}}",
    "levers: {permit_parity: {from: 2025}}",
    "levers: {permit_parity: {from: 2060, value: 1}}",
    "levers: {permit_parity: {2060: 1}}",
    "levers: {permit_parity: {nowhere: 1}}",
    "levers: {permit_parity: {}}",
    "levers: {permit_parity: yes}",
    "levers: {permit_parity: {value: 1, from: 2025, only: 2026}}",
    "levers: 3",
    "assumptions: {permit_parity: 1}",
    "assumptions: {fertility_level: 9}",
    "level: {permit_parity: 1}",
]


def _as_json(value):
    return {str(k): _as_json(v) for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(("body", "good"), [(b, True) for b in VALID] + [(b, False) for b in INVALID])
def test_schema_and_reader_agree(tmp_path, body, good):
    path = write_scenario(tmp_path, body + "\n")
    schema = scenario_schema(real_pack())
    jsonschema.Draft202012Validator.check_schema(schema)
    found = jsonschema.Draft202012Validator(schema).is_valid(_as_json(read_marked(path).data))
    try:
        load(path)
        read = True
    except ScenarioError:
        read = False
    assert (found, read) == (good, good)


def test_schema_holds_for_the_library():
    validator = jsonschema.Draft202012Validator(scenario_schema(real_pack()))
    for name in library():
        validator.validate(_as_json(read_marked(LIBRARY / f"{name}.yaml").data))


# Runs


def test_columns_order_and_rows(fake):
    frame = run("baseline", **QUICK).frame
    assert list(frame.columns) == COLUMNS == [
        "scenario", "parameter_set", "replicate", "year", "place", "indicator", "value", "unit", "quality"
    ]  # fmt: skip
    # 3 replicates x 3 years x (83 places x 4 indicators - 73 towns without a ratio)
    assert len(frame) == 3 * 3 * (83 * 4 - 73)
    assert frame["year"].unique().tolist() == [2020, 2021, 2022]
    row = frame.iloc[0]
    assert (row["place"], row["indicator"], row["unit"], row["quality"]) == (
        "440700",
        "residents",
        "persons",
        "simulated",
    )


def test_quality_of_towns_and_of_accounted_indicators(fake):
    frame = run("baseline", **QUICK).frame
    pack = real_pack()
    marks = dict(zip(pack.towns, pack.town_quality(2020), strict=True))
    assert {"secondary", "estimated"} <= set(marks.values())
    one = frame[(frame.year == 2021) & (frame.replicate == 0) & (frame.indicator == "service_index")]
    found = dict(zip(one.place.astype(str), one.quality.astype(str), strict=True))
    assert found["440700"] == found["east"] == found["440703"] == "accounted"
    assert {town: found[town] for town in pack.towns} == marks


def test_replicates_share_their_luck_between_scenarios_and_differ_among_themselves(fake):
    a, b = run_all(["baseline", "hukou_open"], **QUICK)
    assert a.seeds == b.seeds == tuple(replicate_seed(1, r) for r in range(3))
    assert len(set(a.seeds)) == 3 and all(0 <= s < 2**63 for s in a.seeds)
    assert not set(a.seeds) & {replicate_seed(2, r) for r in range(3)}
    # hashed, never added: replicate 1 of seed 1 is not replicate 0 of seed 2
    assert replicate_seed(1, 1) != replicate_seed(2, 0)
    assert replicate_seed(1, 0) == int.from_bytes(hashlib.sha256(b"1/0").digest()[:8], "big") >> 1


def test_more_replicates_keep_the_first_ones(fake):
    few, many = run("baseline", **QUICK), run("baseline", **(QUICK | {"replicates": 5}))
    assert np.array_equal(few.values, many.values[:, :3], equal_nan=True)


def test_several_parameter_sets(fake, monkeypatch):
    monkeypatch.setattr("scenarios.runner.Parameters", dict)
    result = run("baseline", parameters=[{}, {}], **QUICK)
    assert result.values.shape[:2] == (2, 3)
    assert sorted(result.frame["parameter_set"].unique()) == [0, 1]
    assert result.series("residents", "east").shape == (6, 3)


def test_detail_drops_towns_or_counties(fake):
    assert len(run("baseline", detail="counties", **QUICK).places) == 10
    assert run("baseline", detail="city", **QUICK).places == ("440700", "east", "west")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"start": 2015}, "start"),
        ({"end": 2051}, "end"),
        ({"end": 2019}, "end"),
        ({"scale": 0}, "scale"),
        ({"scale": 1.5}, "scale"),
        ({"replicates": 0}, "replicates"),
        ({"detail": "street"}, "detail"),
    ],
)
def test_senseless_options_are_refused_before_anything_runs(fake, options, field):
    with pytest.raises(ScenarioError) as error:
        run("baseline", **(QUICK | options))
    assert error.value.field == field
    assert FakeCity.made == 0


# Comparison


def test_a_scenario_against_itself_is_exactly_zero(fake):
    table = compare(["baseline", "baseline"], **QUICK)
    numbers = table[["difference", "low", "high", "least", "most"]]
    assert (numbers == 0.0).all(axis=None)
    assert (table["same_sign"] == table["futures"]).all() and (table["futures"] == 3).all()


def test_differences_are_paired(fake, tmp_path):
    less = write_scenario(tmp_path, "levers: {permit_parity: 0.5}\n", "less.yaml")
    more = write_scenario(tmp_path, "levers: {permit_parity: {2020: 0.5, 2025: 0.9}}\n", "more.yaml")
    table = compare([str(less), str(more)], **QUICK)
    one = table[(table.year == 2022) & (table.place == "440700") & (table.indicator == "residents")].iloc[0]
    # parity in 2022: 0.5 + 2 * (0.9 - 0.5) / 5 = 0.66, so 10 * 0.16 more residents; luck cancels
    assert one["difference"] == pytest.approx(1.6)
    assert one["least"] == pytest.approx(one["most"])
    assert (one["same_sign"], one["futures"]) == (3, 3)
    assert one["value"] - one["baseline_value"] == pytest.approx(1.6)


def test_statistics_of_differences_by_hand():
    gap = np.array([1.0, 2.0, 6.0, -1.0]).reshape(4, 1)
    found = {name: value[0] for name, value in summary(gap).items()}
    # mean 2; squares of deviations 1, 0, 16, 9 = 26; s = sqrt(26 / 3) = 2.94392; t(0.975, 3) = 3.18245
    # half width 3.18245 * 2.94392 / 2 = 4.68443
    assert found["difference"] == 2.0
    assert found["low"] == pytest.approx(2 - 4.68443, abs=1e-4)
    assert found["high"] == pytest.approx(2 + 4.68443, abs=1e-4)
    assert (found["least"], found["most"], found["same_sign"], found["futures"]) == (-1.0, 6.0, 3, 4)


def test_one_future_has_no_interval_and_missing_futures_are_left_out():
    one = summary(np.array([[3.0]]))
    assert np.isnan(one["low"][0]) and one["difference"][0] == 3.0
    gaps = summary(np.array([[1.0], [np.nan], [3.0]]))
    assert (gaps["difference"][0], gaps["futures"][0]) == (2.0, 2)


def test_runs_that_are_not_pairs_are_refused(fake):
    a = run("baseline", **QUICK)
    b = run("hukou_open", seed=2, **QUICK)
    with pytest.raises(ScenarioError, match="seeds"):
        compare([a, b])
    with pytest.raises(ScenarioError, match="two or more"):
        compare([a])


# With the real model


@pytest.mark.slow
def test_workers_and_threads_do_not_change_a_bit(tmp_path):
    options = {"end": 2021, "scale": 0.002, "replicates": 2, "progress": False}
    alone = run("hukou_open", workers=1, threads=1, **options)
    threads = run("hukou_open", workers=1, threads=2, **options)
    workers = run("hukou_open", workers=2, **options)
    written = []
    for i, result in enumerate((alone, threads, workers)):
        outputs.write_results(tmp_path / str(i), [result])
        written.append((tmp_path / str(i) / "indicators.csv").read_bytes())
    assert written[0] == written[1] == written[2]
    # a run depends on its seed alone: the two replicates differ
    assert not np.array_equal(alone.values[:, 0], alone.values[:, 1], equal_nan=True)


@pytest.mark.slow
def test_equal_policies_differ_by_exactly_zero_in_the_real_model(tmp_path):
    # the default written out: another file, another hash, the same policy
    same = write_scenario(tmp_path, "levers: {new_homes: 0, residential_land: 1.0}\n")
    table = compare(["baseline", str(same)], end=2021, scale=0.002, replicates=2, progress=False)
    assert len(table) and (table[["difference", "least", "most"]] == 0.0).all(axis=None)


@pytest.mark.slow
def test_a_script_without_a_main_guard_may_use_workers(root, tmp_path):
    script = tmp_path / "plain.py"
    script.write_text(
        "from scenarios.runner import run\n"
        "print('once')\n"
        "r = run('baseline', end=2021, scale=0.002, replicates=2, workers=2)\n"
        "print(r.values.shape[:3])\n",
        encoding="utf-8",
    )
    shown = subprocess.run(
        [sys.executable, str(script)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert shown.stdout.split("\n") == ["once", "(1, 2, 2)", ""], shown.stderr
