"""A fit that has ended: what its runs tell, without a new run.

All runs of the waves are one weighted sample of the prior: a run weighs the prior's density over that of all waves
together (`apmc.Population.weights`). Other questions keep other runs of the same sample: a county left out of the fit,
or figures made by the model itself in place of the census.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from calibration.fit.apmc import Population
from calibration.fit.distance import distance, run_noise
from calibration.fit.pipeline import Fit, Settings, fit
from calibration.fit.space import Space, names
from calibration.fit.store import RunStore
from calibration.targets.target import Target, targets
from scenarios.errors import ScenarioError

FUTURES = 200  # futures of one weight that stand for a weighted sample


@dataclass(frozen=True)
class Finished:
    """`points` float64[runs, d] normal scores of all waves, `values` float64[runs, targets], `noise` by target."""

    settings: Settings
    space: Space
    chosen: tuple[Target, ...]
    points: np.ndarray
    values: np.ndarray
    noise: np.ndarray
    population: Population

    @property
    def prior(self) -> np.ndarray:
        """bool[runs]: drawn from the prior."""
        return np.arange(len(self.points)) < self.settings.first

    def kept(self, chosen: Sequence[Target] | None = None, without: int = -1) -> tuple[np.ndarray, Population]:
        """(rows, population) of the runs nearest to some targets, as many as the fit keeps; run `without` is not."""
        far = distance(self.values, self.chosen if chosen is None else chosen, self.noise)
        if without >= 0:
            far[without] = np.inf
        rows = np.argsort(far, kind="stable")[: self.settings.kept]
        return rows, Population(self.points[rows], far[rows], self.population.waves)

    def futures(self, rows: np.ndarray, population: Population, count: int = FUTURES) -> np.ndarray:
        """float64[count, targets]: values of runs drawn by weight, all of one weight."""
        ends = np.cumsum(population.weights)
        at = np.searchsorted(ends / ends[-1], (np.arange(count) + 0.5) / count, side="right")
        return self.values[rows[np.minimum(at, len(rows) - 1)]]


def read_fit(folder: Path, pack) -> Finished:
    """The fit in a folder; ScenarioError where it has not ended."""
    if not (folder / "ensemble.csv").exists():
        raise ScenarioError("holds no finished fit", "没有已完成的拟合", file=str(folder))
    known = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    settings = Settings(**{k: v for k, v in known.items() if k in Settings.__dataclass_fields__})
    store = RunStore(folder, known, resume=True)

    def nothing(jobs):
        raise ScenarioError("lacks runs: other targets or priors than today's", "缺少运行结果", file=str(folder))

    f = Fit(settings, store, nothing, targets(pack), names())
    population = fit(f)
    with (folder / "screening.csv").open(encoding="utf-8") as file:
        space = Space(tuple(row["parameter"] for row in csv.DictReader(file) if row["fitted"] == "1"))
    stages = list(f.points)
    values = np.concatenate([store.values(stage, len(f.points[stage])) for stage in stages])
    noise = run_noise(store.values("replicates", settings.replicates), f.chosen)
    return Finished(settings, space, f.chosen, np.concatenate(list(f.points.values())), values, noise, population)


def without_county(finished: Finished, county: str) -> np.ndarray:
    """float64[FUTURES, targets]: the fit with all targets of one county unseen."""
    hidden = [replace(t, left_out=True) if t.place == county else t for t in finished.chosen]
    return finished.futures(*finished.kept(hidden))


def recovered(finished: Finished, run: int, share: float = 0.8) -> np.ndarray:
    """bool[d]: whether the fit to the figures of one of its own runs holds that run's parameters.

    The figures of the run, with the errors of the real ones, take the place of the census; the run itself is not in the
    sample. A parameter is recovered where it lies in the middle `share` of the posterior.
    """
    made = [_with_value(t, float(v)) for t, v in zip(finished.chosen, finished.values[run], strict=True)]
    _, population = finished.kept(made, without=run)
    inside = []
    for j in range(finished.points.shape[1]):
        order = np.argsort(population.points[:, j], kind="stable")
        x, ends = population.points[order, j], np.cumsum(population.weights[order])
        low, high = (x[min(np.searchsorted(ends, p), len(x) - 1)] for p in ((1 - share) / 2, (1 + share) / 2))
        inside.append(low <= finished.points[run, j] <= high)
    return np.array(inside)


def _with_value(target: Target, value: float) -> Target:
    """The target with the figure of a run; unseen where the run has nobody to count."""
    known = np.isfinite(value) and (value > 0 or target.measure.scale == "points")
    return replace(target, value=value) if known else replace(target, left_out=True)


def identified(finished: Finished) -> list[tuple[str, float, float, float]]:
    """(coordinate, posterior mean and standard deviation as probabilities of the prior, sd over the prior's)."""
    u = ndtr(finished.population.points)
    weights = finished.population.weights
    mean = weights @ u
    sd = np.sqrt(np.maximum(weights @ np.square(u - mean), 0.0))
    uniform = 12.0**-0.5
    return [(n, float(m), float(s), float(s / uniform)) for n, m, s in zip(finished.space.names, mean, sd, strict=True)]
