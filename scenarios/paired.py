"""One figure of two scenarios that share their luck, compared future by future."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Change:
    """Current against baseline in one year; pairs share their luck, so differences are taken within pairs."""

    baseline: float  # mean over futures
    current: float
    difference: float  # mean of the paired differences
    least: float  # smallest and largest difference of a pair
    most: float
    up: int  # pairs in which current is above baseline
    down: int
    pairs: int

    @property
    def same(self) -> int:
        return self.pairs - self.up - self.down


def paired(before: np.ndarray, after: np.ndarray) -> Change:
    """The comparison of float64[future] of a baseline with those of another scenario, in the same order of futures."""
    gap = after - before
    return Change(
        float(before.mean()),
        float(after.mean()),
        float(gap.mean()),
        float(gap.min()),
        float(gap.max()),
        int((gap > 0).sum()),
        int((gap < 0).sum()),
        len(gap),
    )
