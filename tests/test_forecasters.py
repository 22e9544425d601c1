"""Forecasters, scores and the forecast test: worked by hand, and apart from the model."""

import ast
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import forecast_test, forecasters
from calibration.forecasters import METHODS, Forecast, Known, last_value, linear, logistic, ratio
from calibration.forecasters.cohort_component import cohort_component, net_migration, schedule, year_on
from calibration.forecasters.known import AGES, single_ages
from calibration.scores import absolute_error, crps
from sim.data import load_pack


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def known(pack):
    return Known.of(pack)


@pytest.fixture
def two(known):
    """Two counties of 60 and 40 persons, 30 and 30 of them urban; 80 persons and a share of a half before."""
    return replace(
        known,
        residents_before=80.0,
        urban_share_before=0.5,
        residents=np.array([60.0, 40.0]),
        urban=np.array([30.0, 30.0]),
        stock=np.array([30.0, -10.0]),
        natural_growth=0.01,
    )


def test_extrapolations_by_hand(two):
    assert last_value(two, 2020).residents == 100 and last_value(two, 2020).urban == 60
    # 100 + 20, share 0.6 + 0.1
    assert (linear(two, 2020).residents, linear(two, 2020).urban) == pytest.approx((120, 84))
    assert (linear(two, 2015).residents, linear(two, 2015).urban) == pytest.approx((110, 71.5))
    # odds of urban: 1 before, 1.5 now, 2.25 next; residents grow by a quarter
    assert (logistic(two, 2020).residents, logistic(two, 2020).urban) == pytest.approx((125, 125 * 2.25 / 3.25))


def test_a_share_never_passes_one(two):
    assert linear(two, 2060).urban == pytest.approx(linear(two, 2060).residents)
    assert logistic(two, 2100).urban < logistic(two, 2100).residents


def test_ratio_method_by_hand(two):
    found = ratio(two, Forecast(200.0, 180.0))
    assert found.county_residents.tolist() == [120.0, 80.0]
    assert found.county_urban.tolist() == [90.0, 80.0]  # half of 180 is more than the second county has


def test_net_migration_by_hand(two):
    # (100 - 80) / 10 - 0.01 * 90 = 1.1 a year, given out as 30 : -10
    assert net_migration(two) == pytest.approx([1.1 * 1.5, -1.1 * 0.5])


def test_schedule_of_moves_by_hand(known):
    p = {"a1": 0.02, "alpha1": 0.1, "a2": 0.06, "alpha2": 0.1, "mu2": 20.0, "lambda2": 0.4, "c": 0.003}
    assert known.schedule == p
    assert schedule(p)[20] == pytest.approx(0.02 * math.exp(-2) + 0.06 * math.exp(-1) + 0.003)
    assert 20 <= int(np.argmax(schedule(p))) <= 25


def test_one_year_by_hand():
    """100 women of 25 and 50 men of 100: a tenth of the women move in, half of the men die, one in ten women bears."""
    people = np.zeros((AGES, 2))
    people[25, 1], people[100, 0] = 100.0, 50.0
    fertility, mortality, migration = np.zeros(AGES), np.zeros((AGES, 2)), np.zeros(AGES)
    fertility[25] = fertility[26] = 0.1
    mortality[100, 0] = math.log(2)
    migration[25] = 0.1
    later = year_on(people, fertility, mortality, migration, boys=1.5)
    assert later[26, 1] == pytest.approx(110) and later[25, 1] == 0
    assert later[100, 0] == pytest.approx(25)
    born = 0.1 * (100 / 2) + 0.1 * (110 / 2)
    assert later[0].tolist() == pytest.approx([born * 0.6, born * 0.4])
    assert later.sum() == pytest.approx(110 + 25 + born)


def test_without_births_deaths_and_moves_nobody_appears(known):
    people = known.people[0]
    none = np.zeros(AGES)
    assert year_on(people, none, np.zeros((AGES, 2)), none, 1.1).sum() == pytest.approx(people.sum())


