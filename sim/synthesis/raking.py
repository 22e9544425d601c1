"""How many families of each prototype a county has: generalised raking (Deville & Sarndal 1992).

`ipfn` fits tables; here the cells are families and part of the margins are persons, which it cannot do.

Equation::

    w_i = N_c(i) * q_i * exp(lambda . x_i) / sum_{j in c(i)} q_j * exp(lambda . x_j)

with c the cell (size, generations) of the family, N_c its number of families (exact), q_i the prior weight
and x_i the members of prototype i by age group and sex. lambda makes sum_i w_i x_i the county's family
members by age and sex: the minimum of a convex function, found by Newton's method.
"""

import numpy as np

from sim.codes import FEMALE, MALE
from sim.rules import allocating
from sim.synthesis.prototypes import ABSENT, EITHER, Prototypes
from sim.synthesis.targets import MAX_SIZE

RIDGE = 5.0  # persons per unit of lambda: keeps impossible age structures from driving lambda to infinity
STEPS = 60
CLOSE = 1e-4  # persons: so near that the last digits of an arithmetic unit do not matter
OLDEST_INDEX = 100


def members(protos: Prototypes, starts: np.ndarray, son_share: np.ndarray) -> np.ndarray:
    """float64[n, G * 2]: members of each prototype by age group and sex; children count as part son, part daughter.

    starts int64[G]: first age of each group.
    """
    groups = len(starts)
    group_of = np.searchsorted(starts, np.arange(OLDEST_INDEX + 1), side="right") - 1
    x = np.zeros((len(protos.size), groups * 2))
    rows = np.arange(len(protos.size))
    for j in range(MAX_SIZE):
        here = protos.age[:, j] != ABSENT
        age, sex = protos.age[here, j], protos.sex[here, j]
        men = np.where(sex == EITHER, np.where(age < 18, son_share[0], son_share[1]), sex == MALE)
        np.add.at(x, (rows[here], group_of[age] * 2 + MALE), men)
        np.add.at(x, (rows[here], group_of[age] * 2 + FEMALE), 1 - men)
    return x


def cell_of(protos: Prototypes) -> np.ndarray:
    """int64[n]: cell (size, generations) of each prototype in the flattened table of MAX_SIZE x 4."""
    return (protos.size.astype(np.int64) - 1) * 4 + protos.generations - 1


@allocating
def _moments(x, w, cell, sums, products):
    """Adds w * x to the row of its cell, and w * x x' to the products. In order of rows: the same on every machine."""
    kinds = x.shape[1]
    here = np.empty(kinds, np.int64)
    for i in range(len(w)):
        n = 0
        for a in range(kinds):
            if x[i, a] != 0.0:
                here[n] = a
                n += 1
        for p in range(n):
            a = here[p]
            wx = w[i] * x[i, a]
            sums[cell[i], a] += wx
            for q in range(p + 1):
                products[a, here[q]] += wx * x[i, here[q]]


@allocating
def _scores(x, slope, out):
    for i in range(len(out)):
        total = 0.0
        for a in range(len(slope)):
            if x[i, a] != 0.0:
                total += x[i, a] * slope[a]
        out[i] = total


class _Dual:
    """The convex function of lambda, its gradient and its curvature."""

    def __init__(self, x: np.ndarray, cell: np.ndarray, prior: np.ndarray, number: np.ndarray, wanted: np.ndarray):
        self.x, self.cell, self.prior, self.number, self.wanted = x, cell, prior, number, wanted

    def weights(self, slope: np.ndarray) -> tuple[np.ndarray, float]:
        """Families per prototype, and the value of the function."""
        score = np.empty(len(self.cell))
        _scores(self.x, slope, score)
        top = np.full(len(self.number), -np.inf)
        np.maximum.at(top, self.cell, score)
        top = np.where(np.isfinite(top), top, 0.0)
        raised = self.prior * np.exp(score - top[self.cell])
        total = np.bincount(self.cell, raised, minlength=len(self.number))
        used = total > 0
        value = (self.number[used] * (np.log(total[used]) + top[used])).sum()
        value += -(self.wanted * slope).sum() + 0.5 * RIDGE * (slope * slope).sum()
        return self.number[self.cell] * raised / total[self.cell], value

    def step(self, slope: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and Newton step at lambda: the curvature is the members' covariance within cells."""
        kinds = self.x.shape[1]
        sums, lower = np.zeros((len(self.number), kinds)), np.zeros((kinds, kinds))
        _moments(self.x, w, self.cell, sums, lower)
        curvature = lower + np.tril(lower, -1).T
        for row, number in zip(sums, self.number, strict=True):
            curvature -= np.outer(row, row) / max(number, 1e-9)
        gradient = sums.sum(axis=0) - self.wanted + RIDGE * slope
        curvature[np.diag_indices(kinds)] += RIDGE
        return gradient, np.linalg.solve(curvature, gradient)


def rake(x: np.ndarray, cell: np.ndarray, prior: np.ndarray, number: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """float64[n]: families of each prototype.

    x float64[n, K] members by kind, cell int64[n], prior float64[n], number float64[cells] families per cell,
    wanted float64[K] members by kind in the county.
    """
    dual = _Dual(x, cell, prior, np.asarray(number, dtype=np.float64), np.asarray(wanted, dtype=np.float64))
    slope = np.zeros(x.shape[1])
    w, value = dual.weights(slope)
    for _ in range(STEPS):
        gradient, move = dual.step(slope, w)
        if np.abs(gradient).max() < CLOSE:
            break
        length = 1.0
        while length > 1e-6:  # back off until the function falls
            trial = slope - length * move
            new_w, new_value = dual.weights(trial)
            if new_value <= value:
                slope, w, value = trial, new_w, new_value
                break
            length *= 0.5
        else:
            break
    return w


def whole_families(w: np.ndarray, cell: np.ndarray, number: np.ndarray) -> np.ndarray:
    """int64[n]: weights rounded so that every cell has its number of families exactly.

    Systematic rounding along each cell (prototypes lie in order of type and age of the head), so the
    rounding errors of neighbours cancel. `cell` must be sorted.
    """
    counts = np.zeros(len(w), dtype=np.int64)
    for c in np.unique(cell):
        rows = np.flatnonzero(cell == c)
        if number[c] == 0:
            continue
        ends = np.cumsum(w[rows])
        ends = np.floor(ends * (number[c] / ends[-1]) + 0.5).astype(np.int64)
        ends[-1] = number[c]
        counts[rows] = np.diff(ends, prepend=0)
    return counts
