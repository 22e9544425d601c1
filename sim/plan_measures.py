"""Indicators of the plan's table that sim.measures does not have: sums over five-year plans, capacities, money, inputs.

Accounted: capacity from policy over simulated people. Tracked: an input path, the plan's own figures, which no rule
changes. Which is which, and the lever that adds to a capacity, stands in the catalogue (`basis`, `lever`, `target`).
"""

from functools import cache

import numpy as np

from sim.catalogue import indicators
from sim.codes import PUBLIC_HOME
from sim.groups import SUBSIDISED
from sim.measures import FEN_PER_YUAN, part
from sim.paths import LAST_YEAR
from sim.rules.services import school_need
from sim.sheet import Ratio, Sheet, ratio
from sim.steps.budgets import REVENUES, SPENDINGS
from sim.steps.permits import school_part
from sim.steps.services import FACILITY_LEVERS

PLAN_YEARS = 5  # five-year plans begin in years that end in 1 and 6
YUAN_100M = 1e8
# `per` of a capacity in the catalogue -> how many of them the plan's figure is for
PER = {"per_1000_residents": 1e3, "per_1000_urban": 1e3, "per_10000_residents": 1e4, "per_100_households": 1e2}
# what they are for: rows of the sheet
UNDER = {
    "per_1000_residents": "residents",
    "per_1000_urban": "urban_residents",
    "per_10000_residents": "residents",
    "per_100_households": "households",
}

SUMMED = ("new_urban_jobs", "migrant_homes_given", "households_housed", "subsidised_homes")  # over a five-year plan
SUBSIDIES = ("households_housed", "subsidised_homes")  # subsidies count once: those of the year
MONEY = (
    "revenue", "land_revenue", "province_transfers", "region_transfers", "spending", "programme_cost",
    "land_revenue_to_villages",
)  # fmt: skip

# rows of the sheet; stocks of facilities have the name of their lever
ROWS = {
    "plan_sums": len(SUMMED),
    "subsidies": 1,
    "school_places": 1,
    "beds": 1,
    "pupils_served": 1,
    "migrant_pupils": 1,
    "local_pupils": 1,
    **dict.fromkeys(FACILITY_LEVERS, 1),
    "all_care_beds": 1,
    "transferred_land": 1,
    "teachers_exchanged": 1,
}
SUMS = {"teachers_exchanged": "teachers_exchanged"}


@cache
def ratios() -> dict[str, Ratio]:
    """Indicators of this file that are ratios of rows of the sheet."""
    capacities = {
        name: Ratio(entry.lever, UNDER[entry.per], times=PER[entry.per])
        for name, entry in indicators().items()
        if "per" in entry.extra
    }
    return capacities | {
        "primary_places": Ratio("school_places", "residents", 1e3),  # of both schools; `finish` takes their shares
        "junior_places": Ratio("school_places", "residents", 1e3),
        "hospital_beds": Ratio("beds", "residents", 1e3),
        "migrant_children_public": Ratio("pupils_served", "migrant_pupils", 100.0),
        "nursing_bed_share": Ratio("care_beds", "all_care_beds", 100.0),
        "farmland_transferred": Ratio("transferred_land", "farmland", 100.0),
    }


def initialise(model) -> None:
    """Sums of the five-year plan (none yet) and tracked paths, float64[indicator, years]."""
    model.plan_sums = {}
    years = np.arange(model.start, LAST_YEAR + 1)
    targets = model.pack.targets
    model.tracked = {
        key: targets[e.target].path(years) if e.target in targets else np.full(len(years), np.nan)
        for key, e in indicators().items()
        if e.basis == "tracked"
    }


def write(model, sheet: Sheet) -> None:
    """Figures of towns of this file."""
    _sums(model, sheet)
    _schools(model, sheet)
    _care(model, sheet)
    sheet["transferred_land"] = model.income_state.transferred
    sheet["teachers_exchanged"] = model.lever("teacher_exchange") * model.scale  # of the other region, at work there


def _sums(model, sheet: Sheet) -> None:
    """What the plan counts from the first year of a five-year plan on; no figure for the start year."""
    urban = 1  # part of a town
    flow, completed = model.flow, model.homes_flow["completed"]
    subsidised = part(model, model.groups.tenants[:, SUBSIDISED]).sum(axis=0)
    jobs = part(model, flow["jobs_taken"] - flow["jobs_left"])[urban]
    homes = part(model, completed[:, PUBLIC_HOME]).sum(axis=0)
    let, migrants = (part(model, flow[k]).sum(axis=0) for k in ("public_let", "public_let_migrants"))
    let = let + model.lever("talent_homes") * model.scale  # a home for talent houses one household
    sheet["plan_sums"] = np.stack([jobs, migrants, let, homes])
    sheet["subsidies"] = subsidised


