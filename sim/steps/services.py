"""Step 10: schools, beds and the quality of services, crowded by those entitled to them."""

from dataclasses import dataclass

import numpy as np

from sim.rules import permits as permit_rules
from sim.rules import services as rules
from sim.rules.housing_market import start_level
from sim.steps import permits, place_counts
from sim.steps.place_counts import LOCAL_PUPILS, MIGRANT_PUPILS, RESIDENTS, by_county_rows, by_town


@dataclass
class ServicesState:
    """What the services step remembers."""

    school_reference: float  # places per entitled child, city at start
    bed_reference: float  # beds per resident, city at start
    norm: float  # city mean of the raw index at start
    city_wage: float  # yuan a year, city at start
    own_places: np.ndarray  # float64[T], school places that counties built this year by themselves
    own_beds: np.ndarray  # float64[T]
    pupils: np.ndarray  # int64[T, 2], children of compulsory school age registered in the county and elsewhere
    facilities: np.ndarray  # float64[5, T], stock of each of FACILITY_LEVERS
    facility_reference: np.ndarray  # float64[5], per resident (kindergartens: per urban one), city at start


FACILITY_LEVERS = ("nursery_places", "care_beds", "culture_area", "community_area", "kindergarten_places")  # rows


def initialise(model) -> None:
    """Capacity of the start year by town; the city means become the references of the index."""
    p, towns = model.par.services, model.towns
    people = place_counts.people_by_place(model, earnings=False)
    rural, urban = people[0::2, RESIDENTS], people[1::2, RESIDENTS]
    residents = people[:, RESIDENTS].sum()
    for stock, level, ratio in (
        (towns.school_places, p.school_start, p.rural_school),
        (towns.beds, p.beds_start, p.rural_beds),
    ):
        total = start_level(level, p.service_years, model.year) / 1000.0 * residents
        weight = urban + ratio * rural
        stock[:] = total * weight / max(weight.sum(), 1e-9)
    model.publish("migrant_access", np.ones(model.T))
    need = school_need(model, people)
    per_head = np.array(p.facility_start) / 1000.0
    model.services_state = ServicesState(
        school_reference=towns.school_places.sum() / max(need.sum(), 1e-9),
        bed_reference=towns.beds.sum() / max(residents, 1),
        norm=1.0,
        city_wage=_city_wage(model),
        pupils=by_town(people)[:, [LOCAL_PUPILS, MIGRANT_PUPILS]],
        own_places=np.zeros(model.T),
        own_beds=np.zeros(model.T),
        facilities=per_head[:, None] * _users(people),
        facility_reference=per_head,
    )
    raw = _index(model, people)
    weight = np.maximum(by_town(people[:, RESIDENTS]), 1e-9)
    model.services_state.norm = float(np.average(raw, weights=weight))
    _publish(model, people)


def services(model) -> None:
    """Levers and counties add capacity, idle school places close, the index is published."""
    people = place_counts.people_by_place(model, earnings=False)
    _build(model, people)
    model.publish("migrant_access", migrant_access(model, people))
    _publish(model, people)


def school_need(model, people: np.ndarray) -> np.ndarray:
    """Entitled children by town, float64[T]; `people` from people_by_place."""
    pupils = by_town(people)
    part = permits.school_part(model) * model.signals.migrant_access
    return rules.school_need(pupils[:, LOCAL_PUPILS], pupils[:, MIGRANT_PUPILS], part)


def migrant_access(model, people: np.ndarray) -> np.ndarray:
    """Share of entitled children registered elsewhere who find a public place, float64[T]: by county, whose schools
    keep the share `migrant_school_share` of their places for them."""
    towns, county = model.towns, model.pack.town_county
    pupils = by_town(people)[:, MIGRANT_PUPILS]
    kept = model.lever("migrant_school_share") * towns.school_places
    figures = np.stack([permits.school_part(model) * pupils, kept, towns.school_places])
    children, share, places = by_county_rows(model, figures)
    room = places / max(model.services_state.school_reference, 1e-9)
    share = share / np.maximum(places, 1e-9)
    return permit_rules.school_access(share, room, children)[county]


