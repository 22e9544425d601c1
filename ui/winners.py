"""Who gains and who loses: change of income and of services by group, future by future."""

from dataclasses import dataclass

import numpy as np

from sim.group_measures import AGES, CLASSES
from ui.ensemble import Ensemble

FIFTHS = ("lowest_fifth", "highest_fifth")
GROUPS = {  # what is compared -> groups, in the order in which they are shown
    "income": ("urban", "rural", *CLASSES, *AGES, *FIFTHS),
    "services": ("villagers", *CLASSES, *AGES, *FIFTHS),
}


@dataclass(frozen=True)
class Gain:
    """Change of one group in per cent of its level in the same future of the baseline."""

    group: str
    mean: float
    least: float
    most: float
    up: int
    down: int
    pairs: int
    level: float  # mean over futures, current


def gains(baseline: Ensemble, current: Ensemble, what: str, place: str, year: int) -> list[Gain]:
    """One row a group that has values in the place."""
    found = []
    for group in GROUPS[what]:
        key = f"{what}_{group}"
        if not (baseline.has_after_start(key, place) and current.has_after_start(key, place)):
            continue
        before, after = baseline.at(key, place, year), current.at(key, place, year)
        gap = 100.0 * (after / before - 1.0)
        up, down = int((gap > 0).sum()), int((gap < 0).sum())
        found.append(
            Gain(
                group, float(np.mean(gap)), float(gap.min()), float(gap.max()), up, down, len(gap), float(after.mean())
            )
        )
    return found
