"""Policies compiled by hand: which value holds in which town and year."""

import pickle
import time

import numpy as np
import pytest
from helpers_scenarios import tiny_pack

import sim.policy
from sim.catalogue import CatalogueError, Entry, assumptions, levers
from sim.data import load_pack
from sim.policy import Path, PolicyError, Setting, compile_policy

PARITY = "permit_parity"  # share, 0..1, 0.6 from 2020
HOMES = "new_homes"  # homes a year, shared, 0
RENTAL = "public_rental_homes"  # homes a year, shared, 972


def _entry(key, role, unit, default, bounds, spread="same"):
    return Entry(key, role, role, {"zh": key, "en": key}, unit, default, bounds, {"spread": spread})


# Entries of their own: the catalogue's numbers may change without touching what is worked out here.
LEVERS = {
    PARITY: _entry(PARITY, "lever", "share", {2010: 0.35, 2016: 0.5, 2020: 0.6}, (0.0, 1.0)),
    HOMES: _entry(HOMES, "lever", "homes_per_year", 0, (0.0, 60000.0), "total"),
    RENTAL: _entry(RENTAL, "lever", "homes_per_year", {2010: 972}, (0.0, 30000.0), "total"),
}
ASSUMPTIONS = {
    "wages": _entry("wages", "assumption", "percent_per_year", {2010: 7.0, 2015: 5.5}, (-5.0, 12.0)),
    "jobs_shock": _entry("jobs_shock", "assumption", "percent", 0.0, (-50.0, 20.0)),
    "fertility_level": _entry("fertility_level", "assumption", "ratio", 1.0, (0.4, 1.8)),
}


@pytest.fixture(autouse=True)
def own_entries(monkeypatch, request):
    if "real_catalogue" not in request.fixturenames:
        monkeypatch.setattr(sim.policy, "levers", lambda: LEVERS)
        monkeypatch.setattr(sim.policy, "assumptions", lambda: ASSUMPTIONS)


@pytest.fixture
def real_catalogue():
    """Asks for the project's own catalogue."""


def constant(lever, place, value):
    return Setting(lever, place, Path.constant(value))


def compiled(*settings, start=2020, end=2035, assumed=None):
    return compile_policy(settings, assumed or {}, tiny_pack(), start, end)


def test_default_steps_by_year():
    policy = compiled(start=2010, end=2025)
    # permit_parity default: 0.35 from 2010, 0.5 from 2016, 0.6 from 2020
    found = [policy.lever(PARITY, y)[0] for y in (2010, 2015, 2016, 2019, 2020, 2025)]
    assert found == [0.35, 0.35, 0.5, 0.5, 0.6, 0.6]
    assert policy.assumption("wages", 2014) == 7.0
    assert policy.assumption("wages", 2015) == 5.5


def test_more_specific_place_wins():
    policy = compiled(
        constant(PARITY, "a1", 0.9),
        constant(PARITY, "a", 0.8),
        constant(PARITY, "belt", 0.7),
        constant(PARITY, "south", 0.65),
        constant(PARITY, "city", 0.5),
    )
    # a1: its own; a2: county a before cluster belt; b1: belt before region south; b2: region before city
    assert policy.lever(PARITY, 2030).tolist() == [0.9, 0.8, 0.7, 0.65]


def test_order_of_settings_does_not_matter():
    chosen = [constant(PARITY, "city", 0.5), constant(PARITY, "belt", 0.7), constant(PARITY, "b1", 0.1)]
    forward, back = compiled(*chosen), compiled(*reversed(chosen))
    assert np.array_equal(forward.lever(PARITY, 2025), back.lever(PARITY, 2025))


def test_from_a_year_the_default_before():
    policy = compiled(Setting(PARITY, "city", Path.starting(2025, 1.0)))
    assert [policy.lever(PARITY, y)[2] for y in (2024, 2025, 2035)] == [0.6, 1.0, 1.0]


