"""Adaptive population Monte Carlo for approximate Bayesian computation (Lenormand, Jabot and Deffuant 2013).

Points are normal scores: the prior is standard normal in every coordinate, whatever its shape in the parameter, and has
no edge. The first wave is a scrambled Sobol sequence. Each later wave draws from a mixture of normal kernels at the
points kept so far. Of old and new the nearest are kept; the tolerance is the distance of the farthest kept.

Two things differ from the paper: twenty-seven coordinates would leave a handful of effective points. Kernels are
those of Liu and West (2001): h^2 times the weighted covariance around centres drawn towards the mean, so the mixture is
as wide as the points; covariances off the diagonal are shrunk (Schaefer and Strimmer 2005), for a few hundred points
tell few of them. And every kept point weighs the prior's density over the density of all waves so far together (Owen
and Zhou 2000; Cornuet, Marin, Mira and Robert 2012), whichever wave drew it. On a problem of that size whose answer is
known (tests/test_fit.py) 240 to 300 of 384 points stay effective after six waves, against about ten.

The number of runs in a wave is fixed, so nothing depends on who finishes first; the draw of a point is a hash of seed,
wave and its number.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp, ndtri
from scipy.stats import qmc

WIDTH = 0.9  # h^2 of the kernels
CORRELATION = 0.4  # kept of covariances off the diagonal


@dataclass(frozen=True)
class Population:
    """Points float64[n, d] that are kept, nearest first, and their distances float64[n].

    `waves`: (number of points drawn, the mixture that drew them; None for the prior) of every wave so far.
    """

    points: np.ndarray
    distances: np.ndarray
    waves: "tuple[tuple[int, Mixture | None], ...]"

    @cached_property
    def weights(self) -> np.ndarray:
        """float64[n], adding up to 1: prior / sum over waves of (share of the draws) x (density of the wave)."""
        prior = -0.5 * (np.square(self.points).sum(axis=1) + self.points.shape[1] * np.log(2.0 * np.pi))
        drawn = np.array([n for n, _ in self.waves], dtype=float)
        logs = np.stack([prior if m is None else m.log_density(self.points) for _, m in self.waves])
        log_weight = prior - logsumexp(logs, axis=0, b=(drawn / drawn.sum())[:, None])
        weights = np.exp(log_weight - log_weight.max())
        return weights / weights.sum()

    @property
    def tolerance(self) -> float:
        return float(self.distances.max())

    @property
    def effective(self) -> float:
        """Effective number of points."""
        return float(1.0 / np.square(self.weights).sum())


def first_points(n: int, d: int, seed: int) -> np.ndarray:
    """float64[n, d] normal scores of the first n points of a scrambled Sobol sequence."""
    power = max(int(np.ceil(np.log2(n))), 0)
    points = qmc.Sobol(d, rng=np.random.default_rng(seed)).random_base2(power)[:n]
    return ndtri(np.clip(points, 1e-9, 1.0 - 1e-9))


def first_population(points: np.ndarray, distances: np.ndarray, keep: int) -> Population:
    """The `keep` nearest of the first wave, all of one weight."""
    near = np.argsort(distances, kind="stable")[:keep]
    return Population(points[near], distances[near], ((len(points), None),))


@dataclass(frozen=True)
class Mixture:
    """Kernels of one width: centres float64[n, d], shares float64[n], lower Cholesky factor of the kernel [d, d]."""

    centres: np.ndarray
    shares: np.ndarray
    lower: np.ndarray

    @classmethod
    def of(cls, population: Population) -> "Mixture":
        """Kernels of WIDTH times the covariance, whose off-diagonal parts count CORRELATION of what they are."""
        points, shares = population.points, population.weights
        mean = shares @ points
        apart = points - mean
        covariance = (apart.T * shares) @ apart
        variance = np.diag(np.diag(covariance))
        covariance = CORRELATION * covariance + (1.0 - CORRELATION) * variance + 1e-8 * np.eye(len(mean))
        return cls(mean + np.sqrt(1.0 - WIDTH) * apart, shares, np.linalg.cholesky(WIDTH * covariance))

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """float64[n]."""
        here, centres = (np.linalg.solve(self.lower, x.T).T for x in (points, self.centres))
        log_kernel = -0.5 * cdist(here, centres, "sqeuclidean")
        constant = 0.5 * len(self.lower) * np.log(2.0 * np.pi) + np.log(np.diag(self.lower)).sum()
        return logsumexp(log_kernel, axis=1, b=self.shares) - constant


def propose(population: Population, n: int, seed: int, wave: int) -> np.ndarray:
    """float64[n, d]: new points, each by its own keyed luck."""
    mixture = Mixture.of(population)
    ends = np.cumsum(mixture.shares)
    found = []
    for k in range(n):
        digest = hashlib.sha256(f"apmc/{seed}/{wave}/{k}".encode()).digest()
        luck = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))
        at = min(int(np.searchsorted(ends, luck.random(), side="right")), len(ends) - 1)
        found.append(mixture.centres[at] + mixture.lower @ luck.standard_normal(len(mixture.lower)))
    return np.stack(found)


def next_population(before: Population, points: np.ndarray, distances: np.ndarray) -> tuple[Population, float]:
    """(the nearest of old and new points, share of the new ones within the old tolerance)."""
    accepted = float((distances < before.tolerance).mean())
    points = np.concatenate([before.points, points])
    waves = (*before.waves, (len(distances), Mixture.of(before)))
    distances = np.concatenate([before.distances, distances])
    kept = np.argsort(distances, kind="stable")[: len(before.points)]
    return Population(points[kept], distances[kept], waves), accepted


def resample(population: Population, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows of the population, weights): systematic resampling with the fewest draws that give n different rows.

    A row drawn twice weighs twice. Where fewer than n rows have a weight to speak of, it is the rows of 100 n draws.
    """
    digest = hashlib.sha256(f"apmc/resample/{seed}".encode()).digest()
    u = (int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64
    ends = np.cumsum(population.weights)
    for draws in range(n, 100 * n + 1):
        drawn = np.searchsorted(ends / ends[-1], (np.arange(draws) + u) / draws, side="right")
        rows, times = np.unique(np.minimum(drawn, len(ends) - 1), return_counts=True)
        if len(rows) >= n:
            break
    return rows, times / draws
