"""Which tenure a household wants, and who may rent a public home. `p` is the housing record."""

import math

from sim.rules import rule


@rule
def buy_chance(p, price, earnings, local, years):
    """Probability that a household that takes a commodity home buys it instead of renting.

    P = 1 / (1 + exp(-z)),  z = a - b ln(price * area / earnings) + c local + d min(years, cap).

    price: yuan per m2; earnings: yuan a year of the household; local: 1 if registered in the county;
    years: of residence in the city. Source: parameters buy_*; demand falls with price
    (Chow & Niu 2015), stayers spend more on housing (Li, Wang & Che 2020).
    """
    if earnings <= 0.0:
        return 0.0
    z = p.buy_constant - p.buy_price_slope * math.log(price * p.home_area / earnings)
    z += p.buy_local * local + p.buy_years * min(years, p.buy_years_cap)
    return 1.0 / (1.0 + math.exp(-z))


@rule
def tenure_change_chance(p, price, earnings, local, years):
    """Probability that a tenant buys the home lived in this year: review rate times `buy_chance`.

    The stock is the same (commodity); only the tenure changes.
    """
    return p.tenure_change_rate * buy_chance(p, price, earnings, local, years)


@rule
def dormitory_chance(p, rent, earnings):
    """Probability that a lone worker takes a dormitory bed if there is one.

    P = 1 / (1 + exp(-(a + b ln(rent / earnings)))).

    rent: yuan a year of a standard rented home; earnings: yuan a year. Source: parameters dormitory_*.
    """
    if earnings <= 0.0:
        return 1.0
    return 1.0 / (1.0 + math.exp(-(p.dormitory_constant + p.dormitory_rent_slope * math.log(rent / earnings))))


@rule
def talent_relief(homes, stock, p):
    """Share of rent that highly skilled movers need not pay, on average over them (plan 4.1 and 5.2, M19).

    discount * min(1, homes / (talent_share * stock)): homes for talent let at a discount, taken up by the share
    `talent_share` of the town's commodity homes in which highly skilled households live.
    """
    wanted = p.talent_share * stock
    return p.talent_discount * min(homes / wanted, 1.0) if wanted > 0.0 else 0.0


@rule
def below_income_line(earnings, size, line):
    """Earnings per member (yuan a year) at or below the income line."""
    return earnings <= line * size


@rule
def public_rental_eligible(earnings, size, local, years, line, years_needed):
    """May the household queue for a public rental home?

    Below the income line, and registered in the county or resident for `years_needed` years
    (lever public_rental_years).
    """
    return below_income_line(earnings, size, line) and (local == 1 or years >= years_needed)
