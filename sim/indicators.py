"""Step 13: what is reported. Counts by part of town are whole numbers; ratios are made once they are added up."""

from functools import cache

import mesa
import numpy as np

from sim import group_measures, groups, measures, plan_measures
from sim.catalogue import indicators as catalogue_indicators
from sim.codes import DORMITORY, MIGRANT_CLASSES, URBAN_HUKOU
from sim.engine import add_up
from sim.measures import CLASS0, COUNTS, FAMILIES, OLD, ONE_PERSON, RESIDENTS, WORKING, YOUNG
from sim.rules import kernel
from sim.sheet import Plan, Sheet
from sim.steps import place_counts

WORKING_FROM, OLD_FROM = 15, 60  # ages


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
def _add_classes(by_registration, class_of, out):
    """Adds people in the city to out[place, census class]."""
    for place in range(len(out)):
        for hukou in range(by_registration.shape[1]):
            out[place, class_of[place // 2, hukou]] += by_registration[place, hukou]


def count_people(model) -> np.ndarray:
    """int64[P]: people by place index."""
    return place_counts.residents(model)


def initialise(model) -> None:
    """Places, and the table that grows by a row a year."""
    pack = model.pack
    model.report_places = [pack.city_id, *pack.regions, *pack.counties, *pack.towns]
    model.class_of = groups.classes(pack)
    model.report_years, model.report_rows = [], []
    plan_measures.initialise(model)


@cache
def sheet_plan() -> Plan:
    """What is summed and divided: the rows, sums and ratios of all files of measures."""
    rows = measures.ROWS | group_measures.ROWS | plan_measures.ROWS
    sums = measures.SUMS | plan_measures.SUMS
    ratios = measures.RATIOS | group_measures.RATIOS | plan_measures.ratios()
    return Plan(rows, sums, ratios, catalogue_indicators())


def record(model) -> None:
    """Appends the year's row: float64[place, indicator]."""
    sheet = Sheet(sheet_plan(), model.pack, model.scale, len(model.report_places))
    by_place, registered = _counts(model)
    measures.write(model, sheet, by_place, registered)
    group_measures.write(model, sheet, by_place)
    plan_measures.write(model, sheet)
    sheet.add_up()
    for family in (measures, group_measures, plan_measures):
        family.finish(model, sheet)
    model.report_years.append(model.year)
    model.report_rows.append(np.ascontiguousarray(sheet.found.T))


def collector(model) -> mesa.DataCollector:
    """Mesa's data collector of the whole city: its variables are filled from the recorded rows when somebody asks.

    Collecting each year would call and copy every reporter, which takes longer than making the figures.
    """
    names = list(catalogue_indicators())
    found = mesa.DataCollector(model_reporters=dict.fromkeys(names) | {"year": "year"})
    city = np.array([row[0] for row in model.report_rows])
    found.model_vars = dict(zip(names, city.T.tolist(), strict=True)) | {"year": list(model.report_years)}
    return found


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
    h, t, p = model.households.rows, model.T, model.P
    by_registration, by_age, by_kind = _residents(model)
    by_place = np.zeros((p, COUNTS), np.int64)
    by_place[:, RESIDENTS] = by_registration.sum(axis=1)
    by_place[:, [YOUNG, WORKING, OLD]] = by_age
    classes = by_place[:, CLASS0 : CLASS0 + MIGRANT_CLASSES]
    _add_classes(by_registration[: 2 * t], model.class_of, classes[: 2 * t])
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
