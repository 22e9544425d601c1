"""Loops over towns, sectors and skills of the posts that firms want, and of what the market pays.

Arrays are [T, sector (secondary, tertiary), skill]; kernels call the rules of `labour_demand` and `wages`
town by town.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.rules import kernel, labour_demand, wages

CELLS = 4  # sector, skill


class Growth(NamedTuple):
    """What moves the posts of a year."""

    force_before: int  # the city's labour force two years ago
    force: int  # and last year
    external_secondary: float  # per cent a year
    external_tertiary: float
    secondary: np.ndarray  # float64[T], levers, per cent a year
    tertiary: np.ndarray
    rural_jobs: np.ndarray  # float64[T], posts
    customers_before: np.ndarray  # float64[T], residents' earnings within reach, two years ago
    customers: np.ndarray  # and last year
    scale: float


@kernel
def move_on(base, filled, jobs, growth, p):
    """Posts at reference wages after withdrawal, following the labour force, growth and programmes (in place)."""
    for t in range(base.shape[0]):
        for s in range(2):
            held, there = filled[t, s, 0] + filled[t, s, 1], jobs[t, s, 0] + jobs[t, s, 1]
            empty = 1.0 - held / max(there, 1)
            if empty > p.start_vacancy_share:
                for k in range(2):
                    base[t, s, k] = labour_demand.withdrawn(base[t, s, k], empty, p)
            for k in range(2):
                base[t, s, k] = labour_demand.followed(base[t, s, k], growth.force_before, growth.force, p)
        more = math.log(growth.customers[t] / growth.customers_before[t])
        tertiary = labour_demand.tertiary_growth(growth.external_tertiary, growth.tertiary[t], more, p)
        secondary = labour_demand.secondary_growth(growth.external_secondary, growth.secondary[t])
        for k in range(2):
            base[t, 1, k] *= 1.0 + tertiary / 100.0
            base[t, 0, k] *= 1.0 + secondary / 100.0
        base[t, 1, 0] = labour_demand.opened(base[t, 1, 0], growth.rural_jobs[t] * growth.scale)


@kernel
def relocate(base, labour_share, city, p):
    """Posts that close and open where the labour force lives (in place); `city` [sector, skill]: room for sums."""
    city[:] = 0.0
    for t in range(base.shape[0]):
        for s in range(2):
            for k in range(2):
                city[s, k] += base[t, s, k]
    for t in range(base.shape[0]):
        for s in range(2):
            for k in range(2):
                base[t, s, k] = labour_demand.relocated(base[t, s, k], city[s, k], labour_share[t], p)


@kernel
def shift_skills(base, total, demand, supply, lever, p):
    """Splits total[T, sector] posts anew between the skills in base[T, sector, skill] (in place)."""
    for t in range(base.shape[0]):
        for s in range(base.shape[1]):
            if total[t, s] > 0.0:
                share = min(max(base[t, s, 1] / total[t, s], 0.001), 0.95)
                new = labour_demand.skill_share(share, demand, supply, lever[t], p)
                base[t, s, 0] = total[t, s] * (1.0 - new)
                base[t, s, 1] = total[t, s] * new


@kernel
def want(base, wage, base_wage, level, shock, innovation, p, wanted, jobs):
    """Posts that firms want at the wages in force, and whole posts `jobs`; start wages grow by innovation (in place).

    shock float64[T], per cent; wanted float64[T, sector, skill]: room.
    """
    for t in range(base.shape[0]):
        for s in range(2):
            for k in range(2):
                relative = wage[t, s, k] / (base_wage[t, s, k] * level)
                base_wage[t, s, k] = labour_demand.more_productive(base_wage[t, s, k], innovation[t])
                wanted[t, s, k] = labour_demand.posts_wanted(base[t, s, k], relative, shock[t], p)
    round_posts(wanted, jobs)


@kernel
def round_posts(wanted, out):
    """Each town's total is rounded, then shared by largest remainder among its cells (the first of equal ones)."""
    for t in range(wanted.shape[0]):
        total, whole = 0.0, 0
        for s in range(2):
            for k in range(2):
                out[t, s, k] = np.int64(math.floor(wanted[t, s, k]))
                total += wanted[t, s, k]
                whole += out[t, s, k]
        missing = np.int64(np.rint(total)) - whole
        for _ in range(min(missing, CELLS)):
            best, most = 0, -1.0
            for cell in range(CELLS):
                rest = wanted[t, cell // 2, cell % 2] - math.floor(wanted[t, cell // 2, cell % 2])
                given = out[t, cell // 2, cell % 2] > math.floor(wanted[t, cell // 2, cell % 2])
                if not given and rest > most:
                    best, most = cell, rest
            out[t, best // 2, best % 2] += 1


@kernel
def fill(held, jobs, out):
    """Posts filled: high-skilled workers beyond the high-skill posts of their place hold low-skill posts."""
    for t in range(held.shape[0]):
        for s in range(2):
            out[t, s, 1] = min(held[t, s, 1], jobs[t, s, 1])
            out[t, s, 0] = held[t, s, 0] + held[t, s, 1] - out[t, s, 1]


@kernel
def pay_levels(density, start_density, tightness, base_wage, level, p, relative, wage):
    """Relative wages of the year (in place) and wages yuan a year: wage[T or more, sector, skill].
    tightness [T, skill]: unemployment at work to that of the start."""
    for t in range(relative.shape[0]):
        ratio = (density[t] + 1.0) / (start_density[t] + 1.0)
        for s in range(2):
            for k in range(2):
                target = wages.place_wage(1.0, 1.0, ratio, tightness[t, k], p)
                relative[t, s, k] = wages.adjusted(relative[t, s, k], target, p)
                wage[t, s, k] = base_wage[t, s, k] * level * relative[t, s, k]
