"""Batches: the same bytes on any number of workers, nothing lost when processes are killed or the disk is full."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from helpers_batch import contents, of_function, small_city

from scenarios.batches import batch, estimate
from scenarios.cli import main
from scenarios.engines import pool
from scenarios.errors import ScenarioError
from scenarios.experiments.plan import Plan
from scenarios.runner import make_model, run
from scenarios.store import writing
from scenarios.store.store import Store

RANGE = {"a": {"low": 0, "high": 1}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed batch of the small city, run in this process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    return batch(small_city(output={"groups": True, "final_state": True}), folder, workers=1, progress=False)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The same without groups and states, as file contents."""
    folder = tmp_path_factory.mktemp("expected") / "out"
    batch(small_city(), folder, workers=1, progress=False)
    return contents(folder)


def ramp(n: int, **more):
    """n points of a function of `a`, 0 to 1."""
    listed = [[float(v)] for v in np.linspace(0, 1, n)]
    return {"inputs": RANGE, "design": {"kind": "listed", "listed": listed}, **more}


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


def test_a_run_that_kills_its_worker_is_found_and_the_others_are_kept(tmp_path):
    folder = tmp_path / "out"
    store = batch(of_function("deadly", **ramp(40)), folder, workers=2, progress=False)
    runs = store.runs()
    assert list(runs["run"]) == list(range(40))
    lost = runs[runs["status"] == "lost"]["run"].tolist()
    assert lost == [36, 37, 38, 39]  # 36 = 0.923; parts hold 3 runs, 39 is the last part
    assert (runs["status"][:36] == "done").all()


def test_a_killed_worker_costs_nothing(tmp_path, expected):
    luck = random.Random(3)
    killed = []

    def kill(done, count):
        if len(killed) < 2 and luck.random() < 0.4:
            victims = list(pool._pools[2]._processes)
            killed.append(luck.choice(victims))
            os.kill(killed[-1], signal.SIGKILL)

    store = batch(small_city(), tmp_path / "out", workers=2, progress=kill)
    assert killed
    assert (store.runs()["status"] == "done").all()
    assert contents(tmp_path / "out") == expected


