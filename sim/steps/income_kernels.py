"""Loops over households of the income step: who works which land, who sends money, the four sources of income."""

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.codes import BUSINESS, EMPLOYED, PRIMARY, PROPERTY, RETIRED, RURAL_PART, TRANSFER, URBAN_HUKOU, WAGE
from sim.draws import draw
from sim.rules import kernel
from sim.rules.farming import farm_value_added, land_per_farmer, rent_per_mu
from sim.rules.income import basic_pension, employee_pension, imputed_rent, net_earnings, remittance, top_up
from sim.steps.roster import members

# columns of the counts of land, by town; land in thousandths of a mu
OWN, OFFERED, IDLE, WORKERS, MEMBERS, RURAL = 0, 1, 2, 3, 4, 5


class Brought(NamedTuple):
    """What the members of each household bring apart from farm income, yuan a year, [households]."""

    wage: np.ndarray  # float64, net wages
    business: np.ndarray  # float64, net income of own businesses
    off_land: np.ndarray  # float64, net earnings off the land: remittances are a share of them
    pensions: np.ndarray  # float64
    farmers: np.ndarray  # int32, members who farm


class Rates(NamedTuple):
    """What places pay this year, yuan: all that a household learns about others. Row T of [T + 1] is nowhere: zero."""

    farm_income: np.ndarray  # float64[T], a farmer
    land_rent: np.ndarray  # float64[T + 1], a mu that is offered
    dividend: np.ndarray  # float64[T + 1], a member of a household with a homestead there
    imputed_rent: np.ndarray  # float64[tenure, P], net rent that owners pay themselves
    refund: np.ndarray  # float64[2, P], a resident registered elsewhere, and in the county: medical costs
    rural: np.ndarray  # float64[P], a rural resident: remittances without a known family, and land revenue


@kernel
def fill_imputed_rent(rent, p, out):
    """Net rents of owners: out float64[tenure, P] by the market rent[P] of a standard home."""
    for tenure in range(out.shape[0]):
        for place in range(out.shape[1]):
            out[tenure, place] = imputed_rent(tenure, rent[place], p)


@kernel
def basic_pensions(level, p, out):
    """Basic pension by age, yuan a year: out float64[AGES], the last for all older ones too."""
    for age in range(len(out)):
        out[age] = basic_pension(age, level, p)


# Between two floats by a test of whole numbers a processor can only jump; times the truth value it need not.


@kernel
def add_up_members(lo, hi, year, towns, c, h, insured, wage_level, basic, p, out):
    """Writes what the members bring (`Brought`) of the households lo..hi-1; `basic` as of `basic_pensions`.

    Row by row with running sums: a loop in each household costs a wrong guess a household.
    """
    begin, end = members(lo, hi, h.first, h.size)
    before, wage, business, off_land, pensions, farmers = np.uint32(hi), 0.0, 0.0, 0.0, 0.0, 0
    for i in range(begin, end):
        row = np.uint32(c.household[i])
        same = np.int64(row == before)
        works, on_land = c.status[i] == EMPLOYED, c.sector[i] == PRIMARY
        farms = works & on_land & (h.home[row] < 2 * towns)
        net = net_earnings(c.wage[i], p) * (works & (not farms))
        own = net * c.self_employed[i]
        earned = 0.0
        if c.status[i] == RETIRED:
            urban = c.hukou_kind[i] == URBAN_HUKOU
            earned = employee_pension(c.insurance_years[i], urban, draw(insured, c.key[i]), wage_level, p)
        without = basic[np.uint32(min(year - c.birth_year[i], len(basic) - 1))]
        wage = wage * same + (net - own)
        business = business * same + own
        off_land = off_land * same + net * (not on_land)
        pensions = pensions * same + earned + without * (earned == 0.0)
        farmers = farmers * same + farms
        out.wage[row], out.business[row], out.off_land[row], out.pensions[row] = wage, business, off_land, pensions
        out.farmers[row] = farmers
        before = row


