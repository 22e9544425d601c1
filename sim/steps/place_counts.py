"""Counts of homes, people and earnings by place, and whole numbers of homes by keyed chance."""

import math

import numpy as np

from sim.codes import DORMITORY, DORMITORY_BED, HOME_TYPES, TENURES
from sim.draws import Decision, draw_alternative
from sim.engine import add_up
from sim.rules import kernel

# Type of home by tenure: homestead, owned, rented, public, dormitory
HOME_OF_TENURE = np.array([0, 1, 1, 2, DORMITORY_BED], dtype=np.int64)
assert len(HOME_OF_TENURE) == TENURES and HOME_OF_TENURE[DORMITORY] == DORMITORY_BED

# Columns of `people_by_place`
RESIDENTS, LOCAL_PUPILS, MIGRANT_PUPILS, EARNINGS = 0, 1, 2, 3
COLUMNS = 4


@kernel
def _count_homes(lo, hi, home, tenure, home_of_tenure, out):
    for h in range(lo, hi):
        place = np.uint32(home[h])
        if place < out.shape[0]:
            out[place, np.uint32(home_of_tenure[tenure[h]])] += 1


# Counts of people go row by row and add up truth values: a loop within each household, or a branch on what varies from
# person to person, costs more than the sums.


@kernel
def _count_pupils(lo, hi, c, home, town_county, year, from_age, below_age, out):
    """Adds up all people by place of residence, those outside included: out int64[P, COLUMNS]."""
    towns = len(town_county)
    for i in range(lo, hi):
        age = year - c.birth_year[i]
        if (age >= from_age) & (age < below_age):
            place, registered = np.uint32(home[np.uint32(c.household[i])]), np.uint32(c.hukou_place[i])
            local = registered < towns and town_county[registered] == town_county[min(place // 2, towns - 1)]
            out[place, LOCAL_PUPILS if local else MIGRANT_PUPILS] += 1


@kernel
def _count_earnings(lo, hi, c, home, out):
    """Adds up earnings by place of residence, fen: out int64[P, COLUMNS]."""
    for i in range(lo, hi):
        place = np.uint32(home[np.uint32(c.household[i])])
        out[place, EARNINGS] += np.int64(np.floor(np.float64(c.wage[i]) * 100.0 + 0.5))


@kernel
def _count_residents(lo, hi, home, size, out):
    for h in range(lo, hi):
        out[np.uint32(home[h])] += size[h]


def residents(model) -> np.ndarray:
    """Persons by place from the sizes of households, int64[P]."""
    hh = model.households
    home, size = hh.home, hh.size
    return add_up(hh.n, model.threads, (model.P,), lambda lo, hi, out: _count_residents(lo, hi, home, size, out))


def occupied(model) -> np.ndarray:
    """Homes with a household, int64[2T, HOME_TYPES] (agent units). A dormitory resident takes one bed."""
    hh = model.households
    home, tenure = hh.home, hh.tenure

    def work(lo, hi, out):
        _count_homes(lo, hi, home, tenure, HOME_OF_TENURE, out)

    return add_up(hh.n, model.threads, (2 * model.T, HOME_TYPES), work)


def people_by_place(model, pupils: bool = True, earnings: bool = True) -> np.ndarray:
    """int64[2T, COLUMNS]: residents, pupils registered in the county, other pupils, earnings (fen).

    Columns that the reader does not need stay zero: only residents are known from the households.
    """
    ages, year = model.par.services.school_ages, model.year
    c, home, counties = model.people.rows, model.households.home, np.asarray(model.pack.town_county)
    from_age, below_age = int(ages[0]), int(ages[1])

    def work(lo, hi, out):
        if pupils:
            _count_pupils(lo, hi, c, home, counties, year, from_age, below_age, out)
        if earnings:
            _count_earnings(lo, hi, c, home, out)

    out = np.zeros((model.P, COLUMNS), np.int64)
    if pupils or earnings:
        out = add_up(len(model.people), model.threads, out.shape, work)
    out[:, RESIDENTS] = residents(model)
    return out[: 2 * model.T]


def by_county(model, values: np.ndarray) -> np.ndarray:
    """Sum of [T] values over the towns of each county, [C]; exact for whole numbers below 2**53."""
    sums = np.bincount(model.pack.town_county, weights=values, minlength=model.C)
    return sums.astype(np.int64) if np.asarray(values).dtype.kind in "iu" else sums


@kernel
def _add_rows(rows, county, out):
    for k in range(rows.shape[0]):
        for t in range(len(county)):
            out[k, county[t]] += rows[k, t]


def by_county_rows(model, rows: np.ndarray) -> np.ndarray:
    """Sums of many figures over the towns of each county: float64 [k, T] -> [k, C], town by town in pack order."""
    out = np.zeros((len(rows), model.C))
    _add_rows(rows, model.pack.town_county, out)
    return out


def by_town(places: np.ndarray) -> np.ndarray:
    """Sum of the rural and urban part: [2T, ...] -> [T, ...]."""
    return places[0::2] + places[1::2]


@kernel
def _place_draws(stream, salt, out):
    for i in range(len(out)):
        out[i] = draw_alternative(stream, np.uint64(i), salt)


def place_draws(model, shape: tuple[int, ...], salt: int) -> np.ndarray:
    """Uniform draws in (0, 1) keyed by the position in `shape`, the year and `salt`."""
    out = np.empty(math.prod(shape))
    _place_draws(model.stream(Decision.ROUNDING), salt, out)
    return out.reshape(shape)


def keyed_whole(model, x: np.ndarray, salt: int) -> np.ndarray:
    """Whole numbers int64 whose expectation is x (>= 0): floor(x + u), so that a small city is unbiased."""
    return np.floor(x + place_draws(model, x.shape, salt)).astype(np.int64)
