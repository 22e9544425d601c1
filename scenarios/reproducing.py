"""Runs one row of a batch again, from its manifest alone, and compares every number to the last digit."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.engines.work import DONE, FAILED, Task, run_task, told
from scenarios.errors import ScenarioError
from scenarios.experiments.plan import Plan
from scenarios.outputs import code_hash, shown_path
from scenarios.store.store import Store
from sim.engine import default_threads


@dataclass(frozen=True)
class Reproduction:
    """How a run compares to its row. `largest` is the largest absolute difference; same = every bit is the same."""

    run: int
    task: Task
    same: bool
    values: int
    differing: int
    largest: float
    where: tuple[str, str, int] | None  # indicator, place, year of the largest difference
    same_program: bool
    error: str = ""  # of a run that failed then and fails now


def reproduce(target: str | Path, pack=None) -> Reproduction:
    """`target` is FOLDER/RUN, RUN being the number of a row."""
    folder, number = Path(target).parent, Path(target).name
    if not number.isdigit():
        en = f"give the folder of a batch and the number of a run, DIR/RUN, got {str(target)!r}"
        raise ScenarioError(en, f"请给出 批次文件夹/运行编号，现为 {str(target)!r}", field="run")
    store, run = Store(folder, pack), int(number)
    row = _row(store, run)
    plan = Plan(store.experiment, store.points, store.pack)
    (task,) = plan.tasks(run, run + 1, threads=default_threads())
    same_program = store.manifest["code"] == code_hash()
    if row["status"] == FAILED:
        return _failed_again(plan, task, row["error"], same_program)
    if row["status"] != DONE:
        raise ScenarioError("this run has no result", "此运行没有结果", file=shown_path(folder), field=f"run {run}")
    years, places, indicators, values = run_task(plan.experiment.model, task)
    table = store.query(f"select * from results where run = {run}")
    kept = table[list(indicators)].to_numpy(np.float64).reshape(values.shape)
    equal = (kept == values) | (np.isnan(kept) & np.isnan(values))
    gap = np.where(equal, 0.0, np.abs(kept - values))
    gap = np.where(np.isnan(gap), np.inf, gap)  # a number against none
    y, p, i = np.unravel_index(int(gap.argmax()), gap.shape)
    where = None if equal.all() else (indicators[i], places[p], years[y])
    return Reproduction(
        run, task, bool(equal.all()), equal.size, int((~equal).sum()), float(gap.max()), where, same_program
    )


def _row(store: Store, run: int) -> dict:
    if run >= store.experiment.count:
        en = f"the batch has runs 0 to {store.experiment.count - 1}, got {run}"
        raise ScenarioError(en, f"批次的运行编号为 0 至 {store.experiment.count - 1}，现为 {run}", field="run")
    rows = store.query(f"select status, error from runs where run = {run}")
    if rows.empty:
        raise ScenarioError(f"run {run} has not been run yet", f"运行 {run} 尚未完成", field="run")
    return rows.iloc[0].to_dict()


def _failed_again(plan: Plan, task: Task, error: str, same_program: bool) -> Reproduction:
    try:
        run_task(plan.experiment.model, task)
        now = ""
    except Exception as again:  # whatever the run failed with
        now = told(again)
    return Reproduction(task.run, task, now == error, 0, 0, 0.0, None, same_program, error)
