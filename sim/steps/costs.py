"""What each lever costs the counties in a year: one line `cost_<lever>` of the budget, yuan by town in agent units.

Programmes cost from the first unit (also those that the catalogue's defaults run); permits, services and amenities of
the countryside and travel links cost what they give beyond the policy of the start year. Rules: `sim.rules.budget`.
"""

from collections.abc import Callable

import numpy as np

from sim.rules import budget as rules
from sim.rules import permits as permit_rules
from sim.steps import attraction, place_counts
from sim.steps.place_counts import RESIDENTS

PERMIT_PARTS = ("permit_school", "permit_health", "permit_housing", "permit_insurance")  # in the order of their prices


class Counts:
    """People of the year by town, float64[T]: residents of rural parts, all residents, those registered elsewhere."""

    def __init__(self, model, people: np.ndarray):
        self.rural = people[0::2, RESIDENTS].astype(float)
        self.residents = self.rural + people[1::2, RESIDENTS]
        self._model = model

    @property
    def migrants(self) -> np.ndarray:
        """From the networks counted after the moves of the year (0 before the first)."""
        return place_counts.by_town(attraction.registered_elsewhere(self._model))


def _beyond(model, name: str) -> np.ndarray:
    """The lever less its value in the start year, float64[T]."""
    return model.lever(name) - model.start_policy.lever(name, model.start)


def _units(name: str, price: str) -> Callable:
    """Cost of a lever that is a quantity a year (places, homes, people, ...): quantity * price."""

    def cost(model, counts: Counts) -> np.ndarray:
        return rules.programme_cost(model.lever(name) * model.scale, getattr(model.par.budgets, price))

    return cost


def _public_homes(model, counts: Counts) -> np.ndarray:
    return rules.programme_cost(model.housing_state.public_started, model.par.budgets.public_home_cost)


def _jobs(name: str, sector: int) -> Callable:
    def cost(model, counts: Counts) -> np.ndarray:
        posts = model.towns.jobs[:, sector].sum(axis=1)
        return rules.job_support(model.par.budgets, posts, model.lever(name))

    return cost


def _matching(model, counts: Counts) -> np.ndarray:
    return rules.matching_cost(model.par.budgets, model.towns.jobs.sum(axis=(1, 2)), model.lever("job_matching"))


def _skills(model, counts: Counts) -> np.ndarray:
    return rules.skill_cost(model.par.budgets, model.towns.jobs.sum(axis=(1, 2)), model.lever("high_skill_share"))


def _innovation(model, counts: Counts) -> np.ndarray:
    points = model.lever("innovation") * model.towns.jobs.sum(axis=(1, 2))
    return rules.programme_cost(points, model.par.budgets.innovation_cost)


def _per_head(name: str, price: str, who: str, sign: float = 1.0) -> Callable:
    """Cost a resident of what the lever gives beyond the start (`sign` -1: where less is more)."""

    def cost(model, counts: Counts) -> np.ndarray:
        more = np.maximum(sign * _beyond(model, name), 0.0)
        if not more.any():
            return more
        return rules.programme_cost(more * getattr(counts, who), getattr(model.par.budgets, price))

    return cost


def _on_land(name: str, price: str) -> Callable:
    """Cost a mu of farmland and point of the lever."""

    def cost(model, counts: Counts) -> np.ndarray:
        points = model.lever(name) * model.towns.farmland
        return rules.programme_cost(points, getattr(model.par.budgets, price))

    return cost


def _permit(part: int) -> Callable:
    """Cost of one part of the permit for those registered elsewhere, beyond the policy of the start year."""

    def cost(model, counts: Counts) -> np.ndarray:
        levers = ("permit_parity", PERMIT_PARTS[part], "permit_coverage")
        now = permit_rules.part.py_func(*(model.lever(name) for name in levers))
        then = permit_rules.part.py_func(*(model.start_policy.lever(name, model.start) for name in levers))
        if np.array_equal(now, then):
            return np.zeros(model.T)
        return rules.programme_cost((now - then) * counts.migrants, model.par.budgets.permit_cost[part])

    return cost


# line of the budget -> yuan by town; each lever of the catalogue with a `cost` has its lines here (a test says so)
LINES: dict[str, Callable] = {
    **{f"cost_{name}": _permit(i) for i, name in enumerate(PERMIT_PARTS)},
    "cost_new_homes": _units("new_homes", "new_home_support"),
    "cost_public_rental_homes": _public_homes,
    "cost_talent_homes": _units("talent_homes", "talent_home_cost"),
    "cost_urban_renewal": _units("urban_renewal", "renewal_cost"),
    "cost_job_growth_secondary": _jobs("job_growth_secondary", 0),
    "cost_job_growth_tertiary": _jobs("job_growth_tertiary", 1),
    "cost_high_skill_share": _skills,
    "cost_job_matching": _matching,
    "cost_skills_training": _units("skills_training", "skills_training_cost"),
    "cost_innovation": _innovation,
    "cost_school_places": _units("school_places", "school_place_cost"),
    "cost_hospital_beds": _units("hospital_beds", "bed_cost"),
    "cost_nursery_places": _units("nursery_places", "nursery_place_cost"),
    "cost_care_beds": _units("care_beds", "care_bed_cost"),
    "cost_culture_area": _units("culture_area", "culture_cost"),
    "cost_community_area": _units("community_area", "community_cost"),
    "cost_kindergarten_places": _units("kindergarten_places", "kindergarten_place_cost"),
    "cost_rural_service_level": _per_head("rural_service_level", "rural_service_cost", "rural"),
    "cost_farmland_transfer": _on_land("farmland_transfer", "transfer_push_cost"),
    "cost_farm_productivity": _on_land("farm_productivity", "farm_productivity_cost"),
    "cost_farmer_training": _units("farmer_training", "farmer_training_cost"),
    "cost_rural_jobs": _units("rural_jobs", "rural_job_cost"),
    "cost_rural_amenity": _per_head("rural_amenity", "amenity_cost", "rural"),
    "cost_job_relocation": _units("job_relocation", "relocation_cost"),
    "cost_teacher_exchange": _units("teacher_exchange", "teacher_cost"),
    "cost_outside_travel_time": _per_head("outside_travel_time", "travel_link_cost", "residents", -1.0),
}
