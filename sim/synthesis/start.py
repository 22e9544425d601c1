"""`start_population`: from memory, from disk, or made."""

import sys
from collections.abc import Callable
from functools import lru_cache

from sim import catalogue
from sim.steps.roster import put_in_order
from sim.synthesis import store
from sim.synthesis.population import StartPopulation, freeze, sample

SHOWN_AFTER = 2.0  # seconds after which the progress bar appears
KEPT_SCALE = 0.1  # populations up to this scale stay in memory


def start_population(
    pack,
    year: int,
    scale: float = 1.0,
    progress: Callable[[str], None] | None = None,
    parameters: dict | None = None,
) -> StartPopulation:
    """The synthetic population of a census year of the pack's city.

    scale: share of the households, 0 < scale <= 1; a smaller city is part of every larger one.
    progress: called with the name of each stage; without it a bar appears on stderr when it takes long.
    parameters: replaces defaults of the group `synthesis`.
    """
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"scale must be in (0, 1], got {scale}")
    par = catalogue.record("synthesis", parameters)
    path = store.population_file(pack, year, scale, par)
    held = _memory(str(path))
    if not held:
        population = _make(pack, year, scale, par, progress)
        freeze(population.people)
        freeze(population.households)
        if scale > KEPT_SCALE:
            return population
        held.append(population)
    return held[0]


@lru_cache(maxsize=8)
def _memory(path: str) -> list[StartPopulation]:
    """The place in memory of the population of that file (empty at first)."""
    return []


def _make(pack, year: int, scale: float, par, progress) -> StartPopulation:
    path = store.population_file(pack, year, scale, par)
    tables = store.load(path)
    if tables is None:
        whole_path = store.population_file(pack, year, 1.0, par)
        tables = store.load(whole_path) if scale < 1.0 else None
        if tables is None:
            tables = _build(pack, year, par, progress)
            put_in_order(*tables)  # once here, so that a model finds it done
            store.save(whole_path, *tables)
        if scale < 1.0:
            tables = sample(*tables, scale)
            store.save(path, *tables)
    return StartPopulation(*tables, year, scale, pack)


def _build(pack, year: int, par, progress):
    from sim.synthesis.city import build_city

    if progress is not None:
        return build_city(pack, year, par, progress)
    from tqdm import tqdm

    stages = len(pack.counties) + 4
    with tqdm(total=stages, desc=f"{pack.name} {year}", delay=SHOWN_AFTER, file=sys.stderr, leave=False) as bar:

        def show(stage: str) -> None:
            bar.set_postfix_str(stage, refresh=False)
            bar.update()

        return build_city(pack, year, par, show)
