"""What the catalogue says of each lever: form of its fields, links to the plan, to rules, indicators and prices."""

import dataclasses

import pytest

from sim import catalogue
from sim.catalogue import CatalogueError, indicators, lever_fields, levers, parameter_groups
from sim.catalogue.lever_fields import FOUR, KEEP, PLAN, check_lever, check_links, moves_of
from sim.data import load_pack
from sim.steps import budgets

GOOD = {
    "family": "hukou",
    "spread": "same",
    "note": {"zh": "注", "en": "note"},
    "measures": ["M04"],
    "rule": "hukou.eligible",
    "levels": {"keep": 0.6, "moderate": 0.7, "active": 0.8, "maximum": 1.0},
    "moves": [{"departures": "down"}, {"residents": "up", "place": "west"}],
}


def entry(**changed):
    found = dataclasses.replace(levers()["permit_parity"], key="some", default=0.6, bounds=(0.0, 1.0))
    extra = {k: v for k, v in (GOOD | changed).items() if v is not None}
    return dataclasses.replace(found, extra=extra)


def links(**changed):
    pack = load_pack()
    check_links(
        {"some": entry(**changed)},
        indicators(),
        parameter_groups()["budgets"],
        pack.table("plan_measures")["id"],
        pack.members,
    )


def test_every_lever_names_things_that_are_there():
    pack = load_pack()
    codes = list(pack.table("plan_measures")["id"])
    check_links(levers(), indicators(), parameter_groups()["budgets"], codes, pack.members)


def test_a_good_entry_passes_and_its_moves_are_read():
    check_lever(entry(), "file.yaml")
    links()
    assert moves_of(entry()) == [("departures", -1, None), ("residents", 1, "west")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"spread": "some"}, "spread: must be same or total"),
        ({"shared_by": "rural"}, "shared_by: must be one of urban, rural, all, and only where spread is total"),
        ({"rule": "eligible"}, "rule: must be module.function"),
        ({"levels": {"keep": 0.6, "active": 1.0}}, "levels: needs keep, moderate, active, maximum"),
        ({"levels": GOOD["levels"] | {"keep": 0.5}}, "keep is 0.5, but 0.6 holds in 2021"),
        ({"levels": GOOD["levels"] | {"active": 0.65}}, "must go one way"),
        ({"levels": GOOD["levels"] | {"moderate": 0.6}}, "must go one way"),
        ({"levels": GOOD["levels"] | {"maximum": 1.5}}, "from 0 to 1"),
        ({"levels": GOOD["levels"] | {"plan": 0.75}}, "as_plan: must be 'plan' where levels has it"),
        ({"as_plan": "much"}, "as_plan: must be one of keep, moderate, active, maximum"),
        ({"moves": []}, "moves: name what it moves, or say in `spent`"),
        ({"spent": {"zh": "是", "en": "yes"}}, "not both"),
        ({"moves": [], "spent": {"en": "yes"}}, "spent: needs a reason in zh and en"),
        ({"moves": [{"departures": "less"}]}, "must be {indicator: up or down}"),
        ({"moves": [{"departures": "down", "arrivals": "up"}]}, "must be {indicator: up or down}"),
        ({"note": "note"}, "note: needs a text in zh and en"),
        ({"sort": 1}, "sort: unknown field"),
    ],
)
def test_a_wrong_field_is_refused_with_its_name(changed, said):
    with pytest.raises(CatalogueError) as error:
        check_lever(entry(**changed), "file.yaml")
    assert said in str(error.value)


def test_a_measure_has_the_form_of_a_code(tmp_path):
    body = {"title": {"zh": "甲", "en": "a"}, "unit": "share", "definition": "", "basis": "simulated"}
    with pytest.raises(CatalogueError, match="measures: 'M4' is no code"):
        catalogue._entry("some", "indicator", "indicator", body | {"measures": ["M4"]}, tmp_path / "file.yaml")


def test_every_lever_that_costs_has_its_lines_in_the_accounts_and_no_line_is_without_a_lever():
    """`cost_new_citizens` comes of whoever converts and not of one lever."""
    lines = [line for entry in levers().values() for line in lever_fields.lines_of(entry)]
    assert set(lines) <= set(budgets.SPENDINGS)
    assert set(budgets.POLICY_COSTS) - {"cost_new_citizens"} == set(lines) - {"transfer_out"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"measures": ["M99"]}, "measures: nothing is called 'M99'"),
        ({"rule": "hukou.eligable"}, "rule: nothing is called 'hukou.eligable'"),
        ({"moves": [{"departure": "down"}]}, "moves: nothing is called 'departure'"),
        ({"moves": [{"departures": "down", "place": "north"}]}, "place: nothing is called 'north'"),
        ({"moves_at": "north"}, "place: nothing is called 'north'"),
        ({"cost": ["free_lunch"]}, "cost: nothing is called 'free_lunch'"),
    ],
)
def test_a_link_to_nothing_is_refused(changed, said):
    with pytest.raises(CatalogueError) as error:
        links(**changed)
    assert said in str(error.value)


def test_spent_levers_may_stand_still_and_no_others():
    still = dict.fromkeys(FOUR, 0.6)
    check_lever(entry(levels=still, moves=[], spent={"zh": "是", "en": "yes"}), "file.yaml")
    with pytest.raises(CatalogueError, match="one way"):
        check_lever(entry(levels=still), "file.yaml")


def test_levels_have_both_languages_and_an_order():
    assert list(lever_fields.LEVELS) == [*FOUR, PLAN] and FOUR[0] == KEEP
    assert all(set(names) == {"zh", "en"} for names in lever_fields.LEVELS.values())


def test_a_lever_stands_in_one_file():
    """The family of a lever is the file that describes it."""
    folder = lever_fields.Path(lever_fields.__file__).parent / "levers"
    for key, lever in levers().items():
        assert f"\n{key}:\n" in (folder / f"{lever.family}.yaml").read_text(encoding="utf-8")
