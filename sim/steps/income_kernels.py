"""Loops over households of the income step: who works which land, who sends money, the four sources of income."""

from typing import NamedTuple

import numpy as np

from sim.codes import BUSINESS, EMPLOYED, PRIMARY, PROPERTY, RETIRED, RURAL_PART, TRANSFER, URBAN_HUKOU, WAGE
from sim.draws import draw
from sim.rules import kernel
from sim.rules.farming import farm_value_added, land_per_farmer, rent_per_mu
from sim.rules.income import basic_pension, employee_pension, imputed_rent, net_earnings, remittance, top_up
from sim.steps.roster import members

# columns of the counts of land, by town; land in thousandths of a mu
OWN, OFFERED, IDLE, WORKERS, MEMBERS, RURAL = 0, 1, 2, 3, 4, 5


class Rates(NamedTuple):
    """What places pay this year, yuan: all that a household learns about others."""

    farm_income: np.ndarray  # float64[T], a farmer
    land_rent: np.ndarray  # float64[T], a mu that is offered
    dividend: np.ndarray  # float64[T], a member of a household with a homestead there
    rent: np.ndarray  # float64[P], a standard home
    pool: np.ndarray  # int64[T], fen a rural resident, remittances without a known family
    rural_transfer: np.ndarray  # float64[T], a rural resident, from land revenue
    refund: np.ndarray  # float64[2, T], a resident registered elsewhere, and in the county: medical costs


