"""The search for mixes that reach a target, run beside the page with the model and the luck of the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.address import FROM_YEAR, Address
from scenarios.analyses.reach import Goal, Reached, reach
from scenarios.analyses.reaching import goal_of
from scenarios.analyses.target import Target
from scenarios.scenario import Scenario, setting_order
from sim.catalogue import Entry, indicators, levers
from sim.catalogue.lever_fields import moves_of
from sim.paths import Path
from sim.policy import Setting
from ui.budget import COST
from ui.city import city_pack
from ui.levers import families
from ui.simulate import Size, run_key, simulate
from ui.targets import chart_targets
from ui.tasks import Task, in_order

CANDIDATES, FUTURES, ANSWERS = 120, 4, 3
MOST_LEVERS = 6
FIRST_LEVERS = 4


@dataclass(frozen=True)
class Wish:
    """What is asked for; `value` and `budget` in the catalogue's units."""

    indicator: str
    at_least: bool
    value: float
    year: int
    share: float
    levers: tuple[str, ...]
    budget: float | None = None

    def target(self) -> Target:
        bound = {"at_least" if self.at_least else "at_most": self.value}
        return Target(self.indicator, None, self.year, **bound)


@dataclass(frozen=True)
class Picked:
    """Values of one run: float64[targets]."""

    values: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.values.nbytes


def movable() -> dict[str, Entry]:
    """Levers that a search may move: those that act today and for the whole city."""
    return {k: e for k, e in levers().items() if "spent" not in e.extra and not e.extra.get("for_pairs")}


def first_levers(indicator: str) -> tuple[str, ...]:
    """Levers that name the indicator as what they move, then the main levers of the families."""
    named = [k for k, e in movable().items() if indicator in {name for name, _, _ in moves_of(e)}]
    main = [entries[0].key for entries in families().values() if entries[0].key in movable()]
    return tuple(dict.fromkeys([*named, *main]))[:FIRST_LEVERS]


def planned(indicator: str, year: int) -> float | None:
    """The plan's own figure for the year, if it has one."""
    found = dict(chart_targets(indicator, city_pack().city_id, 1.0))
    return found.get(year)


def wants_more(indicator: str) -> bool:
    """Whether the plan wants the indicator high; so it is where the plan says nothing."""
    row = str(indicators()[indicator].extra.get("target", ""))
    target = city_pack().targets.get(row)
    return target is None or target.better != "lower"


def goal_for(wish: Wish) -> Goal:
    """The goal as the command line would read it from a file; ScenarioError where it cannot be asked."""
    target = wish.target()
    goal = {"indicator": wish.indicator, "year": wish.year}
    goal["at_least" if wish.at_least else "at_most"] = target.bound
    limits = [] if wish.budget is None else [{"indicator": COST, "year": wish.year, "at_most": wish.budget}]
    ranges = {k: {"low": low, "high": high, "from": FROM_YEAR} for k in wish.levers for low, high in [bounds(k)]}
    fields: dict[str, Any] = {
        "name": {"zh": "怎样达标", "en": "What would it take"}, "scenarios": ["baseline"], "levers": ranges,
        "replicates": FUTURES, "goals": [goal], "limits": limits,
        "search": {"answers": ANSWERS, "evaluations": CANDIDATES, "share": wish.share},
    }  # fmt: skip
    return goal_of(city_pack(), **fields)


def bounds(lever: str) -> tuple[float, float]:
    """From what holds today to the named maximum, so that a mix stays plausible; else the catalogue's bounds."""
    entry = levers()[lever]
    ends = entry.in_force(FROM_YEAR), float(entry.levels["maximum"])
    return (min(ends), max(ends)) if ends[0] != ends[1] else (float(entry.bounds[0]), float(entry.bounds[1]))


def mixed(address: Address, values: Mapping[str, float]) -> Address:
    """The address with these levers for the whole city, from the first year lived, instead of what it sets of them."""
    kept = [s for s in address.settings if s.lever not in values]
    city = city_pack().city_id
    new = [
        Setting(k, city, Path.starting(FROM_YEAR, float(v)))
        for k, v in values.items()
        if float(v) != levers()[k].in_force(FROM_YEAR)
    ]
    return replace(address, settings=tuple(sorted([*kept, *new], key=setting_order)))


def search(wish: Wish, address: Address, size: Size, task: Task) -> Reached:
    """Runs the search of `jiangmen analyse reach` with the policy and the assumptions of the screen around it."""
    goal = goal_for(wish)
    factors = goal.experiment.factors
    tried = [0]

    def run(points: np.ndarray, targets: list[Target]) -> np.ndarray:
        exact = [{f.key: tidy(float(v), f.low, f.high) for f, v in zip(factors, p, strict=True)} for p in points]
        worlds = [mixed(address, values).scenario for values in exact]
        jobs = (
            ((*run_key(world, size, r), "picked", *targets), lambda w=world, r=r: picked(w, size, r, targets))
            for world in worlds
            for r in range(FUTURES)
        )
        found = []
        for n, one in enumerate(in_order(jobs, task)):
            found.append(one.values)
            task.tick(min(CANDIDATES, tried[0] + (n + 1) // FUTURES), CANDIDATES)
        tried[0] += len(points)
        return np.array(found).reshape(len(points), FUTURES, len(targets)).transpose(2, 0, 1)

    task.tick(0, CANDIDATES)
    return reach(goal, run, pack=city_pack())


def picked(world: Scenario, size: Size, replicate: int, targets: list[Target]) -> Picked:
    """One run, of which only the targets' values are kept."""
    run = simulate(world, size, replicate)
    years = run.years.tolist()
    city = run.places.index(city_pack().city_id)
    return Picked(np.array([run.values[run.indicators.index(t.indicator), city, years.index(t.year)] for t in targets]))


def tidy(value: float, low: float, high: float) -> float:
    """Four figures, so that what is tried is what is told and taken over; the bounds stay exact."""
    return value if value in (low, high) else float(f"{value:.4g}")
