"""Output files: whole or not there, the same bytes for the same values."""

import json

import pandas as pd
import pytest
from helpers_scenarios import real_pack, use_fake_city

from scenarios import outputs
from scenarios.comparing import compare
from scenarios.errors import ScenarioError
from scenarios.result import COLUMNS
from scenarios.runner import run, run_all
from scenarios.scenario import load

QUICK = {"end": 2022, "replicates": 3, "progress": False, "workers": 1}


@pytest.fixture
def fake(monkeypatch):
    use_fake_city(monkeypatch)


def test_outputs_and_manifest(fake, tmp_path):
    result = run("hukou_open", **QUICK)
    out = tmp_path / "out"
    written = outputs.write_results(out, [result], ["jiangmen", "run", "hukou_open"])
    assert sorted(p.name for p in out.iterdir()) == ["indicators.csv", "indicators.parquet", "manifest.json"]
    assert {p.name for p in written} == {p.name for p in out.iterdir()}
    read = pd.read_csv(out / "indicators.csv", dtype={"place": str})
    assert list(read.columns) == COLUMNS
    assert (read["value"].to_numpy() == result.frame["value"].to_numpy()).all()  # every bit
    parquet = pd.read_parquet(out / "indicators.parquet")
    assert list(parquet.columns) == COLUMNS and (parquet["value"] == result.frame["value"]).all()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenarios"][0]["hash"] == load("hukou_open").hash
    assert manifest["scenarios"][0]["text"] == load("hukou_open").text
    assert manifest["pack"]["hash"] == real_pack().hash
    assert manifest["run"]["replicate_seeds"] == list(result.seeds)
    assert manifest["files"]["indicators.csv"] == outputs.file_hash(out / "indicators.csv")
    assert {"python", "numpy", "mesa"} <= set(manifest["versions"])


def test_manifest_names_no_user(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(outputs.Path, "home", classmethod(lambda cls: outputs.Path("/home/somebody")))
    text = json.dumps(outputs.manifest([run("baseline", **QUICK)], ["jiangmen", "--out", "/home/somebody/x"], {}))
    assert "somebody" not in text and "~/x" in text


def test_same_values_same_bytes(fake, tmp_path):
    for name in ("a", "b"):
        outputs.write_results(tmp_path / name, [run("baseline", **QUICK)])
    first, second = ((tmp_path / n / "indicators.csv").read_bytes() for n in ("a", "b"))
    assert first == second
    assert b"0.3333333333333333," in first and b"\r" not in first
    assert first.startswith(b"scenario,parameter_set,replicate,year,place,indicator,value,unit,quality\n")


def test_results_of_two_scenarios_stand_in_one_table(fake, tmp_path):
    results = run_all(["baseline", "hukou_open"], **QUICK)
    outputs.write_results(tmp_path / "out", results, differences=compare(results))
    read = pd.read_csv(tmp_path / "out" / "indicators.csv")
    assert read["scenario"].unique().tolist() == ["baseline", "hukou_open"]
    assert len(read) == sum(len(r.frame) for r in results)
    assert (tmp_path / "out" / "differences.csv").exists()


def test_an_interrupted_write_leaves_nothing(fake, tmp_path, monkeypatch):
    result = run("baseline", **QUICK)

    def cut(table, path):
        path.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "write_parquet", cut)
    with pytest.raises(KeyboardInterrupt):
        outputs.write_results(tmp_path / "out", [result])
    assert not (tmp_path / "out").exists()


def test_a_process_killed_while_it_moves_files_leaves_no_manifest(fake, tmp_path, monkeypatch):
    result = run("baseline", **QUICK)
    out = tmp_path / "out"
    outputs.write_results(out, [result])
    real, moved = outputs.os.replace, []

    def die_at_second(source, target):
        if moved:
            raise KeyboardInterrupt
        moved.append(target)
        real(source, target)

    monkeypatch.setattr(outputs.os, "replace", die_at_second)
    with pytest.raises(KeyboardInterrupt):
        outputs.write_results(out, [result], force=True)
    assert moved and not (out / "manifest.json").exists()


def test_a_failed_write_with_force_keeps_the_old_result(fake, tmp_path, monkeypatch):
    result = run("baseline", **QUICK)
    out = tmp_path / "out"
    outputs.write_results(out, [result])
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    monkeypatch.setattr(
        outputs, "write_parquet", lambda table, path: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(ScenarioError, match="No space left"):
        outputs.write_results(out, [result], force=True)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_results_are_not_overwritten_without_force(fake, tmp_path):
    result = run("baseline", **QUICK)
    out = tmp_path / "out"
    outputs.write_results(out, [result, result], differences=compare([result, result]))
    with pytest.raises(ScenarioError, match="--force"):
        outputs.write_results(out, [result])
    outputs.write_results(out, [result], force=True)
    # nothing of the older result stays beside the new one
    assert sorted(p.name for p in out.iterdir()) == ["indicators.csv", "indicators.parquet", "manifest.json"]
