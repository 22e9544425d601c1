"""Deaths, births, school and insurance: each rule worked by hand, then whole small cities."""

import math

import numpy as np
import pytest
from helpers_people import (
    FEMALE,
    MALE,
    H,
    K,
    W,
    by_key,
    check_roster,
    city,
    crowd,
    everybody,
    fake_pack,
    grant_homes,
    house,
    live,
    open_year,
    shuffle,
)

from sim.catalogue import record
from sim.codes import CHILD, COLLEGE, EMPLOYED, JUNIOR, OFFSPRING, OTHER, SECONDARY, SENIOR, STUDENT, UNEMPLOYED
from sim.draws import Decision, derive_key, draw, stream
from sim.rules import fertility, mortality, schooling
from sim.steps import demography, families, roster

P = record("demography")


# Rules


def test_death_rate_of_the_year_lies_between_two_ages():
    assert mortality.cohort_death_rate(0.010, 0.014, 60, 0.8) == pytest.approx(0.012)  # half a year each
    assert mortality.cohort_death_rate(0.01, 0.01, 0, 0.8) == pytest.approx(0.008)  # 0.8 of 10 per thousand
    assert mortality.cohort_death_rate(0.01, 0.002, 1, 0.8) == pytest.approx(0.003)  # 0.2 * 0.010 + 0.002 / 2


def test_death_chance_by_hand():
    # 0.02 * 0.5 * 2 = 0.02; 1 - exp(-0.02) = 0.0198013
    assert mortality.death_chance(0.02, 0.5, 2.0) == pytest.approx(0.0198013, abs=1e-7)


def test_county_factor_is_bounded():
    assert mortality.county_factor(3.68, 5.44, 0.6, 1.4) == pytest.approx(0.67647, abs=1e-5)
    assert mortality.county_factor(1.0, 5.0, 0.6, 1.4) == 0.6
    assert mortality.county_factor(50.0, 5.0, 0.6, 1.4) == 1.4


def test_implied_crude_rate_weighs_ages_by_survivors():
    # ages 0 and 1 only, m = 0.1 and 0.2: survivors 1 and exp(-0.1) = 0.904837.
    # one group of both ages: (0.1 + 0.904837 * 0.2) / 1.904837 = 0.147502; the other group (age 2) has rate 0.3.
    # 30 people in the first group, 10 in the second: (30 * 0.147502 + 10 * 0.3) / 40 = 0.185627
    rates = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]])
    residents = np.array([[[20, 10], [5, 5]]])
    implied = demography.implied_crude_death_rate(rates, residents, np.array([[0, 1], [2, 2]]))
    assert implied == pytest.approx([0.185627], abs=1e-6)


def test_partner_factors_keep_the_mean_of_all_women():
    # 60 % with a partner, singles 0.15 as often: 1 / (0.6 + 0.4 * 0.15) = 1.515152 and 0.15 of it = 0.227273
    with_partner, without = fertility.partner_factor(True, 0.6, 0.15), fertility.partner_factor(False, 0.6, 0.15)
    assert (with_partner, without) == pytest.approx((1.515152, 0.227273), abs=1e-6)
    assert 0.6 * with_partner + 0.4 * without == pytest.approx(1.0)


def test_place_fertility_takes_half_of_the_countys_deviation():
    # 0.12 / 0.15 is a fifth lower; half of it counts: 0.85 * 0.9
    assert fertility.place_fertility(0.12, 0.15, 0, P) == pytest.approx(P.relative_fertility[0] * 0.9)


def test_birth_chance_by_hand():
    # (0.10 + 0.12) / 2 = 0.11; * 0.85 * 1.2 * 1.5 = 0.1683
    assert fertility.birth_chance(0.10, 0.12, 0.85, 1.2, 1.5) == pytest.approx(0.1683)
    assert fertility.birth_chance(0.9, 0.9, 1.0, 1.0, 3.0) == 1.0


def test_sex_of_a_newborn():
    # 117 boys per 100 girls: a boy if u < 1.17 / 2.17 = 0.53917
    assert fertility.is_boy(0.5391, 1.17) and not fertility.is_boy(0.5392, 1.17)


