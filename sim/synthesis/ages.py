"""Single years of age from five-year groups."""

import numpy as np

from sim.synthesis.tables import round_to_total

OLDEST = 100


def single_ages(groups: np.ndarray, bounds: np.ndarray, mortality: np.ndarray) -> np.ndarray:
    """int64[101, 2]: persons by single age and sex, with the group totals exact.

    groups int64[G, 2], bounds int64[G, 2] first and last age, mortality float64[101, 2] deaths per person-year.
    Within a group the density is a line through the means of its neighbours; the open group falls as people die.
    """
    out = np.zeros((OLDEST + 1, 2), dtype=np.int64)
    width = bounds[:, 1] - bounds[:, 0] + 1
    middle = (bounds[:, 0] + bounds[:, 1]) / 2
    for sex in range(2):
        density = groups[:, sex] / width
        for g, (low, high) in enumerate(bounds):
            age = np.arange(low, high + 1)
            if g == len(bounds) - 1:
                shape = np.concatenate([[1.0], np.cumprod(1 - mortality[low:high, sex])])
            else:
                before, after = max(g - 1, 0), min(g + 1, len(bounds) - 2)
                slope = (density[after] - density[before]) / max(middle[after] - middle[before], 1)
                shape = np.maximum(density[g] + slope * (age - middle[g]), 0.2 * density[g])
            out[low : high + 1, sex] = round_to_total(shape if shape.sum() > 0 else np.ones(len(age)), groups[g, sex])
    return out
