"""Families left behind: a household outside the city and the family at home that it belongs to."""

import numpy as np

from sim.codes import DORMITORY, NOT_MIGRANT, NOWHERE
from sim.households import Households
from sim.people import People
from sim.synthesis.luck import Luck, Purpose


def add_ties(people: People, households: Households, towns: int, h: dict[str, np.ndarray], luck: Luck, par) -> None:
    """Sets `tie` of a share of the households outside, and of their families at home (both ways).

    The family is the one registered in the same town, with the same kind of hukou, whose key is the next
    below: a sample takes all keys below a limit, so whoever is in it has the family in it too.
    """
    outside = households.home >= 2 * towns
    tied = outside & (luck.uniform(h["keys"], Purpose.LEAVER + 11) < par.start_leaver_tie)
    home = ~outside & (h["migrant"] == NOT_MIGRANT) & (households.tenure != DORMITORY)
    group = h["hukou"].astype(np.int64) * 2 + h["hukou_kind"]
    tie = np.full(len(households), NOWHERE, dtype=np.int32)
    families, leavers = (_by_group(np.flatnonzero(rows), group, 2 * towns) for rows in (home, tied))
    for at_home, away in zip(families, leavers, strict=True):
        if not len(at_home) or not len(away):
            continue
        at_home = at_home[np.argsort(households.key[at_home], kind="stable")]
        away = away[np.argsort(households.key[away], kind="stable")]
        below = np.searchsorted(households.key[at_home], households.key[away]) - 1
        has = below >= 0
        tie[away[has]] = at_home[below[has]]
        tie[at_home[below[has]][::-1]] = away[has][::-1]  # of several, the family keeps the lowest key
    households.tie = tie


def _by_group(rows: np.ndarray, group: np.ndarray, groups: int) -> list[np.ndarray]:
    order = rows[np.argsort(group[rows], kind="stable")]
    return np.split(order, np.searchsorted(group[order], np.arange(1, groups)))
