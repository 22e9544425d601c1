"""From points of the unit cube to parameters: each coordinate is a probability of its prior.

A prior is uniform in these coordinates whatever its shape, so a fit needs no prior density. The constants of counties
have a normal prior around zero, cut at the catalogue's bounds: it shrinks them, and there is none below the county.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from calibration.priors import drawn, quantile
from sim.catalogue import parameters

# Utility of living in the county, judgement: e^0.35 is four tenths more of those who choose. Written down before the
# fit of the project, after it was seen that 0.5 moves a county's residents of 2020 by some 4 %.
CONSTANT, CONSTANT_SD = "county_constant", 0.35


def names() -> tuple[str, ...]:
    """All coordinates that can be fitted: parameters with a prior, then one constant a county (`county_constant.0`)."""
    counties = np.size(parameters()[CONSTANT].default)
    return (*drawn(), *(f"{CONSTANT}.{k}" for k in range(counties)))


@dataclass(frozen=True)
class Space:
    """The coordinates of a fit, by name; whatever is not named keeps the catalogue's default."""

    names: tuple[str, ...]

    def values(self, point: np.ndarray) -> dict[str, float | list]:
        """Parameters at a point of the unit cube, float64[len(names)]; a list's parts move together."""
        found: dict[str, float | list] = {}
        for name, u in zip(self.names, np.asarray(point).tolist(), strict=True):
            key, _, part = name.partition(".")
            entry = parameters()[key]
            if part:
                low, high = entry.bounds
                constants = found.setdefault(key, np.ravel(entry.default).astype(float).tolist())
                constants[int(part)] = float(np.clip(CONSTANT_SD * ndtri(u), low, high))
            else:
                default = np.asarray(entry.default, dtype=float)
                values = [quantile(entry, d, u) for d in default.ravel().tolist()]
                found[key] = np.array(values).reshape(default.shape).tolist()
        return found
