"""The roster: heads, spouses, order, dissolved households and ties; hand-worked and by random cities."""

import numpy as np
import pytest
from helpers_people import FEMALE, MALE, H, K, R, W, X, by_key, check_roster, city, everybody, house, shuffle
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.codes import HEAD, OFFSPRING, OTHER, PARENT, SPOUSE
from sim.steps import roster


def rebuild_without(m, *dead) -> None:
    """The roster after these rows died."""
    alive = np.ones(m.people.n, bool)
    alive[list(dead)] = False
    roster.rebuild(m, alive, m.people.household.copy())


def test_spouse_becomes_head_and_children_stay_children():
    # head (row 0) dies: the wife of 40 leads although a father of 70 lives there; the children keep their role
    m = city()
    house(m, 0, (H, MALE, 42), (W, FEMALE, 40), (K, MALE, 12), (K, FEMALE, 15), (R, MALE, 70))
    rebuild_without(m, 0)
    assert m.people.role.tolist() == [HEAD, OFFSPRING, OFFSPRING, PARENT]
    assert (m.year - m.people.birth_year).tolist() == [40, 15, 12, 70]  # in a role the elder comes first
    assert m.households.size.tolist() == [4]


def test_without_a_spouse_the_eldest_adult_leads_and_without_adults_the_eldest():
    m = city()
    house(m, 0, (H, MALE, 45), (K, MALE, 17), (K, FEMALE, 19), (X, FEMALE, 18))  # 19 is the eldest of 18 and over
    house(m, 1, (H, FEMALE, 40), (K, MALE, 9), (K, FEMALE, 11))
    rebuild_without(m, 0, 4)
    assert (m.year - m.people.birth_year)[m.households.first].tolist() == [19, 11]
    assert m.people.role.tolist() == [HEAD, OFFSPRING, OTHER, HEAD, OFFSPRING]


def test_of_two_adults_born_in_one_year_the_lower_key_leads():
    m = city()
    house(m, 0, (H, MALE, 60, 1), (K, MALE, 30, 2), (K, FEMALE, 30, 3))
    keys = m.people.key.copy()
    rebuild_without(m, 0)
    assert m.people.key[0] == min(keys[1], keys[2])


def test_joining_two_families_leaves_one_head_and_one_spouse():
    # 50 and 45 were heads: the elder stays head; 48 and 44 were spouses: the elder stays
    m = city()
    house(m, 0, (H, MALE, 45), (W, FEMALE, 44))
    house(m, 0, (H, MALE, 50), (W, FEMALE, 48))
    roster.rebuild(m, np.ones(4, bool), np.zeros(4, np.int32))
    assert (m.year - m.people.birth_year).tolist() == [50, 48, 45, 44]
    assert m.people.role.tolist() == [HEAD, SPOUSE, OTHER, OTHER]
    assert m.flow["households_dissolved"].tolist() == [1, 0, 0, 0, 0]


def test_empty_households_go_and_ties_follow():
    # household 1 dies out: 2 becomes 1; the tie of 0 to 2 is renumbered, the tie of 2 to 1 is cut
    m = city()
    house(m, 0, (H, MALE, 30))
    house(m, 3, (H, MALE, 80))
    house(m, 4, (H, FEMALE, 50))
    m.households.tie = [2, 0, 1]
    keys = m.households.key.copy()
    rebuild_without(m, 1)
    assert m.households.key.tolist() == keys[[0, 2]].tolist()
    assert m.households.tie.tolist() == [1, -1]
    assert m.flow["households_dissolved"].tolist() == [0, 0, 0, 1, 0]
    check_roster(m)


def test_a_household_that_never_had_people_is_dropped_but_not_counted():
    m = city()
    house(m, 0, (H, MALE, 30))
    roster.append_households(m, 1, key=7, home=1, tie=-1)
    everybody(m)
    assert m.households.n == 1 and m.flow["households_dissolved"].sum() == 0


def test_people_without_household_and_wrong_lengths_are_refused():
    m = city()
    house(m, 0, (H, MALE, 30), (W, FEMALE, 30))
    with pytest.raises(ValueError, match="no household"):
        roster.rebuild(m, np.ones(2, bool), np.array([0, -1], np.int32))
    with pytest.raises(ValueError, match="no household"):
        roster.rebuild(m, np.ones(2, bool), np.array([0, 5], np.int32))
    with pytest.raises(ValueError, match="2 people"):
        roster.rebuild(m, np.ones(1, bool), np.zeros(2, np.int32))


