"""Leaving home, finding a partner, divorce: each rule worked by hand, then who meets whom."""

import numpy as np
import pytest
from helpers_people import FEMALE, MALE, H, K, W, city, crowd, everybody, house

from sim.catalogue import record
from sim.codes import RURAL_PART, URBAN_HUKOU, URBAN_PART
from sim.draws import Decision, draw, stream
from sim.rules import couples, leaving_home
from sim.rules.couples import NEW_HOME, TO_MAN, TO_WOMAN, WITH_PARENTS
from sim.steps import couples as meeting

P = record("families")


# Rules


def test_rent_factor():
    # burden 0.4 / reference 0.2 = 2: 2^-0.5 = 0.707107; burden 1.6: 8^-0.5 = 0.353553; bounds 1/4 and 2
    p = record("families", {"leave_home_rent_elasticity": 0.5, "leave_home_rent_reference": 0.2})
    factor = leaving_home.rent_factor
    assert factor(20_000.0, 50_000.0, p) == pytest.approx(0.707107, abs=1e-6)
    assert factor(10_000.0, 50_000.0, p) == pytest.approx(1.0)
    assert factor(80_000.0, 50_000.0, p) == pytest.approx(0.353553, abs=1e-6)
    assert factor(500_000.0, 50_000.0, p) == 0.25 and factor(100.0, 50_000.0, p) == 2.0
    assert factor(0.0, 50_000.0, p) == 2.0 and factor(10_000.0, 0.0, p) == 0.25


def test_leave_chance_by_age():
    p = record("families", {"leave_home_hazard": [0.01, 0.02, 0.03, 0.04]})
    chances = [leaving_home.leave_chance(a, p) for a in (17, 18, 21, 22, 25, 26, 30, 31, 40, 41)]
    assert chances == [0.0, 0.01, 0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04, 0.0]


def test_land_taken():
    assert leaving_home.land_taken(6.0, 4, 0) == 1.5  # a quarter
    assert leaving_home.land_taken(6.0, 4, URBAN_HUKOU) == 0.0  # no rights in the village
    assert leaving_home.land_taken(6.0, 1, URBAN_HUKOU) == 6.0  # who lived alone takes everything


def test_seek_chance():
    # women: mode 26, rise 3, fall 9, peak 0.3. At 23: 0.3 exp(-1 / 2) = 0.181959; at 35: 0.3 exp(-1) = 0.110364
    p = record("families", {"marry_peak": [0.3, 0.3]})
    chance = couples.seek_chance
    assert chance(26, FEMALE, p) == pytest.approx(0.3)
    assert chance(23, FEMALE, p) == pytest.approx(0.181959, abs=1e-6)
    assert chance(35, FEMALE, p) == pytest.approx(0.110364, abs=1e-6)
    assert chance(19, FEMALE, p) == 0.0 and chance(20, FEMALE, p) > 0.0 and chance(46, FEMALE, p) == 0.0
    assert chance(21, MALE, p) == 0.0 and chance(22, MALE, p) > 0.0 and chance(51, MALE, p) == 0.0


def test_mismatch():
    # preferred gap 2, a level of education counts 2 years: gap 5, two levels apart: 3 + 4 = 7
    assert couples.mismatch(30, 25, 1, 3, P) == pytest.approx(7.0)
    assert couples.mismatch(27, 25, 2, 2, P) == 0.0
    assert couples.mismatch(40, 27, 1, 1, P) == couples.NOT_ACCEPTED  # 13 years: more than 12
    assert couples.mismatch(25, 32, 1, 1, P) == couples.NOT_ACCEPTED  # she is 7 years older: more than 6


def test_where_a_couple_lives():
    p = record("families", {"stay_with_parents": [0.55, 0.3]})
    home = couples.couple_home
    assert home(True, True, False, 0.0, RURAL_PART, p) == TO_MAN
    assert home(False, True, True, 0.0, RURAL_PART, p) == TO_WOMAN
    assert home(False, False, True, 0.54, RURAL_PART, p) == WITH_PARENTS
    assert home(False, False, True, 0.56, RURAL_PART, p) == NEW_HOME
    assert home(False, False, True, 0.54, URBAN_PART, p) == NEW_HOME
    assert home(False, False, False, 0.0, RURAL_PART, p) == NEW_HOME


def test_divorce():
    p = record("families", {"divorce_hazard": 0.01})
    assert couples.divorces(0.0099, p) and not couples.divorces(0.0101, p)


# Who meets whom


def test_women_choose_in_turn_within_their_circle():
    # One circle. The first woman (25) takes the man of 28 (|3 - 2| = 1) rather than the man of 30 (3); the second (29)
    # is left with the man of 30 (|1 - 2| = 1). The man of 50 suits neither. Second circle: a woman without a man.
    m = city()
    house(m, 0, *((K, s, a) for s, a in ((FEMALE, 25), (MALE, 30), (MALE, 28), (FEMALE, 29), (MALE, 50), (FEMALE, 24))))
    rows, circle = np.arange(6), np.array([0, 0, 0, 0, 0, 1])
    men, women = np.empty(6, np.int64), np.empty(6, np.int64)
    p, c = m.people, m.par.families
    n = meeting._pair_up(rows, circle, p.sex, p.birth_year, p.education, c, men, women)
    assert list(zip(men[:n].tolist(), women[:n].tolist(), strict=True)) == [(2, 0), (1, 3)]


def test_couples_meet_in_their_county_only():
    m = crowd(300)
    seekers = np.flatnonzero(m.year - m.people.birth_year < 45)
    men, women = meeting.find_couples(m, seekers)
    assert len(men) > 20
    group = m.marriage_market.market[m.households.home[m.people.household]]
    assert np.array_equal(group[men], group[women])
    assert (m.people.sex[men] == MALE).all() and (m.people.sex[women] == FEMALE).all()
    assert len(set(men.tolist())) == len(set(women.tolist())) == len(men)


def test_one_more_seeker_changes_one_circle_only():
    m = crowd(400)
    m.marriage_market.circles[:] = 12
    seekers = np.flatnonzero(m.year - m.people.birth_year < 45)
    pairs = [
        set(zip(*(x.tolist() for x in meeting.find_couples(m, rows)), strict=True)) for rows in (seekers[1:], seekers)
    ]
    k = m.people.key[seekers[0]]
    base = stream(m.seed, Decision.MARRY_POINT, m.year)
    group = m.marriage_market.market[m.households.home[m.people.household]]

    def circle(i):
        return group[i], int(12 * draw(base, m.people.key[i]))

    changed = pairs[0] ^ pairs[1]
    assert {circle(i) for pair in changed for i in pair} <= {circle(seekers[0])}
    assert draw(base, k) > 0 and len(pairs[0]) > 20


def test_circles_are_fixed_by_the_women_who_look_at_the_start():
    # 90 single women of 26 in county 0: 90 * 0.4 = 36 look; circles of 6 make 6. County 1 has none: one circle.
    m = city({"marry_peak": [0.4, 0.4], "marry_mode_age": [28, 26], "partner_circle": 6})
    for i in range(90):
        house(m, 1, (H, FEMALE, 26, i + 1))
    house(m, 0, (H, MALE, 30), (W, FEMALE, 26))
    everybody(m)
    assert meeting.open_market(m).circles.tolist() == [6, 1, 1]
