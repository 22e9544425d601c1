"""The command line: refusals (exit code 2, file, line and field, nothing written), tables, lists, speed."""

import json
import os
import subprocess
import sys
import time

import pytest
from helpers_scenarios import FakeCity, use_fake_city, write_scenario

from scenarios.cli import main


@pytest.fixture
def fake(monkeypatch):
    use_fake_city(monkeypatch)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


REFUSALS = {
    # body from line 2 on -> (line, field, words)
    "unknown lever": ("levers:\n  permit_party: 1\n", 3, "levers.permit_party", "did you mean 'permit_parity'"),
    "wrong unit": (
        "levers:\n  permit_parity:\n    440700: {value: 60, unit: percent}\n",
        4, "levers.permit_parity.440700.unit", "unit of permit_parity is share",
    ),
    "out of bounds": ("levers:\n  permit_parity:\n    east: 1.5\n", 4, "levers.permit_parity.east", "from 0 to 1"),
    "year before range": (
        "levers:\n  permit_parity:\n    east: {from: 2009, value: 1}\n",
        4, "levers.permit_parity.east.from", "2010 to 2050",
    ),
    "year after range": ("levers:\n  permit_parity:\n    2051: 1\n", 4, "levers.permit_parity.2051", "2010 to 2050"),
    "years run backwards": (
        "levers:\n  permit_parity:\n    2030: 1\n    2025: 0.5\n", 5, "levers.permit_parity.2025", "must ascend",
    ),
    "unknown place": ("levers:\n  permit_parity:\n    440799: 1\n", 4, "levers.permit_parity.440799", "unknown place"),
    "place by its name": (
        "levers:\n  permit_parity:\n    台城街道: 1\n", 4, "levers.permit_parity.台城街道", "did you mean '440781T01'",
    ),
    "overlap": (
        "levers:\n  permit_parity:\n    taikai: 1\n    county_seat: 0.5\n",
        4, "levers.permit_parity.taikai", "county_seat both hold 440781T01",
    ),
    "key twice": (
        "levers:\n  permit_parity: 1\n  permit_parity: 0.5\n", 4, "levers.permit_parity", "given twice",
    ),
    "key twice as number and text": (
        "levers:\n  permit_parity:\n    440700: 1\n    '440700': 0.5\n", 5, "levers.permit_parity.440700", "twice",
    ),
    "unknown extends": ("extends: base_line\n", 2, "extends", "did you mean 'baseline'"),
    "extends itself": ("extends: mine.yaml\n", 2, "extends", "circular: mine -> mine"),
    "extends a missing file": ("extends: other.yaml\n", 2, "extends", "no scenario file 'other.yaml'"),
    "unknown field": ("lever: {}\n", 2, "lever", "did you mean 'levers'"),
    "not a number": ("levers:\n  permit_parity: much\n", 3, "levers.permit_parity", "must be a number"),
    "an assumption among levers": ("levers:\n  fertility_level: 1\n", 3, "levers.fertility_level", "unknown lever"),
    "name missing a language": ("rationale: {zh: 甲}\n", 2, "rationale", "zh and one in en"),
    "alias": ("levers:\n  permit_parity: &a 1\n  rent_subsidy: *a\n", 4, "levers.rent_subsidy", "anchors"),
}  # fmt: skip


def refused(capsys, argv, folder):
    """Runs, and returns the one line on standard error; nothing may have run or been written."""
    before = sorted(folder.rglob("*"))
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("jiangmen: ") and shown.err.count("\n") == 1
    assert FakeCity.made == 0
    assert sorted(folder.rglob("*")) == before
    return shown.err


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_of_a_file(fake, here, capsys, case):
    body, line, field, words = REFUSALS[case]
    write_scenario(here, body)
    error = refused(capsys, ["run", "mine.yaml", "--out", "out", "--lang", "en"], here)
    assert f"mine.yaml, line {line}, field {field}: " in error
    assert words in error
    chinese = refused(capsys, ["run", "mine.yaml", "--out", "out", "--lang", "zh"], here)
    assert f"mine.yaml, 第 {line} 行, 字段 {field}: " in chinese
    assert chinese.split(": ", 2)[2] != error.split(": ", 2)[2]


