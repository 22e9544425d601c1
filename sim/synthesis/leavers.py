"""People registered in the city who live outside it: households whose home is an outside place."""

from types import SimpleNamespace

import numpy as np

from sim.codes import (
    CHILD,
    EMPLOYED,
    FEMALE,
    HEAD,
    INACTIVE,
    JUNIOR,
    MALE,
    NO_SECTOR,
    NOT_MIGRANT,
    OFFSPRING,
    PRIMARY_EDUCATION,
    RENTED,
    RETIRED,
    RURAL_HUKOU,
    SECONDARY,
    SENIOR,
    SPOUSE,
    TERTIARY,
    URBAN_HUKOU,
)
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose, serial_keys
from sim.synthesis.origins import home_town_weights, outside_weights
from sim.synthesis.prototypes import CHILDBEARING, YOUNGEST_HEAD, YOUNGEST_SPOUSE
from sim.synthesis.school import COLLEGE_AGE, FIRST_SCHOOL_AGE, JUNIOR_AGE, SENIOR_AGE
from sim.synthesis.tables import round_to_total

SIZES = np.array([1, 2, 3, 4])  # alone, couple, with one child, with two: the order of start_leaver_type


def number_of_leavers(pack, drafts: list[Draft], par) -> np.ndarray:
    """int64[C]: registered in the county less those found living in the city, at least the floor."""
    found = np.zeros(len(drafts))
    for draft in drafts:
        inside = draft.hukou < len(pack.towns)
        county = pack.town_county[draft.hukou[inside]]
        found += np.bincount(county, draft.size[inside], minlength=len(drafts))
    registered = np.array([d.targets.registered for d in drafts])
    return np.maximum(registered - found, np.ceil(par.start_minimum_leavers * registered)).astype(np.int64)


def make_leavers(pack, year: int, drafts: list[Draft], towns: list[np.ndarray], luck: Luck, par) -> list:
    """One group of households and people for each county, with the columns of a finished Draft."""
    weights = home_town_weights([d.targets for d in drafts], towns, par)
    counts = number_of_leavers(pack, drafts, par)
    return [_county(pack, year, d, towns[c], weights, int(counts[c]), luck, par) for c, d in enumerate(drafts)]


def _county(pack, year: int, draft: Draft, rows, weights, persons: int, luck: Luck, par) -> SimpleNamespace:
    c, share = draft.targets.county, draft.targets.urban_hukou_share
    size = _sizes(persons, par)
    n = len(size)
    keys, number = serial_keys(2 * c + 1024, n), np.arange(n)
    mixed = [luck.shuffle(keys, Purpose.LEAVER + i) for i in range(2)]
    place = outside_weights(pack, year, c, par.start_leaver_distance, par.start_leaver_wage)
    place = place * np.where(pack.outside_same_province, 1.0, par.start_leaver_other_province)
    home, hukou = np.empty(n, dtype=np.int16), np.empty(n, dtype=np.int16)
    home[mixed[0]] = 2 * len(pack.towns) + np.repeat(np.arange(len(place)), round_to_total(place, n))
    hukou[mixed[1]] = np.repeat(rows, round_to_total(weights[rows], n))
    head_age = _head_ages(size, keys, pack.age_group_bounds, luck, par)
    urban = luck.uniform(keys, Purpose.LEAVER + 4) < share
    out = SimpleNamespace(
        size=size,
        generations=np.where(size > 2, 2, 1).astype(np.uint8),
        keys=keys,
        household=np.repeat(number, size),
        person_keys=serial_keys(2 * c + 1025, int(size.sum())),
        home=home,
        hukou=hukou,
        hukou_kind=np.where(urban, URBAN_HUKOU, RURAL_HUKOU).astype(np.uint8),
        migrant=np.full(n, NOT_MIGRANT, dtype=np.uint8),
        tenure=np.full(n, RENTED, dtype=np.uint8),
        head_age=head_age.astype(np.int16),
    )
    _members(out, luck, par)
    _school_and_work(out, luck, par)
    return out


def _sizes(persons: int, par) -> np.ndarray:
    """int64[n]: household sizes that sum to `persons`, with the shares of start_leaver_type."""
    share = par.start_leaver_type / par.start_leaver_type.sum()
    counts = round_to_total(share, int(persons / (share @ SIZES)))
    counts[0] += persons - counts @ SIZES
    return np.repeat(SIZES, counts)


