"""Keyed chance: every draw is a pure function of (run seed, decision, year, key [, alternative]).

Equation::

    stream = mix(mix(seed + W) ^ mix(decision * M1) ^ mix(year * M2))
    u      = (mix(mix(key ^ stream) + rot(stream, 32)) >> 11) * 2**-53 + 2**-54        in (0, 1)

``mix`` is the SplitMix64 finaliser (Steele, Lea & Flood 2014), a bijection of 64-bit words. Keys are
hashed, never added to a seed, so different (decision, year) pairs never share a sequence. No state:
the result does not depend on row order, threads or what else was drawn.

A decision's code is registered once, below, and never re-used: changing a code changes the luck of
that decision and of no other.
"""

from enum import IntEnum
from functools import lru_cache

import numba as nb
import numpy as np

_M = (1 << 64) - 1
WEYL = np.uint64(0x9E3779B97F4A7C15)  # odd: k * WEYL mod 2**64 visits every residue once
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_M1 = np.uint64(0xD1342543DE82EF95)
_M2 = np.uint64(0xA24BAED4963EE407)
_S27, _S30, _S31, _S32, _S11 = (np.uint64(s) for s in (27, 30, 31, 32, 11))


class Decision(IntEnum):
    """Stable codes, one per kind of chance event. Append only."""

    DEATH = 1
    BIRTH = 2
    BIRTH_SEX = 3
    NEWBORN_KEY = 4
    SENIOR_SCHOOL = 5
    COLLEGE = 6
    LEAVE_HOME = 7
    MARRY = 8
    MARRY_POINT = 9
    MARRY_HOME = 10
    DIVORCE = 11
    NEW_HOUSEHOLD_KEY = 12
    LABOUR_FORCE = 13
    RETIRE = 14
    SEPARATION = 15
    SEEK_NONFARM = 16
    JOB_TOWN = 17
    JOB_PRIORITY = 18
    JOB_TOWN_SECOND = 19
    JOB_PRIORITY_SECOND = 20
    SELF_EMPLOYED = 21
    ABILITY = 22
    OUTSIDE_WORK = 23
    CONSIDER_MOVE = 24
    DESTINATION = 25
    FAMILY_MOVES = 26
    ARRIVAL_KEY = 27
    ARRIVAL_PROFILE = 28
    ARRIVAL_DESTINATION = 29
    HOME_PRIORITY = 30
    TENURE_CHOICE = 31
    PUBLIC_RENTAL_PRIORITY = 32
    HUKOU_CONVERSION = 33
    INSURED = 34
    VILLAGE = 35
    LAND_TRANSFER = 36
    SAMPLE = 37
    SYNTHESIS = 38
    ROUNDING = 39
    TRAINING = 40
    LAYOFF = 41
    SCHOOL_PLACE = 42
    TENURE_CHANGE = 43
    SHOCK = 44
    ARRIVAL_AGE = 45
    ARRIVAL_SEX = 46
    ARRIVAL_EDUCATION = 47
    ARRIVAL_FAMILY = 48
    BIRTH_ABILITY = 49
    SPLIT_KEY = 50
    CANDIDATES = 51
    COLLEGE_PLACE = 52


@nb.njit(inline="always")
def mix(x):
    """SplitMix64 finaliser: a bijection of uint64."""
    x = (x ^ (x >> _S30)) * _A
    x = (x ^ (x >> _S27)) * _B
    return x ^ (x >> _S31)


@nb.njit(inline="always")
def draw(stream, key):
    """Uniform in (0, 1) of one person or household in a stream (see `stream`)."""
    x = mix(mix(key ^ stream) + ((stream << _S32) | (stream >> _S32)))
    return np.float64(x >> _S11) * 1.1102230246251565e-16 + 5.551115123125783e-17


@nb.njit(inline="always")
def draw_alternative(stream, key, alternative):
    """Uniform in (0, 1) of one person for one alternative of a choice."""
    return draw(stream, mix(key ^ (np.uint64(alternative + 1) * WEYL)))


@nb.njit(inline="always")
def derive_key(stream, key, order):
    """Key of somebody who comes into being from `key` (a mother, an origin): never reuses `key`."""
    return mix(mix(key ^ stream) ^ (np.uint64(order + 1) * _M1))


def _mix_int(x: int) -> int:
    x = ((x ^ (x >> 30)) * int(_A)) & _M
    x = ((x ^ (x >> 27)) * int(_B)) & _M
    return x ^ (x >> 31)


@lru_cache(maxsize=4096)
def _mixed_year(year: int) -> int:
    return _mix_int((year * int(_M2)) & _M)


@lru_cache(maxsize=4096)
def _mixed_run(seed: int, decision: int) -> int:
    return _mix_int((seed + int(WEYL)) & _M) ^ _mix_int((decision * int(_M1)) & _M)


def stream(seed: int, decision: int, year: int) -> np.uint64:
    """The 64-bit word of one decision in one year of one run. Compute once a kernel call."""
    return np.uint64(_mix_int(_mixed_run(seed, decision) ^ _mixed_year(year)))


def sample_keys(count: int, offset: int = 0) -> np.ndarray:
    """Keys of a start population's households, uint64[count]: `(rank + 1) * WEYL mod 2**64`.

    A Weyl sequence: all different, and any run of consecutive ranks is spread evenly over the range,
    so `key < scale * 2**64` takes a systematic sample of households that were sorted by place and
    type, and the 1 % city is inside the 10 % city.
    """
    ranks = np.arange(1 + offset, count + 1 + offset, dtype=np.uint64)
    return ranks * WEYL


def in_sample(keys: np.ndarray, scale: float) -> np.ndarray:
    """bool[n]: which households belong to the city at this scale (0 < scale <= 1)."""
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"scale must be in (0, 1], got {scale}")
    if scale == 1.0:
        return np.ones(len(keys), dtype=bool)
    return keys < np.uint64(int(scale * 2.0**64))
