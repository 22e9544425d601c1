"""Who gains and who loses: people and disposable income by registration, age and income, counted once a year.

Counted right after incomes are paid (step 6), before anybody moves, with the services of the year before: the people
who earned the income are those who are counted. Whole numbers only: persons, fen, thousandths of the service index.
"""

from typing import NamedTuple

import numpy as np

from sim.codes import (
    EMPLOYED,
    MIGRANT_CLASSES,
    NONFARM_SECTORS,
    NOT_MIGRANT,
    OTHER_PROVINCE,
    RENTED,
    SAME_COUNTY,
    SAME_PROVINCE,
    SECONDARY,
    UNEMPLOYED,
)
from sim.engine import add_up
from sim.rules import kernel, rule
from sim.rules.tenure import below_income_line
from sim.steps.home_requests import income_line
from sim.steps.permits import permit
from sim.stretches import BLOCK

# columns of the count of workers by residence
UNEMPLOYED_COLUMN, OTHER_COLUMN, OWN_TOWN, WORK = 0, 4, 5, 6  # 1 to 3 are the sectors
BANDS_FROM = (0, 15, 35, 60)  # ages from which the bands begin
BANDS = len(BANDS_FROM)
CELLS = MIGRANT_CLASSES * BANDS  # cells of people: class of registration, then age band; persons and fen each
STRATA, STEP = 128, 6.0  # strata of income per head: floor(sqrt(yuan) / STEP), the last one open
HEADS, FEN, ACCESS = 0, 1, 2  # columns of strata
RENT, TENANT_INCOME, TENANTS, BURDENED, SUBSIDISED = 0, 1, 2, 3, 4  # columns of tenants
BURDEN_LINE = 0.3  # of disposable income


class Groups(NamedTuple):
    """Counts of one year, int64 in agent units."""

    people: np.ndarray  # [T, class, band, (persons, fen)]
    strata: np.ndarray  # [C, STRATA, (persons, fen, thousandths of service access)]
    tenants: np.ndarray  # [2T, (rent paid fen, income fen, households, those over the line, those with a subsidy)]
    access: np.ndarray  # float64[T, class]: service index times what the class is entitled to


@rule
def migrant_class(hukou_place, town, county_of, same_province, towns):
    """Census class of a resident of `town` by the place of registration."""
    if hukou_place >= towns:
        return SAME_PROVINCE if same_province[hukou_place - towns] else OTHER_PROVINCE
    if hukou_place == town:
        return NOT_MIGRANT
    return SAME_COUNTY if county_of[hukou_place] == county_of[town] else SAME_PROVINCE


@rule
def income_stratum(fen_per_head):
    """Stratum of income: floor(sqrt(yuan a head) / STEP), so that strata are narrow where most people are."""
    return min(int(np.sqrt(max(fen_per_head, 0) / 100.0) / STEP), STRATA - 1)


class Registration(NamedTuple):
    """How the census classes people by where they are registered and where they live."""

    group: np.ndarray  # int16[T + O], county of a town, or C + outside place
    of_county: np.ndarray  # uint8[C + O, C + O], class by group of residence and registration (but in the own town)


@rule
def class_at(registration, hukou_place, location):
    """Census class of somebody who lives in a town or outside place (outside: a class that nobody asks for)."""
    if hukou_place == location:
        return NOT_MIGRANT
    group = registration.group
    return registration.of_county[np.uint32(group[location]), np.uint32(group[hukou_place])]


@kernel
def _incomes_per_head(lo, hi, h, fen, per_head):
    """Income of the households lo..hi-1, fen[row - lo], and of each member, per_head[row] fen."""
    for row in range(lo, hi):
        income = np.float64(h.wage_income[row]) + h.business_income[row] + h.property_income[row]
        fen[row - lo] = np.int64(np.floor((income + h.transfer_income[row]) * 100.0 + 0.5))
        per_head[row] = np.int64(np.floor(fen[row - lo] / np.float64(max(h.size[row], 1))))


@kernel
def _strata(lo, hi, c, h, towns, registered, county_of, access, fen, per_head, out):
    """Adds persons of the city to out[county, stratum]."""
    for row in range(lo, hi):
        home = np.uint32(h.home[row])
        if home >= 2 * towns:
            continue
        town, hukou, size = home // 2, np.uint32(c.hukou_place[np.uint32(h.first[row])]), max(h.size[row], 1)
        cell = out[np.uint32(county_of[town]), np.uint32(income_stratum(per_head[row]))]
        cell[HEADS] += size
        cell[FEN] += fen[row - lo]
        cell[ACCESS] += size * access[town, class_at(registered, hukou, town)]


@kernel
def _tenants(lo, hi, h, towns, rent, subsidy, line, fen, out):
    """Adds tenants to out[place]."""
    for row in range(lo, hi):
        home = np.uint32(h.home[row])
        if (home >= 2 * towns) | (h.tenure[row] != RENTED):
            continue
        town, earned = home // 2, np.float64(h.wage_income[row]) + h.business_income[row]
        helped = subsidy[town] > 0.0 and below_income_line(earned, max(h.size[row], 1), line[town])
        paid = np.int64(np.floor(rent[home] * (1.0 - subsidy[town] if helped else 1.0) * 100.0 + 0.5))
        out[home, RENT] += paid
        out[home, TENANT_INCOME] += fen[row - lo]
        out[home, TENANTS] += 1
        out[home, BURDENED] += paid > BURDEN_LINE * fen[row - lo]
        out[home, SUBSIDISED] += helped


