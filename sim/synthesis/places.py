"""Where in the county everybody lives: town and part (rural or urban), with the residents of each place exact."""

import numpy as np

from sim.codes import MIGRANT_CLASSES, RURAL_PART, URBAN_PART, VILLAGES_PER_TOWN
from sim.draws import Decision, draw, stream
from sim.rules import allocating
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose
from sim.synthesis.tables import cut_by_size, whole_table


def residents_by_place_and_class(draft: Draft, par) -> np.ndarray:
    """int64[towns * 2, 4]: residents by place of the county (2 * town + part) and migrant class, by IPF.

    The seed says which classes live in rural and urban parts (start_class_place).
    """
    places = draft.targets.parts.ravel()
    seed = np.tile(par.start_class_place, (len(places) // 2, 1)) * places[:, None]
    return whole_table(seed, places, draft.targets.classes)


def assign_places(draft: Draft, towns: np.ndarray, luck: Luck, par) -> None:
    """Adds `home` int16[h] (2 * town + part) to the draft; `towns` are the county's.

    Families of one class are sorted by how rural they are (age of the head, generations, logistic noise); the
    most rural fill the rural parts; towns within a part are by chance. Single people in collective
    households then make the residents of every place exact.
    """
    table = residents_by_place_and_class(draft, par)
    f, home = draft.families, np.zeros(len(draft.size), dtype=np.int64)
    logit = par.start_rural_age * draft.head_age / 10 + par.start_rural_generation * (draft.generations - 1.0)
    score = logit + luck.logistic(draft.keys, Purpose.PART)
    chance = luck.uniform(draft.keys, Purpose.TOWN)
    for k in range(MIGRANT_CLASSES):
        rows = np.flatnonzero(draft.migrant[:f] == k)
        single = f + np.flatnonzero(draft.migrant[f:] == k)
        persons = draft.size[rows].sum()
        quota = table[:, k] * (persons / max(table[:, k].sum(), 1))
        home[rows] = _cut(rows, quota, score, chance, draft.size)
        filled = np.bincount(home[rows], draft.size[rows], minlength=len(quota)).astype(np.int64)
        left = _no_negative(table[:, k] - filled)
        home[single[np.argsort(chance[single], kind="stable")]] = np.repeat(np.arange(len(left)), left)
    draft.more["home"] = (2 * towns[home // 2] + home % 2).astype(np.int16)


def _cut(rows: np.ndarray, quota: np.ndarray, score: np.ndarray, chance: np.ndarray, size: np.ndarray) -> np.ndarray:
    """int64[rows]: place of each family, so that each place holds about its quota of persons."""
    by_part = np.array([quota[RURAL_PART::2].sum(), quota[URBAN_PART::2].sum()])
    order = np.argsort(-score[rows], kind="stable")
    part = np.empty(len(rows), dtype=np.int64)
    part[order] = cut_by_size(size[rows[order]], by_part)
    place = np.empty(len(rows), dtype=np.int64)
    for p in (RURAL_PART, URBAN_PART):
        inside = np.flatnonzero(part == p)
        inside = inside[np.argsort(chance[rows[inside]], kind="stable")]
        place[inside] = 2 * cut_by_size(size[rows[inside]], quota[p::2]) + p
    return place


def _no_negative(left: np.ndarray) -> np.ndarray:
    """Single people to place: where families overfilled a place it takes none, others of its part take fewer."""
    left = left.copy()
    for p in (RURAL_PART, URBAN_PART):
        part = left[p::2]
        over = int(-part[part < 0].sum())
        part[part < 0] = 0
        for _ in range(over):
            part[np.argmax(part)] -= 1
    if left.min() < 0:
        raise ValueError("families overfill a part of the county beyond its collective residents")
    return left


@allocating
def _villages(base, keys, count, out):
    for i in range(len(keys)):
        out[i] = int(draw(base, keys[i]) * count)


def villages(keys: np.ndarray, year: int) -> np.ndarray:
    """uint8[h]: village of each household, 0 nearest the town; equal shares by chance."""
    out = np.zeros(len(keys), dtype=np.uint8)
    _villages(stream(0, Decision.VILLAGE, year), keys, VILLAGES_PER_TOWN, out)
    return out
