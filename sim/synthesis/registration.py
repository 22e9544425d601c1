"""Kind of hukou (rural or urban), and the land rights that go with a rural one."""

import numpy as np

from sim.codes import NOT_MIGRANT, OTHER_PROVINCE, RURAL_HUKOU, SAME_COUNTY, SAME_PROVINCE, URBAN_HUKOU, URBAN_PART
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose


def assign_hukou_kind(pack, drafts: list[Draft], luck: Luck, par) -> None:
    """Adds `hukou_kind` uint8[h] to each draft; a household is of one kind.

    Registered in the county and living there: as many urban ones as the county's share of urban hukou, by
    logit of the urban part + noise. From other counties of the city: that county's share. From outside:
    start_outside_rural_hukou.
    """
    share = np.array([d.targets.urban_hukou_share for d in drafts])
    for c, draft in enumerate(drafts):
        u = luck.uniform(draft.keys, Purpose.HUKOU_KIND)
        rural = np.where(draft.migrant == OTHER_PROVINCE, *par.start_outside_rural_hukou[::-1])
        from_city = (draft.migrant == SAME_PROVINCE) & (draft.hukou < len(pack.towns))
        chance = 1 - rural
        chance[from_city] = share[pack.town_county[draft.hukou[from_city]]]
        kind = np.where(u < chance, URBAN_HUKOU, RURAL_HUKOU)
        here = np.flatnonzero((draft.migrant == NOT_MIGRANT) | (draft.migrant == SAME_COUNTY))
        score = par.start_urban_hukou_part * (draft.home[here] % 2 == URBAN_PART) + np.log(u[here] / (1 - u[here]))
        order = here[np.argsort(-score, kind="stable")]
        persons = np.cumsum(draft.size[order])
        urban = persons <= share[c] * persons[-1] if len(order) else np.zeros(0, dtype=bool)
        kind[order] = np.where(urban, URBAN_HUKOU, RURAL_HUKOU)
        draft.more["hukou_kind"] = kind.astype(np.uint8)


def land_rights(hukou: np.ndarray, kind: np.ndarray, size: np.ndarray, towns: int, par):
    """Homestead town int16[h] (-1 none) and contracted farmland float32[h] in mu.

    Rural hukou of the city: a homestead in the town of registration and start_land_per_person mu a member.
    People registered in other cities hold their land there; it is no part of the model.
    """
    villager = (kind == RURAL_HUKOU) & (hukou < towns)
    homestead = np.where(villager, hukou, -1).astype(np.int16)
    return homestead, (par.start_land_per_person * size * villager).astype(np.float32)
