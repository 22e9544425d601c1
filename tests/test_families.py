"""Who leaves home, where couples live, divorce: hand-worked families, then years of a small city."""

import numpy as np
import pytest
from helpers_people import (
    FEMALE,
    MALE,
    H,
    K,
    R,
    W,
    X,
    by_key,
    check_roster,
    city,
    crowd,
    everybody,
    grant_homes,
    house,
    live,
    open_year,
)

from sim.catalogue import record
from sim.codes import DORMITORY, HEAD, OFFSPRING, OTHER, PARENT, RENTED, SPOUSE
from sim.draws import Decision, derive_key, draw, stream
from sim.rules.couples import NEW_HOME, NO_WEDDING, TO_MAN, TO_WOMAN, WITH_PARENTS
from sim.steps import demography, families, new_households, roster

P = record("families")
REFUSED = 255


# Who wants what


def test_wishes_are_keyed_draws():
    m = city({"leave_home_hazard": [0.3] * 4, "divorce_hazard": 0.05, "marry_last_age": [30, 30]})
    for i in range(600):
        house(m, 0, (H, MALE, 55), (W, FEMALE, 52), (K, MALE, 35, 10_000 + i), (R, FEMALE, 80), (X, FEMALE, 17))
    everybody(m)
    m.alive = np.ones(m.people.n, bool)
    families.initialise(m)
    wish = families._wishes(m)
    age = m.year - m.people.birth_year

    def u(decision):
        base = stream(m.seed, decision, m.year)
        return np.array([draw(base, k) for k in m.people.key])

    assert np.array_equal(wish == families.LEAVES, (age == 35) & (u(Decision.LEAVE_HOME) < 0.3))
    assert np.array_equal(wish == families.DIVORCES, (age == 55) & (u(Decision.DIVORCE) < 0.05))
    assert set(wish.tolist()) == {0, families.LEAVES, families.DIVORCES}


def test_the_dead_students_and_people_with_a_partner_wish_for_nothing():
    m = city({"marry_peak": [0.9, 0.9], "leave_home_hazard": [0.3] * 4, "divorce_hazard": 0.0})
    for i in range(100):
        house(m, 0, (H, MALE, 28), (W, FEMALE, 26), (X, MALE, 28, 5000 + i), (K, FEMALE, 26, 9000 + i))
    everybody(m)
    families.initialise(m)
    m.alive = m.people.role != OTHER
    m.people.status[m.people.role == OFFSPRING] = 1  # STUDENT
    assert not families._wishes(m).any()


def test_husbands_of_couples():
    m = city()
    house(m, 0, (H, MALE, 30), (W, FEMALE, 30))
    house(m, 0, (H, FEMALE, 30), (W, MALE, 30))
    assert families._husbands(m, np.array([0, 2])).tolist() == [0, 3]


# Who lives where


def wed(m, pairs, leavers=(), tenure=RENTED, monkeypatch=None):
    """Weddings between these rows (man, woman) and leavers, with homes granted; returns where each couple went."""
    grant_homes(monkeypatch, m)
    m.homes_for = tenure if callable(tenure) else lambda requests: np.full(requests.n, tenure, np.uint8)
    m.alive, m.newborn_mothers = np.ones(m.people.n, bool), np.empty(0, np.int64)
    men, women = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    home, taken = np.zeros(len(men), np.uint8), np.zeros(m.households.n, bool)
    people, hh = m.people, m.households
    columns = (people.key, people.household, people.role, hh.home, hh.tenure)
    word = stream(m.seed, Decision.MARRY_HOME, m.year)
    families._choose_homes(men, women, word, *columns, 2 * m.T, m.par.families, home, taken)
    weddings = families.Weddings(men, women, home, taken)
    household_of = people.household.copy()
    families._change_households(m, weddings, np.array(leavers, np.int64), household_of)
    roster.rebuild(m, m.alive, household_of)
    check_roster(m)
    return weddings.home.tolist()


def households(m) -> list:
    """(home, tenure, [(role, age), ...]) of each household, in the order of rows."""
    p, h = m.people, m.households
    members = [(int(r), int(m.year - b)) for r, b in zip(p.role, p.birth_year, strict=True)]
    return [(int(h.home[i]), int(h.tenure[i]), members[h.first[i] : h.first[i] + h.size[i]]) for i in range(h.n)]


