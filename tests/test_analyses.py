"""Analyses: known answers of plain functions along the same path as the city, then the city itself."""

import itertools
import math
import random

import numpy as np
import pytest
from helpers_batch import CITY, of_function
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analyses.convergence import convergence
from scenarios.analyses.effects import effects, futures_needed, paired_effects
from scenarios.analyses.reach import Goal, reach
from scenarios.analyses.reaching import finding, load_goal
from scenarios.analyses.robustness import robustness
from scenarios.analyses.sensitivity import morris, sobol
from scenarios.analyses.shapley import on_one_grid, shapley, shapley_values
from scenarios.analyses.target import Target
from scenarios.analyses.thresholds import crossing, thresholds
from scenarios.batches import batch
from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.experiments.experiment import Experiment, Options
from scenarios.scenario import load
from sim.data import load_pack

PI = {"low": -math.pi, "high": math.pi}
UNIT = {"low": 0, "high": 1}
Y = Target("y")
ONE = {"kind": "latin_hypercube", "points": 1}  # a search chooses its own points


def done(tmp_path, function, inputs, **more):
    return batch(of_function(function, inputs, **more), tmp_path / function, workers=1, progress=False)


# Sensitivity


def test_sobol_indices_of_ishigami(tmp_path):
    """a = 7, b = 0.1: S1 = 0.3139, S2 = 0.4424, S3 = 0; ST1 = 0.5576, ST2 = 0.4424, ST3 = 0.2437 (closed form)."""
    store = done(tmp_path, "ishigami", dict.fromkeys(("x1", "x2", "x3"), PI), design={"kind": "sobol", "points": 2048})
    found = sobol(store, Y)
    table = found.table.set_index("factor")
    known = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (first, total) in known.items():
        row = table.loc[name]
        assert row["s1"] == pytest.approx(first, abs=0.03) and row["st"] == pytest.approx(total, abs=0.03)
        assert row["s1_low"] <= first <= row["s1_high"] and row["st_low"] <= total <= row["st_high"]
    assert list(found.table["factor"]) == ["x1", "x2", "x3"]  # by the total
    assert found.table.equals(sobol(store, Y).table)  # the bootstrap has a fixed seed
    with pytest.raises(ScenarioError, match="needs a morris design"):
        morris(store, Y)


def test_morris_ranks_a_linear_model_exactly(tmp_path):
    store = done(tmp_path, "linear", {"a": UNIT, "b": UNIT}, design={"kind": "morris", "points": 6}, replicates=3)
    table = morris(store, Y).table.set_index("factor")
    assert table.loc["a", "mu_star"] == pytest.approx(2) and table.loc["b", "mu_star"] == pytest.approx(1)
    assert table["sigma"].max() < 1e-9


def test_a_design_with_holes_has_no_indices(tmp_path):
    store = done(tmp_path, "fragile", {"a": UNIT}, design={"kind": "sobol", "points": 8})
    with pytest.raises(ScenarioError, match="points have no result"):
        sobol(store, Y)


# Effects


def test_paired_effects_and_the_futures_they_need(tmp_path):
    rows = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.0], [1.5, 1.5, 3.5, 3.6]])
    table = paired_effects(rows).set_index("row")
    assert table.loc[1, "difference"] == 1 and table.loc[1, "still_needed"] == 0 and table.loc[1, "needed"] == 2
    assert table.loc[2, "still_needed"] > 0
    same = paired_effects(np.array([[1.0, 2.0], [1.0, 2.0]]))
    assert same["needed"].isna().all() and same["least"][0] == same["most"][0] == 0


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 10), st.floats(0.001, 20))
def test_the_number_needed_is_the_smallest_that_will_do(mean, deviation):
    from scipy.special import stdtrit

    n = futures_needed(mean, deviation)
    if n is None:
        return
    assert stdtrit(n - 1, 0.975) * deviation / math.sqrt(n) < mean
    assert n == 2 or stdtrit(n - 2, 0.975) * deviation / math.sqrt(n - 1) >= mean


def test_effects_of_one_at_a_time(tmp_path):
    spec = {"low": 0, "high": 1, "steps": 2}
    design = {"kind": "listed", "listed": [[0.0, 0.0]]}
    store = done(tmp_path, "linear", {"a": spec, "b": spec}, design=design, replicates=4)
    with pytest.raises(ScenarioError, match="two or more scenarios"):
        effects(store, Y)


