"""What a room needs: warnings, events, files, guesses, notes, tables, the whole city, pins in the address."""

# ruff: noqa: F811 (fixtures are imported, and are then arguments)

import re

import numpy as np
import pytest
from helpers_app import FUTURES, SCALE, open_app  # noqa: F401
from streamlit.testing.v1 import AppTest

from scenarios import read_address
from scenarios.audit.report import build
from scenarios.errors import ScenarioError
from scenarios.runner import run_all
from scenarios.scenario import LIBRARY, MOST_UPLOADED, library, parse_upload
from sim.data import load_pack
from sim.shocks import Shock
from ui.cautions import of_levers
from ui.desk import DESK, Desk, read_pins, write_pins
from ui.drawing import FOR_THE_EYE
from ui.events import set_events
from ui.flows import ask_moves, between, net
from ui.page import VIEWS
from ui.room.files import taken
from ui.room.notes import LENGTHS, agenda
from ui.simulate import Size, simulate
from ui.texts import text


def html(app: AppTest) -> str:
    return "".join(h.proto.body for h in app.get("html"))


def upload(text: str, name: str = "mine.yaml"):
    return parse_upload(text.encode(), name, load_pack())


@pytest.mark.parametrize(
    ("body", "line", "field"),
    [
        ("name: {zh: 试, en: Try}\nlevers:\n  new_homes: 100\n  permit_pariti: 0.9\n", 4, "levers.permit_pariti"),
        ("name: {zh: 试, en: Try}\nlevers:\n  new_homes: -1\n", 3, "levers.new_homes"),
        ("name: {zh: 试, en: Try}\nextends: /etc/passwd\n", 2, "extends"),
        ("name: {zh: 试, en: Try}\nextends: ../secret.yaml\n", 2, "extends"),
        ("a: [\nb: }\n", 2, ""),
        ("name: !!python/object/apply:os.system ['true']\n", 1, "name"),
    ],
)
def test_a_sent_file_that_is_wrong_names_line_and_field_in_both_languages(body, line, field):
    with pytest.raises(ScenarioError) as refused:
        upload(body)
    error = refused.value
    assert error.line == line and error.field.startswith(field)
    assert f"第 {line} 行" in error.text("zh") and f"line {line}" in error.text("en")
    assert error.text("zh").startswith("mine.yaml")


def test_a_sent_file_that_is_too_large_or_not_text_is_refused():
    for raw in (b"a" * (MOST_UPLOADED + 1), b"\xff\xfe\x00name: 1"):
        with pytest.raises(ScenarioError):
            parse_upload(raw, "x.yaml", load_pack())


