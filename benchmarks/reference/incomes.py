"""Mirrors sim/steps/incomes.py and income_kernels.py: land, remittances and the four incomes of each household."""

from types import SimpleNamespace

import numpy as np

from benchmarks.reference import counts
from benchmarks.reference.agents import Household
from benchmarks.reference.plain import plain, single
from sim.codes import EMPLOYED, PRIMARY, RETIRED, RURAL_PART, URBAN_HUKOU
from sim.draws import Decision, draw
from sim.rules import income
from sim.steps import incomes as shared
from sim.steps.income_kernels import IDLE, MEMBERS, OFFERED, OWN, RURAL, WORKERS
from sim.steps.labour_market import in_force

net_earnings = plain(income.net_earnings)
employee_pension = plain(income.employee_pension)
basic_pension = plain(income.basic_pension)
imputed_rent = plain(income.imputed_rent)
remittance = plain(income.remittance)
top_up = plain(income.top_up)


def incomes_of_the_year(model) -> None:
    """Incomes of everybody; called by `sim.steps.incomes.incomes`, which moves farm productivity on before."""
    land, lets = count_land(model)
    farm_income, land_rent = shared._farms(model, land)
    sent, received, pool = remit(model)
    wage_level = model.labour_state.reference
    level_2020 = wage_level / model.par.labour.reference_wage_2020
    dividend = in_force(model, "collective_dividend", shared._dividend(model, land, level_2020))
    pool = in_force(model, "remittance_pool", pool // np.maximum(land[:, RURAL], 1))
    world = SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.incomes,
        farm_income=farm_income.tolist(),
        land_rent=land_rent.tolist(),
        dividend=dividend.tolist(),
        rent=shared._rent(model).tolist(),
        pool=pool.tolist(),
        rural_transfer=shared._rural_transfer(model).tolist(),
        refund=shared.refunds(model, level_2020).tolist(),
        county=model.county,
        floor=model.lever("income_floor").tolist(),
        paid=np.zeros(model.T, np.int64),
        insured=model.stream(Decision.INSURED, model.start),
        wage_level=float(wage_level),
        level_2020=float(level_2020),
        lets=lets,
        sent=sent,
        received=received,
    )
    model.households.do(settle, world)
    model.income_state.topped_up = world.paid
    model.income_state.totals = counts.income_totals(model)
    model.income_state.heads = counts.count_people(model)


def farmers(household: Household) -> int:
    """Members who farm."""
    return sum(person.status == EMPLOYED and person.sector == PRIMARY for person in household.members)


def count_land(model) -> tuple[np.ndarray, set[Household]]:
    """int64[T, 6] land (mu / 1000) by use and people by town, and the households whose land is offered."""
    out, lets = np.zeros((model.T, 6), np.int64), set()
    luck, share = model.stream(Decision.LAND_TRANSFER, model.start), model.income_state.transfer_share.tolist()
    for household in model.households:
        home, town, working = household.home, household.homestead, farmers(household)
        inside = home < 2 * model.T
        if inside:
            out[home // 2, WORKERS] += working
            out[home // 2, RURAL] += household.size if home % 2 == RURAL_PART else 0
        if not 0 <= town < model.T:
            continue
        out[town, MEMBERS] += household.size
        land = round(household.land * 1000.0)
        if working and inside and home // 2 == town:
            out[town, OWN] += land
        elif land > 0 and draw(luck, household.key) < share[town]:
            lets.add(household)
            out[town, OFFERED] += land
        else:
            out[town, IDLE] += land
    return out, lets


def remit(model) -> tuple[dict[Household, int], dict[Household, int], np.ndarray]:
    """Fen sent and received by household, and int64[T] sent to towns where no family is known."""
    sent, received, pool = {}, {}, np.zeros(model.T, np.int64)
    p = model.rules.incomes
    for household in model.households:
        share = share_sent(household, model.T, p)
        if share == 0.0:
            continue
        net = 0.0
        for person in household.members:
            if person.status == EMPLOYED and person.sector != PRIMARY:
                net += net_earnings(person.wage, p)
        amount = sent[household] = round(remittance(net, share, household.size, p) * 100.0)
        family, registered = household.tie, household.head.hukou_place
        if family is None:
            if registered < model.T:
                pool[registered] += amount
        elif amount > 0 and family.home < 2 * model.T:
            received[family] = received.get(family, 0) + amount
    return sent, received, pool


def share_sent(household: Household, towns: int, p) -> float:
    """Share of net earnings that a household away from home sends."""
    home, family, registered = household.home, household.tie, household.head.hukou_place
    if home >= 2 * towns:
        return p.remittance_outside if registered < towns else 0.0
    if registered >= towns:
        return p.remittance_leaving
    left = family is not None and family.home < 2 * towns and family.home % 2 == RURAL_PART and family.home != home
    return p.remittance_within if left and home // 2 != household.homestead else 0.0


def settle(household: Household, world: SimpleNamespace) -> None:
    """Sets the four incomes of a household and the earnings of its farmers."""
    p, home, town, size = world.p, household.home, household.homestead, household.size
    inside = home < 2 * world.T
    wage, business, pensions = 0.0, 0.0, 0.0
    for person in household.members:
        if person.status == EMPLOYED:
            if person.sector == PRIMARY and inside:
                person.wage = single(world.farm_income[home // 2])
                business += person.wage
            elif person.self_employed:
                business += net_earnings(person.wage, p)
            else:
                wage += net_earnings(person.wage, p)
        pensions += pension(person, world)
    rent = imputed_rent(household.tenure, world.rent[home], p)
    if 0 <= town < world.T:
        rent += size * world.dividend[town]
        rent += household.land * world.land_rent[town] if household in world.lets else 0.0
    transfer = pensions + (world.received.get(household, 0) - world.sent.get(household, 0)) / 100.0
    if inside:
        registered = household.head.hukou_place
        local = registered < world.T and world.county[registered] == world.county[home // 2]
        transfer += size * world.refund[local][home // 2]
    if inside and home % 2 == RURAL_PART:
        transfer += size * (world.pool[home // 2] / 100.0 + world.rural_transfer[home // 2])
    household.wage_income = single(wage)
    household.business_income = single(business)
    household.property_income = single(rent + p.interest_share * (wage + business))
    household.transfer_income = single(transfer)
    if inside and world.floor[home // 2] > 0.0:
        lift(household, home // 2, world)


def lift(household: Household, town: int, world: SimpleNamespace) -> None:
    """Tops the income of a household up to the floor of its town."""
    income = household.wage_income + household.business_income + household.property_income + household.transfer_income
    paid = round(top_up(income, household.size, world.floor[town]) * 100.0)
    household.transfer_income = single(household.transfer_income + paid / 100.0)
    world.paid[town] += paid


def pension(person, world: SimpleNamespace) -> float:
    """The employee pension of a retired person, else the basic pension from its age on."""
    earned = 0.0
    if person.status == RETIRED:
        urban, u = person.hukou_kind == URBAN_HUKOU, draw(world.insured, person.key)
        earned = employee_pension(person.insurance_years, urban, u, world.wage_level, world.p)
    return earned if earned > 0.0 else basic_pension(world.year - person.birth_year, world.level_2020, world.p)
