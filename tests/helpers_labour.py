"""A small city for tests of labour and incomes: three towns in two counties, two outside places (one in the Delta).

Places 0 1 | 2 3 | 4 5 are the rural and urban parts of towns 0, 1, 2; places 6 and 7 are outside.
"""

from types import SimpleNamespace

import numpy as np

from sim.catalogue import Parameters, assumptions, levers
from sim.codes import (
    CHILD,
    COLLEGE,
    EMPLOYED,
    HOMESTEAD,
    INACTIVE,
    JUNIOR,
    NO_SECTOR,
    NOWHERE,
    OWNED,
    PRIMARY,
    RETIRED,
    RURAL_HUKOU,
    SECONDARY,
    TERTIARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import sample_keys, stream
from sim.households import Households
from sim.model import FLOWS
from sim.people import People
from sim.state import Signals, TownState
from sim.steps import incomes, labour

T, OUTSIDE = 3, 2
MINUTES = np.array(
    [[5, 20, 60, 90, 200], [20, 5, 50, 90, 200], [60, 50, 5, 120, 200], [90, 90, 120, 0, 200], [200, 200, 200, 200, 0]],
    np.float32,
)


class TinyPack(SimpleNamespace):
    """Each its own key of what is worked out once a pack."""

    __hash__ = object.__hash__


# parameters that the hand-worked examples rest on, whatever the catalogue's defaults become
PINNED = {"reference_wage_2020": 70_000, "villager_months": 0.8, "medical_refund_2020": 0}


def model(year=2010, seed=1, threads=1, parameters=None, frozen=None, **setting) -> SimpleNamespace:
    """A model without people; `setting` replaces levers or assumptions (levers are 0, ratios 1, unless set)."""
    m = SimpleNamespace(
        T=T, O=OUTSIDE, C=2, P=2 * T + OUTSIDE, scale=1.0, year=year, start=year, seed=seed, threads=threads
    )
    m.pack = TinyPack(
        town_county=np.array([0, 0, 1], np.int8),
        travel_minutes=MINUTES,
        outside_wage_monthly=lambda year: np.array([10_000.0, 7_000.0]),
        outside_quality=lambda what: ("official", "prior"),
    )
    m.par = Parameters(PINNED | (parameters or {}))
    m.people, m.households = People(0), Households(0)
    m.towns, m.signals = TownState.empty(T, 2), Signals(frozen, record=True)
    m.flow = {name: np.zeros(m.P, np.int64) for name in FLOWS}
    m.setting = setting
    m.lever = lambda name: np.full(T, 1.0) * m.setting.get(name, 1.0 if levers()[name].unit == "ratio" else 0.0)
    m.assumption = lambda name: m.setting.get(name, _default(name))
    m.stream = lambda decision, year=None: stream(m.seed, decision, m.year if year is None else year)
    m.away = lambda kind: None
    m.publish = lambda name, value: m.signals.publish(name, value, m.year)
    m.publish("migrant_access", np.ones(T))
    return m


def _default(name: str) -> float:
    value = assumptions()[name].default
    return float(value[min(value)]) if isinstance(value, dict) else float(value)


def household(m, home, *members, land=0.0, homestead=NOWHERE, tie=NOWHERE, tenure=OWNED, key=None) -> int:
    """Adds a household; `members` are dicts of columns of People with `age` for the birth year. Returns its row."""
    row, hh = m.households.n, m.households
    hh.grow(1)
    hh.key[row] = sample_keys(1, row)[0] if key is None else key
    hh.first[row], hh.size[row], hh.home[row], hh.land[row] = m.people.n, len(members), home, land
    hh.homestead[row], hh.tie[row], hh.tenure[row], hh.origin[row] = homestead, tie, tenure, NOWHERE
    for values in members:
        i = m.people.n
        m.people.grow(1)
        p = m.people
        p.key[i] = sample_keys(1, 1_000_000 + i)[0]
        p.household[i], p.education[i], p.status[i] = row, JUNIOR, INACTIVE
        p.work_town[i], p.hukou_place[i] = NOWHERE, home // 2 if home < 2 * T else 0
        for name, value in values.items():
            getattr(p, "birth_year" if name == "age" else name)[i] = m.year - value if name == "age" else value
    return row


def worker(town, sector=SECONDARY, age=40, **more) -> dict:
    """A person with a non-farm post in `town`."""
    return {"status": EMPLOYED, "sector": sector, "work_town": town, "age": age} | more


def farmer(town, age=45, **more) -> dict:
    return {"status": EMPLOYED, "sector": PRIMARY, "work_town": town, "age": age} | more


def start(m, rent=6_000.0):
    """Publishes rents and initialises labour and incomes, as the model does."""
    m.publish("rent", np.full(m.P, rent) * np.tile([0.3, 1.0], m.P // 2)[: m.P])
    labour.initialise(m)
    incomes.initialise(m)
    return m


def live(m, years: int):
    """Labour and incomes for some years; people get older, nothing else happens to them."""
    for _ in range(years):
        m.year += 1
        labour.labour(m)
        incomes.incomes(m)
    return m


def crowd(n=4_000, seed=5, order=None, **more):
    """A model with about `n` persons in households of one to four, as mixed as in 2010; `order` permutes households."""
    rng = np.random.default_rng(seed)
    m = model(**more)
    size = rng.integers(1, 5, n // 2)
    rows = len(size)
    home = rng.choice(m.P, rows, p=[0.12, 0.2, 0.12, 0.2, 0.14, 0.16, 0.04, 0.02])
    village = (home < 2 * T) & (home % 2 == 0)
    homestead = np.where(village | (rng.random(rows) < 0.3), np.where(home < 2 * T, home // 2, 2), NOWHERE)
    people = np.repeat(np.arange(rows), size)
    age = rng.integers(0, 80, len(people))
    high = rng.random(len(people)) < 0.1
    status = np.where(age < 16, CHILD, np.where(age > 64, RETIRED, EMPLOYED))
    status[(status == EMPLOYED) & (rng.random(len(people)) < 0.2)] = INACTIVE
    status[(status == EMPLOYED) & (rng.random(len(people)) < 0.05)] = UNEMPLOYED
    sector = np.where(rng.random(len(people)) < 0.6, SECONDARY, TERTIARY)
    sector[village[people] & (rng.random(len(people)) < 0.75)] = PRIMARY
    sector[status != EMPLOYED] = NO_SECTOR
    order = np.arange(rows) if order is None else order
    m.households.grow(rows)
    h = m.households
    h.key, h.home, h.homestead, h.size = sample_keys(rows)[order], home[order], homestead[order], size[order]
    h.land = np.where(homestead >= 0, 0.75 * size, 0)[order]
    h.tenure, h.tie, h.origin = np.where(village, HOMESTEAD, OWNED)[order], NOWHERE, NOWHERE
    h.first = np.concatenate([[0], np.cumsum(size[order])[:-1]])
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    take = np.concatenate([np.arange(first[r], first[r] + size[r]) for r in order])
    m.people.grow(len(people))
    p = m.people
    p.key, p.household = sample_keys(len(people), 10**6)[take], np.repeat(np.arange(rows), size[order])
    p.birth_year, p.status, p.sector = m.year - age[take], status[take], sector[take]
    p.education, p.sex = np.where(high, COLLEGE, JUNIOR)[take], (np.arange(len(people)) % 2)[take]
    p.hukou_kind = np.where(village[people], RURAL_HUKOU, URBAN_HUKOU)[take]
    p.hukou_place = np.where(home < 2 * T, home // 2, 0)[people][take]
    town = np.where(home < 2 * T, home // 2, T + home - 2 * T)[people]
    p.work_town = np.where(status == EMPLOYED, town, NOWHERE)[take]
    p.ability = 0.0
    return m
