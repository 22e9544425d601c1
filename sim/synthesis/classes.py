"""Who is a migrant: residents of each migrant class of the census, exactly, as families and as single people."""

import numpy as np

from sim.codes import MIGRANT_CLASSES, NOT_MIGRANT, OTHER_PROVINCE, SAME_COUNTY, SAME_PROVINCE
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose, take_top

COLLECTIVE_CAP = 0.6  # of the residents of one class at the most
FARTHEST_FIRST = (OTHER_PROVINCE, SAME_PROVINCE, SAME_COUNTY)


def collective_by_class(draft: Draft, par) -> np.ndarray:
    """int64[4]: residents of collective households by migrant class, in proportion to residents x weight.

    Equation: c_k = min(w_k * n_k * a, 0.6 * n_k), with a such that the total is the county's; locals take the rest.
    """
    t = draft.targets
    away = t.classes[1:] * par.start_collective_class[1:]
    scale = t.collective / (away.sum() + t.classes[0] * par.start_collective_class[0])
    counts = np.minimum(away * scale, COLLECTIVE_CAP * t.classes[1:]).astype(np.int64)
    return np.concatenate([[t.collective - counts.sum()], counts])


def assign_classes(draft: Draft, luck: Luck, par) -> None:
    """Adds `migrant` uint8[h] to the draft; the members of a family are of one class.

    Families are chosen by logit: -(|age of head - peak| / spread) + effect of generations + logistic noise,
    as many as fit the class's persons outside collective households; single people in collective households
    make the class exact.
    """
    f, t = draft.families, draft.targets
    migrant = np.full(len(draft.size), NOT_MIGRANT, dtype=np.uint8)
    collective = collective_by_class(draft, par)
    age_effect = -np.abs(draft.head_age[:f] - par.start_migrant_age) / par.start_migrant_age_spread
    logit = age_effect + par.start_migrant_generation[draft.generations[:f] - 1]
    free = np.arange(f)
    counts = np.zeros(MIGRANT_CLASSES, dtype=np.int64)
    for k in FARTHEST_FIRST:
        score = logit[free] + luck.logistic(draft.keys[free], Purpose.CLASS + k)
        order = free[np.argsort(-score, kind="stable")]
        fit = int(np.searchsorted(np.cumsum(draft.size[order]), t.classes[k] - collective[k], side="right"))
        migrant[order[:fit]] = k
        counts[k] = t.classes[k] - draft.size[order[:fit]].sum()
        free = order[fit:]
    _assign_singles(draft, migrant, counts, luck, par)
    draft.more["migrant"] = migrant


def _assign_singles(draft: Draft, migrant: np.ndarray, counts: np.ndarray, luck: Luck, par) -> None:
    """Classes of collective residents: `counts` [4] of each, young workers first; locals are the rest."""
    f = draft.families
    if counts.sum() > len(draft.size) - f:
        raise ValueError(f"county {draft.targets.county}: more migrants than families and collective households hold")
    free = np.arange(f, len(draft.size))
    logit = -np.abs(draft.head_age - par.start_migrant_age) / par.start_migrant_age_spread
    for k in FARTHEST_FIRST:
        chosen = take_top(logit[free] + luck.logistic(draft.keys[free], Purpose.COLLECTIVE_CLASS + k), int(counts[k]))
        migrant[free[chosen]] = k
        free = free[~chosen]