def test_she_moves_to_his_home_with_her_child_and_her_land(monkeypatch):
    # He lives in the urban part of town 0, she and her son in the rural part: they move, a person each out and in.
    # Her brother (OTHER, 30) stays. Her household of 3 has 6 mu: 2 go with her, 2 with the child.
    m = city()
    house(m, 1, (H, MALE, 30), land=1.0)
    house(m, 0, (H, FEMALE, 28), (K, MALE, 5), (X, MALE, 30), land=6.0)
    assert wed(m, [(0, 1)], monkeypatch=monkeypatch) == [TO_MAN]
    assert households(m) == [(1, 1, [(HEAD, 30), (SPOUSE, 28), (OFFSPRING, 5)]), (0, 1, [(HEAD, 30)])]
    assert m.households.land.tolist() == [5.0, 2.0]
    assert m.flow["moves_out"].tolist() == [2, 0, 0, 0, 0] and m.flow["moves_in"].tolist() == [0, 2, 0, 0, 0]
    assert (m.people.arrival_year == 2000).all()  # the town is the same
    assert m.requests == []


def test_he_moves_to_hers_from_his_parents(monkeypatch):
    # between towns of one county arrival begins anew; here place 2 belongs to the other town
    m = city()
    house(m, 2, (H, FEMALE, 28), land=3.0)
    house(m, 0, (H, MALE, 55), (W, FEMALE, 52), (K, MALE, 27), land=6.0)
    assert wed(m, [(3, 0)], monkeypatch=monkeypatch) == [TO_WOMAN]
    assert households(m) == [(2, 1, [(HEAD, 28), (SPOUSE, 27)]), (0, 1, [(HEAD, 55), (SPOUSE, 52)])]
    assert m.households.land.tolist() == [3.0, 6.0]  # a child who marries out leaves the share at home
    assert m.people.arrival_year.tolist() == [2000, 2010, 2000, 2000]


def test_the_couple_stays_with_his_parents(monkeypatch):
    # three generations: he heads the household now, father and mother are PARENT, the sister OTHER
    m = city({"stay_with_parents": [1.0, 1.0]})
    house(m, 0, (H, MALE, 55), (W, FEMALE, 52), (K, MALE, 27), (K, FEMALE, 20), (R, FEMALE, 80))
    house(m, 1, (H, MALE, 50), (K, FEMALE, 25))
    assert wed(m, [(2, 6)], monkeypatch=monkeypatch) == [WITH_PARENTS]
    assert households(m)[0] == (
        0,
        1,
        [(HEAD, 27), (SPOUSE, 25), (PARENT, 80), (PARENT, 55), (PARENT, 52), (OTHER, 20)],
    )
    assert households(m)[1] == (1, 1, [(HEAD, 50)])
    assert m.flow["moves_in"].tolist() == [1, 0, 0, 0, 0]


def test_of_two_brothers_one_stays_and_one_needs_a_home(monkeypatch):
    m = city({"stay_with_parents": [1.0, 1.0]})
    house(m, 0, (H, MALE, 55), (K, MALE, 27), (K, MALE, 25))
    house(m, 0, (H, MALE, 50), (K, FEMALE, 25), (K, FEMALE, 24))
    assert wed(m, [(1, 4), (2, 5)], monkeypatch=monkeypatch) == [WITH_PARENTS, NEW_HOME]
    assert [members for _, _, members in households(m)] == [
        [(HEAD, 27), (SPOUSE, 25), (PARENT, 55)],
        [(HEAD, 50)],
        [(HEAD, 25), (SPOUSE, 24)],
    ]


