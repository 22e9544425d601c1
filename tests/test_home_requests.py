"""Who gets a home: wishes, queues, tenants who change tenure. Examples are worked by hand in the comments."""

import numpy as np

from sim.codes import (
    COMMODITY_HOME,
    DORMITORY,
    DORMITORY_BED,
    HOMESTEAD,
    HOMESTEAD_HOME,
    OWNED,
    PUBLIC_HOME,
    PUBLIC_RENTAL,
    RENTED,
)
from sim.draws import Decision
from sim.steps import home_requests, housing, tenants
from sim.steps.housing import NO_HOME, HomeRequests
from tests.helpers_places import add_household, city


def requests(rows) -> HomeRequests:
    """Requests from dicts; keys count from 1 unless said."""
    r = HomeRequests(len(rows))
    for i, row in enumerate(rows):
        full = {"key": i + 1, "place": 1, "size": 2, "earnings": 200_000.0, "local": 0, "years": 0} | row
        for name, value in full.items():
            getattr(r, name)[i] = value
    return r


# Allocation ---------------------------------------------------------------------------------------------------


def test_wishes_in_order():
    m = city(public_rental_years=2.0)
    m.towns.homes[:] = [[5, 5, 0, 0], [0, 5, 5, 5], [0, 0, 0, 0], [0, 0, 0, 0]]
    got = housing.allocate(
        m,
        requests(
            [
                {"place": 0, "homestead": 1},  # a villager back home
                {"earnings": 10_000.0, "local": 1},  # poor and local: 5,000 a head, line 0.8 * 50,000
                {"earnings": 10_000.0, "years": 1},  # poor, a year short: rents or buys
                {"earnings": 0.0, "single": 1, "years": 0, "size": 1},  # no earnings: takes the bed for sure
                {"place": 3},  # no homes there at all
            ]
        ),
    )
    assert got[0] == HOMESTEAD
    assert got[1] == PUBLIC_RENTAL
    assert got[2] in (OWNED, RENTED)
    assert got[3] == DORMITORY
    assert got[4] == NO_HOME
    assert m.housing_state.unmet.tolist() == [0, 0, 0, 1]
    assert m.housing_state.asked.tolist() == [1, 3, 0, 1]


def test_losers_fall_to_the_next_wish():
    m = city()
    m.towns.homes[1, PUBLIC_HOME], m.towns.homes[1, COMMODITY_HOME] = 1, 1
    got = housing.allocate(m, requests([{"earnings": 1_000.0, "local": 1}] * 3))
    assert sorted(got.tolist())[1:] == [PUBLIC_RENTAL, NO_HOME]
    assert got.min() in (OWNED, RENTED)


def test_scarce_homes_go_to_the_smallest_priorities():
    m = city()
    m.towns.homes[1, COMMODITY_HOME] = 3
    r = requests([{} for _ in range(8)])
    got = housing.allocate(m, r)
    streams = m.stream(Decision.HOME_PRIORITY), m.stream(Decision.PUBLIC_RENTAL_PRIORITY)
    u = np.array([home_requests.priority(key, streams, COMMODITY_HOME) for key in r.key])
    assert set(np.flatnonzero(got != NO_HOME)) == set(np.argsort(u)[:3])
    cutoff = m.signals.home_cutoff[housing.MOVING, 1, COMMODITY_HOME]
    assert cutoff == np.sort(u)[3]  # the first who gets none
    assert m.signals.home_cutoff[housing.FAMILIES].min() == home_requests.OPEN  # the other call is left alone


def _crowd(n=3000):
    rng = np.random.default_rng(5)
    return [
        {
            "place": int(rng.integers(4)),
            "earnings": float(rng.integers(5_000, 120_000)),
            "local": int(rng.integers(2)),
            "years": int(rng.integers(8)),
            "homestead": 0,
            "single": int(rng.integers(2)),
        }
        for _ in range(n)
    ]


def _crowded_city():
    m = city(public_rental_years=2.0)
    m.towns.homes[:] = [[10, 300, 0, 5], [0, 400, 20, 30], [10, 2000, 0, 3], [0, 5000, 500, 500]]
    return m


