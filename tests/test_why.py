"""为什么 and 怎样达标 on a tiny city: the numbers of the screen are those of the analyses on the command line."""

# ruff: noqa: F811 (fixtures are imported, and are then arguments)

import json
import threading
import time

import numpy as np
import pytest
from helpers_app import FUTURES, SCALE, open_app  # noqa: F401
from streamlit.testing.v1 import AppTest

from scenarios import read_address
from scenarios.analyses.shapley import shapley
from scenarios.analyses.target import Target
from scenarios.experiments.experiment import Options
from scenarios.runner import run_all
from sim.catalogue import indicators
from sim.model import STEPS
from ui import reaching
from ui.chain import agreed_since, on_the_way, step_order
from ui.contributions import Worths, contributions, together
from ui.desk import DESK
from ui.ensemble import Ensemble, Run
from ui.simulate import Size
from ui.tasks import Stopped, Task
from ui.winners import gains

POLICY = "new_homes=20000&job_growth_tertiary=5"


def tables(app: AppTest) -> str:
    return "".join(h.proto.body for h in app.get("html"))


def drawn(app: AppTest, n: int = 0):
    """Data and specification of a chart."""
    import pyarrow as pa

    chart = app.get("vega_lite_chart")[n].proto
    found = pa.ipc.open_stream(chart.data.data).read_all()
    return found.to_pydict(), json.loads(chart.spec)


def test_contributions_on_the_screen_are_those_of_the_command_line(open_app):
    app = open_app(f"{POLICY}&view=why&why=parts@urbanisation_rate@440700")
    data, _ = drawn(app)
    policy = read_address(POLICY).scenario
    options = Options(scale=SCALE, seed=1)
    found = shapley(policy, Target("urbanisation_rate"), options=options, replicates=FUTURES).facts["contributions"]
    expected = sorted(found.means.tolist(), key=lambda v: -abs(v))
    assert data["value"] == [*expected, found.mean]
    assert data["end"][-2] == pytest.approx(found.mean, abs=1e-12), "the steps of the waterfall end at the whole"
    assert data["low"][-1] == found.whole.min() and data["high"][-1] == found.whole.max()
    assert any("相互作用" in c.value for c in app.caption)


def test_the_chain_holds_paired_differences_in_the_order_of_the_model(open_app):
    app = open_app(f"{POLICY}&view=why&why=chain@income_ratio@440700&lang=en")
    html = tables(app)
    # the outcome stands last, with the difference that compare() gives
    address = read_address(POLICY)
    base, now = run_all(
        [address.baseline, address.scenario], scale=SCALE, replicates=FUTURES, progress=False, detail="city"
    )
    i = base.indicators.index("rent")
    gap = (now.values - base.values)[0, :, -1, 0, i].mean()
    assert f"{gap:+,.0f}".replace("+-", "-") in html.split("Rent <small>")[1].split("</tr>")[0]
    assert html.index("↓ Work") < html.index("↓ Housing") < html.index("↓ Outcome")
    assert html.rindex("Urban-rural ratio") > html.index("↓ Outcome")


def test_every_step_named_in_the_catalogue_is_a_step_of_the_model():
    names = {name for name, _ in STEPS}
    steps = {k: e.extra["step"] for k, e in indicators().items() if "step" in e.extra}
    assert set(steps.values()) <= names and len(steps) > 15
    way = on_the_way(read_address(POLICY).scenario, "income_ratio")
    assert [step_order(k) for k in way] == sorted(step_order(k) for k in way)
    assert "income_ratio" not in way and {"rent", "jobs"} <= set(way)


def test_since_is_the_first_year_from_which_on_futures_agree():
    years = np.arange(2020, 2025)
    gap = np.array([[0, 1, 1, 1, 2.0], [0, -1, 1, 1, 2], [0, 1, 2, 1, 1], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1]])
    assert agreed_since(gap, years, 2024) == 2021  # four of five agree in 2021, that is enough
    gap[:2, 3] = -1
    assert agreed_since(gap, years, 2024) == 2024
    gap[:2, 4] = -1
    assert agreed_since(gap, years, 2024) is None
    assert agreed_since(np.zeros((3, 5)), years, 2024) is None