def _head_ages(size: np.ndarray, keys: np.ndarray, bounds: np.ndarray, luck: Luck, par) -> np.ndarray:
    """int64[n]: ages of the heads, distributed as start_leaver_age.

    Families with children have the ages nearest to start_leaver_family_age, couples the next, up to chance;
    people alone the rest, younger and older.
    """
    group = np.repeat(np.arange(len(bounds)), round_to_total(par.start_leaver_age, len(size)))
    low, high = bounds[group].T
    low = np.maximum(low, YOUNGEST_HEAD)
    ages = low + np.floor((high - low + 1) * luck.uniform(keys, Purpose.LEAVER + 3))
    noise = par.start_leaver_family_spread * luck.logistic(keys, Purpose.LEAVER + 2)
    nearest = np.argsort(np.abs(ages - par.start_leaver_family_age) + noise, kind="stable")
    out = np.empty(len(size), dtype=np.int64)
    out[np.argsort(-size, kind="stable")] = ages[nearest]
    return out


def _members(out: SimpleNamespace, luck: Luck, par) -> None:
    """Roles, sexes and ages: head, spouse, first and second child."""
    h, keys = out.household, out.person_keys
    order = np.arange(len(h)) - np.repeat(np.cumsum(out.size) - out.size, out.size)
    out.role = np.choose(np.minimum(order, 2), [HEAD, SPOUSE, OFFSPRING]).astype(np.uint8)
    u, z = luck.uniform(keys, Purpose.LEAVER + 5), luck.normal(keys, Purpose.LEAVER + 6)
    alone = np.where(u < par.start_leaver_male, MALE, FEMALE)
    child = np.where(u < par.start_son_share[0], MALE, FEMALE)
    couple_head = np.where(out.size[h] == 1, alone, MALE)
    out.sex = np.choose(np.minimum(order, 2), [couple_head, FEMALE, child]).astype(np.uint8)
    head = out.head_age[h].astype(np.float64)
    row = np.arange(len(h))
    gap = np.clip(par.start_spouse_gap + par.start_spouse_gap_spread * z, -6, 10)
    wife = np.maximum(head - gap, YOUNGEST_SPOUSE)
    mother = wife[np.minimum(row - order + 1, len(h) - 1)]  # the second member of a family
    birth = np.clip(par.start_first_birth_age + par.start_first_birth_spread * z, CHILDBEARING, 42)
    eldest = np.clip(mother - birth, 0, COLLEGE_AGE - 1)
    youngest = np.maximum(eldest[np.maximum(row - 1, 0)] - 1 - 2 * par.start_birth_spacing * u, 0)
    age = np.choose(order, [head, wife, eldest, youngest])
    out.age = np.floor(age).astype(np.int16)


def _school_and_work(out: SimpleNamespace, luck: Luck, par) -> None:
    """Education and work of those who left: adults as in start_leaver_*, children by age."""
    age, keys = out.age, out.person_keys
    cumulated = np.cumsum(par.start_leaver_education / par.start_leaver_education.sum())
    adult = (luck.uniform(keys, Purpose.LEAVER + 7)[:, None] > cumulated[:-1]).sum(axis=1)
    young = np.where(age < JUNIOR_AGE, PRIMARY_EDUCATION, np.where(age < SENIOR_AGE, JUNIOR, SENIOR))
    out.education = np.where(age < COLLEGE_AGE, young, adult).astype(np.uint8)
    works = (luck.uniform(keys, Purpose.LEAVER + 8) < par.start_leaver_employed) & (out.role != OFFSPRING)
    idle = np.where(age >= par.start_retirement_age[out.sex], RETIRED, INACTIVE)
    status = np.where(age < FIRST_SCHOOL_AGE, CHILD, np.where(works, EMPLOYED, idle))
    factory = luck.uniform(keys, Purpose.LEAVER + 9) < par.start_leaver_secondary
    sector = np.where(status == EMPLOYED, np.where(factory, SECONDARY, TERTIARY), NO_SECTOR)
    own = (luck.uniform(keys, Purpose.LEAVER + 10) < par.start_self_employed_share) & (sector == TERTIARY)
    out.status, out.sector, out.self_employed = (a.astype(np.uint8) for a in (status, sector, own))
