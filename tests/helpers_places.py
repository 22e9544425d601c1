"""A tiny city for tests of homes, services, land and budgets.

Two counties of one town each (0 in the East, 1 in the West) and one outside place. Places 0, 2 are rural parts,
1, 3 urban parts, 4 is outside.
"""

from types import SimpleNamespace

import numpy as np

from sim.catalogue import Parameters, levers
from sim.codes import HOME_TYPES
from sim.draws import stream
from sim.households import Households
from sim.model import FLOWS
from sim.people import People
from sim.state import Signals, TownState
from sim.steps.home_requests import CALLS, OPEN


def city(scale=1.0, year=2020, seed=1, parameters=None, **levers_set) -> SimpleNamespace:
    """A model without people; levers are 0 unless set (ratios 1), parameters are the catalogue's unless
    replaced, only that no home is held empty by its owner and no land quota is passed on."""
    towns, counties, outside = 2, 2, 1
    values = {k: (1.0 if e.unit == "ratio" else 0.0) for k, e in levers().items()}
    values |= {"permit_coverage": 1.0, "migrant_school_share": 1.0, "growth_boundary": 1e9}
    values.update(levers_set)
    m = SimpleNamespace(
        T=towns, C=counties, O=outside, P=2 * towns + outside, scale=scale, year=year, start=year, seed=seed, threads=1
    )
    m.pack = SimpleNamespace(
        town_county=np.array([0, 1], np.int8),
        county_region=np.array([0, 1], np.int8),
        town_area_km2=np.array([1.0, 2.0]),
    )
    m.par = Parameters({"held_empty": 0.0, "quota_pooled": 0.0} | (parameters or {}))
    m.people, m.households = People(0), Households(0)
    m.towns = TownState.empty(towns, counties)
    m.signals = Signals()
    m.flow = {name: np.zeros(m.P, np.int64) for name in FLOWS}
    kinds = ("completed", "demolished", "reclassified_in", "reclassified_out")
    m.homes_flow = {name: np.zeros((2 * towns, HOME_TYPES), np.int64) for name in kinds}
    m.land_flow, m.money = {}, {}
    m.lever = lambda name: np.full(towns, 1.0) * np.asarray(values[name])
    m.start_policy = SimpleNamespace(lever=lambda name, year: m.lever(name))
    m.stream = lambda decision: stream(m.seed, decision, m.year)
    m.policy, m.away = SimpleNamespace(shocks=()), lambda kind: None
    m.publish = lambda name, value: m.signals.publish(name, value, m.year)
    m.publish("wage", np.full((towns + outside, 2, 2), 50_000.0))
    m.publish("expected_earnings", np.full((towns + outside, 2), 50_000.0))
    m.publish("price", np.full(2 * towns, 7_500.0))
    m.publish("rent", np.full(m.P, 10_000.0))
    m.publish("migrant_access", np.ones(towns))
    m.publish("home_chance", np.ones(2 * towns))
    m.publish("home_cutoff", np.full((CALLS, 2 * towns, HOME_TYPES), OPEN))
    m.housing_state = SimpleNamespace(
        asked=np.zeros(2 * towns, np.int64),
        unmet=np.zeros(2 * towns, np.int64),
        started=np.zeros(2 * towns, np.int64),
        public_started=np.zeros(towns, np.int64),
        ruins=[],
    )
    return m


def add_household(m, home, tenure, members=1, *, wage=0.0, age=30, hukou=None, village=0, income=None, arrived=None):
    """A household whose first member earns `wage`; registered in the town of residence unless `hukou` is said."""
    row = m.households.n
    m.households.grow(1)
    hh = m.households
    hh.key[row] = (row + 1) * 7919
    hh.first[row], hh.size[row], hh.home[row], hh.tenure[row], hh.village[row] = (
        m.people.n,
        members,
        home,
        tenure,
        village,
    )
    hh.homestead[row] = hh.tie[row] = -1
    hh.wage_income[row] = wage if income is None else income
    for i in range(members):
        p = m.people.n
        m.people.grow(1)
        m.people.key[p] = (p + 1) * 104_729
        m.people.household[p] = row
        m.people.birth_year[p] = m.year - (age if i == 0 else age - 22)
        m.people.arrival_year[p] = m.year - 30 if arrived is None else arrived
        m.people.hukou_place[p] = min(home // 2, m.T) if hukou is None else hukou
        m.people.wage[p] = wage if i == 0 else 0.0
    return row
