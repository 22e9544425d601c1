"""The start population of the whole city: its fit to the census, its keys, and families that can be."""

import numpy as np
import pytest

from sim import catalogue
from sim.codes import (
    CHILD,
    DORMITORY,
    EMPLOYED,
    FEMALE,
    HEAD,
    NO_SECTOR,
    NOT_MIGRANT,
    OFFSPRING,
    PARENT,
    RURAL_HUKOU,
    SPOUSE,
    STUDENT,
    VILLAGES_PER_TOWN,
)
from sim.data import load_pack
from sim.draws import in_sample
from sim.synthesis import start_population, synthesise
from sim.synthesis.fit import migrant_class
from sim.synthesis.population import sample


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module", params=[2010, 2020])
def city(request, pack):
    """The whole city; made once, then taken from the cache folder of the tests."""
    return start_population(pack, request.param, 1.0)


def county_of(city, pack):
    """int64[h]: county of residence, C outside."""
    home, towns = city.households.home, len(pack.towns)
    return np.where(
        home < 2 * towns, pack.town_county[np.minimum(home // 2, towns - 1)].astype(int), len(pack.counties)
    )


def by_county(city, pack, weight):
    return np.bincount(county_of(city, pack), weight, minlength=len(pack.counties) + 1)[: len(pack.counties)]


def test_totals_of_every_county(city, pack):
    h, value = city.households, lambda name: pack.county_value(name, city.year)
    urban, family = h.home % 2 == 1, h.tenure != DORMITORY
    close = {"rtol": 0.001}
    np.testing.assert_allclose(by_county(city, pack, h.size), value("resident_population"), **close)
    np.testing.assert_allclose(by_county(city, pack, h.size * urban), value("urban_population"), **close)
    np.testing.assert_allclose(by_county(city, pack, family), value("family_households"), **close)
    np.testing.assert_allclose(by_county(city, pack, family & (h.size == 1)), value("one_person_households"), **close)
    np.testing.assert_allclose(
        by_county(city, pack, h.size * ~family), value("collective_household_population"), **close
    )
    names = {1: "same_county_other_township", 2: "other_county_same_province", 3: "other_province"}
    kind = migrant_class(city, pack)
    for code, name in names.items():
        np.testing.assert_allclose(by_county(city, pack, h.size * (kind == code)), value(f"migrants_{name}"), **close)


def test_ages_and_sexes_of_every_county(city, pack):
    people, counties = city.people, len(pack.counties)
    group = np.searchsorted(pack.age_group_bounds[:, 0], city.year - people.birth_year, side="right") - 1
    cell = (county_of(city, pack)[people.household] * len(pack.age_groups) + group) * 2 + people.sex
    found = np.bincount(cell, minlength=(counties + 1) * 38)[: counties * 38].reshape(counties, -1, 2)
    wanted = pack.age_sex(city.year)
    error = np.abs(found - wanted).sum(axis=(1, 2)) / wanted.sum(axis=(1, 2))
    assert error.max() < 0.01


def test_residents_of_towns(city, pack):
    h, towns = city.households, len(pack.towns)
    inside = h.home < 2 * towns
    found = np.bincount(h.home[inside] // 2, h.size[inside], minlength=towns)
    assert np.abs(found - pack.town_residents(city.year)).max() <= 5


def test_report_of_fit(city, pack):
    report = city.report.set_index(["margin", "place"]).total_absolute_error_percent
    assert set(report.index.get_level_values("place")) == {*pack.counties, pack.city_id}
    for margin in ("residents", "urban_residents", "family_households", "migrant_class", "registered"):
        assert report[margin].max() < 0.1, margin
    for margin in ("age_sex", "household_size", "generations", "education", "employed", "sector", "tenure"):
        assert report[margin].max() < 1, margin


def test_registered_people_who_live_outside(city, pack):
    """Registered in the city = its residents who are + those outside, for every county."""
    people, towns = city.people, len(pack.towns)
    ours = people.hukou_place < towns
    registered = np.bincount(pack.town_county[people.hukou_place[ours]], minlength=len(pack.counties))
    if city.year == 2010:
        np.testing.assert_allclose(registered, pack.county_value("hukou_population", 2010), rtol=0.001)
    outside = city.households.home >= 2 * towns
    assert 0.02 < city.households.size[outside].sum() / registered.sum() < 0.12
    away = outside[people.household]
    assert ours[away].all()
    age = city.year - people.birth_year
    assert np.median(age[away]) < np.median(age[~away]) - 5


def test_keys_are_unique_and_samples_are_nested(city, pack):
    keys = np.sort(city.people.key)
    assert (keys[1:] > keys[:-1]).all()
    assert (np.diff(np.sort(city.households.key)) > 0).all()
    tenth, hundredth = (in_sample(city.households.key, s) for s in (0.1, 0.01))
    assert (tenth | ~hundredth).all()
    one, ten = (start_population(pack, city.year, s) for s in (0.01, 0.1))
    assert set(one.people.key.tolist()) <= set(ten.people.key.tolist())
    assert (keys[np.searchsorted(keys, ten.people.key)] == ten.people.key).all()
    # a person is the same in every city
    order = np.argsort(ten.people.key)
    row = order[np.searchsorted(ten.people.key, one.people.key, sorter=order)]
    for column in ("birth_year", "education", "ability", "hukou_place", "status"):
        assert (getattr(ten.people, column)[row] == getattr(one.people, column)).all()
    # a systematic sample: residents within half a percent
    resident = one.households.home < 2 * len(pack.towns)
    whole = pack.county_value("resident_population", city.year).sum()
    assert one.households.size[resident].sum() * 100 == pytest.approx(whole, rel=0.005)


def test_rows_are_in_order(city):
    people, h = city.people, city.households
    assert h.size.sum() == len(people)
    assert (h.first == np.cumsum(h.size) - h.size).all()
    assert (people.household == np.repeat(np.arange(len(h)), h.size)).all()
    assert (people.role[h.first] == HEAD).all()
    assert (people.role == HEAD).sum() == len(h)
    assert (h.size[h.tenure == DORMITORY] == 1).all()
    assert h.village.max() == VILLAGES_PER_TOWN - 1


def test_families_can_be(city):
    people, h = city.people, city.households
    age = (city.year - people.birth_year).astype(int)
    head = h.first[people.household]
    assert age[h.first].min() >= 16
    spouse = np.flatnonzero(people.role == SPOUSE)
    assert (people.household[spouse] == people.household[spouse - 1]).all()
    assert (people.sex[spouse] != people.sex[head[spouse]]).all()
    gap = age[head[spouse]] - age[spouse]
    assert abs(gap.mean() - 2.3) < 0.5
    assert (np.abs(gap) <= 10).mean() > 0.98
    assert np.abs(gap).max() <= 18
    child = np.flatnonzero(people.role == OFFSPRING)
    with_spouse = np.zeros(len(h), bool)
    with_spouse[people.household[spouse]] = True
    mother = head[child] + with_spouse[people.household[child]]
    years = (age[mother] - age[child])[people.sex[mother] == FEMALE]
    assert years.min() >= 13, np.bincount(years)[:20]
    assert (years >= 16).mean() > 0.999
    parent = people.role == PARENT
    assert (age[parent] - age[head[parent]]).min() >= 13


def test_people_do_what_fits_their_age(city, pack):
    people = city.people
    age = city.year - people.birth_year
    assert ((people.status == CHILD) == (age < 16)).all()
    assert age[people.status == STUDENT].max() <= 21
    assert ((people.sector == NO_SECTOR) == (people.status != EMPLOYED)).all()
    assert ((people.work_town >= 0) == (people.status == EMPLOYED)).all()
    assert (people.arrival_year >= people.birth_year).all()
    assert people.arrival_year.max() <= city.year
    assert (people.insurance_years <= np.maximum(age - 16, 0)).all()
    assert people.ability.std() == pytest.approx(0.45, abs=0.01)
    assert abs(people.ability.mean()) < 0.01


def test_migrants_differ_from_locals(city, pack):
    """Migrants rent, are young and live in urban parts; land and homesteads belong to the rural hukou of the city."""
    people, h = city.people, city.households
    kind, head_age = migrant_class(city, pack), city.year - people.birth_year[h.first]
    far, local = kind == 3, kind == NOT_MIGRANT
    family = h.tenure != DORMITORY
    assert np.median(head_age[far & family]) < np.median(head_age[local & family]) - 8
    assert (h.tenure[far & family] >= 2).mean() > 0.6 > 0.2 > (h.tenure[local & family] >= 2).mean()
    assert (h.home[far] % 2 == 1).mean() > (h.home[local] % 2 == 1).mean()
    villager = (people.hukou_kind[h.first] == RURAL_HUKOU) & (h.origin < len(pack.towns))
    assert ((h.land > 0) == villager).all()
    assert ((h.homestead >= 0) == villager).all()
    np.testing.assert_allclose(city.town_farmland.sum(), h.land.sum(dtype=np.float64))


def test_families_left_behind(city, pack):
    h, towns = city.households, len(pack.towns)
    away = np.flatnonzero((h.home >= 2 * towns) & (h.tie >= 0))
    assert 0.4 < len(away) / (h.home >= 2 * towns).sum() < 0.6
    family = h.tie[away]
    assert (h.home[family] // 2 == h.origin[away]).all()
    assert (h.key[family] < h.key[away]).all()  # so every sample that has the one has the other
    back = h.tie[family]
    assert (h.home[back] >= 2 * towns).all()
    few = start_population(pack, city.year, 0.01).households
    left = (few.home >= 2 * towns) & (few.tie >= 0)
    assert left.sum() > 0.3 * (few.home >= 2 * towns).sum()


def test_population_is_read_only(pack):
    city = start_population(pack, 2020, 0.01)
    with pytest.raises(ValueError, match="read-only"):
        city.people.wage[:] = 1
    copy = city.people.copy()
    copy.wage = 1
    assert city.people.wage.max() == 0


@pytest.mark.parametrize("scale", [0.0, -0.1, 1.5])
def test_scale_must_be_a_share(pack, scale):
    with pytest.raises(ValueError, match="scale"):
        start_population(pack, 2020, scale)


def test_synthesise_writes_files(pack, tmp_path):
    import pandas as pd

    fit = synthesise(2020, 0.01, tmp_path / "out", pack)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["fit.csv", "households.parquet", "persons.parquet"]
    persons = pd.read_parquet(tmp_path / "out" / "persons.parquet")
    assert len(persons) == len(start_population(pack, 2020, 0.01).people)
    assert list(pd.read_csv(tmp_path / "out" / "fit.csv").columns) == list(fit.columns)
    assert fit[fit.margin == "residents"].total_absolute_error_percent.max() < 1.5


def test_parameters_change_the_city(pack, tmp_path, monkeypatch):
    """Another parameter is another file and another city; the file's name holds pack, year and scale."""
    from sim.synthesis.store import population_file

    default, other = catalogue.record("synthesis"), catalogue.record("synthesis", {"start_land_per_person": 1.0})
    assert population_file(pack, 2020, 0.01, default) != population_file(pack, 2020, 0.01, other)
    assert population_file(pack, 2020, 0.01, default) != population_file(pack, 2010, 0.01, default)
    assert population_file(pack, 2020, 0.01, default) == population_file(
        pack, 2020, 0.01, catalogue.record("synthesis")
    )


@pytest.mark.slow
def test_made_twice_is_the_same(city, pack):
    """Made anew, byte for byte; and in time (60 s at the most)."""
    import time

    from sim.synthesis.city import build_city

    started = time.perf_counter()
    people, households = build_city(pack, city.year, catalogue.record("synthesis"), lambda stage: None)
    assert time.perf_counter() - started < 60
    for table, kept in ((people, city.people), (households, city.households)):
        assert all(getattr(table, f).tobytes() == getattr(kept, f).tobytes() for f in table.FIELDS)
    few, _ = sample(people, households, 0.01)
    assert few.key.tobytes() == start_population(pack, city.year, 0.01).people.key.tobytes()
