"""A value by year, as a policy or an assumption gives it, and the checks it must pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.catalogue import CatalogueError, Entry

FIRST_YEAR, LAST_YEAR = 2010, 2050  # years that a path may name and a run may cover


class PolicyError(CatalogueError):
    """A setting is wrong. `field` says which one, e.g. `levers.permit_parity.east`; texts in both languages."""

    def __init__(self, en: str, zh: str, field: str = ""):
        super().__init__(f"{field}: {en}" if field else en)
        self.en, self.zh, self.field = en, zh, field

    def __reduce__(self):
        return type(self), (self.en, self.zh, self.field)


@dataclass(frozen=True)
class Path:
    """A value by year: linear between `years`, nothing before the first, constant after the last.

    No years: one value for all years. `single`: the value holds in that one year only. `words`: for each value the
    name of the level that a file gave in its place, or "" (only for writing it back; paths of equal values are equal).
    """

    years: tuple[int, ...]
    values: tuple[float, ...]
    single: bool = False
    words: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def constant(cls, value: float) -> "Path":
        return cls((), (value,))

    @classmethod
    def starting(cls, year: int, value: float) -> "Path":
        """The value from `year` on."""
        return cls((year,), (value,))

    @classmethod
    def only(cls, year: int, value: float) -> "Path":
        """The value in `year` and in no other (shocks)."""
        return cls((year,), (value,), single=True)

    @classmethod
    def by_year(cls, values: Mapping[int, float]) -> "Path":
        """Values in the order given; years must ascend (see `check`)."""
        return cls(tuple(values), tuple(values.values()))

    def over(self, years: np.ndarray) -> np.ndarray:
        """float64[Y]: the value in each year, NaN in years that the path leaves to others."""
        if not self.years:
            return np.full(len(years), self.values[0])
        found = np.interp(years, self.years, self.values, left=np.nan)
        return np.where(years == self.years[0], found, np.nan) if self.single else found

    def check(self, entry: Entry, field: str) -> None:
        """PolicyError unless the years ascend within range and each value is within the catalogue's bounds."""
        for year in self.years:
            check_year(year, field)
        for before, after in zip(self.years, self.years[1:], strict=False):
            if after <= before:
                raise PolicyError(
                    f"years must ascend, {after} comes after {before}",
                    f"年份须递增，{before} 之后不能是 {after}",
                    f"{field}.{after}",
                )
        for i, value in enumerate(self.values):
            check_value(entry, value, f"{field}.{self.years[i]}" if len(self.years) > 1 else field)


def default_over(entry: Entry, years: np.ndarray) -> np.ndarray:
    """float64[Y]: the catalogue's default, a number or steps {year: number}; before the first step its value."""
    if not isinstance(entry.default, dict):
        return np.full(len(years), float(entry.default))
    steps = sorted(entry.default)
    at = np.searchsorted(steps, years, side="right") - 1
    return np.array([float(entry.default[s]) for s in steps])[np.maximum(at, 0)]


def check_year(year: int, field: str) -> int:
    """The year if it is a whole number that a run may cover."""
    if isinstance(year, bool) or not isinstance(year, int | np.integer) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise PolicyError(
            f"year must be from {FIRST_YEAR} to {LAST_YEAR}, got {year}",
            f"年份须在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，现为 {year}",
            field,
        )
    return year


def check_value(entry: Entry, value: float, field: str) -> float:
    """The value if it is a number within the catalogue's bounds."""
    try:
        return entry.check(value)
    except CatalogueError as error:
        lo, hi = entry.bounds
        zh = f"“{entry.title['zh']}”须为 {lo:g} 至 {hi:g} 之间的数（单位 {entry.unit}），现为 {value!r}"
        raise PolicyError(str(error), zh, field) from None
