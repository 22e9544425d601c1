"""Runs of the model from the first census to the last, one for each parameter set, in this process or in several.

Set k of seed s has the run seed of replicate k: who runs it, and in what order, changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.patterns import Conversions, patterns
from calibration.priors import draw_set
from calibration.targets.observing import Observer
from calibration.targets.target import FIRST, LAST, Target, targets
from scenarios.runner import replicate_seed
from sim.data import load_pack
from sim.model import CityModel


@dataclass(frozen=True)
class Runs:
    """values float64[runs, targets] in the unit of each target; patterns by name float64[runs]."""

    targets: tuple[Target, ...]
    values: np.ndarray
    patterns: dict[str, np.ndarray]

    def of(self, measure: str) -> np.ndarray:
        """float64[runs, places] of a measure that has one target a place."""
        return self.values[:, [i for i, t in enumerate(self.targets) if t.measure.measure == measure]]


@dataclass(frozen=True)
class Task:
    """One run, small enough to send to another process. `number` of the prior set, None = the catalogue's defaults."""

    number: int | None
    prior_seed: int
    seed: int
    scale: float
    pack: str


def live(pack, *, scale: float, seed: int, parameters: dict | None = None, threads: int | None = 1):
    """(model at the last census, float64[targets], patterns) of one run."""
    conversions = Conversions()
    model = CityModel(start=FIRST, end=LAST, scale=scale, seed=seed, threads=threads, pack=pack, parameters=parameters)
    observer = Observer.at_start(model)
    model.watch = conversions.watch
    model.run_until(LAST)
    values = observer.read()
    return model, values, patterns(model, values, targets(pack), conversions)


def run_task(task: Task) -> tuple[np.ndarray, dict[str, float]]:
    """What a worker does."""
    parameters = None if task.number is None else draw_set(task.number, task.prior_seed)
    _, values, found = live(load_pack(task.pack), scale=task.scale, seed=task.seed, parameters=parameters)
    return values, found


def prior_runs(count: int, scale: float, seed: int = 1, workers: int = 1, progress: bool = False, pack=None) -> Runs:
    """One run for each of `count` draws from the priors."""
    pack = pack or load_pack()
    tasks = [Task(k, seed, replicate_seed(seed, k), scale, str(pack.folder)) for k in range(count)]
    return run_all(tasks, pack, workers, progress)


def default_runs(count: int, scale: float, seed: int = 1, workers: int = 1, progress: bool = False, pack=None) -> Runs:
    """Replicates with the catalogue's own values."""
    pack = pack or load_pack()
    tasks = [Task(None, seed, replicate_seed(seed, k), scale, str(pack.folder)) for k in range(count)]
    return run_all(tasks, pack, workers, progress)


def run_all(tasks: Sequence[Task], pack, workers: int, progress: bool) -> Runs:
    """The runs of some tasks, in their order."""
    from tqdm import tqdm

    found = []
    hidden = None if progress else True  # None: hidden where standard error is not a terminal
    with tqdm(total=len(tasks), disable=hidden, unit="run", leave=False) as bar:
        for one in in_order(run_task, tasks, tasks[0].scale, workers, pack):
            found.append(one)
            bar.update()
    names = found[0][1]
    return Runs(
        targets(pack),
        np.stack([values for values, _ in found]),
        {name: np.array([p[name] for _, p in found]) for name in names},
    )


def in_order(work: Callable, tasks: Sequence, scale: float, workers: int, pack) -> Iterator:
    """work(task) for each task, in their order, in this process or in several. All are runs at one scale."""
    if workers <= 1 or len(tasks) == 1:
        yield from map(work, tasks)
        return
    from scenarios.engines.pool import no_main_module, process_pool

    CityModel(start=FIRST, end=FIRST, scale=scale, pack=pack)  # the start population is made once, and kept
    with no_main_module():
        yield from process_pool(workers).map(work, tasks)