def test_path_by_year_is_linear_between_and_constant_after():
    policy = compiled(Setting(PARITY, "city", Path.by_year({2022: 0.2, 2030: 1.0})))
    # 2021 default 0.6; 2022 0.2; 2026 half way 0.6; 2030 and after 1.0; 2023: 0.2 + 0.8 / 8 = 0.3
    found = [policy.lever(PARITY, y)[0] for y in (2021, 2022, 2023, 2026, 2030, 2035)]
    assert found == pytest.approx([0.6, 0.2, 0.3, 0.6, 1.0, 1.0])


def test_one_year_only():
    policy = compiled(assumed={"jobs_shock": Path.only(2027, -5.0)})
    assert [policy.assumption("jobs_shock", y) for y in (2026, 2027, 2028)] == [0.0, -5.0, 0.0]


def test_before_its_first_year_a_place_follows_the_broader_setting():
    policy = compiled(constant(PARITY, "city", 0.8), Setting(PARITY, "a1", Path.starting(2025, 1.0)))
    assert policy.lever(PARITY, 2024).tolist() == [0.8, 0.8, 0.8, 0.8]
    assert policy.lever(PARITY, 2025).tolist() == [1.0, 0.8, 0.8, 0.8]


def test_total_is_shared_by_urban_residents():
    policy = compiled(constant(HOMES, "city", 190.0))
    # urban residents: 300*.5=150, 100*.5=50, 100*.2=20, 100*.2=20; together 240
    assert policy.lever(HOMES, 2020) == pytest.approx(
        [118.75, 39.583333333333336, 15.833333333333334, 15.833333333333334]
    )


def test_total_uses_the_latest_census_up_to_the_start():
    policy = compiled(constant(HOMES, "city", 400.0), start=2010)
    # 2010: 100 residents and 50 % everywhere
    assert policy.lever(HOMES, 2030) == pytest.approx([100.0] * 4)


def test_total_places_add_and_the_city_replaces_the_default():
    both = compiled(constant(RENTAL, "city", 240.0), constant(RENTAL, "belt", 70.0), constant(RENTAL, "b", 30.0))
    # city 240: 150, 50, 20, 20 (replaces 972); belt 70 over a2:50, b1:20 -> 50, 20; b 30 over 20, 20 -> 15, 15
    assert both.lever(RENTAL, 2022) == pytest.approx([150.0, 100.0, 55.0, 35.0])
    alone = compiled(constant(RENTAL, "b", 30.0))
    # default 972 / 240 = 4.05 a head: 607.5, 202.5, 81, 81; plus 15 each in b
    assert alone.lever(RENTAL, 2022) == pytest.approx([607.5, 202.5, 96.0, 96.0])


def test_total_from_a_year():
    policy = compiled(
        Setting(RENTAL, "city", Path.starting(2025, 240.0)), Setting(RENTAL, "a1", Path.starting(2026, 7.0))
    )
    assert policy.lever(RENTAL, 2024).sum() == pytest.approx(972.0)
    assert policy.lever(RENTAL, 2025) == pytest.approx([150.0, 50.0, 20.0, 20.0])
    assert policy.lever(RENTAL, 2026) == pytest.approx([157.0, 50.0, 20.0, 20.0])


def test_equal_rank_with_different_values_is_refused():
    with pytest.raises(PolicyError) as error:
        compiled(constant(PARITY, "belt", 0.7), constant(PARITY, "seat", 0.9))
    # they share b1 only
    assert "belt" in error.value.en and "seat" in error.value.en and "b1" in error.value.en
    assert "belt" in error.value.zh and "seat" in error.value.zh
    assert error.value.field == "levers.permit_parity.seat"


def test_equal_rank_is_fine_when_values_agree_or_years_differ_or_a_town_decides():
    assert compiled(constant(PARITY, "belt", 0.7), constant(PARITY, "seat", 0.7)).lever(PARITY, 2020)[2] == 0.7
    decided = compiled(constant(PARITY, "belt", 0.7), constant(PARITY, "seat", 0.9), constant(PARITY, "b1", 0.1))
    assert decided.lever(PARITY, 2020).tolist() == [0.9, 0.7, 0.1, 0.6]
    apart = compiled(Setting(PARITY, "belt", Path.only(2022, 0.7)), Setting(PARITY, "seat", Path.only(2023, 0.9)))
    assert [apart.lever(PARITY, y)[2] for y in (2021, 2022, 2023)] == [0.6, 0.7, 0.9]


