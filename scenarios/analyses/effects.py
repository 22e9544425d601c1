"""Paired effects: how much each scenario, or each point, differs from the first one, future by future.

Replicates share their luck, so a difference needs few of them. `needed` says how many futures are needed before the
95 % interval of the mean leaves zero: the smallest n with t(0.975, n - 1) s / sqrt(n) < |mean|.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from scenarios.analyses.finding import Finding, bars
from scenarios.analyses.target import Target
from scenarios.comparing import summary
from scenarios.errors import ScenarioError
from scenarios.words import word

if TYPE_CHECKING:
    from scenarios.store.store import Store

MOST = 1_000_000  # futures; an effect that needs more is called none


def futures_needed(mean: float, deviation: float) -> int | None:
    """Futures needed to tell a mean from zero; None when it is zero or would take more than MOST."""
    from scipy.special import stdtrit

    if not math.isfinite(mean) or mean == 0:
        return None
    if deviation == 0:
        return 2

    def told_apart(n: int) -> bool:
        return float(stdtrit(n - 1, 0.975)) * deviation / math.sqrt(n) < abs(mean)

    high = 2
    while not told_apart(high):
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if middle >= 2 and told_apart(middle) else (middle, high)
    return high


def paired_effects(values: np.ndarray):
    """Effects against row 0: values [rows, futures] -> table with one row for each other row."""
    import pandas as pd

    rows = []
    for k in range(1, len(values)):
        gap = values[k] - values[0]
        found = {name: float(v) for name, v in summary(gap[:, None]).items() for v in v}
        known = gap[~np.isnan(gap)]
        deviation = float(known.std(ddof=1)) if len(known) > 1 else math.nan
        needed = futures_needed(found["difference"], deviation) if len(known) > 1 else None
        more = None if needed is None else max(0, needed - len(known))
        rows.append({"row": k, **found, "needed": needed, "still_needed": more})
    return pd.DataFrame(rows).astype({"needed": "Int64", "still_needed": "Int64"})


def effects(store: "Store", target: Target) -> Finding:
    """Scenarios against the first; with one scenario, points of one_at_a_time against the scenario as it is."""
    values, e = store.values(target.indicator, target.place, target.year), store.experiment
    if e.scenarios and len(e.scenarios) > 1:
        rows = values.reshape(len(e.scenarios), -1)
        names = {lang: [s.title(lang) for s in e.scenarios] for lang in ("zh", "en")}
    elif e.design.kind == "one_at_a_time":
        rows = values[0].reshape(values.shape[1], -1)
        names = {lang: _point_names(store, lang) for lang in ("zh", "en")}
    else:
        en = "needs two or more scenarios, or a one_at_a_time design"
        raise ScenarioError(en, "需要两个以上情景或 one_at_a_time 设计", field="effects")
    table = paired_effects(rows)
    for lang in ("zh", "en"):
        table.insert(0, f"name_{lang}", [names[lang][k] for k in table["row"]])

    def sentences(lang: str) -> list[str]:
        return [_sentence(row, names[lang], target, lang) for row in table.to_dict("records")]

    def chart(lang: str):
        title = f"{word('difference', lang)}: {target.title(lang, store.pack)}"
        return bars(table, lang, f"name_{lang}", "difference", "low", "high", title)

    return Finding("effects", lambda lang: target.title(lang, store.pack), sentences, table, chart)


def _sentence(row: dict, names: list[str], target: Target, lang: str) -> str:
    if row["least"] == row["most"] == 0:
        return word("effect_none", lang, a=names[row["row"]], b=names[0], n=int(row["futures"]))
    said = word(
        "effect", lang, a=names[row["row"]], b=names[0], gap=target.told(row["difference"], lang, signed=True),
        low=target.told(row["low"], lang, signed=True), high=target.told(row["high"], lang, signed=True),
        k=int(row["same_sign"]), n=int(row["futures"]),
    )  # fmt: skip
    needed, more = row["needed"], row["still_needed"]
    if _missing(needed):
        return said + word("effect_never", lang)
    return said + (
        word("effect_more", lang, more=int(more)) if more else word("effect_enough", lang, needed=int(needed))
    )


def _missing(value) -> bool:
    return value is None or value != value or str(value) == "<NA>"


def _point_names(store: "Store", lang: str) -> list[str]:
    names = []
    for row in store.points:
        k = np.flatnonzero(~np.isnan(row))
        factor = store.experiment.factors[k[0]] if len(k) else None
        names.append(f"{factor.title(lang, store.pack)} = {row[k[0]]:g}" if factor else word("as_it_is", lang))
    return names
