"""What each part of the policy on the screen brings: every combination of parts is simulated with the same luck.

The runs are those of the screen (`ui.simulate`), the arithmetic is `scenarios.analyses.shapley`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scenarios.address import END
from scenarios.analyses.shapley import MOST_PARTS, Coalition, Contributions, coalitions, parts_of, shapley_values
from scenarios.scenario import Scenario
from ui.simulate import Size
from ui.tasks import Task, runs

BY = ("lever", "family")
FEW = 5  # up to so many levers are told apart without being asked


@dataclass(frozen=True)
class Worths:
    """`values[coalition]` float64[future, indicator, place] in the last year."""

    parts: Mapping[str, tuple[str, ...]]
    indicators: tuple[str, ...]
    places: tuple[str, ...]
    values: Mapping[Coalition, np.ndarray]

    @property
    def futures(self) -> int:
        return len(self.values[frozenset()])

    def of(self, indicator: str, place: str) -> dict[Coalition, np.ndarray]:
        """float64[future] of every combination."""
        i, p = self.indicators.index(indicator), self.places.index(place)
        return {coalition: values[:, i, p] for coalition, values in self.values.items()}


@dataclass(frozen=True)
class Together:
    """What the parts do together beyond what each does alone, by future; and the pair that acts most on each other."""

    beyond: np.ndarray  # whole effect minus the sum of the effects of each alone
    pair: tuple[str, str] | None
    pair_effect: np.ndarray


def default_by(package: Scenario) -> str:
    """Levers one by one where they are few, else whole families."""
    return BY[0] if len(parts_of(package)) <= FEW else BY[1]


def possible(package: Scenario) -> tuple[str, ...]:
    """In which ways this package can be taken apart."""
    return tuple(by for by in BY if 1 <= len(parts_of(package, by)) <= MOST_PARTS)


def work_out(package: Scenario, baseline: Scenario, by: str, size: Size, task: Task) -> Worths:
    """Simulates every combination, future by future; `task.partial` holds what the futures so far say."""
    parts = parts_of(package, by)
    worlds = coalitions(package, baseline, parts)
    task.tick(0, len(worlds) * size.futures)
    jobs = ((world, r) for r in range(size.futures) for world in worlds.values())
    rows: dict[Coalition, list[np.ndarray]] = {coalition: [] for coalition in worlds}
    order = list(worlds) * size.futures
    for coalition, run in zip(order, runs(jobs, size, task), strict=True):
        at = int(np.flatnonzero(run.years == END)[0])
        rows[coalition].append(run.values[:, :, at])
        if len(rows[order[-1]]) == len(rows[coalition]):  # the last combination of a future
            values = {c: np.array(found) for c, found in rows.items()}
            task.partial = Worths(parts, run.indicators, run.places, values)
    return task.partial


def contributions(worths: Worths, indicator: str, place: str) -> Contributions:
    """Shapley contributions to one indicator of one place."""
    return shapley_values(list(worths.parts), worths.of(indicator, place))


def together(worths: Worths, indicator: str, place: str) -> Together:
    """The interaction, as a whole and of the strongest pair (the mean effect of both minus that of each alone)."""
    w = worths.of(indicator, place)
    none, names = w[frozenset()], list(worths.parts)
    alone = {name: w[frozenset([name])] - none for name in names}
    beyond = w[frozenset(names)] - none - sum(alone.values())
    pairs = {(a, b): w[frozenset((a, b))] - none - alone[a] - alone[b] for a, b in combinations(names, 2)}
    if not pairs:
        return Together(beyond, None, beyond)
    strongest = max(pairs, key=lambda pair: abs(float(pairs[pair].mean())))
    return Together(beyond, strongest, pairs[strongest])
