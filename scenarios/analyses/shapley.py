"""Shapley contributions: how much of a package's effect each of its parts brings, however they act together.

With parts N and w(S) the indicator when only the parts S are in force (same luck in every run),
    phi_i = sum over S without i of |S|! (|N| - |S| - 1)! / |N|! * (w(S + i) - w(S)),
exact over all 2^|N| combinations, future by future. The parts add up to the whole exactly, also as floating-point
numbers: phi is computed in rational numbers and rounded to a grid of powers of two (2^-52 of the sum of the sizes)
by largest remainder, on which sums of floats are exact in any order; the whole effect is rounded to the same grid.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from scenarios.analyses.finding import Finding, bars
from scenarios.analyses.running import Progress, evaluate
from scenarios.analyses.target import Target
from scenarios.comparing import summary
from scenarios.errors import ScenarioError
from scenarios.experiments.experiment import Experiment, Options, Output
from scenarios.scenario import BASELINE, Scenario, load, setting_order
from scenarios.words import word
from sim.catalogue import levers
from sim.data import load_pack

MOST_PARTS = 8  # 256 combinations
Coalition = frozenset[str]


@dataclass(frozen=True)
class Contributions:
    """`futures` float64[parts, futures] and `whole` float64[futures]: futures.sum(axis=0) == whole, exactly.
    `means` float64[parts] adds up to `mean`, exactly. NaN in futures in which a run has no value."""

    parts: tuple[str, ...]
    futures: np.ndarray
    whole: np.ndarray
    means: np.ndarray
    mean: float


def shapley_values(parts: Sequence[str], worth: Mapping[Coalition, np.ndarray]) -> Contributions:
    """Contributions from the worth of every combination, each float64[futures]."""
    futures = len(worth[frozenset()])
    found, whole = np.full((len(parts), futures), np.nan), np.full(futures, np.nan)
    sums = [Fraction(0)] * len(parts)
    known = 0
    for f in range(futures):
        values = {coalition: float(w[f]) for coalition, w in worth.items()}
        if not all(math.isfinite(v) for v in values.values()):
            continue
        exact = _exact(parts, {coalition: Fraction(v) for coalition, v in values.items()})
        found[:, f], whole[f] = on_one_grid(exact)
        sums = [a + b for a, b in zip(sums, exact, strict=True)]
        known += 1
    if not known:
        raise ScenarioError("the indicator has no value here", "该指标在此没有数值", field="indicator")
    means, mean = on_one_grid([s / known for s in sums])
    return Contributions(tuple(parts), found, whole, np.array(means), mean)


def _exact(parts: Sequence[str], worth: Mapping[Coalition, Fraction]) -> list[Fraction]:
    n = len(parts)
    found = []
    for part in parts:
        others = [p for p in parts if p != part]
        total = Fraction(0)
        for size in range(n):
            weight = Fraction(math.factorial(size) * math.factorial(n - size - 1), math.factorial(n))
            for chosen in combinations(others, size):
                without = frozenset(chosen)
                total += weight * (worth[without | {part}] - worth[without])
        found.append(total)
    return found


def on_one_grid(exact: Sequence[Fraction]) -> tuple[list[float], float]:
    """Floats near `exact` whose sum, in any order, is exactly the second value."""
    size = sum(abs(x) for x in exact)
    if size == 0:
        return [0.0] * len(exact), 0.0
    exponent = math.frexp(float(size))[1] - 51  # every partial sum is below 2^52 steps
    step = Fraction(2) ** exponent
    units = [x / step for x in exact]
    whole = round(sum(units))
    floors = [math.floor(u) for u in units]
    by_rest = sorted(range(len(units)), key=lambda k: floors[k] - units[k])
    for k in by_rest[: whole - sum(floors)]:  # as many as rounding down has taken away, 0 to len
        floors[k] += 1
    return [math.ldexp(f, exponent) for f in floors], math.ldexp(sum(floors), exponent)


def parts_of(scenario: Scenario, by: str = "lever") -> dict[str, tuple[str, ...]]:
    """Part -> levers: each lever of a scenario, or each family of the catalogue."""
    found: dict[str, list[str]] = {}
    for setting in scenario.settings:
        name = setting.lever if by == "lever" else levers()[setting.lever].family
        if setting.lever not in found.setdefault(name, []):
            found[name].append(setting.lever)
    return {name: tuple(members) for name, members in found.items()}


def coalitions(scenario: Scenario, baseline: Scenario, parts: Mapping[str, Sequence[str]]) -> dict[Coalition, Scenario]:
    """The scenario with only some of its parts, on top of the baseline; assumptions are the scenario's in all."""
    found = {}
    names = list(parts)
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            on = {lever for name in chosen for lever in parts[name]}
            own = [s for s in scenario.settings if s.lever in on]
            kept = [s for s in baseline.settings if s.lever not in on]
            found[frozenset(chosen)] = replace(
                scenario,
                id="+".join(chosen) or baseline.id,
                settings=tuple(sorted([*kept, *own], key=setting_order)),
            )
    return found


