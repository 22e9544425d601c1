"""The audit: verdicts from runs, arithmetic by hand, contradictions of the plan, the report in every form."""

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from docx import Document

from scenarios.audit import arithmetic, audit, contradictions, verdicts
from scenarios.audit.charts import picture
from scenarios.audit.parts import GAPS, GROUPS
from scenarios.audit.report import build
from scenarios.audit.texts import say
from scenarios.cli import main
from scenarios.reports import fonts
from scenarios.reports.write import WRITERS
from scenarios.runner import run, run_all
from sim.catalogue import indicators
from sim.data import load_pack
from sim.data.plan import Figure, Statement


@pytest.fixture(scope="module")
def result():
    return run("baseline", scale=0.002, replicates=2, workers=1, progress=False, detail="counties")


@pytest.fixture(scope="module")
def found(result):
    return audit(result)


def with_values(result, year: int, **by_indicator):
    """The same runs with other numbers of the city in a year, one a future."""
    values = result.values.copy()
    at, city = result.years.index(year), result.places.index(result.pack.city_id)
    for name, numbers in by_indicator.items():
        values[0, :, at, city, result.indicators.index(name)] = numbers
    return replace(result, values=values)


def verdict(found, key: str, year: int):
    return next(x for x in found.verdicts if x.target.key == key and x.year == year)


def test_verdicts_follow_from_the_runs(result):
    """Target 70 % in 2025: 70.5 and 69.5 reach it in one of two futures, on average exactly; two of 69 in none."""
    x = verdict(audit(with_values(result, 2025, urbanisation_rate=(70.5, 69.5))), "1", 2025)
    assert (x.kind, x.reached, x.futures) == (verdicts.PARTLY, 1, 2)
    assert x.gap == pytest.approx(0.0) and (x.least, x.most) == (69.5, 70.5)
    x = verdict(audit(with_values(result, 2025, urbanisation_rate=(69.0, 69.0))), "1", 2025)
    assert (x.kind, x.reached) == (verdicts.MISSED, 0) and x.gap == pytest.approx(-1.0)


def test_inequalities_and_larger_units_are_judged_as_written(result):
    """More than 350 (10 000 persons): 3 500 000 is not more. Lower is better for the ratio: below 1.8 by 2035."""
    x = verdict(audit(with_values(result, 2025, urban_residents=(3_500_000, 3_500_001))), "T1", 2025)
    assert (x.reached, x.figure.value) == (1, 3_500_000.0)
    x = verdict(audit(with_values(result, 2035, income_ratio=(1.8, 1.79))), "20", 2035)
    assert x.reached == 1


def test_targets_that_no_future_reaches_together(result):
    """One future has the urban share and not the residents, the other the opposite."""
    both = with_values(result, 2025, urbanisation_rate=(71.0, 69.0), urban_residents=(3.4e6, 3.6e6))
    pairs = [p.keys for p in audit(both).never_together if p.year == 2025]
    assert ("1", "T1") in pairs
    met = with_values(result, 2025, urbanisation_rate=(71.0, 69.0), urban_residents=(3.6e6, 3.4e6))
    assert ("1", "T1") not in [p.keys for p in audit(met).never_together if p.year == 2025]


def test_inputs_are_not_judged_and_provincial_targets_have_no_number(found):
    assert verdict(found, "12", 2025).kind == verdicts.TRACKED
    x = verdict(found, "18", 2025)
    assert x.kind == verdicts.BY_PROVINCE and x.figure is None
    for x in found.verdicts:
        assert (x.kind in verdicts.JUDGED) == (x.futures > 0)
        tracked = x.entry.basis == "tracked" and x.figure is not None
        assert (x.kind == verdicts.TRACKED) == tracked, x.target.key


def test_every_row_of_the_plan_with_a_target_is_in_the_audit(found):
    aims = {key for key, t in load_pack().targets.items() if any(s is not None for s in t.stated.values())}
    assert {x.target.key for x in found.verdicts} == aims


