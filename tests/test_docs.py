"""The model description and the catalogue say the same; no parameter is missing, none unknown, none idle."""

import importlib.util
import re

import pytest

from scenarios.cli import make_parser
from scenarios.scenario import load
from sim import catalogue


@pytest.fixture(scope="module")
def build(root):
    spec = importlib.util.spec_from_file_location("docs_build", root / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(build):
    return build.PAGE.read_text(encoding="utf-8")


def test_page_is_what_the_catalogue_and_the_rules_give(build, page):
    assert build.rebuild(page) == page, "docs/model.md is out of date: run `make docs`"


def test_every_generated_section_stands_on_the_page_once(build, page):
    assert sorted(m[2] for m in build.SECTION.finditer(page)) == sorted(build.SECTIONS)


@pytest.mark.parametrize("role", ["levers", "assumptions", "parameters", "indicators"])
def test_tables_hold_every_key_and_no_other(build, role):
    keys = re.findall(r"^\| `(\w+)` \|", build.SECTIONS[role](), re.MULTILINE)
    tables = 2 if role == "levers" else 1  # what a lever is, and how it acts
    assert sorted(keys) == sorted(list(getattr(catalogue, role)()) * tables)


def test_rebuild_replaces_what_stands_between_the_marks(build):
    stale = "head\n<!-- generated: signals -->\nold\n<!-- end: signals -->\ntail"
    fresh = build.rebuild(stale)
    assert fresh.startswith("head\n") and fresh.endswith("\ntail")
    assert "old" not in fresh and "`job_chance`" in fresh


def test_every_rule_has_a_docstring(build):
    bare = [f"{p.stem}.{r.name}" for p in build.rule_files() for r in build.rules_of(p)[1] if not r.docstring]
    assert bare == []


def test_rules_read_only_parameters_of_the_catalogue(build):
    known = set(catalogue.parameters())
    unknown = [
        f"{p.stem}.{r.name}: p.{u}"
        for p in build.rule_files()
        for r in build.rules_of(p)[1]
        for u in r.uses
        if u not in known
    ]
    assert unknown == []


def test_every_parameter_is_read_by_the_model(root):
    code = "\n".join(p.read_text(encoding="utf-8") for p in (root / "sim").rglob("*.py"))
    words = set(re.findall(r"\w+", code))
    assert sorted(set(catalogue.parameters()) - words) == []


def test_every_lever_and_assumption_is_read_by_the_model(root):
    code = "\n".join(p.read_text(encoding="utf-8") for p in (root / "sim").rglob("*.py"))
    named = set(re.findall(r"[\"'](\w+)[\"']", code))
    assert sorted({*catalogue.levers(), *catalogue.assumptions()} - named) == []


def test_readme_links_lead_to_files(root):
    links = re.findall(r"\]\(([^)#]+)", (root / "README.md").read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert "docs/img/app.png" in local
    assert [link for link in local if not (root / link).exists()] == []


def test_first_scenario_of_the_readme_can_be_used(root, tmp_path):
    text = re.search(r"```yaml\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    (setting,) = load(str(file)).settings
    assert (setting.lever, setting.place) == ("job_growth_tertiary", "west")


def test_commands_of_the_readme_exist(root):
    said = set(re.findall(r"^jiangmen (\w+)", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    parser = make_parser("en")
    known = next(a for a in parser._actions if hasattr(a, "choices") and a.choices and "run" in a.choices).choices
    assert said >= {"check", "run", "compare", "trace"} and said <= set(known)


def test_every_text_of_the_catalogue_speaks_both_languages():
    """Titles, notes, definitions and reasons; sources name where a figure was seen and stay as they are."""
    entries = [*catalogue.levers().values(), *catalogue.assumptions().values(), *catalogue.parameters().values(),
               *catalogue.indicators().values(), *catalogue.shock_kinds().values()]  # fmt: skip
    for entry in entries:
        texts = [entry.title, *(entry.extra[k] for k in ("note", "definition", "reason", "spent") if k in entry.extra)]
        for text in texts:
            assert isinstance(text, dict) and set(text) == {"zh", "en"}, entry.key
            assert all(part.strip() for part in text.values()), entry.key
            assert re.search("[\u4e00-\u9fff]", text["zh"]) and not re.search("[\u4e00-\u9fff]", text["en"]), entry.key
