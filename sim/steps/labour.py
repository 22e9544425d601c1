"""Steps 4 and 5: firms set posts by town, sector and skill; people work, search and commute; wages respond.

`labour(model)`, in order:

1. `_demand`   posts wanted by outside demand, policy, residents' earnings, skills at hand, relative wages; whole posts;
   then workers are trained (`training.py`);
2. `attend`    people retire, enter, leave, lose posts; farmers consider a post; those outside work there or not;
3. `_lay_off`  where posts are fewer than workers, by keyed priority;
4. `search`    two rounds: choose an opening within reach, get it if the keyed priority is below the published cutoff;
5. villagers left without a post and with land farm;
6. `_settle`   wages by density and unemployment; chance of work and expected earnings are published; people are paid.

Rules: `sim/rules/` labour_demand, participation, job_search, farming, wages.
"""

import numpy as np

from sim.codes import COLLEGE, EMPLOYED, NO_SECTOR, NOWHERE, PRIMARY, SECONDARY, SKILLS, TERTIARY, UNEMPLOYED
from sim.draws import Decision
from sim.engine import add_up, find_rows, for_chunks
from sim.households import HouseholdRows
from sim.people import PeopleRows
from sim.rules import labour_demand, wages
from sim.steps import attraction, posts, roster, search, training
from sim.steps import labour_kernels as kernels
from sim.steps import labour_market as market
from sim.steps.labour_kernels import FARMERS, LABOUR_FORCE, NO_CELL, Streams

LEAST_DENSITY = 0.01  # of the mean: employment within reach of a town that is cut off


# --- start year -------------------------------------------------------------------------------------------------------


def initialise(model) -> None:
    """Posts, wages and signals of the start year, from who works where in the start population."""
    p, towns, T = model.par.labour, model.towns, model.T
    reach = market.commuting(model.pack, p)
    near = market.by_town_of_residence(reach)
    reference = p.reference_wage_2020 * market.growth_factor("real_wage_growth", market.BASE_YEAR, model.year)
    _start_work_towns(model, *near)
    held = market.held(model)
    towns.filled[:] = held
    towns.base_jobs[:] = held / (1.0 - p.start_vacancy_share)
    towns.jobs[:] = np.maximum(market.whole_posts(towns.base_jobs), held)
    density = market.density(reach, towns.filled)
    towns.base_wage[:] = _start_wages(towns.filled, density, reference, p)
    counts = market.count_residents(model)
    unemployment = market.unemployment(counts, p)
    model.labour_state = market.LabourState(
        reach=reach,
        near_start=near[0],
        near_town=near[1],
        near_weight=near[2],
        level=1.0,
        reference=reference,
        start_density=density,
        relative_wage=np.ones(towns.jobs.shape),
        start_unemployment=market.at_work(unemployment, counts, reach, p),
        outside_start=market.outside_start_wages(model),
        delta=market.delta(model.pack),
        customers=np.ones(T),
        labour_share=market.labour_share(counts),
        force_before=max(int(counts[:, :, LABOUR_FORCE].sum()), 1),
        force=counts[:, :, LABOUR_FORCE],
        skill_supply=market.skill_supply(counts),
    )
    model.publish("job_cutoff", np.full((2, *towns.jobs.shape), 2.0))
    _settle(model, counts, held)
    model.labour_state.customers = market.customers(model)