def test_all_columns_move_together():
    """Each column gets values made from the key; after a rebuild they still belong to that key."""
    m = city()
    for h in range(30):
        house(m, h % 5, *((K if i else H, MALE, 20 + i, 10 * h + i + 1) for i in range(1 + h % 4)), key=h + 1)
    for table in (m.people, m.households):
        for f, dtype in table.FIELDS.items():
            if f not in ("key", "household", "role", "first", "size", "home", "tie", "birth_year"):
                table._store[f][: table.n] = (table.key % 100).astype(dtype)
    rebuild_without(m, 0, 7, 20)
    for table in (m.people, m.households):
        for f in table.FIELDS:
            if f not in ("key", "household", "role", "first", "size", "home", "tie", "birth_year"):
                assert np.array_equal(getattr(table, f).astype(int), (table.key % 100).astype(int)), f


@st.composite
def populations(draw):
    """Households of 1..5 people of any role and age; some die, some change household."""
    houses = draw(
        st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90)), min_size=1, max_size=5), max_size=8)
    )
    m = city()
    for members in houses:
        house(m, 0, *((role, MALE, age) for role, age in members))
    n = m.people.n
    alive = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), bool)
    to = draw(st.lists(st.integers(0, max(0, len(houses) - 1)), min_size=n, max_size=n))
    return m, alive, np.array(to, np.int32)


@settings(max_examples=60, deadline=None)
@given(populations(), st.integers(0, 1000))
def test_invariants_and_order_independence(population, seed):
    m, alive, to = population
    keys, home_keys = m.people.key[alive].copy(), m.households.key[to][alive].copy()
    order = np.random.default_rng(seed).permutation(m.people.n)
    twin = city()
    twin.people, twin.households = m.people.copy(), m.households.copy()
    twin.people.take(order)
    roster.rebuild(m, alive, to)
    roster.rebuild(twin, alive[order], to[order])
    check_roster(m)
    assert sorted(m.people.key) == sorted(keys)  # nobody is lost or doubled
    where = dict(zip(keys.tolist(), home_keys.tolist(), strict=True))
    assert all(where[int(k)] == h for k, h in zip(m.people.key, m.households.key[m.people.household], strict=True))
    assert np.array_equal(m.people.key, twin.people.key) and np.array_equal(m.people.role, twin.people.role)


def test_rebuild_twice_changes_nothing_and_threads_do_not_matter():
    one, two = (city(threads=t) for t in (1, 2))
    for m in (one, two):
        for h in range(50):
            house(m, h % 5, (K, MALE, 30), (H, FEMALE, 50), (X, MALE, 60))
        everybody(m)
    before = by_key(one)
    everybody(one)
    shuffle(two)
    assert by_key(one) == before == by_key(two)


@settings(max_examples=60, deadline=None)
@given(populations(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4)), max_size=4), st.integers(0, 3))
def test_looking_only_at_what_changed_gives_the_same_roster(population, roles, born):
    """Deaths, changes of household and of role, and newborns: the same rows as when every household is looked at."""
    m, _, _ = population
    everybody(m)
    n = m.people.n
    for row, role in roles if n else ():
        m.people.role[row % n] = role
    for baby in range(born if n else 0):
        roster.append_people(m, 1, key=10_000 + baby, household=m.people.household[0], role=2, birth_year=m.year)
    rng = np.random.default_rng(n + born)
    alive = rng.random(m.people.n) > 0.1
    to = m.people.household.copy()
    moves = np.flatnonzero(rng.random(len(to)) < 0.2)
    to[moves] = rng.integers(0, max(m.households.n, 1), len(moves))
    twin = city()
    twin.people, twin.households = m.people.copy(), m.households.copy()
    roster.rebuild(m, alive, to, recast=np.array([row % n for row, _ in roles] if n else [], np.int64))
    roster.rebuild(twin, alive, to)
    check_roster(m)
    for mine, other in ((m.people, twin.people), (m.households, twin.households)):
        assert all(np.array_equal(getattr(mine, f), getattr(other, f)) for f in mine.FIELDS)
    assert np.array_equal(m.flow["households_dissolved"], twin.flow["households_dissolved"])
