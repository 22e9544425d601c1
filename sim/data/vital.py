"""National death and birth rates by single year of age, from five-year tables."""

import numpy as np

from sim.data.errors import DataError
from sim.data.tables import Figures, frozen

AGES = 101  # 0..99 and the open group 100+


def mortality(figures: Figures, year: int) -> np.ndarray:
    """Annual death rate m(x), float64[101, 2] (age, male/female), deaths per person-year.

    The five-year table whose period starts at or before the year and ends after it (2010 is in 2010-2015); before the
    first period the first, after the last the last. Age 0 keeps its own rate. Ages 1-99: log-linear between the
    midpoints of the groups (3.0 for 1-4, 7.5 for 5-9 ... 97.5), with 100+ standing at 100.5; below 3.0 the rate of
    ages 1-4. So the middle year of each five-year group has exactly the rate of the group.
    """
    period = _period(figures, "mortality_rate_mx", year)
    rates = np.empty((AGES, 2))
    for column, sex in enumerate(("male", "female")):
        table = {_lower(k.split(" ")[1]): v for k, v in _ages(figures, "mortality_rate_mx", period, sex).items()}
        starts = sorted(a for a in table if a > 0)
        middles = [(a + b) / 2 for a, b in zip(starts, [*starts[1:], AGES], strict=True)]
        exact = np.arange(AGES) + 0.5
        rates[:, column] = np.exp(np.interp(exact, middles, np.log([table[a] for a in starts])))
        rates[0, column] = table[0]
    return frozen(rates, np.float64)


def fertility(figures: Figures, year: int) -> np.ndarray:
    """Births per woman in a year of age, float64[101]; the sum is tfr(year).

    Rates of the five-year groups, each held over its five ages, linear in time between the years with a table and
    constant outside them, then scaled so that the sum is the total fertility rate of the year.
    """
    years = _years(figures, "asfr")
    tables = []
    for known in years:
        rates = np.zeros(AGES)
        for key, value in _ages(figures, "asfr", str(known), "female").items():
            low, high = (int(a) for a in key.split(" ")[1].split("-"))
            rates[low : high + 1] = value / 1000.0
        tables.append(rates)
    shape = np.array([np.interp(year, years, column) for column in np.array(tables).T])
    return frozen(shape * (tfr(figures, year) / shape.sum()), np.float64)


def tfr(figures: Figures, year: int) -> float:
    """Children per woman; linear between the years of the table, constant outside them."""
    return _interpolated(figures, "total_fertility_rate", "female 15-49", year)


def sex_ratio_at_birth(figures: Figures, year: int) -> float:
    """Boys per girl born; linear between the years of the table, constant outside them."""
    return _interpolated(figures, "sex_ratio_birth", "both 0", year)


def _interpolated(figures: Figures, variable: str, key: str, year: int) -> float:
    years = _years(figures, variable)
    return float(np.interp(year, years, [figures.one(variable, y, key) for y in years]))


def _years(figures: Figures, variable: str) -> list[int]:
    years = sorted({int(y) for v, y, _ in figures.values if v == variable})
    if not years:
        raise DataError(f"no variable {variable!r}", file=figures.file, field=variable)
    return years


def _ages(figures: Figures, variable: str, year: str, sex: str) -> dict[str, float]:
    """Values by key 'sex age' of one variable, year and sex."""
    return {
        k: v[0] for (name, y, k), v in figures.values.items() if name == variable and y == year and k.startswith(sex)
    }


def _period(figures: Figures, variable: str, year: int) -> str:
    periods = sorted({y for v, y, _ in figures.values if v == variable})
    if not periods:
        raise DataError(f"no variable {variable!r}", file=figures.file, field=variable)
    started = [p for p in periods if int(p.split("-")[0]) <= year]
    return started[-1] if started else periods[0]


def _lower(age: str) -> int:
    return int(age.rstrip("+"))