def test_never_more_homes_than_empty_and_any_row_order():
    rows = _crowd()
    m = _crowded_city()
    add_household(m, 1, OWNED)  # one commodity home of place 1 is taken
    r = requests(rows)
    got = housing.allocate(m, r)
    given = np.zeros((4, 4), int)
    home_type = np.array([HOMESTEAD_HOME, COMMODITY_HOME, COMMODITY_HOME, PUBLIC_HOME, DORMITORY_BED])
    housed = got != NO_HOME
    np.add.at(given, (r.place[housed], home_type[got[housed]]), 1)
    assert (given <= m.towns.homes - housing.occupied(m)).all()
    assert given[1, COMMODITY_HOME] == 399 and given[0, COMMODITY_HOME] == 300  # both fill up
    order = np.random.default_rng(6).permutation(len(rows))
    mixed = HomeRequests(len(rows))
    for name in HomeRequests.FIELDS:
        getattr(mixed, name)[:] = getattr(r, name)[order]
    assert (housing.allocate(m, mixed) == got[order]).all()


def test_one_more_request_in_an_uncrowded_place_changes_nobody():
    rows = _crowd()
    before = housing.allocate(_crowded_city(), requests(rows))
    after = housing.allocate(_crowded_city(), requests([*rows, {"place": 3}]))
    assert after[-1] != NO_HOME
    assert (after[:-1] == before).all()
    crowded = housing.allocate(_crowded_city(), requests([*rows, *({"place": 1, "key": 9000 + i} for i in range(50))]))
    assert (crowded[: len(rows)] != before).any()  # the same in a crowded place does touch others


def test_homes_held_empty_are_not_offered():
    """100 homes, 80 taken, 6 % held: 14 on offer."""
    m = city(parameters={"held_empty": 0.06})
    for _ in range(80):
        add_household(m, 1, OWNED)
    m.towns.homes[1, COMMODITY_HOME] = 100
    assert (housing.allocate(m, requests([{}] * 30)) != NO_HOME).sum() in (14, 13)
    assert home_requests.on_offer(m, housing.occupied(m))[1, COMMODITY_HOME] in (13, 14)


def test_no_requests():
    assert len(housing.allocate(city(), HomeRequests(0))) == 0


def test_frozen_cutoffs_decide():
    m = city()
    m.towns.homes[1, COMMODITY_HOME] = 1
    open_to_all = np.array(m.signals.home_cutoff)
    m.signals._frozen = {(m.year, "home_cutoff"): open_to_all}
    assert (housing.allocate(m, requests([{}] * 4)) != NO_HOME).all()


# Tenants ------------------------------------------------------------------------------------------------------


def test_tenants_buy_queue_and_leave():
    sure = {"tenure_change_rate": 0.3, "buy_constant": 5.0, "buy_local": 5.0, "public_exit_rate": 1.0}
    m = city(parameters=sure | {"public_income_line": 0.8}, public_rental_years=5.0)
    rich = [add_household(m, 1, RENTED, wage=500_000.0) for _ in range(300)]
    poor = [add_household(m, 1, RENTED, wage=1.0, hukou=1, arrived=2016) for _ in range(4)]  # four years here
    risen = add_household(m, 1, PUBLIC_RENTAL, wage=100_000.0)  # over 1.5 * 40,000
    m.towns.homes[1] = [0, 305, 3, 0]
    tenants.review(m)
    bought = (m.households.tenure[rich] == OWNED).sum()
    assert 60 <= bought <= 120  # 300 * 0.3 = 90, standard deviation 8
    assert m.households.tenure[risen] == RENTED
    assert (m.households.tenure[poor] == RENTED).all()  # 5 years are needed
    m.lever = lambda name: np.full(2, 4.0)
    tenants.review(m)
    assert (m.households.tenure[poor] == PUBLIC_RENTAL).sum() == 3  # three public homes for four who may ask
    assert (housing.occupied(m) <= m.towns.homes).all()