def test_years_that_were_not_run_stay_unjudged():
    short = audit(run("baseline", end=2022, scale=0.001, replicates=1, workers=1, progress=False, detail="city"))
    assert {x.kind for x in short.verdicts} == {verdicts.OUTSIDE, verdicts.TRACKED, verdicts.BY_PROVINCE}
    assert not short.together and not short.ties


# Arithmetic by hand, for three targets


def test_residents_implied_by_the_urban_share_by_hand():
    # 3.5 million / 70 % = 5.0 million by 2025; 4.0 million / 75 % = 5.333 million by 2035
    assert arithmetic.implied_residents(3.5e6, 70.0) == pytest.approx(5.0e6)
    assert arithmetic.implied_residents(4.0e6, 75.0) == pytest.approx(5_333_333.33, abs=0.01)


def test_arrivals_needed_by_hand(result):
    """Base 4.80 million, births 30 000 and deaths 40 000 a year: (5.0 - 4.8 million + 50 000) / 5 = 50 000 a year."""
    made = with_values(result, 2020, residents=(4.8e6, 4.8e6))
    for year in range(2021, 2026):
        made = with_values(made, year, births=(3e4, 3e4), deaths=(4e4, 4e4), arrivals=(7e4, 9e4), departures=(3e4, 3e4))
    made = with_values(made, 2025, residents=(4.95e6, 5.05e6))
    tie = next(t for t in arithmetic.ties(made) if t.name == "residents" and t.year == 2025)
    assert tie.step("implied").result == pytest.approx(5.0e6)
    assert tie.step("natural").result == pytest.approx(-5e4)
    assert tie.step("needed").result == pytest.approx(5e4)
    assert tie.step("came").result == pytest.approx(5e4)  # (40 000 + 60 000) / 2
    assert (tie.holding, tie.futures) == (1, 2)
    assert tie.step("share").result == pytest.approx(70.0)  # 3.5 million of 5.0 million on average


def test_beds_and_places_by_hand(result):
    """6.15 per 1000 x 5.0 million = 30 750 beds; (80 + 40) per 1000 x 3.5 million = 420 000 school places; 40 per 1000
    x 3.5 million = 140 000 in kindergartens; 14 100 households less 8 100 homes = 6 000."""
    made = with_values(result, 2025, school_age_children=(4e5, 4e5), urbanisation_rate=(70.0, 70.0))
    ties = {t.name: t for t in arithmetic.ties(made) if t.year == 2025}
    assert ties["beds"].step("beds_wanted").result == pytest.approx(30_750)
    assert ties["schools"].step("places_wanted").result == pytest.approx(420_000)
    assert ties["schools"].step("children").result == pytest.approx(280_000)
    assert ties["schools"].step("places_per_child").result == pytest.approx(1.5)
    assert ties["schools"].holding == 0
    assert ties["kindergartens"].step("kindergarten_wanted").result == pytest.approx(140_000)
    assert ties["homes"].step("homes_left").result == pytest.approx(6_000)
    assert ties["homes"].step("homes_for_migrants").result == pytest.approx(100 * 5100 / 8100)


# The plan against itself


def test_contradictions_of_the_plan_are_found():
    pack = load_pack()
    kinds = {(c.kind, c.target, str(c.first.figure), str(c.second.figure))
             for c in contradictions.find(pack.targets, pack.statements)}  # fmt: skip
    assert (contradictions.LOOSER, "20", "<=1.9", "1.85") in kinds  # chapter 2 against Table 1
    assert (contradictions.LOOSER, "8", ">22.5", "23.76") in kinds
    assert (contradictions.ALREADY, "20", "1.87", "1.87") in kinds  # seen in 2021, an aim for 2023
    assert (contradictions.ALREADY, "22", "100", "100") in kinds
    assert (contradictions.TWO_FIGURES, "", "4", "5") in kinds  # four axes in the text, five in its footnote
    assert (contradictions.SLOWER, "8", "23.76", "20.0") in kinds
    assert (contradictions.NO_CHANGE, "14", "75", "75") in kinds
    agreeing = {"S01", "S02", "S09", "S11", "S12", "S17"}
    assert not {s.target for s in pack.statements if s.key in agreeing} & {t for _, t, *_ in kinds}


