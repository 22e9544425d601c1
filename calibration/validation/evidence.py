"""Numbers of the report: how each target and pattern is met by the futures and by the default values."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calibration.forecast_test import DEFAULTS, MODEL, ForecastTest, futures_of, judge
from calibration.runs import Runs, default_runs, prior_runs
from calibration.targets.target import FIRST, LAST, Target

LOW, HIGH = 10.0, 90.0  # percentiles: the middle 80 %
PEAK_AGES, ONE_PERSON_RANGE, MOST_CONVERTING = (20.0, 25.0), (1.5, 2.5), 10.0
DEFAULT_REPLICATES = 4


@dataclass(frozen=True)
class Evidence:
    """Runs from the priors, runs with default values, and the forecast test of both."""

    pack: object
    priors: Runs
    defaults: Runs
    test: ForecastTest
    scale: float
    seed: int

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.priors.targets


@dataclass(frozen=True)
class Fit:
    """One target: median and middle 80 % of futures, mean of default runs, in its unit; is the figure inside?"""

    target: Target
    median: float
    low: float
    high: float
    default: float
    inside: bool

    @property
    def deviation(self) -> float:
        """Of the median, in standard deviations of the target."""
        return float(self.target.deviation(self.median)) / self.target.sd

    @property
    def default_deviation(self) -> float:
        return float(self.target.deviation(self.default)) / self.target.sd


def gather(pack, sets: int, scale: float, seed: int, workers: int = 1, progress: bool = False) -> Evidence:
    """All runs of the report."""
    options = {"scale": scale, "seed": seed, "workers": workers, "progress": progress, "pack": pack}
    priors, defaults = prior_runs(sets, **options), default_runs(DEFAULT_REPLICATES, **options)
    test = judge({MODEL: futures_of(priors), DEFAULTS: futures_of(defaults)}, pack)
    return Evidence(pack, priors, defaults, test, scale, seed)


def fits(evidence: Evidence) -> list[Fit]:
    """All targets, in their order. The interval is that of futures, widened by the target's own error.

    Both are taken as independent: the deviation's 80 % half-widths from the median are joined with 1.2816 standard
    deviations of the target by squares.
    """
    found = []
    for i, t in enumerate(evidence.targets):
        column = evidence.priors.values[:, i]
        low, median, high = np.nanpercentile(column, [LOW, 50.0, HIGH])
        default = float(np.nanmean(evidence.defaults.values[:, i]))
        found.append(Fit(t, float(median), float(low), float(high), default, holds(t, low, median, high)))
    return found


def holds(t: Target, low: float, median: float, high: float) -> bool:
    below, middle, above = (float(t.deviation(x)) for x in (low, median, high))
    reach = 1.2816 * t.sd
    side = middle - below if middle > 0 else above - middle  # towards the figure, where the deviation is 0
    return abs(middle) <= float(np.hypot(side, reach))


@dataclass(frozen=True)
class Pattern:
    """One pattern: key of its sentence, numbers that it shows, the condition, and what it is held against."""

    key: str
    parts: tuple[str, ...]
    holds: Callable[..., np.ndarray]
    decimals: int


def pattern_list(pack) -> list[Pattern]:
    """The pattern checks; conditions take the numbers of `parts` as arrays over runs."""
    row = pack.literature("grav_dist")
    regions = tuple(f"cohort_{r}" for r in pack.regions)
    return [
        Pattern("cohort", regions, lambda east, west: east > west, 2),
        Pattern("one_person", ("one_person_growth",), lambda x: _within(x, *ONE_PERSON_RANGE), 2),
        Pattern("peak", ("mover_peak_age",), lambda x: _within(x, *PEAK_AGES), 0),
        Pattern("young", ("mover_young_share", "resident_young_share"), lambda a, b: a > b, 0),
        Pattern("distance", ("distance_slope",), lambda x: _within(x, row["low"], row["high"]), 2),
        Pattern("slowing", ("rate_gain_first", "rate_gain_second"), lambda a, b: b < a, 1),
        Pattern("owner", ("convert_owner", "convert_tenant"), lambda a, b: a > b, 1),
        Pattern("child", ("convert_child", "convert_childless"), lambda a, b: a > b, 1),
        Pattern("partial", ("convert_all",), lambda x: x < MOST_CONVERTING, 1),
    ]


def _within(x: np.ndarray, low: float, high: float) -> np.ndarray:
    return (x >= low) & (x <= high)


def observed_pattern(pack, key: str) -> tuple[str, dict]:
    """(key of a sentence or the text itself, blanks) of what a pattern is held against."""
    if key == "cohort":
        from calibration.patterns import COHORT
        from calibration.targets.target import targets

        sex, ages = COHORT
        means = []
        for r in range(len(pack.regions)):
            mine = {c for c, k in zip(pack.counties, pack.county_region, strict=True) if k == r}
            means.append(np.mean([t.value for t in targets(pack) if (t.sex, t.age) == (sex, ages) and t.place in mine]))
        return " / ".join(f"{m:.2f}" for m in means), {}
    if key == "one_person":
        return (
            f"{pack.city_value('one_person_households', LAST) / pack.city_value('one_person_households', FIRST):.2f}",
            {},
        )
    if key == "distance":
        row = pack.literature("grav_dist")
        return f"{row['low']:g} … {row['high']:g} ({row['quality']})", {}
    if key == "slowing":
        gain = pack.city_value("urbanisation_rate", LAST) - pack.city_value("urbanisation_rate", FIRST)
        return "by_rates", {"gain": gain, "middle": 2016}
    return ("rogers_castro" if key in ("peak", "young") else "no_figure"), {}
