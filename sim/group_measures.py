"""Indicators of who gains and loses: income by source and by group, services by group, commuting, rents."""

import numpy as np

from sim.codes import INCOME_SOURCES, MIGRANT_CLASSES, NOT_MIGRANT, OTHER_PROVINCE, SAME_COUNTY, SAME_PROVINCE
from sim.groups import ACCESS, BANDS, BURDENED, CELLS, FEN, HEADS, OWN_TOWN, RENT, TENANT_INCOME, TENANTS
from sim.measures import FEN_PER_YUAN, RESIDENTS
from sim.rules import kernel
from sim.sheet import Ratio, Sheet

CLASSES = {
    "locals": [NOT_MIGRANT],
    "local_migrants": [SAME_COUNTY, SAME_PROVINCE],
    "other_province": [OTHER_PROVINCE],
}
MERGE = np.array([[kind in kinds for kind in range(MIGRANT_CLASSES)] for kinds in CLASSES.values()])
AGES = ("age_0_14", "age_15_34", "age_35_59", "age_60_plus")  # the bands of sim.groups
GROUPS = (*CLASSES, *AGES)
SOURCES = ("wage", "business", "property", "transfer")
PARTS = ("rural", "urban")
FIFTHS = ("lowest_fifth", "highest_fifth")
FIFTH = 0.2

# rows of the sheet
ROWS = {
    "cells": 3 * CELLS,  # persons, fen and service access of each class and age band
    "income_by_source": len(PARTS) * len(SOURCES),  # fen
    **dict.fromkeys(
        (
            "rent_paid", "tenant_income", "tenants", "burdened", "village_services", "villagers", "posts_held",
            "workers", "own_town_workers", "idle_farmland",
        ),
        1,
    ),
}  # fmt: skip

RATIOS = {
    "services_villagers": Ratio("village_services", "villagers"),
    "rent_burden": Ratio("rent_paid", "tenant_income", 100.0),
    "overburdened_tenants": Ratio("burdened", "tenants", 100.0),
    "jobs_per_worker": Ratio("posts_held", "workers"),
    "works_in_own_town": Ratio("own_town_workers", "workers", 100.0),
    "idle_farmland_share": Ratio("idle_farmland", "farmland", 100.0),
}


def write(model, sheet: Sheet, by_place: np.ndarray) -> None:
    """Figures of towns of this file; `by_place` [P, COUNTS]."""
    T, g, state = model.T, model.groups, model.income_state
    persons = g.people[..., 0]
    cells = np.empty((T, 3, MIGRANT_CLASSES, BANDS))
    cells[:, 0], cells[:, 1] = persons, g.people[..., 1]
    np.multiply(g.access[:, :, None], persons, out=cells[:, 2])
    sheet["cells"] = cells.reshape(T, -1).T
    sheet["income_by_source"] = state.totals[: 2 * T].reshape(T, 2 * INCOME_SOURCES).T
    tenants = g.tenants.reshape(T, 2, -1).sum(axis=1).T
    sheet["rent_paid"], sheet["tenant_income"] = tenants[RENT], tenants[TENANT_INCOME]
    sheet["tenants"], sheet["burdened"] = tenants[TENANTS], tenants[BURDENED]
    villagers, work = by_place[0 : 2 * T : 2, RESIDENTS], model.work_at_home.T
    sheet["villagers"], sheet["village_services"] = villagers, villagers * model.signals.service[:T]
    sheet["posts_held"], sheet["workers"] = model.work_at.sum(axis=1), work[2:4].sum(axis=0)
    sheet["own_town_workers"] = work[OWN_TOWN]
    sheet["idle_farmland"] = state.idle


def finish(model, sheet: Sheet) -> None:
    """Indicators of this file that are no plain ratios, once the sheet is added up."""
    cells = sheet.total("cells").reshape(3, MIGRANT_CLASSES, BANDS, -1)
    _per_head(cells, MERGE, FEN_PER_YUAN, sheet.found, *_lines(sheet, GROUPS))
    _sources(sheet)
    _fifths(sheet, model.groups.strata)


def _lines(sheet: Sheet, groups: tuple[str, ...]) -> list[np.ndarray]:
    """Rows of the income and of the services of groups."""
    return [np.array(sheet.lines(f"{what}_{group}" for group in groups)) for what in ("income", "services")]


@kernel
def _per_head(cells, merge, fen, found, income, services):
    """Writes income (yuan) and services per head by registration, then by age: cells [persons, fen, access; class,
    band, place]."""
    classes, bands, groups = cells.shape[1], cells.shape[2], merge.shape[0]
    for place in range(cells.shape[3]):
        for k in range(groups + bands):
            persons, money, access = 0.0, 0.0, 0.0
            for c in range(classes):
                if k < groups and not merge[k, c]:
                    continue
                heads, paid, used = 0.0, 0.0, 0.0
                for b in range(bands):
                    if k < groups or b == k - groups:
                        heads += cells[0, c, b, place]
                        paid += cells[1, c, b, place]
                        used += cells[2, c, b, place]
                persons, money, access = persons + heads, money + paid, access + used
            if persons > 0.0:
                found[income[k], place] = 1.0 / fen * money / persons
                found[services[k], place] = access / persons


def _sources(sheet: Sheet) -> None:
    """The four sources of income per head of urban and rural residents."""
    income = sheet.total("income_by_source").reshape(len(PARTS), len(SOURCES), -1) / FEN_PER_YUAN
    for part, values in zip(PARTS, income, strict=True):
        heads = sheet.total(f"{part}_heads")
        found = values / np.where(heads > 0.0, heads, np.nan)
        sheet.found[sheet.lines(f"income_{part}_{source}" for source in SOURCES)] = found


def _fifths(sheet: Sheet, strata: np.ndarray) -> None:
    """Income and services of the fifths of residents with the lowest and the highest income per head; not for towns.

    strata: [C, stratum, (persons, fen, thousandths of access)]. A stratum that is cut gives the same share of its
    income as of its people.
    """
    places = sheet.larger(np.moveaxis(strata, 0, -1))  # [stratum, column, place]
    _fill_fifths(places, FIFTH, 1.0 / FEN_PER_YUAN, sheet.found, *_lines(sheet, FIFTHS))


@kernel
def _fill_fifths(places, fifth, per_yuan, found, income, services):
    for place in range(places.shape[2]):
        total = 0.0
        for s in range(places.shape[0]):
            total += places[s, HEADS, place]
        for k in range(2):
            below, persons, fen, access = 0.0, 0.0, 0.0, 0.0
            for s in range(places.shape[0]):
                heads = places[s, HEADS, place]
                taken = min(max(fifth * total - below, 0.0), heads)
                if k == 1:
                    taken = min(max(heads - max((1.0 - fifth) * total - below, 0.0), 0.0), heads)
                below += heads
                share = taken / max(heads, 1.0)
                persons += share * places[s, HEADS, place]
                fen += share * places[s, FEN, place]
                access += share * places[s, ACCESS, place]
            if persons > 0.0:
                found[income[k], place] = per_yuan * fen / persons
                found[services[k], place] = 1.0 / 1000.0 * access / persons
