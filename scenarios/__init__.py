"""Scenario files, batch runs, comparison, outputs and the command line.

`from scenarios import run; run("baseline").frame` is the whole interface a notebook needs.
"""

from typing import Any

_LAZY = {
    "run": "scenarios.runner",
    "run_all": "scenarios.runner",
    "compare": "scenarios.comparing",
    "load": "scenarios.scenario",
    "read_address": "scenarios.address",
    "Experiment": "scenarios.experiments.experiment",
    "batch": "scenarios.batches",
    "Store": "scenarios.store.store",
    "Target": "scenarios.analyses.target",
    "ema_model": "scenarios.ema",
}


def __getattr__(name: str) -> Any:
    """What `_LAZY` names, imported when asked for, so that the command line starts fast."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
