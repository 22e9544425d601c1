"""Mirrors the absorption of villages in sim/steps/land.py; the growth of towns is shared."""

import numpy as np

from benchmarks.reference import counts
from benchmarks.reference.counts import HOME_TYPE
from sim.codes import HOME_TYPES, RURAL_PART, VILLAGES_PER_TOWN
from sim.rules.land import villages_inside
from sim.steps.land import _reclassify_homes


def absorb_villages(model) -> np.ndarray:
    """Households of villages that the town has reached become urban; persons reclassified, int64[T]."""
    towns, state = model.towns, model.land_state
    before = towns.urban_villages.copy()
    inside = villages_inside(towns.urban_land - state.urban_at_start, state.village_land)
    inside = model.publish("urban_villages", np.maximum(before, inside))
    taken = counts.occupied(model)
    persons, homes = np.zeros(model.T, np.int64), np.zeros((model.T, HOME_TYPES), np.int64)
    for household in model.households:
        place = household.home
        rural = place < 2 * model.T and place % 2 == RURAL_PART
        if rural and household.village < inside[place // 2]:
            persons[place // 2] += household.size
            homes[place // 2, HOME_TYPE[household.tenure]] += 1
            household.home = place + 1
    towns.urban_villages[:] = inside
    share = (inside - before) / np.maximum(VILLAGES_PER_TOWN - before, 1)
    _reclassify_homes(model, taken[0::2], homes, share)
    model.flow["insitu_out"][0 : 2 * model.T : 2] += persons
    model.flow["insitu_in"][1 : 2 * model.T : 2] += persons
    return persons
