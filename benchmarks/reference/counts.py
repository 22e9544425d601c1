"""Counts of people and households by place, on objects.

Mirrors the counting kernels of sim/steps (place_counts, labour_market, incomes, land, budgets) and of sim/indicators
and sim/accounts: what town-level functions learn about people. `city.py` puts them in the place of those kernels.
Lists are filled one by one and become arrays at the end: single elements of arrays are slow to write.
"""

from math import floor

import numpy as np

from benchmarks.reference.agents import Person
from benchmarks.reference.plain import plain
from sim import groups, measures
from sim.accounts import AccountError
from sim.codes import (
    BUSINESS,
    DORMITORY,
    EMPLOYED,
    HOME_TYPES,
    INCOME_SOURCES,
    PRIMARY,
    PROPERTY,
    RENTED,
    SECONDARY,
    SKILLS,
    TRANSFER,
    UNEMPLOYED,
    URBAN_HUKOU,
    WAGE,
)
from sim.rules.tenure import below_income_line
from sim.steps.home_requests import income_line
from sim.steps.labour_kernels import FARMERS, LABOUR_FORCE, SEEKING
from sim.steps.place_counts import COLUMNS, EARNINGS, HOME_OF_TENURE, LOCAL_PUPILS, MIGRANT_PUPILS, RESIDENTS

migrant_class = plain(groups.migrant_class)
below_line = plain(below_income_line)
HOME_TYPE = HOME_OF_TENURE.tolist()


def zeros(rows: int, columns: int) -> list[list[int]]:
    """A table of zeros to count in."""
    return [[0] * columns for _ in range(rows)]


# places


def occupied(model) -> np.ndarray:
    """int64[2T, HOME_TYPES]: homes with a household."""
    out = zeros(2 * model.T, HOME_TYPES)
    for household in model.households:
        if household.home < 2 * model.T:
            out[household.home][HOME_TYPE[household.tenure]] += 1
    return np.array(out)


def residents_by_place(model) -> np.ndarray:
    """int64[2T]: persons by place."""
    return count_people(model)[: 2 * model.T]


def count_people(model) -> np.ndarray:
    """int64[P]: persons by place index."""
    out = [0] * model.P
    for household in model.households:
        out[household.home] += household.size
    return np.array(out)


