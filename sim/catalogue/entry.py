"""What one entry of the catalogue is, and the error that says what is wrong with it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


class CatalogueError(ValueError):
    """An entry of the catalogue is wrong; says which, where and what is allowed."""


@dataclass(frozen=True)
class Entry:
    """One described thing. `default` is a number, a list of numbers, or {year: number} (a step path)."""

    key: str
    role: str  # parameter, lever, assumption, indicator
    group: str
    title: dict[str, str]
    unit: str
    default: Any = None
    bounds: tuple[float, float] | None = None
    extra: dict[str, Any] = field(default_factory=dict, hash=False)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["extra"][name]
        except KeyError:
            raise AttributeError(f"{self.role} {self.key!r} has no {name!r}") from None

    def check(self, value: float, where: str = "") -> float:
        """The value if it is a number within bounds, else CatalogueError naming the allowed range."""
        place = f"{where}: " if where else ""
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise CatalogueError(f"{place}{self.key} must be a number in {self.unit}, got {value!r}")
        lo, hi = self.bounds
        if not lo <= value <= hi:
            raise CatalogueError(f"{place}{self.key} must be from {lo:g} to {hi:g} {self.unit}, got {value:g}")
        return float(value)

    def in_force(self, year: int) -> float:
        """The default that holds in a year: a number, or the latest step up to it (before the first step its value)."""
        if not isinstance(self.default, dict):
            return float(self.default)
        begun = [y for y in sorted(self.default) if y <= year] or [min(self.default)]
        return float(self.default[begun[-1]])
