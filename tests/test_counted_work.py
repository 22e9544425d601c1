"""How much work a year is, counted and not timed: what would make the model slow fails here on any machine."""

import sys
import tracemalloc

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from sim import engine, indicators, stretches
from sim.codes import HEAD, OFFSPRING, OTHER, STATUSES, STUDENT, TENURES
from sim.model import CityModel
from sim.rules import kernel
from sim.steps import (
    attraction,
    choice,
    demography,
    families,
    hukou,
    income_kernels,
    labour_kernels,
    moving,
    place_counts,
    roster,
    tenants,
)

SCALE, SMALL = 0.01, 0.002
MODULES = (
    attraction, choice, demography, families, hukou, income_kernels, indicators, labour_kernels, moving, place_counts,
    roster, tenants,
)  # fmt: skip

# Bounds are about a third above what was counted when they were set (in brackets).
ROWS_PER_PERSON = 45.0  # rows of persons and households visited by kernels a year, per person (38)
BYTES_PER_PERSON = 36.0  # allocated by NumPy at the peak of a year, beyond what is there before, per person (24)
UTILITIES_PER_PERSON = 8.0  # places weighed a year, per person (3.6; the rate is calibrated)
STATE_BYTES = 64.0  # columns of persons and households, per person (59)
PYTHON_CALLS = 7_000  # a year, whatever the scale (5,000)


@pytest.fixture(scope="module")
def city():
    """The 1 % city after its first two years: buffers are there, the roster is in order."""
    return CityModel(start=2020, end=2035, scale=SCALE, threads=1).run_until(2022)


def python_calls(model) -> int:
    """Calls of Python functions in a year."""
    calls = 0

    def count(frame, event, _):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        model.step()
    finally:
        sys.setprofile(None)
    return calls


def test_no_python_loop_over_people(city):
    """Five times the people take no more calls of Python functions."""
    small = CityModel(start=2020, end=2035, scale=SMALL, threads=1).run_until(2022)
    few, many = python_calls(small), python_calls(city)
    assert many < PYTHON_CALLS
    assert many < 1.1 * few


def test_rows_visited_in_a_year(city, monkeypatch):
    visited = []
    plain = engine.for_chunks

    def counted(n, threads, work):
        visited.append(n)
        plain(n, threads, work)

    for module in [m for name, m in sys.modules.items() if name.startswith("sim.") and hasattr(m, "for_chunks")]:
        monkeypatch.setattr(module, "for_chunks", counted)
    people = len(city.people)
    city.step()
    assert people * 5 < sum(visited) < people * ROWS_PER_PERSON


def test_two_rosters_a_year(city, monkeypatch):
    """Steps 2 and 3 share one; the moves of step 7 need another."""
    rebuilt = []
    plain = roster.rebuild
    monkeypatch.setattr(roster, "rebuild", lambda *args, **more: (rebuilt.append(1), plain(*args, **more)))
    city.step()
    assert len(rebuilt) == 2


def test_bytes_allocated_in_a_year(city):
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        city.step()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - before < BYTES_PER_PERSON * len(city.people)


def test_bytes_of_the_state(city):
    total = sum(len(t) * t.bytes_per_row for t in (city.people, city.households))
    assert total < STATE_BYTES * len(city.people)


def test_only_those_who_consider_a_move_weigh_places(city):
    """Expected number of places weighed: the hazard of everybody who may decide, times the places."""
    people, homes = city.people, city.households
    hazard = np.empty((len(city.age_intensity), STATUSES, TENURES))
    choice.fill_hazard(city.age_intensity, city.par.moving, hazard)
    age = city.year - people.birth_year
    alone = np.isin(people.role, (OFFSPRING, OTHER)) & (people.status != STUDENT)
    decides = (age >= choice.ADULT) & ((people.role == HEAD) | alone)
    tenure = homes.tenure[people.household]
    chance = hazard[np.minimum(age, len(hazard) - 1), people.status, tenure][decides]
    assert 1.0 < chance.sum() * city.P / len(people) < UTILITIES_PER_PERSON


def test_kernels_count_no_references():
    """A kernel that counted references would do so in each row (see sim.rules); those that allocate are named."""
    assert kernel(lambda: 1).targetoptions["_nrt"] is False
    allocating = {
        name
        for module in MODULES
        for name, f in vars(module).items()
        if isinstance(f, Dispatcher) and f.__module__ == module.__name__ and f.targetoptions.get("_nrt", True)
    }
    rules = {"migrant_class"}  # takes few arrays, once a pair of places
    inlined = {"_leave_post", "_work_outside", "_passes", "_farm"}  # part of the kernel that calls them
    assert allocating - rules - inlined == {"draws", "cutoffs"}


def test_chunks_come_as_numbers_that_are_never_negative():
    """uint32 bounds: compiled loops need not ask at each access whether to count from the end."""
    seen = []
    engine.for_chunks(engine.CHUNK + 1, 1, lambda lo, hi, c: seen.append((lo, hi, c)))
    assert [(int(lo), int(hi), c) for lo, hi, c in seen] == [
        (0, engine.CHUNK, 0),
        (engine.CHUNK, engine.CHUNK + 1, 1),
    ]
    assert all(type(bound) is np.uint32 for lo, hi, _ in seen for bound in (lo, hi))


@kernel
def _copy(source, i, out, k):
    stretches.copy_stretch(source, i, out, k)


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "u8"])
def test_a_stretch_of_rows_is_copied_at_once(dtype):
    source, out = np.arange(1, 31).astype(dtype), np.zeros(30, dtype)
    _copy(source, np.uint32(5), out, np.uint32(2))
    assert out.tolist() == [0, 0, *range(6, 6 + stretches.STRETCH), *[0] * (28 - stretches.STRETCH)]


def test_rows_are_found_in_order(monkeypatch):
    # chunks of 2: rows 1, 2 and 4 of five are true
    monkeypatch.setattr(engine, "CHUNK", 2)
    flags = np.array([0, 1, 1, 0, 1], bool)
    for threads in (1, 2):
        assert engine.find_rows(flags, threads, bit=1).tolist() == [1, 2, 4]
        assert engine.find_rows(np.array([3, 0, 0, 3, 0], np.int16), threads, but=3).tolist() == [1, 2, 4]
        assert engine.find_rows(np.array([1, 2, 3, 5, 6], np.uint8), threads, bit=2).tolist() == [1, 2, 4]
    assert engine.find_rows(flags[:0], 1, bit=1).tolist() == []


def test_sum_in_strands_and_choice_by_stretches():
    # 1 + 2 + ... + 20 = 210: two whole strides of eight and a rest of four
    assert choice.sum_of(np.arange(1.0, 21.0)) == 210.0
    # 40 places of weight 1, staying (place 3) comes first. u = 0.02: 0.8 < 1, stays. u = 0.8: 32 - 1 = 31 places
    # other than 3 are passed, so place 32; u = 0.999: 39.96 - 1 = 38.96, the last place.
    w = np.ones(40)
    assert [choice.pick(w, 40.0, 3, u) for u in (0.02, 0.8, 0.999)] == [3, 32, 39]
    assert choice.pick(w, 40.0, 3, 0.03) == 0  # 1.2 - 1 = 0.2: the first place
