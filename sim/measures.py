"""The main indicators of a year, from whole-number counts by part of town: one function a family of indicators.

Each function writes figures of towns into the sheet of the year; `SUMS` and `RATIOS` say which indicators are sums of
them over a place, and which are ratios of such sums. Values are in whole-city units.
"""

import numpy as np

from sim.codes import (
    COMMODITY_HOME,
    HOMESTEAD_HOME,
    OTHER_PROVINCE,
    PRIMARY,
    SAME_COUNTY,
    SAME_PROVINCE,
    SECONDARY,
    TERTIARY,
)
from sim.sheet import Ratio, Sheet, ratio
from sim.steps import housing

FEN_PER_YUAN = 100.0

# columns of the count of people by place
RESIDENTS, CLASS0, YOUNG, WORKING, OLD, FAMILIES, ONE_PERSON, COUNTS = 0, 1, 5, 6, 7, 8, 9, 10

MIGRANTS = {
    "migrants_same_county": SAME_COUNTY,
    "migrants_same_province": SAME_PROVINCE,
    "migrants_other_province": OTHER_PROVINCE,
}
FLOWS = {name: name for name in ("births", "deaths", "arrivals", "departures", "conversions")} | {
    "insitu_urbanised": "insitu_in"
}
SECTORS = {"primary": PRIMARY, "secondary": SECONDARY, "tertiary": TERTIARY}

# rows of the sheet
ROWS = dict.fromkeys(
    (
        "residents", "urban_residents", "hukou_population", "hukou_urban", "registered_outside", *MIGRANTS,
        "households", "one_person_households", "young", "old", "working_villagers",
        "income_of_urban", "income_of_rural", "income_of_all", "urban_heads", "rural_heads", "heads",
        *FLOWS,
        "priced_homes", "rented_homes", "urban_homes", "empty_homes", "commodity_homes", "empty_homesteads",
        "homesteads",
        "jobs", "high_skilled", "skilled", "unemployed", "force", "employed", *SECTORS, "farmland", "farm_incomes",
        "service_of_residents", "urban_land",
    ),
    1,
)  # fmt: skip

SUMS = {
    name: name
    for name in (
        "residents", "urban_residents", "hukou_population", "registered_outside", *MIGRANTS, "households",
        "one_person_households", *FLOWS, "jobs",
    )
}  # fmt: skip

RATIOS = {
    "urbanisation_rate": Ratio("urban_residents", "residents", 100.0),
    "hukou_urbanisation_rate": Ratio("hukou_urban", "hukou_population", 100.0),
    "age_0_14_share": Ratio("young", "residents", 100.0),
    "age_60_plus_share": Ratio("old", "residents", 100.0),
    "village_working_age_share": Ratio("working_villagers", "residents", 100.0, less="urban_residents"),
    "income_urban": Ratio("income_of_urban", "urban_heads"),
    "income_rural": Ratio("income_of_rural", "rural_heads"),
    "home_price_index": Ratio("priced_homes", "urban_homes"),  # of the price; `rebase` divides by that of the start
    "rent": Ratio("rented_homes", "urban_homes", 1.0 / 12.0),
    "vacancy_rate": Ratio("empty_homes", "commodity_homes", 100.0),
    "empty_homestead_share": Ratio("empty_homesteads", "homesteads", 100.0),
    "high_skill_workforce_share": Ratio("high_skilled", "skilled", 100.0),
    "unemployment_rate": Ratio("unemployed", "force", 100.0),
    **{f"employment_share_{name}": Ratio(name, "employed", 100.0) for name in SECTORS},
    "land_per_farmer": Ratio("farmland", "primary"),
    "farm_income": Ratio("farm_incomes", "primary"),
    "service_index": Ratio("service_of_residents", "residents"),
    "urban_land_per_head": Ratio("urban_land", "urban_residents"),
}


def part(model, by_place: np.ndarray) -> np.ndarray:
    """[2T or more] -> [(rural, urban), T]."""
    return by_place[: 2 * model.T].reshape(model.T, 2).T


def write(model, sheet: Sheet, by_place: np.ndarray, registered: np.ndarray) -> None:
    """Figures of towns of this file; `by_place` [P, COUNTS] and `registered` [T, 3] are `sim.indicators` counts."""
    counts = by_place[: 2 * model.T].reshape(model.T, 2, COUNTS).T  # [count, part, town]
    population(sheet, counts, registered)
    incomes(model, sheet)
    if model.year > model.start:
        flows(model, sheet)
    homes(model, sheet)
    work(model, sheet)
    services_and_land(model, sheet, counts)


