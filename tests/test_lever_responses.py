"""Every lever of the catalogue moves what its entry says, costs what it says, or is spent and moves nothing at all.

Two paired runs at the lever's bounds; the difference is the mean over the years lived. The full test (slow) asks 20
replicates to 2030 for a clear t value, the lean one the sign of the mean over few replicates and years.
"""

import numpy as np
import pytest
from helpers_levers import MOVES, at_bound, gaps, t_value
from helpers_responses import Pair, city

from sim.catalogue import indicators, levers
from sim.catalogue.lever_fields import lines_of
from sim.data import load_pack
from sim.steps import budgets

LEAN, FULL = {"end": 2025, "seeds": 2}, {"end": 2030, "seeds": 20}
CLEAR_T = 2.9  # of 19 degrees of freedom: one in 200 by chance
IDS = [f"{key}-{name}{f'-{place}' if place else ''}" for key, name, _, place in MOVES]
SPENT = [key for key, entry in levers().items() if "spent" in entry.extra]


@pytest.mark.parametrize(("lever", "indicator", "sign", "place"), MOVES, ids=IDS)
def test_the_lever_moves_the_indicator_its_way(lever, indicator, sign, place):
    gap = gaps(lever, indicator, place, **LEAN)
    assert sign * gap.mean() > 0


@pytest.mark.slow
@pytest.mark.parametrize(("lever", "indicator", "sign", "place"), MOVES, ids=IDS)
def test_twenty_replicates_show_it_clearly(lever, indicator, sign, place):
    gap = gaps(lever, indicator, place, **FULL)
    assert sign * t_value(gap) > CLEAR_T
    assert (np.sign(gap) == sign).sum() >= 15


@pytest.mark.parametrize("lever", SPENT)
def test_a_spent_lever_moves_nothing_at_all(lever):
    """At every level, from its first to its last, to the last digit."""
    for value in sorted(set(levers()[lever].levels.values())):
        pair = Pair({lever: value}, end=2023)
        assert np.array_equal(pair.base.values, pair.changed.values, equal_nan=True)


def test_every_lever_moves_something_or_says_why_not():
    assert set(SPENT) == {"hukou_threshold_years", "years_recognised"}
    assert {key for key, *_ in MOVES} | set(SPENT) == set(levers())


# --- what it costs ----------------------------------------------------------------------------------------------------

PRICED = [key for key, entry in levers().items() if lines_of(entry)]
SMALL = {"end": 2022, "scale": 0.002}


def spent_on(model, lines) -> int:
    """Fen of the year over counties, agent units."""
    return int(sum(model.money[line].sum() for line in lines))


@pytest.fixture(scope="module")
def cheap():
    return city({}, **SMALL)


@pytest.mark.parametrize("lever", PRICED)
def test_a_lever_that_costs_money_costs_money(lever, cheap):
    """One of its bounds costs more than what holds, in its own line; what is paid is gone from the balance or services
    (the accounts of every year close to the fen, or the run stops)."""
    entry = levers()[lever]
    bounds = [s for b in entry.bounds if (s := at_bound(entry, b))]
    paid = [spent_on(city(s, **SMALL), lines_of(entry)) for s in bounds]
    assert max(paid) > spent_on(cheap, lines_of(entry))


def test_twice_the_quantity_costs_twice_as_much():
    """Programmes that are priced by the unit: 2000 nursery places cost twice what 1000 cost, to a fen a county."""
    one, two = (city({"nursery_places": n}, **SMALL).money["cost_nursery_places"] for n in (1000.0, 2000.0))
    assert (np.abs(two - 2 * one) <= 1).all() and one.sum() > 0


def test_the_cost_of_a_package_adds_up_from_its_parts(cheap):
    """All levers at once, half way between what holds and their last level: spending is its lines and nothing else, the
    package costs what its lines add up to, whole fen, and the reported cost is that sum."""
    chosen = {}
    for key, entry in levers().items():
        if "spent" not in entry.extra:
            place = load_pack().regions[0] if key == "balance_fund" else load_pack().city_id
            chosen[key, place] = (entry.levels["keep"] + entry.levels["maximum"]) / 2.0
    model = city(chosen, **SMALL)
    money = model.money
    assert set(money) == set(budgets.REVENUES + budgets.SPENDINGS)
    assert all(v.dtype == np.int64 for v in money.values())
    assert money["transfer_in"].sum() == money["transfer_out"].sum() > 0
    whole = spent_on(model, budgets.POLICY_COSTS)
    assert whole == sum(int(money[line].sum()) for line in budgets.POLICY_COSTS) > spent_on(cheap, budgets.POLICY_COSTS)
    assert all(money[line].any() for line in budgets.POLICY_COSTS), [
        x for x in budgets.POLICY_COSTS if not money[x].any()
    ]
    _, places, names, values = model.records()
    city_row = values[-1][places.index(load_pack().city_id)]
    per_100m = 100.0 * 1e8 * model.scale
    said = city_row[names.index("programme_cost")]
    assert said == pytest.approx((whole + int(money["spending_capacity"].sum())) / per_100m, rel=1e-12)
    spending = sum(int(money[name].sum()) for name in budgets.SPENDINGS if name != "transfer_out")
    assert city_row[names.index("spending")] == pytest.approx(spending / per_100m, rel=1e-12)


def test_every_indicator_that_a_lever_moves_is_described():
    assert {name for _, name, _, _ in MOVES} <= set(indicators())