def _schools(model, sheet: Sheet) -> None:
    """School places and hospital beds; children registered elsewhere, and those of them in public schools.

    Of those children the share that the permit's school part and the places kept for them give a place gets one, less
    where places are fewer than entitled.
    """
    towns = model.towns
    parity, (local, migrant) = school_part(model) * model.signals.migrant_access, model.services_state.pupils.T
    need = np.maximum(school_need(local, migrant, parity), 1e-9)
    sheet["school_places"], sheet["beds"] = towns.school_places, towns.beds
    sheet["local_pupils"], sheet["migrant_pupils"] = local, migrant
    sheet["pupils_served"] = migrant * parity * np.minimum(towns.school_places / need, 1.0)


def _care(model, sheet: Sheet) -> None:
    """Stocks of facilities (services step), and elder-care beds of all types.

    Of those beds the plan gives the nursing-type share alone: the others stay as many as the share of the base year
    implies.
    """
    stock = dict(zip(FACILITY_LEVERS, model.services_state.facilities, strict=True))
    for name, by_town in stock.items():
        sheet[name] = by_town
    beds = stock["care_beds"]
    if model.year == model.start:
        base = model.pack.targets.get(indicators()["nursing_bed_share"].target)
        known = base is not None and base.base is not None
        model.other_care_beds = beds * (100.0 / base.base.value - 1.0) if known else np.full(model.T, np.nan)
    sheet["all_care_beds"] = beds + model.other_care_beds


def finish(model, sheet: Sheet) -> None:
    """Indicators of this file that are no plain sums or ratios, once the sheet is added up."""
    _add_to_plan(model, sheet)
    primary = float(model.par.services.primary_share)  # places are split as in the base year
    sheet.line("primary_places")[:] *= primary
    sheet.line("junior_places")[:] *= 1.0 - primary
    sheet.line("school_age_children")[:] = sheet.total("migrant_pupils") + sheet.total("local_pupils")
    if sheet.regions == 2:  # each way: for the city the smaller number
        teachers = sheet.line("teachers_exchanged")
        teachers[0] = teachers[1:3].min()
    _money(model, sheet)
    _rise(model, sheet)
    tracked = [path[model.year - model.start] for path in model.tracked.values()]
    sheet.found[sheet.lines(model.tracked), 0] = tracked  # input paths, for the city


def _add_to_plan(model, sheet: Sheet) -> None:
    """The year added to the sums of the five-year plan."""
    if model.year == model.start:
        return
    begins = model.year % PLAN_YEARS == 1
    for name, year in zip(SUMMED, sheet.total("plan_sums"), strict=True):
        model.plan_sums[name] = year + (0.0 if begins else model.plan_sums.get(name, 0.0))
        sheet.line(name)[:] = model.plan_sums[name]
    for name in SUBSIDIES:
        sheet.line(name)[:] += sheet.total("subsidies")


def _money(model, sheet: Sheet) -> None:
    """Yearly accounts of counties, 100 million yuan; towns have none."""
    money = model.money
    programmes = sum(money[name] for name in SPENDINGS if name not in ("transfer_out", "spending_services"))
    lines = (
        sum(money[name] for name in REVENUES if name != "transfer_in"),
        money["revenue_land"],
        money["transfer_province"],
        money["transfer_in"] - money["transfer_out"],
        money["spending_services"] + programmes,
        programmes,
        money["cost_land_revenue_to_villages"],
    )
    table = sheet.larger(np.stack(lines)) / model.scale / (FEN_PER_YUAN * YUAN_100M)
    table[-1] = ratio(table[-1], table[MONEY.index("land_revenue")], 100.0)
    sheet.found[sheet.lines(MONEY), : table.shape[1]] = table


def _rise(model, sheet: Sheet) -> None:
    """Percentage points that the urbanisation rate of registered people rose in five years."""
    before = model.year - PLAN_YEARS
    if before in model.report_years:
        column = list(indicators()).index("hukou_urbanisation_rate")
        was = model.report_rows[model.report_years.index(before)][:, column]
        sheet.line("hukou_rate_rise")[:] = sheet.line("hukou_urbanisation_rate") - was
