"""Step 12: the accounts of each county, int64 fen in agent units.

sum of REVENUES - sum of SPENDINGS = change of `towns.balance`, exactly, for each county and year.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import RENTED
from sim.engine import add_up
from sim.rules import budget as rules
from sim.rules import kernel
from sim.rules.tenure import below_income_line
from sim.steps import costs, place_counts
from sim.steps.home_requests import income_line
from sim.steps.place_counts import EARNINGS, RESIDENTS, by_county, by_town

REVENUES = ("revenue_own", "revenue_land", "transfer_province", "transfer_in", "settlement_reward")
# what levers cost: those of `costs.LINES`, subsidies and top-ups that are paid household by household, what is spent
# on villages out of land revenue, and the public cost of new citizens
POLICY_COSTS = (
    *costs.LINES,
    "cost_rent_subsidy",
    "cost_income_floor",
    "cost_land_revenue_to_villages",
    "cost_new_citizens",
)
SPENDINGS = ("transfer_out", "spending_services", "spending_capacity", *POLICY_COSTS)


@dataclass
class BudgetState:
    """What other steps read from last year's accounts, [C]."""

    revenue_ratio: np.ndarray  # own revenue per head to the city mean at start
    spending_ratio: np.ndarray  # spending on services per head to the city mean at start
    revenue_reference: float  # yuan per head, city at start
    spending_reference: float


def fen(yuan: np.ndarray) -> np.ndarray:
    """Yuan to whole fen, int64."""
    return np.rint(np.asarray(yuan, dtype=float) * 100.0).astype(np.int64)


@kernel
def _subsidies(lo, hi, home, size, tenure, wage_income, business_income, rent, share, line, out):
    towns = len(line)
    for h in range(lo, hi):
        if home[h] < 0 or home[h] >= 2 * towns or tenure[h] != RENTED:
            continue
        t = home[h] // 2
        earnings = np.float64(wage_income[h]) + np.float64(business_income[h])
        if share[t] > 0.0 and below_income_line(earnings, size[h], line[t]):
            out[t] += np.int64(np.floor(rent[home[h]] * share[t] * 100.0 + 0.5))


def rent_subsidies(model) -> np.ndarray:
    """Subsidies to tenants below the income line, fen by town, int64[T]."""
    share = np.ascontiguousarray(model.lever("rent_subsidy"))
    if not share.any():
        return np.zeros(model.T, np.int64)
    hh, line = model.households, income_line(model)
    columns = (hh.home, hh.size, hh.tenure, hh.wage_income, hh.business_income)
    rent = model.signals.rent
    return add_up(
        hh.n, model.threads, (model.T,), lambda lo, hi, out: _subsidies(lo, hi, *columns, rent, share, line, out)
    )


def county_lever(model, name: str) -> np.ndarray:
    """Mean of a lever over the towns of each county, float64[C]."""
    return by_county(model, model.lever(name)) / np.bincount(model.pack.town_county, minlength=model.C)


def initialise(model) -> None:
    """Accounts of the start year without programmes set the references; the balance starts at zero."""
    model.towns.balance[:] = 0
    model.budget_state = BudgetState(np.ones(model.C), np.ones(model.C), 1.0, 1.0)
    money, residents = _accounts(model)
    heads = max(residents.sum(), 1)
    state = model.budget_state
    state.revenue_reference = money["revenue_own"].sum() / 100.0 / heads
    state.spending_reference = money["spending_services"].sum() / 100.0 / heads
    _remember(model, money, residents)
    model.money = money


def budgets(model) -> None:
    """Step 12: revenue, transfers, spending; what is over or short is carried."""
    money, residents = _accounts(model)
    for name in REVENUES:
        model.towns.balance += money[name]
    for name in SPENDINGS:
        model.towns.balance -= money[name]
    _remember(model, money, residents)
    model.money = money


