"""An experiment: scenarios x points of a design x parameter sets x replicates, read from a file or given in Python.

`Experiment.load("sweep.yaml")` reads a file, `Experiment.of(name=..., levers=..., ...)` takes the same fields in
Python; both pass the same checks. `record()` holds everything that is needed to run it again without any file.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isnan, nan
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.experiments.designs import Design
from scenarios.experiments.ensembles import Ensemble
from scenarios.experiments.factors import Factor
from scenarios.runner import replicate_seed
from scenarios.scenario import Scenario, parse

CITY = "city"  # the model of an experiment that names none
FOLDER = FilePath(__file__).parent
MANY_RUNS = 100_000  # more than these are run only when the user says so twice


@dataclass(frozen=True)
class Options:
    """Years, scale and seed of every run."""

    start: int = 2020
    end: int = 2035
    scale: float = 0.01
    seed: int = 1


@dataclass(frozen=True)
class Output:
    """What a batch keeps: places down to `detail`; people by group; the columns of the last year."""

    detail: str = "counties"
    groups: bool = False
    final_state: bool = False


@dataclass(frozen=True)
class Experiment:
    """What a batch runs. Runs are numbered scenario by scenario, point by point, set by set, replicate by replicate."""

    id: str
    name: Mapping[str, str]
    rationale: Mapping[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    model: str = CITY  # or "module:function"
    scenarios: tuple[Scenario, ...] = ()
    factors: tuple[Factor, ...] = ()
    design: Design = field(default_factory=Design)
    ensemble: Ensemble = field(default_factory=Ensemble)
    replicates: int = 1
    options: Options = field(default_factory=Options)
    output: Output = field(default_factory=Output)
    text: str = ""
    file: str = ""

    @classmethod
    def load(cls, file: str | FilePath, pack=None) -> "Experiment":
        """Reads a file, or an experiment that comes with the project by its id; ScenarioError when it is wrong."""
        from scenarios.experiments.reading import load

        return load(file, pack)

    @classmethod
    def of(cls, pack=None, id: str = "experiment", **fields: Any) -> "Experiment":
        """The same fields as in a file, as plain Python values."""
        from scenarios.experiments.reading import of

        return of(fields, id, pack)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Scenarios, points, parameter sets, replicates."""
        return len(self.scenarios) or 1, self.design.count(self.factors), len(self.ensemble.sets), self.replicates

    @property
    def count(self) -> int:
        """Number of runs."""
        return int(np.prod([int(n) for n in self.shape], dtype=object))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Run seed of each replicate; the same for every point, so that points are pairs."""
        return tuple(replicate_seed(self.options.seed, r) for r in range(self.replicates))

    def check_size(self, allowed: bool = False) -> None:
        """ScenarioError for a design of very many runs, unless `allowed`."""
        if self.count > MANY_RUNS and not allowed:
            s, n, e, r = self.shape
            en = f"{self.count:,} runs ({s} scenarios x {n:,} points x {e} parameter sets x {r} replicates); "
            zh = f"共 {self.count:,} 次运行（{s} 个情景 × {n:,} 个设计点 × {e} 组参数 × {r} 次重复）；"
            raise ScenarioError(
                en + "add --yes if that is meant", zh + "如确需如此请加 --yes", file=self.file, field="design"
            )

    def title(self, lang: str) -> str:
        return self.name.get(lang) or self.id

    def record(self) -> dict[str, Any]:
        """Plain values from which `from_record` makes the experiment again, without any other file."""
        return {
            "id": self.id,
            "name": dict(self.name),
            "rationale": dict(self.rationale),
            "model": self.model,
            "scenarios": [{"id": s.id, "hash": s.hash, "text": s.to_yaml(named=False)} for s in self.scenarios],
            "factors": [asdict(f) for f in self.factors],
            "design": asdict(self.design) | {"listed": _without_nan(self.design.listed)},
            "ensemble": self.ensemble.record(),
            "replicates": self.replicates,
            "run": asdict(self.options),
            "output": asdict(self.output),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], pack) -> "Experiment":
        """The experiment of a manifest."""
        factors = tuple(Factor(**{**f, "levels": tuple(f["levels"])}) for f in record["factors"])
        listed = tuple(tuple(nan if v is None else v for v in row) for row in record["design"]["listed"])
        return cls(
            id=record["id"],
            name=record["name"],
            rationale=record["rationale"],
            model=record["model"],
            scenarios=tuple(parse(s["text"], s["id"], pack) for s in record["scenarios"]),
            factors=factors,
            design=Design(**{**record["design"], "listed": listed}),
            ensemble=Ensemble.from_record(record["ensemble"]),
            replicates=record["replicates"],
            options=Options(**record["run"]),
            output=Output(**record["output"]),
        )

    @cached_property
    def hash(self) -> str:
        """sha256 of what is run: not of names and comments."""
        record = self.record()
        for name in ("id", "name", "rationale"):
            del record[name]
        record["scenarios"] = [{"id": s["id"], "hash": s["hash"]} for s in record["scenarios"]]
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _without_nan(rows: tuple[tuple[float, ...], ...]) -> list[list[float | None]]:
    """JSON has no NaN."""
    return [[None if isnan(v) else v for v in row] for row in rows]


def library() -> list[str]:
    """Ids of the experiments that come with the project."""
    return sorted(p.stem for p in FOLDER.glob("*.yaml"))
