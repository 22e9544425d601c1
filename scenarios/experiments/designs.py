"""Designs: which points of the factors' ranges are run. Replicates are apart from points and share their luck.

grid              every combination of the factors' values
one_at_a_time     the scenario as it is, then each factor alone at each of its values
latin_hypercube   `points` points, one in each slice of every range (SciPy)
sobol             Saltelli's extension of a Sobol sequence of `points` rows, for Sobol indices (SALib)
morris            `points` trajectories over a grid of `num_levels`, for elementary effects (SALib)
listed            points given one by one
none              one point: the scenarios as they are

A NaN in a point leaves that factor to the scenario.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.experiments.factors import Factor
from scenarios.extras import needed

DESIGNS = ("grid", "one_at_a_time", "latin_hypercube", "sobol", "morris", "listed", "none")
SAMPLED = ("latin_hypercube", "sobol", "morris")  # designs that need `points` and ranges without listed values
MORRIS_LEVELS = 4


@dataclass(frozen=True)
class Design:
    """How points are laid; `points` is rows, base rows or trajectories according to the kind."""

    kind: str = "none"
    points: int = 0
    seed: int = 1
    num_levels: int = MORRIS_LEVELS
    second_order: bool = False
    listed: tuple[tuple[float, ...], ...] = ()  # float('nan') = as the scenario has it

    def count(self, factors: tuple[Factor, ...]) -> int:
        """Number of points, without laying them."""
        f, n = len(factors), self.points
        counts = {
            "grid": prod(len(x.levels) for x in factors),
            "one_at_a_time": 1 + sum(len(x.levels) for x in factors),
            "latin_hypercube": n,
            "sobol": n * (2 * f + 2 if self.second_order else f + 2),
            "morris": n * (f + 1),
            "listed": len(self.listed),
            "none": 1,
        }
        return counts[self.kind]


def problem(factors: tuple[Factor, ...]) -> dict[str, Any]:
    """The factors as SALib wants them."""
    return {
        "num_vars": len(factors),
        "names": [f.name for f in factors],
        "bounds": [[f.low, f.high] for f in factors],
    }


def lay(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    """float64[points, factors]; the same design gives the same points everywhere."""
    makers = {
        "grid": _grid,
        "one_at_a_time": _one_at_a_time,
        "latin_hypercube": _latin_hypercube,
        "sobol": _sobol,
        "morris": _morris,
        "listed": lambda d, f: np.array(d.listed, float).reshape(len(d.listed), len(f)),
        "none": lambda d, f: np.full((1, len(f)), np.nan),
    }
    return np.ascontiguousarray(makers[design.kind](design, factors), dtype=np.float64)


def _grid(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    axes = np.meshgrid(*(f.levels for f in factors), indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def _one_at_a_time(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    rows = [np.full(len(factors), np.nan)]
    for k, factor in enumerate(factors):
        for level in factor.levels:
            row = np.full(len(factors), np.nan)
            row[k] = level
            rows.append(row)
    return np.stack(rows)


def _latin_hypercube(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(design.seed)).random(design.points)
    return qmc.scale(unit, [f.low for f in factors], [f.high for f in factors])


def _sobol(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    sample = needed("SALib.sample.sobol").sample
    return sample(problem(factors), design.points, calc_second_order=design.second_order, seed=design.seed)


def _morris(design: Design, factors: tuple[Factor, ...]) -> np.ndarray:
    sample = needed("SALib.sample.morris").sample
    return sample(problem(factors), design.points, num_levels=design.num_levels, seed=design.seed)


def check_design(design: Design, factors: tuple[Factor, ...]) -> None:
    """ScenarioError with a field when the design cannot be laid over these factors."""
    if not factors and design.kind != "none":
        raise _refused("design.kind", f"{design.kind} needs at least one range", f"{design.kind} 至少需要一个取值范围")
    if factors and design.kind == "none":
        en = f"there are ranges but no design; choose one of {', '.join(DESIGNS[:-2])}"
        raise _refused("design", en, f"给出了取值范围但没有设计；请选择 {'、'.join(DESIGNS[:-2])} 之一")
    if design.kind not in SAMPLED:
        return
    if design.points < 1:
        raise _refused("design.points", f"must be 1 or more for {design.kind}", f"{design.kind} 须不小于 1")
    if design.kind == "sobol" and design.points & (design.points - 1):
        below = 1 << (design.points.bit_length() - 1)
        en = f"must be a power of two (a Sobol sequence is balanced only then), e.g. {below} or {2 * below}"
        raise _refused("design.points", en, f"须为 2 的幂，例如 {below} 或 {2 * below}")
    if design.kind == "morris" and (design.num_levels < 2 or design.num_levels % 2):
        raise _refused("design.num_levels", "must be an even number, 2 or more", "须为不小于 2 的偶数")
    for factor in factors:
        if factor.listed:
            en = f"{design.kind} needs a range (low and high), not listed values"
            raise _refused(factor.field, en, f"{design.kind} 需要范围（low 与 high），不能是列出的取值")


def _refused(field: str, en: str, zh: str) -> ScenarioError:
    return ScenarioError(en, zh, field=field)
