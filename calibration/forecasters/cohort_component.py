"""Cohort-component projection with constant rates, county by county (Preston, Heuveline and Guillot 2001, chapter 6).

Single years of age and two sexes, one year a step, from the census of 2010. Births and deaths: national schedules of
2010 times one factor a county, which gives the county's crude rates of 2010. Migration: constant net rates by age with
the shape of Rogers and Castro (1981). Their level is what the city gained between its censuses beyond natural growth,
given to the counties in proportion to the people they have gained or lost by 2010 (residents less registered). The
urban share of a county stays as in 2010: of the two usual choices the one that makes the stronger rival.
"""

import numpy as np

from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import AGES, NOW, Known


def schedule(p: dict[str, float]) -> np.ndarray:
    """float64[AGES]: a1 exp(-alpha1 x) + a2 exp(-alpha2 (x - mu2) - exp(-lambda2 (x - mu2))) + c at age x."""
    x = np.arange(AGES, dtype=float)
    late = x - p["mu2"]
    working = p["a2"] * np.exp(-p["alpha2"] * late - np.exp(-p["lambda2"] * late))
    return p["a1"] * np.exp(-p["alpha1"] * x) + working + p["c"]


def net_migration(known: Known) -> np.ndarray:
    """float64[C]: persons gained a year by moves, mean of the years between the censuses.

    City: (P(2010) - P(2000)) / 10 - natural growth of the mean population; county: in proportion to its stock.
    """
    residents = known.residents.sum()
    mean = (residents + known.residents_before) / 2.0
    city = (residents - known.residents_before) / known.years - known.natural_growth * mean
    return city * known.stock / known.stock.sum()


def year_on(people, fertility, mortality, migration, boys: float) -> np.ndarray:
    """[AGES, 2] a year later. Rates [AGES], [AGES, 2] and [AGES] per person and year; the last age is open.

    Survivors are P exp(-m), net migrants P g are added to them; births come from the women of the year's middle, and
    half a year of the first rate of death is theirs.
    """
    left = people * np.exp(-mortality) + people * migration[:, None]
    later = np.zeros_like(people)
    later[1:] = left[:-1]
    later[-1] += left[-1]
    women = (people[:, 1] + later[:, 1]) / 2.0
    born = float(fertility @ women)
    later[0] = born * np.array([boys, 1.0]) / (1.0 + boys) * np.exp(-mortality[0] / 2.0)
    return later


def cohort_component(known: Known, year: int) -> Forecast:
    """Residents of each county after year - 2010 steps."""
    shape, moves = schedule(known.schedule), net_migration(known)
    residents = np.zeros(len(known.residents))
    for c, start in enumerate(known.people):
        total = start.sum()
        births = known.birth_rate[c] * total / (known.fertility @ start[:, 1])
        deaths = known.death_rate[c] * total / (known.mortality * start).sum()
        migration = shape * moves[c] / (shape @ start.sum(axis=1))
        people = start
        for _ in range(year - NOW):
            people = year_on(people, births * known.fertility, deaths * known.mortality, migration, known.boys)
        residents[c] = people.sum()
    return Forecast.of_counties(residents, residents * known.urban / known.residents)
