"""The app as a person uses it: it really simulates, at a tiny scale."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from scenarios.runner import run
from sim.catalogue import indicators, levers
from ui import sandbox, simulate, texts
from ui.levers import FAMILIES, REGIONS

REPLICATES = 2


@pytest.fixture
def app(root, monkeypatch) -> AppTest:
    """The app after its first run."""
    monkeypatch.setenv("JIANGMEN_APP_SCALE", "0.001")
    monkeypatch.setenv("JIANGMEN_APP_REPLICATES", str(REPLICATES))
    return AppTest.from_file(str(root / "app.py"), default_timeout=300).run()


def charts(app: AppTest) -> list[dict]:
    return [json.loads(c.proto.spec) for c in app.get("vega_lite_chart")]


def words(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.title, *app.caption, *app.markdown])


def test_chinese_first_two_charts_three_families_by_east_and_west(app):
    assert not app.exception and not app.error
    assert app.title[0].value == "江门城镇化沙盘"
    assert len(charts(app)) == 2
    shown = words(app)
    assert all(family in shown for family in ("户籍开放", "住房供应", "就业增长"))
    keys = {s.key for s in app.slider}
    for names in FAMILIES.values():
        for name in names:
            assert levers()[name].title["zh"] in shown
            assert {f"{name}.{region}" for region in REGIONS} <= keys


def test_untouched_levers_give_the_baseline_exactly(app):
    assert words(app).count(f"{REPLICATES} 种未来中 {REPLICATES} 种与基准完全相同") == 2
    assert {float(d.removesuffix(" 百分点")) for d in app.dataframe[0].value["差值"]} == {0.0}


def test_a_lever_moves_the_city(app):
    before = app.dataframe[0].value.set_index("指标")["当前"]
    app.slider(key="job_growth_secondary.east").set_value(8.0).run()
    assert not app.exception and not app.error
    after = app.dataframe[0].value.set_index("指标")
    jobs = indicators()["jobs"].title["zh"]
    assert after.loc[jobs, "高/低于基准"] == f"{REPLICATES}/0（共 {REPLICATES}）"
    assert (after["当前"] != before).any()
    assert (after["基准"] == before).all()


def test_language_switch_keeps_every_lever(app):
    app.slider(key="permit_parity.west").set_value(0.8).run()
    table = app.dataframe[0].value
    app.segmented_control(key="language").set_value("en").run()
    assert app.title[0].value == "Jiangmen urbanisation sandbox"
    assert app.slider(key="permit_parity.west").value == pytest.approx(0.8)
    hukou_rate = 4  # row of a percentage, which is the same number in both languages
    in_english, in_chinese = app.dataframe[0].value["Difference"][hukou_rate], table["差值"][hukou_rate]
    assert in_english.removesuffix(" pp") == in_chinese.removesuffix(" 百分点") != "0.00"
    app.segmented_control(key="language").set_value("zh").run()
    assert app.slider(key="permit_parity.west").value == pytest.approx(0.8)


def test_reset_puts_all_levers_back_and_leaves_assumptions(app):
    starts = {s.key: s.value for s in app.slider}
    app.slider(key="new_homes.east").set_value(5000.0)
    app.slider(key="assumed.migrant_pool").set_value(1.5).run()
    app.button(key="reset_levers").click().run()
    ends = {s.key: s.value for s in app.slider}
    assert ends.pop("assumed.migrant_pool") == pytest.approx(1.5)
    starts.pop("assumed.migrant_pool")
    assert ends == starts


def test_assumptions_hold_in_both_scenarios_and_are_named(app):
    app.slider(key="assumed.fertility_level").set_value(1.5).run()
    assert "生育水平系数" in app.warning[0].value
    assert words(app).count("种与基准完全相同") == 2


def test_chart_titles_are_menus_of_indicators_and_places(app):
    app.selectbox(key="indicator_left.zh").set_value("residents")
    app.selectbox(key="place_left.zh").set_value("west").run()
    assert not app.exception
    units = [layer["encoding"]["y"].get("title") for layer in charts(app)[0]["layer"]]
    assert "万人" in units
    app.segmented_control(key="language").set_value("en").run()
    assert app.selectbox(key="indicator_left.en").value == "residents"
    assert app.selectbox(key="place_left.en").value == "west"


def test_an_error_is_a_sentence_and_the_levers_stay(app, monkeypatch):
    monkeypatch.setenv("JIANGMEN_APP_SCALE", "7")
    app.slider(key="permit_parity.east").set_value(0.9).run()
    assert not app.exception
    assert "scale" in app.error[0].value and "7" in app.error[0].value
    assert app.slider(key="permit_parity.east").value == pytest.approx(0.9)


def test_futures_of_the_screen_are_those_of_the_command_line(monkeypatch):
    # three futures in batches of two and one; the runner makes them in one go
    size = simulate.Size(0.001, 3)
    baseline = simulate.scenario((), {})
    monkeypatch.setattr(simulate, "default_threads", lambda: 2)
    answers = [before for before, _ in simulate.pairs(baseline, baseline, size)]
    assert [a.futures for a in answers] == [2, 3]
    whole = run("baseline", start=simulate.START, end=simulate.END, scale=0.001, replicates=3, seed=simulate.SEED)
    for place in simulate.places():
        shown = answers[-1].of("residents", place)
        assert shown.tolist() == whole.series("residents", place).tolist()


def test_the_first_answer_says_how_many_futures_it_has(app, monkeypatch):
    monkeypatch.setattr(simulate, "default_threads", lambda: 1)
    monkeypatch.setenv("JIANGMEN_APP_REPLICATES", "3")
    said = []
    monkeypatch.setattr(sandbox, "text", lambda *a, **k: said.append((a[1], k)) or texts.text(*a, **k))
    app.run()
    assert [(key, k["k"]) for key, k in said if key in ("some_futures", "all_futures")] == [
        ("some_futures", 2),
        ("all_futures", 3),
    ]
    assert "3 种未来已全部推演" in words(app)