def test_ability_of_a_newborn():
    # u1 = exp(-0.5): radius 1; u2 = 0.5: cos(pi) = -1, so z = -1. rho 0.4, sd 0.35:
    # 0.4 * 0.5 - sqrt(0.84) * 0.35 = 0.2 - 0.320780 = -0.120780
    p = record("demography", {"ability_inheritance": 0.4, "newborn_ability_sd": 0.35})
    assert fertility.newborn_ability(0.5, math.exp(-0.5), 0.5, p) == pytest.approx(-0.120780, abs=1e-6)


def test_school_by_age():
    p = record("demography", {"senior_school_chance": [0.9, 0.97], "college_chance": [0.4, 0.55]})
    status = schooling.school_status
    assert [status(a, CHILD, 0.5, 0.5, 0, p) for a in (0, 5, 6, 15)] == [CHILD, CHILD, STUDENT, STUDENT]
    assert status(16, STUDENT, 0.89, 0.0, 0, p) == STUDENT  # rural: 0.89 < 0.9
    assert status(16, STUDENT, 0.91, 0.0, 0, p) == UNEMPLOYED
    assert status(16, STUDENT, 0.91, 0.0, 1, p) == STUDENT  # urban: 0.91 < 0.97
    assert status(18, STUDENT, 0.99, 0.99, 0, p) == STUDENT
    assert status(19, STUDENT, 0.0, 0.5, 0, p) == UNEMPLOYED  # 0.5 > 0.4
    assert status(19, STUDENT, 0.0, 0.5, 1, p) == STUDENT  # 0.5 < 0.55
    assert status(21, STUDENT, 0.9, 0.9, 0, p) == STUDENT
    assert status(22, STUDENT, 0.0, 0.0, 0, p) == UNEMPLOYED


def test_education_is_the_level_attended():
    reached = schooling.education_attended
    ages = (12, 13, 15, 16, 18, 19, 21)
    assert [reached(a, STUDENT, 0) for a in ages] == [0, JUNIOR, JUNIOR, SENIOR, SENIOR, COLLEGE, COLLEGE]
    assert reached(16, UNEMPLOYED, JUNIOR) == JUNIOR and reached(19, UNEMPLOYED, SENIOR) == SENIOR
    assert reached(22, UNEMPLOYED, COLLEGE) == COLLEGE  # never less than before


def test_insurance_years():
    p = record("demography", {"insured_share": [0.5, 0.8]})
    years = schooling.insurance_year
    assert years(True, 0.49, 0, 3, p) == 4 and years(True, 0.51, 0, 3, p) == 3
    assert years(True, 0.51, 1, 3, p) == 4 and years(False, 0.1, 1, 3, p) == 3
    assert years(True, 0.1, 1, 60, p) == 60


# Start year


def test_county_factors_of_the_start_census():
    # the schedule implies 20 per thousand everywhere (all are 20-24): 20 / 20 = 1, 10 / 20 = 0.5 raised to 0.6;
    # places outside have 1
    m = crowd(20)
    assert m.vital.mortality == pytest.approx([1.0, 0.6, 1.0])
    assert m.vital.fertility == pytest.approx([0.85, 0.765, 0.85])  # county 1: 0.85 * (1 - 0.5 * 0.2)
    assert m.vital.group.tolist() == [0, 0, 1, 1, 2]


def test_missing_county_rate_falls_back_on_the_census_before():
    pack = fake_pack()
    rates = {2010: np.array([16.0, 18.0]), 2020: np.array([np.nan, 22.0])}
    pack.county_value_or = lambda name, year, default: rates.get(year, np.full(2, default))
    factors = demography._mortality_factors(pack, 2020, P)
    assert factors == pytest.approx([16 / 20, 22 / 20, 1.0])


