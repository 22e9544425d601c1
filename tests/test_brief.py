"""The briefing: its figures are those of the runs, in every form and both languages; risks follow from the runs."""

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from docx import Document

from scenarios.address import read_address
from scenarios.brief import Brief, without_policy
from scenarios.brief.findings import risks
from scenarios.brief.report import build
from scenarios.brief.texts import say
from scenarios.cli import main
from scenarios.comparing import compare
from scenarios.reports.write import WRITERS
from scenarios.runner import run_all
from scenarios.scenario import load
from scenarios.tables import number
from ui.export import briefing

QUERY = "permit_parity=1&new_homes.east=4000&a.migrant_pool=1.1&seed=4&futures=3&scale=0.002"
ADDRESS = read_address(QUERY)
DAY = "2026-01-02"


@pytest.fixture(scope="module")
def brief() -> Brief:
    return Brief(*run_all([ADDRESS.baseline, ADDRESS.scenario], detail="counties", progress=False, **ADDRESS.options))


@pytest.fixture(scope="module")
def reports(brief):
    return {lang: build(brief, lang, DAY) for lang in ("zh", "en")}


def words(report) -> str:
    parts = [report.title, report.footer]
    for block in report.blocks:
        parts += [block.text, *(p.title for p in block.pictures)]
        if block.table:
            parts += [*block.table.head, *(cell for row in block.table.rows for cell in row)]
    return "\n".join(parts)


def moved(brief: Brief, indicator: str, by: tuple[float, ...], place: str = "") -> Brief:
    """The same pairs, but an indicator of the scenario is the baseline's and so much more, a number a future."""
    values, base = brief.scenario.values.copy(), brief.baseline.values
    p, i = brief.scenario.places.index(place or brief.city), brief.scenario.indicators.index(indicator)
    values[0, :, -1, p, i] = base[0, :, -1, p, i] + np.array(by)
    return Brief(brief.baseline, replace(brief.scenario, values=values))


def test_every_sentence_is_in_both_languages():
    for key, pair in say.all.items():
        assert set(pair) == {"zh", "en"} and all(pair.values()), key
        blanks = [set(re.findall(r"\{(\w+)", text)) for text in pair.values()]
        assert blanks[0] == blanks[1], key


def test_both_languages_have_the_same_parts_and_english_has_no_chinese(reports):
    shapes = [[(b.kind, b.level, len(b.table.rows) if b.table else 0) for b in r.blocks] for r in reports.values()]
    assert shapes[0] == shapes[1]
    assert not re.search("[一-鿿]", words(reports["en"]))
    headings = [b.text for b in reports["zh"].blocks if b.kind == "heading" and b.level == 1]
    assert [h[2:] for h in headings[:7]] == [
        "背景",
        "情景设定",
        "主要结论",
        "与规划目标对照",
        "分区与人群影响",
        "风险",
        "局限",
    ]


def test_effects_are_the_paired_differences_of_compare(brief):
    table = compare([brief.baseline, brief.scenario])
    row = table.query("indicator == 'residents' and place == '440781' and year == 2035").iloc[0]
    e = brief.effect("residents", "440781")
    assert (e.difference, e.low, e.high) == (row["difference"], row["low"], row["high"])
    assert e.up + e.down <= e.futures == row["futures"] == 3
    assert f"{number(e.after, 'persons', 'zh')}\n" in words(build(brief, "zh", DAY))


def test_the_app_writes_the_same_briefing_as_the_command_line(brief, monkeypatch):
    for name in ("JIANGMEN_APP_SCALE", "JIANGMEN_APP_REPLICATES"):
        monkeypatch.delenv(name, raising=False)
    ours = re.sub(rb"\d{4}-\d\d-\d\d", b"", briefing(ADDRESS, "zh", "html"))
    theirs = re.sub(rb"\d{4}-\d\d-\d\d", b"", WRITERS["html"](build(brief, "zh", DAY)))
    assert ours == theirs


def test_the_appendix_repeats_the_run(brief, reports):
    line = next(b.text for b in reports["en"].blocks if b.text.startswith("jiangmen run --from-url"))
    back = read_address(re.search(r'"(.+)"', line)[1])
    assert back.problems == () and back.options == ADDRESS.options
    assert back.scenario.hash == brief.scenario.scenario.hash
    assert brief.scenario.scenario.hash in words(reports["en"])


def test_a_scenario_without_policy_is_the_baseline_in_every_future():
    base = run_all([load("baseline")], detail="counties", progress=False, scale=0.001, replicates=2, end=2022)[0]
    report = build(Brief(base, base), "en", DAY)
    assert "No lever is moved." in words(report) and "the same as the baseline in all 2 futures" in words(report)
    assert "Nothing is worse" in words(report) or "nothing is worse" in words(report)
    assert without_policy(load("strong_neighbours")).assumptions  # assumptions stay in the baseline


def test_risks_are_those_that_all_futures_show(brief):
    text = "\n".join(b.text for b in risks(moved(brief, "income_lowest_fifth", (-500.0, -510.0, -505.0)), "en"))
    assert "fifth with the lowest income (-505 yuan of 2020, 3 of 3)" in text
    text = "\n".join(b.text for b in risks(moved(brief, "income_lowest_fifth", (-900.0, 800.0, -500.0)), "en"))
    assert "fifth with the lowest income" not in text
    text = "\n".join(b.text for b in risks(moved(brief, "rent_burden", (1.0, 1.1, 0.9)), "zh"))
    assert "1.00 百分点（3 种未来中 3 种）" in text
    text = "\n".join(b.text for b in risks(moved(brief, "residents", (-4e3, -5e3, -6e3), "440785"), "zh"))
    assert "恩平市（-0.50 万人，3 种中 3 种）" in text


def test_every_form_has_the_footer_the_fonts_and_no_address_outside(reports):
    html = WRITERS["html"](reports["zh"]).decode()
    assert "size: A4" in html and html.count("<svg") == 4 and "情景推演，不构成预测 · 种子 4" in html
    assert not re.search(r'(src|href)="?http|url\(', html) and "FOOTER" not in html
    document = Document(BytesIO(WRITERS["docx"](reports["zh"])))
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert "种子 4" in section.footer.paragraphs[0].text and len(document.inline_shapes) == 4
    assert document.styles["Normal"].element.xpath(".//w:rFonts/@w:eastAsia") == ["Microsoft YaHei"]
    assert "## 1. Situation" in WRITERS["md"](reports["en"]).decode()


def test_the_command_refuses_before_it_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["brief", "--lang", "en"]) == 2 and "needs a scenario" in capsys.readouterr().err
    assert main(["brief", "basline", "--lang", "en"]) == 2 and "did you mean 'baseline'" in capsys.readouterr().err
    assert main(["brief", "baseline", "--out", "b.pdf", "--lang", "en"]) == 2
    assert "must end in one of md, html, docx" in capsys.readouterr().err
    quick = ["--scale", "0.001", "--replicates", "1", "--end", "2022", "--workers", "1", "--lang", "zh"]
    assert main(["brief", "hukou_open", *quick, "--out", "b.md"]) == 0
    assert "scenario.yaml" in (tmp_path / "b.md").read_text(encoding="utf-8")
    assert main(["brief", "hukou_open", *quick, "--out", "b.md"]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["b.md"]
