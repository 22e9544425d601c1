"""What the labour market remembers, and how it is measured: workers, posts, unemployment, reach, earnings."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from sim.catalogue import assumptions
from sim.codes import SKILLS
from sim.engine import add_up
from sim.rules import job_search, wages
from sim.state import SIGNALS
from sim.steps import labour_kernels as kernels
from sim.steps import posts
from sim.steps.labour_kernels import FARMERS, LABOUR_FORCE, SEEKING
from sim.travel import has_table, towns_within

BASE_YEAR = 2020  # constant yuan; year of the reference levels in the catalogue
DELTA_WAGE_QUALITIES = ("official", "secondary")  # only members of the Delta have wages of their own in print


@dataclass
class LabourState:
    """What the labour market remembers from year to year."""

    reach: np.ndarray  # float64[T, T], weight of work town by town of residence (a sparse array where T is large)
    near_start: np.ndarray  # int64[T + 1], the same town by town, without zeros: where the towns of work of each begin
    near_town: np.ndarray  # int64[pairs], towns of work, ascending
    near_weight: np.ndarray  # float64[pairs]
    level: float  # national wage level relative to the start year
    reference: float  # reference wage of the year, yuan
    relative_wage: np.ndarray  # float64[T, sector, skill], wage over the start wage moved with national growth
    start_density: np.ndarray  # float64[T], employment within reach
    start_unemployment: np.ndarray  # float64[T, skill], at the place of work
    outside_start: np.ndarray  # float64[O, sector, skill], yuan a year
    delta: np.ndarray  # bool[O], places to which `neighbour_pull` applies
    customers: np.ndarray  # float64[T], residents' earnings within reach in national wages, last year
    labour_share: np.ndarray  # float64[T], share of the city's labour force that lives there, last year
    force_before: int  # the city's labour force a year earlier than `force`
    force: np.ndarray  # int64[T, skill], labour force by town of residence
    skill_supply: float  # high-skilled share of the non-farm labour force, last year


def growth_factor(name: str, start: int, end: int) -> float:
    """Product of 1 + g / 100 over start < year <= end (its inverse if end < start), g the catalogue's default path.

    Levels known for 2020 are carried to the start year with it, so a scenario never changes the start.
    """
    if end < start:
        return 1.0 / growth_factor(name, end, start)
    path = assumptions()[name].default
    steps = sorted(path.items()) if isinstance(path, dict) else [(start, path)]
    factor = 1.0
    for year in range(start + 1, end + 1):
        factor *= 1.0 + ([v for y, v in steps if y <= year] or [steps[0][1]])[-1] / 100.0
    return factor


def in_force(model, name: str, value: np.ndarray) -> np.ndarray:
    """Publishes signals that the list of signals may or may not hold; returns the value in force."""
    return model.publish(name, value.copy()) if name in SIGNALS else value


def held(model) -> np.ndarray:
    """int64[T, sector, skill]: workers of the city by place of work and their own skill."""
    c, h = model.people.rows, model.households.rows
    flat = add_up(
        len(model.people),
        model.threads,
        (4 * model.T,),
        lambda lo, hi, out: kernels.count_posts(lo, hi, model.T, c, h, out),
    )
    return flat.reshape(model.T, 2, SKILLS)


def posts_filled(held: np.ndarray, jobs: np.ndarray) -> np.ndarray:
    """int64[T, sector, skill]: high-skilled workers beyond the high-skill posts of their place hold low-skill posts."""
    filled = np.empty(jobs.shape, np.int64)
    posts.fill(held, jobs, filled)
    return filled


def whole_posts(wanted: np.ndarray) -> np.ndarray:
    """int64[T, sector, skill]: each town's total is rounded, then shared by largest remainder among its cells."""
    whole = np.empty(wanted.shape, np.int64)
    posts.round_posts(wanted, whole)
    return whole


def count_residents(model) -> np.ndarray:
    """int64[T, skill, 3]: labour force, seeking, farmers among residents."""
    c, home = model.people.rows, model.households.home

    def count(lo, hi, out):
        kernels.count_residents(lo, hi, c, home, out)

    return add_up(len(model.people), model.threads, (model.P, SKILLS, 3), count)[: model.T]


def count_earnings(model) -> np.ndarray:
    """int64[T]: earnings of residents at work, fen."""
    c, home = model.people.rows, model.households.home

    def count(lo, hi, out):
        kernels.count_earnings(lo, hi, c, home, out)

    return add_up(len(model.people), model.threads, (model.P,), count)[: model.T]


