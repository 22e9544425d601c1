"""Named levels in the place of numbers in scenario files."""

import numpy as np
import pytest
import yaml
from helpers_scenarios import real_pack, write_scenario

from scenarios.errors import ScenarioError
from scenarios.scenario import load
from sim.catalogue import levers
from sim.paths import Path


def test_levels_stand_where_numbers_may(tmp_path):
    levels = levers()["rent_subsidy"].levels
    body = """levers:
  rent_subsidy: {east: active, west: {from: 2025, level: 最大}, 440781T01: {2022: keep, 2030: maximum, unit: share}}
"""
    scenario = load(write_scenario(tmp_path, body))
    paths = {s.place: s.path for s in scenario.settings}
    assert paths["east"].values == (levels["active"],) and paths["west"] == Path.starting(2025, levels["maximum"])
    assert paths["440781T01"].values == (levels["keep"], levels["maximum"])
    # written back by name, and the same scenario as with numbers
    written = yaml.safe_load(scenario.to_yaml())["levers"]["rent_subsidy"]
    assert written["east"] == {"level": "active", "unit": "share"}
    assert written["440781T01"] == {2022: "keep", 2030: "maximum", "unit": "share"}
    numbers = load(
        write_scenario(
            tmp_path,
            f"levers: {{rent_subsidy: {{east: {levels['active']}, west: {{from: 2025, value: {levels['maximum']}}}, "
            f"440781T01: {{2022: {levels['keep']}, 2030: {levels['maximum']}}}}}}}\n",
            "numbers.yaml",
        )
    )
    assert numbers.hash == scenario.hash and numbers.settings == scenario.settings


def test_a_level_in_all_regions_is_that_level_in_the_city(tmp_path):
    """A quantity that towns share: the regions' parts of what the level adds, together what the city's level adds."""
    pack = real_pack()
    parts = load(write_scenario(tmp_path, "levers: {school_places: {east: active, west: active}}\n"))
    whole = load(write_scenario(tmp_path, "levers: {school_places: active}\n", "whole.yaml"))
    assert whole.settings[0].path.values == (levers()["school_places"].levels["active"],)
    found = [s.policy(pack, 2020, 2030).lever("school_places", 2025) for s in (parts, whole)]
    assert np.allclose(*found, rtol=1e-6)
    still = load(write_scenario(tmp_path, "levers: {school_places: {east: keep}}\n", "still.yaml"))
    assert still.settings[0].path.values == (0.0,)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("levers: {rent_subsidy: activ}", "(keep, moderate, active, maximum), got 'activ'; did you mean 'active'?"),
        ("levers: {rent_subsidy: {level: 0.3}}", "must be the name of a level"),
        ("levers: {rent_subsidy: {level: active, value: 0.3}}", "`value` or `level`, not both"),
        ("levers: {rent_subsidy: {2022: 0.1, level: active}}", "not both"),
        ("levers: {land_quota: {east: active}}", "give it for the whole city (440700)"),
        ("assumptions: {fertility_level: active}", "must be a number"),
        ("assumptions: {fertility_level: {level: active}}", "unknown key 'level'"),
        (
            "levers: {job_relocation: {440785: 500}}",
            "440785 alone is none; give it for pair_enping (440703+440704 - 440785)",
        ),
        ("levers: {rent_subsidy: {2030: 0.3, 2025: 0.1}}", "years must ascend, 2025 comes after 2030"),
        ("levers: {rent_subsidy: {440799T01: 0.3}}", "'440799T01' lies in county '440799', which is none of 440703"),
    ],
)  # fmt: skip
def test_wrong_levels_and_places_are_refused(tmp_path, body, said):
    with pytest.raises(ScenarioError) as error:
        load(write_scenario(tmp_path, body + "\n"))
    assert said in error.value.en and error.value.line


def test_a_pair_takes_posts_from_its_east_to_its_west(tmp_path):
    """Given for one pair, posts are counted over its towns only, whatever side they stand on."""
    pack = real_pack()
    policy = load(write_scenario(tmp_path, "levers: {job_relocation: {pair_enping: 500}}\n")).policy(pack, 2020, 2030)
    posts = policy.lever("job_relocation", 2025)
    inside = pack.towns_of("pair_enping")
    assert posts[inside].sum() == pytest.approx(500.0) and posts.sum() == pytest.approx(500.0)
