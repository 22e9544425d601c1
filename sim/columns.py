"""A table kept as one NumPy array per column, with room to grow and no copies to look at it."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np


class Columns:
    """Structure of arrays. Subclasses list `FIELDS: name -> dtype`; `table.name` is the live slice.

    `n` rows are in use of `capacity`. Views returned by attribute access are invalidated by `grow`, `take`
    and `hold`; take them again inside each step. A subclass may name the tuple of all columns for kernels in `ROWS`.
    """

    FIELDS: ClassVar[Mapping[str, str]] = {}
    ROWS: ClassVar[type | None] = None

    def __init__(self, n: int = 0, capacity: int | None = None):
        self.hold({f: np.zeros(max(n, capacity or 0), dtype=d) for f, d in self.FIELDS.items()}, n)

    def hold(self, store: dict[str, np.ndarray], n: int) -> None:
        """Take these arrays, one a field, as the columns, `n` rows of them in use.

        The live slices are made once here and stand as plain attributes: steps ask for them hundreds of times a year.
        """
        self.n, self._store = n, store
        live = {f: column[:n] for f, column in store.items()}
        self.__dict__.update(live)
        self._rows = self.ROWS(*live.values()) if self.ROWS else None

    @property
    def rows(self):
        """All columns as one tuple of arrays, for kernels; take it again after `grow`, `take` or `hold`."""
        return self._rows

    def __getattr__(self, name: str) -> np.ndarray:
        raise AttributeError(f"{type(self).__name__} has no column {name!r}; columns: {', '.join(self.FIELDS)}")

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
            store = {f: np.zeros(room, dtype=old.dtype) for f, old in self._store.items()}
            for f, new in store.items():
                new[:lo] = self._store[f][:lo]
        else:
            store = self._store
            for column in store.values():
                column[lo:hi] = 0
        self.hold(store, hi)
        return slice(lo, hi)

    def shorten(self, n: int) -> None:
        """Only the first `n` rows stay in use."""
        self.hold(self._store, n)

    def take(self, rows: np.ndarray) -> None:
        """Keep only `rows`, in that order (in place)."""
        m = len(rows)
        for column in self._store.values():
            column[:m] = column[: self.n][rows]
        self.hold(self._store, m)

    def copy(self, room: int = 0) -> "Columns":
        """A twin of the rows in use, with `room` for more before the columns must be allocated anew."""
        twin = type(self).__new__(type(self))
        store = {f: np.empty(self.n + room, d) for f, d in self.FIELDS.items()}
        for f, column in store.items():
            column[: self.n] = getattr(self, f)
        twin.hold(store, self.n)
        return twin

    @property
    def bytes_per_row(self) -> int:
        return sum(np.dtype(d).itemsize for d in self.FIELDS.values())
