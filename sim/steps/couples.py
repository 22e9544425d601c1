"""Finding a partner: people who look for one meet in small circles in the space of keyed chance.

A circle is a stretch of the unit interval within one marriage market (a county, or an outside place): everybody's
place on the interval is a keyed draw, so one more person changes who meets whom in one circle only.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import FEMALE, MALE
from sim.draws import Decision, draw
from sim.engine import add_up
from sim.rules import allocating, couples, kernel
from sim.rules.mortality import OLDEST
from sim.steps.demography import AGES, lives_with_partner

_POINTS = 2.0**53  # positions on the unit interval
_POINT_BITS = np.uint64(53)


@dataclass
class MarriageMarket:
    """What the start year fixes. M = C + O markets: counties, then outside places."""

    market: np.ndarray  # int16[P], market of a place
    circles: np.ndarray  # int64[M], circles of each market


def open_market(model) -> MarriageMarket:
    """As many circles in each market as give `partner_circle` women looking for a partner in each, at the start."""
    market = np.empty(model.P, dtype=np.int16)
    market[: 2 * model.T] = np.repeat(model.pack.town_county, 2)
    market[2 * model.T :] = model.C + np.arange(model.O)
    people, p = model.people, model.par.families
    columns = (people.household, people.birth_year, people.sex, people.role, model.households.home, market)
    women = add_up(
        people.n,
        model.threads,
        (model.C + model.O, AGES),
        lambda lo, hi, out: _count_single_women(lo, hi, model.year, *columns, out),
    )
    looking = women @ seek_chances(p)[:, FEMALE]
    return MarriageMarket(market, np.maximum(1, np.rint(looking / p.partner_circle)).astype(np.int64))


def seek_chances(p) -> np.ndarray:
    """float64[101, 2]: chance a year of looking for a partner, by age and sex."""
    out = np.empty((AGES, 2))
    _fill_seek(p, out)
    return out


@kernel
def _fill_seek(p, out):
    for age in range(len(out)):
        for sex in range(2):
            out[age, sex] = couples.seek_chance(age, sex, p)


def find_couples(model, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the men and of the women who marry, among `rows` who look; in an order that depends on keys only."""
    people, market = model.people, model.marriage_market
    circle, point = np.empty(len(rows), np.int64), np.empty(len(rows), np.uint64)
    first_circle = np.cumsum(market.circles) - market.circles
    where = (people.household, model.households.home, market.market, market.circles, first_circle)
    _seat(rows, model.stream(Decision.MARRY_POINT), people.key, *where, circle, point)
    order = np.argsort(point)
    men, women = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    traits = (people.sex, people.birth_year, people.education)
    pairs = _pair_up(rows[order], circle[order], *traits, model.par.families, men, women)
    return men[:pairs], women[:pairs]


@kernel
def _count_single_women(lo, hi, year, household, birth_year, sex, role, home, market, out):
    for i in range(lo, hi):
        if sex[i] == FEMALE and not lives_with_partner(role, household, i):
            out[market[home[household[i]]], min(OLDEST, year - birth_year[i])] += 1


@kernel
def _seat(rows, stream, key, household, home, market, circles, first_circle, circle, point):
    """Circle of each person, and a number that sorts people by circle and by the place in it."""
    for k in range(len(rows)):
        i = rows[k]
        m = market[home[household[i]]]
        u = draw(stream, key[i])
        circle[k] = first_circle[m] + int(u * circles[m])
        point[k] = (np.uint64(m) << _POINT_BITS) | np.uint64(u * _POINTS)


@allocating
def _pair_up(rows, circle, sex, birth_year, education, p, men, women):
    """In each circle the women choose in turn the best man left; returns the number of pairs."""
    pairs = 0
    taken = np.zeros(len(rows), dtype=np.bool_)
    begin = 0
    while begin < len(rows):
        end = begin
        while end < len(rows) and circle[end] == circle[begin]:
            end += 1
        for a in range(begin, end):
            w = rows[a]
            if sex[w] == MALE:
                continue
            best, lowest = -1, couples.NOT_ACCEPTED
            for b in range(begin, end):
                m = rows[b]
                if sex[m] == MALE and not taken[b]:
                    years = birth_year[w] - birth_year[m]
                    cost = couples.mismatch(years, 0, education[m], education[w], p)
                    if cost < lowest:
                        best, lowest = b, cost
            if best >= 0:
                taken[best] = True
                men[pairs], women[pairs] = rows[best], w
                pairs += 1
        begin = end
    return pairs
