"""Step 8: homes are counted, prices and rents respond, builders build, tenants buy.

Stocks are whole agent homes by place (2 * town + part) and type. Every change of a stock is entered in
`model.homes_flow`, so that homes(y) = homes(y-1) + completed - demolished + reclassified_in - reclassified_out.
Other steps use `HomeRequests` and `allocate` (see home_requests.py).
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import COMMODITY_HOME, DORMITORY_BED, HOME_TYPES, HOMESTEAD_HOME, PUBLIC_HOME, SECONDARY
from sim.rules import construction as build
from sim.rules import housing_market as market
from sim.rules import tenure
from sim.rules.land import pooled
from sim.state import CONSTRUCTION_LAG
from sim.steps import home_requests, place_counts, tenants
from sim.steps.home_requests import CALLS, FAMILIES, MOVING, NO_HOME, OPEN, PUBLIC_QUEUE, HomeRequests
from sim.steps.homes_lost import Ruins, homes_lost
from sim.steps.land import town_quota
from sim.steps.place_counts import EARNINGS, RESIDENTS, by_county, by_town, keyed_whole, occupied, place_draws

__all__ = [
    "FAMILIES",
    "MOVING",
    "NO_HOME",
    "PUBLIC_QUEUE",
    "HomeRequests",
    "allocate",
    "housing",
    "initialise",
    "occupied",
]

_SECONDARY = SECONDARY - 2  # row of the non-farm sectors


@dataclass
class HousingState:
    """What the housing step remembers from year to year."""

    earnings_start: np.ndarray  # float64[C], yuan per head
    earnings_last: np.ndarray  # float64[C]
    beds_per_post: np.ndarray  # float64[2T]
    asked: np.ndarray  # int64[2T], requests for homes since the last step
    unmet: np.ndarray  # int64[2T], those of them that found none
    started: np.ndarray  # int64[2T], commodity and public homes started this year
    public_started: np.ndarray  # int64[T], public homes started this year
    ruins: list[Ruins]  # homes lost in events and not rebuilt yet
    talent: np.ndarray  # float64[T], homes built for the highly skilled
    renewed: np.ndarray  # float64[T], commodity homes renewed since the start
    renewed_share: np.ndarray  # float64[T], of the urban part's commodity homes, 0 to 1


def earnings_per_head(model, people: np.ndarray) -> np.ndarray:
    """Labour earnings per resident of each county, yuan a year, float64[C]; `people` from people_by_place."""
    totals = by_county(model, by_town(people[:, EARNINGS])) / 100.0
    heads = by_county(model, by_town(people[:, RESIDENTS]))
    return totals / np.maximum(heads, 1)


def allocate(model, requests: HomeRequests, call: int | None = None) -> np.ndarray:
    """Tenure uint8[n] of each request against the homes empty now; NO_HOME (255) where there is none."""
    if requests.n == 0:
        return np.empty(0, dtype=np.uint8)
    return home_requests.allocate(model, requests, occupied(model), call)


# Start ------------------------------------------------------------------------------------------------------


def initialise(model) -> None:
    """Homes of the start year: occupied by the start population plus empty ones; prices and rents; sites at work.

    Needs people, households, jobs and the signal wage.
    """
    p, towns = model.par.housing, model.towns
    taken, people = occupied(model), place_counts.people_by_place(model, pupils=False)
    empty = taken * p.vacancy_start / (1.0 - p.vacancy_start)
    towns.homes[:] = taken + keyed_whole(model, empty, 0)
    per_head = earnings_per_head(model, people)
    posts = np.repeat(towns.jobs[:, _SECONDARY].sum(axis=1), 2)
    t2 = 2 * model.T
    model.housing_state = HousingState(
        earnings_start=per_head,
        earnings_last=per_head.copy(),
        beds_per_post=towns.homes[:, DORMITORY_BED] / np.maximum(posts, 1),
        asked=np.zeros(t2, np.int64),
        unmet=np.zeros(t2, np.int64),
        started=np.zeros(t2, np.int64),
        public_started=np.zeros(model.T, np.int64),
        ruins=[],
        talent=np.zeros(model.T),
        renewed=np.zeros(model.T),
        renewed_share=np.zeros(model.T),
    )
    _publish_start_prices(model, people, per_head)
    _publish_vacancy(model, taken)
    model.publish("home_cutoff", np.full((CALLS, t2, HOME_TYPES), OPEN))
    model.publish("home_chance", np.ones(t2))
    wanted = _wanted_starts(model, _market_vacancy(model, taken), taken)
    for lag in range(CONSTRUCTION_LAG):
        towns.pipeline[lag] = keyed_whole(model, wanted, 1 + lag)
    towns.start_carry[:] = place_draws(model, wanted.shape, 20)  # unbiased at small scale
    model.housing_state.started[:] = towns.pipeline[-1, :, [COMMODITY_HOME, PUBLIC_HOME]].sum(axis=0)
    model.housing_state.public_started[:] = by_town(towns.pipeline[-1, :, PUBLIC_HOME])


def _publish_start_prices(model, people, per_head) -> None:
    """Prices by density and county earnings, scaled so that the mean over commodity homes is the city's level."""
    p = model.par.housing
    residents = by_town(people[:, RESIDENTS])
    area = model.pack.town_area_km2 * model.scale
    density = np.maximum(residents, 1) / area
    density = density / (residents.sum() / area.sum())
    earnings = np.maximum(per_head, 1.0)[model.pack.town_county]
    earnings = earnings / max(people[:, EARNINGS].sum() / 100.0 / max(residents.sum(), 1), 1.0)
    level = market.start_level(p.price_level, p.level_years, model.year)
    urban = np.tile([False, True], model.T)
    price = market.start_price(p, level, np.repeat(density, 2), np.repeat(earnings, 2), urban)
    homes = model.towns.homes[:, COMMODITY_HOME]
    price *= level / (np.average(price, weights=homes) if homes.sum() else price.mean())
    price = model.publish("price", price)
    model.publish("rent", np.concatenate([market.rent_of_price(p, price), _outside_rents(model)]))


