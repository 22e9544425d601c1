"""Batches: the same bytes on any number of workers, what a folder holds, any row again, estimates and costs."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from helpers_batch import RANGE, contents, of_function, ramp, small_city

from scenarios.batches import batch, estimate
from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.experiments.plan import Plan
from scenarios.runner import make_model, run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed batch of the small city, run in this process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    return batch(small_city(output={"groups": True, "final_state": True}), folder, workers=1, progress=False)


def test_two_workers_give_the_same_bytes(tmp_path, expected):
    batch(small_city(), tmp_path / "two", workers=2, progress=False)
    assert contents(tmp_path / "two") == expected


def test_scenarios_without_a_design_equal_run(tmp_path):
    experiment = small_city(levers=None, assumptions=None, design=None)
    store = batch(experiment, tmp_path / "out", workers=1, progress=False)
    for s, name in enumerate(("baseline", "hukou_open")):
        result = run(name, end=2021, scale=0.001, replicates=2, progress=False, detail="counties")
        for indicator in ("residents", "income_ratio", "urbanisation_rate"):
            np.testing.assert_array_equal(store.values(indicator)[s, 0, 0], result.series(indicator, "440700")[:, -1])


def test_store_as_pandas_xarray_and_sql_agree(whole):
    frame = whole.frame(["residents"], ["east"], [2021])
    assert len(frame) == 32 and set(frame.columns) >= {"scenario", "point", "replicate", "seed", "new_homes"}
    values = whole.values("residents", "east", 2021)
    np.testing.assert_array_equal(frame.sort_values("run")["residents"], values.ravel())
    cube = whole.xarray(["residents"])["residents"]
    np.testing.assert_array_equal(cube.sel(place="east", year=2021).to_numpy(), values)
    asked = whole.query("select avg(residents) as m from results where place = 'east' and year = 2021")
    assert asked["m"][0] == pytest.approx(values.mean())
    with pytest.raises(ScenarioError, match="did you mean urbanisation_rate"):
        whole.values("urbanization_rate")


def test_groups_are_those_of_the_city(whole):
    plan = Plan(whole.experiment, whole.points, whole.pack)
    (task,) = plan.tasks(5, 6)
    city = make_model(task.job)
    city.run_until(2021)
    people, fen = city.groups.people.sum(axis=(0, 1, 2))
    kept = whole.query(
        "select sum(persons) as persons, sum(persons * income_per_head) as yuan "
        "from groups where run = 5 and year = 2021"
    )
    assert kept["persons"][0] == pytest.approx(people / 0.001)
    assert kept["yuan"][0] == pytest.approx(fen / 100 / 0.001)
    years = whole.query("select year, count(*) as n from groups where run = 5 group by year order by year")
    assert list(years["year"]) == [2020, 2021] and set(years["n"]) == {7 * 4 * 4}


def test_final_state_holds_the_people(whole):
    import pyarrow.parquet as pq

    people = pq.read_table(whole.folder / "states" / "people-0000003.parquet").to_pandas()
    homes = pq.read_table(whole.folder / "states" / "households-0000003.parquet").to_pandas()
    inside = homes["home"].to_numpy()[people["household"]] < 2 * len(whole.pack.towns)
    count = whole.query("select residents from results where run = 3 and year = 2021 and place = '440700'")
    assert inside.sum() / 0.001 == count["residents"][0]


def test_manifest_says_everything_and_nothing_of_the_user(whole):
    manifest = whole.manifest
    assert {"code", "pack", "catalogue", "versions", "lock", "host", "replicate_seeds", "experiment"} <= set(manifest)
    assert any(line.startswith("numpy==") for line in manifest["lock"])
    text = json.dumps(manifest)
    assert os.path.expanduser("~/") not in text and (os.environ.get("USER") or "?") + "@" not in text


def test_a_failed_run_is_a_row_and_the_batch_goes_on(tmp_path, capsys):
    store = batch(of_function("fragile", **ramp(9)), tmp_path / "out", workers=1, progress=False)
    runs = store.runs()
    assert list(runs["status"]) == ["done"] * 5 + ["failed"] * 4
    assert set(runs["error"][5:]) == {"ValueError: a is too large"}
    assert np.isnan(store.values("y").ravel()[5:]).all()
    assert main(["reproduce", str(tmp_path / "out" / "7"), "--lang", "en"]) == 0
    assert "fails again with the same error" in capsys.readouterr().out


def test_any_row_can_be_run_again_to_the_last_digit(whole, capsys):
    for row in (0, 17, 31):
        assert main(["reproduce", str(whole.folder / str(row)), "--lang", "en"]) == 0
        assert f"run {row}: all " in capsys.readouterr().out
    assert main(["reproduce", str(whole.folder / "32"), "--lang", "en"]) == 2
    assert main(["reproduce", str(whole.folder), "--lang", "en"]) == 2


def test_a_row_with_one_digit_changed_is_found_out(tmp_path, capsys):
    import pyarrow.parquet as pq

    folder = tmp_path / "out"
    batch(of_function("linear", {"a": {"values": [1]}, "b": {"values": [2]}}, design="grid"), folder, progress=False)
    path = folder / "results" / "part-0000000.parquet"
    table = pq.read_table(path)
    values = table["y"].to_numpy().copy()
    values[-1] = np.nextafter(values[-1], np.inf)
    pq.write_table(table.set_column(table.schema.get_field_index("y"), "y", [values]), path)
    assert main(["reproduce", str(folder / "0"), "--lang", "en"]) == 1
    assert "1 of 2 values differ" in capsys.readouterr().out


def test_dry_run_says_runs_time_and_disk_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["batch", "homes_and_jobs", "--dry-run", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "80 runs: 1 scenarios x 16 points x 1 parameter sets x 5 replicates" in shown
    assert " s each" in shown and "of disk" in shown
    assert list(tmp_path.iterdir()) == []


def test_the_estimate_is_near_what_happens(tmp_path):
    experiment = of_function("slow", **ramp(64))
    told = estimate(experiment, workers=1)
    begun = time.perf_counter()
    batch(experiment, tmp_path / "out", workers=1, progress=False)
    assert told.runs == 64
    seconds = time.perf_counter() - begun
    assert told.seconds == pytest.approx(0.01 * 64, rel=0.5) and told.seconds < 1.5 * seconds


def test_the_estimate_of_disk_is_near_what_is_written(tmp_path):
    listed = of_function("wide", RANGE, design={"kind": "latin_hypercube", "points": 160})
    told = estimate(listed, workers=1)
    batch(listed, tmp_path / "out", workers=1, progress=False)
    written = sum(len(data) for data in contents(tmp_path / "out").values())
    assert told.bytes == pytest.approx(written, rel=0.35)


def test_a_batch_costs_little_beside_its_runs(tmp_path, monkeypatch):
    """Processor time of planning, packing and writing against that of the model (1 % city, 15 years): below 10 %."""
    from sim.model import CityModel

    spent = [0.0]

    def timed(function):
        def run_timed(*args, **named):
            begun = time.process_time()
            try:
                return function(*args, **named)
            finally:
                spent[0] += time.process_time() - begun

        return run_timed

    more = {"run": {"end": 2035}, "design": {"kind": "latin_hypercube", "points": 4}, "scenarios": ["hukou_open"]}
    batch(small_city(**{**more, "run": {"end": 2021}}), tmp_path / "warm", workers=1, progress=False)
    monkeypatch.setattr(CityModel, "__init__", timed(CityModel.__init__))
    monkeypatch.setattr(CityModel, "run_until", timed(CityModel.run_until))
    begun = time.process_time()
    batch(small_city(**more), tmp_path / "out", workers=1, progress=False)
    whole = time.process_time() - begun
    assert whole < 1.1 * spent[0], (whole, spent[0])


def test_memory_does_not_follow_the_number_of_runs(tmp_path):
    """Resident memory of the process that writes 10,000 runs and reads one number of each, against 1,000."""
    program = (
        "import sys, resource\n"
        "from helpers_batch import of_function\n"
        "from scenarios.batches import batch\n"
        "import scenarios.engines.local\n"
        "n = int(sys.argv[1])\n"
        "e = of_function('wide', {'a': {'low': 0, 'high': 1}}, design={'kind': 'latin_hypercube', 'points': n})\n"
        "s = batch(e, sys.argv[2], workers=1, progress=False)\n"
        "assert len(s.values('y0')[0]) == n and s.query('select count(*) as n from runs')['n'][0] == n\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(s.files('results')))\n"
    )
    peaks = {}
    for n in (1000, 10_000):
        command = [sys.executable, "-c", program, str(n), str(tmp_path / str(n))]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(["tests", "."])}
        shown = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.split()
        peaks[n] = float(shown[0])
    assert peaks[10_000] < peaks[1000] + 60, peaks
