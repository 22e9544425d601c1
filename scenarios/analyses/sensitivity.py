"""Sensitivity: elementary effects after Morris, and indices after Sobol, with 95 % intervals (SALib).

The output is the mean over parameter sets and replicates of each point. Intervals come from a bootstrap with a fixed
seed, so that the same batch gives the same intervals.

Morris: mu_star is the mean size of the change of the output when one factor moves over its grid step (per unit of the
whole range), sigma its spread: large where a factor acts through others or not along a line.
Sobol: s1 is the share of the output's variance that goes with a factor alone, st with everything it takes part in.
"""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.analyses.finding import Finding, bars
from scenarios.analyses.target import Target, complete, mean_of_futures
from scenarios.errors import ScenarioError
from scenarios.experiments.designs import problem
from scenarios.extras import needed
from scenarios.words import word

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.store.store import Store

SEED, RESAMPLES, LEVEL = 20201101, 1000, 0.95


def morris_indices(factors, points: np.ndarray, output: np.ndarray, num_levels: int) -> "pd.DataFrame":
    """mu, mu_star with its interval, and sigma of each factor; `output` float64[points]."""
    import pandas as pd

    analyze = needed("SALib.analyze.morris").analyze
    found = analyze(
        problem(factors), points, output, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=num_levels, seed=SEED
    )
    star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    table = {"factor": [f.name for f in factors], "mu": np.asarray(found["mu"], float), "mu_star": star}
    table |= {"low": np.maximum(star - half, 0.0), "high": star + half, "sigma": np.asarray(found["sigma"], float)}
    return pd.DataFrame(table)


def sobol_indices(factors, output: np.ndarray, second_order: bool) -> "pd.DataFrame":
    """First-order and total indices of each factor with intervals; NaN where the output does not vary."""
    import pandas as pd

    analyze = needed("SALib.analyze.sobol").analyze
    names = [f.name for f in factors]
    if output.std() == 0:
        nothing = np.full(len(factors), np.nan)
        found = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), nothing)
    else:
        found = analyze(
            problem(factors), output, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=LEVEL,
            seed=SEED,
        )  # fmt: skip
    table: dict = {"factor": names}
    for name in ("S1", "ST"):
        value, half = np.asarray(found[name], float), np.asarray(found[f"{name}_conf"], float)
        low = name.lower()
        table |= {low: value, f"{low}_low": value - half, f"{low}_high": value + half}
    return pd.DataFrame(table)


def morris(store: "Store", target: Target) -> Finding:
    """Elementary effects for each scenario of a batch with a Morris design."""
    e = _designed(store, "morris")
    found = _by_scenario(
        store, target, lambda output: morris_indices(e.factors, store.points, output, e.design.num_levels)
    )
    found = found.sort_values("mu_star", ascending=False, kind="stable", ignore_index=True)

    def sentences(lang: str) -> list[str]:
        first = found.iloc[0]
        quiet = [r[f"name_{lang}"] for r in found.to_dict("records") if r["high"] < 0.05 * first["mu_star"]]
        said = [word("morris_first", lang, name=first[f"name_{lang}"], value=target.told(first["mu_star"], lang))]
        together = [r[f"name_{lang}"] for r in found.to_dict("records") if r["sigma"] > r["mu_star"] > 0]
        said += [word("morris_together", lang, names=_list(together, lang))] if together else []
        return said + ([word("morris_quiet", lang, names=_list(quiet, lang))] if quiet else [])

    return Finding(
        "morris",
        lambda lang: target.title(lang, store.pack),
        sentences,
        found,
        lambda lang: _star(found, lang, target, store),
    )


def sobol(store: "Store", target: Target) -> Finding:
    """Variance shares for each scenario of a batch with a Sobol design."""
    e = _designed(store, "sobol")
    found = _by_scenario(store, target, lambda output: sobol_indices(e.factors, output, e.design.second_order))
    found = found.sort_values("st", ascending=False, kind="stable", ignore_index=True)

    def sentences(lang: str) -> list[str]:
        rows = found.to_dict("records")
        if np.isnan(rows[0]["st"]):
            return [word("sobol_flat", lang)]
        said = [
            word(
                "sobol_share", lang, name=r[f"name_{lang}"], s1=r["s1"], low=r["s1_low"], high=r["s1_high"], st=r["st"]
            )
            for r in rows
        ]
        wide = max(r["st_high"] - r["st_low"] for r in rows) > 0.2
        return said + ([word("sobol_wide", lang)] if wide else [])

    return Finding(
        "sobol",
        lambda lang: target.title(lang, store.pack),
        sentences,
        found,
        lambda lang: _shares(found, lang, target, store),
    )


def _designed(store: "Store", kind: str):
    e = store.experiment
    if e.design.kind != kind:
        en, zh = f"needs a {kind} design, this batch has {e.design.kind}", f"需要 {kind} 设计，此批次为 {e.design.kind}"
        raise ScenarioError(en, zh, field=kind)
    return e


def _by_scenario(store: "Store", target: Target, analyse) -> "pd.DataFrame":
    import pandas as pd

    e = store.experiment
    outputs = mean_of_futures(store.values(target.indicator, target.place, target.year), e.ensemble.weights)
    tables = []
    for s, output in enumerate(complete(outputs)):
        table = analyse(output)
        for lang in ("en", "zh"):
            name = e.scenarios[s].title(lang) if e.scenarios else ""
            table.insert(0, f"scenario_{lang}", name)
            table.insert(0, f"name_{lang}", [f.title(lang, store.pack) for f in e.factors])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _star(found, lang: str, target: Target, store: "Store"):
    title = f"mu*: {target.title(lang, store.pack)}"
    many = f"scenario_{lang}" if found[f"scenario_{lang}"].nunique() > 1 else ""
    return bars(found, lang, f"name_{lang}", "mu_star", "low", "high", title, many)


def _shares(found, lang: str, target: Target, store: "Store"):
    import pandas as pd

    kinds = {"s1": word("sobol_alone", lang), "st": word("sobol_total", lang)}
    rows = [
        {"name": r[f"name_{lang}"], "share": r[k], "low": r[f"{k}_low"], "high": r[f"{k}_high"], "kind": kinds[k]}
        for r in found.to_dict("records")
        for k in kinds
    ]
    title = word("sobol_axis", lang, what=target.title(lang, store.pack))
    return bars(pd.DataFrame(rows), lang, "name", "share", "low", "high", title, "kind")


def _list(names: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)
