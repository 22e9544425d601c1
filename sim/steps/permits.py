"""What residents registered elsewhere may use this year, by town: read by moving, incomes, hukou and services."""

from typing import NamedTuple

import numpy as np

from sim.rules import kernel
from sim.rules import permits as rules

LEVERS = ("permit_parity", "permit_coverage", "permit_school", "permit_health", "permit_housing", "permit_insurance")


class Permit(NamedTuple):
    """Shares float64[T] of each part, 0 to 1, and of all services together."""

    school: np.ndarray
    health: np.ndarray
    housing: np.ndarray
    insurance: np.ndarray
    whole: np.ndarray


@kernel
def _parts(general, coverage, school, health, housing, insurance, access, p, out):
    """Fills out[5, T]: the four parts (schools as far as they have places), and all services together."""
    for t in range(len(general)):
        out[0, t] = rules.part(general[t], school[t], coverage[t]) * access[t]
        out[1, t] = rules.part(general[t], health[t], coverage[t])
        out[2, t] = rules.part(general[t], housing[t], coverage[t])
        out[3, t] = rules.part(general[t], insurance[t], coverage[t])
        out[4, t] = rules.entitlement(out[0, t], out[1, t], out[2, t], out[3, t], p)


def school_part(model) -> np.ndarray:
    """float64[T]: entitled share of children registered elsewhere, before asking whether there are places."""
    levers = ("permit_parity", "permit_school", "permit_coverage")
    return rules.part.py_func(*(model.lever(name) for name in levers))


def permit(model) -> Permit:
    """The parts in force. Schools count as far as they have places (signal migrant_access)."""
    access, known = model.signals.migrant_access, model.__dict__.get("_permit")
    if known is None or known[0] != model.year or known[1] is not access:  # asked for by many steps
        parts = np.empty((5, model.T))
        _parts(*(model.lever(name) for name in LEVERS), access, model.par.permits, parts)
        known = model._permit = model.year, access, Permit(*parts)
    return known[2]
