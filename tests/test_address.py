"""Addresses: what is written reads back to the same scenario; what is damaged is refused entry by entry."""

import random
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load
from scenarios.address import FROM_YEAR, LOOKS, Address, read_address, scenario_of, write_address
from scenarios.cli import main
from scenarios.outputs import model_version
from scenarios.runner import run
from scenarios.scenario import library
from sim.catalogue import assumptions, levers
from sim.data import load_pack
from sim.paths import Path
from sim.policy import Setting
from tests.helpers_addresses import GOOD, mutated, usable

PACK = load_pack()


def values(bounds: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(bounds[0], bounds[1], allow_nan=False)


@st.composite
def paths(draw, entry) -> Path:
    kind = draw(st.sampled_from(["constant", "from", "only", "years"]))
    value = draw(values(entry.bounds))
    year = draw(st.integers(2010, 2049))
    if kind == "constant":
        return Path.constant(value)
    if kind == "years":
        return Path.by_year({year: value, year + 1: draw(values(entry.bounds))})
    return Path.starting(year, value) if kind == "from" else Path.only(max(year, FROM_YEAR), value)


@st.composite
def addresses(draw) -> Address:
    same = [e for e in levers().values() if e.spread == "same" and not e.extra.get("for_pairs")]
    chosen = draw(st.lists(st.sampled_from(same), max_size=4, unique_by=lambda e: e.key))
    places = (PACK.city_id, *PACK.regions, *PACK.counties, PACK.towns[0])
    found = tuple(Setting(e.key, draw(st.sampled_from(places)), draw(paths(e))) for e in chosen)
    assumed = draw(st.lists(st.sampled_from(list(assumptions().values())), max_size=3, unique_by=lambda e: e.key))
    return Address(found, {e.key: draw(paths(e)) for e in assumed}, seed=draw(st.integers(0, 2**63 - 1)))


@given(addresses())
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back_to_the_same_scenario(address):
    back = read_address("http://localhost:8501/?" + write_address(address, PACK), PACK)
    assert back.problems == ()
    assert back.scenario.hash == address.scenario.hash
    assert back.seed == address.seed


@pytest.mark.parametrize("name", library())
def test_each_scenario_of_the_library_has_an_address(name):
    scenario = load(name, PACK)
    address = Address(scenario.settings, scenario.assumptions, scenario.shocks)
    assert read_address(write_address(address, PACK), PACK).scenario.hash == scenario.hash


def test_names_of_looks_are_no_levers():
    assert not {*LOOKS, "seed", "futures", "scale", "parameters", "v"} & set(levers())


def test_a_bare_value_holds_from_the_first_year_lived():
    address = read_address("permit_parity.east=0.9", PACK)
    assert address.settings == (Setting("permit_parity", "east", Path.starting(FROM_YEAR, 0.9)),)


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("permit_parity=7", "permit_parity", "from 0 to 1"),
        ("permit_parity=nan", "permit_parity", "must be a number"),
        ("permit_parity=2030:1,2022:0.7", "permit_parity", "years must ascend"),
        ("permit_parity.easst=0.7", "levers.permit_parity", "did you mean 'east'"),
        ("permit_partiy=0.7", "levers", "did you mean 'permit_parity'"),
        ("a.neighbor_pull=1", "assumptions", "did you mean 'neighbour_pull'"),
        ("seed=-1", "seed", "whole number"),
        ("futures=1001", "futures", "from 1 to 1000"),
        ("x.jobs_lost.2019.east=10:3", "shocks", "before the first year lived"),
        ("x.jobs_lots.2027.east=10:3", "x.jobs_lots", "jobs_lost"),
        ("scale=0", "scale", "above 0"),
        ("parameters=mine", "parameters", "must be ensemble"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_out(text, field, said):
    address = read_address(text, PACK)
    (problem,) = address.problems
    assert problem.field.startswith(field) and said in problem.text("en")
    assert problem.text("zh") != problem.text("en")
    assert (address.settings, address.assumptions) == ((), {})


def test_quantities_that_are_too_much_together_are_left_out():
    most = levers()["new_homes"].bounds[1]
    address = read_address(f"new_homes.east={most}&new_homes.west={most}&permit_parity=0.9", PACK)
    assert [s.lever for s in address.settings] == ["permit_parity"]
    assert len(address.problems) == 1


def test_500_damaged_addresses_never_crash_and_never_leave_the_bounds():
    rng = random.Random(20260101)
    refused = 0
    for _ in range(500):
        address = read_address("?" + mutated(GOOD, rng), PACK)
        usable(address)
        refused += bool(address.problems)
    assert 200 < refused < 500  # the damage is real, and some of it is harmless


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=5) | st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_an_address(text: Mapping[str, str] | str):
    usable(read_address(text, PACK))


def test_the_command_line_gives_the_numbers_of_an_address(tmp_path, capsys):
    import pandas as pd

    query = "permit_parity.east=0.9&a.migrant_pool=1.1&seed=3&futures=2&scale=0.001&lang=en&v=" + model_version(
        PACK.hash
    )
    url = f"http://localhost:8501/?{quote(query, safe='=&.:')}"
    assert main(["run", "--from-url", url, "--out", str(tmp_path), "--detail", "city", "--lang", "en"]) == 0
    assert "this address was made" not in capsys.readouterr().err
    address = read_address(url, PACK)
    expected = run(address.scenario, detail="city", progress=False, **address.options).frame
    written = pd.read_parquet(tmp_path / "indicators.parquet")
    assert written["value"].tolist() == expected["value"].tolist()
    assert len(address.options) == 6 and address.options["seed"] == 3


def test_the_command_line_says_when_an_address_is_of_another_model_and_options_win(capsys):
    url = "?futures=9&scale=0.001&v=0.0.1-other"
    assert main(["run", "--from-url", url, "--replicates", "1", "--end", "2021", "--lang", "en"]) == 0
    told = capsys.readouterr()
    assert "0.0.1-other" in told.err and "2020-2021" in told.out and "1 futures" in told.out


@pytest.mark.parametrize(
    "argv", [["--from-url", "?permit_parity=9"], [], ["baseline", "--from-url", "?seed=1"]], ids=["bad", "none", "both"]
)
def test_the_command_line_refuses_what_it_cannot_use(argv, capsys):
    assert main(["run", *argv]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_events_are_part_of_both_scenarios():
    address = read_address("x.jobs_lost.2027.east-440785=10:3&permit_parity=0.9", PACK)
    assert address.problems == ()
    (event,) = address.baseline.shocks
    assert (event.kind, event.year, event.size, event.places, event.recovery) == (
        "jobs_lost",
        2027,
        10.0,
        ("east", "440785"),
        3,
    )
    assert address.scenario.shocks == address.baseline.shocks
    assert read_address(write_address(address, PACK), PACK).scenario.hash == address.scenario.hash


def test_without_settings_the_scenario_is_the_baseline():
    assert scenario_of((), {}).hash == load("baseline", PACK).hash
