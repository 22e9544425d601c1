"""`jiangmen calibrate`: replicates (chance in a run), screening, waves of the fit, ensemble."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from calibration.fit import apmc, screening
from calibration.fit.distance import distance, run_noise
from calibration.fit.space import CONSTANT, Space, names
from calibration.fit.store import RunStore, replace_text
from calibration.targets.target import MEASURES, Target, targets
from scenarios.errors import ScenarioError
from scenarios.runner import replicate_seed

# (parameters, run seed) -> (values, why the run broke off or ""), in order
Simulate = Callable[[list[tuple[dict | None, int]]], Iterator[tuple[np.ndarray, str]]]


@dataclass(frozen=True)
class Settings:
    """Size of a fit. Runs in all: replicates + trajectories * (coordinates + 1) + first + waves * each."""

    scale: float = 0.01
    seed: int = 1
    replicates: int = 12
    trajectories: int = 1
    fitted: int = 20  # parameters beside the constants of counties
    first: int = 192
    kept: int = 96
    each: int = 96
    waves: int = 3
    ensemble: int = 64
    least_accepted: float = 0.03  # share of new points within the tolerance at which waves end

    @property
    def runs(self) -> int:
        """At the most."""
        screened = self.trajectories * (len(names()) + 1)
        return self.replicates + screened + self.first + self.waves * self.each


QUICK = Settings(
    scale=0.005, replicates=8, trajectories=1, fitted=10, first=128, kept=96, each=64, waves=4, ensemble=50
)


@dataclass
class Fit:
    """A fit under way: settings, where runs are kept, who simulates, whom to tell of each run made."""

    settings: Settings
    store: RunStore
    simulate: Simulate
    chosen: tuple[Target, ...]
    coordinates: tuple[str, ...]
    tell: Callable[[int], None] = lambda n: None
    points: dict[str, np.ndarray] = field(default_factory=dict)  # normal scores of each wave, when it has been judged

    def run(self, stage: str, parameters: list[dict | None]) -> np.ndarray:
        """float64[runs, targets]; what is in the store is not run again. Luck goes by stage and number."""
        missing = self.store.missing(stage, len(parameters))
        self.tell(len(parameters) - len(missing))
        jobs = [(parameters[k], run_seed(self.settings.seed, stage, k)) for k in missing]
        for k, (values, reason) in zip(missing, self.simulate(jobs) if jobs else (), strict=True):
            self.store.add(stage, k, values, reason)
            self.tell(1)
        return self.store.values(stage, len(parameters))


def run_seed(seed: int, stage: str, number: int) -> int:
    """Seed of a run, 0 .. 2**63 - 1. A screening keeps one luck: effects are of parameters and not of chance."""
    if stage == "screening":
        return replicate_seed(seed, 0)
    digest = hashlib.sha256(f"fit/{seed}/{stage}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def fit(f: Fit) -> apmc.Population:
    """All stages; writes screening.csv, waves.csv, rejected.csv and ensemble.csv into the folder of the store.

    A run that breaks off is as far as a run can be, so it is never kept; with the catalogue's own values none may.
    """
    s, folder = f.settings, f.store.folder
    replicates = f.run("replicates", [None] * s.replicates)
    for (stage, k), reason in f.store.reasons.items():
        if stage == "replicates":
            raise ScenarioError(
                f"run {k} with default values broke off: {reason}", f"默认参数的第 {k} 次运行中断：{reason}"
            )
    noise = run_noise(replicates, f.chosen)
    space = _screen(f, noise)

    def judge(stage: str, points: np.ndarray) -> np.ndarray:
        f.points[stage] = points
        return distance(f.run(stage, [space.values(ndtr(p)) for p in points]), f.chosen, noise)

    points = apmc.first_points(s.first, len(space.names), s.seed)
    population = apmc.first_population(points, judge("wave 0", points), s.kept)
    rows = [(0, s.first, population.tolerance, 1.0, population.effective)]
    for wave in range(1, s.waves + 1):
        points = apmc.propose(population, s.each, s.seed, wave)
        population, accepted = apmc.next_population(population, points, judge(f"wave {wave}", points))
        rows.append((wave, s.each, population.tolerance, accepted, population.effective))
        if accepted < s.least_accepted:
            break
    broken = [(stage, k, reason) for (stage, k), reason in sorted(f.store.reasons.items())]
    replace_text(folder / "rejected.csv", table(("stage", "run", "reason"), broken))
    replace_text(folder / "waves.csv", table(("wave", "runs", "tolerance", "accepted", "effective"), rows))
    replace_text(folder / "ensemble.csv", ensemble_text(population, space, s))
    return population


def _screen(f: Fit, noise: np.ndarray) -> Space:
    """The coordinates that are fitted: the strongest, and the constants of counties."""
    s, every = f.settings, f.coordinates
    constants = tuple(n for n in every if n.startswith(f"{CONSTANT}."))
    if not s.trajectories:
        return Space(every)
    points, whole = screening.design(every, s.trajectories, s.seed), Space(every)
    found = distance(f.run("screening", [whole.values(p) for p in points]), f.chosen, noise)
    strength = screening.effects(every, points, found)
    chosen = screening.strongest(every, strength, s.fitted, constants)
    rows = [(n, x, int(n in chosen)) for n, x in zip(every, strength.tolist(), strict=True)]
    replace_text(f.store.folder / "screening.csv", table(("parameter", "mean_absolute_effect", "fitted"), rows))
    return Space(chosen)


def ensemble_text(population: apmc.Population, space: Space, s: Settings) -> str:
    """The ensemble as CSV, one row a set, as `scenarios.experiments.ensembles` reads it."""
    picked, weights = apmc.resample(population, s.ensemble, s.seed)
    sets = [space.values(ndtr(population.points[i])) for i in picked]
    head = [c for key, v in sets[0].items() for c in _columns(key, v)]
    rows = [
        (k, weight, *(x for v in values.values() for x in np.ravel(v).tolist()))
        for k, (values, weight) in enumerate(zip(sets, weights.tolist(), strict=True))
    ]
    return table(("set", "weight", *head), rows)


def _columns(key: str, value: float | list) -> list[str]:
    return [f"{key}.{k}" for k in range(np.size(value))] if np.ndim(value) else [key]


def table(head: tuple[str, ...], rows: list[tuple]) -> str:
    """CSV; floats as the shortest text that reads back the same."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def calibrate(folder: Path, settings: Settings, resume: bool, workers: int, pack, progress: bool = False) -> None:
    """Fits the city's model into a folder, or goes on with a fit that was begun there."""
    from tqdm import tqdm

    from calibration.runs import in_order
    from scenarios.outputs import model_version

    digest = hashlib.sha256(MEASURES.read_bytes()).hexdigest()[:16]
    known = asdict(settings) | {"model": model_version(pack.hash), "measures": digest}
    store = RunStore(folder, json.loads(json.dumps(known)), resume)

    def simulate(jobs: list[tuple[dict | None, int]]) -> Iterator[tuple[np.ndarray, str]]:
        tasks = [(values, seed, settings.scale, str(pack.folder)) for values, seed in jobs]
        return in_order(simulate_one, tasks, settings.scale, workers, pack)

    hidden = None if progress else True  # None: hidden where standard error is not a terminal
    with tqdm(total=settings.runs, unit="run", disable=hidden, smoothing=0.05) as bar:
        fit(Fit(settings, store, simulate, targets(pack), names(), bar.update))


def simulate_one(task: tuple[dict | None, int, float, str]) -> tuple[np.ndarray, str]:
    """One run in a worker: float64[targets], and why it broke off (values are then NaN) or ""."""
    from calibration.runs import live
    from sim.data import load_pack

    values, seed, scale, folder = task
    pack = load_pack(folder)
    try:
        return live(pack, scale=scale, seed=seed, parameters=values)[1], ""
    except Exception as error:  # whatever a far-off parameter set does to the city, the fit goes on without it
        return np.full(len(targets(pack)), np.nan), f"{type(error).__name__}: {error}"


def changed(settings: Settings, **more) -> Settings:
    """The settings with what was given in place of theirs."""
    return replace(settings, **{k: v for k, v in more.items() if v is not None})
