"""Runs an experiment into a folder: part by part, each written as soon as it is done; a killed batch goes on later.

from scenarios import Experiment, batch
store = batch(Experiment.load("sweep.yaml"), "out", workers=2)
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scenarios.engines.local import in_processes, in_this_process
from scenarios.engines.work import CITY, LOST, Done, fingerprint, parquet, run_part
from scenarios.errors import ScenarioError
from scenarios.experiments.experiment import Experiment
from scenarios.experiments.plan import Plan
from scenarios.outputs import shown_path
from scenarios.runner import prepare
from scenarios.store.manifest import as_bytes, check_same, describe, read
from scenarios.store.store import Store
from scenarios.store.writing import (
    DESIGN,
    LAST,
    MANIFEST,
    locked,
    log_seconds,
    part_name,
    remove_temporary,
    write_part,
    write_whole,
)
from sim.data import load_pack
from sim.engine import default_threads

TRIED = 3  # runs that an estimate is made from


@dataclass(frozen=True)
class Estimate:
    """What a batch will take on this machine."""

    runs: int
    parts: int
    seconds_a_run: float
    workers: int
    seconds: float
    bytes: int
    free: int


def batch(
    experiment: Experiment | str | Path,
    out: str | Path,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    yes: bool = False,
    progress: bool | Callable[[int, int], None] = True,
    command: Sequence[str] = (),
    pack=None,
) -> Store:
    """Runs all runs of an experiment, or with `resume` those that are not there yet; gives the store.

    workers: processes of this machine, 1 = in this process, None = as many as there are cores.
    scheduler: address of a running Dask scheduler, instead of processes of this machine.
    progress: a bar, or a function that is called with (runs done, runs in all).
    """
    pack = pack or load_pack()
    if not isinstance(experiment, Experiment):
        experiment = Experiment.load(experiment, pack)
    experiment.check_size(yes)
    out, plan = Path(out), Plan.of(experiment, pack)
    workers = min(workers or default_threads(), len(plan.firsts))
    _check_target(out, resume)
    with locked(out):
        there = _open(out, plan, command)
        parts = plan.parts(1 if scheduler or workers > 1 else default_threads(), there)
        with _Counter(plan, there, progress) as count, closing(_engine(plan, parts, workers, scheduler)) as results:
            for done in results:
                _keep(out, done)
                count(done)
    return Store(out, pack)


def estimate(experiment: Experiment, workers: int | None = None, out: Path | None = None, pack=None) -> Estimate:
    """Time and disk from the first runs of the batch, run here after one that may have to compile."""
    pack = pack or load_pack()
    plan = Plan.of(experiment, pack)
    workers = min(workers or default_threads(), len(plan.firsts))
    part = next(plan.parts())
    alone = run_part(replace(part, tasks=part.tasks[:1]))
    tried = run_part(replace(part, tasks=part.tasks[:TRIED]))
    folder = next((p for p in (out, *out.absolute().parents) if p.exists()), Path()) if out else Path()
    seconds = sum(tried.seconds) / len(tried.seconds)
    return Estimate(
        runs=plan.count,
        parts=len(plan.firsts),
        seconds_a_run=seconds,
        workers=workers,
        seconds=seconds * plan.count / workers,
        bytes=_size(plan, _bytes(alone), _bytes(tried), len(tried.seconds)),
        free=shutil.disk_usage(folder).free,
    )


def _bytes(done: Done) -> int:
    return sum(len(data) for data in done.files.values())


def _size(plan: Plan, alone: int, together: int, runs: int) -> int:
    """Bytes of all parts: what a file has whatever is in it, once a part, and the rest once a run."""
    a_run = (together - alone) / (runs - 1) if runs > 1 else 0
    return int(len(plan.firsts) * (alone - a_run) + plan.count * a_run)


def _check_target(out: Path, resume: bool) -> None:
    if out.exists() and not out.is_dir():
        raise ScenarioError("is a file; give a folder", "是文件，请给出文件夹", file=shown_path(out))
    if (out / MANIFEST).exists() and not resume:
        en = "already holds a batch; add --resume to go on with it, or choose another folder"
        raise ScenarioError(en, "已有批次结果；加 --resume 继续，或换一个文件夹", file=shown_path(out))


def _open(out: Path, plan: Plan, command: Sequence[str]) -> set[int]:
    """Writes the manifest of a new batch, or checks that of an old one; first runs of the parts that are there."""
    remove_temporary(out)
    if (out / MANIFEST).exists():
        check_same(read(out), plan, out)
        return _finished(out)
    write_whole(out / DESIGN, parquet(_design(plan)), out)
    write_whole(out / MANIFEST, as_bytes(describe(plan, command)), out)
    return set()


def _design(plan: Plan):
    import pyarrow as pa

    columns = {"point": pa.array(np.arange(len(plan.points), dtype=np.int32))}
    columns |= {f.name: pa.array(plan.points[:, k], from_pandas=True) for k, f in enumerate(plan.experiment.factors)}
    return pa.table(columns)


def _finished(out: Path) -> set[int]:
    """Parts that are there, without those whose workers died."""
    import pyarrow.parquet as pq

    found = set()
    for path in (out / LAST).glob("part-*.parquet"):
        status = pq.read_table(path, columns=["status"])["status"].to_pylist()
        if LOST not in status:
            found.add(int(path.stem.partition("-")[2]))
    return found


def _engine(plan: Plan, parts: Iterator, workers: int, scheduler: str | None) -> Iterator[Done]:
    if scheduler:
        from scenarios.engines.cluster import on_cluster

        return on_cluster(parts, scheduler)
    if plan.experiment.model == CITY:
        prepare(next(plan.tasks(0, 1)).job)
    return in_processes(parts, workers) if workers > 1 else in_this_process(parts)


def _keep(out: Path, done: Done) -> None:
    if done.fingerprint and done.fingerprint != fingerprint():
        raise ScenarioError(
            "a worker runs another version of the program; install the same one everywhere",
            "有工作进程的程序版本不同；请在各处安装同一版本",
            field="scheduler",
        )
    for dataset in ("results", "groups"):  # of an earlier try whose worker died
        if dataset not in done.files:
            (out / dataset / part_name(done.first)).unlink(missing_ok=True)
    write_part(out, done.first, done.files)
    log_seconds(out, done.first, done.seconds)


class _Counter:
    """Counts finished runs for a bar or a function."""

    def __init__(self, plan: Plan, there: set[int], progress: bool | Callable[[int, int], None]):
        self.plan, self.progress, self.begun = plan, progress, time.perf_counter()
        self.done = sum(self._size(first) for first in there)

    def __enter__(self) -> Callable[[Done], None]:
        from tqdm import tqdm

        hidden = None if self.progress is True else True  # None: hidden where standard error is not a terminal
        self.bar = tqdm(total=self.plan.count, initial=self.done, unit="run", delay=1, disable=hidden, leave=False)
        return self.count

    def count(self, done: Done) -> None:
        runs = self._size(done.first)
        self.done += runs
        self.bar.update(runs)
        if callable(self.progress):
            self.progress(self.done, self.plan.count)

    def __exit__(self, *_) -> None:
        self.bar.close()

    def _size(self, first: int) -> int:
        return min(self.plan.part_size, self.plan.count - first)
