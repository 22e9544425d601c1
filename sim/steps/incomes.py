"""Step 6: farm income and the land market, then the four sources of each household's disposable income.

`incomes(model)`, in order:

1. productivity and the share of transferred land move on;
2. `_brought`  what the members of each household bring, but for farm income;
3. `_farms`    land of households that farm, land that others offer, land per farmer: farm income and land rent;
4. `_remit`    who sends money to whom;
5. `settle`    wage, business, property and transfer income of every household;
6. `lift`      households under the income floor are topped up.

Disposable income as the statistics bureau defines it: wages after contributions and tax, net business income (farm and
own business), net property income (land rent, collective dividends, net imputed rent of owned homes, interest) and net
transfers (pensions, medical costs refunded and remittances received, less remittances sent). Rules: `sim/rules/`
farming, income, permits.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import INCOME_SOURCES, RURAL_PART, TENURES
from sim.draws import Decision
from sim.engine import add_up, collect, for_chunks
from sim.rules.farming import training_growth
from sim.rules.permits import medical_refund
from sim.steps import income_kernels as kernels
from sim.steps import labour_market as market
from sim.steps import permits, place_counts, roster
from sim.steps.demography import AGES
from sim.steps.income_kernels import IDLE, MEMBERS, OFFERED, OWN, RURAL, WORKERS, Rates


@dataclass
class IncomeState:
    """What the countryside remembers from year to year."""

    productivity: np.ndarray  # float64[T], farm output per mu at the reference land, yuan
    transfer_share: np.ndarray  # float64[T], share of the land of households without a farmer that is transferred
    collective_land: np.ndarray  # float64[T], hectares that have entered the market
    idle: np.ndarray  # float64[T], mu that nobody works
    transferred: np.ndarray  # float64[T], mu that others than their holders work
    totals: np.ndarray  # int64[P, source], fen, by place of residence at step 6
    topped_up: np.ndarray  # int64[T], fen paid this year to households under the income floor
    heads: np.ndarray  # int64[P], persons who share them: residents at step 6, before anybody moves


# --- the step ---------------------------------------------------------------------------------------------------------


def initialise(model) -> None:
    """Farm income, land rent and household incomes of the start year."""
    p, T = model.par.incomes, model.T
    start = p.farm_output_per_mu_2020 * market.growth_factor("farm_productivity_growth", market.BASE_YEAR, model.year)
    model.income_state = IncomeState(
        productivity=np.full(T, start),
        transfer_share=np.full(T, p.transfer_share_start),
        collective_land=np.zeros(T),
        idle=np.zeros(T),
        transferred=np.zeros(T),
        totals=np.zeros((model.P, INCOME_SOURCES), np.int64),
        topped_up=np.zeros(T, np.int64),
        heads=np.zeros(model.P, np.int64),
    )
    _incomes_of_the_year(model)
    model.labour_state.customers = market.customers(model)  # now that farmers are paid


def incomes(model) -> None:
    """Incomes of the year (see the top of the file)."""
    state = model.income_state
    growth = model.assumption("farm_productivity_growth") + model.lever("farm_productivity") + _training(model)
    state.productivity = state.productivity * (1.0 + growth / 100.0)
    state.transfer_share = np.minimum(state.transfer_share + model.lever("farmland_transfer") / 100.0, 1.0)
    state.collective_land = state.collective_land + model.lever("collective_land")
    _incomes_of_the_year(model)


def _training(model) -> np.ndarray:
    """Extra growth of farm output where farmers are trained, per cent, float64[T]."""
    trained, p = model.lever("farmer_training") * model.scale, model.par.incomes
    if not trained.any():
        return trained
    return np.array([training_growth(n, f, p) for n, f in zip(trained, model.towns.farmers, strict=True)])


def totals(model) -> np.ndarray:
    """int64[P, 4]: wage, business, property and transfer income of the households that live in each place now, fen."""
    _, h = model.people.rows, model.households.rows
    shape = (model.P, INCOME_SOURCES)
    return add_up(
        len(model.households), model.threads, shape, lambda lo, hi, out: kernels.count_incomes(lo, hi, h, out)
    )


def _incomes_of_the_year(model) -> None:
    c, h = model.people.rows, model.households.rows
    p, T, n = model.par.incomes, model.T, len(model.households)
    wage_level = model.labour_state.reference
    level_2020 = wage_level / model.par.labour.reference_wage_2020
    brought = _brought(model, wage_level, level_2020)
    counts, lets = _land(model, brought.farmers)
    farm_income, land_rent = _farms(model, counts)
    balance, pool = _remit(model, brought.off_land)
    rates = _rates(model, counts, farm_income, land_rent, pool, level_2020)
    outside = np.full(model.O, -1)  # in no county
    counties = np.repeat(model.pack.town_county, 2), np.asarray(model.pack.town_county)
    counties = np.concatenate([counties[0], outside]), np.concatenate([counties[1], outside - 1])
    for_chunks(
        n, model.threads, lambda lo, hi, _: kernels.settle(lo, hi, T, c, h, *counties, rates, lets, balance, brought, p)
    )
    model.income_state.topped_up = lift(model)
    model.income_state.totals = totals(model)
    model.income_state.heads = place_counts.residents(model)


def _brought(model, wage_level: float, level_2020: float) -> kernels.Brought:
    """What the members of each household bring, but for farm income."""
    c, h, n = model.people.rows, model.households.rows, len(model.households)
    sums = (roster.buffer(model, name, n, np.float64) for name in kernels.Brought._fields[:-1])
    brought = kernels.Brought(*sums, roster.buffer(model, "farmers", n, np.int32))
    insured, year, p = model.stream(Decision.INSURED, model.start), model.year, model.par.incomes
    basic = np.empty(AGES)
    kernels.basic_pensions(level_2020, p, basic)
    world = (insured, wage_level, basic, p)
    for_chunks(n, model.threads, lambda lo, hi, _: kernels.add_up_members(lo, hi, year, model.T, c, h, *world, brought))
    return brought


def _rates(model, counts, farm_income, land_rent, pool, level_2020: float) -> kernels.Rates:
    """What places pay this year."""
    T, rent = model.T, _rent(model)
    pool = market.in_force(model, "remittance_pool", pool // np.maximum(counts[:, RURAL], 1))
    dividend = market.in_force(model, "collective_dividend", _dividend(model, counts, level_2020))
    refund, rural = np.zeros((2, model.P)), np.zeros(model.P)
    refund[:, : 2 * T] = np.repeat(refunds(model, level_2020), 2, axis=1)
    rural[RURAL_PART : 2 * T : 2] = pool / 100.0 + _rural_transfer(model)
    imputed = np.empty((TENURES, model.P))
    kernels.fill_imputed_rent(rent, model.par.incomes, imputed)
    return Rates(farm_income, np.append(land_rent, 0.0), np.append(dividend, 0.0), imputed, refund, rural)


def refunds(model, level_2020: float) -> np.ndarray:
    """float64[2, T], yuan a person: medical costs refunded to residents registered elsewhere, and in the county."""
    shares = np.stack([permits.permit(model).insurance, np.ones(model.T)])
    return medical_refund(shares, level_2020, model.par.permits)


def lift(model) -> np.ndarray:
    """Tops incomes up to the floor (lever income_floor, yuan a head); returns the fen paid, int64[T]."""
    floor, T, h = np.ascontiguousarray(model.lever("income_floor")), model.T, model.households.rows
    if not floor.any():
        return np.zeros(T, np.int64)
    return add_up(
        len(model.households), model.threads, (T,), lambda lo, hi, out: kernels.lift(lo, hi, T, h, floor, out)
    )


def _land(model, farmers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64[T, 6] land and people by town (see `count_land`), and bool[households] whose land is offered."""
    state, T, n, h = model.income_state, model.T, len(model.households), model.households.rows
    base = model.stream(Decision.LAND_TRANSFER, model.start)  # the same every year: land once let stays let
    share = state.transfer_share
    lets = roster.buffer(model, "lets", n, np.bool_)
    counts = add_up(
        n,
        model.threads,
        (T, 6),
        lambda lo, hi, out: kernels.count_land(lo, hi, T, h, share, base, farmers, lets, out),
    )
    return counts, lets