def test_circular_extends_through_another_file(fake, here, capsys):
    write_scenario(here, "\nextends: b.yaml\n", "a.yaml")
    write_scenario(here, "extends: a.yaml\n", "b.yaml")
    error = refused(capsys, ["check", "a.yaml", "--lang", "en"], here)
    assert "b.yaml, line 2, field extends: circular: a -> b -> a" in error


def test_a_file_that_is_not_a_mapping(fake, here, capsys):
    (here / "list.yaml").write_text("- permit_parity\n- 1\n", encoding="utf-8")
    (here / "empty.yaml").write_text("", encoding="utf-8")
    (here / "broken.yaml").write_text("name: {zh: 甲, en: a}\nlevers: [1\n", encoding="utf-8")
    assert "list.yaml, line 1: a scenario must be a mapping" in refused(
        capsys, ["check", "list.yaml", "--lang", "en"], here
    )
    assert "empty.yaml, line 1: a scenario must be a mapping" in refused(
        capsys, ["run", "empty.yaml", "--out", "out", "--lang", "en"], here
    )
    assert "broken.yaml, line 3: not valid YAML" in refused(capsys, ["check", "broken.yaml", "--lang", "en"], here)


def test_a_file_that_is_not_utf8(fake, here, capsys):
    (here / "gbk.yaml").write_bytes("name: {en: a,\n  zh: 江门}\n".encode("gbk"))
    error = refused(capsys, ["run", "gbk.yaml", "--out", "out", "--lang", "en"], here)
    assert "gbk.yaml, line 2: not UTF-8" in error


def test_a_missing_scenario(fake, here, capsys):
    assert "did you mean 'hukou_open'" in refused(capsys, ["run", "hukou_opn", "--lang", "en"], here)
    assert "gone.yaml: cannot read the file" in refused(capsys, ["run", "gone.yaml", "--lang", "en"], here)


def test_a_missing_data_file(fake, here, capsys, monkeypatch):
    import shutil

    from sim.data import load_pack, loader

    shutil.copytree(load_pack().folder, here / "packs" / "city")
    (here / "packs" / "city" / "towns.csv").unlink()
    monkeypatch.setattr(loader, "PACKS", here / "packs")
    monkeypatch.setattr(loader.available_packs, "__defaults__", (here / "packs",))
    error = refused(capsys, ["run", "baseline", "--out", "out"], here)
    assert "towns.csv: file is missing" in error


def test_options_out_of_range(fake, here, capsys):
    assert "field end" in refused(capsys, ["run", "baseline", "--end", "2051", "--out", "out", "--lang", "en"], here)
    assert "field start" in refused(
        capsys, ["run", "baseline", "--start", "2012", "--out", "out", "--lang", "en"], here
    )
    for argv in (["run", "baseline", "--end", "soon"], ["run", "baseline", "--threads", "0"], ["fly"]):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        assert stop.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_parameter_files(fake, here, capsys):
    (here / "list.yaml").write_text("- 1\n", encoding="utf-8")
    (here / "odd.yaml").write_text("no_such_parameter: 1\n", encoding="utf-8")
    argv = ["run", "baseline", "--out", "out", "--lang", "en", "--parameters"]
    assert "must map parameters to values" in refused(capsys, [*argv, "list.yaml"], here)
    assert "no_such_parameter" in refused(capsys, [*argv, "odd.yaml"], here)
    assert "cannot read parameters" in refused(capsys, [*argv, "gone.yaml"], here)


def test_an_output_folder_with_results_is_left_alone(fake, here, capsys):
    argv = ["run", "baseline", "--end", "2021", "--replicates", "2", "--out", "out", "--lang", "en"]
    assert main(argv) == 0
    capsys.readouterr()
    FakeCity.made = 0
    assert "already holds results" in refused(capsys, argv, here)
    assert main([*argv, "--force"]) == 0


