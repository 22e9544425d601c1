"""Opened cities, kept: the state of the start year depends on no policy, so a second run with the same luck copies it.

Scenarios that are compared share their seeds, and a moved lever asks for the same replicates again; making the start
year anew would take about a tenth of such a run.
"""

from collections import OrderedDict
from copy import deepcopy
from typing import Any

KEPT_BYTES = 96 * 2**20  # of columns; about twenty cities at 1 %
_SCRATCH = ("_buffers", "_spares")  # room that every model makes for itself

_asked: OrderedDict[tuple, None] = OrderedDict()  # cities opened once: only one that is asked for again is kept
_kept: OrderedDict[tuple, dict[str, Any]] = OrderedDict()


def restore(key: tuple) -> dict[str, Any] | None:
    """A copy of the state kept under this key, by attribute of the model; None where there is none."""
    state = _kept.get(key)
    if state is None:
        return None
    _kept.move_to_end(key)
    return _copy(state)


def keep(key: tuple, state: dict[str, Any]) -> None:
    """Keeps a copy of the state of a city that was opened before; the least used go when there are too many."""
    if key not in _asked:
        _asked[key] = None
        while len(_asked) > 1000:
            _asked.popitem(last=False)
        return
    _kept[key] = _copy({name: value for name, value in state.items() if name not in _SCRATCH})
    while len(_kept) > 1 and sum(map(_bytes, _kept.values())) > KEPT_BYTES:
        _kept.popitem(last=False)


def forget() -> None:
    """Drops all that is kept."""
    _asked.clear()
    _kept.clear()


def _copy(state: dict[str, Any]) -> dict[str, Any]:
    """Columns copy themselves (live rows only); all else is small."""
    tables = {name: table.copy() for name, table in state.items() if name in ("people", "households")}
    return tables | deepcopy({name: value for name, value in state.items() if name not in tables})


def _bytes(state: dict[str, Any]) -> int:
    return sum(state[name].bytes_per_row * len(state[name]) for name in ("people", "households"))
