"""Households that people found or join: the request for a home, the new rows, and who goes along with what land."""

import numpy as np

from sim.codes import (
    COLLEGE,
    HEAD,
    HIGH_SKILL,
    LOW_SKILL,
    NOWHERE,
    OFFSPRING,
    OTHER,
    PARENT,
    RENTED,
    RURAL_HUKOU,
    RURAL_PART,
    SPOUSE,
)
from sim.draws import Decision, derive_key
from sim.rules import kernel
from sim.rules.couples import NO_WEDDING, TO_MAN, TO_WOMAN, WITH_PARENTS
from sim.rules.leaving_home import land_taken
from sim.steps import housing, roster
from sim.steps.roster import ADULT_AGE

NO_HOME = 255
OUT, IN = 0, 1  # rows of the counter of moves


def place_location(model) -> np.ndarray:
    """int64[P]: row of a place in arrays over towns and outside places [T + O]."""
    place = np.arange(model.P)
    return np.where(place < 2 * model.T, place // 2, place - model.T)


def ask_for_homes(model, founders: np.ndarray, partners: np.ndarray) -> np.ndarray:
    """Tenure uint8 of a home for each founder of a household (row), in the place of residence; NO_HOME = refused.

    `partners` are the rows of those who move in, NOWHERE for people who will live alone. Outside homes are rented.
    """
    people, hh = model.people, model.households
    old = people.household[founders]
    place = hh.home[old]
    inside = np.flatnonzero(place < 2 * model.T)
    tenure = np.full(len(founders), RENTED, dtype=np.uint8)
    if len(inside) == 0:
        return tenure
    rows, place = founders[inside], place[inside]
    requests = housing.HomeRequests(len(rows))
    requests.key = _new_keys(model, rows)
    requests.place = place
    requests.size = 1 + (partners[inside] >= 0)
    earned = _expected_earnings(model, rows)
    joined = np.flatnonzero(partners[inside] >= 0)
    earned[joined] += _expected_earnings(model, partners[inside][joined])
    requests.earnings = earned
    registered, county = people.hukou_place[rows], model.pack.town_county
    requests.local = (registered < model.T) & (county[np.minimum(registered, model.T - 1)] == county[place // 2])
    requests.years = np.clip(model.year - people.arrival_year[rows], 0, 255)
    requests.homestead = _homestead(model, rows) == place // 2
    requests.new = 1
    tenure[inside] = housing.allocate(model, requests)
    return tenure


def _new_keys(model, rows: np.ndarray) -> np.ndarray:
    """Keys of the households that these persons found."""
    out = np.empty(len(rows), dtype=np.uint64)
    _derive(model.stream(Decision.NEW_HOUSEHOLD_KEY), model.people.key, rows, out)
    return out


@kernel
def _derive(stream, key, rows, out):
    for k in range(len(rows)):
        out[k] = derive_key(stream, key[rows[k]], 0)


def _expected_earnings(model, rows: np.ndarray) -> np.ndarray:
    """Yuan a year: what they earned last, or what is expected in their place and skill."""
    people = model.people
    location = place_location(model)[model.households.home[people.household[rows]]]
    skill = np.where(people.education[rows] == COLLEGE, HIGH_SKILL, LOW_SKILL)
    return np.where(people.wage[rows] > 0, people.wage[rows], model.signals.expected_earnings[location, skill])


def _homestead(model, rows: np.ndarray) -> np.ndarray:
    """Town where these founders may use a village homestead: the family's, for villagers who stay in the rural part."""
    people, hh = model.people, model.households
    old = people.household[rows]
    place = hh.home[old]
    stays = (place < 2 * model.T) & (place % 2 == RURAL_PART) & (people.hukou_kind[rows] == RURAL_HUKOU)
    return np.where(stays & (hh.homestead[old] == place // 2), hh.homestead[old], NOWHERE)


def append(model, founders: np.ndarray, tenure: np.ndarray) -> np.ndarray:
    """New empty households in the place where their founders (rows) live; int64 rows. Counted as formed."""
    people, hh = model.people, model.households
    old = people.household[founders]
    columns = {name: getattr(hh, name)[old] for name in ("home", "origin", "tie", "village")}
    rows = roster.append_households(
        model,
        len(founders),
        key=_new_keys(model, founders),
        homestead=_homestead(model, founders),
        tenure=tenure,
        moved_year=model.year,
        **columns,
    )
    model.flow["households_formed"] += np.bincount(columns["home"], minlength=model.P)
    return np.arange(rows.start, rows.stop)


def move(model, leavers, leave_to, weddings: tuple, land: np.ndarray, household_of: np.ndarray) -> None:
    """Everybody who changes household does: fills `household_of`, roles, land and the counters of moves.

    `leavers` go alone to households `leave_to`; `weddings` are (men, women, where, new household or -1);
    `land` float32[households before]: land of each family before anybody left.
    """
    people, hh = model.people, model.households
    moves = np.zeros((2, model.P), dtype=np.int64)
    state = (household_of, people.role, people.arrival_year, hh.land, moves)
    fixed = (people.birth_year, people.hukou_kind, model.alive, hh.first, hh.size, hh.home, land, model.year)
    _leave(leavers, leave_to, *state, *fixed)
    _marry(*weddings, *state, *fixed)
    first_newborn = people.n - len(model.newborn_mothers)
    _follow_mothers(model.newborn_mothers, first_newborn, household_of, people.role, model.alive, hh.home, moves)
    model.flow["moves_out"] += moves[OUT]
    model.flow["moves_in"] += moves[IN]


@kernel
def _leave(
    leavers,
    leave_to,
    household_of,
    role,
    arrival_year,
    land_now,
    moves,
    birth_year,
    kind,
    alive,
    first,
    size,
    home,
    land,
    year,
):
    for k in range(len(leavers)):
        i, h = leavers[k], household_of[leavers[k]]
        _hand_over(land_now, h, leave_to[k], land_taken(land[h], size[h], kind[i]))
        _change(i, leave_to[k], household_of, arrival_year, home, year, moves)
        role[i] = HEAD


@kernel
def _marry(
    men, women, where, target, household_of, role, arrival_year, land_now, moves, birth_year, kind, alive, first, size,
    home, land, year,
):  # fmt: skip
    """Brings each couple together in the household where it will live."""
    for k in range(len(men)):
        m, w = men[k], women[k]
        if where[k] == NO_WEDDING:
            continue
        h = target[k]
        if where[k] == TO_MAN or where[k] == WITH_PARENTS:
            h = household_of[m]
        elif where[k] == TO_WOMAN:
            h = household_of[w]
        if where[k] == WITH_PARENTS:
            _make_room(m, h, household_of, role, alive, first, size)
        for i in (m, w):
            if household_of[i] == h:
                continue
            old = household_of[i]
            along = 0
            if role[i] == HEAD:
                along = _bring_children(
                    i, h, household_of, role, arrival_year, birth_year, alive, first, size, home, year, moves
                )
            if role[i] == HEAD or (i == m and h == target[k]):  # children who marry out leave their share at home
                _hand_over(land_now, old, h, land_taken(land[old], size[old], kind[i]) * (1 + along))
            _change(i, h, household_of, arrival_year, home, year, moves)
        if where[k] == TO_WOMAN:
            role[m] = SPOUSE
        else:
            role[m], role[w] = HEAD, SPOUSE


@kernel
def _make_room(son, h, household_of, role, alive, first, size):
    """A son who marries becomes the head: head and spouse become PARENT, his brothers and sisters OTHER."""
    for j in range(first[h], first[h] + size[h]):
        if j == son or not alive[j] or household_of[j] != h:
            continue
        if role[j] == HEAD or role[j] == SPOUSE:
            role[j] = PARENT
        elif role[j] == OFFSPRING:
            role[j] = OTHER


@kernel
def _bring_children(i, h, household_of, role, arrival_year, birth_year, alive, first, size, home, year, moves):
    """Minor children of a head who moves out go along; returns how many."""
    old, along = household_of[i], 0
    for j in range(first[old], first[old] + size[old]):
        minor = role[j] == OFFSPRING and year - birth_year[j] < ADULT_AGE
        if minor and alive[j] and household_of[j] == old:
            _change(j, h, household_of, arrival_year, home, year, moves)
            along += 1
    return along


@kernel
def _change(i, h, household_of, arrival_year, home, year, moves):
    """Person i goes to household h; counts a move if that is in another part or town."""
    here, there = home[household_of[i]], home[h]
    if here != there:
        moves[OUT, here] += 1
        moves[IN, there] += 1
        if here // 2 != there // 2:  # only within a marriage market, so both are towns
            arrival_year[i] = year
    household_of[i] = h


@kernel
def _hand_over(land, giver, taker, amount):
    amount = min(land[giver], amount)
    land[giver] -= amount
    land[taker] += amount


@kernel
def _follow_mothers(mothers, first_newborn, household_of, role, alive, home, moves):
    """Children born this year go where their mothers went."""
    for k in range(len(mothers)):
        i, m = first_newborn + k, mothers[k]
        here, there = home[household_of[i]], home[household_of[m]]
        if alive[i] and here != there:
            moves[OUT, here] += 1
            moves[IN, there] += 1
        household_of[i] = household_of[m]
        role[i] = OFFSPRING if role[m] == HEAD or role[m] == SPOUSE else OTHER
