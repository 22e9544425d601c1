"""Crowding and quality of schools and hospitals. Numbers or arrays; `p` is the services record."""

import numpy as np


def school_need(local_children, migrant_children, parity):
    """Children entitled to a public place: local ones in full, others at the permit's school part."""
    return local_children + parity * migrant_children


def capacity_ratio(p, capacity, users, reference, county_ratio):
    """Capacity per entitled user against the city mean at start, drawn towards the county and bounded.

    ratio = clip(((capacity / reference) + k * county_ratio) / (users + k), lo, hi)

    reference: city mean capacity per user at start; k: crowding_prior_users.
    """
    k = p.crowding_prior_users
    ratio = (capacity / reference + k * county_ratio) / np.maximum(users + k, 1e-9)
    return np.clip(ratio, p.crowding_bounds[0], p.crowding_bounds[1])


def service_index(p, school_ratio, bed_ratio, spending_ratio, facilities=0.0):
    """Index of services per entitled person.

    S = clip((w * school**e + (1 - w) * beds**e + A) * spending**q, lo, hi)

    spending_ratio: public spending on services per head to the city mean of the start year; A: `facility_term`.
    """
    w, e = p.school_weight, p.crowding_elasticity
    level = w * school_ratio**e + (1.0 - w) * bed_ratio**e + facilities
    return np.clip(level * spending_ratio**p.quality_elasticity, p.service_bounds[0], p.service_bounds[1])


def facility_term(p, ratios):
    """What nurseries, elder care, culture, community services and kindergartens add to the index before quality.

    A = sum over the five of w_i * (r_i**e - 1), r_i capacity per user to the city's at the start (so A is 0 there),
    w_i facility_weights, e crowding_elasticity; ratios [5, ...]. Source: plan 5.1 (M26), indicators 2, 4, 6, 7, 13.
    """
    return np.tensordot(p.facility_weights, ratios**p.crowding_elasticity - 1.0, axes=1)


def exchange_factor(p, teachers, places):
    """Factor on the index where teachers of the other region work this year: 1 + gain * teachers / teachers there.

    Teachers there = places / places_per_teacher. Source: plan 7.2 (M40), at least 120 a year each way; gain a prior.
    """
    return 1.0 + p.exchange_gain * teachers * p.places_per_teacher / np.maximum(places, 1e-9)


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
