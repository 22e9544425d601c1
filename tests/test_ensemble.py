"""Parameter uncertainty: a set for each future, by weight, the same in every scenario."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from calibration.fit.pipeline import Settings
from scenarios.address import read_address, write_address
from scenarios.cli import main
from scenarios.comparing import differences
from scenarios.experiments.ensembles import FITTED, ROOT, Ensemble, fitted_ensemble
from scenarios.runner import run_all
from sim.catalogue import Parameters
from sim.data import load_pack
from ui import export
from ui.desk import Desk

SETS = Ensemble(({"stay_weight": -0.5}, {"stay_weight": 0.5}, {"stay_weight": 1.5}), (0.5, 0.25, 0.25))


def test_sets_are_drawn_by_weight():
    drawn = [s["stay_weight"] for s in SETS.drawn(40, 1)]
    for first in range(1, 41):
        counts = [drawn[:first].count(s["stay_weight"]) for s in SETS.sets]
        assert np.allclose(counts, first * np.array(SETS.weights), rtol=0, atol=2)
    assert drawn != sorted(drawn)
    assert drawn != [s["stay_weight"] for s in SETS.drawn(40, 2)]


def test_a_future_keeps_its_set_when_more_are_asked():
    assert SETS.drawn(40, 3)[:7] == SETS.drawn(7, 3)


@pytest.fixture(scope="module")
def runs():
    options = {"end": 2022, "scale": 0.002, "replicates": 4, "detail": "city", "progress": False}
    return run_all(["baseline", "baseline", "hukou_open"], parameters=SETS, workers=1, **options)


def test_equal_policies_differ_by_exactly_zero(runs):
    same, other = differences(runs[0], runs[1]), differences(runs[0], runs[2])
    assert np.nanmax(np.abs(same)) == 0.0 and np.nanmax(np.abs(other)) > 0.0
    assert runs[0].values.shape[:2] == (4, 1) and len(runs[0].seeds) == 4
    assert runs[0].parameter_sets == SETS.drawn(4, 1)


def test_a_future_is_the_run_of_its_set_and_seed(runs):
    options = {"end": 2022, "scale": 0.002, "replicates": 4, "detail": "city", "progress": False, "workers": 1}
    (plain,) = run_all(["baseline"], parameters=dict(runs[0].parameter_sets[2]), **options)
    assert np.array_equal(plain.values[0, 2], runs[0].values[2, 0], equal_nan=True)


def test_the_command_takes_an_ensemble(tmp_path, capsys):
    file = tmp_path / "sets.csv"
    file.write_text("set,weight,stay_weight\n0,1,-0.5\n1,1,0.5\n", encoding="utf-8")
    argv = ["run", "baseline", "--end", "2021", "--scale", "0.002", "--replicates", "2", "--parameters"]
    assert main([*argv, "ensemble", "--lang", "en"]) == 0
    argv.append(str(file))
    assert main([*argv, "--lang", "en"]) == 0
    file.write_text("set,weight,stay_wait\n0,1,-0.5\n", encoding="utf-8")
    assert main([*argv, "--lang", "en"]) == 2
    assert "did you mean 'stay_weight'" in capsys.readouterr().err


def test_the_fitted_ensemble_of_the_project_is_what_its_manifest_says():
    ensemble, manifest = fitted_ensemble(), json.loads((ROOT / FITTED).with_suffix(".json").read_text(encoding="utf-8"))
    assert len(ensemble.sets) >= 50 and sum(ensemble.weights) == pytest.approx(1.0)
    assert ensemble.hash == manifest["ensemble"]
    assert Settings(**{k: v for k, v in manifest["settings"].items() if k in asdict(Settings())}) == Settings()
    for values in ensemble.sets:
        Parameters(values)


def test_the_screen_takes_the_sets_of_the_command_line(monkeypatch):
    """The same address: the app's futures are those of `run_all`, to the last digit."""
    monkeypatch.setenv("JIANGMEN_APP_REFINED", "3")
    address = read_address("permit_parity=0.9&futures=3&scale=0.001&seed=4&parameters=ensemble")
    assert not address.problems and read_address(write_address(address, load_pack())).parameters == "ensemble"
    shown = export.results(address)
    asked = [address.baseline, address.scenario]
    runs = run_all(asked, detail="counties", progress=False, workers=1, **address.options)
    for mine, theirs in zip(shown, runs, strict=True):
        assert mine.parameter_sets == theirs.parameter_sets and mine.seeds == theirs.seeds
        at = [theirs.places.index(place) for place in mine.places]
        assert np.array_equal(mine.values, theirs.values[..., at, :], equal_nan=True)


def test_the_toggle_is_a_move_that_can_be_undone():
    desk = Desk()
    desk.vary(True)
    assert desk.address.parameters == "ensemble" and len(desk.past) == 1
    desk.vary(True)
    assert len(desk.past) == 1
    desk.undo()
    assert desk.address.parameters == ""
    desk.vary(True)
    desk.reset(policy=False, assumed=True)
    assert desk.address.parameters == ""