def count_earnings(model) -> np.ndarray:
    """int64[T]: earnings of residents at work, fen."""
    out = [0] * model.T
    for person in model.people:
        home = person.household.home
        if home < 2 * model.T and person.status == EMPLOYED:
            out[home // 2] += round(person.wage * 100.0)
    return np.array(out)


def people_by_place(model, pupils: bool = True, earnings: bool = True) -> np.ndarray:
    """int64[2T, COLUMNS]: residents, pupils registered in the county, other pupils, earnings (fen), if asked for."""
    first, last = (int(age) for age in model.rules.services.school_ages)
    county, year, towns = model.county, model.year, model.T
    out = zeros(2 * towns, COLUMNS)
    for household in model.households:
        place = household.home
        if place >= 2 * towns:
            continue
        row = out[place]
        for person in household.members:
            row[RESIDENTS] += 1
            row[EARNINGS] += floor(person.wage * 100.0 + 0.5) if earnings else 0
            if pupils and first <= year - person.birth_year < last:
                registered = person.hukou_place
                local = registered < towns and county[registered] == county[place // 2]
                row[LOCAL_PUPILS if local else MIGRANT_PUPILS] += 1
    return np.array(out)


# work


def cell_of(person: Person, towns: int) -> int | None:
    """Cell of a person's non-farm post by the person's own skill; None for others and for people outside."""
    if person.status != EMPLOYED or person.sector == PRIMARY or not 0 <= person.work_town < towns:
        return None
    if person.household.home >= 2 * towns:
        return None
    return (person.work_town * 2 + person.sector - SECONDARY) * 2 + person.skill


def held(model) -> np.ndarray:
    """int64[T, sector, skill]: workers of the city by place of work and their own skill."""
    out = [0] * (4 * model.T)
    for person in model.people:
        cell = cell_of(person, model.T)
        if cell is not None:
            out[cell] += 1
    return np.array(out).reshape(model.T, 2, SKILLS)


def count_residents(model) -> np.ndarray:
    """int64[T, skill, 3]: labour force, seeking, farmers among residents."""
    out = zeros(model.T * SKILLS, 3)
    for person in model.people:
        home = person.household.home
        if home >= 2 * model.T or person.status not in (EMPLOYED, UNEMPLOYED):
            continue
        row = out[home // 2 * SKILLS + person.skill]
        row[LABOUR_FORCE] += 1
        if person.status == UNEMPLOYED:
            row[SEEKING] += 1
        else:
            row[FARMERS] += person.sector == PRIMARY
    return np.array(out).reshape(model.T, SKILLS, 3)


# money


def income_totals(model) -> np.ndarray:
    """int64[P, 4]: incomes of households by place and source, fen."""
    out = zeros(model.P, INCOME_SOURCES)
    for household in model.households:
        row = out[household.home]
        row[WAGE] += round(household.wage_income * 100.0)
        row[BUSINESS] += round(household.business_income * 100.0)
        row[PROPERTY] += round(household.property_income * 100.0)
        row[TRANSFER] += round(household.transfer_income * 100.0)
    return np.array(out)


def rent_subsidies(model) -> np.ndarray:
    """int64[T]: subsidies to tenants below the income line, fen."""
    out = np.zeros(model.T, np.int64)
    share, line = model.lever("rent_subsidy").tolist(), income_line(model).tolist()
    rent = model.signals.rent.tolist()
    for household in model.households:
        town = household.home // 2
        if household.home >= 2 * model.T or household.tenure != RENTED or share[town] <= 0.0:
            continue
        if below_line(household.wage_income + household.business_income, household.size, line[town]):
            out[town] += floor(rent[household.home] * share[town] * 100.0 + 0.5)
    return out


# what is reported


def report(model) -> tuple[np.ndarray, np.ndarray]:
    """int64[P, COUNTS] by home and int64[T, 3] by registration, as sim.indicators counts them."""
    towns, county, year = model.T, model.county, model.year
    same_province = model.pack.outside_same_province
    places, registered = zeros(model.P, measures.COUNTS), zeros(towns, 3)
    for household in model.households:
        place = household.home
        row, inside = places[place], place < 2 * towns
        if household.tenure != DORMITORY:
            row[measures.FAMILIES] += 1
            row[measures.ONE_PERSON] += household.size == 1
        for person in household.members:
            age, hukou = year - person.birth_year, person.hukou_place
            row[measures.RESIDENTS] += 1
            if inside:
                row[measures.CLASS0 + migrant_class(hukou, place // 2, county, same_province, towns)] += 1
            row[measures.YOUNG if age < 15 else (measures.WORKING if age < 60 else measures.OLD)] += 1
            if hukou < towns:
                there = registered[hukou]
                there[0] += 1
                there[1] += person.hukou_kind == URBAN_HUKOU
                there[2] += not inside
    return np.array(places), np.array(registered)


def check_households(model) -> None:
    """Households change by those formed and dissolved, and everybody is a member of his or her household."""
    flow = model.flow
    expected = model.books["households"] + flow["households_formed"].sum() - flow["households_dissolved"].sum()
    if expected != len(model.households):
        raise AccountError(f"households of {model.year}: expected {expected}, found {len(model.households)}")
    for household in model.households:
        if not household.members or any(person.household is not household for person in household.members):
            raise AccountError(f"members of household {household.key} in {model.year} do not add up")
    if sum(household.size for household in model.households) != len(model.people):
        raise AccountError(f"somebody is in no household in {model.year}")
