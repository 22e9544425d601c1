"""Small experiments, models that are plain functions, and ways to compare two batches."""

import math
import os
import time
from pathlib import Path

import numpy as np

from scenarios.experiments.experiment import Experiment

CITY = {
    "name": {"zh": "小试验", "en": "Small"},
    "scenarios": ["baseline", "hukou_open"],
    "levers": {"new_homes": {"low": 0, "high": 8000, "from": 2021}},
    "assumptions": {"fertility_level": {"low": 0.8, "high": 1.2}},
    "design": {"kind": "latin_hypercube", "points": 8},
    "replicates": 2,
    "run": {"end": 2021, "scale": 0.001},
}


def small_city(**more) -> Experiment:
    """32 runs of a tiny city over one year."""
    return Experiment.of(id="small", **{**CITY, **more})


def of_function(function: str, inputs: dict, **more) -> Experiment:
    """An experiment over a function of this module."""
    return Experiment.of(id=function, model=f"helpers_batch:{function}", inputs=inputs, **more)


def _record(value: float):
    return [2020, 2035], ["all"], ["y"], np.array([0.0, value]).reshape(2, 1, 1)


def ishigami(inputs, seed):
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1: its Sobol indices are known in closed form."""
    x1, x2, x3 = inputs["x1"], inputs["x2"], inputs["x3"]
    return _record(math.sin(x1) + 7 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1))


def linear(inputs, seed):
    """2 a + b, with luck that replicates share."""
    return _record(2 * inputs["a"] + inputs["b"] + (seed % 1000) / 1000)


def bowl(inputs, seed):
    """Two hills of height 10 at (1, 1) and (4, 4)."""
    a, b = inputs["a"], inputs["b"]
    return _record(10 * max(math.exp(-((a - 1) ** 2 + (b - 1) ** 2)), math.exp(-((a - 4) ** 2 + (b - 4) ** 2))))


def box(inputs, seed):
    """0 inside a > 0.6 and b < 0.3, else 1; c does nothing."""
    return _record(0.0 if inputs["a"] > 0.6 and inputs["b"] < 0.3 else 1.0)


def fragile(inputs, seed):
    """Cannot be computed above 0.5."""
    if inputs["a"] > 0.5:
        raise ValueError("a is too\nlarge")
    return _record(inputs["a"])


def deadly(inputs, seed):
    """Ends its own process above 0.9."""
    if inputs["a"] > 0.9:
        os._exit(9)
    return _record(inputs["a"])


def slow(inputs, seed):
    time.sleep(0.01)
    return _record(inputs["a"])


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of a batch that must not depend on when and where it ran."""
    kept = ("results", "runs", "groups", "states")
    files = {p.relative_to(folder).as_posix(): p for name in kept for p in (folder / name).glob("*")}
    return {name: path.read_bytes() for name, path in files.items()} | {
        "design": (folder / "design.parquet").read_bytes()
    }


WIDE = 36


def wide(inputs, seed):
    """As large as the record of a city with counties: 16 years, 10 places, 36 indicators."""
    values = np.full((16, 10, WIDE), inputs["a"]) + np.arange(WIDE)
    return list(range(2020, 2036)), [f"p{k}" for k in range(10)], [f"y{k}" for k in range(WIDE)], values


RANGE = {"a": {"low": 0, "high": 1}}


def ramp(n: int, **more):
    """n points of a function of `a`, 0 to 1."""
    listed = [[float(v)] for v in np.linspace(0, 1, n)]
    return {"inputs": RANGE, "design": {"kind": "listed", "listed": listed}, **more}
