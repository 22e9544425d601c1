"""Whether a student's policy reaches the goals of the challenge, and what it costs."""

from dataclasses import dataclass

import numpy as np

from scenarios.lessons.evidence import Pairs
from scenarios.lessons.lesson import Goal, Lesson
from sim.catalogue import indicators
from sim.data.plan import LARGER, Figure

COST = "programme_cost"  # 100 million yuan of 2020 a year


@dataclass(frozen=True)
class Outcome:
    """One goal: `value` is the mean difference from the baseline, or the mean level for a goal of the plan; `wanted`
    is in the same unit; in `reached` of `futures` futures it is reached. `met`: by the mean over futures."""

    goal: Goal
    value: float
    wanted: float
    reached: int
    futures: int
    met: bool


@dataclass(frozen=True)
class Judged:
    """The challenge: `cost` of the programmes beyond the baseline's, 100 million yuan of 2020, all years together."""

    outcomes: tuple[Outcome, ...]
    cost: float
    budget: float

    @property
    def affordable(self) -> bool:
        return self.cost <= self.budget

    @property
    def solved(self) -> bool:
        return self.affordable and all(outcome.met for outcome in self.outcomes)


def judge(lesson: Lesson, pairs: Pairs, pack) -> Judged:
    """Goals and budget of a lesson, from paired futures of a student's scenario."""
    return Judged(tuple(outcome(goal, pairs, pack) for goal in lesson.goals), extra_cost(pairs, pack), lesson.budget)


def outcome(goal: Goal, pairs: Pairs, pack) -> Outcome:
    """One goal in the last year, or in the plan's year."""
    name, place = goal.figure.indicator, goal.figure.place
    if goal.kind == "plan":
        figure, better, factor = plan_figure(goal, pack)
        values = pairs.at(pairs.current, name, place, int(goal.amount))
        scaled = values / factor
        reached = sum(figure.met(float(value), better) for value in scaled)
        met = figure.met(float(scaled.mean()), better)
        return Outcome(goal, float(values.mean()), figure.value * factor, reached, len(values), met)
    gap = pairs.at(pairs.current, name, place) - pairs.at(pairs.baseline, name, place)
    sign = 1.0 if goal.kind == "up" else -1.0
    reached = int((sign * gap >= goal.amount).sum())
    return Outcome(
        goal, float(gap.mean()), sign * goal.amount, reached, len(gap), bool(sign * gap.mean() >= goal.amount)
    )


def plan_figure(goal: Goal, pack) -> tuple[Figure, str, float] | None:
    """(figure, which side is better, factor to the indicator's unit) of the plan for a goal; None where it has none."""
    row = str(indicators()[goal.figure.indicator].extra.get("target", ""))
    target = pack.targets.get(row)
    if target is None or int(goal.amount) not in target.figures:
        return None
    return target.figures[int(goal.amount)], target.better, LARGER.get(target.unit, ("", 1.0))[1]


def extra_cost(pairs: Pairs, pack) -> float:
    """Cost of the programmes beyond the baseline's, all years lived, mean over futures, 100 million yuan of 2020."""
    lived = np.asarray(pairs.baseline.years) > pairs.baseline.years[0]
    gap = pairs.current.of(COST, pack.city_id) - pairs.baseline.of(COST, pack.city_id)
    return float(gap[:, lived].sum(axis=1).mean())
