"""Step 11: urban land grows within the quota, and villages it reaches become urban with their people.

Land is int64 m2 in agent units; urban + rural land of a town never changes. `model.land_flow` holds the year's
`new_urban` and, within it, `collective` int64[T].
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import COMMODITY_HOME, HOME_TYPES, HOMESTEAD_HOME, VILLAGES_PER_TOWN
from sim.engine import add_up
from sim.rules import construction, kernel
from sim.rules import land as rules
from sim.steps.place_counts import HOME_OF_TENURE, occupied, residents


@dataclass
class LandState:
    """What the land step remembers."""

    urban_at_start: np.ndarray  # int64[T], m2
    village_land: np.ndarray  # float64[T], m2 to cover before a village is inside
    urban_residents: np.ndarray  # int64[T], after the last step
    settled: np.ndarray  # float64[T], growth of urban residents in the last year, reclassified ones left out
    posts: np.ndarray  # int64[T], after the last step


@kernel
def _absorb(lo, hi, home, size, tenure, village, inside, home_of_tenure, out):
    """Households of villages inside the town become urban; counts persons and homes by type, out[T, 1 + types]."""
    towns = len(inside)
    for h in range(lo, hi):
        place = home[h]
        if place < 0 or place >= 2 * towns or place % 2 == 1 or village[h] >= inside[place // 2]:
            continue
        t = place // 2
        out[t, 0] += size[h]
        out[t, 1 + home_of_tenure[tenure[h]]] += 1
        home[h] = place + 1


def residents_by_place(model) -> np.ndarray:
    """Persons by part of town, int64[2T]."""
    return residents(model)[: 2 * model.T]


def initialise(model) -> None:
    """Urban land of the start year from urban residents, bounded by the town's area; the rest is rural."""
    p, towns = model.par.land, model.towns
    people = residents_by_place(model)
    rural, urban = people[0::2], people[1::2]
    area = np.rint(model.pack.town_area_km2 * rules.M2_PER_KM2 * model.scale).astype(np.int64)
    wanted = np.minimum(p.land_per_resident * urban, p.urban_share_bound * area)
    towns.urban_land[:] = np.rint(wanted).astype(np.int64)
    towns.rural_land[:] = area - towns.urban_land
    towns.urban_villages[:] = model.publish("urban_villages", np.zeros(model.T, np.int64))
    model.land_state = LandState(
        urban_at_start=towns.urban_land.copy(),
        village_land=rules.village_land(p, rural),
        urban_residents=urban.copy(),
        settled=np.zeros(model.T),
        posts=towns.jobs.sum(axis=(1, 2)),
    )
    new = np.rint(p.land_used_at_start * model.lever("land_quota") * rules.M2_PER_HECTARE * model.scale)
    model.land_flow["new_urban"] = new.astype(np.int64)  # of the year before the start: pays the first transfers
    model.land_flow["collective"] = np.zeros(model.T, np.int64)


def town_quota(model) -> np.ndarray:
    """Quota of new urban land of the year by town, float64[T], m2 in agent units."""
    state = getattr(model, "land_state", None)
    settled = state.settled if state else np.zeros(model.T)
    quota = rules.quota_by_people(model.lever("land_quota"), model.lever("land_follows_people"), settled)
    return quota * rules.M2_PER_HECTARE * model.scale


def land(model) -> None:
    """Step 11: new urban land, then villages inside it."""
    urban = residents_by_place(model)[1::2]
    state = model.land_state
    state.settled = (urban - state.urban_residents).astype(float)
    _grow(model, state.settled)
    absorbed = _absorb_villages(model)
    state.urban_residents = urban + absorbed


def _grow(model, added) -> None:
    """New urban land: demand within quota (and collective land) and within what is left of the town."""
    p, towns, state = model.par.land, model.towns, model.land_state
    posts = towns.jobs.sum(axis=(1, 2))
    started = model.housing_state.started
    home_land = construction.land_of_homes(model.par.housing, started[0::2] + started[1::2])
    demand = rules.land_demand(p, added, posts - state.posts, home_land)
    state.posts = posts
    area = towns.urban_land + towns.rural_land
    room = rules.room_to_grow(p, area, towns.urban_land, state.urban_at_start, model.lever("growth_boundary"))
    room = np.minimum(towns.rural_land, room)
    collective = np.minimum(model.lever("collective_land") * rules.M2_PER_HECTARE * model.scale, demand)
    quota = rules.pooled(p, town_quota(model), demand)
    new = np.minimum(np.minimum(demand, quota + collective), room)
    new = np.floor(new).astype(np.int64)
    towns.urban_land += new
    towns.rural_land -= new
    model.land_flow["new_urban"] = new
    model.land_flow["collective"] = np.minimum(np.floor(collective).astype(np.int64), new)


def _absorb_villages(model) -> np.ndarray:
    """Villages that the town has reached become urban; returns persons reclassified, int64[T]."""
    towns, state, hh = model.towns, model.land_state, model.households
    before = towns.urban_villages.copy()
    inside = rules.villages_inside(towns.urban_land - state.urban_at_start, state.village_land)
    inside = model.publish("urban_villages", np.maximum(before, inside))
    taken = occupied(model)
    home, size, tenure, village = hh.home, hh.size, hh.tenure, hh.village
    moved = add_up(
        hh.n,
        model.threads,
        (model.T, 1 + HOME_TYPES),
        lambda lo, hi, out: _absorb(lo, hi, home, size, tenure, village, inside, HOME_OF_TENURE, out),
    )
    towns.urban_villages[:] = inside
    share = (inside - before) / np.maximum(VILLAGES_PER_TOWN - before, 1)
    _reclassify_homes(model, taken[0::2], moved[:, 1:], share)
    model.flow["insitu_out"][0 : 2 * model.T : 2] += moved[:, 0]
    model.flow["insitu_in"][1 : 2 * model.T : 2] += moved[:, 0]
    return moved[:, 0]


def _reclassify_homes(model, taken, moved, share) -> None:
    """Homes of absorbed villages go with their households; of the empty ones the villages' share.

    taken, moved: occupied and reclassified homes int64[T, HOME_TYPES]. Empty village houses join the homes for rent
    and sale of the town (urban villages).
    """
    rural, urban = model.towns.homes[0::2], model.towns.homes[1::2]
    empty = np.floor(np.maximum(rural - taken, 0) * share[:, None] + 0.5).astype(np.int64)
    joins = moved + empty
    joins[:, HOMESTEAD_HOME] -= empty[:, HOMESTEAD_HOME]
    joins[:, COMMODITY_HOME] += empty[:, HOMESTEAD_HOME]
    rural -= moved + empty
    urban += joins
    model.homes_flow["reclassified_out"][0::2] += moved + empty
    model.homes_flow["reclassified_in"][1::2] += joins
