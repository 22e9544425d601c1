"""Indicators of the plan's table that sim.measures does not have: sums over five-year plans, capacities, money, inputs.

Accounted: capacity from policy over simulated people. Tracked: an input path, the plan's own figures, which no rule
changes. Which is which, and the lever that adds to a capacity, stands in the catalogue (`basis`, `lever`, `target`).
"""

import numpy as np

from sim.catalogue import indicators
from sim.codes import PUBLIC_HOME
from sim.groups import SUBSIDISED
from sim.measures import FAMILIES, FEN_PER_YUAN, RESIDENTS, Adder, Values, ratio
from sim.paths import LAST_YEAR
from sim.rules.services import school_need
from sim.steps.budgets import REVENUES, SPENDINGS
from sim.steps.permits import school_part
from sim.steps.services import FACILITY_LEVERS

PLAN_YEARS = 5  # five-year plans begin in years that end in 1 and 6
YUAN_100M = 1e8
# `per` of a capacity in the catalogue -> how many of them the plan's figure is for
PER = {"per_1000_residents": 1e3, "per_1000_urban": 1e3, "per_10000_residents": 1e4, "per_100_households": 1e2}


def initialise(model) -> None:
    """Sums of the five-year plan (none yet) and tracked paths, float64[years]."""
    model.plan_sums = {}
    years = np.arange(model.start, LAST_YEAR + 1)
    targets = model.pack.targets
    model.tracked = {
        key: targets[e.target].path(years) if e.target in targets else np.full(len(years), np.nan)
        for key, e in indicators().items()
        if e.basis == "tracked"
    }


def measure(model, add: Adder, by_place: np.ndarray, values: Values) -> Values:
    """All indicators of this file; `values` holds those of sim.measures, `by_place` [P, COUNTS]."""
    return {
        **_sums(model, add),
        **_schools(model, add, values),
        **_capacities(model, add, by_place),
        **_teachers(model, add),
        **_countryside(model, add),
        **_money(model, add),
        **_rise(model, values),
        **_tracked(model, add),
    }


def _sums(model, add: Adder) -> Values:
    """What the plan counts from the first year of a five-year plan on; no figure for the start year."""
    urban = 1  # part of a town
    flow, completed = model.flow, model.homes_flow["completed"]
    subsidised = model.groups.tenants[:, SUBSIDISED].reshape(model.T, 2).sum(axis=1)
    let, migrants = (add.part(flow[k]).sum(axis=1) for k in ("public_let", "public_let_migrants"))
    jobs = add.part(flow["jobs_taken"] - flow["jobs_left"])[:, urban]
    homes = add.part(completed[:, PUBLIC_HOME]).sum(axis=1)
    let = let + model.lever("talent_homes") * model.scale  # a home for talent houses one household
    year = add.columns(np.column_stack([jobs, migrants, let, homes, subsidised]))
    names = ("new_urban_jobs", "migrant_homes_given", "households_housed", "subsidised_homes")
    if model.year == model.start:
        return {name: np.full(len(year), np.nan) for name in names}
    begins = model.year % PLAN_YEARS == 1
    for k, name in enumerate(names):
        model.plan_sums[name] = year[:, k] + (0.0 if begins else model.plan_sums.get(name, 0.0))
    found = dict(model.plan_sums)
    for name in ("households_housed", "subsidised_homes"):  # subsidies count once: those of the year
        found[name] = found[name] + year[:, -1]
    return found


def _schools(model, add: Adder, values: Values) -> Values:
    """Places per 1000 residents, split as in the base year; children registered elsewhere in public schools; beds.

    Of those children the share that the permit's school part and the places kept for them give a place gets one, less
    where places are fewer than entitled.
    """
    people, towns, state = values["residents"], model.towns, model.services_state
    parity, (local, migrant) = school_part(model) * model.signals.migrant_access, state.pupils.T
    need = np.maximum(school_need(local, migrant, parity), 1e-9)
    served = migrant * parity * np.minimum(towns.school_places / need, 1.0)
    sums = add.columns(np.column_stack([towns.school_places, towns.beds, served, migrant, local]))
    primary = float(model.par.services.primary_share)
    per_1000 = ratio(sums[:, 0], people, 1e3)
    return {
        "primary_places": primary * per_1000,
        "junior_places": (1.0 - primary) * per_1000,
        "hospital_beds": ratio(sums[:, 1], people, 1e3),
        "migrant_children_public": ratio(sums[:, 2], sums[:, 3], 100.0),
        "school_age_children": sums[:, 3] + sums[:, 4],
    }


