"""Tenants who change tenure without moving: those who buy, those who get and those who leave public rental."""

import numpy as np

from sim.codes import COMMODITY_HOME, OWNED, PUBLIC_HOME, PUBLIC_RENTAL, RENTED
from sim.draws import Decision, draw, draw_alternative
from sim.engine import for_chunks
from sim.rules import kernel
from sim.rules.tenure import below_income_line, public_rental_eligible, tenure_change_chance
from sim.steps import home_requests
from sim.steps.home_requests import PUBLIC_QUEUE
from sim.steps.place_counts import occupied

STAYS, ASKS_PUBLIC, LEAVES_PUBLIC = 0, 1, 2


@kernel
def _review(
    lo, hi, p, key, first, size, home, tenure, wage_income, business_income, hukou_place, arrival_year,
    town_county, year, price, line, years_needed, buy_stream, exit_stream, out,
):  # fmt: skip
    """Tenants who can afford it become owners of the home; marks who asks for and who leaves public rental."""
    towns = len(town_county)
    for h in range(lo, hi):
        out[h] = STAYS
        if home[h] < 0 or home[h] >= 2 * towns or (tenure[h] != RENTED and tenure[h] != PUBLIC_RENTAL):
            continue
        t = home[h] // 2
        earnings = np.float64(wage_income[h]) + np.float64(business_income[h])
        if tenure[h] == PUBLIC_RENTAL:
            over = not below_income_line(earnings, size[h], line[t] * p.public_exit_line)
            if over and draw_alternative(exit_stream, key[h], 1) < p.public_exit_rate:
                out[h] = LEAVES_PUBLIC
            continue
        registered = hukou_place[np.uint32(first[h])]
        local = 1 if registered >= 0 and registered < towns and town_county[registered] == town_county[t] else 0
        years = max(0, year - arrival_year[first[h]])
        if draw(buy_stream, key[h]) < tenure_change_chance(p, price[home[h]], earnings, local, years):
            tenure[h] = OWNED
        elif public_rental_eligible(earnings, size[h], local, years, line[t], years_needed[t]):
            out[h] = ASKS_PUBLIC


def review(model) -> None:
    """Tenants buy the home they live in, queue for a public one in their place, or leave public rental.

    Buying does not touch the stock. Public tenants over the exit line take an empty commodity home of the place for
    rent if there is one; then eligible tenants queue for the empty public homes by keyed priority.
    """
    hh, pp = model.households, model.people
    wants = np.empty(hh.n, dtype=np.uint8)
    columns = (hh.key, hh.first, hh.size, hh.home, hh.tenure, hh.wage_income, hh.business_income)
    world = (pp.hukou_place, pp.arrival_year, np.asarray(model.pack.town_county), model.year, model.signals.price)
    line, needed = home_requests.income_line(model), model.lever("public_rental_years")
    streams = model.stream(Decision.TENURE_CHANGE), model.stream(Decision.TENURE_CHANGE)
    p = model.par.housing
    for_chunks(
        hh.n, model.threads, lambda lo, hi, _: _review(lo, hi, p, *columns, *world, line, needed, *streams, wants)
    )
    for asked, kind, home_type in ((LEAVES_PUBLIC, RENTED, COMMODITY_HOME), (ASKS_PUBLIC, PUBLIC_RENTAL, PUBLIC_HOME)):
        rows = np.flatnonzero(wants == asked)
        if len(rows):
            vacant = home_requests.on_offer(model, occupied(model))[:, home_type]
            wins = home_requests.ration(model, rows, hh.home, hh.key, vacant, PUBLIC_QUEUE, home_type)
            hh.tenure[rows[wins]] = kind
            if kind == PUBLIC_RENTAL:
                got = rows[wins]
                registered, town = pp.hukou_place[hh.first[got]], hh.home[got] // 2
                county = np.append(model.pack.town_county, np.full(model.O, -1))  # outside places are in none
                home_requests.count_let(model, hh.home[got], county[registered] == county[town])