def _build(model, people) -> None:
    p, towns, state = model.par.services, model.towns, model.services_state
    budget = getattr(model, "budget_state", None)
    ability = rules.fiscal_ability(p, budget.revenue_ratio if budget else np.ones(model.C))[model.pack.town_county]
    wanted_places = state.school_reference * school_need(model, people)
    wanted_beds = state.bed_reference * by_town(people[:, RESIDENTS])
    places = model.lever("school_places") * model.scale
    state.own_places = rules.own_building(p, wanted_places, towns.school_places + places, ability)
    beds = model.lever("hospital_beds") * model.scale
    state.pupils = by_town(people)[:, [LOCAL_PUPILS, MIGRANT_PUPILS]]
    state.own_beds = rules.own_building(p, wanted_beds, towns.beds + beds, ability)
    for row, name in enumerate(FACILITY_LEVERS):
        state.facilities[row] += model.lever(name) * model.scale
    towns.school_places += places + state.own_places
    towns.beds += beds + state.own_beds
    towns.school_places -= rules.closing(p, wanted_places, towns.school_places)


def _index(model, people) -> np.ndarray:
    """Raw index by town, float64[T]. Schools crowd by town; hospitals serve the county."""
    p, towns, state = model.par.services, model.towns, model.services_state
    county, kinds = model.pack.town_county, len(FACILITY_LEVERS)
    need = school_need(model, people)
    figures = np.empty((4 + 2 * kinds, model.T))
    figures[:4] = need, towns.school_places, towns.beds, by_town(people[:, RESIDENTS])
    figures[4 : 4 + kinds] = state.facilities
    np.multiply(state.facility_reference[:, None], _users(people), out=figures[4 + kinds :])
    sums = by_county_rows(model, figures)
    county_need, places, beds, residents = sums[:4]
    county_places = places / max(state.school_reference, 1e-9)
    school_county = np.where(county_need > 0, county_places / np.maximum(county_need, 1e-9), 1.0)[county]
    school = rules.capacity_ratio(p, towns.school_places, need, state.school_reference, school_county)
    county_beds = beds / max(state.bed_reference, 1e-9)
    beds = np.clip(county_beds / np.maximum(residents, 1), p.crowding_bounds[0], p.crowding_bounds[1])
    budget = getattr(model, "budget_state", None)
    spending = budget.spending_ratio if budget else np.ones(model.C)
    ratios = sums[4 : 4 + kinds] / np.maximum(sums[4 + kinds :], 1e-9)
    facilities = rules.facility_term(p, np.clip(ratios, 0.0, p.facility_bound))[county]
    index = rules.service_index(p, school, beds[county], spending[county], facilities)
    teachers = model.lever("teacher_exchange") * model.scale
    return index * rules.exchange_factor(p, teachers, towns.school_places) / state.norm


def _users(people: np.ndarray) -> np.ndarray:
    """Residents for whom each kind of facility is there, [5, T]: all, and those of urban parts for kindergartens."""
    urban = people[1::2, RESIDENTS]
    everybody = by_town(people[:, RESIDENTS])
    return np.stack([urban if name == "kindergarten_places" else everybody for name in FACILITY_LEVERS])


def _publish(model, people) -> None:
    wage = _outside_wage(model)
    outside = rules.outside_service(model.par.services, wage, model.services_state.city_wage)
    model.publish("service", np.concatenate([_index(model, people), outside]))


def _outside_wage(model) -> np.ndarray:
    return model.signals.wage[model.T :].reshape(model.O, -1).mean(axis=1) if model.O else np.zeros(0)


def _city_wage(model) -> float:
    """Mean wage over the city's posts, yuan a year."""
    wage, jobs = model.signals.wage[: model.T], model.towns.jobs
    return float((wage * jobs).sum() / jobs.sum()) if jobs.sum() else float(wage.mean())
