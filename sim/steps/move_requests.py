"""Requests for homes of those who want to move this year: families, lone movers and arrivals, in this order."""

import numpy as np

from sim.codes import COLLEGE, HIGH_SKILL, LOW_SKILL, RENTED
from sim.rules import kernel
from sim.steps import arrivals, housing

MOST = 255  # years and sizes that a request can hold


def homes(model, table, whole, whole_to, alone, alone_to, joins, group) -> np.ndarray:
    """Tenure of each mover, uint8; NO_HOME = cannot move. Those who leave the city or join a family ask for nothing.

    `whole`, `alone`: rows of households and of lone movers, with the places they want; `joins` bool[alone]: moves in
    with the family; `group`: arrivals (`arrivals.Lookers`).
    """
    movers = len(whole) + len(alone)
    tenure, rows = np.full(movers + len(group.key), RENTED, np.uint8), np.empty(movers + len(group.key), np.int64)
    requests = housing.HomeRequests(len(tenure))
    c, h, q, county = model.people.rows, model.households.rows, requests.rows, model.pack.town_county
    count = _ask_residents(whole, whole_to, alone, alone_to, joins, c, h, county, table.earnings, model.year, q, rows)
    size = arrivals.household_sizes(group)
    count = _ask_arrivals(count, movers, group.key, group.place, group.education, size, table.earnings, q, rows)
    requests.shorten(count)
    tenure[rows[:count]] = housing.allocate(model, requests)
    return tenure


@kernel
def _ask_residents(whole, whole_to, alone, alone_to, joins, c, h, county, earnings, year, q, rows):
    """Writes the requests of movers who are here or registered here, and whose they are; how many."""
    towns, found = len(county), 0
    for n in range(len(whole) + len(alone)):
        family, k = n < len(whole), n - len(whole)
        row = whole[n] if family else c.household[alone[k]]
        i = h.first[row] if family else alone[k]
        place = whole_to[n] if family else alone_to[k]
        if place >= 2 * towns or (not family and joins[k]):
            continue
        town, registered = place // 2, c.hukou_place[i]
        size = h.size[row] if family else 1
        q.key[found] = h.key[row] if family else c.key[i]
        q.place[found] = place
        q.size[found] = min(size, MOST)
        q.earnings[found] = earnings[place, HIGH_SKILL if c.education[i] == COLLEGE else LOW_SKILL]
        q.local[found] = registered < towns and county[registered] == county[town]
        q.years[found] = min(max(year - c.arrival_year[i], 0), MOST) if h.home[row] < 2 * towns else 0
        q.homestead[found] = h.homestead[row] == town and place % 2 == 0
        q.single[found] = size == 1
        rows[found] = n
        found += 1
    return found


@kernel
def _ask_arrivals(found, movers, key, place, education, size, earnings, q, rows):
    """Writes the requests of arrivals behind the first `found`; how many there are then."""
    for a in range(len(key)):
        q.key[found] = key[a]
        q.place[found] = place[a]
        q.size[found] = min(size[a], MOST)
        q.earnings[found] = earnings[place[a], HIGH_SKILL if education[a] == COLLEGE else LOW_SKILL]
        q.single[found] = size[a] == 1
        rows[found] = movers + a
        found += 1
    return found
