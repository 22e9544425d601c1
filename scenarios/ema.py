"""An adapter to the EMA workbench: an experiment as a `Model` with uncertainties, levers and outcomes.

    from ema_workbench import perform_experiments
    from scenarios import Experiment, ema_model, Target

    model = ema_model(Experiment.load("uncertain_futures"), [Target("urbanisation_rate"), Target("income_ratio")])
    experiments, outcomes = perform_experiments(model, scenarios=50, policies=4)

Levers of the experiment are levers, everything else that has a range is an uncertainty. Each call runs the
experiment's first scenario with all its replicates, along the path of a batch, and gives their mean.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scenarios.analyses.running import at_points, evaluate
from scenarios.analyses.target import Target, mean_of_futures
from scenarios.errors import ScenarioError
from scenarios.experiments.experiment import Experiment
from scenarios.extras import needed


def ema_model(experiment: Experiment, targets: Sequence[Target], workers: int = 1, pack=None) -> Any:
    """An `ema_workbench.Model`; outcomes are named like their indicators, with place and year where given."""
    ema = needed("ema_workbench")
    if not experiment.factors:
        raise ScenarioError("needs at least one range", "至少需要一个取值范围", field="levers")
    names = [outcome_name(target) for target in targets]

    def run(**values: float) -> dict[str, float]:
        point = np.array([[values[f.name] for f in experiment.factors]])
        found = evaluate(at_points(experiment, point), targets, workers, None, pack)
        weights = experiment.ensemble.weights
        return {name: float(mean_of_futures(v[0, 0], weights)) for name, v in zip(names, found, strict=True)}

    model = ema.Model("".join(c for c in experiment.id if c.isalnum()) or "city", function=run)
    model.uncertainties = [
        ema.RealParameter(f.name, f.low, f.high) for f in experiment.factors if f.kind not in ("levers", "inputs")
    ]
    model.levers = [
        ema.RealParameter(f.name, f.low, f.high) for f in experiment.factors if f.kind in ("levers", "inputs")
    ]
    model.outcomes = [ema.ScalarOutcome(name) for name in names]
    return model


def outcome_name(target: Target) -> str:
    """Name of an outcome: a word that Python takes as a variable."""
    parts = [target.indicator, target.place, target.year]
    return "_".join(str(part).replace("-", "_") for part in parts if part is not None)
