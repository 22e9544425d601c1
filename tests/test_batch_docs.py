"""docs/batch.md: its files can be used, its commands and methods exist, its links lead somewhere."""

import re

import pytest

from scenarios.analyses.commands import METHODS
from scenarios.analyses.reaching import load_goal
from scenarios.cli import make_parser
from scenarios.experiments.designs import DESIGNS
from scenarios.experiments.experiment import Experiment


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "batch.md").read_text(encoding="utf-8")


def block(page: str, kind: str) -> str:
    return re.search(rf"```yaml {kind}\n(.*?)```", page, re.DOTALL)[1]


def test_the_experiment_and_the_goal_can_be_used(page, tmp_path):
    for kind in ("experiment", "goal"):
        (tmp_path / f"{kind}.yaml").write_text(block(page, kind), encoding="utf-8")
    experiment = Experiment.load(tmp_path / "experiment.yaml")
    assert experiment.count == 2 * 50 * 4
    goal = load_goal(tmp_path / "goal.yaml")
    assert goal.goals[0].at_least == 74 and goal.limits and goal.budget == 60


def test_commands_methods_and_designs_exist(page):
    parser = make_parser("en")
    known = next(a for a in parser._actions if hasattr(a, "choices") and a.choices and "run" in a.choices).choices
    said = set(re.findall(r"^jiangmen (\w+)", page, re.MULTILINE))
    assert said == {"batch", "query", "analyse", "reproduce"} and said <= set(known)
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert told >= set(METHODS) and told >= set(DESIGNS) - {"none"}


def test_parser_and_commands_name_the_same_methods():
    parser = make_parser("en")
    commands = next(a for a in parser._actions if hasattr(a, "choices") and a.choices and "run" in a.choices).choices
    (method,) = (a for a in commands["analyse"]._actions if a.dest == "method")
    assert tuple(method.choices) == METHODS


def test_links_lead_to_files(page, root):
    local = [link for link in re.findall(r"\]\(([^)#]+)", page) if "://" not in link]
    assert local and [link for link in local if not (root / "docs" / link).exists()] == []
    assert (root / "CITATION.cff").is_file()