def shapley(
    scenario: Scenario | str,
    target: Target,
    baseline: Scenario | str = BASELINE,
    by: str = "lever",
    options: Options | None = None,
    replicates: int = 8,
    workers: int | None = None,
    progress: Progress | None = None,
    pack=None,
) -> Finding:
    """What each part of a package brings to `target`, with bands over futures."""
    pack = pack or load_pack()
    package, base = (s if isinstance(s, Scenario) else load(s, pack) for s in (scenario, baseline))
    parts = parts_of(package, by)
    if not parts:
        raise ScenarioError("sets no lever", "没有设定任何政策杠杆", file=package.file, field="levers")
    if len(parts) > MOST_PARTS:
        en = f"{len(parts)} parts give {2 ** len(parts):,} combinations; at most {MOST_PARTS} parts, try --by family"
        raise ScenarioError(
            en, f"{len(parts)} 个部分有 {2 ** len(parts):,} 种组合；最多 {MOST_PARTS} 个，可用 --by family"
        )
    worlds = coalitions(package, base, parts)
    experiment = Experiment(
        id="shapley", name=package.name, scenarios=tuple(worlds.values()), replicates=replicates,
        options=options or Options(), output=Output(detail="towns" if target.place in pack.towns else "counties"),
    )  # fmt: skip
    (values,) = evaluate(experiment, [target], workers, progress, pack)
    worth = {coalition: values[k, 0, 0] for k, coalition in enumerate(worlds)}
    return finding(shapley_values(list(parts), worth), package, base, target, by, pack)


def finding(found: Contributions, package: Scenario, base: Scenario, target: Target, by: str, pack) -> Finding:
    """Sentences, table and chart of contributions."""
    import pandas as pd

    bands = summary(found.futures.T)
    rows = []
    for k, part in enumerate(found.parts):
        names = {f"name_{lang}": part_title(part, by, lang) for lang in ("en", "zh")}
        rows.append({"part": part, **names, "contribution": found.means[k]} | {
            name: float(bands[name][k]) for name in ("low", "high", "least", "most", "same_sign", "futures")
        })  # fmt: skip
    table = pd.DataFrame(rows).sort_values("contribution", ascending=False, kind="stable", ignore_index=True)

    def about(lang: str) -> str:
        return word("shapley_title", lang, a=package.title(lang), b=base.title(lang), what=target.title(lang, pack))

    def sentences(lang: str) -> list[str]:
        said = [word("shapley_whole", lang, value=target.told(found.mean, lang, signed=True))]
        for row in table.to_dict("records"):
            low, high = (target.told(row[k], lang, signed=True) for k in ("low", "high"))
            value = target.told(row["contribution"], lang, signed=True)
            said.append(word("shapley_part", lang, name=row[f"name_{lang}"], value=value, low=low, high=high))
        return said

    def chart(lang: str):
        title = target.title(lang, pack)
        return bars(table, lang, f"name_{lang}", "contribution", "low", "high", title)

    return Finding("shapley", about, sentences, table, chart, {"contributions": found})


def part_title(part: str, by: str, lang: str) -> str:
    """Name of a part for people."""
    if by == "lever":
        return levers()[part].title[lang]
    members = ("、" if lang == "zh" else ", ").join(e.title[lang] for e in levers().values() if e.family == part)
    return word(f"family_{part}", lang) if f"family_{part}" in _family_words() else members


def _family_words() -> frozenset[str]:
    from scenarios.words import WORDS

    return frozenset(WORDS)
