"""Mirrors sim/steps/tenants.py: tenants who buy, who get public rental and who leave it."""

from types import SimpleNamespace

from benchmarks.reference.agents import Household
from benchmarks.reference.homes import count_let, ration
from benchmarks.reference.plain import plain
from sim.codes import COMMODITY_HOME, OWNED, PUBLIC_HOME, PUBLIC_RENTAL, RENTED
from sim.draws import Decision, draw, draw_alternative
from sim.rules import tenure as rules
from sim.steps import housing
from sim.steps.home_requests import PUBLIC_QUEUE, income_line, on_offer

below_income_line = plain(rules.below_income_line)
public_rental_eligible = plain(rules.public_rental_eligible)
tenure_change_chance = plain(rules.tenure_change_chance)


def review(model) -> None:
    """Tenants buy the home they live in, queue for a public one in their place, or leave public rental."""
    world = SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.housing,
        county=model.county,
        price=model.signals.price.tolist(),
        line=income_line(model).tolist(),
        years_needed=model.lever("public_rental_years").tolist(),
        luck=model.stream(Decision.TENURE_CHANGE),
        leaving=[],
        asking=[],
    )
    model.households.do(decide, world)
    queues = (world.leaving, RENTED, COMMODITY_HOME), (world.asking, PUBLIC_RENTAL, PUBLIC_HOME)
    for households, tenure, home_type in queues:
        if not households:
            continue
        vacant = on_offer(model, housing.occupied(model))[:, home_type].tolist()
        served = ration(model, [(h.home, h.key) for h in households], vacant, PUBLIC_QUEUE, home_type)
        for household, gets in zip(households, served, strict=True):
            if gets:
                household.tenure = tenure
                if tenure == PUBLIC_RENTAL:
                    count_let(model, household.home, is_local(household, world))


def is_local(household: Household, world: SimpleNamespace) -> bool:
    """The head is registered in the county of residence."""
    registered = household.head.hukou_place
    return registered < world.T and world.county[registered] == world.county[household.home // 2]


def decide(household: Household, world: SimpleNamespace) -> None:
    """A tenant buys, or enters one of the queues."""
    if household.home >= 2 * world.T or household.tenure not in (RENTED, PUBLIC_RENTAL):
        return
    town, head, size, p = household.home // 2, household.head, household.size, world.p
    earnings = household.wage_income + household.business_income
    if household.tenure == PUBLIC_RENTAL:
        over = not below_income_line(earnings, size, world.line[town] * p.public_exit_line)
        if over and draw_alternative(world.luck, household.key, 1) < p.public_exit_rate:
            world.leaving.append(household)
        return
    local = int(is_local(household, world))
    years = max(0, world.year - head.arrival_year)
    if draw(world.luck, household.key) < tenure_change_chance(p, world.price[household.home], earnings, local, years):
        household.tenure = OWNED
    elif public_rental_eligible(earnings, size, local, years, world.line[town], world.years_needed[town]):
        world.asking.append(household)
