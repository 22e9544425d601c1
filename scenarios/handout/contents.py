"""What stands in a hand-out: the runs of a grid as plain values, with all that is needed to name and repeat them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scenarios.address import END, START, Address, write_address
from scenarios.audit.charts import targets as plan_marks
from scenarios.handout.axes import Grid
from scenarios.outputs import model_version
from scenarios.reports.wording import short_unit, titled
from scenarios.result import Result
from scenarios.runner import run_all
from scenarios.scenario import Scenario
from scenarios.tables import shown_unit
from sim.catalogue import indicators

LANGUAGES = ("zh", "en")
INDICATORS = (
    "urbanisation_rate", "hukou_urbanisation_rate", "residents", "income_ratio", "east_west_income_ratio",
    "income_urban", "income_rural", "unemployment_rate", "home_price_index", "programme_cost",
)  # fmt: skip
CARDS = ("urbanisation_rate", "hukou_urbanisation_rate", "income_ratio", "east_west_income_ratio", "programme_cost")


@dataclass(frozen=True)
class Words:
    """Title, a question and a paragraph in both languages, and the two charts that are shown first."""

    title: dict[str, str]
    question: dict[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    about: dict[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    charts: tuple[tuple[str, str], ...] = ()  # (indicator, place; "" is the city)
    more: tuple[str, ...] = ()  # indicators beside the usual


Runs = dict[float, dict[str, Result]]  # scale -> hash of a scenario -> its runs


def run_grid(grid: Grid, pack, scales: Sequence[float], replicates: int, seed: int, **options: Any) -> Runs:
    """Every scenario of the grid and the one it is compared with, each once; `options` go to `run_all`."""
    by_hash = {s.hash: s for s in (grid.reference, *(node.scenario for node in grid.nodes))}
    found: Runs = {}
    for scale in scales:
        results = run_all(
            list(by_hash.values()), start=START, end=END, scale=scale, replicates=replicates, seed=seed,
            detail="counties", pack=pack, **options,
        )  # fmt: skip
        found[scale] = dict(zip(by_hash, results, strict=True))
    return found


def contents(grid: Grid, runs: Runs, words: Words, lang: str) -> dict[str, Any]:
    """The plain values of the page."""
    first = next(iter(next(iter(runs.values())).values()))
    pack = first.pack
    wanted = list(dict.fromkeys((*(i for i, _ in words.charts), *words.more, *INDICATORS)))
    places = [pack.city_id, *pack.regions]  # counties only where a chart shows one: a file stays small enough to send
    places += [p for p in dict.fromkeys(p for _, p in words.charts) if p and p not in places]
    shown = [i for i in wanted if i in first.indicators]
    return {
        "lang": lang,
        "title": words.title,
        "question": words.question,
        "about": words.about,
        "axes": [_axis(axis) for axis in grid.axes],
        "indicators": [_indicator(first, key) for key in shown],
        "places": [{"key": p, "title": {c: pack.place_name(p, c) for c in LANGUAGES}} for p in places],
        "years": list(first.years),
        "charts": _charts(words, shown, places),
        "cards": [i for i in CARDS if i in shown],
        "cities": [_city(grid, results, places, shown) for results in runs.values()],
        "seed": first.seed,
        "version": model_version(pack.hash),
        "data": f"{pack.name} {pack.hash[:12]}",
    }


def _city(grid: Grid, results: dict[str, Result], places: list[str], indicators: list[str]) -> dict[str, Any]:
    """The grid at one scale: values[place][indicator][future][year] of the reference and of every node."""
    reference = results[grid.reference.hash]
    pack, scale = reference.pack, reference.scale
    options = {"seed": reference.seed, "futures": len(reference.seeds), "scale": scale}
    at = [reference.places.index(p) for p in places]
    rows = [reference.indicators.index(i) for i in indicators]

    def run(scenario: Scenario) -> dict[str, Any]:
        address = Address(
            scenario.settings, scenario.assumptions, scenario.shocks, version=model_version(pack.hash), **options
        )
        values = results[scenario.hash].values
        flat = values.reshape(-1, *values.shape[2:])[:, :, at][..., rows]
        values = np.where(np.isnan(flat), None, flat.astype(object)).transpose(2, 3, 0, 1)
        return {"hash": scenario.hash, "address": "?" + write_address(address, pack), "values": values.tolist()}

    return {
        "scale": scale,
        "weight": round(1.0 / scale),
        "people": round(float(pack.town_residents(START).sum()) * scale),
        "futures": int(reference.values.shape[0] * reference.values.shape[1]),
        "reference": run(grid.reference),
        "nodes": [{"at": list(node.at), **run(node.scenario)} for node in grid.nodes],
    }


def _axis(axis) -> dict[str, Any]:
    positions = [{"value": p.value, "name": dict(p.names)} for p in axis.positions]
    return {"title": axis.titles, "positions": positions, "first": axis.first}


def _indicator(result: Result, key: str) -> dict[str, Any]:
    """Titles, and for each language the divisor, decimals and unit in which it is shown; targets of the city."""
    entry = indicators()[key]
    said = {lang: shown_unit(entry.unit, lang) for lang in LANGUAGES}
    definition = entry.definition if isinstance(entry.definition, dict) else dict.fromkeys(LANGUAGES, entry.definition)
    marks = {} if key == "residents" else plan_marks(result, key)
    return {
        "key": key,
        "title": {lang: titled(entry, lang) for lang in LANGUAGES},
        "definition": definition,
        "divisor": {lang: s[0] for lang, s in said.items()},
        "decimals": {lang: s[1] for lang, s in said.items()},
        "unit": {lang: "" if entry.unit == "ratio" else s[2] for lang, s in said.items()},
        "short": {lang: "" if entry.unit == "ratio" else short_unit(s[2]) for lang, s in said.items()},
        "percent": entry.unit == "percent",
        "targets": [[year, value] for year, value in marks.items()],
    }


def _charts(words: Words, shown: list[str], places: list[str]) -> list[list[int]]:
    """[indicator, place] of the two charts that are shown first, as positions in the lists."""
    chosen = [(i, p or places[0]) for i, p in words.charts if i in shown]
    chosen += [(i, places[0]) for i in INDICATORS if i in shown and i not in [c for c, _ in chosen]]
    return [[shown.index(i), places.index(p)] for i, p in chosen[:2]]
