"""What a worker does, wherever it is: runs a part of a batch and gives it back as finished Parquet files.

A run that fails is a row with its error; the others go on. Files hold no times and no names of machines, so that
the same part is the same bytes on every worker.
"""

import importlib
import io
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.runner import Job, Record, kept_record, make_model

if TYPE_CHECKING:
    import pyarrow as pa

    from scenarios.experiments.experiment import Output

CITY = "city"
DONE, FAILED, LOST = "done", "failed", "lost"
MOST_ERROR = 500  # characters of an error that are kept


@dataclass(frozen=True)
class Task:
    """One run of a batch and its place in the design."""

    run: int
    job: Job
    inputs: Mapping[str, float]
    scenario: str
    point: int
    parameter_set: int
    replicate: int
    weight: float  # of the parameter set
    values: tuple[float, ...]  # of the factors, NaN = as the scenario has it


@dataclass(frozen=True)
class Part:
    """Runs that are handed over and stored together; `first` is the number of the first one."""

    first: int
    model: str
    factors: tuple[str, ...]
    tasks: tuple[Task, ...]
    output: "Output"


@dataclass(frozen=True)
class Done:
    """A part that was run: Parquet files by name of the dataset, seconds of each run, what program ran."""

    first: int
    files: Mapping[str, bytes]
    seconds: tuple[float, ...]
    errors: int
    fingerprint: str


@dataclass
class _Collected:
    """What the runs of a part gave so far."""

    rows: list[tuple[str, str]] = field(default_factory=list)  # status, error
    seconds: list[float] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    groups: list[tuple[int, "pa.Table"]] = field(default_factory=list)
    states: dict[str, bytes] = field(default_factory=dict)


def run_part(part: Part) -> Done:
    """Runs every task of a part."""
    found = _Collected()
    for task in part.tasks:
        begun = time.perf_counter()
        try:
            _run(part, task, found)
            found.rows.append((DONE, ""))
        except Exception as error:  # whatever it is, it belongs to this run and to no other
            found.rows.append((FAILED, told(error)))
        found.seconds.append(time.perf_counter() - begun)
    files = dict(found.states)
    if found.records:
        files["results"] = parquet(results_table(found.records))
    if found.groups:
        from scenarios.store.groups import joined

        files["groups"] = parquet(joined(found.groups))
    files["runs"] = parquet(runs_table(part, found.rows))
    errors = sum(status != DONE for status, _ in found.rows)
    return Done(part.first, files, tuple(found.seconds), errors, fingerprint())


def lost_part(part: Part) -> Done:
    """Stands for a part whose workers ended again and again; `resume` runs it anew."""
    rows = [(LOST, "the worker process ended while it ran this part (killed, or out of memory)")] * len(part.tasks)
    return Done(part.first, {"runs": parquet(runs_table(part, rows))}, (), len(rows), "")


def told(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:MOST_ERROR]


def model_function(name: str) -> Callable[[Mapping[str, float], int], Record]:
    """The function of a model `module:function`; it takes inputs and the run's seed and gives a record."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def run_task(model: str, task: Task) -> Record:
    """The record of one run: the city, or a plain function of the inputs and the seed."""
    if model != CITY:
        return model_function(model)(task.inputs, task.job.seed)
    city = make_model(task.job)
    city.run_until(task.job.end)
    return kept_record(city, task.job)


def _run(part: Part, task: Task, found: _Collected) -> None:
    wanted = part.output
    if part.model != CITY or not (wanted.groups or wanted.final_state):
        found.records.append((task.run, run_task(part.model, task)))
        return
    from scenarios.store.groups import GroupCounts
    from scenarios.store.states import state_files

    city = make_model(task.job)
    counts = GroupCounts(city) if wanted.groups else None
    city.run_until(task.job.end, counts.take if counts else None)
    record = kept_record(city, task.job)
    states = state_files(city, task.run) if wanted.final_state else {}
    if counts:
        found.groups.append((task.run, counts.table()))
    found.records.append((task.run, record))
    found.states.update(states)


# Tables


def results_table(records: list[tuple[int, Record]]) -> "pa.Table":
    """One row a run, year and place, one column an indicator."""
    import pyarrow as pa

    years, places, indicators, values = records[0][1]
    runs, shape = len(records), values.shape
    rows = shape[0] * shape[1]
    block = np.concatenate([values.reshape(rows, -1) for _, (_, _, _, values) in records])
    codes = np.tile(np.arange(shape[1], dtype=np.int32), runs * shape[0])
    columns: dict[str, Any] = {
        "run": np.repeat(np.array([run for run, _ in records], np.int32), rows),
        "year": np.tile(np.repeat(np.array(years, np.int16), shape[1]), runs),
        "place": pa.DictionaryArray.from_arrays(codes, places),
    }
    columns |= {
        name: pa.array(np.ascontiguousarray(block[:, k]), from_pandas=True)  # no meaning: NULL, which SQL leaves out
        for k, name in enumerate(indicators)
    }
    return pa.table(columns)


def runs_table(part: Part, rows: list[tuple[str, str]]) -> "pa.Table":
    """One row a run: where it stands in the design, its seed, how it ended."""
    import pyarrow as pa

    tasks = part.tasks
    columns: dict[str, Any] = {
        "run": pa.array([t.run for t in tasks], pa.int32()),
        "scenario": pa.array([t.scenario for t in tasks], pa.string()),
        "point": pa.array([t.point for t in tasks], pa.int32()),
        "parameter_set": pa.array([t.parameter_set for t in tasks], pa.int32()),
        "replicate": pa.array([t.replicate for t in tasks], pa.int32()),
        "weight": pa.array([t.weight for t in tasks], pa.float64()),
        "seed": pa.array([t.job.seed for t in tasks], pa.int64()),
        "status": pa.array([status for status, _ in rows], pa.string()),
        "error": pa.array([error for _, error in rows], pa.string()),
    }
    for k, name in enumerate(part.factors):
        columns[name] = pa.array([t.values[k] for t in tasks], pa.float64(), from_pandas=True)
    return pa.table(columns)


def parquet(table: "pa.Table") -> bytes:
    """A Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=["place"] if "place" in table.schema.names else [])
    return buffer.getvalue()


@lru_cache
def fingerprint() -> str:
    """Hash of program and catalogue here; workers with another one are refused."""
    from scenarios.outputs import code_hash

    return code_hash()


def read_parquet_bytes(files: Mapping[str, bytes]) -> Iterator[tuple[str, "pa.Table"]]:
    """Tables of the files of a part, by dataset."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, data in files.items():
        yield name, pq.read_table(pa.BufferReader(data))
