"""Revenue and spending of a county. Numbers or arrays [C] in yuan; `p` is the budgets record."""

import numpy as np

from sim.rules import rule


def own_revenue(p, earnings):
    """General budget revenue: tax share times labour earnings of residents."""
    return p.tax_share * earnings


def land_price(p, price):
    """Revenue per m2 of new urban land: share sold * floor area ratio * land's share of the price of homes."""
    return p.land_sold_share * p.land_floor_ratio * p.land_value_share * price


def village_spending(land_revenue, share):
    """Land revenue that a county spends on villages, yuan a year: share * revenue (plan 7.1, M38: half and more)."""
    return share * land_revenue


def village_funds(p, spending, rural_residents):
    """What is spent in the villages of each county, yuan a year.

    At home min(spending, bound * rural residents); what is over, in counties with much land revenue and few villagers,
    is pooled and goes to the villages of all counties by rural residents. Nothing of it is lost: the sums are equal
    while anybody lives in a village.
    """
    home = np.minimum(spending, p.village_spending_bound * rural_residents)
    return home + (spending - home).sum() * rural_residents / np.maximum(rural_residents.sum(), 1)


def village_transfer(p, funds, rural_residents):
    """Yuan a year that reach a rural resident as income: income share of what is spent in the villages, per head."""
    return np.where(rural_residents > 0, p.village_income_share * funds / np.maximum(rural_residents, 1), 0.0)


def spending_standard(p, residents, city_revenue, city_residents):
    """Spending on services that equal standards ask for: ratio * city own revenue per head * residents."""
    return p.service_standard * city_revenue / np.maximum(city_residents, 1.0) * residents


def province_transfer(p, standard, own):
    """Transfer from above: fill * max(0, standard - own funds)."""
    return p.province_fill * np.maximum(standard - own, 0.0)


def service_spending(p, standard, funds, programmes, balance):
    """Spending on services: what programmes leave and a share of the balance, between floor and cap of the standard.

    clip(funds + use * balance - programmes, floor * standard, cap * standard): under the floor the county runs a
    deficit, over the cap it saves.
    """
    left = funds + p.balance_use * balance - programmes
    return np.clip(left, p.service_floor * standard, p.service_cap * standard)


def conversion_cost(p, persons):
    """Public cost of persons who become registered citizens (Du & Cai 2014, prices of 2012 brought to 2020)."""
    return p.citizen_cost * p.price_rise_2012_2020 * persons


def settlement_reward(persons, yuan):
    """Money from above that follows people who settle: yuan a person * persons who became registered urban residents.

    Source: plan 3.5 (M13), 285.62 million yuan of reward money in 2016-2020.
    """
    return yuan * persons


@rule
def programme_cost(quantity, price):
    """Cost of a programme in a year: units * price (yuan a unit, parameters of the budgets group)."""
    return quantity * price


@rule
def job_support(p, posts, growth_percent):
    """Support of extra posts: job_support_cost * posts * max(0, growth) / 100."""
    return p.job_support_cost * posts * np.maximum(growth_percent, 0.0) / 100.0


@rule
def matching_cost(p, posts, matching):
    """Public employment service beyond today's: matching_cost * posts * max(0, matching - 1)."""
    return p.matching_cost * posts * np.maximum(matching - 1.0, 0.0)


@rule
def skill_cost(p, posts, points):
    """Posts raised to high skill: training_cost * posts * points / 100."""
    return p.training_cost * posts * np.maximum(points, 0.0) / 100.0


def share_exactly(total, weights):
    """Whole fen of `total` shared by weights [C]: the parts add up exactly; the rest goes to the largest weight."""
    total = int(total)
    whole = float(np.sum(weights))
    parts = np.zeros(len(weights), dtype=np.int64)
    if whole <= 0.0 or total == 0:
        return parts
    parts[:] = np.floor(total * (np.asarray(weights, dtype=float) / whole)).astype(np.int64)
    parts[int(np.argmax(weights))] += total - int(parts.sum())
    return parts
