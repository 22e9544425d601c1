"""What is right for a question of a lesson, and how an answer stands to it: computed from the run at hand.

The right answer is never in the lesson's file. Move the lever differently and another answer may be right.
"""

from dataclasses import dataclass, field

import numpy as np

from scenarios.lessons.evidence import Evidence, Pairs
from scenarios.lessons.lesson import Figure, Question
from scenarios.paired import Change

UP, DOWN, UNCLEAR = "up", "down", "unclear"
CLEAR = 0.8  # share of futures that must agree on the sign before a direction is called clear
NEAR, WITHIN_REACH = 0.25, 0.6  # relative distance from the computed number that counts as right, as close
CHOICES = ("direction", "most", "reason")  # the other kinds are answered with a number


@dataclass(frozen=True)
class Verdict:
    """How an answer stands. `truth` is an option's id or a number; `numbers` are those that a sentence needs."""

    right: bool
    close: bool
    answer: str | float
    truth: str | float
    numbers: dict[str, float] = field(default_factory=dict)

    @property
    def grade(self) -> str:
        return "right" if self.right else "close" if self.close else "wrong"


def answerable(question: Question, evidence: Evidence) -> bool:
    """Whether the run at hand can answer the question (a household must have been found, a larger city have run)."""
    if question.kind == "reason":
        return evidence.case is not None and len(evidence.case.weights) > 1
    if question.kind == "tip":
        return evidence.case is not None and evidence.case.tip is not None
    return question.kind != "scale" or evidence.large is not None


def options(question: Question, evidence: Evidence) -> list[str]:
    """Ids of the answers that can be given; [] where the answer is a number."""
    if question.kind == "direction":
        return [UP, DOWN, UNCLEAR]
    if question.kind == "most":
        return [str(i) for i in range(len(question.of))]
    if question.kind == "reason":
        return list(evidence.case.weights)
    return []


def judge(question: Question, answer: str | float, evidence: Evidence) -> Verdict:
    """How an answer stands to what the run shows."""
    if question.kind == "direction":
        return _direction(answer, evidence.small.change(question.figure.indicator, question.figure.place))
    if question.kind == "most":
        return _most(answer, relative_changes(question.of, evidence.small))
    if question.kind == "reason":
        return _reason(answer, evidence.case.weights)
    number = float(answer)
    if question.kind == "estimate":
        return _estimate(number, evidence.small.change(question.figure.indicator, question.figure.place))
    if question.kind == "futures":
        change = evidence.small.change(question.figure.indicator, question.figure.place)
        off = abs(number - change.up)
        return Verdict(off == 0, off <= 2, number, change.up, _counts(change))
    if question.kind == "scale":
        small, large = (scatter(question.figure, pairs) for pairs in (evidence.small, evidence.large))
        return _number(number, small / large, {"small": small, "large": large})
    return _number(number, 100.0 * evidence.case.tip.change, {})


def direction_of(change: Change) -> str:
    """up or down where the futures agree, else unclear."""
    for word, agree in ((UP, change.up), (DOWN, change.down)):
        if agree >= CLEAR * change.pairs:
            return word
    return UNCLEAR


def relative_changes(figures: tuple[Figure, ...], pairs: Pairs) -> np.ndarray:
    """float64[figure]: mean difference over the baseline's mean, so that figures of different units compare."""
    changes = [pairs.change(figure.indicator, figure.place) for figure in figures]
    return np.array([c.difference / abs(c.baseline) if c.baseline else 0.0 for c in changes])


def scatter(figure: Figure, pairs: Pairs) -> float:
    """Standard deviation of a figure over the futures of the baseline, last year."""
    return float(pairs.at(pairs.baseline, figure.indicator, figure.place).std(ddof=1))


def _counts(change: Change) -> dict[str, float]:
    return {
        "up": change.up, "down": change.down, "same": change.same, "n": change.pairs, "mean": change.difference,
        "least": change.least, "most": change.most, "baseline": change.baseline, "current": change.current,
    }  # fmt: skip


def _direction(answer: str | float, change: Change) -> Verdict:
    truth = direction_of(change)
    return Verdict(answer == truth, False, answer, truth, _counts(change))


def _most(answer: str | float, shares: np.ndarray) -> Verdict:
    order = np.argsort(-np.abs(shares), kind="stable")
    truth, given = int(order[0]), int(answer)
    right = abs(shares[given]) == abs(shares[truth])
    rank = int(np.flatnonzero(order == given)[0]) + 1
    numbers = {
        "rank": 1 if right else rank,
        "of": len(shares),
        "given": 100.0 * shares[given],
        "largest": 100.0 * shares[truth],
    }
    return Verdict(bool(right), not right and rank == 2, str(answer), str(truth), numbers)


def _reason(answer: str | float, weights: dict[str, float]) -> Verdict:
    truth = max(weights, key=lambda term: weights[term])
    right = weights[str(answer)] == weights[truth]
    numbers = {"given": weights[str(answer)], "largest": weights[truth]}
    close = not right and weights[str(answer)] > 0.5 * weights[truth] > 0
    return Verdict(right, close, str(answer), truth, numbers)


def _estimate(number: float, change: Change) -> Verdict:
    """Right inside the range of the futures or near their mean; the same everywhere leaves 0 only."""
    mean = change.difference
    off = abs(number - mean)
    right = change.least <= number <= change.most or off <= NEAR * abs(mean)
    close = number * mean > 0 and off <= WITHIN_REACH * abs(mean)
    return Verdict(right, close and not right, number, mean, _counts(change))


def _number(number: float, truth: float, numbers: dict[str, float]) -> Verdict:
    off = abs(number - truth)
    right = off <= NEAR * abs(truth)
    return Verdict(right, not right and off <= WITHIN_REACH * abs(truth), number, truth, numbers)
