"""Crowding and quality of schools and hospitals. Numbers or arrays; `p` is the services record."""

import numpy as np


def school_need(local_children, migrant_children, parity):
    """Children entitled to a public place: local ones in full, others at the permit's parity."""
    return local_children + parity * migrant_children


def capacity_ratio(p, capacity, users, reference, county_ratio):
    """Capacity per entitled user against the city mean at start, drawn towards the county and bounded.

    ratio = clip(((capacity / reference) + k * county_ratio) / (users + k), lo, hi)

    reference: city mean capacity per user at start; k: crowding_prior_users.
    """
    k = p.crowding_prior_users
    ratio = (capacity / reference + k * county_ratio) / np.maximum(users + k, 1e-9)
    return np.clip(ratio, p.crowding_bounds[0], p.crowding_bounds[1])


def service_index(p, school_ratio, bed_ratio, spending_ratio):
    """Index of services per entitled person.

    S = clip((w * school**e + (1 - w) * beds**e) * spending**q, lo, hi)

    spending_ratio: public spending on services per head to the city mean of the start year.
    """
    w, e = p.school_weight, p.crowding_elasticity
    level = w * school_ratio**e + (1.0 - w) * bed_ratio**e
    return np.clip(level * spending_ratio**p.quality_elasticity, p.service_bounds[0], p.service_bounds[1])


def outside_service(p, wage, city_wage_at_start):
    """Index of an outside place: its wage to the city's of the start year, at the elasticity of quality."""
    return np.clip((wage / city_wage_at_start) ** p.quality_elasticity, p.service_bounds[0], p.service_bounds[1])


def fiscal_ability(p, revenue_ratio):
    """How fast a county builds: clip((own revenue per head / city mean at start)**e, lo, hi)."""
    return np.clip(revenue_ratio**p.revenue_elasticity, p.ability_bounds[0], p.ability_bounds[1])


def own_building(p, wanted, capacity, ability):
    """Capacity a county adds by itself in a year: catch_up * ability * shortage, never over the shortage."""
    return np.minimum(p.catch_up * ability, 1.0) * np.maximum(wanted - capacity, 0.0)


def closing(p, wanted, capacity):
    """Idle school places closed in a year: rate * max(0, capacity - (1 + slack) * wanted)."""
    return p.closing_rate * np.maximum(capacity - (1.0 + p.school_slack) * wanted, 0.0)
