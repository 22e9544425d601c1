"""A real Dask cluster on this machine: the same bytes, and nothing lost when a worker or the scheduler is killed."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from helpers_batch import contents, small_city

from scenarios.batches import batch
from scenarios.cli import main
from scenarios.errors import ScenarioError

pytest.importorskip("distributed")


class Cluster:
    """A scheduler and two workers, each a process of its own, over loopback."""

    def __init__(self, folder, root):
        self.folder, self.root = folder, root
        self.file = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._start("dask_scheduler", *options)
        until = time.time() + 60
        while not self.file.exists():
            assert time.time() < until and self.scheduler.poll() is None
            time.sleep(0.05)
        import json

        self.address = json.loads(self.file.read_text())["address"]
        self.workers = [self.worker(), self.worker()]

    def worker(self):
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        return self._start("dask_worker", self.address, *options, "--local-directory", str(self.folder))

    def _start(self, module, *options):
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(self.root / "tests"), str(self.root)])}
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=env, cwd=self.folder, **quiet)

    def stop(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path, root):
    made = Cluster(tmp_path, root)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected") / "out"
    batch(small_city(), folder, workers=1, progress=False)
    return contents(folder)


def test_a_cluster_gives_the_same_bytes_even_when_a_worker_is_killed(cluster, tmp_path, expected):
    luck, killed = random.Random(5), []

    def kill(done, count):
        if not killed and done > 4 and luck.random() < 0.5:
            killed.append(luck.choice(cluster.workers))
            killed[0].send_signal(signal.SIGKILL)

    store = batch(small_city(), tmp_path / "out", scheduler=cluster.address, progress=kill)
    assert killed and list(store.runs()["run"]) == list(range(32))
    assert contents(tmp_path / "out") == expected


def test_a_killed_scheduler_is_told_and_the_batch_goes_on(cluster, tmp_path, expected, root):
    luck, at = random.Random(7), []

    def kill(done, count):
        if not at and luck.random() < 0.3:
            at.append(done)
            cluster.scheduler.send_signal(signal.SIGKILL)

    with pytest.raises(ScenarioError, match=r"lost the Dask scheduler .* --resume"):
        batch(small_city(), tmp_path / "out", scheduler=cluster.address, progress=kill)
    before = contents(tmp_path / "out")
    there = [name for name in before if name.startswith("runs/")]
    assert 0 < len(there) < 16 and all(before[name] == expected[name] for name in there)
    (tmp_path / "again").mkdir()
    another = Cluster(tmp_path / "again", root)
    try:
        batch(small_city(), tmp_path / "out", scheduler=another.address, resume=True, progress=False)
    finally:
        another.stop()
    assert contents(tmp_path / "out") == expected


def test_an_address_where_nobody_answers(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("scenarios.engines.cluster.CONNECT_SECONDS", 1)
    command = ["batch", "homes_and_jobs", "--out", str(tmp_path / "out"), "--lang", "en"]
    assert main([*command, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "no Dask scheduler at tcp://127.0.0.1:1" in capsys.readouterr().err
