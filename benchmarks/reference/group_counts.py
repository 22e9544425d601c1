"""Mirrors sim/groups.py: workers by residence and work, people and income by registration, age and income."""

from math import floor

import numpy as np

from benchmarks.reference.counts import below_line, migrant_class, zeros
from benchmarks.reference.plain import plain
from sim import groups
from sim.codes import EMPLOYED, NONFARM_SECTORS, RENTED, SECONDARY, UNEMPLOYED
from sim.groups import BANDS, BANDS_FROM, CELLS, OTHER_COLUMN, OWN_TOWN, STRATA, UNEMPLOYED_COLUMN, WORK
from sim.steps.home_requests import income_line

income_stratum = plain(groups.income_stratum)


def fen_of(household) -> int:
    """Disposable income of a household."""
    earned = household.wage_income + household.business_income + household.property_income
    return floor((earned + household.transfer_income) * 100.0 + 0.5)


def class_of(model, hukou: int, town: int) -> int:
    """Census class of somebody registered in `hukou` who lives in `town`."""
    return int(migrant_class(hukou, town, model.county, model.pack.outside_same_province, model.T))


def by_household(model, access: np.ndarray) -> tuple[np.ndarray, np.ndarray, None]:
    """Strata of income and tenants of the city's households."""
    strata, tenants = np.zeros((model.C, STRATA, 3), np.int64), zeros(2 * model.T, 5)
    subsidy, line = model.lever("rent_subsidy").tolist(), income_line(model).tolist()
    rent, access = model.signals.rent.tolist(), access.tolist()
    for household in model.households:
        if household.home >= 2 * model.T:
            continue
        fen, size, town = fen_of(household), household.size, household.home // 2
        cell = strata[model.county[town], income_stratum(fen // size)]
        entitled = access[town][class_of(model, household.head.hukou_place, town)]
        cell += np.array([size, fen, size * entitled])
        if household.tenure == RENTED:
            earned = household.wage_income + household.business_income
            helped = subsidy[town] > 0.0 and below_line(earned, size, line[town])
            paid = floor(rent[household.home] * (1.0 - subsidy[town] if helped else 1.0) * 100.0 + 0.5)
            row = tenants[household.home]
            for k, amount in enumerate((paid, fen, 1, paid > groups.BURDEN_LINE * fen, helped)):
                row[k] += amount
    return strata, np.array(tenants), None


def by_person(model, _) -> np.ndarray:
    """People of the city by class of registration and age band, with their income; workers go to the model."""
    towns = model.T
    at_home, at_work, people = zeros(towns, WORK), zeros(towns, NONFARM_SECTORS), zeros(towns, 2 * CELLS)
    for person in model.people:
        household = person.household
        here, town, works = household.home // 2, person.work_town, person.status == EMPLOYED
        holds = works and person.sector >= SECONDARY and 0 <= town < towns
        if holds:
            at_work[town][person.sector - SECONDARY] += 1
        if household.home >= 2 * towns:
            continue
        other = UNEMPLOYED_COLUMN if person.status == UNEMPLOYED else OTHER_COLUMN
        at_home[here][person.sector if works else other] += 1
        at_home[here][OWN_TOWN] += holds and town == here
        age = model.year - person.birth_year
        band = sum(age >= start for start in BANDS_FROM[1:])
        cell = 2 * (class_of(model, person.hukou_place, here) * BANDS + band)
        people[here][cell] += 1
        people[here][cell + 1] += fen_of(household) // household.size
    model.work_at_home, model.work_at = np.array(at_home), np.array(at_work)
    return np.array(people).reshape(towns, -1, BANDS, 2)