def test_first_year_has_the_known_rates(known):
    """Births less deaths of the first year are near the crude rates of the census, and moves what was worked out."""
    after = cohort_component(known, 2011).county_residents
    natural = (known.birth_rate - known.death_rate) * known.residents
    assert after - known.residents == pytest.approx(natural + net_migration(known), abs=0.0006 * known.residents.max())


def test_single_ages_keep_the_groups(known, pack):
    bounds, counts = pack.age_group_bounds, pack.age_sex(2010)
    for g, (low, high) in enumerate(bounds.tolist()):
        assert known.people[:, low : high + 1].sum(axis=1) == pytest.approx(counts[:, g])
    flat = single_ages(counts, bounds, np.zeros((AGES, 2)))
    assert flat[0, 90, 0] == pytest.approx(counts[0, -1, 0] / 16)


def test_known_is_dated_2010_or_before(pack):
    """Figures after 2010 may change as they like: nobody would have known them."""

    class Past:
        """The pack, refusing later years."""

        def __getattr__(self, name):
            found = getattr(pack, name)
            return self._dated(found) if callable(found) else found

        def _dated(self, ask):
            def asked(*args):
                assert all(not isinstance(a, int) or a <= 2010 for a in args), args
                return ask(*args)

            return asked

    assert np.array_equal(Known.of(Past()).residents, Known.of(pack).residents)


def test_forecasters_use_nothing_of_the_model(root):
    for file in (root / "calibration" / "forecasters").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            assert not any(n == "sim" or n.startswith(("sim.", "scenarios")) for n in names), file.name
    assert set(METHODS) >= {"last_value", "linear", "logistic", "cohort_component"} and forecasters.METHODS is METHODS


def test_scores_by_hand():
    assert absolute_error(np.array([3.0, 8.0]), np.array([5.0, 5.0])) == 2.5
    assert absolute_error(np.array([[1.0], [4.0], [9.0]]), np.array([5.0])) == 1.0  # the median is 4
    # futures 0 and 4, truth 1: mean |x - y| = 2, mean |x - x'| over the four pairs = 2
    assert crps(np.array([[0.0], [4.0]]), np.array([1.0])) == pytest.approx(2.0 - 1.0)
    assert crps(np.array([[3.0, 8.0]]), np.array([5.0, 5.0])) == 2.5  # one future: its absolute error


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.floats(-100, 100))
def test_crps_is_its_definition(futures, truth):
    x = np.array(futures)
    wanted = np.abs(x - truth).mean() - np.abs(x[:, None] - x[None]).mean() / 2
    assert crps(x[:, None], np.array([truth])) == pytest.approx(wanted, abs=1e-9)


def test_a_model_that_foresaw_all_has_no_error_and_a_rival_has(pack):
    truth = tuple(pack.county_value(f"{k}_population", 2020)[None] for k in ("resident", "urban"))
    found = forecast_test.judge({forecast_test.MODEL: truth}, pack)
    for level in forecast_test.LEVELS:
        for measure in forecast_test.MEASURES:
            assert found.ratio(level, measure) == pytest.approx(0.0, abs=1e-9)
            assert found.best_rival(level, measure).error > 0


def test_last_value_errors_by_hand(pack):
    """Residents of the first county: 719146 in 2010, 853007 in 2020; the city: 4450703 and 4798090."""
    truth = tuple(pack.county_value(f"{k}_population", 2020)[None] for k in ("resident", "urban"))
    found = forecast_test.judge({forecast_test.MODEL: truth}, pack)
    by_name = {s.forecaster: s for s in found.of("counties", "residents")}
    assert by_name["last_value"].parts[0] == pytest.approx(100 * (719146 / 853007 - 1))
    assert "linear" not in by_name  # says nothing of counties
    city = {s.forecaster: s for s in found.of("city", "residents")}
    assert city["last_value"].error == pytest.approx(100 * (1 - 4450703 / 4798090))
    assert city["last_value"].crps == pytest.approx(city["last_value"].error)