def test_shares_with_a_partner_come_from_the_start_population():
    # women of 25-29: two with a partner (a wife, and a head with a husband), one head without. One of each is added,
    # so s = 3 / 5 and the factors are 1 / (0.6 + 0.4 r) and r times that
    m = city({"single_fertility": 0.15})
    house(m, 0, (H, MALE, 28), (W, FEMALE, 27))
    house(m, 0, (H, FEMALE, 29), (W, MALE, 30))
    house(m, 0, (H, FEMALE, 25), (K, MALE, 3))
    everybody(m)
    assert demography._partners(m)[27] == pytest.approx([0.227273, 1.515152], abs=1e-6)


# The year


def test_certain_death_and_certain_birth():
    """With rates so high that all who can die or bear do, the books can be checked by eye."""
    m = city(pack=fake_pack(death=0.0001, birth=50.0))
    house(m, 0, (H, MALE, 30), (W, FEMALE, 27))
    house(m, 2, (H, FEMALE, 49), (K, FEMALE, 20), (K, FEMALE, 13))
    house(m, 4, (H, FEMALE, 70))
    everybody(m)
    demography.initialise(m)
    families.initialise(m)
    m.levels["mortality_level"] = 1e-9
    open_year(m, 2011)
    mothers = m.people.key[[1, 2, 3]].copy()
    demography.demography(m)
    # mothers: 28; 50 (half a year at 49); 21. Not 14 or 71.
    assert m.people.n == 9 and m.alive.all() and m.newborn_mothers.tolist() == [1, 2, 3]
    assert m.flow["births"].tolist() == [1, 0, 2, 0, 0]
    new = slice(6, 9)
    assert m.people.role[new].tolist() == [OFFSPRING, OFFSPRING, OTHER]  # the daughter's child is no child of the head
    assert m.people.household[new].tolist() == [0, 1, 1]
    assert m.people.hukou_place[new].tolist() == [0, 1, 1]
    assert (m.people.birth_year[new] == 2011).all() and (m.people.status[new] == CHILD).all()
    births = stream(m.seed, Decision.NEWBORN_KEY, 2011)
    assert m.people.key[new].tolist() == [derive_key(births, k, 0) for k in mothers]

    m.levels["mortality_level"] = 1e9
    people = m.people.n
    roster.rebuild(m, m.alive, m.people.household.copy())
    open_year(m, 2012)
    demography.demography(m)
    assert not m.alive.any() and m.flow["deaths"].sum() == people and m.flow["births"].sum() == 0


def test_tables_of_chances_take_half_of_each_age():
    # m(a) = a / 1000: at 60 (0.059 + 0.060) / 2 = 0.0595 in county 0 (factor 1), 0.6 of it in county 1; men as women.
    # f rises from 0.10 at 29 to 0.14 at 30: mean 0.12, * 0.85 in county 0; singles and couples by their factors
    m = crowd(20)
    m.pack.mortality = lambda year: np.repeat(np.arange(101)[:, None] / 1000.0, 2, axis=1)
    m.pack.fertility = lambda year: np.where(np.arange(101) < 30, 0.10, 0.14)
    death, birth = demography._death_chances(m), demography._birth_chances(m)
    assert death[:2, 60, 1] == pytest.approx([1 - math.exp(-0.0595), 1 - math.exp(-0.0357)])
    assert birth[0, 30] == pytest.approx(0.12 * 0.85 * m.vital.partner[30])
    assert death[0, 0, 0] == 0.0 and (birth[:, [14, 51]] == 0.0).all()


def test_deaths_are_the_keyed_draws_below_the_chance():
    # county 0, factor 1: a man of 40 dies if u < 1 - exp(-0.02) = 0.0198013; county 1, factor 0.6: 1 - exp(-0.012)
    m = city()
    for home in (0, 2):
        for i in range(1500):
            house(m, home, (H, MALE, 39, 10_000 * home + i + 1))
    everybody(m)
    demography.initialise(m)
    open_year(m, 2011)
    demography.demography(m)
    base = stream(m.seed, Decision.DEATH, 2011)
    u = np.array([draw(base, k) for k in m.people.key])
    home = m.households.home[m.people.household]
    assert np.array_equal(~m.alive, u < np.where(home == 0, 0.0198013, 0.0119283))
    assert m.flow["deaths"].tolist() == [int((~m.alive & (home == p)).sum()) for p in range(5)]


