"""What was known at the census of 2010: two counts of the city, one of its counties, vital rates, ages of movers."""

from dataclasses import dataclass

import numpy as np

BEFORE, NOW = 2000, 2010
AGES = 101
SCHEDULE = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")


@dataclass(frozen=True)
class Known:
    """C counties. Births and deaths are rates per resident and year; `stock` is residents less registered."""

    residents_before: float
    urban_share_before: float
    residents: np.ndarray  # float64[C]
    urban: np.ndarray  # float64[C]
    people: np.ndarray  # float64[C, AGES, 2] by single age and sex (male, female)
    stock: np.ndarray  # float64[C]
    birth_rate: np.ndarray  # float64[C]
    death_rate: np.ndarray  # float64[C]
    natural_growth: float  # of the city, per resident and year
    fertility: np.ndarray  # float64[AGES], births per woman and year, national
    mortality: np.ndarray  # float64[AGES, 2], deaths per person and year, national
    boys: float  # per girl born
    schedule: dict[str, float]  # Rogers-Castro

    @property
    def years(self) -> int:
        return NOW - BEFORE

    @classmethod
    def of(cls, pack) -> "Known":
        """Read from a city pack; nothing dated after NOW."""
        county, mortality = pack.county_value, pack.mortality(NOW)
        births, deaths = (pack.city_value(f"crude_{kind}_rate", NOW) / 1000.0 for kind in ("birth", "death"))
        return cls(
            residents_before=pack.series("resident_population", BEFORE),
            urban_share_before=pack.series("urbanisation_rate", BEFORE) / 100.0,
            residents=county("resident_population", NOW),
            urban=county("urban_population", NOW),
            people=single_ages(pack.age_sex(NOW), pack.age_group_bounds, mortality),
            stock=county("resident_population", NOW) - county("hukou_population", NOW),
            birth_rate=county("crude_birth_rate", NOW) / 1000.0,
            death_rate=county("crude_death_rate", NOW) / 1000.0,
            natural_growth=births - deaths,
            fertility=pack.fertility(NOW),
            mortality=mortality,
            boys=pack.sex_ratio_at_birth(NOW),
            schedule={name: float(pack.literature(f"rc_{name}")["value"]) for name in SCHEDULE},
        )


def single_ages(age_sex: np.ndarray, bounds: np.ndarray, mortality: np.ndarray) -> np.ndarray:
    """[C, groups, 2] -> float64[C, AGES, 2]: equal parts within a group, the last group in the ratio of survivors."""
    out = np.zeros((len(age_sex), AGES, 2))
    for g, (low, high) in enumerate(bounds.tolist()):
        weight = np.ones((high - low + 1, 2))
        if g == len(bounds) - 1:
            weight = np.exp(-np.cumsum(mortality[low : high + 1], axis=0))
        out[:, low : high + 1] = age_sex[:, g, None, :] * (weight / weight.sum(axis=0))
    return out