def started(folder, *options):
    """The command line in its own process, on the experiment file beside `folder`."""
    import yaml
    from helpers_batch import CITY

    file = folder.parent / "small.yaml"
    file.write_text(yaml.safe_dump(CITY, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "-m", "scenarios.cli", "batch", str(file), "--out", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for_parts(folder, count: int, process) -> None:
    until = time.time() + 120
    while len(list((folder / "runs").glob("part-*.parquet"))) < count:
        assert time.time() < until and process.poll() is None, process.stderr.read()
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    import psutil

    return [p.pid for p in psutil.Process(pid).children(recursive=True)]


def gone(pids: list[int]) -> bool:
    import psutil

    until = time.time() + 20
    while time.time() < until:
        if not any(psutil.pid_exists(p) and psutil.Process(p).status() != "zombie" for p in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("workers", [1, 2])
def test_the_main_process_is_killed_and_the_batch_goes_on(tmp_path, expected, workers):
    luck, folder = random.Random(workers), tmp_path / "out"
    for stop in sorted(luck.sample(range(1, 12), workers)):
        process = started(folder, "--workers", str(workers), "--resume")
        wait_for_parts(folder, stop, process)
        time.sleep(luck.random() * 0.05)
        children = children_of(process.pid)
        process.kill()
        process.wait()
        assert gone(children), "workers outlive their killed parent"
    before = contents(folder)
    assert 0 < len([n for n in before if n.startswith("runs/") and n.endswith(".parquet")]) < 16
    assert Store(folder).runs()["run"].is_unique  # a half-finished batch can be read
    store = batch(small_city(), folder, workers=workers, resume=True, progress=False)
    assert list(store.runs()["run"]) == list(range(32))
    assert {n: v for n, v in contents(folder).items() if not n.endswith(".tmp")} == expected


def test_half_written_parts_are_not_seen_and_are_written_anew(tmp_path, expected):
    """Every moment at which a kill can fall between the files of a part."""
    batch(small_city(), tmp_path / "out", workers=1, progress=False)
    folder = tmp_path / "out"
    (folder / "runs" / "part-0000004.parquet").unlink()  # results are there, the row is not
    (folder / "runs" / "part-0000006.parquet").unlink()
    (folder / "results" / "part-0000006.parquet").unlink()
    half = expected["results/part-0000006.parquet"][:100]
    (folder / "results" / "part-0000006.parquet.tmp").write_bytes(half)  # killed while writing
    store = Store(folder)
    assert set(store.runs()["run"]) == set(range(32)) - {4, 5, 6, 7}
    assert set(store.query("select distinct run from results")["run"]) == set(range(32)) - {4, 5, 6, 7}
    batch(small_city(), folder, workers=1, resume=True, progress=False)
    assert contents(folder) == expected


class FullDisk:
    """Takes `room` bytes, then answers like a disk without space, after writing half of what did not fit."""

    def __init__(self, room: int):
        self.room = room

    def opened(self, path):
        file, disk = original(path), self

        class File:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, data):
                if len(data) > disk.room:
                    file.write(data[: disk.room])
                    raise OSError(28, "No space left on device")
                disk.room -= len(data)
                file.write(data)

            def flush(self):
                file.flush()

            def fileno(self):
                return file.fileno()

        return File()


original = writing._opened


@pytest.mark.parametrize("room", [0, 60_000, 300_000])
def test_a_full_disk_is_told_and_loses_nothing(tmp_path, monkeypatch, expected, room):
    monkeypatch.setattr(writing, "_opened", FullDisk(room).opened)
    folder = tmp_path / "out"
    with pytest.raises(ScenarioError, match=r"No space left on device.*--resume"):
        batch(small_city(), folder, workers=1, progress=False)
    assert not list(folder.rglob("*.tmp"))
    monkeypatch.setattr(writing, "_opened", original)
    batch(small_city(), folder, workers=1, resume=True, progress=False)
    assert contents(folder) == expected


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 400 kB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        not mount
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], check=False).returncode
    ):
        pytest.skip("no right to mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full_and_one_that_is_read_only(small_disk, tmp_path, expected, capsys):
    process = started(small_disk / "out", "--workers", "2", "--lang", "en")
    error = process.communicate()[1].decode()
    assert process.returncode == 2
    assert "No space left on device" in error and "--resume" in error and error.count("\n") == 1
    there = [n for n in contents(small_disk / "out") if n.startswith("runs/")]
    assert there and all(contents(small_disk / "out")[n] == expected[n] for n in there)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    file = small_disk / "small.yaml"
    for folder, words in (("other", "Read-only file system"), ("out", "Read-only file system")):
        assert main(["batch", str(file), "--out", str(small_disk / folder), "--resume", "--lang", "en"]) == 2
        assert words in capsys.readouterr().err
    assert [n for n in contents(small_disk / "out") if n.startswith("runs/")] == there


def test_ctrl_c_says_that_finished_runs_are_safe(tmp_path, monkeypatch, capsys, expected):
    import yaml
    from helpers_batch import CITY

    from scenarios import batches

    file, folder, keep, kept = tmp_path / "small.yaml", tmp_path / "out", batches._keep, []
    file.write_text(yaml.safe_dump(CITY, allow_unicode=True), encoding="utf-8")

    def interrupted(out, done):
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(done.first)
        keep(out, done)

    command = ["batch", str(file), "--out", str(folder), "--workers", "2", "--lang", "en"]
    monkeypatch.setattr(batches, "_keep", interrupted)
    assert main(command) == 130
    assert "finished runs are safe" in capsys.readouterr().err
    monkeypatch.setattr(batches, "_keep", keep)
    assert main([*command, "--resume"]) == 0
    assert contents(folder) == expected


def test_two_batches_do_not_write_to_one_folder(tmp_path):
    folder = tmp_path / "out"
    with writing.locked(folder), pytest.raises(ScenarioError, match="another batch is writing here"):
        batch(small_city(), folder, workers=1, progress=False)


def test_a_folder_with_another_batch_is_left_alone(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    batch(of_function("linear", {"a": {"values": [1]}, "b": {"values": [2]}}, design="grid"), folder, progress=False)
    before = contents(folder)
    with pytest.raises(ScenarioError, match="already holds a batch"):
        batch(of_function("linear", {"a": {"values": [1]}, "b": {"values": [2]}}, design="grid"), folder)
    with pytest.raises(ScenarioError, match="the experiment has changed"):
        other = of_function("linear", {"a": {"values": [1]}, "b": {"values": [3]}}, design="grid")
        batch(other, folder, resume=True, progress=False)
    monkeypatch.setattr("scenarios.store.manifest.code_hash", lambda: "0" * 64)
    with pytest.raises(ScenarioError, match="the program has changed"):
        same = of_function("linear", {"a": {"values": [1]}, "b": {"values": [2]}}, design="grid")
        batch(same, folder, resume=True, progress=False)
    assert contents(folder) == before


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
