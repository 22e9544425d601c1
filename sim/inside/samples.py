"""Other cities of the same scale: their spread is what sampling does to a small city."""

from functools import lru_cache

import numpy as np

from sim.synthesis import StartPopulation, start_population
from sim.synthesis.population import freeze, sample

LARGER = 10  # times the scale: the city that the others are cut from


@lru_cache(maxsize=16)
def other_city(pack, year: int, scale: float, part: int) -> StartPopulation:
    """The `part`-th city after that of `start_population` (0 < part < LARGER), sharing no household with any other.

    A household belongs to the city of a scale if its key is below that share of all keys; the next share of keys is
    the next city, as systematic a sample as the first.
    """
    if not 0 < part < LARGER or LARGER * scale > 1.0:
        raise ValueError(f"part must be from 1 to {LARGER - 1} of a city of at most {1 / LARGER:g}, got {part}")
    larger = start_population(pack, year, LARGER * scale)
    low = np.uint64(int(part * scale * 2.0**64))
    turned = larger.households.copy()
    turned.key = turned.key - low  # unsigned: what lay below the part goes to the far end
    people, households = sample(larger.people, turned, scale)
    households.key = households.key + low
    freeze(people)
    freeze(households)
    return StartPopulation(people, households, year, scale, pack)
