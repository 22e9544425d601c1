"""Runs an experiment in memory, along the same path as a batch, for methods that choose their runs as they go."""

import io
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from scenarios.analyses.target import Target
from scenarios.engines.local import in_processes, in_this_process
from scenarios.engines.work import CITY
from scenarios.errors import ScenarioError
from scenarios.experiments.designs import Design
from scenarios.experiments.experiment import Experiment
from scenarios.experiments.plan import Plan
from scenarios.runner import prepare
from sim.data import load_pack
from sim.engine import default_threads

Progress = Callable[[int, int], None]  # runs done, runs in all


def at_points(experiment: Experiment, points: np.ndarray) -> Experiment:
    """The experiment at these points instead of those of its design."""
    return replace(experiment, design=Design("listed", listed=tuple(map(tuple, np.asarray(points).tolist()))))


def evaluate(
    experiment: Experiment,
    targets: Sequence[Target],
    workers: int | None = None,
    progress: Progress | None = None,
    pack=None,
) -> list[np.ndarray]:
    """float64[scenarios, points, sets, replicates] for each target. An error in a run is an error here."""
    import pyarrow.parquet as pq

    pack = pack or load_pack()
    plan = Plan.of(experiment, pack)
    workers = min(workers or default_threads(), len(plan.firsts))
    if experiment.model == CITY:
        prepare(next(plan.tasks(0, 1)).job)
    parts = plan.parts(1 if workers > 1 else default_threads())
    found = [np.full(plan.count, np.nan) for _ in targets]
    done_runs = 0
    with closing(in_processes(parts, workers, keep=True) if workers > 1 else in_this_process(parts)) as results:
        for done in results:
            if done.errors:
                status = pq.read_table(io.BytesIO(done.files["runs"]))
                why = next(error for error in status["error"].to_pylist() if error)
                raise ScenarioError(f"a run failed: {why}", f"运行失败：{why}")
            table = pq.read_table(io.BytesIO(done.files["results"]))
            for values, target in zip(found, targets, strict=True):
                _pick(table, target, values)
            done_runs += len(done.seconds)
            if progress:
                progress(done_runs, plan.count)
    return [values.reshape(experiment.shape) for values in found]


def _pick(table, target: Target, values: np.ndarray) -> None:
    run, years, places = table["run"].to_numpy(), table["year"].to_numpy(), table["place"].to_numpy()
    if target.indicator not in table.schema.names:
        raise ScenarioError(f"no indicator {target.indicator!r}", f"没有指标 {target.indicator!r}", field="indicator")
    year = years[-1] if target.year is None else target.year
    place = places[0] if target.place is None else target.place
    rows = (years == year) & (places == place)
    if not rows.any():
        en, zh = f"no result for {place} in {year}", f"没有 {place} {year} 年的结果"
        raise ScenarioError(en, zh, field=target.indicator)
    values[run[rows]] = table[target.indicator].to_numpy()[rows]