def _start_work_towns(model, start: np.ndarray, near: np.ndarray, weight: np.ndarray) -> None:
    """Farmers work in their own town. Where the start population has no commuters, other workers are spread over
    towns by reach times the posts of their sector, as if posts stood where the workers of the sector live."""
    people, T = model.people, model.T
    home = model.households.home[people.household]
    town = np.where(home < 2 * T, home // 2, T + home - 2 * T).astype(np.int16)
    works = people.status == EMPLOYED
    outside = works & (home >= 2 * T)
    people.sector[outside & (people.sector < SECONDARY)] = SECONDARY
    people.work_town[~works] = NOWHERE
    stays = outside | (works & (people.sector == PRIMARY))
    people.work_town[stays] = town[stays]
    rows = np.flatnonzero(works & ~stays)
    people.sector[rows[people.sector[rows] == NO_SECTOR]] = TERTIARY
    commuters = (people.work_town[rows] >= 0) & (people.work_town[rows] < T)
    if np.any(commuters & (people.work_town[rows] != town[rows])):
        rows = rows[~commuters]
    high = (people.education[rows] == COLLEGE).astype(np.int64)
    sector = people.sector[rows].astype(np.int64) - SECONDARY
    posts = np.bincount((town[rows] * 2 + sector) * 2 + high, minlength=4 * T).reshape(T, 2, SKILLS)
    posts = market.in_force(model, "start_posts", posts)
    u = kernels.draws(model.stream(Decision.JOB_TOWN), people.key[rows])
    for s in range(2):
        for k in range(SKILLS):
            mine = np.flatnonzero((sector == s) & (high == k))
            kernels.work_towns(rows[mine], u[mine], town, start, near, weight * posts[near, s, k], people.work_town)


def _start_wages(filled: np.ndarray, density: np.ndarray, reference: float, p) -> np.ndarray:
    """float64[T, sector, skill]: place wages whose mean over workers is the reference wage."""
    workers = filled.sum(axis=(1, 2))
    mean = float(density @ workers) / max(workers.sum(), 1)
    density, mean = (density, mean) if mean > 0 else (np.ones(len(density)), 1.0)  # nobody works: no difference
    density = np.maximum(density, LEAST_DENSITY * mean)
    relative = np.empty(filled.shape)
    for s in range(2):
        for k in range(SKILLS):
            relative[:, s, k] = wages.start_wage.py_func(density, mean, s, k, p)
    total = float((relative * filled).sum())
    return relative * (reference * filled.sum() / total if total > 0 else reference)


# --- the year ---------------------------------------------------------------------------------------------------------


def labour(model) -> None:
    """The labour market of the year (see the top of the file)."""
    people, p, T = model.people, model.par.labour, model.T
    model.towns.jobs[:] = _demand(model)
    training.train_workers(model)
    c, h = model.people.rows, model.households.rows
    signals, seeks = model.signals, roster.buffer(model, "seeks", len(people), np.uint8)
    travel = attraction.travel(model)
    chance = _streams(model)
    expected, farm_income = signals.expected_earnings, signals.farm_income
    passage, retiring = np.empty((2, 2, kernels.AGES, 2)), np.empty((3, 2, 2, kernels.AGES))
    kernels.entry_and_exit(p, passage)
    kernels.retirement(p, retiring)

    def attend(lo, hi, out):  # three passes over the same rows, while they are at hand
        left, held = out[: model.P], out[model.P :]
        kernels.attend(
            lo, hi, model.year, T, c, h, chance, travel, expected, farm_income, retiring, passage, p, seeks, left
        )
        kernels.take_up_farming(lo, hi, T, c, h, chance.farm, expected, farm_income, p, seeks)
        kernels.count_posts(lo, hi, T, c, h, held)

    left, held = np.split(add_up(len(people), model.threads, (model.P + 4 * T,), attend), [model.P])
    model.flow["jobs_left"] += left
    lost, held = _lay_off(model, c, h, held.reshape(model.towns.jobs.shape))
    rows, held = search.search(model, np.concatenate([_seekers(model, seeks), lost]), held)
    kernels.fall_back(rows, model.year, T, c, h, chance.farm, expected, farm_income, p)
    growth = 1.0 + model.assumption("real_wage_growth") / 100.0
    model.labour_state.level *= growth
    model.labour_state.reference *= growth
    _settle(model, market.count_residents(model), held)


def _seekers(model, seeks: np.ndarray) -> np.ndarray:
    """Rows of those who seek a post."""
    return find_rows(seeks, model.threads, bit=1)


def _streams(model) -> Streams:
    return Streams(
        model.stream(Decision.LABOUR_FORCE),
        model.stream(Decision.RETIRE),
        model.stream(Decision.SEPARATION),
        model.stream(Decision.SEEK_NONFARM),
        model.stream(Decision.OUTSIDE_WORK, model.start),
        model.stream(Decision.LAYOFF, model.start),
    )


def _demand(model) -> np.ndarray:
    """int64[T, sector, skill]: posts of the year. Moves `towns.base_jobs` on."""
    state, towns, p = model.labour_state, model.towns, model.par.labour
    base, force, customers = towns.base_jobs, max(int(state.force.sum()), 1), market.customers(model)
    growth = posts.Growth(
        state.force_before,
        force,
        model.assumption("external_demand_secondary"),
        model.assumption("external_demand_tertiary"),
        model.lever("job_growth_secondary"),
        model.lever("job_growth_tertiary"),
        model.lever("rural_jobs"),
        state.customers,
        customers,
        model.scale,
    )
    posts.move_on(base, towns.filled, towns.jobs, growth, p)
    state.force_before, state.customers = force, customers
    _relocate(model, base)
    posts.relocate(base, state.labour_share, np.empty(base.shape[1:]), p)
    _shift_skills(base, state.skill_supply, model.lever("high_skill_share"), p)
    jobs, innovation = np.empty(base.shape, np.int64), model.lever("innovation")
    room = np.empty(base.shape)
    posts.want(base, model.signals.wage, towns.base_wage, state.level, _shock(model), innovation, p, room, jobs)
    return jobs


def _shock(model) -> np.ndarray:
    """float64[T]: posts that are away this year, per cent (negative): the assumption, and events of the town."""
    shock = model.assumption("jobs_shock")
    away = model.away("jobs_lost")
    return np.full(model.T, shock) if away is None else (100.0 + shock) * (1.0 - away) - 100.0


def _relocate(model, base: np.ndarray) -> None:
    """Manufacturing posts go from the first to the last region of each pair, in proportion to what is there (in
    place): posts of the lever over the towns of both sides."""
    moving = model.lever("job_relocation") * model.scale
    if not moving.any():
        return
    made = base[:, 0]
    for sides in model.pack.pairs:
        giving, taking = (np.concatenate([model.pack.towns_of(c) for c in side]) for side in (sides[0], sides[-1]))
        wanted, there = moving[giving].sum() + moving[taking].sum(), made[giving].sum()
        if wanted <= 0.0 or there <= 0.0:
            continue
        moved = labour_demand.moved_to_partner.py_func(wanted, there, model.par.labour)
        made[taking] += moved * (made[giving].sum(axis=0) / there) * _shares(made[taking].sum(axis=1))[:, None]
        made[giving] *= 1.0 - moved / there


def _shares(weights: np.ndarray) -> np.ndarray:
    """Parts of a whole in proportion to weights, equal where all are zero."""
    total = weights.sum()
    return weights / total if total > 0.0 else np.full(len(weights), 1.0 / len(weights))


def _shift_skills(base: np.ndarray, supply: float, lever: np.ndarray, p) -> None:
    """Moves the high-skill share of each town and sector (in place)."""
    total = base.sum(axis=2)
    demand = np.clip(base[:, :, 1].sum() / max(total.sum(), 1e-9), 0.001, 0.999)
    posts.shift_skills(base, total, demand, supply, lever, p)


def _lay_off(model, c: PeopleRows, h: HouseholdRows, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of workers who lose their post because posts are fewer than workers, and who holds posts afterwards."""
    jobs = model.towns.jobs
    filled = market.posts_filled(held, jobs)
    excess = np.maximum(filled[:, :, 0] - jobs[:, :, 0], 0)
    keep = held.copy()
    low = excess * held[:, :, 0] // np.maximum(filled[:, :, 0], 1)  # in proportion, the rest from the high-skilled
    keep[:, :, 0] -= low
    keep[:, :, 1] -= excess - low
    rationed = (keep < held).ravel()
    if not rationed.any():
        return np.empty(0, np.int64), held
    cell = np.empty(len(model.people), np.int32)
    for_chunks(len(cell), model.threads, lambda lo, hi, _: kernels.holders(lo, hi, model.T, c, h, rationed, cell))
    rows = find_rows(cell, model.threads, but=NO_CELL)
    u = kernels.draws(model.stream(Decision.LAYOFF), c.key[rows])
    bar = market.in_force(model, "layoff_cutoff", kernels.cutoffs(cell[rows], u, keep.ravel()))
    lost = rows[u >= bar[cell[rows]]]
    c.status[lost] = UNEMPLOYED
    c.sector[lost] = NO_SECTOR
    c.work_town[lost] = NOWHERE
    c.self_employed[lost] = 0
    return lost, held - np.bincount(cell[lost], minlength=held.size).reshape(held.shape)


# --- wages and what is published --------------------------------------------------------------------------------------


def _settle(model, counts: np.ndarray, held: np.ndarray) -> None:
    """Filled posts, farmers, wages, pay, and the signals of the labour market."""
    state, towns, p = model.labour_state, model.towns, model.par.labour
    towns.filled[:] = market.posts_filled(held, towns.jobs)
    towns.farmers[:] = counts[:, :, FARMERS].sum(axis=1)
    state.labour_share, state.skill_supply = market.labour_share(counts), market.skill_supply(counts)
    state.force = counts[:, :, LABOUR_FORCE]
    unemployment = market.unemployment(counts, p)
    density = market.density(state.reach, towns.filled)
    tightness = market.at_work(unemployment, counts, state.reach, p) / state.start_unemployment
    wage = np.empty((model.T + model.O, *state.relative_wage.shape[1:]))
    relative = state.relative_wage
    posts.pay_levels(density, state.start_density, tightness, towns.base_wage, state.level, p, relative, wage)
    pull = np.where(state.delta, model.assumption("neighbour_pull"), 1.0)[:, None, None]
    wage[model.T :] = state.outside_start * state.level * pull
    wage = model.publish("wage", wage)
    outside = np.full((model.O, SKILLS), p.outside_job_chance)
    chance = model.publish("job_chance", np.concatenate([1.0 - unemployment, outside]))
    model.publish("expected_earnings", market.expected_earnings(model, wage, chance))
    share = towns.filled[:, :, 1] / np.maximum(held[:, :, 1], 1)
    _pay(model, wage, market.in_force(model, "high_skill_held", share))


def _pay(model, wage: np.ndarray, high_held: np.ndarray) -> None:
    c, h = model.people.rows, model.households.rows
    base, p = model.stream(Decision.LAYOFF, model.start), model.par.labour
    for_chunks(
        len(model.people),
        model.threads,
        lambda lo, hi, _: kernels.pay(lo, hi, model.year, model.T, c, h, wage, high_held, base, p),
    )
