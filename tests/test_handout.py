"""The hand-out: its numbers are those of the runs, bit by bit; it asks no server, and its levers move the charts."""

import re

import numpy as np
import pytest

from scenarios.address import read_address
from scenarios.brief import without_policy
from scenarios.cli import main
from scenarios.comparing import summary
from scenarios.errors import ScenarioError
from scenarios.handout.axes import MOST_NODES, grid_of, lever_axis, package_axis
from scenarios.handout.command import chosen_grid
from scenarios.handout.page import library, read, say
from scenarios.runner import run
from scenarios.scenario import load
from scenarios.tables import number
from sim.catalogue import indicators, levers
from sim.data import load_pack
from tests.browsers import open_browser

PACK = load_pack()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A hand-out of two levers, two scales and three futures, written by the command line."""
    out = tmp_path_factory.mktemp("handout") / "h.html"
    argv = ["handout", "--levers", "permit_parity=0.75,1", "new_homes.east=0,4000", "--scale", "0.001", "0.002"]
    assert main([*argv, "--replicates", "3", "--seed", "4", "--out", str(out), "--workers", "1", "--lang", "zh"]) == 0
    return out


@pytest.fixture(scope="module")
def found(file):
    return read(file.read_bytes())


def test_every_number_is_that_of_a_run_of_the_same_scenario_and_seed(found):
    """Each position says by which address it is repeated; the run of that address has the same values bit by bit."""
    checked = 0
    for city in found["cities"]:
        for node in [city["reference"], city["nodes"][1], city["nodes"][3]]:
            address = read_address(node["address"], PACK)
            assert address.problems == () and address.scenario.hash == node["hash"] and address.seed == 4
            result = run(address.scenario, detail="city", progress=False, **address.options)
            for p, place in enumerate(found["places"]):
                for i, one in enumerate(found["indicators"]):
                    there = np.array(node["values"][p][i], float)
                    assert np.array_equal(there, result.series(one["key"], place["key"]), equal_nan=True)
                    checked += there.size
    assert checked > 5000


def test_the_grid_holds_every_combination_and_the_baseline(found):
    (city, larger) = found["cities"]
    assert sorted(tuple(n["at"]) for n in city["nodes"]) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert city["nodes"][0]["hash"] == city["reference"]["hash"] == without_policy(load("baseline")).hash
    assert city["nodes"][0]["values"] == city["reference"]["values"]
    assert (city["weight"], larger["weight"], city["futures"]) == (1000, 500, 3)


def test_the_file_names_no_server_and_forbids_every_request(file):
    text = file.read_text(encoding="utf-8").replace(library(), "")
    assert len(text) < file.stat().st_size - 800_000  # the chart library stands in the file
    assert "default-src 'none'" in text and "connect-src" not in text
    assert not re.search(r"""<(script|link|img|iframe)[^>]*\b(src|href)=|url\(|https?://(?!www.w3.org)""", text)
    assert file.stat().st_size < 4_000_000


def test_words_are_in_both_languages():
    for key, pair in say.all.items():
        assert set(pair) == {"zh", "en"} and all(pair.values()), key
        assert set(re.findall(r"\{(\w+)", pair["zh"])) == set(re.findall(r"\{(\w+)", pair["en"])), key


def test_axes_take_levels_numbers_and_always_what_is_in_force():
    axis = lever_axis("permit_parity", PACK)
    assert [p.value for p in axis.positions] == [
        levers()["permit_parity"].levels[n] for n in ("keep", "moderate", "active", "maximum")
    ]
    assert axis.positions[0].settings == () and axis.positions[-1].names["zh"] == "最大"
    axis = lever_axis("new_homes.west=3000", PACK)
    assert [p.value for p in axis.positions] == [0.0, 3000.0] and axis.first == 0
    assert axis.titles["zh"].endswith("西部三市")


def test_how_far_a_package_goes_ends_at_the_scenario_itself():
    scenario = load("people_first")
    grid = grid_of([package_axis(scenario, PACK)], scenario)
    hashes = [node.scenario.hash for node in grid.nodes]
    assert hashes[-1] == scenario.hash and hashes[0] == without_policy(scenario).hash and len(set(hashes)) == 5
    half = next(s for s in grid.nodes[2].scenario.settings if s.lever == "public_rental_homes")
    full = next(s for s in scenario.settings if s.lever == "public_rental_homes")
    now = levers()["public_rental_homes"].in_force(2021)
    assert half.path.values[-1] == pytest.approx((now + full.path.values[-1]) / 2)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["permit_partiy"], "did you mean 'permit_parity'"),
        (["permit_parity=7"], "from 0 to 1"),
        (["permit_parity=actve"], "did you mean 'active'"),
        (["permit_parity.easst"], "did you mean 'east'"),
        (["permit_parity", "permit_parity=0.8"], "one lever twice"),
        (["permit_parity"] * 4, "needs 1 to 3 levers"),
        (["new_homes=" + ",".join(map(str, range(MOST_NODES + 1)))], "scenarios; 150 are the most"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_runs(said, told):
    with pytest.raises(ScenarioError, match=re.escape(told)):
        chosen_grid(load("baseline"), said, PACK)


def test_a_scenario_without_levers_needs_some_named(tmp_path, capsys):
    assert main(["handout", "baseline", "--out", str(tmp_path / "x.html"), "--lang", "en"]) == 2
    assert "--levers" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_levers_move_the_page_without_network(file, found):
    """Networking is off and every request is recorded: the only one is the file itself."""
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_offline(True)
        page = context.new_page()
        asked, errors = [], []
        page.on("request", lambda r: asked.append(r.url))
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.goto(file.as_uri())
        page.wait_for_selector("body[data-ready=yes]", timeout=60_000)
        assert page.locator(".card").count() == len(found["cards"]) == 5
        assert page.locator(".card", has_text="与基准完全相同").count() == 5
        before = page.locator("#drawing0 svg").inner_html()
        page.locator("#lever1").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"body[data-hash='{found['cities'][0]['nodes'][1]['hash']}']")
        card = page.locator(".card[data-key=income_ratio]").inner_text()
        values, reference = (
            np.array(n["values"][0]) for n in (found["cities"][0]["nodes"][1], found["cities"][0]["reference"])
        )
        i = [one["key"] for one in found["indicators"]].index("income_ratio")
        after = values[i, :, -1].astype(float)
        gap = after - reference[i, :, -1].astype(float)
        assert number(after.mean(), "ratio", "zh") in card
        assert f"±{number(float(summary(gap)['high'] - gap.mean()), 'ratio', 'zh')}" in card
        page.wait_for_function("before => document.querySelector('#drawing0 svg').innerHTML !== before", arg=before)
        page.locator("#language").click()
        page.wait_for_selector("html[lang=en]")
        assert indicators()["income_ratio"].title["en"].split()[0].lower() in page.inner_text("#cards").lower()
        assert "�" not in page.inner_text("body")
        context.close()
    assert asked == [file.as_uri()] and errors == []
