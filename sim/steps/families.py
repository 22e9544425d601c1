"""Step 3: leave home, form couples, divorce; then the roster is put in order for steps 2 and 3 together.

1. `_wishes`: who wants to leave home, looks for a partner, divorces. 2. `couples.find_couples`. 3. Where each couple
will live. 4. One request for homes for all who set up a household. 5. Those with a home (or a place in another's
household) change household: nobody moves before everybody has decided. 6. `roster.rebuild`.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import (
    COLLEGE,
    DORMITORY,
    HEAD,
    HIGH_SKILL,
    LOW_SKILL,
    MALE,
    NOWHERE,
    OFFSPRING,
    PARENT,
    SKILLS,
    SPOUSE,
    STUDENT,
    URBAN_PART,
)
from sim.draws import Decision, draw
from sim.engine import find_rows, for_chunks
from sim.rules import couples, kernel, leaving_home
from sim.rules.couples import NEW_HOME, NO_WEDDING, TO_WOMAN, WITH_PARENTS
from sim.rules.mortality import OLDEST
from sim.steps import couples as meeting
from sim.steps import new_households, roster
from sim.steps.demography import AGES, lives_with_partner
from sim.steps.new_households import NO_HOME, place_location
from sim.steps.roster import ADULT_AGE

SEEKS, LEAVES, DIVORCES = 1, 2, 4  # bits of a wish


@dataclass
class Weddings:
    """Couples of the year: rows of People, and where they will live (sim.rules.couples)."""

    men: np.ndarray
    women: np.ndarray
    home: np.ndarray  # uint8
    taken: np.ndarray  # bool[households]: a couple already heads, or will head, this household


def initialise(model) -> None:
    """Marriage markets of the start year."""
    model.marriage_market = meeting.open_market(model)


def families(model) -> None:
    """Leaving home, couples and divorces of the year; ends with the roster in order."""
    wish = _wishes(model)
    weddings = _weddings(model, _who(model, wish, SEEKS))
    wish[weddings.men] = 0
    wish[weddings.women] = 0
    husbands = _husbands(model, _who(model, wish, DIVORCES))
    leavers = np.concatenate([_who(model, wish, LEAVES), husbands])
    household_of = roster.present_households(model, model.people.n)
    _change_households(model, weddings, leavers, household_of)
    roster.rebuild(model, model.alive, household_of, recast=np.concatenate([weddings.men, weddings.women]))


# 1. Who wants what


def _who(model, wish: np.ndarray, bit: int) -> np.ndarray:
    """Rows of the people with this wish."""
    return find_rows(wish, model.threads, bit=bit)


def _wishes(model) -> np.ndarray:
    """uint8[n]: what each person wants to change this year (bits SEEKS, LEAVES; DIVORCES in the head's row)."""
    people, p = model.people, model.par.families
    out = roster.buffer(model, "wish", people.n, np.uint8)
    leave = np.empty(AGES)
    _fill_leave(p, leave)
    tables = (leave, _rent_factors(model), meeting.seek_chances(p))
    streams = tuple(model.stream(d) for d in (Decision.LEAVE_HOME, Decision.MARRY, Decision.DIVORCE))
    columns = (people.key, people.household, people.birth_year, people.sex, people.role, people.status)
    more = (people.education, model.households.home, model.alive)
    for_chunks(
        people.n,
        model.threads,
        lambda lo, hi, _: _wish(lo, hi, model.year, *streams, *columns, *more, *tables, p, out),
    )
    return out


def _rent_factors(model) -> np.ndarray:
    """float64[P, skill]: how rent changes the chance of leaving home (rule rent_factor)."""
    signals, out = model.signals, np.empty((model.P, SKILLS))
    _fill_rent_factors(signals.rent, signals.expected_earnings, place_location(model), model.par.families, out)
    return out


@kernel
def _fill_rent_factors(rent, earnings, location, p, out):
    for place in range(len(out)):
        for skill in range(SKILLS):
            out[place, skill] = leaving_home.rent_factor(rent[place], earnings[location[place], skill], p)


@kernel
def _fill_leave(p, out):
    for age in range(len(out)):
        out[age] = leaving_home.leave_chance(age, p)


@kernel
def _wish(
    lo, hi, year, leaving, looking, divorcing, key, household, birth_year, sex, role, status, education, home, alive,
    leave, rent_factor, seek, p, out,
):  # fmt: skip
    for i in range(lo, hi):
        out[i] = 0
        r = role[i]
        if not alive[i] or r in (SPOUSE, PARENT) or year - birth_year[i] < ADULT_AGE or status[i] == STUDENT:
            continue
        if lives_with_partner(role, household, i):  # a head; the spouse is in the next row
            if alive[i + 1] and couples.divorces(draw(divorcing, key[i]), p):
                out[i] = DIVORCES
            continue
        age = np.uint32(min(OLDEST, year - birth_year[i]))
        if seek[age, sex[i]] > 0.0 and draw(looking, key[i]) < seek[age, sex[i]]:
            out[i] |= SEEKS
        if r != HEAD and leave[age] > 0.0:
            skill = HIGH_SKILL if education[i] == COLLEGE else LOW_SKILL
            if draw(leaving, key[i]) < leave[age] * rent_factor[np.uint32(home[np.uint32(household[i])]), skill]:
                out[i] |= LEAVES


def _husbands(model, heads: np.ndarray) -> np.ndarray:
    """Rows of the men of couples, given the rows of the heads (the spouse is in the next row)."""
    return heads + (model.people.sex[heads] != MALE)


# 2.-3. Couples


def _weddings(model, seekers: np.ndarray) -> Weddings:
    """Couples among the rows that look for a partner, and where each wants to live."""
    men, women = meeting.find_couples(model, seekers)
    taken = roster.buffer(model, "taken", model.households.n, np.bool_)
    home = np.zeros(len(men), dtype=np.uint8)
    people, hh = model.people, model.households
    columns = (people.key, people.household, people.role, hh.home, hh.tenure)
    stream, p = model.stream(Decision.MARRY_HOME), model.par.families
    _choose_homes(men, women, stream, *columns, 2 * model.T, p, home, taken)
    return Weddings(men, women, home, taken)


@kernel
def _choose_homes(men, women, stream, key, household, role, place, tenure, outside, p, home, taken):
    """Rule couple_home; one couple a household: those who head one already come before sons who stay."""
    taken[:] = False
    for heads_first in (True, False):
        for k in range(len(men)):
            m, w = men[k], women[k]
            h = household[m]
            his = role[m] == HEAD and tenure[h] != DORMITORY
            hers = role[w] == HEAD and tenure[household[w]] != DORMITORY
            if (his or hers) != heads_first:
                continue
            son = role[m] == OFFSPRING and not taken[h]
            part = place[h] % 2 if place[h] < outside else URBAN_PART
            home[k] = couples.couple_home(his, hers, son, draw(stream, key[m]), part, p)
            if home[k] == TO_WOMAN:
                taken[household[w]] = True
            elif home[k] != NEW_HOME:
                taken[h] = True


@kernel
def _settle_refused(men, refused, role, household, home, taken):
    """A couple that finds no home (numbers `refused`) stays with his parents if it can; else it does not marry yet."""
    for k in refused:
        h = household[men[k]]
        home[k] = NO_WEDDING
        if role[men[k]] == OFFSPRING and not taken[h]:
            home[k] = WITH_PARENTS
            taken[h] = True


# 4.-5. Homes and changes of household


def _change_households(model, weddings: Weddings, leavers: np.ndarray, household_of: np.ndarray) -> None:
    """Ask for homes, append the new households and move everybody who has a place to go."""
    people, hh, w = model.people, model.households, weddings
    founding = np.flatnonzero(w.home == NEW_HOME)
    founders = np.concatenate([w.men[founding], leavers])
    partners = np.concatenate([w.women[founding], np.full(len(leavers), NOWHERE)])
    tenure = new_households.ask_for_homes(model, founders, partners)
    got = tenure != NO_HOME
    of_couple = got[: len(founding)]
    _settle_refused(w.men, founding[~of_couple], people.role, people.household, w.home, w.taken)
    land = roster.buffer(model, "land", hh.n, np.float32)
    land[:] = hh.land  # shares are of what the family had before anybody left
    new = new_households.append(model, founders[got], tenure[got])
    target = np.full(len(w.men), NOWHERE, dtype=np.int64)
    target[founding[of_couple]] = new[: of_couple.sum()]
    new_households.move(
        model,
        leavers[got[len(founding) :]],
        new[of_couple.sum() :],
        (w.men, w.women, w.home, target),
        land,
        household_of,
    )