@kernel
def _households(
    lo, hi, c, h, towns, registered, county_of, access, rent, subsidy, line, fen, per_head, strata, tenants
):
    """per_head[row] fen; adds persons of the city to strata[county, stratum] and tenants to tenants[place].

    Three short loops a block (`fen` int64[BLOCK]: room for it) take two thirds of the time of one that does all.
    """
    for begin in range(lo, hi, BLOCK):
        end = min(begin + BLOCK, np.uint64(hi))
        _incomes_per_head(begin, end, h, fen, per_head)
        _strata(begin, end, c, h, towns, registered, county_of, access, fen, per_head, strata)
        _tenants(begin, end, h, towns, rent, subsidy, line, fen, tenants)


# Row by row, adding up truth values: see sim/indicators.py. People outside go to rows that nobody asks for.


@kernel
def _people(lo, hi, c, home, year, registered, per_head, posts, at_home, at_work, groups):
    """Adds people to at_home[home // 2, column], those with a non-farm post to at_work[work town, sector] (row `posts`
    takes the others), and persons and fen to groups[home // 2, 2 * (class * BANDS + band)]."""
    for i in range(lo, hi):
        row, hukou = np.uint32(c.household[i]), np.uint32(c.hukou_place[i])
        here, works, sector, town = np.uint32(home[row]) // 2, c.status[i] == EMPLOYED, c.sector[i], c.work_town[i]
        column = sector if works else (UNEMPLOYED_COLUMN if c.status[i] == UNEMPLOYED else OTHER_COLUMN)
        holds = works & (sector >= SECONDARY) & (town >= 0)
        at_home[here, column] += 1
        at_home[here, OWN_TOWN] += holds & (town == here)
        at_work[np.uint32(town if holds else posts), np.uint32(sector - SECONDARY if holds else 0)] += 1
        age = year - c.birth_year[i]
        band = np.int64(age >= BANDS_FROM[1]) + np.int64(age >= BANDS_FROM[2]) + np.int64(age >= BANDS_FROM[3])
        cell = np.uint32(2 * (class_at(registered, hukou, here) * BANDS + band))
        groups[here, cell] += 1
        groups[here, cell + 1] += per_head[row]


def entitlement(model) -> np.ndarray:
    """float64[T, class]: share of services that a resident may use; those registered in the county use all."""
    share = np.ones((model.T, MIGRANT_CLASSES))
    share[:, [SAME_PROVINCE, OTHER_PROVINCE]] = permit(model).whole[:, None]
    return share


@kernel
def _classes(county, same_province, out):
    """Fills of_county of `Registration`."""
    places = len(out)
    counties = len(county)
    for here in range(places):
        for hukou in range(places):
            other = migrant_class(hukou, here, county, same_province, counties)
            out[here, hukou] = SAME_COUNTY if here == hukou else other


def registration(pack) -> Registration:
    """Classes by county, for all pairs of places."""
    counties, outside = len(pack.counties), len(pack.outside)
    group = np.concatenate([pack.town_county, counties + np.arange(outside)]).astype(np.int16)
    table = np.zeros((counties + outside, counties + outside), np.uint8)
    _classes(np.arange(counties), np.asarray(pack.outside_same_province), table)
    return Registration(group, table)


def count(model) -> None:
    """`model.work_at_home` [T, WORK], `model.work_at` [T, sector] and `model.groups` of the year."""
    access = model.signals.service[: model.T, None] * entitlement(model)
    strata, tenants, per_head = _by_household(model, np.rint(access * 1000.0).astype(np.int64))
    people = _by_person(model, per_head)
    model.groups = Groups(people, strata, tenants, access)


def _by_household(model, access: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strata and tenants as in `Groups`, and income per head of each household, fen."""
    c, h, towns = model.people.rows, model.households.rows, model.T
    county, rent = np.asarray(model.pack.town_county), np.asarray(model.signals.rent)
    subsidy, line = np.ascontiguousarray(model.lever("rent_subsidy")), income_line(model)
    per_head = np.empty(len(h.home), np.int64)
    shapes = ((model.C, STRATA, 3), (2 * towns, 5))
    split = int(np.prod(shapes[0]))

    def work(lo, hi, out):
        parts = out[:split].reshape(shapes[0]), out[split:].reshape(shapes[1])
        room = np.empty(BLOCK, np.int64), per_head
        _households(lo, hi, c, h, towns, model.registration, county, access, rent, subsidy, line, *room, *parts)

    flat = add_up(len(h.home), model.threads, (split + int(np.prod(shapes[1])),), work)
    return flat[:split].reshape(shapes[0]), flat[split:].reshape(shapes[1]), per_head


def _by_person(model, per_head: np.ndarray) -> np.ndarray:
    """Workers by residence and work (on the model), and people as in `Groups`."""
    c, home, towns, year = model.people.rows, model.households.home, model.T, model.year
    posts = towns + model.O  # locations where somebody may work
    ends = WORK, WORK + NONFARM_SECTORS

    def work(lo, hi, out):
        parts = out[:, : ends[0]], out[:, ends[0] : ends[1]], out[:, ends[1] :]
        _people(lo, hi, c, home, year, model.registration, per_head, posts, *parts)

    total = add_up(len(model.people), model.threads, (posts + 1, ends[1] + 2 * CELLS), work)[:towns]
    model.work_at_home, model.work_at = total[:, : ends[0]], total[:, ends[0] : ends[1]]
    return total[:, ends[1] :].reshape(towns, MIGRANT_CLASSES, BANDS, 2)