@pytest.mark.parametrize("name", library())
def test_every_scenario_of_the_library_can_be_sent_back(name):
    text = (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")
    sent = upload(text, f"{name}.yaml")
    assert sent.hash == parse_upload(sent.to_yaml().encode(), "again.yaml", load_pack()).hash


def test_a_sent_file_stays_on_one_desk_and_can_be_undone():
    mine, theirs = Desk(), Desk()
    ok, told = taken(mine, "<b>x</b>.yaml", b"name: {zh: \xe8\xaf\x95, en: Try}\nlevers: {new_homes: 100}\n")
    assert ok and "Try" in told["en"] and "试" in told["zh"]
    assert [s.lever for s in mine.address.settings] == ["new_homes"] and theirs.address.settings == ()
    mine.undo()
    assert mine.address.settings == ()
    ok, told = taken(mine, "x.yaml", b"levers: {new_homes: 100}\n")
    assert not ok and "name" in told["en"] and mine.address.settings == ()


def test_warnings_for_levers_beyond_their_maximum_and_for_those_that_move_nothing():
    told = of_levers(read_address("new_homes=40000&hukou_cost=200&years_recognised=1"), "en")
    assert len(told) == 2 and "15,000" in told[0] + told[1] and "40,000" in told[0] + told[1]
    assert of_levers(read_address("new_homes=15000"), "zh") == []


def test_pins_travel_in_the_address():
    desk = Desk(read_address("new_homes=8000&a.neighbour_pull=1.2&seed=3"))
    desk.pin()
    desk.address = read_address("permit_parity.west=0.9&x.jobs_lost.2027.east=10:3")
    desk.pin()
    again = read_pins(write_pins(desk.pins))
    assert [p.scenario.hash for p in again] == [p.scenario.hash for p in desk.pins]
    assert [p.seed for p in again] == [3, 1]
    assert read_pins("new_homes=oops|nonsense|new_homes=1e99") == []


def test_pins_of_an_address_are_there_when_it_opens(open_app):
    app = open_app("view=compare&pins=new_homes=8000|permit_parity=0.9")
    assert len(app.session_state[DESK].pins) == 2
    assert "<th" in html(app) and app.session_state[DESK].look["pins"].count("|") == 1


def test_events_are_added_within_bounds_and_hold_in_the_baseline_too(open_app):
    app = open_app("", "event_drawer")
    here = app.session_state[DESK]
    app.button(key="event_add").click().run()
    assert not app.exception and len(here.address.shocks) == 1
    assert here.address.baseline.shocks == here.address.scenario.shocks
    set_events(here, [Shock("jobs_lost", 2027, 999.0, ("east",), 3)])
    assert len(here.address.shocks) == 1 and here.notices, "what is out of bounds is told and not done"
    here.notices.clear()
    app.run()
    app.button(key="drop_event_0").click().run()
    assert here.address.shocks == ()


def test_results_are_covered_until_they_are_revealed(open_app):
    app = open_app("new_homes=20000", "room")
    app.number_input[-1].set_value(81.0)
    next(b for b in app.button if b.label == text("zh", "guess_add")).click().run()
    assert "81.0" in "".join(m.value for m in app.markdown)
    app.button(key="guess_cover").click().run()
    assert 'class="value"' not in html(app) and text("zh", "covered") in html(app)
    chart = app.get("vega_lite_chart")[0].proto
    import pyarrow as pa

    assert set(pa.ipc.open_stream(chart.data.data).read_all()["who"].to_pylist()) == {"baseline"}
    app.button(key="guess_reveal").click().run()
    assert 'class="value"' in html(app)
    assert any(m.value.startswith("模型：") for m in app.markdown)


def test_the_agenda_adds_up_and_opens_views_that_there_are():
    for length in LENGTHS:
        assert sum(step["minutes"][length] for step in agenda()) == length
    assert {step["view"] for step in agenda()} <= set(VIEWS)
    assert all(set(step[k]) == {"zh", "en"} for step in agenda() for k in ("name", "notes"))


def test_the_whole_city_is_simulated_beside_the_page(open_app):
    app = open_app("new_homes=20000", "room", room_part="whole")
    app.button(key="start_whole").click().run()
    assert not app.exception and not app.error
    cells = re.findall(r"<td>(.*?)</td>", html(app).split("全城水平")[1])
    address = read_address("new_homes=20000")
    runs = run_all([address.baseline, address.scenario], scale=0.002, replicates=1, progress=False, detail="city")
    i = runs[0].indicators.index("urbanisation_rate")
    level, before = runs[1].values[0, 0, -1, 0, i], runs[0].values[0, 0, -1, 0, i]
    assert cells[1] == f"{level:.1f}" and cells[2].startswith(f"{level - before:+.2f}")


def test_every_chart_has_its_table(open_app):
    for view, charts in (("sandbox", 2), ("map", 2), ("why", 1), ("evidence", 1)):
        app = open_app(f"new_homes=20000&view={view}&table=1")
        assert len(app.get("vega_lite_chart")) == 0 and len(app.dataframe) == charts, view
        assert not set(app.dataframe[0].value.columns) & FOR_THE_EYE


def test_the_plan_links_scenarios_and_the_audit_of_what_is_on_the_screen(open_app):
    from ui.views.plan import audit_file

    app = open_app("view=plan")
    menu = next(s for s in app.selectbox if s.key.startswith("plan_scenario"))
    menu.set_value("as_planned").run()
    here = app.session_state[DESK]
    assert len(here.address.settings) > 30
    page = audit_file(here.address, "zh", "html").decode()
    result = run_all([here.address.scenario], scale=SCALE, replicates=FUTURES, progress=False, detail="counties")[0]
    from scenarios.audit import audit

    verdicts = audit(result).verdicts
    assert len(verdicts) > 20 and build(audit(result), "zh").title in page
    assert np.isfinite([v.mean for v in verdicts if v.kind == "reached"]).all()


def test_moves_between_places_add_up_to_those_of_the_model(open_app):
    size = Size(SCALE, FUTURES, FUTURES, 1)
    moves = ask_moves(read_address("").scenario, size, 0).result()
    run = simulate(read_address("").scenario, size, 0)
    for name, counted in (("arrivals", moves.people[:, -1, :]), ("departures", moves.people[:, :, -1])):
        assert counted.sum(axis=1).tolist() == run.values[run.indicators.index(name), 0, 1:].tolist()
    app = open_app("view=map&map=residents@flows&year=2030")
    assert len(app.get("vega_lite_chart")) == 2


def test_a_move_is_a_change_of_node():
    keys, nodes = np.array([1, 2, 3, 4]), np.array([0, 0, 1, 1])
    after, nodes_after = np.array([1, 2, 3, 5]), np.array([0, 1, 2, 0])  # 2 and 3 moved, 4 has left, 5 has come
    found = between(keys, nodes, after, nodes_after, 3)
    assert found.tolist() == [[0, 1, 0], [0, 0, 2], [1, 0, 0]]
    assert net(found).tolist() == [0, -1, 1]
