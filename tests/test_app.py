"""The app as a person uses it: it really simulates, at a tiny scale."""

import json
import random
import re
from urllib.parse import parse_qsl

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from scenarios import compare, load, read_address
from scenarios.address import write_address
from scenarios.outputs import model_version
from scenarios.runner import run
from sim.catalogue import levers
from sim.data import load_pack
from tests.helpers_addresses import GOOD, mutated, usable
from ui import page, simulate
from ui.actions import command_line, python_lines
from ui.desk import DESK
from ui.levers import families
from ui.views.compare import ROWS
from ui.widgets import SEPARATOR

REPLICATES = 2


@pytest.fixture
def app(root, monkeypatch) -> AppTest:
    """The app after its first run."""
    monkeypatch.setenv("JIANGMEN_APP_SCALE", "0.001")
    monkeypatch.setenv("JIANGMEN_APP_REPLICATES", str(REPLICATES))
    monkeypatch.setenv("JIANGMEN_APP_REFINED", str(REPLICATES))
    return AppTest.from_file(str(root / "app.py"), default_timeout=300).run()


def shown(kind, key: str):
    """A control by the name that it had at first: one that the app has set since is a new one (ui/widgets.py)."""
    return next(control for control in kind if control.key.partition(SEPARATOR)[0] == key)


def charts(app: AppTest) -> list[dict]:
    return [json.loads(c.proto.spec) for c in app.get("vega_lite_chart")]


def figures(app: AppTest) -> str:
    return next(h.proto.body for h in app.get("html") if 'class="figures"' in h.proto.body)


def meter(app: AppTest) -> str:
    return next(h.proto.body for h in app.get("html") if 'class="budget' in h.proto.body)


def words(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.caption, *app.markdown])


def test_chinese_first_two_charts_and_a_main_lever_for_each_family_of_the_catalogue(app):
    assert not app.exception and not app.error
    assert len(charts(app)) == 2
    keys = {s.key for s in app.slider}
    assert len(families()) >= 7
    for family, entries in families().items():
        assert f"main.{entries[0].key}" in keys, family
        assert entries[0].title["zh"] in app.slider(key=f"main.{entries[0].key}").label
        assert "spent" not in entries[0].extra
    assert "常住人口城镇化率" in figures(app)
    assert "政策增支 0.0 亿元" in meter(app)


def test_untouched_levers_give_the_baseline_exactly(app):
    assert words(app).count(f"{REPLICATES} 种未来中 {REPLICATES} 种与基准完全相同") == 2
    assert figures(app).count("与基准相同") == 5


def test_a_lever_moves_the_city_and_undo_returns_the_same_numbers(app):
    before = figures(app)
    app.slider(key="main.job_growth_secondary").set_value(8.0).run()
    assert not app.exception and not app.error
    after = figures(app)
    assert after != before and "▲" in after
    app.button(key="undo").click().run()
    assert figures(app) == before
    assert shown(app.slider, "main.job_growth_secondary").value == 0.0
    app.button(key="redo").click().run()
    assert figures(app) == after


def test_language_switch_keeps_every_lever(app):
    app.slider(key="main.permit_parity").set_value(0.8)
    app.slider(key="main.new_homes").set_value(9000).run()
    chinese = re.findall(r'class="value">([\d.,]+)', figures(app))
    app.segmented_control(key="language").set_value("en").run()
    assert "Urban share, residents" in figures(app)
    assert app.slider(key="main.permit_parity").value == pytest.approx(0.8)
    assert app.slider(key="main.new_homes").value == 9000
    assert re.findall(r'class="value">([\d.,]+)', figures(app))[:4] == chinese[:4]
    app.segmented_control(key="language").set_value("zh").run()
    assert app.slider(key="main.permit_parity").value == pytest.approx(0.8)


def test_resets_of_policy_and_of_assumptions_are_apart(app):
    here = app.session_state[DESK]
    app.slider(key="main.new_homes").set_value(9000).run()
    here.assume("migrant_pool", 1.5)
    app.button(key="reset_policy").click().run()
    assert here.address.settings == () and dict(here.address.assumptions)
    app.button(key="undo").click().run()
    app.button(key="reset_assumptions").click().run()
    assert here.address.assumptions == {} and len(here.address.settings) == 1
    app.button(key="undo").click().run()
    app.button(key="reset_both").click().run()
    assert (here.address.settings, here.address.assumptions) == ((), {})


def test_assumptions_hold_in_both_scenarios(app):
    app.session_state[DESK].assume("fertility_level", 1.5)
    app.run()
    assert words(app).count("种与基准完全相同") == 2


