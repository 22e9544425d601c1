"""A table kept as one NumPy array per column, with room to grow and no copies to look at it."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np


class Columns:
    """Structure of arrays. Subclasses list `FIELDS: name -> dtype`; `table.name` is the live slice.

    `n` rows are in use of `capacity`. Views returned by attribute access are invalidated by `grow`
    and `replace`; take them again inside each step.
    """

    FIELDS: ClassVar[Mapping[str, str]] = {}

    def __init__(self, n: int = 0, capacity: int | None = None):
        self.n = n
        self._store = {f: np.zeros(max(n, capacity or 0), dtype=d) for f, d in self.FIELDS.items()}

    def __getattr__(self, name: str) -> np.ndarray:
        store = self.__dict__.get("_store")
        if store is None or name not in store:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}; columns: {', '.join(self.FIELDS)}")
        return store[name][: self.n]

    def __setattr__(self, name: str, value) -> None:
        if name in self.FIELDS:
            self._store[name][: self.n] = value
        else:
            super().__setattr__(name, value)

    def __len__(self) -> int:
        return self.n

    @property
    def capacity(self) -> int:
        return len(next(iter(self._store.values())))

    def grow(self, extra: int) -> slice:
        """Append `extra` zero rows; returns their slice. Re-allocates by a fifth at the least."""
        lo, hi = self.n, self.n + extra
        if hi > self.capacity:
            room = max(hi, self.capacity + self.capacity // 5 + 64)
            for f, old in self._store.items():
                new = np.zeros(room, dtype=old.dtype)
                new[:lo] = old[:lo]
                self._store[f] = new
        else:
            for column in self._store.values():
                column[lo:hi] = 0
        self.n = hi
        return slice(lo, hi)

    def take(self, rows: np.ndarray) -> None:
        """Keep only `rows`, in that order (in place)."""
        m = len(rows)
        for column in self._store.values():
            column[:m] = column[: self.n][rows]
        self.n = m

    def copy(self) -> "Columns":
        twin = type(self)(self.n)
        for f in self.FIELDS:
            twin._store[f][:] = self._store[f][: self.n]
        return twin

    @property
    def bytes_per_row(self) -> int:
        return sum(np.dtype(d).itemsize for d in self.FIELDS.values())