# Thresholds


def test_crossing_is_linear_between_levels():
    assert crossing(np.array([0.0, 1.0, 2.0]), np.array([-3.0, -1.0, 1.0])) == 1.5
    assert math.isnan(crossing(np.array([0.0, 1.0]), np.array([1.0, 2.0])))


def test_thresholds_of_a_line(tmp_path):
    """2 a + b + luck >= 1.5, luck below 1: the threshold of a is (1.5 - b - luck) / 2."""
    grid = {"low": 0, "high": 1, "steps": 5}
    store = done(tmp_path, "linear", {"a": grid, "b": {"values": [0.0]}}, design="grid", replicates=20)
    found = thresholds(store, Target("y", at_least=1.5))
    luck = np.array([seed % 1000 / 1000 for seed in store.experiment.seeds])
    row = found.table.set_index("factor").loc["a"]
    assert row["threshold"] == pytest.approx(np.median((1.5 - luck) / 2))
    assert row["crossing"] == row["lines"] == 20
    assert "<svg" in found.svg("zh")
    with pytest.raises(ScenarioError, match="at_least and at_most"):
        thresholds(store, Y)
    never = thresholds(store, Target("y", at_least=99)).sentences("en")
    assert never == ["a: never reached within its range (20 lines)."]


# Robustness


def test_prim_finds_the_planted_box(tmp_path):
    """y is 0 where a > 0.6 and b < 0.3: those are the failures."""
    store = done(tmp_path, "box", dict.fromkeys("abc", UNIT), design={"kind": "latin_hypercube", "points": 400})
    found = robustness(store, Target("y", at_least=0.5))
    (box,) = found.facts["boxes"]
    assert set(box.limits) == {0, 1}
    assert box.limits[0][0] == pytest.approx(0.6, abs=0.06) and box.limits[0][1] is None
    assert box.limits[1][1] == pytest.approx(0.3, abs=0.06) and box.limits[1][0] is None
    assert box.coverage > 0.85 and box.density > 0.85
    (english,), (chinese,) = found.sentences("en"), found.sentences("zh")
    assert "a is above" in english and "b is below" in english and f"in {box.failures} of 400 futures" in english
    assert "a高于" in chinese and "400 个未来中" in chinese
    assert "<svg" in found.svg("zh")
    assert "Too few failures" in robustness(store, Target("y", at_least=-1)).sentences("en")[0]
    assert "fails nearly everywhere" in robustness(store, Target("y", at_least=2)).sentences("en")[0]


# Shapley


def coalitions(parts):
    return [frozenset(c) for n in range(len(parts) + 1) for c in itertools.combinations(parts, n)]


def test_shapley_of_a_game_by_hand():
    """Two parts worth 1 and 2 alone and 5 together: the surplus of 2 is halved."""
    worth = dict(zip(coalitions("ab"), ([0.0], [1.0], [2.0], [5.0]), strict=True))
    found = shapley_values("ab", {k: np.array(v) for k, v in worth.items()})
    np.testing.assert_array_equal(found.means, [2.0, 3.0])
    assert found.mean == 5.0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32))
def test_shapley_parts_add_up_to_the_whole_exactly(n, seed):
    luck = random.Random(seed)
    parts = "abcd"[:n]
    magnitude = 10.0 ** luck.uniform(-6, 9)
    worth = {c: np.array([luck.gauss(60, 1) * magnitude for _ in range(3)]) for c in coalitions(parts)}
    found = shapley_values(parts, worth)
    for f in range(3):
        shuffled = list(found.futures[:, f])
        luck.shuffle(shuffled)
        assert sum(shuffled) == found.whole[f] == math.fsum(shuffled)
        whole = worth[frozenset(parts)][f] - worth[frozenset()][f]
        assert abs(found.whole[f] - whole) <= 2**-49 * np.abs(found.futures[:, f]).sum() + abs(whole) * 2**-51
    assert sum(found.means) == found.mean == math.fsum(found.means)


@given(st.lists(st.fractions(-1000, 1000), min_size=1, max_size=9))
def test_numbers_on_one_grid_add_up_in_any_order(exact):
    values, whole = on_one_grid(exact)
    assert sum(values) == sum(reversed(values)) == sum(sorted(values)) == whole
    size = float(sum(abs(x) for x in exact))
    assert all(abs(v - float(x)) <= size * 2**-50 for v, x in zip(values, exact, strict=True))


