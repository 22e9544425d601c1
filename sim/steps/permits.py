"""What residents registered elsewhere may use this year, by town: read by moving, incomes, hukou and services."""

from typing import NamedTuple

import numpy as np

from sim.rules import permits as rules


class Permit(NamedTuple):
    """Shares float64[T] of each part, 0 to 1, and of all services together."""

    school: np.ndarray
    health: np.ndarray
    housing: np.ndarray
    insurance: np.ndarray
    whole: np.ndarray


def school_part(model) -> np.ndarray:
    """float64[T]: entitled share of children registered elsewhere, before asking whether there are places."""
    return rules.part(model.lever("permit_parity"), model.lever("permit_school"), model.lever("permit_coverage"))


def permit(model) -> Permit:
    """The parts in force. Schools count as far as they have places (signal migrant_access)."""
    general, coverage = model.lever("permit_parity"), model.lever("permit_coverage")
    own = ("permit_health", "permit_housing", "permit_insurance")
    health, housing, insurance = (rules.part(general, model.lever(name), coverage) for name in own)
    school = school_part(model) * model.signals.migrant_access
    return Permit(
        school, health, housing, insurance, rules.entitlement(school, health, housing, insurance, model.par.permits)
    )
