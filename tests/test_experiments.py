"""Experiment files: refusals with file, line and field; designs; how runs are numbered; what a run is."""

import json

import jsonschema
import numpy as np
import pytest
from helpers_batch import CITY, of_function, small_city

from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.experiments.designs import Design, lay
from scenarios.experiments.experiment import Experiment, library
from scenarios.experiments.plan import Plan, changed
from scenarios.experiments.schema import experiment_schema
from scenarios.scenario import load
from sim.data import load_pack

LHS = "design: {kind: latin_hypercube, points: 3}\n"
REFUSALS = {
    # body from line 2 on -> (line, field, words)
    "upside down": (
        "levers:\n  permit_parity: {low: 1, high: 0.5}\n" + LHS, 3, "levers.permit_parity", "upside down",
    ),
    "upside down in a place": (
        "levers:\n  permit_parity:\n    east: {low: 1, high: 0.5}\n" + LHS,
        4, "levers.permit_parity.east", "low 1 is not below high 0.5",
    ),
    "unknown lever": (
        "levers:\n  permit_party: {low: 0, high: 1}\n" + LHS, 3, "levers.permit_party", "did you mean 'permit_parity'",
    ),
    "unknown assumption": (
        "assumptions:\n  fertility: {low: 0, high: 1}\n" + LHS, 3, "assumptions.fertility", "unknown assumption",
    ),
    "unknown parameter": (
        "parameters:\n  separation_rat: {low: 0, high: 1}\n" + LHS, 3, "parameters.separation_rat", "unknown parameter",
    ),
    "unknown place": (
        "levers:\n  permit_parity:\n    easst: {low: 0, high: 1}\n" + LHS, 4, "levers.permit_parity.easst", "'east'",
    ),
    "out of bounds": (
        "levers:\n  permit_parity: {low: 0, high: 2}\n" + LHS, 3, "levers.permit_parity.high", "from 0 to 1",
    ),
    "wrong unit": (
        "levers:\n  permit_parity: {low: 0, high: 1, unit: percent}\n" + LHS, 3, "levers.permit_parity.unit", "share",
    ),
    "no end": ("levers:\n  permit_parity: {low: 0}\n" + LHS, 3, "levers.permit_parity", "`high` is missing"),
    "one number": ("levers:\n  permit_parity: 0.5\n" + LHS, 3, "levers.permit_parity", "must be a range"),
    "unknown word": (
        "levers:\n  permit_parity: {low: 0, hihg: 1}\n" + LHS, 3, "levers.permit_parity.hihg", "did you mean 'high'",
    ),
    "places that contradict": (
        "levers:\n  permit_parity:\n    taikai: {low: 0, high: 1}\n    county_seat: {low: 0.5, high: 0.6}\n" + LHS,
        4, "levers.permit_parity.taikai", "both hold 440781T01",
    ),
    "no design": ("levers:\n  permit_parity: {low: 0, high: 1}\nreplicates: 2\n", 1, "design", "choose one of grid"),
    "no ranges": ("design: {kind: sobol, points: 8}\n", 2, "design.kind", "needs at least one range"),
    "unknown design": ("design: {kind: sobel, points: 8}\n", 2, "design.kind", "did you mean 'sobol'"),
    "unbalanced": (
        "levers:\n  permit_parity: {low: 0, high: 1}\ndesign: {kind: sobol, points: 100}\n",
        4, "design.points", "64 or 128",
    ),
    "listed values in a hypercube": (
        "levers:\n  permit_parity: {values: [0, 1]}\n" + LHS, 3, "levers.permit_parity", "needs a range",
    ),
    "no replicates": ("replicates: 0\n", 2, "replicates", "1 or more"),
    "unknown scenario": ("scenarios: [baseline, hukou_opn]\n", 2, "scenarios.1", "did you mean 'hukou_open'"),
    "scenario twice": ("scenarios: [baseline, baseline]\n", 2, "scenarios.1", "named twice"),
    "start year": ("replicates: 1\nrun: {start: 2012}\n", 3, "run.start", "census year"),
    "scale as text": ("run: {scale: big}\n", 2, "run.scale", "must be a number"),
    "unknown detail": ("output: {detail: villages}\n", 2, "output.detail", "city, counties, towns"),
    "unknown field": ("replicates: 1\nlevrs: {}\n", 3, "levrs", "did you mean 'levers'"),
    "no such function": ("model: helpers_batch:nothing\n", 2, "model", "module:function"),
    "levers of a function": (
        "model: helpers_batch:linear\nlevers: {permit_parity: {low: 0, high: 1}}\n" + LHS, 3, "levers", "function",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case, tmp_path, monkeypatch, capsys):
    body, line, field, words = REFUSALS[case]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("name: {zh: 我的, en: Mine}\n" + body, encoding="utf-8")
    chosen = "batch" if "replicates" not in body and "design" not in body else "check"
    for command in (["check", "mine.yaml"], ["batch", "mine.yaml", "--out", "out"])[chosen == "batch" :]:
        for lang, place in (("en", f"mine.yaml, line {line}, field {field}"), ("zh", f"第 {line} 行, 字段 {field}")):
            assert main([*command, "--lang", lang]) == 2
            error = capsys.readouterr().err
            assert place in error and error.count("\n") == 1
            assert lang == "zh" or words in error
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_million_runs_by_mistake(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    body = "name: {zh: 多, en: Many}\nlevers:\n"
    body += "".join(
        f"  {lever}: {{low: 0, high: 1, steps: 100}}\n" for lever in ("permit_parity", "new_homes", "balance_fund")
    ).replace("balance_fund: {low: 0, high: 1", "balance_fund: {low: 0, high: 0.2")
    (tmp_path / "many.yaml").write_text(body + "design: grid\n", encoding="utf-8")
    assert main(["check", "many.yaml", "--lang", "en"]) == 0
    assert "1000000 runs" in capsys.readouterr().out
    assert main(["batch", "many.yaml", "--out", "out", "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert "field design: 1,000,000 runs" in error and "--yes" in error
    assert not (tmp_path / "out").exists()
    Experiment.load("many.yaml").check_size(allowed=True)


def test_the_experiments_of_the_project_are_fine_and_fit_the_schema(root):
    import yaml

    schema = experiment_schema(load_pack())
    assert len(library()) >= 3
    for name in library():
        experiment = Experiment.load(name)
        assert 0 < experiment.count < 1000 and experiment.name["zh"] != experiment.name["en"]
        jsonschema.validate(yaml.safe_load(experiment.text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(CITY | {"design": {"kind": "sobel"}}, schema)


def test_grid_has_every_combination_once():
    experiment = of_function(
        "linear", {"a": {"values": [0, 1, 2]}, "b": {"low": 0, "high": 1, "steps": 2}}, design="grid"
    )
    points = lay(experiment.design, experiment.factors)
    assert sorted(map(tuple, points)) == [(a, b) for a in (0, 1, 2) for b in (0, 1)]
    assert experiment.design.count(experiment.factors) == 6


def test_one_at_a_time_starts_with_the_scenario_as_it_is():
    experiment = of_function(
        "linear", {"a": {"values": [5]}, "b": {"low": 0, "high": 1, "steps": 2}}, design="one_at_a_time"
    )
    points = lay(experiment.design, experiment.factors)
    nan = float("nan")
    np.testing.assert_array_equal(points, [[nan, nan], [5, nan], [nan, 0], [nan, 1]])


def test_latin_hypercube_has_one_point_in_each_slice():
    experiment = of_function(
        "linear", {"a": {"low": 10, "high": 20}, "b": {"low": 0, "high": 1}},
        design={"kind": "latin_hypercube", "points": 10},
    )  # fmt: skip
    points = lay(experiment.design, experiment.factors)
    assert sorted(np.floor(points[:, 0] - 10).astype(int)) == list(range(10))
    np.testing.assert_array_equal(points, lay(experiment.design, experiment.factors))
    other = lay(Design("latin_hypercube", 10, seed=2), experiment.factors)
    assert not np.array_equal(points, other)


@pytest.mark.parametrize("kind", ["sobol", "morris"])
@pytest.mark.parametrize("second", [False, True])
def test_counts_are_those_of_the_points(kind, second):
    design = Design(kind, 4, second_order=second)
    experiment = of_function("linear", {"a": {"low": 0, "high": 1}, "b": {"low": 2, "high": 3}}, design="grid")
    points = lay(design, experiment.factors)
    assert len(points) == design.count(experiment.factors)
    assert points[:, 0].min() >= 0 and points[:, 1].min() >= 2 and points[:, 1].max() <= 3


def test_replicates_share_their_luck_across_points_and_scenarios():
    plan = Plan.of(small_city(), load_pack())
    tasks = list(plan.tasks(0, plan.count))
    assert [t.run for t in tasks] == list(range(32))
    seeds = {t.replicate: t.job.seed for t in tasks}
    assert len(set(seeds.values())) == 2 and all(t.job.seed == seeds[t.replicate] for t in tasks)
    assert {(t.scenario, t.point, t.replicate) for t in tasks} == {
        (s, n, r) for s in ("baseline", "hukou_open") for n in range(8) for r in range(2)
    }


def test_parts_do_not_depend_on_what_is_left():
    plan = Plan.of(small_city(), load_pack())
    firsts = [part.first for part in plan.parts()]
    assert firsts == list(plan.firsts) and len(firsts) == 16
    rest = list(plan.parts(without={firsts[0], firsts[5]}))
    assert [p.first for p in rest] == [f for f in firsts if f not in (firsts[0], firsts[5])]
    assert sorted(t.run for p in plan.parts() for t in p.tasks) == list(range(plan.count))


def test_a_point_replaces_a_lever_in_its_place_only():
    experiment = Experiment.of(
        scenarios=["all_together"], design="grid",
        levers={"job_growth_tertiary": {"west": {"values": [3], "from": 2022}}},
    )  # fmt: skip
    scenario = load("all_together")
    moved = changed(scenario, experiment.factors, [3.0])
    policy = moved.policy(load_pack(), 2020, 2025)
    pack = load_pack()
    west, east = pack.towns_of("west"), pack.towns_of("east")
    assert (policy.lever("job_growth_tertiary", 2023)[west] == 3).all()
    assert (policy.lever("job_growth_tertiary", 2023)[east] == 2).all()
    assert changed(scenario, experiment.factors, [float("nan")]).hash == scenario.hash


def test_an_experiment_can_be_made_from_its_record_alone(tmp_path, monkeypatch):
    (tmp_path / "own.yaml").write_text("name: {zh: 自, en: Own}\nlevers: {permit_parity: 0.9}\n", encoding="utf-8")
    (tmp_path / "sets.csv").write_text("weight,separation_rate\n1,0.03\n3,0.04\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    experiment = small_city(scenarios=["own.yaml", "baseline"], ensemble="sets.csv")
    (tmp_path / "own.yaml").unlink()
    again = Experiment.from_record(json.loads(json.dumps(experiment.record())), load_pack())
    assert again.hash == experiment.hash and again.count == experiment.count == 64
    assert again.ensemble.weights == (0.25, 0.75)
    plans = [Plan.of(e, load_pack()) for e in (experiment, again)]
    assert [t.job for t in plans[0].tasks(0, 9)] == [t.job for t in plans[1].tasks(0, 9)]


def test_parameters_of_a_run_come_from_its_set_and_its_point(tmp_path, monkeypatch):
    (tmp_path / "sets.csv").write_text("set,separation_rate\na,0.03\nb,0.04\nc,0.05\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    more = {"parameters": {"wage_curve": {"low": -0.2, "high": -0.1}}, "ensemble": {"file": "sets.csv", "sets": 2}}
    from sim.catalogue import parameters

    key = next(k for k, e in parameters().items() if isinstance(e.default, float) and k != "separation_rate")
    low, high = parameters()[key].bounds
    more["parameters"] = {key: {"low": low, "high": high}}
    plan = Plan.of(small_city(**more), load_pack())
    tasks = list(plan.tasks(0, 4))
    assert [t.job.parameters["separation_rate"] for t in tasks] == [0.03, 0.03, 0.04, 0.04]
    assert {t.job.parameters[key] for t in tasks} == {plan.points[0, 2]}


SETS = {
    "unknown": ("separation_rat\n0.1\n", "line 1: unknown parameter 'separation_rat'; did you mean 'separation_rate'"),
    "no number": ("separation_rate\nmuch\n", "line 2, field separation_rate: must be a number"),
    "bounds": ("separation_rate\n0.03\n99\n", "line 3, field separation_rate: separation_rate must be from"),
    "ragged": ("separation_rate,weight\n0.03\n", "line 2: has 1 values, the head 2"),
    "weight": ("separation_rate,weight\n0.03,-1\n", "line 2, field weight"),
    "empty": ("separation_rate\n", "holds no parameter set"),
}


@pytest.mark.parametrize("case", SETS)
def test_parameter_sets_are_checked(case, tmp_path, monkeypatch):
    text, words = SETS[case]
    (tmp_path / "sets.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as error:
        small_city(ensemble="sets.csv")
    assert f"sets.csv, {words}" in str(error.value) or f"sets.csv: {words}" in str(error.value)
