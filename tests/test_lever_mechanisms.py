"""A lever acts through the rule that its entry names: take the rule's effect away, and the bounds give the same city.

One year of a small city. What loops over people is compiled into its kernel; a kernel over towns is run as plain Python
here (`KERNELS`), so that it calls the rule that stands in.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from helpers_levers import at_bound
from helpers_responses import city

from sim.catalogue import levers
from sim.data import load_pack
from sim.rules import budget, housing_market, labour_demand, land, permits, services
from sim.steps import attraction, incomes, posts
from sim.steps import permits as permit_step


def plain(function):
    """What stands in for a compiled rule that is called by its `py_func`."""
    return SimpleNamespace(py_func=function)


def rule(function):
    """What stands in for a rule that is called both ways."""
    function.py_func = function
    return function


# lever -> (indicator, place, where the rule is called from, the rule without its effect)
WITHOUT = {
    "nursery_places": ("service_index", None, services, lambda p, ratios: 0.0 * ratios[0]),
    "teacher_exchange": ("service_index", "west", services, lambda p, teachers, places: 1.0),
    "migrant_school_share": ("service_index", None, permits, lambda share, room, children: np.ones_like(room)),
    "growth_boundary": (
        "urban_land_per_head", None, land,
        lambda p, area, urban, start, boundary: np.maximum(p.urban_share_bound * area - urban, 0.0),
    ),
    "urban_renewal": ("home_price_index", None, housing_market, lambda p, before, after: 0.0 * after),
    "innovation": ("income_urban", None, labour_demand, lambda wage, percent: wage),
    "job_relocation": ("jobs", "west", labour_demand, plain(lambda wanted, posts, p: 0.0)),
    "rural_jobs": ("jobs", None, labour_demand, lambda base, posts: base),
    "job_growth_secondary": ("jobs", None, labour_demand, lambda external, lever: external),
    "permit_school": ("conversions", None, permits, rule(lambda general, own, coverage: coverage * general)),
    "permit_coverage": ("conversions", None, permits, rule(lambda general, own, coverage: np.maximum(general, own))),
    "farmer_training": ("farm_income", None, incomes, lambda trained, farmers, p: 0.0),
    "rural_amenity": ("residents", None, attraction, lambda liveable, at_start, p: 0.0 * liveable),
    "settlement_reward": ("revenue", None, budget, lambda persons, yuan: 0.0 * persons),
    "land_revenue_to_villages": ("programme_cost", None, budget, lambda revenue, share: 0.0 * revenue),
}  # fmt: skip

# compiled loops over towns that call these rules: levers -> (module, kernel)
KERNELS = {
    "permit_school": (permit_step, "_parts"),
    "permit_coverage": (permit_step, "_parts"),
    "rural_amenity": (attraction, "_places"),
    "innovation": (posts, "want"),
    "rural_jobs": (posts, "move_on"),
    "job_growth_secondary": (posts, "move_on"),
}


def gap(lever, indicator, place):
    """Largest difference of the indicator over the year lived, between the bounds, in the place or in any town."""
    values = []
    for bound in levers()[lever].bounds:
        model = city(at_bound(levers()[lever], bound), 2021, scale=0.002)
        _, places, names, table = model.records()
        rows = slice(None) if place is None else places.index(place)
        values.append(table[-1, rows, names.index(indicator)])
    return np.nanmax(np.abs(values[1] - values[0]))


@pytest.mark.parametrize("lever", WITHOUT)
def test_without_its_rule_the_lever_does_nothing(lever, monkeypatch):
    indicator, place, module, mutant = WITHOUT[lever]
    assert gap(lever, indicator, place) > 0
    name = levers()[lever].rule.split(".")[1]
    assert hasattr(module, name), f"{module.__name__} does not call {levers()[lever].rule}"
    monkeypatch.setattr(module, name, mutant)
    if lever in KERNELS:
        where, kernel = KERNELS[lever]
        monkeypatch.setattr(where, kernel, getattr(where, kernel).py_func)
    assert gap(lever, indicator, place) == 0.0


def test_the_pack_of_these_tests_has_the_places_named():
    assert {place for _, place, _, _ in WITHOUT.values() if place} <= set(load_pack().members)
