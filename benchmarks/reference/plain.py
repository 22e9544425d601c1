"""Rules, parameters and numbers as plain Python: what object code calls instead of compiled code.

Draws come from `sim.draws`, called from Python one at a time (the compiled functions: `tests/test_draws.py` checks them
against Python integers, and they are faster than those, so the comparison of speed is kind to objects).
"""

from collections.abc import Callable
from functools import cache
from struct import Struct
from types import FunctionType, SimpleNamespace

import numpy as np

from sim.draws import derive_key

_SINGLE = Struct("f")


@cache
def plain(rule: Callable) -> Callable:
    """A compiled rule as plain Python: its source, with the rules that it calls made plain as well."""
    function = rule.py_func
    called = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    inner = {name: plain(value) for name, value in called.items() if hasattr(value, "py_func")}
    return FunctionType(function.__code__, {**function.__globals__, **inner}, function.__name__, function.__defaults__)


def plain_record(record: np.record) -> SimpleNamespace:
    """Parameters of one group as Python floats and lists: `p.separation_rate`."""
    return SimpleNamespace(**{name: record[name].tolist() for name in record.dtype.names})


def single(value: float) -> float:
    """The number as a float32 column would keep it (the columns hold yuan, mu and ability in single precision)."""
    return _SINGLE.unpack(_SINGLE.pack(value))[0]


def child_key(stream: np.uint64, key: np.uint64, order: int) -> np.uint64:
    """Key of somebody or something that comes into being from `key` (see `sim.draws.derive_key`)."""
    return np.uint64(derive_key(stream, key, order))
