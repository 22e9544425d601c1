"""Thresholds: the value of a factor at which an indicator crosses its target, line by line through a grid.

A line is one factor at all its levels with everything else held (other factors, parameter set, replicate); the
crossing is the first one, by linear interpolation. The spread over lines is how sure the threshold is.
"""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.analyses.finding import HEIGHT, WIDTH, Finding
from scenarios.analyses.target import Target
from scenarios.errors import ScenarioError
from scenarios.extras import needed
from scenarios.words import word

if TYPE_CHECKING:
    from scenarios.store.store import Store

LEAST_LEVELS = 3


def crossing(levels: np.ndarray, margins: np.ndarray) -> float:
    """Level at which the margin first changes its sign, NaN when it never does."""
    for k in range(len(levels) - 1):
        a, b = margins[k], margins[k + 1]
        if np.isnan(a) or np.isnan(b) or (a < 0) == (b < 0):
            continue
        return float(levels[k] + (levels[k + 1] - levels[k]) * a / (a - b))
    return float("nan")


def lines(points: np.ndarray, factor: int) -> list[np.ndarray]:
    """Rows of points that differ in one factor only, sorted by it; lines of LEAST_LEVELS points or more."""
    others = np.delete(points, factor, axis=1)
    found: dict[tuple, list[int]] = {}
    for row, key in enumerate(np.where(np.isnan(others), np.inf, others)):
        if not np.isnan(points[row, factor]):
            found.setdefault(tuple(key), []).append(row)
    ordered = (np.array(sorted(rows, key=lambda r: points[r, factor])) for rows in found.values())
    return [rows for rows in ordered if len(rows) >= LEAST_LEVELS]


def thresholds(store: "Store", target: Target) -> Finding:
    """Crossings of every factor of a grid or a one-at-a-time design."""
    import pandas as pd

    target.check_bound()
    e, points = store.experiment, store.points
    values = store.values(target.indicator, target.place, target.year)
    rows = []
    for s in range(values.shape[0]):
        for k, factor in enumerate(e.factors):
            crossings, ends = _crossings(points, k, values[s], target)
            if not len(ends):
                continue
            known = crossings[~np.isnan(crossings)]
            names = {f"name_{lang}": factor.title(lang, store.pack) for lang in ("en", "zh")}
            scenario = {f"scenario_{lang}": e.scenarios[s].title(lang) if e.scenarios else "" for lang in ("en", "zh")}
            spread = np.percentile(known, [5, 50, 95]) if len(known) else [np.nan] * 3
            rows.append(
                names | scenario | {
                    "factor": factor.name, "low": spread[0], "threshold": spread[1], "high": spread[2],
                    "crossing": len(known), "always": int((ends > 0).sum()), "never": int((ends < 0).sum()),
                    "lines": len(crossings),
                }
            )  # fmt: skip
    if not rows:
        en = f"needs a grid or one_at_a_time design with {LEAST_LEVELS} or more values of a factor"
        raise ScenarioError(
            en, f"需要 grid 或 one_at_a_time 设计，且因素至少有 {LEAST_LEVELS} 个取值", field="thresholds"
        )
    table = pd.DataFrame(rows)

    def sentences(lang: str) -> list[str]:
        return [_sentence(row, lang, target) for row in table.to_dict("records")]

    return Finding(
        "thresholds", lambda lang: f"{target.title(lang, store.pack)}: {target.wanted(lang)}", sentences, table,
        lambda lang: _chart(store, target, values, lang),
    )  # fmt: skip


def _crossings(points: np.ndarray, k: int, values: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray]:
    """Crossing of each line and future (NaN = none), and for those without one the sign of its margins."""
    crossings, ends = [], []
    for rows in lines(points, k):
        for future in values[rows].reshape(len(rows), -1).T:
            margins = target.margin(future)
            crossings.append(crossing(points[rows, k], margins))
            ends.append(0 if not np.isnan(crossings[-1]) else (1 if np.nanmin(margins) >= 0 else -1))
    return np.array(crossings), np.array(ends)


def _sentence(row: dict, lang: str, target: Target) -> str:
    name = row[f"name_{lang}"]
    if not row["crossing"]:
        return word("threshold_always" if row["always"] else "threshold_never", lang, name=name, n=row["lines"])
    return word(
        "threshold", lang, name=name, at=row["threshold"], low=row["low"], high=row["high"], k=row["crossing"],
        n=row["lines"], always=row["always"], never=row["never"],
    )  # fmt: skip


def _chart(store: "Store", target: Target, values: np.ndarray, lang: str):
    import pandas as pd

    alt = needed("altair")
    e = store.experiment
    rows = [
        {"x": store.points[r, k], "y": float(np.nanmean(values[s, r])), "factor": factor.title(lang, store.pack)}
        for s in range(values.shape[0])
        for k, factor in enumerate(e.factors)
        for r in range(len(store.points))
        if not np.isnan(store.points[r, k]) and not np.isnan(values[s, r]).all()
    ]
    base = alt.Chart(pd.DataFrame(rows))
    axis = alt.Y("mean(y):Q", title=target.title(lang, store.pack), scale=alt.Scale(zero=False))
    marks = base.mark_line(point=True).encode(x=alt.X("x:Q", title=None), y=axis)
    rule = base.mark_rule(strokeDash=[4, 3], color="#b00").encode(y=alt.datum(target.bound))
    size = {"width": WIDTH // 2, "height": HEIGHT // 2}
    panels = (marks + rule).properties(**size).facet(alt.Facet("factor:N", title=None), columns=2)
    return panels.resolve_scale(x="independent")
