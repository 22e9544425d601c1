"""Batches that are disturbed: nothing is lost when processes are killed, the disk is full or a folder is taken."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from helpers_batch import contents, of_function, ramp, small_city

from scenarios.batches import batch
from scenarios.cli import main
from scenarios.engines import pool
from scenarios.errors import ScenarioError
from scenarios.store import writing
from scenarios.store.store import Store


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


original = writing._opened


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