@pytest.mark.parametrize(
    ("setting", "field", "said"),
    [
        (constant("permit_party", "city", 1.0), "levers.permit_party", "permit_parity"),
        (constant(PARITY, "a3", 1.0), "levers.permit_parity.a3", "unknown place"),
        (constant(PARITY, "a1镇", 1.0), "levers.permit_parity.a1镇", "a1"),
        (constant(PARITY, "a1", 1.2), "levers.permit_parity.a1", "from 0 to 1"),
        (constant(PARITY, "a1", float("nan")), "levers.permit_parity.a1", "must be a number"),
        (constant(PARITY, "a1", True), "levers.permit_parity.a1", "must be a number"),
        (Setting(PARITY, "a1", Path.by_year({2030: 0.5, 2022: 0.1})), "levers.permit_parity.a1.2022", "ascend"),
        (Setting(PARITY, "a1", Path.by_year({2022: 0.5, 2030: 3.0})), "levers.permit_parity.a1.2030", "from 0 to 1"),
        (Setting(PARITY, "a1", Path.starting(2051, 0.5)), "levers.permit_parity.a1", "2010 to 2050"),
    ],
)
def test_wrong_settings_name_their_field(setting, field, said):
    with pytest.raises(PolicyError) as error:
        compiled(setting)
    assert error.value.field == field
    assert said in error.value.en
    assert isinstance(error.value, CatalogueError)


def test_totals_of_places_may_not_pass_the_bound_together():
    with pytest.raises(PolicyError, match="new_homes"):
        compiled(constant(HOMES, "city", 60000.0), constant(HOMES, "a", 1.0))
    with pytest.raises(PolicyError, match="twice"):
        compiled(constant(HOMES, "a", 1.0), constant(HOMES, "a", 2.0))


def test_wrong_assumptions_and_years():
    with pytest.raises(PolicyError, match="fertility_level"):
        compiled(assumed={"fertility": Path.constant(1.0)})
    with pytest.raises(PolicyError, match="0.4 to 1.8"):
        compiled(assumed={"fertility_level": Path.constant(3.0)})
    with pytest.raises(PolicyError, match="start"):
        compiled(start=2009)
    with pytest.raises(PolicyError, match="before"):
        compiled(start=2020, end=2019)
    with pytest.raises(PolicyError, match="covers 2020 to 2035"):
        compiled().lever(PARITY, 2036)
    with pytest.raises(PolicyError, match="did you mean"):
        compiled().lever("permit_parit", 2020)


def test_errors_survive_another_process():
    with pytest.raises(PolicyError) as error:
        compiled(constant(PARITY, "a1", 1.2))
    twin = pickle.loads(pickle.dumps(error.value))
    assert (twin.en, twin.zh, twin.field) == (error.value.en, error.value.zh, error.value.field)


def test_every_lever_and_assumption_of_the_catalogue_compiles_in_the_real_city_and_fast(real_catalogue):
    pack = load_pack()
    place = {name: pack.pair_ids[0] if "for_pairs" in entry.extra else "east" for name, entry in levers().items()}
    chosen = [constant(name, place[name], entry.bounds[0]) for name, entry in levers().items()]
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        policy = compile_policy(chosen, {}, pack, 2020, 2050)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.0002 * len(levers())  # seconds; half of it on a machine of its own
    for name, entry in levers().items():
        value = policy.lever(name, 2035)
        assert value.shape == (73,) and np.isfinite(value).all()
        assert not value.flags.writeable
        if entry.spread == "same":
            assert (value[pack.towns_of("east")] == entry.bounds[0]).all()
    assert all(np.isfinite(policy.assumption(name, 2050)) for name in assumptions())
