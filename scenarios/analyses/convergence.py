"""Convergence: how the mean and its 95 % interval settle as replicates are added, for each scenario.

With one scenario the indicator itself, with several the paired differences from the first.
"""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.analyses.effects import futures_needed
from scenarios.analyses.finding import HEIGHT, WIDTH, Finding
from scenarios.analyses.target import Target
from scenarios.comparing import summary
from scenarios.errors import ScenarioError
from scenarios.extras import needed
from scenarios.words import word

if TYPE_CHECKING:
    from scenarios.store.store import Store


def running(values: np.ndarray) -> list[dict[str, float]]:
    """Mean and interval of the first 2, 3, ... replicates; values float64[futures, replicates]."""
    rows = []
    for n in range(2, values.shape[1] + 1):
        found = summary(np.nanmean(values[:, :n], axis=0)[:, None])
        rows.append({"replicates": n, "mean": float(found["difference"][0])} | {
            name: float(found[name][0]) for name in ("low", "high")
        })  # fmt: skip
    return rows


def convergence(store: "Store", target: Target) -> Finding:
    """Running means over replicates; points and parameter sets are averaged."""
    import pandas as pd

    e = store.experiment
    values = store.values(target.indicator, target.place, target.year)
    if values.shape[-1] < 3:
        raise ScenarioError("needs three or more replicates", "需要三次以上重复", field="replicates")
    flat = values.reshape(values.shape[0], -1, values.shape[-1])
    paired = len(flat) > 1
    shown = [(s, flat[s] - flat[0]) for s in range(1, len(flat))] if paired else [(0, flat[0])]
    rows, last = [], []
    for s, block in shown:
        names = {f"name_{lang}": e.scenarios[s].title(lang) if e.scenarios else e.title(lang) for lang in ("en", "zh")}
        found = running(block)
        rows += [names | row for row in found]
        means = np.nanmean(block, axis=0)
        last.append((names, found[-1], futures_needed(float(means.mean()), float(means.std(ddof=1))), means))
    table = pd.DataFrame(rows)

    def sentences(lang: str) -> list[str]:
        said = []
        for names, row, enough, means in last:
            half = (row["high"] - row["low"]) / 2
            text = word(
                "converged", lang, name=names[f"name_{lang}"], n=len(means),
                mean=target.told(row["mean"], lang, paired), half=target.told(half, lang),
            )  # fmt: skip
            said.append(text + (word("converged_needs", lang, n=enough) if paired and enough else ""))
        return said

    def chart(lang: str):
        alt = needed("altair")
        title = target.title(lang, store.pack)
        base = alt.Chart(table).encode(
            x=alt.X("replicates:Q", title=word("replicates", lang), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(f"name_{lang}:N", title=None),
        )
        band = base.mark_area(opacity=0.2).encode(
            y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=paired)), y2="high:Q"
        )
        return (band + base.mark_line(point=True).encode(y="mean:Q")).properties(width=WIDTH, height=HEIGHT)

    return Finding("convergence", lambda lang: target.title(lang, store.pack), sentences, table, chart)