@kernel
def count_land(lo, hi, towns, h, share, base, farmers_of, lets, out):
    """Land by use, mu / 1000: worked by the household, offered (nobody farms it and the household's own draw is below
    the town's transfer share; lets[row] = True) or idle. out int64[T, 6] also gets farmers, members of households with
    a homestead in the town, and rural residents. `farmers_of` int32[households] work in the town where they live."""
    for row in range(lo, hi):
        home, town, lets[row] = np.uint32(h.home[row]), np.uint32(h.homestead[row]), False
        farmers = farmers_of[row]
        if home < 2 * towns:
            out[home // 2, WORKERS] += farmers
            out[home // 2, RURAL] += h.size[row] if home % 2 == RURAL_PART else 0
        if town >= towns:  # NOWHERE too: unsigned, it is beyond all towns
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
def send(lo, hi, towns, c, h, off_land, p, balance, pool):
    """Remittances: balance[row] = -sent, fen; pool[T], fen, is for rural residents of a town where no family is known.

    A household sends if it lives outside and is registered here (`remittance_outside`), if it left a family in a
    village (tie; `remittance_within`), or if its head is registered outside (`remittance_leaving`: it leaves the city).
    """
    for row in range(lo, hi):
        balance[row] = 0
        home, tie, place = h.home[row], h.tie[row], c.hukou_place[np.uint32(h.first[row])]
        if home >= 2 * towns:
            share = p.remittance_outside if place < towns else 0.0
        elif place >= towns:
            share = p.remittance_leaving
        else:
            left = tie >= 0 and h.home[tie] < 2 * towns and h.home[tie] % 2 == RURAL_PART and h.home[tie] != home
            share = p.remittance_within if left and home // 2 != h.homestead[row] else 0.0
        if share == 0.0:
            continue
        sent = np.int64(round(remittance(off_land[row], share, h.size[row], p) * 100.0))
        balance[row] = -sent
        if place < towns and tie < 0:
            pool[place] += sent


@kernel
def find_families(lo, hi, tie, balance, found):
    """Writes the households that send to a family they know to `found`; how many."""
    count = 0
    for row in range(lo, hi):
        found[count] = row
        count += (balance[row] < 0) & (tie[row] >= 0)
    return count


@kernel
def receive(senders, towns, tie, home, sent, balance):
    """Adds `sent` (fen, of the households `senders`) to what their families in the city have."""
    for k in range(len(senders)):
        family = tie[senders[k]]
        if home[family] < 2 * towns:
            balance[family] += sent[k]


@kernel
def settle(lo, hi, towns, c, h, county_of_home, county_of_hukou, rates, lets, balance, brought, p):
    """Writes the four incomes of households and the earnings of farmers, yuan. `balance`: remittances received less
    sent, fen. County of a place and of a place of registration: different numbers wherever one is outside."""
    for row in range(lo, hi):
        home, town, size = np.uint32(h.home[row]), np.uint32(h.homestead[row]), h.size[row]
        first = np.uint32(h.first[row])
        wage, business = brought.wage[row], brought.business[row]
        if brought.farmers[row] > 0:
            business = _farm(first, first + np.uint32(size), rates.farm_income[home // 2], c, p)
        village = town if town < towns else np.uint32(towns)
        rent = rates.imputed_rent[np.uint32(h.tenure[row]), home] + size * rates.dividend[village]
        rent += h.land[row] * rates.land_rent[village if lets[row] else np.uint32(towns)]
        local = county_of_hukou[np.uint32(c.hukou_place[first])] == county_of_home[home]
        transfer = brought.pensions[row] + balance[row] / 100.0
        transfer += size * rates.refund[np.uint32(local), home]
        transfer += size * rates.rural[home]
        h.wage_income[row] = wage
        h.business_income[row] = business
        h.property_income[row] = rent + p.interest_share * (wage + business)
        h.transfer_income[row] = transfer


@njit(inline="always")
def _farm(begin, end, farm_income, c, p):
    """Pays the farmers of a household in the city; its business income, in the order of members."""
    business = 0.0
    for i in range(begin, end):
        if c.status[i] == EMPLOYED:
            if c.sector[i] == PRIMARY:
                c.wage[i] = farm_income
                business += c.wage[i]
            else:
                business += net_earnings(c.wage[i], p) * c.self_employed[i]
    return business


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
        place = np.uint32(h.home[row])
        out[place, WAGE] += np.int64(round(h.wage_income[row] * 100.0))
        out[place, BUSINESS] += np.int64(round(h.business_income[row] * 100.0))
        out[place, PROPERTY] += np.int64(round(h.property_income[row] * 100.0))
        out[place, TRANSFER] += np.int64(round(h.transfer_income[row] * 100.0))
