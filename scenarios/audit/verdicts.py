"""Each target and year against the simulated futures: reached or not, in how many, and by how much it is missed."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scenarios.result import Result
from sim.catalogue import Entry, indicators
from sim.data.plan import LARGER, SET_BY_PROVINCE, Figure, Target

REACHED, PARTLY, MISSED = "reached", "partly", "missed"  # in all, in some, in none of the futures
TRACKED, BY_PROVINCE, OUTSIDE = "tracked", "by_province", "outside"
BASE_TOLERANCE = 0.02
JUDGED = (REACHED, PARTLY, MISSED)


@dataclass(frozen=True)
class Verdict:
    """One target in one year. Values are in the catalogue's unit; NaN where there is none."""

    target: Target
    entry: Entry
    year: int
    figure: Figure | None  # in the catalogue's unit; None: set by the province
    kind: str  # reached, partly, missed, tracked, by_province, outside (a year that was not run)
    futures: int = 0
    reached: int = 0
    mean: float = np.nan
    least: float = np.nan
    most: float = np.nan
    gap: float = np.nan  # mean minus figure
    start: float = np.nan  # simulated mean in the plan's base year
    base: float = np.nan  # the plan's figure of that year

    @property
    def base_differs(self) -> bool:
        """The simulated base year is off the plan's by more than a fiftieth."""
        known = np.isfinite(self.start) and np.isfinite(self.base) and self.base != 0
        return bool(known and abs(self.start - self.base) > BASE_TOLERANCE * abs(self.base))

    @property
    def by_change(self) -> float:
        """The plan's base plus the simulated change since the base year."""
        return self.base + self.mean - self.start


def linked() -> dict[str, Entry]:
    """Row of the plan -> its indicator."""
    return {e.extra["target"]: e for e in indicators().values() if "target" in e.extra}


def in_catalogue_unit(figure: Figure, unit: str) -> Figure:
    """A plan figure in the unit that the catalogue uses (persons instead of 10 000 persons)."""
    factor = LARGER.get(unit, (unit, 1.0))[1]
    return figure if factor == 1.0 else Figure(figure.value * factor, figure.sign)


def values_of(result: Result, entry: Entry, year: int) -> np.ndarray:
    """float64[futures] of the city in a year; empty where it was not run or has no value."""
    if year not in result.years or entry.key not in result.indicators:
        return np.empty(0)
    found = result.series(entry.key, result.pack.city_id)[:, result.years.index(year)]
    return found[~np.isnan(found)]


def judge(result: Result) -> list[Verdict]:
    """Verdicts in the order of the plan's table; rows that name no target (observed quantities) are left out."""
    entries = linked()
    return [
        _verdict(result, target, entries[key], year, stated)
        for key, target in result.pack.targets.items()
        for year, stated in target.stated.items()
        if stated is not None
    ]


def _verdict(result: Result, target: Target, entry: Entry, year: int, stated) -> Verdict:
    if stated == SET_BY_PROVINCE:
        return Verdict(target, entry, year, None, BY_PROVINCE)
    figure = in_catalogue_unit(stated, target.unit)
    if entry.basis == "tracked":
        return Verdict(target, entry, year, figure, TRACKED)
    values = values_of(result, entry, year)
    if not len(values):
        return Verdict(target, entry, year, figure, OUTSIDE)
    met = int(sum(figure.met(float(v), target.better) for v in values))
    kind = REACHED if met == len(values) else (PARTLY if met else MISSED)
    mean = float(values.mean())
    start = values_of(result, entry, target.base_year)
    base = in_catalogue_unit(target.base, target.unit).value if target.base else np.nan
    return Verdict(
        target, entry, year, figure, kind, len(values), met, mean, float(values.min()), float(values.max()),
        mean - figure.value, float(start.mean()) if len(start) else np.nan, base,
    )  # fmt: skip


@dataclass(frozen=True)
class Together:
    """How many futures reach several targets of one year at once."""

    year: int
    keys: tuple[str, ...]
    futures: int
    reached: int


def met_by_future(result: Result, year: int) -> dict[str, np.ndarray]:
    """Row of the plan -> bool[futures] for the rows that are judged in the year."""
    found, entries = {}, linked()
    for key, target in result.pack.targets.items():
        entry = entries[key]
        stated, values = target.stated.get(year), values_of(result, entry, year)
        if isinstance(stated, Figure) and entry.basis != "tracked" and len(values):
            figure = in_catalogue_unit(stated, target.unit)
            found[key] = np.array([figure.met(float(v), target.better) for v in values])
    return found


def all_at_once(result: Result, year: int) -> Together | None:
    """All judged targets of a year; None where there are none."""
    met = met_by_future(result, year)
    if not met:
        return None
    together = np.logical_and.reduce(list(met.values()))
    return Together(year, tuple(met), len(together), int(together.sum()))


def never_together(result: Result, year: int) -> list[Together]:
    """Pairs of targets each of which some future reaches and no future reaches both."""
    met = met_by_future(result, year)
    return [
        Together(year, (a, b), len(met[a]), 0)
        for a, b in combinations(met, 2)
        if met[a].any() and met[b].any() and not (met[a] & met[b]).any()
    ]
