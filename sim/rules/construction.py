"""Builders, villagers who build, empty homes. Numbers or arrays; `p` is the housing record."""

import numpy as np


def profit_ratio(p, price, earnings_index):
    """Price over the cost of a m2: price / (build_cost * index**labour + land_share * price).

    earnings_index: county earnings per head to those of the start year.
    """
    return price / (p.build_cost * earnings_index**p.build_labour + p.land_cost_share * price)


def wanted_starts(p, stock, profit, vacancy):
    """Commodity homes that builders want to start in a year (not whole).

    starts = rate * stock * profit**e * min(exp(-phi * (vacancy / natural - 1)), 2)

    Source: Liu 2014 (e = 2.65, flow), Wang, Chan & Xu 2012 (4.2), Chow & Niu 2015 (0.5, stock).
    """
    brake = np.minimum(np.exp(-p.start_vacancy * (vacancy / p.natural_vacancy - 1.0)), 2.0)
    return p.start_rate * stock * profit**p.supply_elasticity * brake


def starts_for_lacking(p, stock, underway, occupied, unmet, profit):
    """Commodity homes started because homes lack (not whole): a share of the gap to the stock that is wanted.

    a * min(profit, 1)**e * max(0, (occupied + unmet) / (1 - natural) - stock - underway)

    unmet: requests of the year that found none. Source: stock adjustment, DiPasquale & Wheaton 1994 (Journal of Urban
    Economics 35(1)); without it a town that many want to enter grows no faster than one with as many homes.
    """
    lacking = np.maximum((occupied + unmet) / (1.0 - p.natural_vacancy) - stock - underway, 0.0)
    return p.lacking_response * np.minimum(profit, 1.0) ** p.supply_elasticity * lacking


def homes_on_land(p, quota, lever):
    """Most homes that may be started on a year's land, quota in m2 (agent units).

    quota * residential share * lever * floor area ratio / gross area per home.
    """
    return quota * p.residential_share * lever * p.floor_area_ratio / p.gross_area


def land_of_homes(p, homes):
    """Land taken by homes started, m2: homes * gross area / floor area ratio."""
    return homes * p.gross_area / p.floor_area_ratio


def villagers_build(p, stock, occupied):
    """Homesteads that villagers build in a year: what lacks to the spare share, up to a yearly rate.

    min(rate * stock, max(0, occupied / (1 - spare) - stock))
    """
    lacking = occupied / (1.0 - p.homestead_spare) - stock
    return np.minimum(p.homestead_build_rate * stock, np.maximum(lacking, 0.0))


def empties_let(p, empty_homesteads, stock, occupied, unmet):
    """Empty homesteads that become homes for rent: what commodity homes lack, up to a yearly rate.

    min(rate * empties, max(0, occupied + unmet - (1 - natural) * stock) / (1 - natural))

    stock, occupied: commodity homes; unmet: requests that found none. After letting, vacancy is natural.
    """
    lacking = (occupied + unmet) / (1.0 - p.natural_vacancy) - stock
    return np.minimum(p.letting_rate * empty_homesteads, np.maximum(lacking, 0.0))


def beds_wanted(beds_per_post, posts):
    """Dormitory beds that employers keep: beds per manufacturing post of the start year times posts."""
    return beds_per_post * posts
