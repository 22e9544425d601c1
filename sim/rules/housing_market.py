"""Prices, rents and vacancy of places. All functions take numbers or arrays; `p` is the housing record."""

import numpy as np


def start_level(levels, years, year):
    """Level of a start year: straight line between the two known years, flat outside."""
    return np.interp(year, years, levels)


def start_price(p, level, density, earnings, urban):
    """Price of a place in the start year before scaling to the city mean, yuan per m2.

    price = level * density**e1 * earnings**e2 * (1 if urban part else r)

    density, earnings per head: relative to the city mean. Source: price_density, price_income, rural_price.
    """
    return level * density**p.price_density * earnings**p.price_income * np.where(urban, 1.0, p.rural_price)


def rent_of_price(p, price):
    """Yearly rent of a standard rented home, yuan: price * rented area * yield."""
    return price * p.rented_area * p.rent_yield


def outside_rent(p, wage, mean_wage):
    """Yearly rent in an outside place, yuan: share * mean wage * (wage / mean wage)**e."""
    return p.outside_rent_share * mean_wage * (wage / mean_wage) ** p.outside_rent_elasticity


def shrunk_vacancy(vacant, stock, mean, prior_homes):
    """Vacancy of a place drawn towards the county mean: (vacant + k * mean) / (stock + k)."""
    return (vacant + prior_homes * mean) / np.maximum(stock + prior_homes, 1e-9)


def home_chance(p, before, asked, refused, mean):
    """Chance that a request for a home in a place is met, as movers know it; 0 to 1.

    c' = (1 - m) c + m (asked - refused + k mean) / (asked + k)

    asked, refused: requests of the year; mean: share met in the county; m: room_memory, k: room_prior_weight.
    """
    met = (asked - refused + p.room_prior_weight * mean) / np.maximum(asked + p.room_prior_weight, 1e-9)
    return (1.0 - p.room_memory) * before + p.room_memory * met


def renewal_change(p, before, after):
    """Change of the log of price and rent when the renewed share of homes rises: renewal_premium * (after - before).

    Better homes are dearer (hedonic prices, Rosen 1974); the premium is a prior. Source of the lever: plan 5.1 (M27).
    """
    return p.renewal_premium * (after - before)


def log_change(natural, vacancy, earnings_growth, response, elasticity, bound):
    """Change of ln price (or ln rent) in a year.

    d ln P = clip(response * (natural - vacancy) / natural + elasticity * g, -bound, bound)

    g: growth of ln earnings per head in the county. Source: Chow & Niu 2015 (elasticity 0.7).
    """
    gap = (natural - vacancy) / natural
    return np.clip(response * gap + elasticity * earnings_growth, -bound, bound)