def test_a_statement_that_agrees_is_no_contradiction_and_one_that_does_not_is():
    target = load_pack().targets["4"]
    said = Statement("S", "4", target.title, "target", 2025, Figure(2803.0), target.unit, "7.2", {"zh": "", "en": ""})
    assert contradictions.find({"4": target}, [said]) == []
    (found,) = contradictions.find({"4": target}, [replace(said, figure=Figure(2900.0))])
    assert found.kind == contradictions.TWO_FIGURES and found.second.place == contradictions.TABLE


# The report


@pytest.fixture(scope="module")
def reports(found):
    return {lang: build(found, lang) for lang in ("zh", "en")}


def words(report) -> str:
    parts = [report.title]
    for block in report.blocks:
        parts += [block.text, *(p.title for p in block.pictures)]
        if block.table:
            parts += [*block.table.head, *(cell for row in block.table.rows for cell in row)]
    return "\n".join(parts)


def test_every_sentence_is_in_both_languages():
    for key, pair in say.all.items():
        assert set(pair) == {"zh", "en"} and all(pair.values()), key
        blanks = [sorted(re.findall(r"\{(\w+)", text)) for text in pair.values()]
        assert set(blanks[0]) == set(blanks[1]), key


def test_report_has_the_same_parts_and_rows_in_both_languages(reports):
    shapes = [
        [(b.kind, b.level, len(b.table.rows) if b.table else 0, len(b.pictures)) for b in r.blocks]
        for r in reports.values()
    ]
    assert shapes[0] == shapes[1]
    assert not re.search("[一-鿿]", words(reports["en"]))


def test_report_names_indicators_as_the_plan_does(reports):
    said = words(reports["zh"])
    for target in load_pack().targets.values():
        assert target.title["zh"] in said
    assert "未达到" in said and "由省下达，规划无数值" in said and "输入值，不评判" in said


def test_rates_differ_in_percentage_points_and_never_in_percent(reports):
    for lang, points in (("zh", "百分点"), ("en", "percentage points")):
        gaps = [
            line
            for block in reports[lang].blocks if block.table
            for row in block.table.rows for cell in row for line in cell.split("\n")
            if line.startswith(("相差", "off by"))
        ]  # fmt: skip
        assert gaps and not any("%" in line for line in gaps)
        assert any(points in line for line in gaps)


def test_summary_counts_what_the_tables_say(found, reports):
    judged = [x for x in found.verdicts if x.year == 2025 and x.kind in verdicts.JUDGED]
    missed = sum(x.kind == verdicts.MISSED for x in judged)
    line = next(b.text for b in reports["en"].blocks if b.text.startswith(f"Of the {len(judged)} targets of 2025"))
    assert f"and {missed} in none" in line
    reached = sum(x.kind == verdicts.REACHED for x in judged)
    assert words(reports["en"]).count("√ reached") == sum(x.kind == verdicts.REACHED for x in found.verdicts) >= reached


def test_report_in_every_form(reports):
    for form, write in WRITERS.items():
        data = write(reports["zh"])
        if form == "docx":
            document = Document(BytesIO(data))
            text = "\n".join(p.text for p in document.paragraphs)
            assert len(document.inline_shapes) == 4 and len(document.tables) > 10
            fonts_set = document.styles["Normal"].element.xpath(".//w:rFonts/@w:eastAsia")
            assert fonts_set == ["Microsoft YaHei"]
        else:
            text = data.decode()
            assert text.count("<svg") + text.count("image/svg+xml") >= 4
        assert reports["zh"].title in text
    assert WRITERS["md"](reports["zh"]) == WRITERS["md"](reports["zh"])


