"""The documentation site: nothing is missing, links lead somewhere, pages come in both languages. Built when slow."""

import re
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.cli import make_parser
from scenarios.scenario import load
from sim import catalogue
from sim.catalogue.lever_fields import rule_names
from sim.data import load_pack
from ui.teach import words

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS))

from making import api, checks, glossary, guide, reference, rule_files, site  # noqa: E402

PAGES = sorted(p.stem for p in (DOCS / "zh").glob("*.md"))


def text(lang: str, page: str) -> str:
    return (DOCS / lang / f"{page}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "_generated"
    site.write_pages(folder)
    return folder


def test_every_entry_has_a_place_in_both_languages(generated):
    found = set()
    for page in generated.rglob("*.md"):
        found |= set(re.findall(r"^\(([\w-]+)\)=$", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(checks.entries()) > 500
    lacking = [
        e for e in checks.entries() for lang in reference.LANGUAGES if reference.label(e[0], lang, e[1]) not in found
    ]
    assert lacking == []


def test_a_page_for_every_module_names_all_that_is_public(generated):
    listed = (generated / "api" / "index.rst").read_text(encoding="utf-8").split()
    for module, path in api.modules().items():
        assert module in listed
        page = (generated / "api" / f"{module}.rst").read_text(encoding="utf-8")
        said = re.findall(r"^\.\. (?:autofunction|autoclass|py:data):: ([\w.]+)$", page, re.MULTILINE)
        public = {n.name for n in api.public(path.read_text(encoding="utf-8"))}
        assert {s.rsplit(".", 1)[-1] for s in said} == public, module


def test_public_names_are_read_as_a_reader_would():
    source = (
        '"""M."""\nA, _B = 1, 2  # two\nC: int = 3\n\ndef f(): ...\ndef _g(): ...\nclass K:\n    def m(self): ...\n'
    )
    found = {n.name: n for n in api.public(source)}
    assert set(found) == {"A", "C", "f", "K"}
    assert found["A"].about == "two" and found["K"].members == ("m",)


def test_docstrings_become_text_that_means_itself():
    assert api.as_rst(["Sum *of* `x` | y_."]) == ["Sum \\*of\\* \\ ``x``\\  \\| y\\_.", ""]
    assert api.as_rst(["Head:", "", "  a = b * c"]) == ["Head:", "", "::", "", "     a = b * c", ""]


def test_every_rule_is_called_something():
    files = {p.stem for p in rule_files.rule_files()}
    assert set(catalogue.rule_titles()) == files | set(rule_names())
    for key, title in catalogue.rule_titles().items():
        assert re.search("[\u4e00-\u9fff]", title["zh"]) and not re.search("[\u4e00-\u9fff]", title["en"]), key


def test_units_are_read_by_people_in_both_languages():
    roles = (catalogue.levers, catalogue.assumptions, catalogue.parameters, catalogue.indicators, catalogue.shock_kinds)
    units = {e.unit for role in roles for e in role().values()}
    assert [u for u in sorted(units) if re.search("[a-z]{2}_", reference.unit("zh", u))] == []


def test_terms_speak_both_languages_and_point_at_something(tmp_path):
    assert len(glossary.terms()) > 40
    bad = tmp_path / "terms.yaml"
    bad.write_text("- {zh: 词, en: word, see: lever nothing, about: {zh: 词, en: word}}", encoding="utf-8")
    with pytest.raises(ValueError, match="no lever 'nothing'"):
        glossary.terms(bad)


# Pages written by hand


def test_pages_come_in_pairs():
    english = {p.stem for p in (DOCS / "en").glob("*.md")}
    assert set(PAGES) - {"odd"} == english  # the English ODD is docs/model.md
    for page in english - {"index"}:
        for mark in (r"^#+ ", r"^\|", r"^```", r"^\d\. "):
            counts = [len(re.findall(mark, text(lang, page), re.MULTILINE)) for lang in reference.LANGUAGES]
            assert counts[0] == counts[1], (page, mark)


def test_links_of_the_sources_lead_somewhere(generated):
    assert checks.dead_in_sources(DOCS, generated) == []


def test_a_dead_link_in_a_source_is_found(tmp_path):
    (tmp_path / "a.md").write_text(
        "(here)=\n# A\n[b](b.md) [here](#here) [c](c.md) [there](#there)\n", encoding="utf-8"
    )
    (tmp_path / "b.md").write_text("# B\n", encoding="utf-8")
    assert checks.dead_in_sources(tmp_path, tmp_path / "none") == ["a.md: #there", "a.md: c.md"]


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_pages_exist(page):
    parser = make_parser("en")
    known = next(a for a in parser._actions if hasattr(a, "choices") and a.choices and "run" in a.choices).choices
    for lang in reference.LANGUAGES:
        if (DOCS / lang / f"{page}.md").exists():
            assert set(re.findall(r"(?:^|`)jiangmen (\w+)", text(lang, page), re.MULTILINE)) <= set(known)


def test_the_scenario_of_the_page_can_be_used(tmp_path):
    for lang in reference.LANGUAGES:
        file = tmp_path / "my.yaml"
        file.write_text(re.search(r"```yaml\n(.*?)```", text(lang, "researcher"), re.DOTALL)[1], encoding="utf-8")
        assert {s.lever for s in load(str(file)).settings} >= {"permit_parity", "job_growth_tertiary", "new_homes"}


# Another city's pack, made by following the page


def blocks(lang: str, kind: str) -> list[str]:
    return re.findall(rf"```python {kind}\n(.*?)```", text(lang, "data_pack"), re.DOTALL)


def test_a_second_pack_is_made_by_following_the_page(tmp_path, monkeypatch, capsys):
    (script,) = blocks("en", "pack")
    assert blocks("zh", "pack") == [script] and blocks("zh", "run") == blocks("en", "run")
    monkeypatch.chdir(tmp_path)
    exec(compile(script, "make_pack.py", "exec"), {})
    pack = load_pack(tmp_path / "riverside")
    assert pack.title_en == "Riverside" and pack.city_id == "900000" and len(pack.counties) == 2
    assert pack.town_residents(2020).sum() == pack.county_value("resident_population", 2020).sum() > 500_000
    assert "14" in capsys.readouterr().out
    assert "4407" not in (tmp_path / "riverside" / "places.csv").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_second_city_lives(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind in ("pack", "run"):
        exec(compile(blocks("en", kind)[0], f"{kind}.py", "exec"), {})
    assert 800_000 < float(capsys.readouterr().out.split()[-1]) < 900_000


# The teacher's guide


@pytest.fixture(scope="module")
def taught():
    size = guide.Size(scale=0.001, futures=2, large=0.002, end=2022)
    return guide.find(guide.lessons()[0], size), size


def test_the_guide_says_what_the_run_says(taught):
    found, size = taught
    lesson, pairs = found.lesson, found.evidence.small
    for lang in reference.LANGUAGES:
        page = guide.page(lang, [found], size)
        assert f"(teacher-guide-{lang})=" in page and lesson.title[lang] in page
        assert len(re.findall(r"^1\. ", page, re.MULTILINE)) == len(lesson.questions) == 5
        for figure in lesson.chain:
            change = pairs.change(figure.indicator, figure.place)
            level = words.Unit(lang, figure, pairs).level(change.current)
            assert level in page and f"| {change.up}/2 |" in page
        assert all(f"| {judged.cost:.0f} |" in page for _, judged in found.tried)
        assert len(found.tried) == len(guide.TRIED)


def test_another_seed_gives_other_numbers(taught):
    found, size = taught
    other = guide.find(found.lesson, replace(size, seed=2))
    assert guide.page("en", [other], size) != guide.page("en", [found], size)


def test_every_lesson_has_a_text_and_every_misconception_a_figure(monkeypatch):
    assert len(guide.lessons()) == len(guide.texts()["lessons"]) >= 7
    for text in guide.texts()["lessons"].values():
        assert set(text["point"]) == {"zh", "en"} and len(text["misconceptions"]) >= 2
        assert {m["look"] for m in text["misconceptions"]} <= set(catalogue.indicators())
        assert all(m["zh"] and m["en"] for m in text["misconceptions"])
    monkeypatch.setattr(guide, "texts", lambda: {"lessons": {"push_and_pull": {}}})
    with pytest.raises(ValueError, match="no text of"):
        guide.lessons()


def test_minutes_of_the_guide_fill_the_hours():
    for lang in reference.LANGUAGES:
        for hour in guide.texts()["hours"]:
            spans = [(a, b) for a, b, _ in hour[lang]]
            assert spans[0][0] == 0 and spans[-1][1] == 45
            assert all(b == c for (_, b), (c, _) in zip(spans, spans[1:], strict=False))
        assert sum(minutes for minutes, _ in guide.texts()["steps"][lang]) == 15


# The finished site


def small_site(folder: Path, names: set[str]) -> Path:
    """What Sphinx leaves, as far as the checks read it."""
    rows = "".join(f"{n} {'py:function' if '.' in n else 'std:label'} 1 a.html -\n" for n in names)
    head = b"# Sphinx inventory version 2\n# Project: p\n# Version: 1\n# zlib\n"
    (folder / "objects.inv").write_bytes(head + zlib.compress(rows.encode()))
    (folder / "a.html").write_text('<a id="x" href="#x">x</a><a href="https://example.org/">out</a>', encoding="utf-8")
    return folder


def test_a_missing_name_is_told(tmp_path):
    names = set(checks.wanted())
    assert list(checks.complaints(small_site(tmp_path, names))) == []
    for gone in (
        "lever-zh-new_homes",
        "parameter-en-consider_rate",
        "indicator-en-residents",
        "sim.model.CityModel.step",
    ):
        assert checks.missing(small_site(tmp_path, names - {gone})) == [gone]


def test_dead_links_and_foreign_scripts_are_told(tmp_path):
    small_site(tmp_path, checks.wanted())
    (tmp_path / "b.html").write_text(
        '<a href="a.html#x">a</a><a href="a.html#y">a</a><a href="c.html">c</a>'
        '<script src="https://cdn.example.org/a.js"></script><link rel="stylesheet" href="//fonts.example.org/a.css">',
        encoding="utf-8",
    )
    (tmp_path / "s.css").write_text("@font-face {src: url(https://example.org/a.woff)}", encoding="utf-8")
    assert checks.dead_links(tmp_path) == ["b.html: a.html#y", "b.html: c.html"]
    assert len(checks.fetched_from_elsewhere(tmp_path)) == 3


@pytest.mark.slow
def test_the_site_is_built_without_a_complaint(tmp_path):
    pytest.importorskip("sphinx", reason="the docs extra is not installed: make slow installs it")
    built = site.build(tmp_path)
    assert (built / "index.html").is_file() and (built / "searchindex.js").stat().st_size > 100_000