def test_school_years_in_a_city():
    m = city({"senior_school_chance": [1.0, 1.0], "college_chance": [0.05, 1.0]}, pack=fake_pack(1e-9, 0.0))
    house(m, 0, (H, FEMALE, 40), *((K, MALE, a) for a in (4, 5, 14, 15, 18, 21)), hukou_kind=1)
    everybody(m)
    demography.initialise(m)
    m.people.status[m.year - m.people.birth_year >= 16] = STUDENT
    m.people.education[m.year - m.people.birth_year == 21] = COLLEGE
    m.people.status[0] = EMPLOYED
    open_year(m, 2011)
    demography.demography(m)
    reached = zip(m.people.status, m.people.education, strict=True)
    by_age = dict(zip((2011 - m.people.birth_year).tolist(), reached, strict=True))
    assert by_age[5][0] == CHILD and by_age[6][0] == STUDENT and by_age[15][0] == STUDENT
    assert by_age[16] == (STUDENT, SENIOR) and by_age[19] == (STUDENT, COLLEGE) and by_age[22] == (UNEMPLOYED, COLLEGE)
    assert by_age[41] == (EMPLOYED, 1)


def test_the_same_people_are_insured_every_year():
    m = city({"insured_share": [0.5, 0.5]}, pack=fake_pack(1e-9, 0.0))
    for i in range(200):
        house(m, 0, (H, MALE, 30, i + 1))
    everybody(m)
    demography.initialise(m)
    m.people.status[:], m.people.sector[:] = EMPLOYED, SECONDARY
    for year in (2011, 2012, 2013):
        open_year(m, year)
        demography.demography(m)
    u = np.array([draw(stream(m.seed, Decision.INSURED, 0), k) for k in m.people.key])
    assert m.people.insurance_years.tolist() == np.where(u < 0.5, 3, 0).tolist()


def test_people_are_conserved_and_keys_unique(monkeypatch):
    m = crowd()
    grant_homes(monkeypatch, m)
    for _ in range(8):
        people = np.bincount(m.households.home, m.households.size, minlength=5)
        houses = m.households.n
        live(m)
        f = m.flow
        expected = people + f["births"] - f["deaths"] + f["moves_in"] - f["moves_out"]
        assert np.bincount(m.households.home, m.households.size, minlength=5).tolist() == expected.tolist()
        assert m.households.n == houses + f["households_formed"].sum() - f["households_dissolved"].sum()
        check_roster(m)
    assert f["births"].sum() > 0 and f["deaths"].sum() > 0


def test_order_of_rows_and_threads_do_not_matter(monkeypatch):
    results = []
    for threads, mixed in ((1, False), (2, False), (1, True)):
        m = crowd(threads=threads)
        grant_homes(monkeypatch, m)
        if mixed:
            shuffle(m, 3)
        live(m, 5)
        results.append((by_key(m), {k: v.tolist() for k, v in m.flow.items()}))
    assert results[0] == results[1] == results[2]


def test_many_chunks_on_two_threads(monkeypatch):
    """Chunks of 64 rows: several of them on each thread."""
    monkeypatch.setattr("sim.engine.CHUNK", 64)
    results = []
    for threads in (1, 2):
        m = crowd(threads=threads)
        grant_homes(monkeypatch, m)
        live(m, 4)
        results.append(by_key(m))
    assert results[0] == results[1]


def test_one_more_person_changes_nobody_elses_death_or_birth(monkeypatch):
    one, two = crowd(), crowd()
    house(two, 1, (H, FEMALE, 30, 999_999), key=888)
    everybody(two)
    two.vital = one.vital
    for m in (one, two):
        open_year(m, 2011)
        demography.demography(m)
    added = two.households.key[two.people.household] == 888
    dead = [set(m.people.key[~m.alive].tolist()) for m in (one, two)]
    born = [set(m.people.key[-len(m.newborn_mothers) :].tolist()) for m in (one, two)]
    extra = set(two.people.key[added].tolist())
    assert dead[0] == dead[1] - extra and born[0] == born[1] - extra
