"""Every lever at its two bounds: one sweep of paired runs, made from the catalogue."""

from functools import cache

import numpy as np
from helpers_responses import SCALE, scenario

from scenarios.runner import run_all
from sim.catalogue import levers
from sim.catalogue.lever_fields import moves_of
from sim.data import load_pack


def place_of(entry) -> str:
    """Where the lever is moved to see it."""
    return entry.extra.get("moves_at", load_pack().city_id)


def at_bound(entry, bound: float):
    """Settings of the lever at one bound; none where the bound is what holds, so that runs are shared. A quantity of
    a smaller place adds to the city's, so its upper bound is what is left of it."""
    place = place_of(entry)
    if place != load_pack().city_id and entry.spread == "total":
        bound = max(0.0, bound - entry.in_force(2021))
        return {(entry.key, place): bound} if bound else {}
    constant = not isinstance(entry.default, dict) or len(entry.default) == 1
    return {} if constant and bound == entry.in_force(2021) else {(entry.key, place): bound}


@cache
def sweep(end: int, seeds: int):
    """lever -> (Result at the lower, at the upper bound); spent levers are left out."""
    chosen = {key: [at_bound(e, b) for b in e.bounds] for key, e in levers().items() if e.moves}
    kinds = {tuple(sorted(s.items())): s for pair in chosen.values() for s in pair}
    found = run_all(
        [scenario(s) for s in kinds.values()], start=2020, end=end, scale=SCALE, replicates=seeds, progress=False
    )
    by_kind = dict(zip(kinds, found, strict=True))
    return {key: tuple(by_kind[tuple(sorted(s.items()))] for s in pair) for key, pair in chosen.items()}


def gaps(lever: str, indicator: str, place: str | None, end: int, seeds: int) -> np.ndarray:
    """float64[seed]: upper minus lower bound, mean over the years lived."""
    low, high = (r.series(indicator, place or load_pack().city_id)[:, 1:] for r in sweep(end, seeds)[lever])
    return np.nanmean(high - low, axis=1)


def t_value(gap: np.ndarray) -> float:
    """Paired t statistic; infinite where all pairs differ alike."""
    spread = gap.std(ddof=1)
    return float(gap.mean() / (spread / np.sqrt(len(gap)))) if spread > 0 else float(np.sign(gap.mean()) * np.inf)


MOVES = [(key, *move) for key, entry in levers().items() for move in moves_of(entry)]