def test_shapley_of_a_package_of_the_city():
    pack, target = load_pack(), Target("hukou_urbanisation_rate", "440700", 2022)
    found = shapley(
        "hukou_open", target, options=Options(end=2022, scale=0.002), replicates=2, workers=1, pack=pack
    )  # fmt: skip
    parts = found.facts["contributions"]
    assert set(parts.parts) == {s.lever for s in load("hukou_open").settings}
    assert (parts.futures.sum(axis=0) == parts.whole).all() and parts.means.sum() == parts.mean
    from scenarios.runner import run_all

    both = run_all(["baseline", "hukou_open"], end=2022, scale=0.002, replicates=2, workers=1, progress=False)
    gap = [r.series("hukou_urbanisation_rate", "440700")[:, -1] for r in both]
    np.testing.assert_allclose(parts.whole, gap[1] - gap[0], rtol=0, atol=1e-12)
    assert len(found.sentences("zh")) == len(parts.parts) + 1 and "<svg" in found.svg("zh")


# What would it take


def hills(**more) -> Goal:
    side = {"low": 0, "high": 5}
    experiment = of_function("bowl", {"a": side, "b": side}, design=ONE)
    return Goal(**({"experiment": experiment, "goals": (Target("y", at_least=9.0),)} | more))


def test_what_it_would_take_finds_both_planted_answers():
    """y >= 9 holds in two small discs (3 % of the square): round (1, 1), the cheaper one, and round (4, 4)."""
    found = reach(hills(answers=2, evaluations=400), workers=1)
    assert len(found.answers) == 2 and found.evaluations <= 500
    near, far = (answer.values for answer in found.answers)
    assert np.hypot(*(near - 1)) < 0.33 and np.hypot(*(far - 4)) < 0.33
    assert found.answers[0].effort < found.answers[1].effort
    assert all(a.shortfall == 0 and a.reached[0] >= 9 and a.agreeing[0] == a.futures for a in found.answers)
    told = finding(found, load_pack())
    assert "2 different answers" in told.sentences("en")[0] and "<svg" in told.svg("en")


def test_what_it_would_take_says_not_reachable():
    found = reach(hills(goals=(Target("y", at_least=11.0),), evaluations=160), workers=1)
    assert found.answers == () and found.nearest.reached[0] == pytest.approx(10, abs=0.5)
    told = finding(found, load_pack())
    assert told.sentences("en")[0].startswith("Not reachable") and "在给定范围内达不到" in told.sentences("zh")[0]


def test_the_bound_that_holds_a_goal_up_is_named():
    """2 a + b >= 3.5 with a and b up to 1 and luck below 1: both ends bind."""
    experiment = of_function("linear", {"a": UNIT, "b": UNIT}, replicates=2, design=ONE)
    found = reach(Goal(experiment, (Target("y", at_least=4.5),), evaluations=120), workers=1)
    assert found.answers == () and set(found.binding) == {"a", "b"}


def test_the_budget_that_holds_a_goal_up_is_named():
    experiment = of_function("linear", {"a": UNIT, "b": UNIT}, design=ONE)
    goal = Goal(experiment, (Target("y", at_least=2.5),), prices={"a": 10.0, "b": 10.0}, budget=4.0, evaluations=160)
    found = reach(goal, workers=1)
    assert found.answers == () and found.binding == ("budget",)
    rich = reach(Goal(experiment, goal.goals, prices=goal.prices, budget=30.0, evaluations=160), workers=1)
    assert rich.answers and all(a.cost <= 30.0 for a in rich.answers)
    capped = Goal(experiment, (Target("y", at_least=2.5),), limits=(Target("y", at_most=2.0),), evaluations=120)
    assert reach(capped, workers=1).binding == ("limit:0",)