def test_charts_show_the_range_and_the_targets(result):
    spec = picture(result, "urbanisation_rate", "zh").spec
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["area", "line", "point"]
    rows = [v for layer in spec["layer"] for v in layer.get("data", {}).get("values", [])]
    rows += [row for named in spec.get("datasets", {}).values() for row in named]
    assert {r["value"] for r in rows if "value" in r} == {69.0, 70.0, 75.0}
    low = {r["year"]: (r["least"], r["most"]) for r in rows if "least" in r}
    series = result.series("urbanisation_rate", result.pack.city_id)[:, -1]
    assert low[2035] == (series.min(), series.max())


def test_chinese_font_is_found_by_its_glyphs(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "font_folders", lambda: [tmp_path])
    fonts.chinese_font.cache_clear()
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"no font")
    assert fonts.chinese_font() is None
    fonts.chinese_font.cache_clear()


def test_groups_and_gaps_of_the_report_are_indicators():
    assert {f"{what}_{g}" for what in ("income", "services") for g in GROUPS} | set(GAPS) <= set(indicators())


QUICK = ["--scale", "0.001", "--replicates", "1", "--end", "2025", "--workers", "1", "--lang", "en"]


def test_command_prints_and_writes_and_refuses(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["audit", "baseline", *QUICK]) == 0
    assert "Targets that hang together" in capsys.readouterr().out
    assert main(["audit", "baseline", *QUICK, "--out", "report.html"]) == 0
    first = (tmp_path / "report.html").read_bytes()
    assert main(["audit", "baseline", *QUICK, "--out", "report.html"]) == 2
    assert "is there already; add --force" in capsys.readouterr().err
    assert main(["audit", "baseline", *QUICK, "--out", "report.pdf"]) == 2
    assert "must be one of md, html, docx, got 'pdf'" in capsys.readouterr().err
    assert main(["audit", "baseline", *QUICK, "--out", "nowhere/report.md"]) == 2
    assert main(["audit", "basline", *QUICK]) == 2 and "did you mean 'baseline'" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_bytes() == first


def test_a_chinese_report_warns_where_no_font_has_chinese_glyphs(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("scenarios.audit.command.chinese_font", lambda: None)
    argv = [*QUICK[:-1], "zh", "--format", "md", "--out", str(tmp_path / "r.md")]
    assert main(["audit", "baseline", *argv]) == 0
    assert "未找到中文字体" in capsys.readouterr().err


def test_the_budget_limited_mix_costs_less_than_half_of_the_plan_as_written():
    planned, limited = (
        r.series("programme_cost", r.pack.city_id)[:, 1:].sum()
        for r in run_all(["as_planned", "budget_limited"], scale=0.002, end=2024, replicates=1, workers=1,
                         progress=False, detail="city")
    )  # fmt: skip
    assert 0.0 < limited < 0.5 * planned


def test_base_year_off_the_plan_is_said(result):
    made = with_values(with_values(result, 2020, income_ratio=(1.7, 1.7)), 2025, income_ratio=(1.6, 1.6))
    x = verdict(audit(made), "20", 2025)
    assert x.base_differs and x.by_change == pytest.approx(1.8)  # 1.9 + 1.6 - 1.7
    assert "the simulated base of 2020 is 1.700, the plan's 1.900" in words(build(audit(made), "en"))
    assert np.isfinite(x.gap)


def test_a_figure_missed_by_a_fen_is_reached():
    half, over = Figure(50.0, ">="), Figure(50.0, ">")
    nearly = 100.0 * (5_000_000_000 - 1) / 10_000_000_000  # one fen short of half of a hundred million yuan
    assert half.met(nearly, "higher") and not over.met(nearly, "higher") and not half.met(49.99, "higher")
    assert Figure(1.85).met(1.85 + 1e-12, "lower") and not Figure(1.8, "<").met(1.8 - 1e-12, "lower")