def test_run_shows_the_main_indicators(fake, here, capsys):
    argv = ["run", "hukou_open", "--end", "2027", "--replicates", "3"]
    assert main([*argv, "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    for words in ("户籍全面放开", "常住人口（万人）", "城镇化率（%）", "江门市", "东部三区一市", "西部三市"):
        assert words in shown
    head = next(row for row in shown.splitlines() if "指标" in row)
    assert head.split() == ["指标", "地点", "2020", "2025", "2027"]
    assert main([*argv, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    for words in ("Hukou opened in full", "residents (thousand)", "Jiangmen", "3 futures"):
        assert words in shown
    assert list(here.iterdir()) == []  # no --out: nothing is written


def test_compare_shows_points_and_counts(fake, here, capsys):
    write_scenario(here, "levers: {permit_parity: 0.5}\n", "less.yaml")
    write_scenario(here, "levers: {permit_parity: 0.66}\n", "more.yaml")
    argv = ["compare", "less.yaml", "more.yaml", "--end", "2022", "--replicates", "3", "--lang", "zh", "--out", "out"]
    assert main(argv) == 0
    shown = capsys.readouterr().out
    # urbanisation of the fake city: 60 + luck + parity, so +0.16 points
    assert "+0.16 百分点" in shown and "3 次中 3 次" in shown
    assert {p.name for p in (here / "out").iterdir()} == {
        "indicators.csv", "indicators.parquet", "differences.csv", "differences.parquet", "manifest.json"
    }  # fmt: skip
    command = json.loads((here / "out" / "manifest.json").read_text(encoding="utf-8"))["command"]
    assert command == ["jiangmen", *argv]


def test_compare_identical_says_none(fake, here, capsys):
    assert main(["compare", "baseline", "baseline", "--end", "2021", "--replicates", "2", "--lang", "en"]) == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if "Jiangmen" in row]
    assert len(rows) == 3 and all(" none " in row and "2 of 2" in row for row in rows)


def test_compare_refuses_one_scenario_and_two_of_one_name(fake, here, capsys):
    assert "two or more" in refused(capsys, ["compare", "baseline", "--lang", "en"], here)
    (here / "x").mkdir()
    write_scenario(here, "levers: {hukou_cost: 1}\n", "mine.yaml")
    write_scenario(here / "x", "levers: {hukou_cost: 2}\n", "mine.yaml")
    assert "rename the file" in refused(capsys, ["compare", "mine.yaml", "x/mine.yaml", "--lang", "en"], here)


def test_interrupted_run_writes_nothing(here, capsys, monkeypatch):
    class Cut(FakeCity):
        def run_until(self, end):
            raise KeyboardInterrupt

    use_fake_city(monkeypatch, Cut)
    assert main(["run", "baseline", "--out", "out", "--lang", "en"]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_check_accepts_a_good_file(here, capsys):
    write_scenario(here, "extends: hukou_open\nassumptions: {fertility_level: 0.9}\n")
    assert main(["check", "mine.yaml", "--lang", "en"]) == 0
    assert "mine.yaml: fine (4 settings, 1 assumptions" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["levers", "indicators", "assumptions", "parameters", "scenarios", "places"])
def test_lists_as_json_and_as_tables(capsys, name):
    assert main([name, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows and all(row["key"] and set(row["title"]) == {"zh", "en"} for row in rows)
    for lang in ("zh", "en"):
        assert main([name, "--lang", lang]) == 0
        assert rows[0]["title"][lang][:4] in capsys.readouterr().out


def test_schema_command(capsys):
    assert main(["schema"]) == 0
    assert "permit_parity" in json.loads(capsys.readouterr().out)["properties"]["levers"]["properties"]


def test_language_of_help(capsys, monkeypatch):
    for said, words in (("zh", "运行一个情景"), ("en", "run one scenario")):
        monkeypatch.setenv("JIANGMEN_LANG", said)
        with pytest.raises(SystemExit) as stop:
            main(["--help"])
        assert stop.value.code == 0
        assert words in capsys.readouterr().out
        other = "en" if said == "zh" else "zh"
        with pytest.raises(SystemExit):
            main(["--lang", other, "run", "--help"])
        assert words not in capsys.readouterr().out


def test_help_is_fast_and_loads_nothing_heavy(root):
    program = "import sys, scenarios.cli; scenarios.cli.make_parser('zh'); print(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    for heavy in ("numpy", "pandas", "numba", "rich", "yaml", "mesa"):
        assert f"'{heavy}'" not in shown.stdout
    best = 9.0
    for _ in range(3):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "scenarios.cli", "--help"]
        subprocess.run(command, cwd=root, env=dict(os.environ), capture_output=True, check=True)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.5
