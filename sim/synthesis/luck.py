"""Chance inside the synthesis: keyed draws by purpose, so that one choice never disturbs another."""

from enum import IntEnum

import numpy as np
from scipy.special import ndtri

from sim.draws import Decision, draw_alternative, stream
from sim.rules import allocating


class Purpose(IntEnum):
    """What a draw of the synthesis is for. Append only: a changed code changes that choice alone."""

    PROTOTYPE = 0  # 0..63: members of prototype households
    CHILD_SEX = 64
    SLOT_AGE = 65
    COLLECTIVE = 66
    CLASS = 67  # 67..69
    PART = 70
    TOWN = 71
    TENURE = 72
    PUBLIC = 73
    EDUCATION = 74
    STUDENT = 75
    WORK = 76
    UNEMPLOYED = 77
    PRIMARY = 78
    SECONDARY = 79
    SELF_EMPLOYED = 80
    ORIGIN = 81
    HOME_TOWN = 82
    HUKOU_KIND = 83
    ARRIVAL = 84
    MOVED = 85
    INSURED = 86
    LEAVER = 87  # 87..102: everything of people who live outside
    COLLECTIVE_CLASS = 103  # 103..105
    COLLECTIVE_PLACE = 106


@allocating
def _uniform(base, keys, alternative, out):
    for i in range(len(keys)):
        out[i] = draw_alternative(base, keys[i], alternative)


class Luck:
    """Draws of the start population of one census year (float64[n] for n keys)."""

    def __init__(self, year: int):
        self.base = stream(0, Decision.SYNTHESIS, year)

    def uniform(self, keys: np.ndarray, purpose: int) -> np.ndarray:
        out = np.empty(len(keys))
        _uniform(self.base, keys, int(purpose), out)
        return out

    def normal(self, keys: np.ndarray, purpose: int) -> np.ndarray:
        return ndtri(self.uniform(keys, purpose))

    def logistic(self, keys: np.ndarray, purpose: int) -> np.ndarray:
        u = self.uniform(keys, purpose)
        return np.log(u / (1.0 - u))

    def exponential(self, keys: np.ndarray, purpose: int) -> np.ndarray:
        """Mean one."""
        return -np.log(self.uniform(keys, purpose))

    def shuffle(self, keys: np.ndarray, purpose: int) -> np.ndarray:
        """Rows in an order of chance."""
        return np.argsort(self.uniform(keys, purpose), kind="stable")


def serial_keys(group: int, count: int) -> np.ndarray:
    """Keys of the draft rows of one county (or other group): used before the rows have their final keys."""
    return np.uint64(group + 1) * np.uint64(1 << 40) + np.arange(count, dtype=np.uint64)


def take_top(score: np.ndarray, count: int) -> np.ndarray:
    """bool[n]: the `count` highest scores.

    With score = logit + logistic noise this is a logit choice whose constant is shifted so that the
    number chosen is exact.
    """
    chosen = np.zeros(len(score), dtype=bool)
    count = int(min(max(count, 0), len(score)))
    if count:
        chosen[np.argpartition(score, len(score) - count)[len(score) - count :]] = True
    return chosen