def _farms(model, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Published farm income (yuan a farmer, after rent) and rent (yuan a mu offered), float64[T] each.

    Land that the farmers of a town cannot work stays idle and pays no rent.
    """
    p, state, T = model.par.incomes, model.income_state, model.T
    own, offered = counts[:, OWN] / 1000.0, counts[:, OFFERED] / 1000.0
    income, rent = np.zeros(T), np.zeros(T)
    kernels.farm(
        counts[:, WORKERS], own, offered, counts[:, IDLE] / 1000.0, state.productivity, p, income, rent, state.idle
    )
    model.towns.farmland[:] = counts[:, [OWN, OFFERED, IDLE]].sum(axis=1) / 1000.0
    state.transferred = model.towns.farmland - own - state.idle
    return model.publish("farm_income", income), model.publish("land_rent", rent)


def _remit(model, off_land: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 fen: received less sent [households], and pool[T]; `off_land` net earnings of each household."""
    n, T, p = len(model.households), model.T, model.par.incomes
    c, h = model.people.rows, model.households.rows
    balance = roster.buffer(model, "balance", n, np.int64)
    pool = add_up(n, model.threads, (T,), lambda lo, hi, out: kernels.send(lo, hi, T, c, h, off_land, p, balance, out))
    senders = collect(n, model.threads, lambda lo, hi, found: kernels.find_families(lo, hi, h.tie, balance, found))
    kernels.receive(senders, T, h.tie, h.home, -balance[senders], balance)
    return balance, pool


def _dividend(model, counts: np.ndarray, level_2020: float) -> np.ndarray:
    """float64[T], yuan a member: what collectives pay out, growing with wages, and income of collective land."""
    p = model.par.incomes
    from_land = model.income_state.collective_land * p.collective_income_per_hectare * model.scale
    return p.collective_dividend_2020 * level_2020 + from_land / np.maximum(counts[:, MEMBERS], 1)


def _rent(model) -> np.ndarray:
    """float64[P]: published market rent of a standard home, yuan a year."""
    return np.asarray(model.signals.rent, np.float64)


def _rural_transfer(model) -> np.ndarray:
    """float64[T], yuan a rural resident: land revenue spent on villages last year (0 before the first budget)."""
    try:
        return np.asarray(model.signals.transfer_per_rural, np.float64)[model.pack.town_county]
    except AttributeError:
        return np.zeros(model.T)
