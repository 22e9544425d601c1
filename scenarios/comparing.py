"""Paired differences between scenarios: replicate by replicate, because they share their luck."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.result import Result
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "scenario", "baseline", "year", "place", "indicator", "unit", "quality",
    "baseline_value", "value", "difference", "low", "high", "least", "most", "same_sign", "futures",
]  # fmt: skip


def compare(items: Sequence[Result | Scenario | str], **options) -> "pd.DataFrame":
    """Differences from the first item, one row a scenario, year, place and indicator.

    difference      mean over futures (parameter sets times replicates) of scenario minus baseline
    low, high       95 % interval of that mean: mean -+ t(0.975, n - 1) s / sqrt(n); NaN with one future
    least, most     smallest and largest difference of a single future
    same_sign       futures whose difference has the sign of the mean, out of `futures`
    Items that are not results are run first with `options` (see `scenarios.runner.run_all`).
    """
    import pandas as pd

    if len(items) < 2:
        raise ScenarioError("needs two or more scenarios", "需要两个以上情景", field="compare")
    if any(not isinstance(item, Result) for item in items):
        from scenarios.runner import run_all

        items = run_all(items, **options)
    baseline, *others = items
    return pd.concat([_against(baseline, other) for other in others], ignore_index=True)


def differences(baseline: Result, other: Result) -> np.ndarray:
    """float64[futures, Y, P, I]: scenario minus baseline, future by future."""
    for what in ("start", "end", "scale", "seeds", "parameter_sets", "years", "places", "indicators"):
        if getattr(baseline, what) != getattr(other, what):
            raise ScenarioError(
                f"{baseline.scenario.id} and {other.scenario.id} differ in {what}: their runs are not pairs",
                f"{baseline.scenario.id} 与 {other.scenario.id} 的 {what} 不同，无法配对",
                field=what,
            )
    gap = other.values - baseline.values
    return gap.reshape(-1, *gap.shape[2:])


def summary(gap: np.ndarray) -> dict[str, np.ndarray]:
    """Statistics of differences [futures, ...] as in `compare`, NaN futures left out."""
    from scipy.special import stdtrit

    known = ~np.isnan(gap)
    n = known.sum(axis=0)
    filled = np.where(known, gap, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / n
        spread = np.sqrt((np.where(known, gap - mean, 0.0) ** 2).sum(axis=0) / (n - 1))
        half = stdtrit(np.maximum(n - 1, 1), 0.975) * spread / np.sqrt(n)
    half = np.where(n > 1, half, np.nan)
    return {
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "least": np.where(known, gap, np.inf).min(axis=0),
        "most": np.where(known, gap, -np.inf).max(axis=0),
        "same_sign": (known & (np.sign(gap) == np.sign(mean))).sum(axis=0),
        "futures": n,
    }


def _against(baseline: Result, other: Result) -> "pd.DataFrame":
    import pandas as pd

    gap = differences(baseline, other)
    found = summary(gap)
    rows = np.flatnonzero(found["futures"].ravel())
    y, p, i = np.unravel_index(rows, gap.shape[1:])
    table = {
        "scenario": other.scenario.id,
        "baseline": baseline.scenario.id,
        "year": np.array(baseline.years)[y],
        "place": np.array(baseline.places, object)[p],
        "indicator": np.array(baseline.indicators, object)[i],
        "unit": np.array(baseline.units, object)[i],
        "quality": baseline.quality[p, i],
        "baseline_value": _mean(baseline).ravel()[rows],
        "value": _mean(other).ravel()[rows],
    }
    table |= {name: values.ravel()[rows] for name, values in found.items()}
    return pd.DataFrame(table, columns=COLUMNS)


def _mean(result: Result) -> np.ndarray:
    """float64[Y, P, I]: mean over futures."""
    flat = result.values.reshape(-1, *result.values.shape[2:])
    known = ~np.isnan(flat)
    with np.errstate(invalid="ignore"):
        return np.where(known, flat, 0.0).sum(axis=0) / known.sum(axis=0)
