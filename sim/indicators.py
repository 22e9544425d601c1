"""Step 13: what is reported. Counts by part of town are whole numbers; ratios are made once they are added up."""

from functools import cache

import mesa
import numpy as np

from sim import group_measures, groups, measures, plan_measures
from sim.catalogue import indicators as catalogue_indicators
from sim.codes import DORMITORY, RURAL_HUKOU, URBAN_HUKOU
from sim.engine import add_up
from sim.groups import class_at
from sim.measures import CLASS0, COUNTS, FAMILIES, RESIDENTS, YOUNG
from sim.rules import kernel
from sim.sheet import Plan, Sheet
from sim.steps import place_counts

WORKING_FROM, OLD_FROM = 15, 60  # ages
OUTSIDE = 2  # column of those who live outside, after the two kinds of hukou


# These loops go row by row and add up truth values: a loop within each household, or a branch on what varies from
# person to person, costs more than the sums. People nobody asks for are counted too, in a cell of
# their own.


@kernel
def _count_residents(lo, hi, c, home, year, registered, outside, by_place, by_hukou):
    """Adds people to by_place[place, (residents, classes, age groups)], and those with a rural and an urban hukou, and
    those who live outside (from place `outside` on), to by_hukou[place of registration, 3]."""
    for i in range(lo, hi):
        place, hukou = np.uint32(home[np.uint32(c.household[i])]), np.uint32(c.hukou_place[i])
        age = year - c.birth_year[i]
        row = by_place[place]
        row[RESIDENTS] += 1
        row[CLASS0 + class_at(registered, hukou, place // 2)] += 1
        row[YOUNG + np.uint32(age >= OLD_FROM) + np.uint32(age >= WORKING_FROM)] += 1
        by_hukou[hukou, c.hukou_kind[i]] += 1
        by_hukou[hukou, OUTSIDE] += place >= outside


@kernel
def _count_households(lo, hi, h, out):
    """Adds family households, and those of one person, to out[place, 2]."""
    for row in range(lo, hi):
        family = (h.tenure[row] != DORMITORY) & (h.size[row] > 0)
        place = np.uint32(h.home[row])
        out[place, 0] += family
        out[place, 1] += family & (h.size[row] == 1)


def count_people(model) -> np.ndarray:
    """int64[P]: people by place index."""
    return place_counts.residents(model)


def initialise(model) -> None:
    """Places, and the table that grows by a row a year."""
    pack = model.pack
    model.report_places = [pack.city_id, *pack.regions, *pack.counties, *pack.towns]
    model.registration = groups.registration(pack)
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
    c, h, year, p = model.people.rows, model.households.rows, model.year, model.P
    places, who = model.T + model.O, model.registration
    split = p * FAMILIES

    def people(lo, hi, out):
        parts = out[:split].reshape(p, FAMILIES), out[split:].reshape(places, 3)
        _count_residents(lo, hi, c, h.home, year, who, 2 * model.T, *parts)

    flat = add_up(len(model.people), model.threads, (split + 3 * places,), people)
    by_place = np.zeros((p, COUNTS), np.int64)
    by_place[:, :FAMILIES] = flat[:split].reshape(p, FAMILIES)
    by_place[:, FAMILIES:] = add_up(
        len(h.key), model.threads, (p, 2), lambda lo, hi, out: _count_households(lo, hi, h, out)
    )
    by_hukou = flat[split:].reshape(places, 3)[: model.T]
    everybody = by_hukou[:, RURAL_HUKOU] + by_hukou[:, URBAN_HUKOU]
    return by_place, np.stack([everybody, by_hukou[:, URBAN_HUKOU], by_hukou[:, OUTSIDE]], axis=1)