def _outside_rents(model) -> np.ndarray:
    """Yearly rents outside, float64[O], from the wages in force there."""
    wage = model.signals.wage[model.T :].reshape(model.O, -1).mean(axis=1)
    return market.outside_rent(model.par.housing, wage, wage.mean()) if model.O else wage


# The year ---------------------------------------------------------------------------------------------------


def housing(model) -> None:
    """Step 8, after moves: count, respond, build, let, demolish, change tenure."""
    taken = occupied(model)
    homes_lost(model, taken)
    market_vacancy = _market_vacancy(model, taken)
    _respond(model, market_vacancy)
    _complete_and_start(model, market_vacancy, taken)
    _villagers(model, taken)
    _beds_follow_posts(model, taken)
    _demolish(model, taken)
    tenants.review(model)
    _publish_chance(model)
    model.housing_state.asked[:] = 0
    model.housing_state.unmet[:] = 0
    _publish_vacancy(model, occupied(model))


def _market_vacancy(model, taken) -> np.ndarray:
    """Vacancy of commodity homes by place drawn towards its county, float64[2T]."""
    p = model.par.housing
    stock = model.towns.homes[:, COMMODITY_HOME]
    empty = stock - taken[:, COMMODITY_HOME]
    county_stock = by_county(model, by_town(stock))
    county = np.where(county_stock > 0, by_county(model, by_town(empty)) / np.maximum(county_stock, 1), 0.0)
    county = np.where(county_stock > 0, county, p.natural_vacancy)[np.repeat(model.pack.town_county, 2)]
    return market.shrunk_vacancy(empty, stock, county, p.vacancy_prior_homes)


def _publish_vacancy(model, taken) -> None:
    """Share of commodity homes empty; the natural share where there are none."""
    stock = model.towns.homes[:, COMMODITY_HOME]
    share = 1.0 - taken[:, COMMODITY_HOME] / np.maximum(stock, 1)
    model.publish("vacancy", np.where(stock > 0, share, model.par.housing.natural_vacancy))


def _publish_chance(model) -> None:
    """What those who look for a home next year have heard; where nobody asked, what is known moves to the county's."""
    asked, unmet, county = model.housing_state.asked, model.housing_state.unmet, model.pack.town_county
    in_county = by_county(model, by_town(asked))
    refused = by_county(model, by_town(unmet)) / np.maximum(in_county, 1)
    mean = (1.0 - refused)[np.repeat(county, 2)]
    chance = market.home_chance(model.par.housing, model.signals.home_chance, asked, unmet, mean)
    model.publish("home_chance", chance)


def _respond(model, vacancy) -> None:
    """Prices and rents move with the vacancy gap and earnings per head."""
    p, state, signals = model.par.housing, model.housing_state, model.signals
    per_head = earnings_per_head(model, place_counts.people_by_place(model, pupils=False))
    known = (per_head > 0) & (state.earnings_last > 0)
    growth = np.log(np.where(known, per_head, 1.0) / np.where(known, state.earnings_last, 1.0))
    state.earnings_last = per_head
    g = growth[np.repeat(model.pack.town_county, 2)]
    change = market.log_change(p.natural_vacancy, vacancy, g, p.price_vacancy, p.price_earnings, p.price_bound)
    rent_change = market.log_change(p.natural_vacancy, vacancy, g, p.rent_vacancy, p.rent_earnings, p.rent_bound)
    better = _renew(model)
    change[1::2] += better
    rent_change[1::2] += better
    rent = signals.rent[: 2 * model.T] * np.exp(rent_change)
    model.publish("price", signals.price * np.exp(change))
    model.publish("rent", np.concatenate([rent, _outside_rents(model)]))


def _renew(model) -> np.ndarray:
    """Homes renewed in the year; returns the change of the log of prices and rents in urban parts, float64[T]."""
    state, stock = model.housing_state, model.towns.homes[1::2, COMMODITY_HOME]
    before = state.renewed_share
    state.renewed = np.minimum(state.renewed + model.lever("urban_renewal") * model.scale, stock)
    state.renewed_share = np.maximum(before, state.renewed / np.maximum(stock, 1))
    return market.renewal_change(model.par.housing, before, state.renewed_share)