@kernel
def count_land(lo, hi, towns, c, h, share, base, farmers_of, lets, out):
    """Land by use, mu / 1000: worked by the household, offered (nobody farms it and the household's own draw is below
    the town's transfer share; lets[row] = True) or idle. out int64[T, 6] also gets farmers, members of households with
    a homestead in the town, and rural residents. `farmers_of` int32[hi - lo]: room for the farmers of each household,
    who work in the town where they live."""
    farmers_of[:] = 0
    begin, end = members(lo, hi, h.first, h.size)
    for i in range(begin, end):
        farmers_of[c.household[i] - lo] += (c.status[i] == EMPLOYED) & (c.sector[i] == PRIMARY)
    for row in range(lo, hi):
        home, town, lets[row] = h.home[row], h.homestead[row], False
        farmers = farmers_of[row - lo]
        if home < 2 * towns:
            out[home // 2, WORKERS] += farmers
            out[home // 2, RURAL] += h.size[row] if home % 2 == RURAL_PART else 0
        if town < 0 or town >= towns:
            continue
        out[town, MEMBERS] += h.size[row]
        land = np.int64(round(h.land[row] * 1000.0))
        if farmers > 0 and home < 2 * towns and home // 2 == town:
            out[town, OWN] += land
        elif land > 0 and draw(base, h.key[row]) < share[town]:
            lets[row] = True
            out[town, OFFERED] += land
        else:
            out[town, IDLE] += land


@kernel
def farm(workers, own, offered, idle_land, productivity, p, income, rent, idle):
    """Fills income (yuan a farmer), rent (yuan a mu offered) and idle (mu) by town; own, offered, idle_land in mu."""
    for t in range(len(workers)):
        farmers = max(workers[t], 1)
        land = land_per_farmer(own[t], offered[t], farmers, p)
        value_added = farm_value_added(land, productivity[t], p)
        taken = max(land * farmers - own[t], 0.0) if workers[t] > 0 else 0.0
        paid = rent_per_mu(value_added, land, p) * min(taken, offered[t])
        income[t] = value_added - paid / farmers
        rent[t] = paid / offered[t] if offered[t] > 0.0 else 0.0
        idle[t] = idle_land[t] + offered[t] - min(taken, offered[t])


@kernel
def send(lo, hi, towns, c, h, p, sent, pool):
    """Remittances: sent[row], fen; pool[T], fen, goes to the town's rural residents where no family is known.

    A household sends if it lives outside and is registered here (`remittance_outside`), if it left a family in a
    village (tie; `remittance_within`), or if its head is registered outside (`remittance_leaving`: it leaves the city).
    """
    for row in range(lo, hi):
        sent[row] = 0
        first, home, tie, place = h.first[row], h.home[row], h.tie[row], c.hukou_place[h.first[row]]
        if home >= 2 * towns:
            share = p.remittance_outside if place < towns else 0.0
        elif place >= towns:
            share = p.remittance_leaving
        else:
            left = tie >= 0 and h.home[tie] < 2 * towns and h.home[tie] % 2 == RURAL_PART and h.home[tie] != home
            share = p.remittance_within if left and home // 2 != h.homestead[row] else 0.0
        if share == 0.0:
            continue
        net = 0.0
        for i in range(first, first + h.size[row]):
            if c.status[i] == EMPLOYED and c.sector[i] != PRIMARY:
                net += net_earnings(c.wage[i], p)
        sent[row] = np.int64(round(remittance(net, share, h.size[row], p) * 100.0))
        if place < towns and tie < 0:
            pool[place] += sent[row]


@kernel
def settle(lo, hi, year, towns, c, h, county_of, rates, lets, sent, received, insured, wage_level, level_2020, p):
    """Writes the four incomes of households and the earnings of farmers, yuan."""
    for row in range(lo, hi):
        home, town, size = h.home[row], h.homestead[row], h.size[row]
        wage, business, pensions = 0.0, 0.0, 0.0
        for i in range(h.first[row], h.first[row] + size):
            works = c.status[i] == EMPLOYED
            if works & (c.sector[i] == PRIMARY) & (home < 2 * towns):
                c.wage[i] = rates.farm_income[home // 2]
                business += c.wage[i]
            else:
                net = net_earnings(c.wage[i], p) if works else 0.0
                business += net if c.self_employed[i] else 0.0
                wage += 0.0 if c.self_employed[i] else net
            age = year - c.birth_year[i]
            earned = 0.0
            if c.status[i] == RETIRED:
                urban = c.hukou_kind[i] == URBAN_HUKOU
                earned = employee_pension(c.insurance_years[i], urban, draw(insured, c.key[i]), wage_level, p)
            pensions += earned if earned > 0.0 else basic_pension(age, level_2020, p)
        rent = imputed_rent(h.tenure[row], rates.rent[home], p)
        if 0 <= town < towns:
            rent += size * rates.dividend[town]
            rent += h.land[row] * rates.land_rent[town] if lets[row] else 0.0
        transfer = pensions + (received[row] - sent[row]) / 100.0
        if home < 2 * towns:
            registered = c.hukou_place[h.first[row]]
            local = registered < towns and county_of[registered] == county_of[home // 2]
            transfer += size * rates.refund[1 if local else 0, home // 2]
        if home < 2 * towns and home % 2 == RURAL_PART:
            transfer += size * (rates.pool[home // 2] / 100.0 + rates.rural_transfer[home // 2])
        h.wage_income[row] = wage
        h.business_income[row] = business
        h.property_income[row] = rent + p.interest_share * (wage + business)
        h.transfer_income[row] = transfer


@kernel
def lift(lo, hi, towns, h, floor, out):
    """Adds to transfer income what lacks to the floor (yuan a head by town); the fen paid go to out[T]."""
    for row in range(lo, hi):
        t = h.home[row] // 2
        if t >= towns or h.size[row] == 0 or floor[t] <= 0.0:
            continue
        income = np.float64(h.wage_income[row]) + h.business_income[row] + h.property_income[row]
        paid = np.int64(round(top_up(income + h.transfer_income[row], h.size[row], floor[t]) * 100.0))
        h.transfer_income[row] += paid / 100.0
        out[t] += paid


@kernel
def count_incomes(lo, hi, h, out):
    """Adds fen by place of residence and source to out[P, 4]."""
    for row in range(lo, hi):
        out[h.home[row], WAGE] += np.int64(round(h.wage_income[row] * 100.0))
        out[h.home[row], BUSINESS] += np.int64(round(h.business_income[row] * 100.0))
        out[h.home[row], PROPERTY] += np.int64(round(h.property_income[row] * 100.0))
        out[h.home[row], TRANSFER] += np.int64(round(h.transfer_income[row] * 100.0))
