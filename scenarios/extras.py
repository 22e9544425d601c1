"""Libraries that are installed on request (`pip install .[research]`, `.[cluster]`), with an error that says so."""

import warnings
from importlib import import_module
from types import ModuleType

from scenarios.errors import ScenarioError

_EXTRA = {"distributed": "cluster", "dask": "cluster", "dask_jobqueue": "cluster"}


def needed(module: str) -> ModuleType:
    """The module, or ScenarioError naming the extra that brings it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what else they could use
            return import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != top:
            raise
        extra = _EXTRA.get(top, "research")
        raise ScenarioError(
            f"needs {top}: pip install -c constraints.txt '.[{extra}]'",
            f"需要 {top}：pip install -c constraints.txt '.[{extra}]'",
        ) from None