def ensemble(**values: list[float]) -> Ensemble:
    """Two years of one place, a future a row of the last year."""
    keys = tuple(values)
    runs = []
    for f in range(len(next(iter(values.values())))):
        block = np.array([[[100.0, values[k][f]]] for k in keys])
        runs.append(Run(keys, ("city",), np.array([2034, 2035]), block, np.empty((0, 0, 2)), ()))
    return Ensemble.of_runs(runs)


def test_gains_are_per_cent_of_the_same_future():
    before, after = ensemble(income_urban=[100.0, 200.0]), ensemble(income_urban=[110.0, 190.0])
    (gain,) = gains(before, after, "income", "city", 2035)
    assert (gain.mean, gain.least, gain.most, gain.up, gain.down) == pytest.approx((2.5, -5.0, 10.0, 1, 1))


def test_interaction_is_what_the_parts_do_together_only():
    worth = {frozenset(s): np.array([[[v]]]) for s, v in (("", 0.0), ("a", 1.0), ("b", 2.0), ("ab", 5.0))}
    worths = Worths({"a": ("a",), "b": ("b",)}, ("rate",), ("city",), worth)
    act = together(worths, "rate", "city")
    assert act.pair == ("a", "b") and act.beyond.tolist() == act.pair_effect.tolist() == [2.0]
    assert contributions(worths, "rate", "city").means.tolist() == [2.0, 3.0]


def test_groups_and_a_household_in_two_worlds(open_app):
    app = open_app(f"{POLICY}&view=why&why=gains")
    data, spec = drawn(app)
    assert len(data["group"]) == 11 and "2035" in json.dumps(spec, ensure_ascii=False)
    app.segmented_control(key="why.zh").set_value("life").run()
    assert not app.exception and not app.error
    html = tables(app)
    assert "≠" in html or any("没有一户" in i.value for i in app.info)
    if "≠" in html:
        assert any("同一户人家" in m.value for m in app.markdown)


def test_without_a_policy_there_is_nothing_to_explain(open_app):
    assert any("基准" in i.value for i in open_app("view=why").info)


def test_a_mix_that_reaches_the_target_can_be_taken_to_the_sandbox(open_app, monkeypatch):
    monkeypatch.setattr(reaching, "CANDIDATES", 16)
    app = open_app("view=reach")
    # the baseline has a rent above this, more homes bring it down
    wish = app.session_state["reach wish"]
    wish.update(indicator="rent", more=False, levers=["new_homes", "residential_land"])
    value = run_all(["baseline"], scale=SCALE, replicates=4, progress=False, detail="city")[0]
    rent = value.values[0, :, -1, 0, value.indicators.index("rent")]
    wish["value 2035"] = {"zh": float(rent.min()) - 1.0}
    app.run()
    app.button(key="start_reach").click().run()
    assert not app.exception and not app.error
    assert any("找到" in s.value for s in app.success), [w.value for w in app.warning]
    app.button(key="take_mix_0").click().run()
    address = app.session_state[DESK].address
    assert address.settings and address.look["view"] == "sandbox"
    taken = run_all([address.scenario], scale=SCALE, replicates=4, progress=False, detail="city")[0]
    reached = taken.values[0, :, -1, 0, taken.indicators.index("rent")] <= float(rent.min()) - 1.0
    assert reached.sum() >= 2, "what the search promised holds for the mix that was taken over"


def test_what_cannot_be_reached_says_so_and_how_near_it_comes(monkeypatch):
    monkeypatch.setattr(reaching, "CANDIDATES", 16)
    monkeypatch.setattr(reaching, "FUTURES", 1)
    wish = reaching.Wish("rent", False, 1.0, 2035, 0.5, ("new_homes",))
    found = reaching.search(wish, read_address(""), Size(SCALE, 1, 1, 1), Task())
    assert found.answers == () and found.nearest.shortfall > 0
    low, high = reaching.bounds("new_homes")
    assert found.nearest.values[0] > (low + high) / 2, "the nearest goes as far as the lever helps"


def test_work_can_be_stopped_and_keeps_what_it_found():
    task, begun = Task(), threading.Event()

    def work(task: Task):
        task.partial = "half"
        begun.set()
        while True:
            task.tick(1, 2)
            time.sleep(0.01)

    thread = threading.Thread(target=task.run, args=(work,))
    thread.start()
    assert begun.wait(10) and task.running
    task.stop()
    thread.join(10)
    assert not task.running and task.stopped and not task.finished and task.found == "half"
    with pytest.raises(Stopped):
        task.tick()
