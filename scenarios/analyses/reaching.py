"""Goal files of `jiangmen analyse reach`, and how an answer to "what would it take" is told.

name: {zh: ..., en: ...}
scenarios: [baseline]                       what the levers start from
levers: {new_homes: {low: 0, high: 20000, from: 2021}, ...}
replicates: 4
goals:
  - {indicator: urbanisation_rate, year: 2035, at_least: 75}
limits:
  - {indicator: budget_balance, year: 2035, at_least: -20}
budget: {most: 50, prices: {new_homes: 0.003}}
search: {answers: 3, evaluations: 240, share: 0.5}
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scenarios.analyses.finding import WIDTH, Finding
from scenarios.analyses.reach import Answer, Goal, Reached, reach
from scenarios.analyses.target import Target
from scenarios.experiments.reading import as_file, read
from scenarios.extras import needed
from scenarios.marked import Marked, read_marked
from scenarios.scenario import check_fields
from scenarios.words import word
from sim.catalogue import indicators
from sim.data import load_pack
from sim.policy import place_ranks, unknown

OWN = ("goals", "limits", "budget", "search")
SEARCH = {"answers": (int, 1), "evaluations": (int, 16), "share": (float, 0)}


def load_goal(file: str | Path, pack=None) -> Goal:
    """Reads a goal file; ScenarioError with file, line and field when it is wrong."""
    return read_goal(read_marked(Path(file), str(file)), Path(file).parent, Path(file).stem, pack)


def goal_of(pack=None, id: str = "goal", **fields: Any) -> Goal:
    """The same fields as in a file, as plain Python values (for the app and notebooks)."""
    return read_goal(as_file(fields, id), Path.cwd(), id, pack)


def read_goal(marked: Marked, folder: Path, id: str, pack=None) -> Goal:
    """The goal of a parsed file: an experiment without a design, and what is asked of it."""
    pack = pack or load_pack()
    own = {key: marked.data[key] for key in OWN if key in marked.data}
    rest = {key: value for key, value in marked.data.items() if key not in OWN}
    if "design" in rest:
        raise marked.error("a search chooses its own points", "搜索自行选点，不需要设计", "design")
    rest["design"] = {"kind": "latin_hypercube", "points": 1}
    experiment = read(Marked(marked.file, marked.text, rest, marked.lines), folder, id, pack)
    if len(experiment.scenarios) > 1:
        raise marked.error("give one scenario to start from", "只能给一个出发情景", "scenarios")
    for factor in experiment.factors:
        if factor.kind not in ("levers", "inputs"):
            raise marked.error("only levers can be searched", "只能搜索政策杠杆", factor.field)
    goals = _targets(marked, "goals", own, experiment, pack)
    if not goals:
        raise marked.error("is missing: say what should be reached", "缺少目标", "goals")
    budget, prices = _budget(marked, own.get("budget"), experiment)
    return Goal(
        experiment, goals, _targets(marked, "limits", own, experiment, pack), prices, budget, **_search(marked, own)
    )


def _targets(marked: Marked, section: str, own: dict, experiment, pack) -> tuple[Target, ...]:
    raw = own.get(section, [])
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise marked.error("must be a list of {indicator, at_least or at_most, ...}", "须为一列目标", section)
    found = []
    for k, one in enumerate(raw):
        where = f"{section}.{k}"
        for key in one:
            if key not in Target.__dataclass_fields__:
                known = ", ".join(Target.__dataclass_fields__)
                raise marked.error(
                    f"unknown key {key!r}; known: {known}", f"未知键 {key!r}；可用：{known}", f"{where}.{key}"
                )
        _check_target(marked, one, where, experiment, pack)
        place = None if one.get("place") is None else str(one["place"])
        found.append(Target(**(one | {"place": place})))
    return tuple(found)


def _check_target(marked: Marked, one: dict, where: str, experiment, pack) -> None:
    from difflib import get_close_matches

    if experiment.scenarios:
        if one.get("indicator") not in indicators():
            near = get_close_matches(str(one.get("indicator")), list(indicators()), n=1)
            en, zh = (f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？") if near else ("", "")
            said = f"{one.get('indicator')!r}"
            raise marked.error(f"unknown indicator {said}{en}", f"未知指标 {said}{zh}", f"{where}.indicator")
        if one.get("place") is not None and str(one["place"]) not in place_ranks(pack):
            error = unknown("place", str(one["place"]), place_ranks(pack), where)
            raise marked.error(error.en, error.zh, f"{where}.place")
        o = experiment.options
        if one.get("year") is not None and not (isinstance(one["year"], int) and o.start <= one["year"] <= o.end):
            en, zh = f"must be from {o.start} to {o.end}", f"须在 {o.start} 至 {o.end} 之间"
            raise marked.error(en, zh, f"{where}.year")
    bounds = [key for key in ("at_least", "at_most") if one.get(key) is not None]
    if len(bounds) != 1 or isinstance(one[bounds[0]], bool) or not isinstance(one[bounds[0]], int | float):
        en, zh = "needs one of at_least and at_most, a number", "须有 at_least 或 at_most 之一，且为数"
        raise marked.error(en, zh, where)


def _budget(marked: Marked, raw: Any, experiment) -> tuple[float | None, dict[str, float]]:
    if raw is None:
        return None, {}
    names = [f.name for f in experiment.factors]
    good = isinstance(raw, dict) and set(raw) == {"most", "prices"} and isinstance(raw["prices"], dict)
    if not good or not isinstance(raw["most"], int | float):
        en, zh = "needs `most` and `prices` by lever", "须有 most 与各杠杆的 prices"
        raise marked.error(en, zh, "budget")
    for name, price in raw["prices"].items():
        if name not in names or isinstance(price, bool) or not isinstance(price, int | float):
            said = ", ".join(names)
            raise marked.error(
                f"must be a number for one of {said}", f"须为下列杠杆的数：{said}", f"budget.prices.{name}"
            )
    return float(raw["most"]), {name: float(price) for name, price in raw["prices"].items()}


def _search(marked: Marked, own: dict) -> dict[str, Any]:
    raw = own.get("search", {})
    if not isinstance(raw, dict):
        raise marked.error("must be a mapping", "须为映射", "search")
    if raw:
        check_fields(marked, tuple(SEARCH), "search")
    for key, value in raw.items():
        kind, least = SEARCH[key]
        kinds = (int,) if kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or value < least or (key == "share" and value > 1):
            en, zh = f"out of range: {value!r}", f"超出范围：{value!r}"
            raise marked.error(en, zh, f"search.{key}")
    return dict(raw)


def what_would_it_take(
    goal: Goal, workers: int | None = None, progress: Callable[[int, int], None] | None = None, pack=None
) -> Finding:
    """Searches, and tells what was found."""
    pack = pack or load_pack()
    return finding(reach(goal, None, progress, workers, pack), pack)


def finding(found: Reached, pack) -> Finding:
    """Sentences, table and chart of a search."""
    import pandas as pd

    factors = found.goal.experiment.factors
    shown = [("start", found.start), *((str(k + 1), a) for k, a in enumerate(found.answers))]
    shown += [] if found.answers else [("nearest", found.nearest)]
    rows = [{"answer": label, **_row(found, answer)} for label, answer in shown]

    def about(lang: str) -> str:
        goals = ("；" if lang == "zh" else "; ").join(
            f"{t.title(lang, pack)} {t.wanted(lang)}" for t in found.goal.goals
        )
        return word("reach_title", lang, goals=goals)

    def sentences(lang: str) -> list[str]:
        if found.answers:
            said = [word("reach_found", lang, n=len(found.answers), tried=found.evaluations)]
            return said + [_told(found, k, answer, lang, pack) for k, answer in enumerate(found.answers)]
        return [*_not_reachable(found, lang, pack)]

    def chart(lang: str):
        alt = needed("altair")
        data = [
            {"lever": f.title(lang, pack), "answer": label, "part": (a.values[k] - f.low) / (f.high - f.low)}
            for label, a in shown
            for k, f in enumerate(factors)
        ]
        marks = alt.Chart(pd.DataFrame(data)).mark_point(filled=True, size=110)
        return marks.encode(
            x=alt.X(
                "part:Q", title=word("reach_axis", lang), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
            ),
            y=alt.Y("lever:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
            color=alt.Color("answer:N", title=None, sort=None),
        ).properties(width=WIDTH)

    return Finding("reach", about, sentences, pd.DataFrame(rows), chart, {"reached": found})


def _row(found: Reached, answer: Answer) -> dict[str, Any]:
    row = {f.name: float(v) for f, v in zip(found.goal.experiment.factors, answer.values, strict=True)}
    row |= {"effort": answer.effort, "cost": answer.cost, "shortfall": answer.shortfall}
    for k, target in enumerate(found.goal.targets):
        name = "_".join(str(p) for p in (target.indicator, target.place, target.year) if p is not None)
        row |= {name: float(answer.reached[k]), f"{name}_agreeing": int(answer.agreeing[k])}
    return row | {"futures": answer.futures}


def _told(found: Reached, k: int, answer: Answer, lang: str, pack) -> str:
    factors = found.goal.experiment.factors
    moved = [
        f"{f.title(lang, pack)} {v:.4g}"
        for f, v, at in zip(factors, answer.values, found.start.values, strict=True)
        if abs(v - at) > 0.01 * (f.high - f.low)
    ] or [word("as_it_is", lang)]
    results = [
        word(
            "reach_result", lang, what=t.title(lang, pack), value=t.told(answer.reached[j], lang),
            k=int(answer.agreeing[j]), n=answer.futures,
        )
        for j, t in enumerate(found.goal.targets)
    ]  # fmt: skip
    comma = "；" if lang == "zh" else "; "
    return word("reach_answer", lang, k=k + 1, levers=comma.join(moved), results=comma.join(results))


def _not_reachable(found: Reached, lang: str, pack) -> list[str]:
    goal, nearest = found.goal, found.nearest
    said = [word("reach_none", lang, tried=found.evaluations)]
    for j, target in enumerate(goal.targets):
        value = target.told(nearest.reached[j], lang)
        said.append(word("reach_nearest", lang, what=target.title(lang, pack), value=value, wanted=target.wanted(lang)))
    names = {f.name: f for f in goal.experiment.factors}
    for name in found.binding:
        if name == "budget":
            said.append(word("binding_budget", lang, most=goal.budget))
        elif name.startswith("limit:"):
            limit = goal.limits[int(name[6:])]
            said.append(word("binding_limit", lang, what=limit.title(lang, pack), wanted=limit.wanted(lang)))
        else:
            factor = names[name]
            value = nearest.values[list(names).index(name)]
            said.append(word("binding_lever", lang, name=factor.title(lang, pack), value=value))
    return said if found.binding else [*said, word("binding_none", lang)]