GOAL = """name: {zh: 目标, en: Goal}
levers:
  new_homes: {low: 0, high: 20000, from: 2021}
goals:
  - {indicator: residents, year: 2021, at_least: 1000000}
replicates: 2
run: {end: 2021, scale: 0.001}
search: {answers: 1, evaluations: 16}
"""
BAD_GOALS = {
    "indicator": ("indicator: residents", "indicator: resident", "line 5, field goals.0.indicator", "'residents'"),
    "place": ("year: 2021,", "year: 2021, place: easst,", "line 5, field goals.0.place", "'east'"),
    "year": ("year: 2021,", "year: 2030,", "line 5, field goals.0.year", "2020 to 2021"),
    "bounds": ("at_least: 1000000", "at_most: 9, at_least: 1", "line 5, field goals.0", "one of at_least"),
    "search": ("answers: 1", "answers: 0", "line 8, field search.answers", "out of range"),
    "design": ("replicates: 2", "design: grid", "line 6, field design", "its own points"),
    "assumption": (
        "levers:\n  new_homes: {low: 0, high: 20000", "assumptions:\n  fertility_level: {low: 0.9, high: 1", "line 3",
        "only levers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_GOALS)
def test_goal_files_are_checked(case, tmp_path, monkeypatch, capsys):
    old, new, where, words = BAD_GOALS[case]
    assert old in GOAL
    monkeypatch.chdir(tmp_path)
    (tmp_path / "goal.yaml").write_text(GOAL.replace(old, new), encoding="utf-8")
    assert main(["analyse", "reach", "goal.yaml", "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert f"goal.yaml, {where}" in error and words in error


def test_a_goal_of_the_city_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "goal.yaml").write_text(GOAL, encoding="utf-8")
    assert load_goal("goal.yaml").experiment.count == 2
    assert main(["analyse", "reach", "goal.yaml", "--workers", "1", "--lang", "zh"]) == 0
    assert "1 个彼此不同的答案" in capsys.readouterr().out
    (tmp_path / "goal.yaml").write_text(GOAL.replace("1000000", "9000000"), encoding="utf-8")
    assert main(["analyse", "reach", "goal.yaml", "--workers", "1", "--lang", "en"]) == 0
    assert "Not reachable within these ranges" in capsys.readouterr().out


# The city


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    experiment = Experiment.of(id="city", **(CITY | {"replicates": 3, "run": {"end": 2022, "scale": 0.001}}))
    return batch(experiment, tmp_path_factory.mktemp("city") / "out", workers=1, progress=False)


def test_effects_of_the_city_are_those_of_compare(city):
    table = effects(city, Target("hukou_population")).table
    values = city.values("hukou_population").reshape(2, -1)
    assert table["difference"][0] == pytest.approx((values[1] - values[0]).mean()) and table["futures"][0] == 24


def test_convergence_ends_at_the_mean(city):
    found = convergence(city, Target("hukou_population"))
    values = city.values("hukou_population")
    assert found.table["mean"].iloc[-1] == pytest.approx((values[1] - values[0]).mean())
    assert list(found.table["replicates"]) == [2, 3]


def test_the_report_stands_alone(city, tmp_path, capsys):
    for lang, words in (("zh", "情景推演，不构成预测"), ("en", "not a forecast")):
        out = tmp_path / f"{lang}.html"
        command = ["analyse", "all", str(city.folder), "--indicator", "residents", "--at-least", "4800000"]
        assert main([*command, "--out", str(out), "--lang", lang]) == 0
        text = out.read_text(encoding="utf-8")
        assert words in text and text.count("<svg") == text.count("<h2>") >= 2
        assert (
            "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text and "<script" not in text
        )
    capsys.readouterr()
    assert main(["analyse", "effects", str(city.folder), "--indicator", "residnts", "--lang", "en"]) == 2
    assert "did you mean residents" in capsys.readouterr().err
    assert main(["analyse", "effects", str(city.folder), "--indicator", "residents", "--json"]) == 0


def test_the_adapter_of_the_ema_workbench_runs_the_same_model(city):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench import Policy, Scenario, perform_experiments

        from scenarios import ema_model

        more = {"scenarios": ["baseline"], "run": {"end": 2022, "scale": 0.001}, "replicates": 3}
        experiment = Experiment.of(id="ema", **(CITY | more))
        model = ema_model(experiment, [Target("residents", "east", 2022)])
        assert [u.name for u in model.uncertainties] == ["fertility_level"]
        assert [v.name for v in model.levers] == ["new_homes"]
        homes, fertility = city.points[2]
        _, outcomes = perform_experiments(
            model, [Scenario("s", fertility_level=fertility)], [Policy("p", new_homes=homes)]
        )
    assert outcomes["residents_east_2022"][0] == pytest.approx(city.values("residents", "east", 2022)[0, 2].mean())