def talent_relief(model) -> np.ndarray:
    """Share of rent that highly skilled movers need not pay, float64[T]."""
    homes, stock = model.housing_state.talent, model.towns.homes[1::2, COMMODITY_HOME]
    if not homes.any():
        return np.zeros(model.T)
    return np.array([tenure.talent_relief(h, s, model.par.housing) for h, s in zip(homes, stock, strict=True)])


def _wanted_starts(model, vacancy, taken) -> np.ndarray:
    """Homes wanted to be started this year, float64[2T, HOME_TYPES], agent units: builders within the land of the
    year, and what government has built (levers new_homes, talent_homes, public_rental_homes). All in urban parts."""
    p, state = model.par.housing, model.housing_state
    county = model.pack.town_county
    urban = slice(1, None, 2)
    stock = model.towns.homes[urban, COMMODITY_HOME]
    index = (np.maximum(state.earnings_last, 1.0) / np.maximum(state.earnings_start, 1.0))[county]
    profit = build.profit_ratio(p, model.signals.price[urban], index)
    wanted = build.wanted_starts(p, stock, profit, vacancy[urban])
    underway = model.towns.pipeline[:, urban, COMMODITY_HOME].sum(axis=0)
    wanted += build.starts_for_lacking(p, stock, underway, taken[urban, COMMODITY_HOME], state.unmet[urban], profit)
    limit = build.homes_on_land(p, town_quota(model), model.lever("residential_land"))
    limit = pooled(model.par.land, limit, wanted)
    out = np.zeros((2 * model.T, HOME_TYPES))
    extra = model.lever("new_homes") + model.lever("talent_homes")
    out[urban, COMMODITY_HOME] = np.minimum(wanted, limit) + extra * model.scale
    out[urban, PUBLIC_HOME] = model.lever("public_rental_homes") * model.scale
    return out


def _complete_and_start(model, vacancy, taken) -> None:
    """Homes at the end of the pipeline are completed; new ones start, fractions carried to the next year."""
    towns, state = model.towns, model.housing_state
    done = towns.pipeline[0].copy()
    towns.homes += done
    model.homes_flow["completed"] += done
    wanted = towns.start_carry + _wanted_starts(model, vacancy, taken)
    begun = np.floor(wanted).astype(np.int64)
    towns.start_carry[:] = wanted - begun
    towns.pipeline[:-1] = towns.pipeline[1:]
    towns.pipeline[-1] = begun
    state.started = begun[:, COMMODITY_HOME] + begun[:, PUBLIC_HOME]
    state.public_started = by_town(begun[:, PUBLIC_HOME])
    state.talent = state.talent + model.lever("talent_homes") * model.scale


def _villagers(model, taken) -> None:
    """Villagers build where homesteads run out, and let empty ones where homes for rent run out."""
    p, homes = model.par.housing, model.towns.homes
    rural = np.tile([True, False], model.T)
    lacking = build.villagers_build(p, homes[:, HOMESTEAD_HOME], taken[:, HOMESTEAD_HOME])
    built = keyed_whole(model, np.where(rural, lacking, 0.0), 10)
    homes[:, HOMESTEAD_HOME] += built
    model.homes_flow["completed"][:, HOMESTEAD_HOME] += built
    empty = homes[:, HOMESTEAD_HOME] - taken[:, HOMESTEAD_HOME]
    unmet = model.housing_state.unmet
    let = build.empties_let(p, np.maximum(empty, 0), homes[:, COMMODITY_HOME], taken[:, COMMODITY_HOME], unmet)
    let = np.minimum(keyed_whole(model, let, 11), np.maximum(empty, 0))
    homes[:, HOMESTEAD_HOME] -= let
    homes[:, COMMODITY_HOME] += let
    model.homes_flow["reclassified_out"][:, HOMESTEAD_HOME] += let
    model.homes_flow["reclassified_in"][:, COMMODITY_HOME] += let


def _beds_follow_posts(model, taken) -> None:
    """Employers keep beds in proportion to manufacturing posts; beds in use are not taken away."""
    beds = model.towns.homes[:, DORMITORY_BED]
    posts = np.repeat(model.towns.jobs[:, _SECONDARY].sum(axis=1), 2)
    wanted = keyed_whole(model, build.beds_wanted(model.housing_state.beds_per_post, posts), 12)
    change = np.maximum(wanted, taken[:, DORMITORY_BED]) - beds
    model.towns.homes[:, DORMITORY_BED] += change
    model.homes_flow["completed"][:, DORMITORY_BED] += np.maximum(change, 0)
    model.homes_flow["demolished"][:, DORMITORY_BED] += np.maximum(-change, 0)


def _demolish(model, taken) -> None:
    """A small share of the empty homes goes each year."""
    homes = model.towns.homes
    empty = np.maximum(homes - taken, 0)
    gone = np.minimum(keyed_whole(model, empty * model.par.housing.demolition_rate, 13), empty)
    homes -= gone
    model.homes_flow["demolished"] += gone
