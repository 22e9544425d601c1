"""Tenure of the home: the county's shares exactly, by part and migrant class."""

import numpy as np

from sim.codes import DORMITORY, HOMESTEAD, MIGRANT_CLASSES, OWNED, PUBLIC_RENTAL, RENTED, URBAN_PART
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose, take_top
from sim.synthesis.tables import round_to_total, whole_table

TENURE_ORDER = (HOMESTEAD, OWNED, RENTED)


def assign_tenure(draft: Draft, luck: Luck, par) -> None:
    """Adds `tenure` uint8[h]: IPF of (part, class) by tenure; within a cell the old have houses, the young rent.

    A small share of urban tenants live in public rental homes; collective residents in dormitories.
    """
    f = draft.families
    tenure = np.full(len(draft.size), DORMITORY, dtype=np.uint8)
    cell = (draft.home[:f] % 2).astype(np.int64) * MIGRANT_CLASSES + draft.migrant[:f]
    cells = np.bincount(cell, minlength=2 * MIGRANT_CLASSES)
    wanted = round_to_total(draft.targets.tenure, f)
    table = whole_table(par.start_tenure_seed.reshape(-1, len(TENURE_ORDER)) * cells[:, None], cells, wanted)
    age = par.start_tenure_age * draft.head_age[:f] / 10 + luck.logistic(draft.keys[:f], Purpose.TENURE)
    order = np.lexsort((-age, cell))
    tenure[order] = np.repeat(np.tile(TENURE_ORDER, len(table)), table.ravel())
    tenants = np.flatnonzero((tenure == RENTED) & (draft.home % 2 == URBAN_PART))
    public = take_top(
        luck.uniform(draft.keys[tenants], Purpose.PUBLIC), round(par.start_public_rental_share * len(tenants))
    )
    tenure[tenants[public]] = PUBLIC_RENTAL
    draft.more["tenure"] = tenure
