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
        if home[h] >= 0 and home[h] < out.shape[0]:
            out[home[h], home_of_tenure[tenure[h]]] += 1


# Counts of people go row by row and add up truth values: a loop within each household, or a branch on what varies from
# person to person, costs more than the sums.


@kernel
def _count_people(lo, hi, c, home, town_county, year, from_age, below_age, out):
    """Adds up all people by place of residence, those outside included: out int64[P, COLUMNS]."""
    towns = len(town_county)
    for i in range(lo, hi):
        place, age = home[c.household[i]], year - c.birth_year[i]
        by_place = out[place]
        by_place[RESIDENTS] += 1
        by_place[EARNINGS] += np.int64(np.floor(np.float64(c.wage[i]) * 100.0 + 0.5))
        if (age >= from_age) & (age < below_age):
            registered, town = c.hukou_place[i], min(place // 2, towns - 1)
            local = registered < towns and town_county[registered] == town_county[town]
            by_place[LOCAL_PUPILS if local else MIGRANT_PUPILS] += 1


@kernel
def _count_earners(lo, hi, c, home, out):
    """Adds up residents and their earnings: out int64[P, COLUMNS]."""
    for i in range(lo, hi):
        place = home[c.household[i]]
        out[place, RESIDENTS] += 1
        out[place, EARNINGS] += np.int64(np.floor(np.float64(c.wage[i]) * 100.0 + 0.5))


@kernel
def _count_residents(lo, hi, home, size, out):
    for h in range(lo, hi):
        out[home[h]] += size[h]


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


def people_by_place(model, pupils: bool = True) -> np.ndarray:
    """int64[2T, COLUMNS]: residents, pupils registered in the county, other pupils, earnings (fen).

    Without `pupils` their columns stay zero: most readers need none, and ages are dear to look at.
    """
    ages, year = model.par.services.school_ages, model.year
    c, home, counties = model.people.rows, model.households.home, np.asarray(model.pack.town_county)
    from_age, below_age = int(ages[0]), int(ages[1])

    def work(lo, hi, out):
        if pupils:
            _count_people(lo, hi, c, home, counties, year, from_age, below_age, out)
        else:
            _count_earners(lo, hi, c, home, out)

    return add_up(len(model.people), model.threads, (model.P, COLUMNS), work)[: 2 * model.T]


def by_county(model, values: np.ndarray) -> np.ndarray:
    """Sum of [T] values over the towns of each county, [C]; exact for whole numbers below 2**53."""
    sums = np.bincount(model.pack.town_county, weights=values, minlength=model.C)
    return sums.astype(np.int64) if np.asarray(values).dtype.kind in "iu" else sums


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
