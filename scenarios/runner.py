"""Runs scenarios: every parameter set and every replicate, in this process or in several.

Replicate r has the same run seed in every scenario, so that scenarios share their luck and their
differences are paired. Results do not depend on the number of workers or threads.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenarios.engines.pool import drop_pool, no_main_module, process_pool
from scenarios.errors import ScenarioError
from scenarios.experiments.ensembles import Ensemble
from scenarios.result import DETAILS, Result, kept_places
from scenarios.scenario import Scenario, load
from sim.catalogue import Parameters
from sim.data import load_pack
from sim.engine import default_threads
from sim.paths import LAST_YEAR, Path
from sim.policy import Policy, Setting, census_years, compile_policy
from sim.shocks import Shock

# Below this work (person-years) starting worker processes takes longer than they save.
PARALLEL_FROM = 5e6


Record = tuple[list[int], list[str], list[str], np.ndarray]


@dataclass(frozen=True)
class Job:
    """One run of the model, small enough to send to another process."""

    settings: tuple[Setting, ...]
    assumptions: Mapping[str, Path]
    start: int
    end: int
    scale: float
    seed: int
    threads: int
    parameters: Mapping[str, Any] | None
    pack: str
    detail: str
    shocks: tuple[Shock, ...] = ()
    part: int = 0  # another city of this scale, of other households (`sim.inside.samples`)


def replicate_seed(seed: int, replicate: int) -> int:
    """Run seed of a replicate, 0 .. 2**63 - 1: a hash, so that neighbouring seeds share no sequence."""
    digest = hashlib.sha256(f"{seed}/{replicate}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def run(scenario: str | Scenario, **options) -> Result:
    """One scenario; options as in `run_all`."""
    return run_all([scenario], **options)[0]


def run_all(
    scenarios: Sequence[str | Scenario],
    start: int = 2020,
    end: int = 2035,
    scale: float = 0.01,
    replicates: int = 10,
    seed: int = 1,
    workers: int | None = None,
    threads: int | None = None,
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | Ensemble | None = None,
    progress: bool = True,
    detail: str = "towns",
    pack=None,
) -> list[Result]:
    """Results in the order of `scenarios`.

    `parameters` is one set of values {key: value} that replaces catalogue defaults, or several (an ensemble):
    then every set runs every replicate. Of an `Ensemble` with weights each future has one set and luck of its own, the
    same in every scenario: `replicates` futures in all. `detail` keeps results of the city, its counties too, or its
    towns too.
    """
    pack = pack or load_pack()
    chosen = [s if isinstance(s, Scenario) else load(s, pack) for s in scenarios]
    check_run(start, end, scale, replicates, detail, pack)
    seeds, paired = [replicate_seed(seed, r) for r in range(replicates)], isinstance(parameters, Ensemble)
    if paired:
        sets = list(parameters.drawn(replicates, seed))
    else:
        sets = [parameters] if parameters is None or isinstance(parameters, Mapping) else list(parameters)
    for values in sets:
        Parameters(values)
    futures = list(zip(sets, seeds, strict=True)) if paired else [(values, one) for values in sets for one in seeds]
    count = len(chosen) * len(futures)
    workers = workers or _suggested_workers(count, pack, scale, end - start)
    threads = threads or (1 if workers > 1 else default_threads())
    jobs = [
        Job(s.settings, s.assumptions, start, end, scale, one, threads, values, str(pack.folder), detail, s.shocks)
        for s in chosen
        for values, one in futures
    ]
    begun = time.perf_counter()
    records = _run_jobs(jobs, min(workers, count), progress)
    seconds = time.perf_counter() - begun
    years, places, indicators, _ = records[0]
    values = np.stack([r[3] for r in records])
    values = values.reshape(len(chosen), len(sets), len(futures) // len(sets), *values.shape[1:])
    return [
        Result(
            scenario, start, end, scale, seed, tuple(seeds), tuple(sets), tuple(years), tuple(places),
            tuple(indicators), values[i], pack, seconds / len(chosen), workers, threads,
        )
        for i, scenario in enumerate(chosen)
    ]  # fmt: skip


def check_run(start: int, end: int, scale: float, replicates: int, detail: str, pack) -> None:
    """ScenarioError when the options of a run make no sense."""
    years = census_years(pack)
    if start not in years:
        said = " or ".join(map(str, years))
        raise _refused("start", f"must be a census year, {said}, got {start}", f"须为普查年份 {said}，现为 {start}")
    if not start <= end <= LAST_YEAR:
        en, zh = f"must be from {start} to {LAST_YEAR}, got {end}", f"须在 {start} 至 {LAST_YEAR} 之间，现为 {end}"
        raise _refused("end", en, zh)
    if not 0 < scale <= 1:
        raise _refused("scale", f"must be above 0 and at most 1, got {scale:g}", f"须大于 0 且不超过 1，现为 {scale:g}")
    if replicates < 1:
        raise _refused("replicates", f"must be 1 or more, got {replicates}", f"须不小于 1，现为 {replicates}")
    if detail not in DETAILS:
        raise _refused("detail", f"must be one of {', '.join(DETAILS)}", f"须为 {'、'.join(DETAILS)} 之一")


def _refused(field: str, en: str, zh: str) -> ScenarioError:
    return ScenarioError(en, zh, field=field)


def run_job(job: Job) -> Record:
    """Years, places, indicators and float64[year, place, indicator] of one run."""
    model = make_model(job)
    model.run_until(job.end)
    return kept_record(model, job)


def make_model(job: Job):
    """The city of a job in its start year."""
    from sim.inside.samples import other_city
    from sim.model import CityModel

    pack = load_pack(job.pack)
    policy = _policy(job.settings, tuple(job.assumptions.items()), job.shocks, pack, job.start, job.end)
    parameters = None if job.parameters is None else dict(job.parameters)
    return CityModel(
        policy, start=job.start, scale=job.scale, seed=job.seed, threads=job.threads, pack=pack, parameters=parameters,
        population=other_city(pack, job.start, job.scale, job.part) if job.part else None,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _policy(settings: tuple, assumed: tuple, shocks: tuple, pack, start: int, end: int) -> Policy:
    """The policy of a job, compiled once for all its replicates in this process."""
    return compile_policy(settings, dict(assumed), pack, start, end, shocks)


def kept_record(model, job: Job) -> Record:
    """What a job keeps of a city that has run."""
    years, places, indicators, values = model.records()
    rows = kept_places(places, model.pack, job.detail)
    return list(years), [places[i] for i in rows], list(indicators), np.asarray(values, np.float64)[:, rows]


def _suggested_workers(count: int, pack, scale: float, years: int) -> int:
    work = count * float(pack.town_residents(census_years(pack)[-1]).sum()) * scale * max(1, years)
    return min(default_threads(), count) if work > PARALLEL_FROM else 1


def _run_jobs(jobs: list[Job], workers: int, progress: bool) -> list:
    from tqdm import tqdm

    hidden = None if progress else True  # None: hidden where standard error is not a terminal
    with tqdm(total=len(jobs), unit="run", delay=2, disable=hidden, leave=False) as bar:
        if workers <= 1:
            return [_counted(run_job(job), bar) for job in jobs]
        return _in_processes(jobs, workers, bar)


def _counted(record, bar):
    bar.update()
    return record


def _in_processes(jobs: list[Job], workers: int, bar) -> list:
    prepare(jobs[0])
    pool = process_pool(workers)
    with no_main_module():
        futures = [pool.submit(run_job, job) for job in jobs]
    try:
        waiting: Iterable = set(futures)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()  # an error in one run ends them all
                bar.update()
        return [future.result() for future in futures]
    except BaseException:
        drop_pool(workers)
        raise


def prepare(job: Job) -> None:
    """Makes the start population once and keeps it on disk, before every worker would make it."""
    from sim.synthesis import start_population

    start_population(load_pack(job.pack), job.start, job.scale)
