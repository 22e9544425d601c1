"""Where migrants are registered: another town of the county, another county of the city, or an outside place."""

import numpy as np

from sim.codes import NOT_MIGRANT, OTHER_PROVINCE, SAME_COUNTY, SAME_PROVINCE
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose
from sim.synthesis.tables import cut_by_size, round_to_total
from sim.synthesis.targets import CountyTargets

BALANCING_STEPS = 60


def home_town_weights(targets: list[CountyTargets], towns: list[np.ndarray], par) -> np.ndarray:
    """float64[T]: how many people a town may have sent: rural residents + weight x urban residents."""
    weights = np.zeros(sum(len(t) for t in towns))
    for t, rows in zip(targets, towns, strict=True):
        weights[rows] = t.parts @ np.array([1.0, par.start_home_town_urban])
    return np.maximum(weights, 1.0)


def seats(pack, year: int) -> np.ndarray:
    """int64[C]: the largest town of each county stands for it in distances."""
    residents = pack.town_residents(year)
    return np.array([np.argmax(np.where(pack.town_county == c, residents, -1)) for c in range(len(pack.counties))])


def people_away(targets: list[CountyTargets], par) -> np.ndarray:
    """float64[C]: persons registered in a county who do not live there (at least start_minimum_leavers)."""
    registered = np.array([t.registered for t in targets], dtype=np.float64)
    here = np.array([t.classes[NOT_MIGRANT] + t.classes[SAME_COUNTY] for t in targets], dtype=np.float64)
    return np.maximum(registered - here, par.start_minimum_leavers * registered)


def flows_in_city(pack, year: int, targets: list[CountyTargets], par) -> np.ndarray:
    """float64[C, C]: residents of county d (columns) registered in another county o (rows) of the city.

    Equation::

        F[o, d] = B_d * C_o * away_o * km[o, d] ** elasticity,    F[d, d] = 0

    B_d makes the column start_within_city_share of the census class `other county, same province`; C_o <= 1
    keeps a row within start_most_within_city of the county's people away (gravity constrained at the destination).
    """
    count = len(targets)
    arrived = par.start_within_city_share * np.array([t.classes[SAME_PROVINCE] for t in targets], dtype=np.float64)
    limit = par.start_most_within_city * people_away(targets, par)
    s = seats(pack, year)
    km = np.maximum(pack.distance_km[np.ix_(s, s)].astype(np.float64), 1.0)
    flow = limit[:, None] * km**par.start_within_city_distance
    flow[np.diag_indices(count)] = 0
    if count < 2 or arrived.sum() < 1:
        return np.zeros((count, count))
    for _ in range(BALANCING_STEPS):
        flow *= arrived / flow.sum(axis=0)
        flow *= np.minimum(1.0, limit / flow.sum(axis=1))[:, None]
    return flow


def outside_weights(pack, year: int, county: int, distance: float, wage: float) -> np.ndarray:
    """float64[O]: residents x km ** distance x wage ** wage-elasticity, seen from the county's seat (gravity)."""
    seat, t = seats(pack, year)[county], len(pack.towns)
    km = pack.distance_km[seat, t:].astype(np.float64)
    pay = pack.outside_wage_monthly(int(pack.files.descriptor["last_observed_year"]))  # only relative wages count
    return pack.outside_residents(year) * km**distance * (pay / pay.mean()) ** wage


def assign_origins(pack, year: int, drafts: list[Draft], towns: list[np.ndarray], luck: Luck, par) -> None:
    """Adds `hukou` int16[h] to each draft: town of registration, or T + outside place."""
    targets = [d.targets for d in drafts]
    flows, weights = flows_in_city(pack, year, targets, par), home_town_weights(targets, towns, par)
    for c, draft in enumerate(drafts):
        hukou = (draft.home // 2).astype(np.int64)
        _same_county(pack, draft, towns[c], weights, hukou, luck, par)
        gravity = outside_weights(pack, year, c, par.start_origin_distance, par.start_origin_wage)
        _same_province(pack, draft, towns, weights, flows[:, c], gravity * pack.outside_same_province, hukou, luck)
        far = np.flatnonzero(draft.migrant == OTHER_PROVINCE)
        quota = gravity * ~pack.outside_same_province
        order = far[luck.shuffle(draft.keys[far], Purpose.ORIGIN)]
        if len(order):
            quota = quota * (draft.size[far].sum() / quota.sum())
            hukou[order] = len(pack.towns) + cut_by_size(draft.size[order], quota)
        draft.more["hukou"] = hukou.astype(np.int16)


def _same_county(pack, draft: Draft, rows: np.ndarray, weights: np.ndarray, hukou, luck: Luck, par) -> None:
    """Another town of the county: weight of the town x km ** elasticity."""
    movers = np.flatnonzero(draft.migrant == SAME_COUNTY)
    if not len(movers):
        return
    km = np.maximum(pack.distance_km[np.ix_(rows, rows)].astype(np.float64), 1.0)
    chance = weights[rows] * km**par.start_home_town_distance  # [residence, home town]
    chance[np.diag_indices(len(rows))] = 0
    cumulated = np.cumsum(chance, axis=1) / chance.sum(axis=1, keepdims=True)
    here = np.searchsorted(rows, hukou[movers])
    u = luck.uniform(draft.keys[movers], Purpose.HOME_TOWN)
    hukou[movers] = rows[(u[:, None] > cumulated[here]).sum(axis=1)]


def _same_province(pack, draft: Draft, towns, weights, from_city, gravity, hukou, luck: Luck) -> None:
    """Other counties of the city by `from_city` persons [C], then the province's outside places by gravity [O]."""
    movers = np.flatnonzero(draft.migrant == SAME_PROVINCE)
    if not len(movers):
        return
    order = movers[luck.shuffle(draft.keys[movers], Purpose.ORIGIN)]
    persons = draft.size[movers].sum()
    rest = max(persons - from_city.sum(), 0.0)
    quota = np.concatenate([from_city, gravity * (rest / gravity.sum())])
    place = cut_by_size(draft.size[order], quota)
    hukou[order] = len(pack.towns) + place - len(towns)
    for o, rows in enumerate(towns):
        mine = order[place == o]
        hukou[mine] = np.repeat(rows, round_to_total(weights[rows], len(mine)))