def population(sheet: Sheet, counts: np.ndarray, registered: np.ndarray) -> None:
    """Residents, registration, migrants by class, households, ages."""
    both = counts.sum(axis=1)
    sheet["residents"], sheet["urban_residents"] = both[RESIDENTS], counts[RESIDENTS, 1]
    sheet["hukou_population"], sheet["hukou_urban"], sheet["registered_outside"] = registered.T
    for name, kind in MIGRANTS.items():
        sheet[name] = both[CLASS0 + kind]
    sheet["households"], sheet["one_person_households"] = both[FAMILIES], both[ONE_PERSON]
    sheet["young"], sheet["old"], sheet["working_villagers"] = both[YOUNG], both[OLD], counts[WORKING, 0]


def incomes(model, sheet: Sheet) -> None:
    """Disposable income: of those who earned it, where they lived when they did (step 6)."""
    state = model.income_state
    income, heads = part(model, state.totals.sum(axis=1) / FEN_PER_YUAN), part(model, state.heads)
    sheet["income_of_rural"], sheet["income_of_urban"], sheet["income_of_all"] = *income, income.sum(axis=0)
    sheet["rural_heads"], sheet["urban_heads"], sheet["heads"] = *heads, heads.sum(axis=0)


def flows(model, sheet: Sheet) -> None:
    """Persons in the twelve months before; the start year has lived none."""
    for name, flow in FLOWS.items():
        sheet[name] = part(model, model.flow[flow]).sum(axis=0)


def homes(model, sheet: Sheet) -> None:
    """Homes, and prices and rents weighted by commodity homes of urban parts."""
    stock, signals = model.towns.homes, model.signals
    empty = stock - housing.occupied(model)
    commodity = part(model, stock[:, COMMODITY_HOME])
    sheet["urban_homes"], sheet["commodity_homes"] = commodity[1], commodity.sum(axis=0)
    sheet["priced_homes"] = part(model, signals.price)[1] * commodity[1]
    sheet["rented_homes"] = part(model, signals.rent)[1] * commodity[1]
    sheet["empty_homes"] = part(model, empty[:, COMMODITY_HOME]).sum(axis=0)
    sheet["homesteads"] = stock[0::2, HOMESTEAD_HOME]
    sheet["empty_homesteads"] = empty[0::2, HOMESTEAD_HOME]


def work(model, sheet: Sheet) -> None:
    """Posts, and workers by residence right after matching."""
    workers, towns, skills = model.work_at_home.T, model.towns, model.labour_state.force
    sheet["jobs"] = towns.jobs.sum(axis=(1, 2))
    sheet["high_skilled"], sheet["skilled"] = skills[:, 1], skills.sum(axis=1)
    employed = workers[1:4].sum(axis=0)
    sheet["unemployed"], sheet["force"], sheet["employed"] = workers[0], workers[0] + employed, employed
    for name, sector in SECTORS.items():
        sheet[name] = workers[sector]
    sheet["farmland"], sheet["farm_incomes"] = towns.farmland, model.signals.farm_income * workers[PRIMARY]


def services_and_land(model, sheet: Sheet, counts: np.ndarray) -> None:
    """Services that residents find, urban land."""
    sheet["service_of_residents"] = model.signals.service[: model.T] * counts[RESIDENTS].sum(axis=0)
    sheet["urban_land"] = model.towns.urban_land


def finish(model, sheet: Sheet) -> None:
    """Indicators of this file that are no plain sums or ratios, once the sheet is added up."""
    sheet.line("income_ratio")[:] = ratio(sheet.line("income_urban"), sheet.line("income_rural"))
    _between_regions(model, sheet)
    price = sheet.line("home_price_index")
    if model.year == model.start:
        model.start_price = price.copy()
        for name in FLOWS:
            sheet.line(name)[:] = np.nan
    price[:] = ratio(price, model.start_price, 100.0)
    budget = model.towns.balance / FEN_PER_YUAN / 1e8 / model.scale
    balance, regions = sheet.line("budget_balance"), len(model.pack.regions)  # towns have no budget of their own
    balance[0] = budget.sum()
    for k in range(regions):
        balance[1 + k] = budget[model.pack.county_region == k].sum()
    balance[1 + regions : 1 + regions + model.C] = budget


def _between_regions(model, sheet: Sheet) -> None:
    """First region over second, for the city only (East over West here)."""
    if len(model.pack.regions) != 2:
        return
    per_head = ratio(sheet.total("income_of_all"), sheet.total("heads"))
    over = {
        "east_west_income_ratio": per_head,
        "east_west_service_ratio": sheet.line("service_index"),
        "east_west_population_ratio": sheet.line("residents"),
        "east_west_jobs_ratio": sheet.line("jobs"),
    }
    for name, values in over.items():
        sheet.line(name)[0] = values[1] / values[2]
