"""Priors: independent draws of the catalogue's parameters of kind prior or published, within their bounds.

The default is the mode and the bounds are the ends of a triangular distribution; where both bounds are above zero and
the upper is four times the lower or more, it is triangular in the logarithm. A parameter that is a list moves as one:
the same draw serves all parts, each around its own default. Left as they are: what only the start population is made
of, constants of place (zero until fitted), calendar years, school ages, bounds of rules and numerical weights.

The draw of a parameter is a hash of seed, number of the set and its key: a new parameter does not change the others'.
"""

import hashlib

import numpy as np

from sim.catalogue import Entry, parameters

DRAWN_KINDS = ("prior", "published")
NOT_DRAWN_GROUPS = ("synthesis",)
NOT_DRAWN = ("county_constant", "partner_circle", "price_rise_2012_2020")
NOT_DRAWN_ENDS = ("_bounds", "_limits", "_ages", "_prior_weight", "_prior_homes", "_prior_users")
NOT_DRAWN_UNITS = ("year", "calendar_year")
WIDE = 4.0  # upper over lower bound from which on the logarithm is triangular


def drawn() -> dict[str, Entry]:
    """Parameters that have a prior here, in the catalogue's order."""
    return {key: e for key, e in parameters().items() if _is_drawn(e)}


def _is_drawn(e: Entry) -> bool:
    named = e.key in NOT_DRAWN or e.key.endswith(NOT_DRAWN_ENDS) or e.unit in NOT_DRAWN_UNITS
    return e.extra["kind"] in DRAWN_KINDS and e.group not in NOT_DRAWN_GROUPS and bool(e.bounds) and not named


def chance(seed: int, number: int, key: str) -> float:
    """Uniform in (0, 1)."""
    digest = hashlib.sha256(f"prior/{seed}/{number}/{key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Quantile of the triangular distribution.

    >>> triangular(0.5, 0.0, 1.0, 2.0)
    1.0
    """
    if high <= low:
        return low
    peak = (mode - low) / (high - low)
    if u < peak:
        return low + float(np.sqrt(u * (high - low) * (mode - low)))
    return high - float(np.sqrt((1.0 - u) * (high - low) * (high - mode)))


def quantile(entry: Entry, default: float, u: float) -> float:
    """Value of one part of a parameter at probability u."""
    low, high = entry.bounds
    if low > 0 and high >= WIDE * low:
        found = float(np.exp(triangular(u, *np.log([low, default, high]).tolist())))
    else:
        found = triangular(u, low, default, high)
    return float(np.clip(found, low, high))


def draw_set(number: int, seed: int = 1) -> dict[str, float | list]:
    """One set of values by key; lists keep their shape."""
    found: dict[str, float | list] = {}
    for key, entry in drawn().items():
        u, default = chance(seed, number, key), np.asarray(entry.default, dtype=float)
        values = np.array([quantile(entry, d, u) for d in default.ravel().tolist()]).reshape(default.shape)
        found[key] = values.tolist()
    return found
