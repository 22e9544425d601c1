"""One family's decision on its hukou, laid open: what it would gain and lose, and the draw. Valid before step 9."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.codes import HOMESTEAD, NOWHERE, OWNED, RURAL_HUKOU
from sim.draws import Decision, draw
from sim.rules.hukou import conversion_probability, eligible, rights_lost
from sim.steps import permits
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO

LEVERS = ("rural_rights_kept", "hukou_cost")  # that tip a family
TERMS = ("base", "services", "housing", "owner", "land", "attachment", "cost", "tie")


@dataclass(frozen=True)
class Conversion:
    """What the family weighs. `chance` and `u` decide; `terms` sum to the argument of the logistic function."""

    town: int
    eligible: bool
    chance: float
    u: float
    arguments: dict[str, Any]  # of conversion_probability, without p
    worth: float
    homestead: bool
    rural: bool
    levers: dict[str, float]
    terms: dict[str, float]
    p: Any

    @property
    def converts(self) -> bool:
        return self.eligible and self.u < self.chance

    def with_lever(self, name: str, value: float) -> bool:
        """Whether it converts if one lever had this value."""
        levers = self.levers | {name: value}
        lost = rights_lost(self.worth, self.homestead, levers["rural_rights_kept"], self.p) if self.rural else 0.0
        arguments = self.arguments | {"lost": lost, "cost": levers["hukou_cost"]}
        return self.eligible and self.u < conversion_probability(*arguments.values(), self.p)


def conversion(model, row: int) -> Conversion | None:
    """The decision of household `row`; None where there is nothing to convert (at home, outside, empty)."""
    hh, people, p, t = model.households, model.people, model.par.hukou, model.T
    place, size = int(hh.home[row]), int(hh.size[row])
    if place >= 2 * t or size == 0:
        return None
    town, urban, a = place // 2, place % 2 == 1, int(hh.first[row])
    registered, rural = int(people.hukou_place[a]), bool(people.hukou_kind[a] == RURAL_HUKOU)
    migrant = registered != town
    if not migrant and not (urban and rural):
        return None
    carried, county = permits.permit(model), model.pack.town_county
    levers = {name: float(model.lever(name)[town]) for name in LEVERS}
    years, insured = float(model.year - people.arrival_year[a]), float(people.insurance_years[a])
    ages = model.year - people.birth_year[a : a + size]
    newcomer = migrant and years < float(model.lever("public_rental_years")[town])
    worth = float(hh.land[row] * model.signals.land_rent[registered]) if registered < t else 0.0
    holds = bool(hh.homestead[row] != NOWHERE or registered >= t)
    arguments = {
        "service_gain": float((1.0 - carried.whole[town]) * model.signals.service[town]) if migrant else 0.0,
        "has_child": bool(((ages >= SCHOOL_AGE_FROM) & (ages <= SCHOOL_AGE_TO)).any()),
        "housing_gain": float(1.0 - carried.housing[town]) if newcomer else 0.0,
        "owns_home": bool(hh.tenure[row] in (OWNED, HOMESTEAD)),
        "lost": float(rights_lost(worth, holds, levers["rural_rights_kept"], p)) if rural else 0.0,
        "cost": levers["hukou_cost"],
        "years_here": years,
        "far": bool(registered >= t or county[registered] != county[town]),
    }
    may = not migrant or bool(
        eligible(
            years,
            insured,
            float(model.lever("years_recognised")[town]),
            float(model.lever("hukou_threshold_years")[town]),
        )
    )
    chance = float(conversion_probability(*arguments.values(), p))
    u = float(draw(model.stream(Decision.HUKOU_CONVERSION), np.uint64(hh.key[row])))
    told = _terms(arguments, p)
    return Conversion(town, may, chance, u, arguments, worth, holds, rural, levers, told, p)


def _terms(a: dict[str, Any], p) -> dict[str, float]:
    """The parts of the equation of `conversion_probability` (their sum is its v)."""
    child = p.conversion_child_factor if a["has_child"] else 1.0
    return {
        "base": p.conversion_base,
        "services": p.conversion_service * a["service_gain"] * child,
        "housing": p.conversion_housing * a["housing_gain"],
        "owner": p.conversion_owner if a["owns_home"] else 0.0,
        "land": -p.conversion_land * a["lost"],
        "attachment": p.conversion_attachment * min(a["years_here"], 10.0),
        "cost": -p.conversion_cost * a["cost"] / 10000.0,
        "tie": -p.conversion_tie if a["far"] else 0.0,
    }


def chance_of(terms: dict[str, float], p) -> float:
    """conversion_rate * logistic(sum of the terms)."""
    return p.conversion_rate / (1.0 + math.exp(-sum(terms.values())))