def test_a_new_home_for_the_couple(monkeypatch):
    # In the rural part of town 0 with a homestead there. His family of 3 has 9 mu: 3 go with him, hers keep all.
    # Earnings: he earned 30,000; she nothing, so the 50,000 expected in her town.
    m = city({"stay_with_parents": [0.0, 0.0]})
    house(m, 0, (H, MALE, 55), (W, FEMALE, 52), (K, MALE, 27), land=9.0, homestead=0, key=77)
    house(m, 1, (H, MALE, 50), (K, FEMALE, 25), land=4.0)
    m.people.wage[2] = 30_000.0
    his_key = m.people.key[2]
    assert wed(m, [(2, 4)], monkeypatch=monkeypatch) == [NEW_HOME]
    assert households(m)[2] == (0, RENTED, [(HEAD, 27), (SPOUSE, 25)])
    assert m.households.land.tolist() == [6.0, 4.0, 3.0]
    (asked,) = m.requests
    assert (asked.n, asked.place[0], asked.size[0], asked.earnings[0], asked.local[0]) == (1, 0, 2, 80_000.0, 1)
    assert (asked.years[0], asked.homestead[0], asked.single[0], asked.new[0]) == (10, 1, 0, 1)
    new = 2
    word = stream(m.seed, Decision.NEW_HOUSEHOLD_KEY, m.year)
    assert m.households.key[new] == asked.key[0] == derive_key(word, his_key, 0)
    assert (m.households.homestead[new], m.households.village[new], m.households.moved_year[new]) == (0, 3, 2010)
    assert m.flow["households_formed"].tolist() == [1, 0, 0, 0, 0]


def test_without_a_home_the_couple_lives_with_his_parents_or_waits(monkeypatch):
    # no home is free: the son stays at home with his wife; the lodger (OTHER) and the dormitory worker do not marry
    m = city({"stay_with_parents": [0.0, 0.0]})
    house(m, 0, (H, MALE, 55), (K, MALE, 27))
    house(m, 0, (H, MALE, 52), (X, MALE, 27))
    house(m, 1, (H, MALE, 26), tenure=DORMITORY)
    house(m, 1, (H, FEMALE, 60), (K, FEMALE, 25), (K, FEMALE, 24), (K, FEMALE, 23))
    where = wed(m, [(1, 6), (3, 7), (4, 8)], tenure=REFUSED, monkeypatch=monkeypatch)
    assert where == [WITH_PARENTS, NO_WEDDING, NO_WEDDING]
    assert [members for _, _, members in households(m)] == [
        [(HEAD, 27), (SPOUSE, 25), (PARENT, 55)],
        [(HEAD, 52), (OTHER, 27)],
        [(HEAD, 26)],
        [(HEAD, 60), (OFFSPRING, 24), (OFFSPRING, 23)],
    ]
    assert m.flow["households_formed"].sum() == 0


def test_dormitory_workers_marry_into_a_home(monkeypatch):
    # both beds become free; land that either brings goes into the new household: 2 + 1
    m = city()
    house(m, 1, (H, MALE, 26), tenure=DORMITORY, land=2.0)
    house(m, 1, (H, FEMALE, 25), tenure=DORMITORY, land=1.0)
    assert wed(m, [(0, 1)], monkeypatch=monkeypatch) == [NEW_HOME]
    assert households(m) == [(1, RENTED, [(HEAD, 26), (SPOUSE, 25)])]
    assert m.households.land.tolist() == [3.0]
    assert m.flow["households_dissolved"].tolist() == [0, 2, 0, 0, 0]


def test_leaving_home_and_divorce(monkeypatch):
    # the son leaves with a quarter of the land; the divorced father too; the mother becomes head
    m = city()
    house(m, 2, (H, MALE, 50), (W, FEMALE, 48), (K, MALE, 25), (K, FEMALE, 12), land=8.0)
    wed(m, [], leavers=[2, 0], monkeypatch=monkeypatch)
    assert households(m) == [
        (2, 1, [(HEAD, 48), (OFFSPRING, 12)]),
        (2, RENTED, [(HEAD, 25)]),
        (2, RENTED, [(HEAD, 50)]),
    ]
    assert m.households.land.tolist() == [4.0, 2.0, 2.0]
    assert m.flow["households_formed"].tolist() == [0, 0, 2, 0, 0]
    assert m.requests[0].size.tolist() == [1, 1]


