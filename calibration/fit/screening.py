"""Screening: which parameters move the distance from the targets? Elementary effects (Morris 1991), by SALib."""

import numpy as np

LEVELS = 4
# Middle of each prior. Drawn from their whole width, 270 parameters at once give a city so far off (2.7 to 3.0, against
# 2.1 with the catalogue's values and 5 at the most) that one parameter more or less tells little.
LOW, HIGH = 0.3, 0.7


def problem(names: tuple[str, ...]) -> dict:
    """SALib's description: all coordinates from LOW to HIGH of their prior."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[LOW, HIGH]] * len(names)}


def design(names: tuple[str, ...], trajectories: int, seed: int) -> np.ndarray:
    """float64[trajectories * (d + 1), d]: points of the unit cube."""
    from SALib.sample import morris

    return morris.sample(problem(names), trajectories, num_levels=LEVELS, seed=seed)


def effects(names: tuple[str, ...], points: np.ndarray, found: np.ndarray) -> np.ndarray:
    """float64[d]: mean absolute elementary effect of each coordinate on `found` [runs]."""
    from SALib.analyze import morris

    result = morris.analyze(problem(names), points, found, num_levels=LEVELS, print_to_console=False, seed=1)
    return np.asarray(result["mu_star"], dtype=float)


def strongest(names: tuple[str, ...], strength: np.ndarray, count: int, always: tuple[str, ...]) -> tuple[str, ...]:
    """The `count` names of the largest effects, and those that are always in; in the order of `names`."""
    rank = [names[i] for i in np.lexsort((np.arange(len(names)), -strength)) if names[i] not in always]
    chosen = {*rank[:count], *always}
    return tuple(n for n in names if n in chosen)