def skill_supply(counts: np.ndarray) -> float:
    """High-skilled share of residents who work off the land or seek work."""
    force = (counts[:, :, LABOUR_FORCE] - counts[:, :, FARMERS]).sum(axis=0)
    return float(np.clip(force[1] / max(force.sum(), 1), 0.001, 0.999))


def labour_share(counts: np.ndarray) -> np.ndarray:
    """float64[T]: share of the city's labour force, farmers included, that lives in each town."""
    force = counts[:, :, LABOUR_FORCE].sum(axis=1).astype(np.float64)
    return force / max(force.sum(), 1.0)


def unemployment(counts: np.ndarray, p) -> np.ndarray:
    """float64[T, skill]: share of the labour force of residents who seek, drawn towards the city's by a weight."""
    force, seeking = counts[:, :, LABOUR_FORCE], counts[:, :, SEEKING]
    city = seeking.sum(axis=0) / np.maximum(force.sum(axis=0), 1)
    weight = p.unemployment_prior_weight
    return (seeking + weight * city) / np.maximum(force + weight, 1e-9)


def at_work(unemployment: np.ndarray, counts: np.ndarray, reach: np.ndarray, p) -> np.ndarray:
    """float64[T, skill]: unemployment of the people within reach of a place of work, not below the floor."""
    force = reach.T @ (counts[:, :, LABOUR_FORCE] + p.unemployment_prior_weight)
    idle = reach.T @ (unemployment * (counts[:, :, LABOUR_FORCE] + p.unemployment_prior_weight))
    return np.maximum(idle / np.maximum(force, 1e-9), p.unemployment_floor)


def commuting(pack, p):
    """Weights of commuting float64[T, T], a SciPy sparse array where the pack has no table of travel times."""
    towns = len(pack.town_county)
    if has_table(pack):
        minutes = np.asarray(pack.travel_minutes, np.float64)[:towns, :towns]
        return job_search.commuting_reach.py_func(minutes, np.eye(towns), p)
    home, work, minutes = towns_within(pack.roads, p.longest_commute)
    weight = job_search.commuting_reach.py_func(minutes, (home == work).astype(np.float64), p)
    return csr_array((weight, (home, work)), shape=(towns, towns))


def by_town_of_residence(reach) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """near_start, near_town and near_weight of `LabourState`."""
    sparse = csr_array(reach)
    sparse.eliminate_zeros()
    sparse.sort_indices()
    return sparse.indptr.astype(np.int64), sparse.indices.astype(np.int64), sparse.data


def density(reach: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """float64[T]: workers within reach (the same travel weights as for search)."""
    return reach.T @ filled.sum(axis=(1, 2)).astype(np.float64)


def customers(model) -> np.ndarray:
    """float64[T]: residents' earnings within reach in reference wages of the last labour step, and one more."""
    earnings = count_earnings(model) / 100.0
    return model.labour_state.reach.T @ earnings / model.labour_state.reference + 1.0


def expected_earnings(model, wage: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """float64[T + O, skill]: wage times chance of work, over work towns in proportion to filled posts within reach."""
    T, state, filled = model.T, model.labour_state, model.towns.filled
    expected = np.empty((T + model.O, SKILLS))
    for k in range(SKILLS):
        posts = filled[:, :, k] + 1e-6  # a town without any post still has a wage
        total = state.reach @ posts.sum(axis=1)
        expected[:T, k] = state.reach @ (posts * wage[:T, :, k]).sum(axis=1) / total
    expected[T:] = wage[T:].mean(axis=1)
    return expected * chance


def outside_start_wages(model) -> np.ndarray:
    """float64[O, sector, skill], yuan: official wages of 2020 times coverage, carried to the start year."""
    p = model.par.labour
    monthly = np.asarray(model.pack.outside_wage_monthly(BASE_YEAR), np.float64)
    mean = monthly * 12.0 * p.wage_coverage * growth_factor("real_wage_growth", BASE_YEAR, model.year)
    low, high = (wages.outside_wage.py_func(mean, skill, p) for skill in (False, True))
    return np.repeat(np.stack([low, high], axis=1)[:, None, :], 2, axis=1)


def delta(pack) -> np.ndarray:
    """bool[O]: places of the Delta are those whose wage is official or printed in a source."""
    return np.array([q in DELTA_WAGE_QUALITIES for q in pack.outside_quality("wage")])
