"""Step 10: schools, beds and the quality of services, crowded by those entitled to them."""

from dataclasses import dataclass

import numpy as np

from sim.rules import services as rules
from sim.rules.housing_market import start_level
from sim.steps import place_counts
from sim.steps.place_counts import LOCAL_PUPILS, MIGRANT_PUPILS, RESIDENTS, by_county, by_town


@dataclass
class ServicesState:
    """What the services step remembers."""

    school_reference: float  # places per entitled child, city at start
    bed_reference: float  # beds per resident, city at start
    norm: float  # city mean of the raw index at start
    city_wage: float  # yuan a year, city at start
    places_added: np.ndarray  # float64[T], school places built this year
    beds_added: np.ndarray  # float64[T]
    pupils: np.ndarray  # int64[T, 2], children of compulsory school age registered in the county and elsewhere


def initialise(model) -> None:
    """Capacity of the start year by town; the city means become the references of the index."""
    p, towns = model.par.services, model.towns
    people = place_counts.people_by_place(model)
    rural, urban = people[0::2, RESIDENTS], people[1::2, RESIDENTS]
    residents = people[:, RESIDENTS].sum()
    for stock, level, ratio in (
        (towns.school_places, p.school_start, p.rural_school),
        (towns.beds, p.beds_start, p.rural_beds),
    ):
        total = start_level(level, p.service_years, model.year) / 1000.0 * residents
        weight = urban + ratio * rural
        stock[:] = total * weight / max(weight.sum(), 1e-9)
    need = school_need(model, people)
    model.services_state = ServicesState(
        school_reference=towns.school_places.sum() / max(need.sum(), 1e-9),
        bed_reference=towns.beds.sum() / max(residents, 1),
        norm=1.0,
        city_wage=_city_wage(model),
        places_added=model.lever("school_places") * model.scale,
        beds_added=model.lever("hospital_beds") * model.scale,
        pupils=by_town(people)[:, [LOCAL_PUPILS, MIGRANT_PUPILS]],
    )
    raw = _index(model, people)
    weight = np.maximum(by_town(people[:, RESIDENTS]), 1e-9)
    model.services_state.norm = float(np.average(raw, weights=weight))
    _publish(model, people)


def services(model) -> None:
    """Levers and counties add capacity, idle school places close, the index is published."""
    people = place_counts.people_by_place(model)
    _build(model, people)
    _publish(model, people)


def school_need(model, people: np.ndarray) -> np.ndarray:
    """Entitled children by town, float64[T]; `people` from people_by_place."""
    pupils = by_town(people)
    return rules.school_need(pupils[:, LOCAL_PUPILS], pupils[:, MIGRANT_PUPILS], model.lever("permit_parity"))


def _build(model, people) -> None:
    p, towns, state = model.par.services, model.towns, model.services_state
    budget = getattr(model, "budget_state", None)
    ability = rules.fiscal_ability(p, budget.revenue_ratio if budget else np.ones(model.C))[model.pack.town_county]
    wanted_places = state.school_reference * school_need(model, people)
    wanted_beds = state.bed_reference * by_town(people[:, RESIDENTS])
    places = model.lever("school_places") * model.scale
    places = places + rules.own_building(p, wanted_places, towns.school_places + places, ability)
    beds = model.lever("hospital_beds") * model.scale
    beds = beds + rules.own_building(p, wanted_beds, towns.beds + beds, ability)
    state.places_added, state.beds_added = places, beds
    state.pupils = by_town(people)[:, [LOCAL_PUPILS, MIGRANT_PUPILS]]
    towns.school_places += places
    towns.beds += beds
    towns.school_places -= rules.closing(p, wanted_places, towns.school_places)


def _index(model, people) -> np.ndarray:
    """Raw index by town, float64[T]. Schools crowd by town; hospitals serve the county."""
    p, towns, state = model.par.services, model.towns, model.services_state
    county = model.pack.town_county
    need = school_need(model, people)
    residents = by_county(model, by_town(people[:, RESIDENTS]))
    county_need = by_county(model, need)
    county_places = by_county(model, towns.school_places) / max(state.school_reference, 1e-9)
    school_county = np.where(county_need > 0, county_places / np.maximum(county_need, 1e-9), 1.0)[county]
    school = rules.capacity_ratio(p, towns.school_places, need, state.school_reference, school_county)
    county_beds = by_county(model, towns.beds) / max(state.bed_reference, 1e-9)
    beds = np.clip(county_beds / np.maximum(residents, 1), p.crowding_bounds[0], p.crowding_bounds[1])
    budget = getattr(model, "budget_state", None)
    spending = budget.spending_ratio if budget else np.ones(model.C)
    return rules.service_index(p, school, beds[county], spending[county]) / state.norm


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
