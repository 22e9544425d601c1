"""The state of the start year is copied where a city of the same luck has been opened before; nobody can tell."""

import numpy as np
import pytest

from sim import opening
from sim.data import load_pack
from sim.model import CityModel
from sim.paths import Path
from sim.policy import Setting, compile_policy

SCALE = 0.002


@pytest.fixture(autouse=True)
def empty():
    opening.forget()
    yield
    opening.forget()


def city(**options) -> CityModel:
    return CityModel(scale=SCALE, end=2024, threads=1, **options)


def state(model) -> list[np.ndarray]:
    tables = [getattr(t, name).copy() for t in (model.people, model.households) for name in t.FIELDS]
    return [*tables, model.records()[3], model.towns.homes.copy(), model.signals.rent.copy()]


def same(one, other) -> bool:
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, other, strict=True))


def test_a_copied_opening_lives_on_as_a_fresh_one():
    fresh = state(city().run_until(2022))
    second = city()  # asked for twice: kept from now on
    third = city()
    assert len(opening._kept) == 1
    assert third.people.key is not second.people.key
    assert same(state(third), state(second))
    for model in (second, third):
        assert same(state(model.run_until(2022)), fresh)
    assert same(state(city().run_until(2022)), fresh)  # what the others lived through has not touched the kept one


def test_a_policy_acts_on_a_copied_opening():
    pack = load_pack()
    policy = compile_policy([Setting("permit_parity", pack.city_id, Path.constant(0.9))], {}, pack, 2020, 2024)
    fresh = state(city(policy=policy).run_until(2022))
    city(), city()
    copied = city(policy=policy)
    assert len(opening._kept) == 1
    assert same(state(copied.run_until(2022)), fresh)


def test_no_opening_depends_on_how_long_the_city_will_live():
    fresh = state(CityModel(scale=SCALE, end=2024, threads=1).run_until(2024))
    opening.forget()
    for _ in range(2):
        CityModel(scale=SCALE, end=2021, threads=1)
    assert len(opening._kept) == 1
    assert same(state(CityModel(scale=SCALE, end=2024, threads=1).run_until(2024)), fresh)


def test_other_luck_start_scale_and_parameters_are_opened_anew():
    for _ in range(2):
        city(), city(seed=2), city(start=2010), city(parameters={})
    first = {key[:4] for key in opening._kept}
    assert len(first) == 3
    richer = {"reference_wage_2020": 90_000.0}
    city(parameters=richer)
    assert not same(state(city(parameters=richer)), state(city()))


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(opening, "KEPT_BYTES", 1.5 * opening._bytes(vars(city())))
    for seed in range(5):
        city(seed=seed), city(seed=seed)
    assert len(opening._kept) == 1
