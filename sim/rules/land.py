"""Urban land and villages at its edge. Numbers or arrays; `p` is the land record."""

import numpy as np

from sim.codes import VILLAGES_PER_TOWN

M2_PER_HECTARE = 10_000.0
M2_PER_KM2 = 1_000_000.0


def quota_by_people(quota, weight, settled):
    """Quota of towns when a share of it follows newly settled people; the city's total stays.

    q' = (1 - weight) q + sum(weight q) * settled+ / sum(settled+)

    quota: [T]; weight: lever land_follows_people [T]; settled: growth of urban residents [T].
    """
    gain = np.maximum(settled, 0.0)
    total = gain.sum()
    if total <= 0.0:
        return quota.astype(float)
    return (1.0 - weight) * quota + (weight * quota).sum() * gain / total


def pooled(p, limit, wanted):
    """What towns may use in a year when those with quota to spare pass a share of it to those that want more.

    l' = l + min(1, q S / L) max(w - l, 0), S = sum of max(l - w, 0), L = sum of max(w - l, 0)

    limit, wanted: [T], in one unit; q: quota_pooled. The city holds the year's quota and moves what counties leave to
    where it is asked for (Ministry of Land, rules for the annual land use plan, 2006 and 2016); the sum never rises.
    """
    lacks = np.maximum(wanted - limit, 0.0)
    lacking = lacks.sum()
    if lacking <= 0.0:
        return limit
    spare = np.maximum(limit - wanted, 0.0).sum()
    return limit + min(1.0, p.quota_pooled * spare / lacking) * lacks


def room_to_grow(p, area, urban, urban_at_start, boundary):
    """Land that may still become urban, m2: within the town's bound and within the growth boundary.

    max(0, min(urban_share_bound * area, boundary * max(urban land of the start, boundary_least * area)) - urban); the
    least share lets a town without urban land begin. Source: plan 6.1 (M33).
    """
    inside = boundary * np.maximum(urban_at_start, p.boundary_least * area)
    return np.maximum(np.minimum(p.urban_share_bound * area, inside) - urban, 0.0)


def land_demand(p, added_residents, added_posts, home_land):
    """Land wanted in a year, m2: public land of added urban residents, works of added posts, homes started."""
    people = p.land_per_added_resident * np.maximum(added_residents, 0.0)
    return people + p.land_per_job * np.maximum(added_posts, 0.0) + home_land


def village_land(p, rural_residents):
    """Land that urban growth has to cover before a village is inside, m2: built and nearby land of one village."""
    return p.land_per_villager * rural_residents / VILLAGES_PER_TOWN


def villages_inside(new_land, land_per_village):
    """Whole villages covered by the urban land added since the start, 0..VILLAGES_PER_TOWN.

    A town without villages (land_per_village 0) has none to absorb.
    """
    passed = np.floor(new_land / np.where(land_per_village > 0.0, land_per_village, np.inf))
    return np.minimum(passed, VILLAGES_PER_TOWN).astype(np.int64)
