"""`jiangmen update`: weights by hand, bad rows by line, a year observed from a known city, nothing written over."""

import json

import numpy as np
import pytest

from calibration.updating.observations import OBSERVED, Observation, read_observations
from calibration.updating.reweigh import moved, quantiles, reweigh
from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.experiments.ensembles import Ensemble, read_ensemble
from sim.catalogue import indicators
from sim.data import load_pack

HEAD = "year,place,indicator,value,sd\n"


@pytest.fixture(scope="module")
def pack():
    return load_pack()


def test_what_may_be_observed_is_an_indicator():
    assert set(OBSERVED) <= set(indicators())


def test_weights_by_hand():
    """Two sets, 60 and 62 percent where 61 is observed with sd 1 and then 60: z2 = 1 + 0 and 1 + 4."""
    sets = Ensemble(({"stay_weight": 0.0}, {"stay_weight": 1.0}), (0.5, 0.5))
    seen = [Observation(2021, "x", "urbanisation_rate", v, 1.0, k + 2) for k, v in enumerate((61.0, 60.0))]
    runs = np.array([[[60.0, 60.0]] * 2, [[62.0, 62.0]] * 2])  # no chance: both runs of a set are equal
    found = reweigh(sets, seen, runs)
    assert found.after.weights == pytest.approx(np.array([1.0, np.exp(-2.0)]) / (1.0 + np.exp(-2.0)))
    assert found.noise.tolist() == [0.0, 0.0]
    # mean 0.5 before, 0.119 after, sd 0.5
    assert moved(found) == [("stay_weight", 0.5, pytest.approx(0.1192, abs=1e-4), pytest.approx(-0.7616, abs=1e-4))]


def test_chance_blunts_an_observation():
    """Runs of a set differ by 2: variance 2 of one, 1 of the mean of two; with sd 1 z2 of the second is 4 / 2."""
    sets = Ensemble(({"stay_weight": 0.0}, {"stay_weight": 1.0}), (0.5, 0.5))
    seen = [Observation(2021, "x", "urbanisation_rate", 60.0, 1.0, 2)]
    found = reweigh(sets, seen, np.array([[[59.0], [61.0]], [[61.0], [63.0]]]))
    assert found.noise == pytest.approx([1.0])
    assert found.after.weights[1] / found.after.weights[0] == pytest.approx(np.exp(-1.0))


def test_weighted_quantiles():
    assert quantiles(np.array([3.0, 1.0, 2.0]), [0.5, 0.2, 0.3], (0.1, 0.5, 0.9)).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("2021,440700,residents,abc,", "value", "a number"),
        ("2019,440700,residents,1,", "year", "2021"),
        ("2021,440700,resident,1,", "indicator", "did you mean 'residents'"),
        ("2021,440709,residents,1,", "place", "440703"),
        ("2021,440700,urbanisation_rate,168,", "value", "percent"),
        ("2021,440700,residents,-1,", "value", "above 0"),
        ("2021,440700,residents,1,0", "sd", "above 0"),
        ("2021,440700,residents", "", "as many values"),
        ("2021,440700,urbanisation_rate,68,", "", "twice"),
    ],
)
def test_bad_rows_are_refused_by_line(tmp_path, pack, row, field, says):
    file = tmp_path / "seen.csv"
    file.write_text(HEAD + "2021,440700,urbanisation_rate,68,\n" + row + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_observations(file, pack, 2020)
    assert error.value.line == 3 and (error.value.field or "") == field and says in error.value.text("en")


def test_errors_have_the_unit_of_the_figure(tmp_path, pack):
    file = tmp_path / "seen.csv"
    file.write_text(HEAD + "2021,440700,residents,4000000,40000\n2021,440700,income_ratio,1.8,\n", encoding="utf-8")
    a, b = read_observations(file, pack, 2020)
    assert a.sd == pytest.approx(0.01) and a.is_log and b.sd == OBSERVED["income_ratio"][1] and not b.is_log
    assert a.deviation(np.array([4_400_000.0])) == pytest.approx(np.log(1.1))


def test_the_command_finds_the_set_that_made_the_year(tmp_path, pack, capsys):
    """Two sets of which one sends twice as many lookers; the observed year is that set's."""
    from scenarios.runner import run_all
    from sim.catalogue import parameters

    rates = np.array(parameters()["looker_rate"].default)
    head = ",".join(f"looker_rate.{k}" for k in range(len(rates)))
    rows = [f"{k},0.5,{','.join(map(str, (f * rates).tolist()))}" for k, f in enumerate((0.2, 4.0))]
    (tmp_path / "old.csv").write_text(f"set,weight,{head}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    sets = read_ensemble(tmp_path / "old.csv", "old.csv")
    options = {"end": 2021, "scale": 0.005, "seed": 9, "replicates": 1, "detail": "city", "progress": False}
    (truth,) = run_all(["baseline"], parameters=sets.sets[1], pack=pack, **options)
    seen = float(truth.series("residents", pack.city_id)[0, -1])
    (tmp_path / "seen.csv").write_text(f"{HEAD}2021,{pack.city_id},residents,{seen},\n", encoding="utf-8")
    argv = ["update", str(tmp_path / "seen.csv"), "--ensemble", str(tmp_path / "old.csv"), "--scale", "0.005"]
    argv += ["--out", str(tmp_path / "new.csv"), "--lang", "en"]
    assert main(argv) == 0
    new = read_ensemble(tmp_path / "new.csv", "new.csv")
    assert new.weights[1] > 0.9 and new.sets == sets.sets
    assert "looker_rate.0" in capsys.readouterr().out
    assert json.loads((tmp_path / "new.json").read_text())["ensemble"]["hash"] == sets.hash
    before = (tmp_path / "new.csv").read_bytes()
    assert main(argv) == 2 and (tmp_path / "new.csv").read_bytes() == before  # never written over