def _capacities(model, add: Adder, by_place: np.ndarray) -> Values:
    """Stocks of facilities (services step) over people or households; nursing-type share of elder-care beds.

    Of those beds the plan gives the share alone: the others stay as many as the share of the base year implies.
    """
    people, households = add.part(by_place[:, RESIDENTS]), add.part(by_place[:, FAMILIES]).sum(axis=1)
    under = {
        "per_1000_residents": people.sum(axis=1),
        "per_10000_residents": people.sum(axis=1),
        "per_1000_urban": people[:, 1],
        "per_100_households": households,
    }
    stock = dict(zip(FACILITY_LEVERS, model.services_state.facilities, strict=True))
    chosen = [(k, e) for k, e in indicators().items() if "per" in e.extra]
    tables = [column for _, e in chosen for column in (stock[e.lever], under[e.per])]
    beds = stock["care_beds"]
    if model.year == model.start:
        base = model.pack.targets.get(indicators()["nursing_bed_share"].target)
        known = base is not None and base.base is not None
        model.other_care_beds = beds * (100.0 / base.base.value - 1.0) if known else np.full(model.T, np.nan)
    sums = add.columns(np.column_stack([*tables, beds, beds + model.other_care_beds]))
    levels = ratio(sums[:, 0:-2:2], sums[:, 1:-2:2])
    found = {name: levels[:, k] * PER[entry.per] for k, (name, entry) in enumerate(chosen)}
    return found | {"nursing_bed_share": ratio(sums[:, -2], sums[:, -1], 100.0)}


def _teachers(model, add: Adder) -> Values:
    """Teachers of the other region at work in a place; for the city the smaller number of its regions (each way)."""
    found = add(model.lever("teacher_exchange") * model.scale)
    if add.regions == 2:
        found[0] = found[1:3].min()
    return {"teachers_exchanged": found}


def _countryside(model, add: Adder) -> Values:
    """Share of contracted farmland that others than its holders work."""
    sums = add.columns(np.column_stack([model.income_state.transferred, model.towns.farmland]))
    return {"farmland_transferred": ratio(sums[:, 0], sums[:, 1], 100.0)}


def _money(model, add: Adder) -> Values:
    """Yearly accounts of counties, 100 million yuan; towns have none."""
    money = model.money
    spent = {name: money[name] for name in SPENDINGS if name != "transfer_out"}
    lines = {
        "revenue": sum(money[name] for name in REVENUES if name != "transfer_in"),
        "land_revenue": money["revenue_land"],
        "province_transfers": money["transfer_province"],
        "region_transfers": money["transfer_in"] - money["transfer_out"],
        "spending": sum(spent.values()),
        "programme_cost": sum(v for name, v in spent.items() if name != "spending_services"),
        "village_spending": money["cost_land_revenue_to_villages"],
    }
    table = add.counties(np.column_stack(list(lines.values()))) / (FEN_PER_YUAN * YUAN_100M)
    found = {name: table[:, k] for k, name in enumerate(lines)}
    found["land_revenue_to_villages"] = ratio(found.pop("village_spending"), found["land_revenue"], 100.0)
    return found


def _rise(model, values: Values) -> Values:
    """Percentage points that the urbanisation rate of registered people rose in five years."""
    rate, before = values["hukou_urbanisation_rate"], model.year - PLAN_YEARS
    if before not in model.report_years:
        return {"hukou_rate_rise": np.full(len(rate), np.nan)}
    column = list(indicators()).index("hukou_urbanisation_rate")
    return {"hukou_rate_rise": rate - model.report_rows[model.report_years.index(before)][:, column]}


def _tracked(model, add: Adder) -> Values:
    """Input paths, for the city."""
    found = {}
    for key, path in model.tracked.items():
        found[key] = np.full(add.places, np.nan)
        found[key][0] = path[model.year - model.start]
    return found
