"""Small exact tables: iterative proportional fitting, and rounding that keeps the margins."""

import numpy as np
from ipfn import ipfn
from scipy.optimize import brentq, linprog
from scipy.special import expit


def round_to_total(values: np.ndarray, total: int) -> np.ndarray:
    """int64 of the shape of `values`, proportional to them, summing to `total` (largest remainders)."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    if flat.sum() <= 0:
        if total:
            raise ValueError(f"cannot share {total} over weights that sum to zero")
        return np.zeros(np.shape(values), dtype=np.int64)
    exact = flat * (total / flat.sum())
    whole = np.floor(exact).astype(np.int64)
    short = int(total - whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return whole.reshape(np.shape(values))


def fit_table(seed: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """float64[R, K]: the table nearest to `seed` (Kullback-Leibler) with these margins, by IPF (Deming & Stephan 1940).

    The margins must have one sum. Zeros of the seed stay zero.
    """
    rows, columns = np.asarray(rows, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    r, k = rows > 0, columns > 0
    table = np.zeros(seed.shape)
    part = np.array(seed, dtype=np.float64)[np.ix_(r, k)]
    fitted = ipfn.ipfn(part, [rows[r], columns[k]], [[0], [1]], convergence_rate=1e-10, rate_tolerance=0.0)
    table[np.ix_(r, k)] = fitted.iteration()
    return table


def round_table(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """int64[R, K]: `table` rounded up or down so that both margins are exact (controlled rounding, Cox 1987).

    The cells to round up are a transport problem, whose corners are whole numbers.
    """
    whole = np.floor(table + 1e-9).astype(np.int64)
    fraction = table - whole
    need = np.concatenate([np.asarray(rows) - whole.sum(axis=1), np.asarray(columns) - whole.sum(axis=0)])
    if not need.any():
        return whole
    n, k = table.shape
    cells = np.argwhere(table > 0)
    sums = np.zeros((n + k, len(cells)))
    sums[cells[:, 0], np.arange(len(cells))] = 1
    sums[n + cells[:, 1], np.arange(len(cells))] = 1
    gain = -fraction[cells[:, 0], cells[:, 1]]
    low = -whole[cells[:, 0], cells[:, 1]]  # slack for tables whose fit has not quite converged
    for bounds in ([(0, 1)] * len(cells), [(max(v, -50), 50) for v in low]):
        found = linprog(gain, A_eq=sums, b_eq=need, bounds=bounds, method="highs-ds")
        if found.success:
            whole[cells[:, 0], cells[:, 1]] += np.rint(found.x).astype(np.int64)
            return whole
    raise ValueError("no whole-number table has these margins; check that they have one sum and the zeros of the seed")


def whole_table(seed: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """int64[R, K]: IPF, then controlled rounding."""
    return round_table(fit_table(seed, rows, columns), rows, columns)


def shift_to_total(size: np.ndarray, logit: np.ndarray, total: float) -> np.ndarray:
    """size * expit(logit + c), with c such that the sum is `total` (0 <= total <= sum of size)."""
    size = np.asarray(size, dtype=np.float64)
    if total <= 0 or total >= size.sum():
        return size * (total > 0)
    return size * expit(logit + brentq(lambda c: (size * expit(logit + c)).sum() - total, -60, 60))


def cut_by_size(size: np.ndarray, quotas: np.ndarray) -> np.ndarray:
    """int64[n]: consecutive rows given to bins so that each bin holds about its quota of persons.

    `size` are persons of the rows in order; the row whose middle falls into a bin's share belongs to it,
    so errors do not add up along the row.
    """
    middle = np.cumsum(size) - 0.5 * size
    edges = np.cumsum(quotas)
    bins = np.searchsorted(edges, middle, side="right")
    last = int(np.flatnonzero(quotas > 0)[-1]) if (quotas > 0).any() else 0
    return np.minimum(bins, last)
