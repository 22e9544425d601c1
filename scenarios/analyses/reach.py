"""What would it take: a search over levers, within bounds and budget, for policies that reach the goals.

Differential evolution (Storn and Price 1997, SciPy) runs the model itself at every candidate, with the same luck for
all, and prefers the least effort among those that keep goals, limits and budget; where none does, the candidate that
misses least. Effort is the mean distance of the levers from where they stand without policy, in parts of their ranges.
Further answers are searched at a distance from those before: they reach the goals in other ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from scenarios.analyses.target import Target, mean_of_futures
from scenarios.experiments.experiment import Experiment

APART = 0.25  # least distance of two answers: root mean square over levers, in parts of their ranges
AT_BOUND = 0.02  # of a range: this near a bound a lever stands at it
STEP_BACK = 0.15  # of a range: how far a lever at its bound is taken back, to see whether the bound holds the goal up
POPULATION, SEED = 8, 20350101

Evaluate = Callable[[np.ndarray, list[Target]], np.ndarray]  # points [N, F] -> float64[targets, N, futures]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Goal:
    """What is asked. `goals` must be reached, `limits` kept (a budget that the model counts); `prices` and `budget`
    limit the levers directly: sum of price times amount above the start. Futures: `share` of them must agree."""

    experiment: Experiment  # its factors are the levers that may move, its first scenario what they start from
    goals: tuple[Target, ...]
    limits: tuple[Target, ...] = ()
    prices: Mapping[str, float] = field(default_factory=dict)  # by name of factor
    budget: float | None = None
    share: float = 0.5
    answers: int = 3
    evaluations: int = 240

    @property
    def targets(self) -> tuple[Target, ...]:
        return (*self.goals, *self.limits)


@dataclass(frozen=True)
class Answer:
    """One policy. `reached` and `agreeing` by target: the mean over futures, and how many futures agree."""

    values: np.ndarray  # of the levers
    effort: float
    cost: float
    reached: np.ndarray
    agreeing: np.ndarray
    futures: int
    shortfall: float  # 0 = everything is kept; else the largest miss, in parts of what was to be gained


@dataclass(frozen=True)
class Reached:
    """`answers` is empty where nothing reaches the goals: then `nearest` is the best, `binding` what holds it up."""

    goal: Goal
    start: Answer
    answers: tuple[Answer, ...]
    nearest: Answer
    binding: tuple[str, ...]  # names of levers at a bound, "budget", or "limit:<k>"
    evaluations: int


class _Search:
    """Remembers every candidate that was run."""

    def __init__(self, goal: Goal, evaluate: Evaluate, progress: Progress | None):
        self.goal, self.evaluate, self.progress = goal, evaluate, progress
        factors = goal.experiment.factors
        self.low, self.high = (np.array([getattr(f, end) for f in factors]) for end in ("low", "high"))
        self.span = self.high - self.low
        self.start = np.array([_start(f) for f in factors])
        self.prices = np.array([goal.prices.get(f.name, 0.0) for f in factors])
        self.known: dict[bytes, Answer] = {}
        self.scale = np.ones(len(goal.targets))
        first = self.at(self.start[None])[0]
        gaps = np.abs(np.array([t.margin(v) for t, v in zip(goal.targets, first.reached, strict=True)]))
        self.scale = np.where(gaps > 0, gaps, 1.0)  # a miss counts in parts of what is to be gained
        self.known.clear()
        self.first = self.at(self.start[None])[0]

    def at(self, points: np.ndarray) -> list[Answer]:
        """Answers at points [N, F]; new ones are run together."""
        points = np.clip(points, self.low, self.high)
        keys = [point.tobytes() for point in points]
        new = {key: point for key, point in zip(keys, points, strict=True) if key not in self.known}
        if new:
            block = np.stack(list(new.values()))
            values = self.evaluate(block, list(self.goal.targets))
            for n, (key, point) in enumerate(new.items()):
                self.known[key] = self._answer(point, values[:, n])
            if self.progress:
                self.progress(min(len(self.known), self.goal.evaluations), self.goal.evaluations)
        return [self.known[key] for key in keys]

    def _answer(self, point: np.ndarray, values: np.ndarray) -> Answer:
        margins = np.stack([t.margin(v) for t, v in zip(self.goal.targets, values, strict=True)])
        futures = values.shape[1]
        held = np.quantile(margins, 1.0 - self.goal.share, axis=1)  # kept in `share` of the futures
        misses = np.maximum(-held, 0.0) / self.scale
        cost = float(self.prices @ np.abs(point - self.start))
        over = 0.0 if self.goal.budget is None else max(0.0, cost - self.goal.budget) / max(self.goal.budget, 1e-9)
        effort = float(np.mean(np.abs(point - self.start) / self.span))
        return Answer(
            point, effort, cost, values.mean(axis=1), (margins >= 0).sum(axis=1), futures,
            float(max(misses.max(initial=0.0), over)),
        )  # fmt: skip

    def distance(self, points: np.ndarray, others: list[Answer]) -> np.ndarray:
        """float64[N]: distance to the nearest of the answers."""
        if not others:
            return np.full(len(points), np.inf)
        gaps = [np.sqrt(np.mean(((points - o.values) / self.span) ** 2, axis=1)) for o in others]
        return np.min(gaps, axis=0)

    def evolve(self, others: list[Answer], evaluations: int) -> None:
        """One round of differential evolution, away from the answers already found."""
        from scipy.optimize import differential_evolution
        from scipy.stats import qmc

        size = len(self.low)
        population = max(POPULATION, 4 * size)
        rounds = max(1, evaluations // population - 1)
        unit = qmc.Sobol(size, rng=np.random.default_rng(SEED + len(others))).random(1 << (population - 1).bit_length())
        first = self.low + unit[:population] * self.span
        seeded = self._seeds(others, min(3, population - 1))
        first[1 : 1 + len(seeded)] = seeded
        if not others:
            first[0] = self.high  # the strongest policy that the bounds allow
        differential_evolution(
            lambda x: self._energy(x, others), list(zip(self.low, self.high, strict=True)), init=first, maxiter=rounds,
            rng=np.random.default_rng(SEED), updating="deferred", vectorized=True, polish=False, tol=1e-6,
        )  # fmt: skip

    def _seeds(self, others: list[Answer], most: int) -> np.ndarray:
        """The best candidates so far that stand apart from the answers."""
        far = [a for a in self.known.values() if self.distance(a.values[None], others)[0] >= APART]
        best = sorted(far, key=lambda a: (a.shortfall, a.effort))[:most]
        return np.array([a.values for a in best]).reshape(len(best), len(self.low))

    def _energy(self, columns: np.ndarray, others: list[Answer]) -> np.ndarray:
        """What evolution makes small, for candidates [F, N]: effort, and far above it every miss."""
        points = columns.T
        near = np.maximum(APART - self.distance(points, others), 0.0) / APART
        return np.array(
            [
                a.effort if a.shortfall == 0 and crowd == 0 else 2.0 + a.shortfall + crowd
                for a, crowd in zip(self.at(points), near, strict=True)
            ]
        )

    def best(self, others: list[Answer]) -> Answer | None:
        """The candidate of least effort that keeps everything and stands apart from the answers."""
        good = [
            a for a in self.known.values()
            if a.shortfall == 0 and self.distance(a.values[None], others)[0] >= APART
        ]  # fmt: skip
        return min(good, key=lambda a: a.effort, default=None)


def reach(
    goal: Goal, evaluate: Evaluate | None = None, progress: Progress | None = None, workers=None, pack=None
) -> Reached:
    """Searches. `evaluate` runs candidates (the model, unless given); `progress(candidates run, at most)`."""
    search = _Search(goal, evaluate or _model(goal, workers, pack), progress)
    answers: list[Answer] = []
    share = goal.evaluations // (goal.answers + 1)
    search.evolve([], 2 * share)
    while (found := search.best(answers)) is not None and len(answers) < goal.answers:
        answers.append(found)
        if len(answers) < goal.answers:
            search.evolve(answers, share)
    answers.sort(key=lambda a: a.effort)
    nearest = min(search.known.values(), key=lambda a: (a.shortfall, a.effort))
    binding = () if answers else _binding(search, nearest)
    return Reached(goal, search.first, tuple(answers), nearest, binding, len(search.known))


def _model(goal: Goal, workers, pack) -> Evaluate:
    from scenarios.analyses.running import at_points, evaluate

    e = goal.experiment

    def run(points: np.ndarray, targets: list[Target]) -> np.ndarray:
        found = evaluate(at_points(e, points), targets, workers, None, pack)
        return np.stack([_futures(v[0], e) for v in found])

    return run


def _futures(values: np.ndarray, e: Experiment) -> np.ndarray:
    """[points, sets, replicates] -> [points, replicates]: parameter sets are averaged by weight."""
    return np.stack(
        [mean_of_futures(values[..., r : r + 1], e.ensemble.weights) for r in range(values.shape[-1])], axis=1
    )


def _start(factor) -> float:
    """Where a lever stands without policy: the catalogue's default in the factor's year, within the range."""
    from sim.paths import default_over

    if factor.entry is None:
        return factor.low
    year = factor.since or factor.only or 2021
    return float(np.clip(default_over(factor.entry, np.array([year]))[0], factor.low, factor.high))


def _binding(search: _Search, nearest: Answer) -> tuple[str, ...]:
    """What holds the goals up: levers at a bound that would have to go on, the budget, a limit."""
    goal, found = search.goal, []
    n = len(goal.goals)
    free = replace(goal, limits=(), budget=None)
    reaches = [a for a in search.known.values() if _goals_kept(free, a, n)]
    if reaches:  # the goals can be reached, but not within budget and limits
        if goal.budget is not None and all(a.cost > goal.budget for a in reaches):
            found.append("budget")
        for k, limit in enumerate(goal.limits):
            if all(limit.margin(a.reached[n + k]) < 0 for a in reaches):
                found.append(f"limit:{k}")
        return tuple(found) or ("budget",) * (goal.budget is not None) + tuple(
            f"limit:{k}" for k in range(len(goal.limits))
        )
    for k, factor in enumerate(goal.experiment.factors):
        at = nearest.values[k]
        if min(at - search.low[k], search.high[k] - at) > AT_BOUND * search.span[k]:
            continue
        back = nearest.values.copy()
        back[k] += STEP_BACK * search.span[k] * (1 if at - search.low[k] < search.high[k] - at else -1)
        if search.at(back[None])[0].shortfall > nearest.shortfall:
            found.append(factor.name)
    return tuple(found)


def _goals_kept(goal: Goal, answer: Answer, n: int) -> bool:
    return all(agree >= goal.share * answer.futures for agree in answer.agreeing[:n])
