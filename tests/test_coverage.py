"""The coverage page: no row of the plan without a lever, rule, scenario and test, and no name without a thing."""

import importlib.util
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from scenarios.runner import run
from sim.catalogue import levers
from sim.data import load_pack
from sim.policy import compile_policy, place_ranks


@pytest.fixture(scope="module")
def coverage(root):
    spec = importlib.util.spec_from_file_location("docs_coverage", root / "docs" / "plan_coverage.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_coverage"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(coverage):
    return coverage.rows()


def test_page_is_what_the_plan_and_the_catalogue_give(coverage):
    assert coverage.page() == coverage.PAGE.read_text(encoding="utf-8"), "docs/coverage.md: run `make docs`"


def test_every_row_of_the_three_files_is_there_once(rows):
    tables = load_pack().files.tables
    by_table = {t: [r.key for r in rows if r.table == t] for t in ("measures", "targets", "space")}
    assert by_table["measures"] == [r["id"] for r in tables["plan_measures"].records()]
    assert by_table["targets"] == list(load_pack().targets)
    assert by_table["space"] == [r["place"] for r in tables["plan_space"].records()]


def test_no_cell_is_empty(coverage):
    lines = [x for x in coverage.PAGE.read_text(encoding="utf-8").splitlines() if x.startswith("|") and "---" not in x]
    assert len(lines) > 200
    for line in lines:
        assert all(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]), line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": ()}, "no rule"),
        ({"rules": ("moving.not_there",)}, "no rule 'moving.not_there'"),
        ({"rules": ("sim.measures:not_there",)}, "no rule"),
        ({"rules": ("sim.not_there:measure",)}, "no rule"),
        ({"scenarios": ()}, "no scenario"),
        ({"scenarios": ("not_there",)}, "no scenario 'not_there'"),
        ({"tests": ()}, "no test"),
        ({"tests": ("test_budgets.py::test_not_there",)}, "no test"),
        ({"tests": ("test_not_there.py::test_x",)}, "no test"),
        ({"texts": {"zh": ("", "x"), "en": ("x", "x")}}, "an empty cell"),
    ],
)
def test_what_leads_to_nothing_is_refused(coverage, rows, change, said):
    with pytest.raises(coverage.CoverageError, match=re.escape(said)):
        coverage.check(replace(rows[0], **change))


def test_a_measure_that_loses_its_lever_is_refused(coverage, monkeypatch):
    """Deleting the levers of a measure breaks the page."""
    kept = {k: e for k, e in levers().items() if "M36" not in e.measures}
    monkeypatch.setattr(coverage, "levers", lambda: kept)
    with pytest.raises(coverage.CoverageError, match="M36 farmland transfer: neither a lever nor coverage.yaml"):
        coverage.measures()


def test_every_lever_is_used_by_a_scenario(coverage):
    by_lever, _ = coverage.users()
    assert set(levers()) == set(by_lever)


def test_every_place_of_the_plan_can_be_addressed():
    """Any lever at each place of plan_space.csv reaches its towns and no others."""
    from sim.paths import Path
    from sim.policy import Setting

    pack = load_pack()
    for row in pack.files.tables["plan_space"].records():
        place = row["place"]
        assert place in place_ranks(pack)
        policy = compile_policy([Setting("permit_parity", place, Path.starting(2021, 0.9))], {}, pack, 2020, 2025)
        raised = np.flatnonzero(policy.lever("permit_parity", 2025) == 0.9)
        assert raised.tolist() == pack.towns_of(place).tolist(), place


@pytest.fixture(scope="module")
def to_2035():
    return run("baseline", scale=0.005, replicates=2, workers=1, progress=False, detail="city")


def test_urbanisation_slows_without_a_trend(to_2035):
    """P03: the rate rises less in the last five years than in the first five, in each future."""
    rate = to_2035.series("urbanisation_rate", "440700")
    assert (rate[:, 5] - rate[:, 0] > rate[:, -1] - rate[:, -6]).all() and (rate[:, -1] > rate[:, 0]).all()


def test_villages_hollow_out(to_2035):
    """P04: villages lose working-age people faster than the city as a whole ages, and farmland falls idle."""
    share = to_2035.series("village_working_age_share", "440700")
    assert (share[:, -1] < share[:, 0] - 3.0).all()
    idle = to_2035.series("idle_farmland_share", "440700")
    assert (idle[:, -1] > idle[:, 0]).all()
