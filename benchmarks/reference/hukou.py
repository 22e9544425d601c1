"""Mirrors sim/steps/hukou.py: families consider converting their hukou."""

from types import SimpleNamespace

from benchmarks.reference.agents import Household
from benchmarks.reference.plain import plain, single
from sim.codes import HOMESTEAD, NOWHERE, OWNED, RURAL_HUKOU, URBAN_HUKOU
from sim.draws import Decision, draw
from sim.rules import hukou as rules
from sim.steps import permits
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO

conversion_probability = plain(rules.conversion_probability)
eligible = plain(rules.eligible)
rights_lost = plain(rules.rights_lost)


def hukou(model) -> None:
    """Conversions of the year."""
    lever, signals, carried = model.lever, model.signals, permits.permit(model)
    world = SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.hukou,
        county=model.county,
        flow=model.flow["conversions"],
        threshold=lever("hukou_threshold_years").tolist(),
        parity=carried.whole.tolist(),
        homes=carried.housing.tolist(),
        recognised=lever("years_recognised").tolist(),
        kept=lever("rural_rights_kept").tolist(),
        cost=lever("hukou_cost").tolist(),
        housing_years=lever("public_rental_years").tolist(),
        service=signals.service.tolist(),
        land_rent=signals.land_rent.tolist(),
        convert=model.stream(Decision.HUKOU_CONVERSION),
        keep=model.stream(Decision.LAND_TRANSFER),
    )
    model.households.do(consider, world)


def consider(household: Household, world: SimpleNamespace) -> None:
    """A family that may convert, and wants to, does: all who are registered where the head is."""
    if household.home >= 2 * world.T:
        return
    head, town, urban = household.head, household.home // 2, household.home % 2 == 1
    registered, rural = head.hukou_place, head.hukou_kind == RURAL_HUKOU
    migrant = registered != town
    if not migrant and not (urban and rural):
        return
    years, insured = float(world.year - head.arrival_year), float(head.insurance_years)
    if migrant and not eligible(years, insured, world.recognised[town], world.threshold[town]):
        return
    if draw(world.convert, household.key) >= chance_to_convert(household, years, migrant, rural, world):
        return
    if rural:
        household.land = single(household.land * world.kept[town])
        if draw(world.keep, household.key) >= world.kept[town]:
            household.homestead = NOWHERE
    for person in household.members:
        if person.hukou_place == registered:
            person.hukou_place = town
            if urban:
                person.hukou_kind = URBAN_HUKOU
            world.flow[household.home] += 1


def chance_to_convert(household: Household, years: float, migrant: bool, rural: bool, world: SimpleNamespace) -> float:
    """Services and homes gained against land, homestead and money given up."""
    town, registered, p = household.home // 2, household.head.hukou_place, world.p
    child = any(SCHOOL_AGE_FROM <= world.year - m.birth_year <= SCHOOL_AGE_TO for m in household.members)
    gain = (1.0 - world.parity[town]) * world.service[town] if migrant else 0.0
    homes = 1.0 - world.homes[town] if migrant and years < world.housing_years[town] else 0.0
    worth = household.land * world.land_rent[registered] if registered < world.T else 0.0
    holds = household.homestead != NOWHERE or registered >= world.T
    lost = rights_lost(worth, holds, world.kept[town], p) if rural else 0.0
    owner = household.tenure in (OWNED, HOMESTEAD)
    far = registered >= world.T or world.county[registered] != world.county[town]
    return conversion_probability(gain, child, homes, owner, lost, world.cost[town], years, far, p)
