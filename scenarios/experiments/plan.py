"""From an experiment to runs: what run number k is, and how runs are cut into parts that are stored as one file.

The cut depends on the experiment only, never on the workers: so the files are the same on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.engines.work import Part, Task
from scenarios.runner import Job
from scenarios.scenario import Scenario, setting_order
from sim.data.loader import PACKS
from sim.paths import Path
from sim.policy import Setting, census_years

if TYPE_CHECKING:
    from scenarios.experiments.experiment import Experiment
    from scenarios.experiments.factors import Factor

# A part takes some seconds, so that handing it over and writing it cost nothing beside it, and little is lost.
PERSON_YEARS_A_PART = 1e7
MOST_RUNS_A_PART = 64
PARTS = 16  # a batch has at least so many, where it has the runs: workers are then busy to the end
FUNCTION_SCENARIO = "function"  # the scenario column of a model that has none


def changed(scenario: Scenario, factors: Sequence["Factor"], values: Sequence[float]) -> Scenario:
    """The scenario with the values of a point; NaN leaves what the scenario says. Parameters and inputs stay out."""
    settings = {(s.lever, s.place): s for s in scenario.settings}
    assumed: dict[str, Path] = dict(scenario.assumptions)
    for factor, value in zip(factors, values, strict=True):
        if isnan(value):
            continue
        if factor.kind == "levers":
            settings[factor.key, factor.place] = Setting(factor.key, factor.place, factor.path(float(value)))
        elif factor.kind == "assumptions":
            assumed[factor.key] = factor.path(float(value))
    return replace(scenario, settings=tuple(sorted(settings.values(), key=setting_order)), assumptions=assumed)


@dataclass(frozen=True)
class Plan:
    """All runs of an experiment. Run k = ((scenario * points + point) * sets + set) * replicates + replicate."""

    experiment: "Experiment"
    points: np.ndarray  # float64[points, factors]
    pack: Any

    @classmethod
    def of(cls, experiment: "Experiment", pack) -> "Plan":
        from scenarios.experiments.designs import lay

        return cls(experiment, lay(experiment.design, experiment.factors), pack)

    @property
    def count(self) -> int:
        return self.experiment.count

    @cached_property
    def part_size(self) -> int:
        """Runs in a part."""
        o = self.experiment.options
        size = MOST_RUNS_A_PART
        if self.experiment.scenarios:
            people = float(self.pack.town_residents(census_years(self.pack)[-1]).sum())
            size = int(PERSON_YEARS_A_PART / (people * o.scale * max(1, o.end - o.start)))
        return max(1, min(size, MOST_RUNS_A_PART, -(-self.count // PARTS)))

    @property
    def firsts(self) -> range:
        """First run of each part."""
        return range(0, self.count, self.part_size)

    def parts(self, threads: int = 1, without: set[int] | frozenset[int] = frozenset()) -> Iterator[Part]:
        """The parts in order, without those whose first run is in `without`; made when asked for."""
        e = self.experiment
        for first in self.firsts:
            if first not in without:
                tasks = tuple(self.tasks(first, min(first + self.part_size, self.count), threads))
                yield Part(first, e.model, tuple(f.name for f in e.factors), tasks, e.output)

    def tasks(self, first: int, stop: int, threads: int = 1) -> Iterator[Task]:
        """Runs first..stop-1. Replicates of a point share one scenario object."""
        e, held, now = self.experiment, None, None
        for run in range(first, stop):
            s, n, m, r = (int(i) for i in np.unravel_index(run, e.shape))
            if held != (s, n):
                held, now = (s, n), self.scenario(s, n)
            job = self._job(now, n, m, r, threads)
            name = e.scenarios[s].id if e.scenarios else FUNCTION_SCENARIO
            values = tuple(self.points[n].tolist())
            yield Task(run, job, self.inputs(n), name, n, m, r, e.ensemble.weights[m], values)

    def scenario(self, s: int, point: int) -> Scenario | None:
        """Scenario s at a point; None for a model that is a function."""
        e = self.experiment
        return changed(e.scenarios[s], e.factors, self.points[point].tolist()) if e.scenarios else None

    def inputs(self, point: int) -> Mapping[str, float]:
        """Values of the factors that only a function model has."""
        factors = self.experiment.factors
        return {f.key: float(v) for f, v in zip(factors, self.points[point], strict=True) if f.kind == "inputs"}

    def _job(self, scenario: Scenario | None, point: int, m: int, r: int, threads: int) -> Job:
        e = self.experiment
        moved = {
            f.key: float(v)
            for f, v in zip(e.factors, self.points[point], strict=True)
            if f.kind == "parameters" and not isnan(v)
        }
        values = e.ensemble.sets[m]
        parameters = {**(values or {}), **moved} if moved else values
        settings, assumed = (scenario.settings, scenario.assumptions) if scenario else ((), {})
        o = e.options
        return Job(
            settings, assumed, o.start, o.end, o.scale, e.seeds[r], threads, parameters, pack_name(self.pack),
            e.output.detail, scenario.shocks if scenario else (),
        )  # fmt: skip


def pack_name(pack) -> str:
    """A name that another machine understands too, where the pack comes with the project; else its folder."""
    return pack.folder.name if pack.folder.parent == PACKS else str(pack.folder)
