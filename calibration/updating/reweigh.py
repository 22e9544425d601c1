"""Weights of parameter sets after observed years, and what they change."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.updating.observations import Observation
from scenarios.experiments.ensembles import Ensemble
from sim.catalogue import parameters

REPLICATES = 2  # runs a set: their difference tells chance from parameters


@dataclass(frozen=True)
class Update:
    """`found` float64[sets, observations]: mean of a set's runs, in the indicator's unit."""

    observations: tuple[Observation, ...]
    before: Ensemble
    after: Ensemble
    found: np.ndarray
    noise: np.ndarray  # float64[observations], by chance, of a set's mean, on the observation's scale

    @property
    def effective(self) -> tuple[float, float]:
        """Effective number of sets before and after."""
        return tuple(float(1.0 / np.square(e.weights).sum()) for e in (self.before, self.after))


def simulate(ensemble: Ensemble, observations: Sequence[Observation], *, scale: float, seed: int, workers, pack):
    """float64[sets, REPLICATES, observations]: runs from the last census to the last year observed, current policy."""
    from scenarios.runner import run_all

    end = max(o.year for o in observations)
    (result,) = run_all(
        ["baseline"], end=end, scale=scale, seed=seed, replicates=REPLICATES, workers=workers, detail="counties",
        parameters=list(ensemble.sets), pack=pack,
    )  # fmt: skip
    years, places, names = result.years, result.places, result.indicators
    at = [(years.index(o.year), places.index(o.place), names.index(o.indicator)) for o in observations]
    return np.stack([result.values[:, :, y, p, i] for y, p, i in at], axis=-1)


def reweigh(ensemble: Ensemble, observations: Sequence[Observation], runs: np.ndarray) -> Update:
    """w' = w exp(-z2 / 2), z2 = sum over observations of d^2 / (sd^2 + chance^2), d of the mean of a set's runs.

    Chance is the variance of that mean, pooled over sets: half of the mean variance between two runs of a set.
    """
    deviations = np.stack([o.deviation(runs[..., k]) for k, o in enumerate(observations)], axis=-1)
    noise2 = np.var(deviations, axis=1, ddof=1).mean(axis=0) / runs.shape[1]
    sd2 = np.array([o.sd**2 for o in observations])
    z2 = (np.square(deviations.mean(axis=1)) / (sd2 + noise2)).sum(axis=1)
    weights = np.array(ensemble.weights) * np.exp(-0.5 * (z2 - z2.min()))
    weights = weights / weights.sum()
    after = Ensemble(ensemble.sets, tuple(weights.tolist()))
    return Update(tuple(observations), ensemble, after, runs.mean(axis=1), np.sqrt(noise2))


def quantiles(values: np.ndarray, weights: Sequence[float], at: Sequence[float]) -> np.ndarray:
    """Weighted quantiles: the smallest value at which the share of weight reaches each of `at`."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(np.array(weights)[order])
    rows = np.searchsorted(share / share[-1], np.asarray(at) - 1e-12)
    return np.asarray(values)[order][np.minimum(rows, len(values) - 1)]


def moved(update: Update, most: int = 8) -> list[tuple[str, float, float, float]]:
    """(parameter, mean before, mean after, change in standard deviations before), the largest changes first."""
    found = []
    for key in update.before.sets[0] or ():
        values = np.array([np.ravel(s[key]) for s in update.before.sets], dtype=float)
        for part in range(values.shape[1]):
            x = values[:, part]
            before, after = (float(np.dot(e.weights, x)) for e in (update.before, update.after))
            sd = float(np.sqrt(np.dot(update.before.weights, np.square(x - before))))
            if sd > 0:
                name = f"{key}.{part}" if np.ndim(parameters()[key].default) else key
                found.append((name, before, after, (after - before) / sd))
    return sorted(found, key=lambda row: -abs(row[3]))[:most]