def _remember(model, money, residents) -> None:
    """Ratios of the year for services, [C]."""
    state, heads = model.budget_state, np.maximum(residents, 1)
    state.revenue_ratio = money["revenue_own"] / 100.0 / heads / max(state.revenue_reference, 1e-9)
    state.spending_ratio = money["spending_services"] / 100.0 / heads / max(state.spending_reference, 1e-9)


def _accounts(model) -> tuple[dict, np.ndarray]:
    """Money of the year by item, and residents by county. Publishes transfer_per_rural."""
    p = model.par.budgets
    people = place_counts.people_by_place(model, pupils=False)
    residents = by_county(model, by_town(people[:, RESIDENTS]))
    rural = by_county(model, people[0::2, RESIDENTS])
    earnings = by_county(model, by_town(people[:, EARNINGS])) / 100.0
    money = {name: np.zeros(model.C, np.int64) for name in REVENUES + SPENDINGS}
    money["revenue_own"] = fen(rules.own_revenue(p, earnings))
    money["revenue_land"] = fen(by_county(model, _land_sales(model)))
    share = county_lever(model, "land_revenue_to_villages")
    villages = rules.village_spending(money["revenue_land"] / 100.0, share)
    money["cost_land_revenue_to_villages"] = fen(villages)
    _balance_fund(model, money, rural)
    _programmes(model, money, people)
    own = (money["revenue_own"] + money["transfer_in"] - money["transfer_out"]) / 100.0
    standard = rules.spending_standard(p, residents, money["revenue_own"].sum() / 100.0, residents.sum())
    money["transfer_province"] = fen(rules.province_transfer(p, standard, own))
    more = money["transfer_province"] + money["revenue_land"] + money["settlement_reward"]
    funds = own + more / 100.0
    others = sum(money[name] for name in SPENDINGS[2:]) / 100.0  # all but transfers and services
    money["spending_services"] = fen(rules.service_spending(p, standard, funds, others, model.towns.balance / 100.0))
    model.publish("transfer_per_rural", rules.village_transfer(p, rules.village_funds(p, villages, rural), rural))
    return money, residents


def _land_sales(model) -> np.ndarray:
    """Revenue from state land sold, yuan by town, float64[T]. Collective land pays its villages (see incomes.py)."""
    price = rules.land_price(model.par.budgets, model.signals.price[1::2])
    return (model.land_flow["new_urban"] - model.land_flow["collective"]) * price


def _balance_fund(model, money, rural) -> None:
    """Counties with the lever pay a share of own revenue; counties of regions that pay nothing get it by rural
    residents."""
    share = county_lever(model, "balance_fund")
    region = np.asarray(model.pack.county_region)
    receives = ~np.isin(region, region[share > 0])
    if not receives.any() or not (share > 0).any() or rural[receives].sum() == 0:
        return
    money["transfer_out"] = fen(money["revenue_own"] / 100.0 * share)
    money["transfer_in"] = rules.share_exactly(money["transfer_out"].sum(), np.where(receives, rural, 0))


def _programmes(model, money, people) -> None:
    """Costs of levers, what counties build by themselves, and the money that comes with new citizens."""
    p, t2 = model.par.budgets, 2 * model.T
    money.update(zip(costs.LINES, costs.costs(model, people), strict=True))
    services = getattr(model, "services_state", None)
    if services is not None:  # not yet in the start year
        built = services.own_places * p.school_place_cost + services.own_beds * p.bed_cost
        money["spending_capacity"] = fen(by_county(model, built))
    money["cost_rent_subsidy"] = by_county(model, rent_subsidies(model))
    incomes = getattr(model, "income_state", None)
    if incomes is not None:
        money["cost_income_floor"] = by_county(model, incomes.topped_up)
    converted = by_town(model.flow["conversions"][:t2])
    money["cost_new_citizens"] = fen(by_county(model, rules.conversion_cost(p, converted)))
    reward = rules.settlement_reward(converted, model.lever("settlement_reward"))
    money["settlement_reward"] = fen(by_county(model, reward))
