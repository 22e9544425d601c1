"""Step 13: what is reported. Counts by part of town are whole numbers; ratios are made once they are added up."""

from collections.abc import Callable

import numpy as np

from sim.catalogue import indicators as catalogue_indicators
from sim.codes import (
    DORMITORY,
    EMPLOYED,
    MIGRANT_CLASSES,
    NONFARM_SECTORS,
    NOT_MIGRANT,
    OTHER_PROVINCE,
    SAME_COUNTY,
    SAME_PROVINCE,
    SECONDARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.engine import add_up
from sim.measures import CLASS0, COUNTS, FAMILIES, OLD, ONE_PERSON, RESIDENTS, WORKING, YOUNG, measure
from sim.rules import kernel, rule
from sim.steps import place_counts

WORKING_FROM, OLD_FROM = 15, 60  # ages
UNEMPLOYED_COLUMN, OTHER_COLUMN = 0, 4  # columns beside those of the three sectors


@rule
def migrant_class(hukou_place, town, county_of, same_province, towns):
    """Census class of a resident of `town` by the place of registration."""
    if hukou_place >= towns:
        return SAME_PROVINCE if same_province[hukou_place - towns] else OTHER_PROVINCE
    if hukou_place == town:
        return NOT_MIGRANT
    return SAME_COUNTY if county_of[hukou_place] == county_of[town] else SAME_PROVINCE


# These loops go row by row and add up truth values: a loop within each household, or a branch on what varies from
# person to person, costs more than the sums. People nobody asks for are counted too, in a cell of
# their own.


@kernel
def _count_residents(lo, hi, c, home, year, by_registration, by_age, by_kind):
    """Adds people to by_registration[place, registered], by_age[place, group] and by_kind[registered, kind]."""
    for i in range(lo, hi):
        place, hukou, age = home[c.household[i]], c.hukou_place[i], year - c.birth_year[i]
        by_registration[place, hukou] += 1
        by_age[place, np.int64(age >= OLD_FROM) + np.int64(age >= WORKING_FROM)] += 1
        by_kind[hukou, c.hukou_kind[i]] += 1


@kernel
def _count_households(lo, hi, h, out):
    """Adds family households, and those of one person, to out[place, 2]."""
    for row in range(lo, hi):
        family = (h.tenure[row] != DORMITORY) & (h.size[row] > 0)
        out[h.home[row], 0] += family
        out[h.home[row], 1] += family & (h.size[row] == 1)


@kernel
def _add_classes(by_registration, county_of, same_province, out):
    """Adds people in the city to out[place, census class]."""
    towns = len(county_of)
    for place in range(2 * towns):
        for hukou in range(by_registration.shape[1]):
            kind = migrant_class(hukou, place // 2, county_of, same_province, towns)
            out[place, kind] += by_registration[place, hukou]


@kernel
def _work(lo, hi, c, home, posts, at_home, at_work):
    """Adds people to at_home[home // 2, column] (unemployed, the three sectors, all others) and those with a non-farm
    post to at_work[work town, sector]; row `posts` takes the others."""
    for i in range(lo, hi):
        works, sector, town = c.status[i] == EMPLOYED, c.sector[i], c.work_town[i]
        column = sector if works else (UNEMPLOYED_COLUMN if c.status[i] == UNEMPLOYED else OTHER_COLUMN)
        at_home[home[c.household[i]] // 2, column] += 1
        holds = works & (sector >= SECONDARY) & (town >= 0)
        at_work[town if holds else posts, sector - SECONDARY if holds else 0] += 1


def count_people(model) -> np.ndarray:
    """int64[P]: people by place index."""
    return place_counts.residents(model)


def count_work(model) -> None:
    """Workers by residence and by place of work, right after matching (before anybody moves house)."""
    c, home, t = model.people.rows, model.households.home, model.T
    posts = t + model.O  # locations where somebody may work
    split = OTHER_COLUMN + 1

    def work(lo, hi, out):
        _work(lo, hi, c, home, posts, out[:, :split], out[:, split:])

    total = add_up(len(model.people), model.threads, (posts + 1, split + NONFARM_SECTORS), work)[:t]
    model.work_at_home, model.work_at = total[:, :OTHER_COLUMN], total[:, split:]


def initialise(model) -> None:
    """Places, rows of the membership matrix and the table that grows by a row a year."""
    pack = model.pack
    model.report_places = [pack.city_id, *pack.regions, *pack.counties, *pack.towns]
    member = np.zeros((len(model.report_places), model.T))
    for row, place in enumerate(model.report_places):
        member[row, pack.towns_of(place)] = 1.0
    model.report_member = member
    model.report_years, model.report_rows = [], []


def record(model) -> None:
    """Appends the year's row: float64[place, indicator]."""
    values = measure(model, *_counts(model))
    names = list(catalogue_indicators())
    row = np.full((len(model.report_places), len(names)), np.nan)
    for k, name in enumerate(names):
        row[:, k] = values[name]
    model.report_years.append(model.year)
    model.report_rows.append(row)


def city_reporters() -> dict[str, Callable]:
    """Reporters for Mesa's data collector: every indicator of the whole city in the latest year."""

    def reporter(k: int) -> Callable:
        return lambda model: float(model.report_rows[-1][0, k])

    return {name: reporter(k) for k, name in enumerate(catalogue_indicators())} | {"year": lambda model: model.year}


def records(model) -> tuple[list[int], list[str], list[str], np.ndarray]:
    """(years, places, indicators, float64[year, place, indicator])."""
    return (
        list(model.report_years),
        list(model.report_places),
        list(catalogue_indicators()),
        np.stack(model.report_rows),
    )


def _counts(model) -> tuple[np.ndarray, np.ndarray]:
    """int64[P, COUNTS] by home; int64[T, 3] by registration: all, with urban hukou, living outside."""
    h, t, p, pack = model.households.rows, model.T, model.P, model.pack
    by_registration, by_age, by_kind = _residents(model)
    by_place = np.zeros((p, COUNTS), np.int64)
    by_place[:, RESIDENTS] = by_registration.sum(axis=1)
    by_place[:, [YOUNG, WORKING, OLD]] = by_age
    classes = by_place[:, CLASS0 : CLASS0 + MIGRANT_CLASSES]
    _add_classes(by_registration, pack.town_county, pack.outside_same_province, classes)
    by_place[:, [FAMILIES, ONE_PERSON]] = add_up(
        len(h.key), model.threads, (p, 2), lambda lo, hi, out: _count_households(lo, hi, h, out)
    )
    outside = by_registration[2 * t :].sum(axis=0)
    return by_place, np.stack([by_kind.sum(axis=1), by_kind[:, URBAN_HUKOU], outside], axis=1)[:t]


def _residents(model) -> list[np.ndarray]:
    """int64 people by [place, place of registration], [place, age group] and [place of registration, hukou kind]."""
    c, home, year, places = model.people.rows, model.households.home, model.year, model.T + model.O
    shapes = ((model.P, places), (model.P, 3), (places, 2))
    ends = np.cumsum([np.prod(shape) for shape in shapes])

    def apart(flat):
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]

    def work(lo, hi, out):
        _count_residents(lo, hi, c, home, year, *apart(out))

    return apart(add_up(len(model.people), model.threads, (int(ends[-1]),), work))
