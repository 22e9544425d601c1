"""Step 13: what is reported. Counts by part of town are whole numbers; ratios are made once they are added up."""

from collections.abc import Callable

import numpy as np

from sim.catalogue import indicators as catalogue_indicators
from sim.codes import (
    COMMODITY_HOME,
    DORMITORY,
    EMPLOYED,
    HOMESTEAD_HOME,
    NOT_MIGRANT,
    OTHER_PROVINCE,
    PRIMARY,
    SAME_COUNTY,
    SAME_PROVINCE,
    SECONDARY,
    TERTIARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.engine import add_up
from sim.rules import kernel, rule
from sim.steps import housing

FEN_PER_YUAN = 100.0

# columns of the count of people by place
RESIDENTS, CLASS0, YOUNG, WORKING, OLD, FAMILIES, ONE_PERSON, COUNTS = 0, 1, 5, 6, 7, 8, 9, 10


@rule
def migrant_class(hukou_place, town, county_of, same_province, towns):
    """Census class of a resident of `town` by the place of registration."""
    if hukou_place >= towns:
        return SAME_PROVINCE if same_province[hukou_place - towns] else OTHER_PROVINCE
    if hukou_place == town:
        return NOT_MIGRANT
    return SAME_COUNTY if county_of[hukou_place] == county_of[town] else SAME_PROVINCE


@kernel
def _count(lo, hi, c, h, year, towns, county_of, same_province, by_place, registered):
    """Adds to by_place[P, COUNTS] by home and to registered[T, 3] (all, urban hukou, living outside) by hukou."""
    for row in range(lo, hi):
        place = h.home[row]
        inside = place < 2 * towns
        if h.tenure[row] != DORMITORY and h.size[row] > 0:
            by_place[place, FAMILIES] += 1
            if h.size[row] == 1:
                by_place[place, ONE_PERSON] += 1
        for i in range(h.first[row], h.first[row] + h.size[row]):
            age, hukou = year - c.birth_year[i], c.hukou_place[i]
            by_place[place, RESIDENTS] += 1
            if inside:
                by_place[place, CLASS0 + migrant_class(hukou, place // 2, county_of, same_province, towns)] += 1
            by_place[place, YOUNG if age < 15 else (WORKING if age < 60 else OLD)] += 1
            if hukou < towns:
                registered[hukou, 0] += 1
                registered[hukou, 1] += c.hukou_kind[i] == URBAN_HUKOU
                registered[hukou, 2] += not inside


@kernel
def _work(lo, hi, c, h, towns, at_home, at_work):
    """Adds workers to at_home[T, 4] (unemployed, primary, secondary, tertiary) and at_work[T, sector]."""
    for row in range(lo, hi):
        place = h.home[row]
        for i in range(h.first[row], h.first[row] + h.size[row]):
            if c.status[i] == EMPLOYED:
                if place < 2 * towns:
                    at_home[place // 2, c.sector[i]] += 1
                if 0 <= c.work_town[i] < towns and c.sector[i] >= SECONDARY:
                    at_work[c.work_town[i], c.sector[i] - SECONDARY] += 1
            elif c.status[i] == UNEMPLOYED and place < 2 * towns:
                at_home[place // 2, 0] += 1


def count_people(model) -> np.ndarray:
    """int64[P]: people by place index."""
    hh = model.households
    return np.bincount(hh.home, weights=hh.size, minlength=model.P).astype(np.int64)


def count_work(model) -> None:
    """Workers by residence and by place of work, right after matching (before anybody moves house)."""
    c, h, t = model.people.rows, model.households.rows, model.T
    total = add_up(
        len(model.households),
        model.threads,
        (t, 6),
        lambda lo, hi, out: _work(lo, hi, c, h, t, out[:, :4], out[:, 4:]),
    )
    model.work_at_home, model.work_at = total[:, :4], total[:, 4:]


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
    values = measure(model)
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
    """int64[P, COUNTS] by home, int64[T, 3] by registration (see `_count`)."""
    c, h, t, p = model.people.rows, model.households.rows, model.T, model.P
    pack, year = model.pack, model.year

    def work(lo, hi, out):
        by_place, registered = out[: p * COUNTS].reshape(p, COUNTS), out[p * COUNTS :].reshape(t, 3)
        _count(lo, hi, c, h, year, t, pack.town_county, pack.outside_same_province, by_place, registered)

    flat = add_up(len(model.households), model.threads, (p * COUNTS + t * 3,), work)
    return flat[: p * COUNTS].reshape(p, COUNTS), flat[p * COUNTS :].reshape(t, 3)


def measure(model) -> dict[str, np.ndarray]:
    """name -> float64[place] of every indicator of the catalogue, in whole-city units."""
    t, s = model.T, model.scale
    member, towns, signals = model.report_member, model.towns, model.signals
    by_place, registered = _counts(model)

    def add(by_town):  # by town -> by reported place, whole-city units
        return (member * np.asarray(by_town, dtype=np.float64)).sum(axis=1) / s

    def part(column):  # [2T] -> [T, 2]
        return np.asarray(column)[: 2 * t].reshape(t, 2)

    def ratio(a, b, scale=1.0):
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(b > 0, scale * a / b, np.nan)

    people = part(by_place[:, RESIDENTS])
    residents, urban = add(people.sum(axis=1)), add(people[:, 1])
    rural = residents - urban
    # those who earned it, where they lived when they did (step 6), over all who lived there then
    state = model.income_state
    income = part(state.totals.sum(axis=1) / FEN_PER_YUAN)
    heads = part(state.heads)
    income_urban = ratio(add(income[:, 1]), add(heads[:, 1]))
    income_rural = ratio(add(income[:, 0]), add(heads[:, 0]))
    per_head = ratio(add(income.sum(axis=1)), add(heads.sum(axis=1)))
    gap = np.full(len(residents), np.nan)
    gap[0] = per_head[1] / per_head[2] if len(model.pack.regions) == 2 else np.nan
    classes = [part(by_place[:, CLASS0 + c]).sum(axis=1) for c in range(4)]
    flow = {k: part(v).sum(axis=1).astype(float) for k, v in model.flow.items()}
    if model.year == model.start:  # no year has been lived
        flow = {k: np.full(t, np.nan) for k in flow}
    commodity = part(towns.homes[:, COMMODITY_HOME])
    homestead = part(towns.homes[:, HOMESTEAD_HOME])
    occupied = housing.occupied(model)
    used, lived = part(occupied[:, COMMODITY_HOME]), part(occupied[:, HOMESTEAD_HOME])
    price = ratio(add(part(signals.price)[:, 1] * commodity[:, 1]), add(commodity[:, 1]))
    if model.year == model.start:
        model.start_price = price
    work = model.work_at_home
    employed, force = add(work[:, 1:4].sum(axis=1)), add(work.sum(axis=1))
    farmers = add(work[:, PRIMARY])
    hukou = [add(registered[:, k]) for k in range(3)]
    return {
        "residents": residents,
        "urban_residents": urban,
        "urbanisation_rate": ratio(urban, residents, 100.0),
        "hukou_population": hukou[0],
        "hukou_urbanisation_rate": ratio(hukou[1], hukou[0], 100.0),
        "income_urban": income_urban,
        "income_rural": income_rural,
        "income_ratio": ratio(income_urban, income_rural),
        "east_west_income_ratio": gap,
        "migrants_same_county": add(classes[SAME_COUNTY]),
        "migrants_same_province": add(classes[SAME_PROVINCE]),
        "migrants_other_province": add(classes[OTHER_PROVINCE]),
        "households": add(part(by_place[:, FAMILIES]).sum(axis=1)),
        "one_person_households": add(part(by_place[:, ONE_PERSON]).sum(axis=1)),
        "births": add(flow["births"]),
        "deaths": add(flow["deaths"]),
        "arrivals": add(flow["arrivals"]),
        "departures": add(flow["departures"]),
        "conversions": add(flow["conversions"]),
        "insitu_urbanised": add(flow["insitu_in"]),
        "home_price_index": ratio(price, model.start_price, 100.0),
        "rent": ratio(add(part(signals.rent)[:, 1] * commodity[:, 1]), add(commodity[:, 1]), 1.0 / 12.0),
        "vacancy_rate": ratio(add((commodity - used).sum(axis=1)), add(commodity.sum(axis=1)), 100.0),
        "empty_homestead_share": ratio(add(homestead[:, 0] - lived[:, 0]), add(homestead[:, 0]), 100.0),
        "jobs": add(towns.jobs.sum(axis=(1, 2))),
        "unemployment_rate": ratio(add(work[:, 0]), force, 100.0),
        "employment_share_primary": ratio(farmers, employed, 100.0),
        "employment_share_secondary": ratio(add(work[:, SECONDARY]), employed, 100.0),
        "employment_share_tertiary": ratio(add(work[:, TERTIARY]), employed, 100.0),
        "land_per_farmer": ratio(add(towns.farmland), farmers),
        "farm_income": ratio(add(signals.farm_income * work[:, PRIMARY]), farmers),
        "age_0_14_share": ratio(add(part(by_place[:, YOUNG]).sum(axis=1)), residents, 100.0),
        "age_60_plus_share": ratio(add(part(by_place[:, OLD]).sum(axis=1)), residents, 100.0),
        "village_working_age_share": ratio(add(part(by_place[:, WORKING])[:, 0]), rural, 100.0),
        "registered_outside": hukou[2],
        "service_index": ratio(add(signals.service[:t] * people.sum(axis=1)), residents),
        "urban_land_per_head": ratio(add(towns.urban_land), urban),
        "budget_balance": _balance(model),
    }


def _balance(model) -> np.ndarray:
    """100 million yuan by place; towns have no budget of their own."""
    pack = model.pack
    value = np.full(len(model.report_places), np.nan)
    county = model.towns.balance / FEN_PER_YUAN / 1e8 / model.scale
    value[0] = county.sum()
    for k in range(len(pack.regions)):
        value[1 + k] = county[pack.county_region == k].sum()
    value[1 + len(pack.regions) : 1 + len(pack.regions) + model.C] = county
    return value