def test_chart_titles_are_menus_of_indicators_and_places(app):
    app.selectbox(key="indicator_left.zh").set_value("residents").run()
    app.selectbox(key="place_left.zh").set_value("440781").run()
    assert not app.exception
    units = [layer["encoding"]["y"].get("title") for layer in charts(app)[0]["layer"]]
    assert "万人" in units
    app.segmented_control(key="language").set_value("en").run()
    assert app.selectbox(key="indicator_left.en").value == "residents"
    assert app.selectbox(key="place_left.en").value == "440781"


def test_a_preset_is_taken_whole_and_told_apart_from_an_own_mix(app):
    app.selectbox(key="preset.zh").set_value("hukou_open").run()
    assert app.session_state[DESK].address.scenario.hash == load("hukou_open").hash
    app.slider(key="main.new_homes").set_value(9000).run()
    assert shown(app.selectbox, "preset.zh").value == "own"


def test_a_menu_that_follows_the_levers_cannot_undo_them_with_what_the_browser_still_holds(app):
    first = app.slider(key="main.new_homes")
    first.set_value(8000).run()
    # the next message of the browser still holds what the menu showed before; it names a control that is gone
    assert "preset.zh" not in {menu.key for menu in app.selectbox}
    assert app.slider(key="main.new_homes").value == 8000, "a person's own move keeps the control and its focus"
    app.button(key="undo").click().run()
    assert "main.new_homes" not in {slider.key for slider in app.slider}
    app.slider(key="main.permit_parity").set_value(0.9).run()
    assert [s.lever for s in app.session_state[DESK].address.settings] == ["permit_parity"]


def test_an_address_opens_with_its_levers_and_gives_the_numbers_of_compare(root, monkeypatch):
    monkeypatch.setenv("JIANGMEN_APP_SCALE", "0.001")
    monkeypatch.setenv("JIANGMEN_APP_REFINED", "3")
    app = AppTest.from_file(str(root / "app.py"), default_timeout=300)
    query = "permit_parity.east=0.9&new_homes=8000&a.migrant_pool=1.1&seed=5&futures=3&left=residents@east&lang=en"
    for key, value in (part.split("=") for part in query.split("&")):
        app.query_params[key] = value
    app.run()
    assert app.slider(key="main.new_homes").value == 8000
    chart = app.get("vega_lite_chart")[0]
    address = read_address(query + "&scale=0.001")
    table = compare([address.baseline, address.scenario], progress=False, **address.options)
    row = table.query("indicator == 'residents' and place == 'east' and year == 2035").iloc[0]
    assert f"{row['value'] / 1e3:,.1f}".split(".")[0] in chart.proto.alt
    drawn = end_of_chart(chart)
    assert drawn == pytest.approx((row["baseline_value"] / 1e3, row["value"] / 1e3), rel=1e-14)


def end_of_chart(chart) -> tuple[float, float]:
    """Means of baseline and current in the last year, as they travel to the browser."""
    table = pa.ipc.open_stream(chart.proto.data.data).read_all().to_pandas()
    last = table[table["year"] == 2035].set_index("who")["middle"]
    return last["baseline"], last["current"]


def test_an_address_of_another_model_shows_a_banner(root, app):
    assert not app.warning
    app = AppTest.from_file(str(root / "app.py"), default_timeout=300)
    app.query_params["v"] = "9.9.9-other"
    app.query_params["new_homes"] = "8000"
    app.run()
    assert "9.9.9-other" in app.warning[0].value and model_version(load_pack().hash) in app.warning[0].value


def test_damaged_addresses_do_not_take_the_app_down(root, monkeypatch):
    """Scenarios read from addresses are compiled, not run: `usable` does what a run begins with."""
    monkeypatch.setattr(page, "pairs", lambda *a: iter(()))
    rng = random.Random(7)
    for _ in range(40):
        app = AppTest.from_file(str(root / "app.py"), default_timeout=60)
        damaged = dict(parse_qsl(mutated(GOOD, rng), keep_blank_values=True))
        for key, value in damaged.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        usable(app.session_state[DESK].address)


def test_an_error_is_a_sentence_and_the_levers_stay(app, monkeypatch):
    monkeypatch.setenv("JIANGMEN_APP_SCALE", "7")
    app.slider(key="main.permit_parity").set_value(0.9).run()
    assert not app.exception
    assert "scale" in app.error[0].value and "7" in app.error[0].value
    assert app.slider(key="main.permit_parity").value == pytest.approx(0.9)


def test_an_address_bar_that_lags_behind_takes_no_lever_back(app):
    app.slider(key="main.new_homes").set_value(8000).run()
    app.query_params.clear()  # what a browser sends that has not yet seen the new address
    app.query_params["seed"] = "1"
    app.slider(key="main.new_homes").set_value(10000).run()
    assert [s.path.values for s in app.session_state[DESK].address.settings] == [(10000.0,)]


