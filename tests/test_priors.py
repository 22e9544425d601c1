"""Draws from the priors, and the runs made of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.patterns import Conversions
from calibration.priors import chance, draw_set, drawn, quantile, triangular
from calibration.runs import default_runs, prior_runs
from sim.catalogue import Entry, Parameters, parameters

SCALE = 0.01


@given(st.floats(0.001, 0.999), st.floats(-5, 5), st.floats(0.1, 5), st.floats(0, 1))
def test_triangular_is_the_inverse_of_its_distribution(u, low, width, where):
    high, mode = low + width, low + where * width
    x = triangular(u, low, mode, high)
    below = (x - low) ** 2 / (width * (mode - low)) if x < mode else 1 - (high - x) ** 2 / (width * (high - mode))
    assert below == pytest.approx(u, abs=1e-6) and low <= x <= high


def test_quantiles_by_hand():
    entry = Entry("x", "parameter", "g", {}, "ratio", 10.0, (1.0, 100.0), {"kind": "prior"})
    assert quantile(entry, 10.0, 0.5) == pytest.approx(10.0)  # symmetric in the logarithm
    assert quantile(entry, 10.0, 0.125) == pytest.approx(10**0.5)  # half of the way from the lower bound
    narrow = Entry("x", "parameter", "g", {}, "ratio", 1.0, (0.0, 2.0), {"kind": "prior"})
    assert quantile(narrow, 1.0, 0.125) == pytest.approx(0.5)


@pytest.mark.parametrize("number", range(5))
def test_every_set_can_be_run_with(number):
    values = draw_set(number)
    assert set(values) == set(drawn())
    Parameters(values)  # refuses what is out of bounds or unknown


def test_only_priors_and_published_values_are_drawn():
    assert {e.extra["kind"] for e in drawn().values()} <= {"prior", "published"}
    assert not {"home_area", "county_constant", "school_ages", "level_years"} & set(drawn())
    assert {"rc_mu2", "supply_elasticity", "consider_rate"} <= set(drawn())
    assert len(drawn()) > len(parameters()) / 2


def test_a_draw_is_keyed_by_seed_set_and_name():
    assert draw_set(3, 1) == draw_set(3, 1)
    assert draw_set(3, 1) != draw_set(3, 2) and draw_set(3, 1) != draw_set(4, 1)
    u = np.array([chance(1, k, "consider_rate") for k in range(2000)])
    assert abs(u.mean() - 0.5) < 0.03 and abs(np.mean(u < 0.1) - 0.1) < 0.03


def test_lists_move_as_one():
    key = "looker_rate"
    low, high = (np.array(draw_set(k)[key]) for k in sorted(range(30), key=lambda k: chance(1, k, key))[::29])
    assert (low < high).all()


@pytest.fixture(scope="module")
def runs():
    return prior_runs(2, SCALE)


def test_runs_are_the_same_in_any_order_and_process(runs):
    again = prior_runs(2, SCALE, workers=2)
    assert np.array_equal(runs.values, again.values)
    assert all(np.array_equal(runs.patterns[k], again.patterns[k], equal_nan=True) for k in runs.patterns)
    assert not np.array_equal(runs.values[0], runs.values[1])


def test_patterns_of_a_run_are_plausible_numbers(runs):
    one = default_runs(1, SCALE).patterns
    assert all(np.isfinite(v).all() for v in one.values())
    assert one["cohort_east"][0] > one["cohort_west"][0]
    assert 15 <= one["mover_peak_age"][0] <= 35
    assert one["mover_young_share"][0] > one["resident_young_share"][0]
    assert one["distance_slope"][0] < 0
    assert one["one_person_growth"][0] > 1
    assert 0 < one["convert_all"][0] < 20


def test_conversions_are_counted_by_hand():
    seen = Conversions()
    seen.could[:] = [[10, 20], [30, 40]]
    seen.did[:] = [[1, 2], [3, 16]]
    rates = seen.rates()
    assert rates["convert_all"] == pytest.approx(22.0)
    assert rates["convert_owner"] == pytest.approx(100 * 19 / 70)
    assert rates["convert_tenant"] == pytest.approx(10.0)
    assert rates["convert_child"] == pytest.approx(30.0)


def test_counted_conversions_are_those_of_the_model():
    """Persons that the model says converted, over all years."""
    from calibration.targets.target import FIRST
    from sim.model import CityModel

    model, seen, flow = CityModel(start=FIRST, end=2012, scale=SCALE, seed=1), Conversions(), 0
    model.watch = seen.watch
    for _ in range(2):
        model.step()
        flow += model.flow["conversions"].sum()
    assert seen.did.sum() == flow > 0
