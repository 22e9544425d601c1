"""Robustness: in which futures a policy misses its target, as a box in the ranges of the uncertain factors.

PRIM (Friedman and Fisher 1999, patient rule induction) by the EMA workbench peels away slices of the ranges in which
few failures lie. Of the boxes on its path the one with the highest harmonic mean of coverage (share of all failures
inside) and density (share of failures among those inside) is kept; restrictions that chance could make
(quasi-p above 0.05) are dropped.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.analyses.finding import HEIGHT, WIDTH, Finding
from scenarios.analyses.target import Target, complete, mean_of_futures
from scenarios.errors import ScenarioError
from scenarios.extras import needed
from scenarios.words import word

if TYPE_CHECKING:
    from scenarios.store.store import Store

PEEL, LEAST_MASS, MOST_P = 0.05, 0.05, 0.05
FEW = 5  # with fewer failures (or successes) there is nothing to find


@dataclass(frozen=True)
class Box:
    """`limits`: factor index -> (low or None, high or None). Counts are points."""

    limits: dict[int, tuple[float | None, float | None]]
    failures: int
    points: int
    inside: int
    failures_inside: int

    @property
    def coverage(self) -> float:
        return self.failures_inside / self.failures if self.failures else float("nan")

    @property
    def density(self) -> float:
        return self.failures_inside / self.inside if self.inside else float("nan")


def find_box(names: list[str], points: np.ndarray, fails: np.ndarray) -> Box | None:
    """The box that best describes where `fails` (bool[points]) is true; None when nearly all fail, or nearly none."""
    import pandas as pd

    bad = int(fails.sum())
    if min(bad, len(fails) - bad) < FEW:
        return None
    prim = needed("ema_workbench.analysis.prim")
    x = pd.DataFrame(points, columns=names)
    search = prim.Prim(x, fails.astype(bool), threshold=0.01, peel_alpha=PEEL, mass_min=LEAST_MASS)
    found = search.find_box()
    path = found.peeling_trajectory
    both = 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
    best = int(np.nanargmax(both.to_numpy(float)))
    limits = _limits(found, best, names, points)
    inside = np.ones(len(points), bool)
    for k, (low, high) in limits.items():
        inside &= (points[:, k] >= (-np.inf if low is None else low)) & (
            points[:, k] <= (np.inf if high is None else high)
        )
    return Box(limits, bad, len(fails), int(inside.sum()), int((fails & inside).sum())) if limits else None


def _limits(found, best: int, names: list[str], points: np.ndarray) -> dict[int, tuple[float | None, float | None]]:
    box, quasi = found.box_lims[best], found.qp[best]
    limits = {}
    for k, name in enumerate(names):
        if name not in quasi:
            continue
        low, high = (float(v) for v in box[name])
        p_low, p_high = (float(p) for p in quasi[name])
        keeps_low = low > points[:, k].min() and 0 <= p_low <= MOST_P
        keeps_high = high < points[:, k].max() and 0 <= p_high <= MOST_P
        if keeps_low or keeps_high:
            limits[k] = (low if keeps_low else None, high if keeps_high else None)
    return limits


def robustness(store: "Store", target: Target) -> Finding:
    """For each scenario: in how many futures it fails, and where."""
    import pandas as pd

    target.check_bound()
    e = store.experiment
    if not e.factors or e.design.kind in ("grid", "one_at_a_time", "morris", "none"):
        en, zh = (
            "needs points that fill the ranges (latin_hypercube or sobol)",
            "需要覆盖整个范围的设计（latin_hypercube 或 sobol）",
        )
        raise ScenarioError(en, zh, field="robustness")
    means = complete(mean_of_futures(store.values(target.indicator, target.place, target.year), e.ensemble.weights))
    names = [f.name for f in e.factors]
    boxes, rows = [], []
    for s, output in enumerate(means):
        fails = target.margin(output) < 0
        box = find_box(names, store.points, fails)
        boxes.append((fails, box))
        rows.append(_row(store, s, fails, box))
    table = pd.DataFrame(rows)

    def sentences(lang: str) -> list[str]:
        return [_sentence(store, s, fails, box, target, lang) for s, (fails, box) in enumerate(boxes)]

    return Finding(
        "robustness", lambda lang: f"{target.title(lang, store.pack)}: {target.wanted(lang)}", sentences, table,
        lambda lang: _figure(store, boxes, lang), {"boxes": [box for _, box in boxes]},
    )  # fmt: skip


def _row(store: "Store", s: int, fails: np.ndarray, box: Box | None) -> dict:
    e = store.experiment
    row = {f"scenario_{lang}": e.scenarios[s].title(lang) if e.scenarios else e.title(lang) for lang in ("en", "zh")}
    row |= {"failures": int(fails.sum()), "futures": len(fails)}
    row |= {"coverage": box.coverage if box else np.nan, "density": box.density if box else np.nan}
    for k, factor in enumerate(e.factors):
        low, high = box.limits.get(k, (None, None)) if box else (None, None)
        row |= {f"{factor.name}_from": low, f"{factor.name}_to": high}
    return row


def _sentence(store: "Store", s: int, fails: np.ndarray, box: Box | None, target: Target, lang: str) -> str:
    e = store.experiment
    name = e.scenarios[s].title(lang) if e.scenarios else e.title(lang)
    bad, all_ = int(fails.sum()), len(fails)
    said = word("robust_count", lang, name=name, k=bad, n=all_, wanted=target.wanted(lang))
    if box is None:
        key = "robust_never" if bad < FEW else ("robust_always" if all_ - bad < FEW else "robust_nowhere")
        return said + word(key, lang)
    where = [_limit(store, k, limit, lang) for k, limit in box.limits.items()]
    joined = ("且" if lang == "zh" else " and ").join(where)
    return said + word(
        "robust_box",
        lang,
        where=joined,
        a=box.failures_inside,
        b=box.inside,
        share=box.coverage,
        others=bad - box.failures_inside,
    )


def _limit(store: "Store", k: int, limit: tuple[float | None, float | None], lang: str) -> str:
    name = store.experiment.factors[k].title(lang, store.pack)
    low, high = limit
    if low is not None and high is not None:
        return word("between", lang, name=name, low=low, high=high)
    return word("above", lang, name=name, low=low) if high is None else word("below", lang, name=name, high=high)


def _figure(store: "Store", boxes: list[tuple[np.ndarray, Box | None]], lang: str):
    """Points of the two factors that a box restricts most, failures in red, the box as a frame."""
    import pandas as pd

    alt = needed("altair")
    e, panels = store.experiment, []
    for s, (fails, box) in enumerate(boxes):
        chosen = list(box.limits) if box else []
        a, b = [*chosen, *(k for k in range(len(e.factors)) if k not in chosen), 0][:2]
        told = np.where(fails, word("fails", lang), word("holds", lang))
        data = pd.DataFrame({"x": store.points[:, a], "y": store.points[:, b], "what": told})
        axes = {
            "x": alt.X("x:Q", title=e.factors[a].title(lang, store.pack), scale=alt.Scale(zero=False, padding=8)),
            "y": alt.Y("y:Q", title=e.factors[b].title(lang, store.pack), scale=alt.Scale(zero=False, padding=8)),
        }
        scale = alt.Scale(domain=[word("fails", lang), word("holds", lang)], range=["#c23b22", "#7a9cc6"])
        layer = (
            alt.Chart(data)
            .mark_point(filled=True, size=36, opacity=0.8)
            .encode(**axes, color=alt.Color("what:N", title=None, scale=scale))
        )
        if box:
            edges = [
                (lo if (lo := box.limits.get(k, (None, None))[0]) is not None else store.points[:, k].min(),
                 hi if (hi := box.limits.get(k, (None, None))[1]) is not None else store.points[:, k].max())
                for k in (a, b)
            ]  # fmt: skip
            frame = pd.DataFrame([{"x": edges[0][0], "x2": edges[0][1], "y": edges[1][0], "y2": edges[1][1]}])
            layer = (
                alt.Chart(frame)
                .mark_rect(fillOpacity=0.12, color="#c23b22", stroke="#c23b22")
                .encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q")
                + layer
            )
        name = e.scenarios[s].title(lang) if e.scenarios else e.title(lang)
        panels.append(layer.properties(title=name, width=WIDTH // 2, height=HEIGHT))
    return alt.hconcat(*panels) if len(panels) > 1 else panels[0]
