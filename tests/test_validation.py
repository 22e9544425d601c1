"""The validation report: it follows from the runs, in both languages; what is wrong is refused before a run."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest

from calibration.forecast_test import LEVELS, MEASURES
from calibration.targets import targets
from calibration.validation.evidence import Evidence, fits, gather, holds, observed_pattern, pattern_list
from calibration.validation.report import build, scores_csv, targets_csv
from calibration.validation.texts import texts
from scenarios.cli import main
from scenarios.reports.write import html, markdown
from sim.data import load_pack

OPTIONS = ["--sets", "2", "--scale", "0.01"]


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def evidence(pack) -> Evidence:
    return gather(pack, sets=2, scale=0.01, seed=1)


def test_every_sentence_is_there_in_both_languages():
    for key, said in texts().items():
        assert set(said) == {"zh", "en"} and said["zh"] and said["en"], key
        blanks = [sorted(re.findall(r"{(\w+)", said[lang])) for lang in ("zh", "en")]
        assert blanks[0] == blanks[1], key
        assert key in ("model_priors",) or not re.search(r"[\u4e00-\u9fff]", said["en"]), key


def test_both_languages_say_the_same(evidence):
    zh, en = (build(evidence, lang) for lang in ("zh", "en"))
    assert [b.kind for b in zh.blocks] == [b.kind for b in en.blocks]
    for a, b in zip(zh.blocks, en.blocks, strict=True):
        if a.table:
            assert len(a.table.rows) == len(b.table.rows)
            assert {len(r) for r in a.table.rows} == {len(a.table.head)}
    assert "江门" in zh.title and "Jiangmen" in en.title


def test_it_can_be_written(evidence):
    report = build(evidence, "en")
    text, page = markdown(report).decode(), html(report).decode()
    assert text.count("data:image/svg") == page.count("<figure>") == 4
    assert "cohort-component" in page and "nothing is fitted" in text


def test_the_summary_counts_what_the_table_shows(evidence):
    ratios = [evidence.test.ratio(level, m) for level in LEVELS for m in MEASURES]
    text = markdown(build(evidence, "en")).decode()
    assert f"reaches it in {sum(r <= 0.7 for r in ratios)} of 6" in text
    assert text.count("Not reached:") == sum(r > 0.7 for r in ratios)


def test_interval_worked_by_hand(pack):
    share = next(t for t in targets(pack) if t.measure.measure == "college_share")
    t = replace(share, value=20.0, sampling=0.0, definition=1.0, quality=0.0)
    assert t.sd == 1.0
    # median 5 above; futures reach 3 below it, the target 1.2816: together 3.262
    assert not holds(t, 22.0, 25.0, 40.0)
    # 4.9 below and 1.2816: together 5.065
    assert holds(t, 20.1, 25.0, 26.0)
    assert holds(t, 19.0, 19.0, 20.0) and not holds(t, 10.0, 15.0, 15.0)


def test_deviations_are_those_of_the_runs(evidence):
    by_id = {f.target.id: f for f in fits(evidence)}
    i = [t.id for t in evidence.targets].index("residents/440703")
    column = evidence.priors.values[:, i]
    found = by_id["residents/440703"]
    assert found.median == pytest.approx(np.median(column))
    assert found.deviation == pytest.approx(np.log(np.median(column) / 853007) / found.target.sd)


def test_patterns_are_held_against_the_census(evidence, pack):
    assert observed_pattern(pack, "one_person")[0] == f"{408482 / 219442:.2f}"
    east, west = (float(x) for x in observed_pattern(pack, "cohort")[0].split(" / "))
    assert east == pytest.approx(np.mean([1.8732, 2.0104, 1.006, 1.125]), abs=0.01) and west < 0.8
    for p in pattern_list(pack):
        parts = [evidence.priors.patterns[name] for name in p.parts]
        assert p.holds(*parts).shape == (2,)


def test_conditions_of_patterns_by_hand(pack):
    held = {p.key: p.holds for p in pattern_list(pack)}
    yes, no = np.array([1.0]), np.array([2.0])
    assert held["slowing"](no, yes) and not held["slowing"](yes, no)
    assert held["cohort"](no, yes) and not held["cohort"](yes, no)
    assert held["distance"](np.array([-0.9])) and not held["distance"](np.array([-2.0]))
    assert held["one_person"](np.array([1.86])) and not held["one_person"](np.array([3.0]))
    assert held["partial"](np.array([2.0])) and not held["partial"](np.array([40.0]))


def test_tables_hold_every_target_and_score(evidence):
    rows = list(csv.DictReader(targets_csv(evidence).splitlines()))
    assert [r["target"] for r in rows] == [t.id for t in evidence.targets]
    assert sum(int(r["left_out"]) for r in rows) == sum(t.left_out for t in evidence.targets)
    scores = list(csv.DictReader(scores_csv(evidence).splitlines()))
    assert len(scores) == len(evidence.test.scores)


def test_the_command_writes_the_same_bytes_again(tmp_path, evidence, capsys):
    out = tmp_path / "report"
    assert main(["validate", *OPTIONS, "--out", str(out), "--lang", "zh", "--workers", "1"]) == 0
    names = {"validation_zh.md", "validation_zh.html", "targets.csv", "forecast_test.csv"}
    assert {p.name for p in out.iterdir()} == names
    assert (out / "validation_zh.md").read_bytes() == markdown(build(evidence, "zh"))
    assert (out / "targets.csv").read_text(encoding="utf-8") == targets_csv(evidence)
    capsys.readouterr()
    assert main(["validate", *OPTIONS, "--out", str(out), "--lang", "zh"]) == 2
    assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--scale", "0"], "above 0"), (["--sets", "1"], "2 or more"), (["--out", "file"], "is a file")],
)
def test_what_is_wrong_is_refused_before_a_run(tmp_path, monkeypatch, capsys, more, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setattr("calibration.runs.run_task", lambda task: pytest.fail("ran"))
    assert main(["validate", *more, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