def test_too_much_in_all_places_is_refused_and_told(app):
    here = app.session_state[DESK]
    most = levers()["new_homes"].bounds[1]
    here.set_lever("new_homes", "east", most)
    here.set_lever("new_homes", "west", most)
    assert len(here.address.settings) == 1
    app.run()
    assert any("未采用" in t.value for t in app.toast)


def test_replay_shows_before_and_after_and_ends_with_the_present(app, monkeypatch):
    monkeypatch.setattr(page, "PAUSE", 0.0)
    app.slider(key="main.permit_parity").set_value(1.0).run()
    after = figures(app)
    app.button(key="replay").click().run()
    assert not app.exception and figures(app) == after


def test_the_lines_that_reproduce_the_screen_give_its_scenario(app):
    here = app.session_state[DESK]
    app.slider(key="main.permit_parity").set_value(0.9).run()
    url = re.search(r'"(.*)"', command_line(here))[1]
    assert read_address(url).scenario.hash == here.address.scenario.hash
    assert read_address(url).options["replicates"] == REPLICATES
    assert write_address(read_address(url), load_pack()) in python_lines(here)


def test_futures_of_the_screen_are_those_of_the_command_line(monkeypatch):
    size = simulate.Size(0.001, 3, 3)
    baseline = load("baseline")
    answers = [before for before, _ in simulate.pairs(baseline, baseline, size)]
    assert [a.futures for a in answers] == [2, 3]
    whole = run("baseline", start=simulate.START, end=simulate.END, scale=0.001, replicates=3, seed=1)
    for place in simulate.places():
        assert answers[-1].of("residents", place).tolist() == whole.series("residents", place).tolist()
    town = load_pack().towns[5]
    means = answers[-1].town_means("residents")[5]
    assert means == pytest.approx(whole.series("residents", town).mean(axis=0), rel=1e-6)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_draws_what_the_futures_say(app, language):
    here = app.session_state[DESK]
    here.see(lang=language)
    here.set_lever("new_homes", load_pack().city_id, 9000)
    here.pin()
    here.set_lever("permit_parity", "west", 0.9)
    here.pin()
    found = {}
    for view in page.VIEWS:
        here.see(view=view)
        app.run()
        assert not app.exception and not app.error, view
        html = "".join(h.proto.body for h in app.get("html"))
        found[view] = (len(charts(app)), html)
    counts = {"sandbox": 2, "map": 2, "why": 1, "reach": 0, "compare": 1, "plan": 0, "evidence": 1}
    assert {view: count for view, (count, _) in found.items()} == counts
    assert found["compare"][1].count("<tr>") == 1 + len(ROWS)
    rows = re.findall(r'<tr class="(\w+)"', found["plan"][1])
    assert len(rows) == len(load_pack().targets) and rows.count("simulated") + rows.count("accounted") > 10
    assert model_version(load_pack().hash) in found["evidence"][1]


def test_the_map_colours_towns_by_their_means_and_marks_estimates(app):
    here = app.session_state[DESK]
    here.see(view="map", map="residents@level", year="2025")
    app.run()
    towns, counties = (pa.ipc.open_stream(c.proto.data.data).read_all() for c in app.get("vega_lite_chart"))
    whole = run("baseline", scale=0.001, replicates=REPLICATES, end=2035, progress=False)
    at = whole.years.index(2025)
    expected = [whole.series("residents", town)[:, at].mean() for town in load_pack().towns]
    shown = np.array(towns["value"]) * (1e4 if max(expected) >= 1e5 else 1)
    assert shown == pytest.approx(expected, rel=1e-5)
    counties_expected = [whole.series("residents", c)[:, at].mean() / 1e4 for c in load_pack().counties]
    assert counties["value"].to_pylist() == pytest.approx(counties_expected, rel=1e-12)
    guessed = [q == "estimated" for q in load_pack().town_quality(2020)]
    assert [q == "估计值" for q in towns["quality"].to_pylist()] == guessed
    assert 0 < sum(guessed) < len(guessed)


def test_odds_of_the_plan_count_futures(app):
    here = app.session_state[DESK]
    here.see(view="plan")
    app.run()
    html = next(h.proto.body for h in app.get("html") if 'class="plan"' in h.proto.body)
    row = re.search(r"<tr[^>]*><td>1</td>.*?</tr>", html)[0]
    whole = run("baseline", scale=0.001, replicates=REPLICATES, progress=False)
    rates = whole.series("urbanisation_rate", load_pack().city_id)
    for year, aim in ((2025, 70.0), (2035, 75.0)):
        met = int((rates[:, whole.years.index(year)] >= aim).sum())
        assert f"{REPLICATES} 种未来中 {met} 种" in row
