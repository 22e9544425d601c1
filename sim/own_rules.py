"""Try a rule of one's own in place of one of `sim.rules`, for a while and in this process only.

    with replaced({"hukou.conversion_probability": mine}):
        result = run("baseline", workers=1)

Compiled kernels have a rule built in, so those that reach it are compiled anew inside the block (some seconds); nothing
of it is written to disk. The start population is data and stays as it is. Afterwards everything is as before, to the
last digit. For good: edit the file in `sim/rules`.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any

import numba
from numba.core.dispatcher import Dispatcher

from sim import opening
from sim.catalogue.lever_fields import rule_names

UNTOUCHED = ("sim.synthesis",)  # makes the start population


class OwnRuleError(ValueError):
    """There is no such rule, or the function does not take the rule's arguments."""


@contextmanager
def replaced(rules: Mapping[str, Callable]) -> Iterator[None]:
    """Inside the block the model uses `rules`, `file.function` of sim/rules -> a function with the same arguments.

    Use one process (`workers=1`): others do not know of it. OwnRuleError names what is wrong before anything changes.
    """
    import_module("sim.model")
    new = {id(_rule(name)): (_rule(name), _as_rule(name, mine)) for name, mine in rules.items()}
    undo: list[tuple[ModuleType, str, Any]] = []
    opening.forget()
    try:
        while new:
            _put(new, undo)
            new = _stale({id(mine) for _, mine in new.values()})
        yield
    finally:
        for module, name, before in reversed(undo):
            setattr(module, name, before)
        opening.forget()


def _rule(name: str) -> Callable:
    if name not in rule_names():
        near = get_close_matches(name, rule_names(), 3)
        raise OwnRuleError(f"no rule {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    file, function = name.split(".")
    return getattr(import_module(f"sim.rules.{file}"), function)


def _as_rule(name: str, mine: Callable) -> Callable:
    """The function as the model needs it: compiled where the rule is."""
    rule = _rule(name)
    plain = mine.py_func if isinstance(mine, Dispatcher) else mine
    wanted = list(inspect.signature(getattr(rule, "py_func", rule)).parameters)
    if len(inspect.signature(plain).parameters) != len(wanted):
        raise OwnRuleError(f"a rule in place of {name} takes {len(wanted)} arguments: {', '.join(wanted)}")
    return numba.njit(nogil=True)(plain) if isinstance(rule, Dispatcher) else plain


def _modules() -> list[ModuleType]:
    return [m for n, m in sorted(sys.modules.items()) if n.split(".")[0] == "sim" and not n.startswith(UNTOUCHED)]


def _put(new: dict[int, tuple[Any, Any]], undo: list) -> None:
    """Every name in the model that stands for an old object stands for the new one."""
    for module in _modules():
        for name, value in list(vars(module).items()):
            if id(value) in new and new[id(value)][0] is value:
                undo.append((module, name, value))
                setattr(module, name, new[id(value)][1])


def _stale(changed: set[int]) -> dict[int, tuple[Any, Any]]:
    """Compiled functions that have something changed built in, each with a fresh one."""
    found = {}
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, Dispatcher) and id(value) not in changed and _reads(value.py_func, changed):
                options = {k: v for k, v in value.targetoptions.items() if k in ("nogil", "_nrt")}
                found[id(value)] = (value, numba.njit(**options)(value.py_func))
    return found


def _reads(function: Callable, changed: set[int]) -> bool:
    """Whether the function names one of the changed objects, by itself or as `module.name`."""
    known, names = function.__globals__, function.__code__.co_names
    values = [known[n] for n in names if n in known]
    values += [getattr(v, n, None) for v in values if isinstance(v, ModuleType) for n in names]
    return any(id(v) in changed for v in values)
