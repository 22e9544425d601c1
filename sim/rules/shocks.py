"""Named events: how they fade, and what they take. Numbers or arrays."""

import numpy as np


def remaining(size, years_since, recovery):
    """Share that is still away some years after the event: size * max(0, 1 - years_since / recovery), 0 before it.

    size: share 0..1 in the year itself; recovery: years after which all is as it would have been (1: that year only).
    """
    left = np.maximum(1.0 - years_since / recovery, 0.0)
    return np.where(years_since >= 0, size * left, 0.0)


def homes_gone(size, stock, taken):
    """Whole homes that an event takes: min(size * stock, empty homes), rounded down.

    Households of lost homes shelter in the empty ones; what goes beyond these is repaired within the year.
    """
    return np.minimum(np.floor(size * stock), np.maximum(stock - taken, 0)).astype(np.int64)


def homes_rebuilt(gone, years_left):
    """Homes rebuilt this year of those still gone, so that all stand again after `years_left` years: gone // years."""
    return gone // years_left
