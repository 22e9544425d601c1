"""One person more at the start changes nobody else, except through the channels that `SIGNALS` names."""

import numpy as np
import pytest

from sim.codes import EMPLOYED, HEAD, NOWHERE, RENTED, TERTIARY
from sim.data import load_pack
from sim.model import CityModel
from sim.paths import Path
from sim.policy import Setting, compile_policy
from sim.state import REPORTED_ONLY, SIGNALS
from sim.synthesis import start_population

SCALE = 0.002
YEARS = 4
STRANGER = 987_654_321
# channels that are not open every year
EXPECTED_YEARS = {
    "start_posts": [2020],
    "openings": range(2021, 2021 + YEARS),
    "training_chance": range(2021, 2021 + YEARS),
    "layoff_cutoff": [],  # only in years in which posts are lost
}


@pytest.fixture(scope="module")
def population():
    return start_population(load_pack(), 2020, SCALE)


def with_stranger(population, age=62):
    """A copy with a tenant of 62 more in the urban part of the first town (outside the ages of the marriage market)."""
    people, households = population.people.copy(), population.households.copy()
    households.grow(1)
    for name, value in {
        "key": STRANGER, "first": len(people), "size": 1, "home": 1, "origin": 0, "homestead": NOWHERE, "tie": NOWHERE,
        "tenure": RENTED, "moved_year": 2010,
    }.items():  # fmt: skip
        getattr(households, name)[-1] = value
    people.grow(1)
    for name, value in {
        "key": STRANGER + 1, "household": len(households) - 1, "birth_year": 2020 - age, "arrival_year": 2010,
        "hukou_place": 0, "work_town": 0, "sex": 1, "education": 1, "hukou_kind": 1, "role": HEAD, "status": EMPLOYED,
        "sector": TERTIARY,
    }.items():  # fmt: skip
        getattr(people, name)[-1] = value
    return type("Plus", (), {"people": people, "households": households})()


def lives(model):
    """key -> what a person is and where (the stranger left out)."""
    p, h = model.people, model.households
    home, tenure = h.home[p.household], h.tenure[p.household]
    rows = zip(p.key, home, tenure, p.status, p.sector, p.work_town, p.hukou_place, p.role, strict=True)
    return {int(r[0]): tuple(int(x) for x in r[1:]) for r in rows if r[0] != STRANGER + 1}


def changed(a, b):
    return {k for k in a.keys() | b.keys() if a.get(k) != b.get(k)}


def run(population, **options):
    """With workers in training, so that this channel carries something too."""
    places = Setting("skills_training", load_pack().city_id, Path.constant(50_000.0))
    policy = compile_policy([places], {}, load_pack(), 2020, 2020 + YEARS)
    city = CityModel(policy, start=2020, scale=SCALE, population=population, **options)
    return city.run_until(2020 + YEARS)


@pytest.fixture(scope="module")
def base(population):
    return run(population, record_signals=True)


def test_with_all_channels_cut_nobody_notices_the_stranger(population, base):
    assert changed(lives(base), lives(run(with_stranger(population), frozen=base.signals.history))) == set()


def test_with_all_channels_open_somebody_does(population, base):
    """Otherwise the test above could not fail."""
    assert changed(lives(base), lives(run(with_stranger(population))))


def test_freezing_a_run_to_its_own_signals_changes_nothing(population, base):
    assert changed(lives(base), lives(run(population, frozen=base.signals.history))) == set()


@pytest.mark.parametrize("channel", sorted(SIGNALS))
def test_every_channel_is_published_each_year_and_heard(base, population, channel):
    """Each named channel is recorded for the start and every year; a shove to it alone moves somebody or some money."""
    years = {y for y, name in base.signals.history if name == channel}
    assert years >= set(EXPECTED_YEARS.get(channel, range(2020, 2020 + YEARS + 1)))
    pushed = dict(base.signals.history)
    for (year, name), value in base.signals.history.items():
        if name == channel:
            pushed[year, name] = np.asarray(value) * 0.5 if value.dtype.kind == "f" else np.maximum(value - 1, 0)
    model = run(population, frozen=pushed)
    money = np.abs(model.records()[3] - base.records()[3])
    heard = bool(changed(lives(base), lives(model))) or np.nansum(money) > 0
    assert heard != (channel in REPORTED_ONLY)