def test_who_gets_no_home_stays(monkeypatch):
    # two ask; only the first request is granted
    m = city()
    house(m, 0, (H, MALE, 50), (K, MALE, 25), (K, FEMALE, 22), land=3.0)
    wed(m, [], leavers=[1, 2], tenure=lambda r: np.array([RENTED, REFUSED], np.uint8), monkeypatch=monkeypatch)
    assert [members for _, _, members in households(m)] == [[(HEAD, 50), (OFFSPRING, 22)], [(HEAD, 25)]]
    assert m.households.land.tolist() == [2.0, 1.0]


def test_outside_the_city_homes_are_rented_without_asking(monkeypatch):
    m = city()
    house(m, 4, (H, MALE, 50), (K, MALE, 25))
    wed(m, [], leavers=[1], tenure=REFUSED, monkeypatch=monkeypatch)
    assert households(m) == [(4, 1, [(HEAD, 50)]), (4, RENTED, [(HEAD, 25)])]
    assert m.requests == []


def test_newborns_go_with_their_mother(monkeypatch):
    # a daughter with a baby of this year marries into another home: the baby follows and is a child of the couple
    m = city()
    grant_homes(monkeypatch, m)
    house(m, 1, (H, MALE, 28))
    house(m, 0, (H, MALE, 55), (K, FEMALE, 25))
    roster.append_people(m, 1, key=99, household=1, role=OTHER, sex=MALE, birth_year=2010)
    m.alive, m.newborn_mothers = np.ones(4, bool), np.array([2])
    household_of = m.people.household.copy()
    weddings = (np.array([0]), np.array([2]), np.array([TO_MAN], np.uint8), np.array([-1]))
    none = np.empty(0, np.int64)
    new_households.move(m, none, none, weddings, m.households.land.copy(), household_of)
    roster.rebuild(m, m.alive, household_of)
    assert households(m) == [(1, 1, [(HEAD, 28), (SPOUSE, 25), (OFFSPRING, 0)]), (0, 1, [(HEAD, 55)])]
    assert m.flow["moves_in"].tolist() == [0, 2, 0, 0, 0]


# Years


def test_land_is_conserved_but_for_households_that_die_out(monkeypatch):
    m = crowd(300, pack=None)
    grant_homes(monkeypatch, m)
    m.levels["mortality_level"] = 1e-12
    land = float(m.households.land.sum())
    live(m, 6)
    assert m.flow["households_formed"].sum() > 0
    assert (m.households.land >= 0).all()
    # women who lived alone and land of families left empty go along: nothing is lost while nobody dies
    assert float(m.households.land.sum()) == pytest.approx(land, rel=1e-5)


def test_dearer_rent_keeps_the_young_at_home(monkeypatch):
    alone = []
    for rent in (5_000.0, 60_000.0):
        m = crowd(600, seed=9, parameters={"leave_home_hazard": [0.2] * 4, "marry_peak": [0.02, 0.02]})
        grant_homes(monkeypatch, m)
        m.signals.rent[:] = rent
        live(m, 3)
        alone.append(int((m.households.size == 1).sum()))
    assert alone[0] > alone[1] + 10


def test_refused_everywhere_forms_no_household(monkeypatch):
    m = crowd()
    m.homes_for = lambda requests: np.full(requests.n, REFUSED, np.uint8)
    grant_homes(monkeypatch, m)
    inside = (m.households.home < 2 * m.T).sum()
    live(m)
    assert m.flow["households_formed"][: 2 * m.T].sum() == 0
    assert (m.households.home < 2 * m.T).sum() <= inside


def test_one_more_household_changes_few(monkeypatch):
    """With homes for all, a new neighbour touches at most his own circle of people who look for a partner."""
    one, two = crowd(), crowd()
    house(two, 1, (H, MALE, 28, 999_999), key=888)
    everybody(two)
    two.vital, two.marriage_market = one.vital, one.marriage_market
    for m in (one, two):
        m.marriage_market.circles[:] = 12
        grant_homes(monkeypatch, m)
        open_year(m, 2011)
        demography.demography(m)
        families.families(m)
    a, b = by_key(one), by_key(two)
    changed = [k for k in a if a[k] != b.get(k)]
    assert len(changed) <= 12 and len(b) == len(a) + 1
