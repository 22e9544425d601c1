"""How fast objects are, and how fast columns are, in agent-years a second.

    python -m benchmarks.reference.run --scale 0.005 --years 3

An agent-year is one person followed for one year. The first year is lived before the clock starts, so that neither
compiling nor reading the data counts. One thread for both: objects cannot use more.
"""

import argparse
import gc
import time
from collections.abc import Callable

from benchmarks.reference.city import ReferenceCity
from sim.model import CityModel


def time_reference(scale: float, years: int, seed: int = 1) -> float:
    """Agent-years a second of the city on Mesa agents."""
    return agent_years_per_second(ReferenceCity, scale, years, seed)


def time_columns(scale: float, years: int, seed: int = 1, threads: int = 1) -> float:
    """Agent-years a second of the same city on columns."""
    return agent_years_per_second(lambda **options: CityModel(threads=threads, **options), scale, years, seed)


def agent_years_per_second(make: Callable[..., CityModel], scale: float, years: int, seed: int) -> float:
    """Persons followed through `years` years after the first, by seconds of wall clock."""
    if years < 1:
        raise ValueError(f"years must be at least 1, got {years}")
    city = make(scale=scale, seed=seed)
    city.step()
    gc.collect()
    lived, begin = 0, time.perf_counter()
    for _ in range(years):
        lived += len(city.people)
        city.step()
    return lived / (time.perf_counter() - begin)


def main() -> None:
    """Prints both."""
    parser = argparse.ArgumentParser(description="Agent-years a second of objects and of columns, on one thread.")
    parser.add_argument("--scale", type=float, default=0.005)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    objects = time_reference(options.scale, options.years, options.seed)
    columns = time_columns(options.scale, options.years, options.seed)
    print(f"objects  {objects:12,.0f} agent-years a second")
    print(f"columns  {columns:12,.0f} agent-years a second  ({columns / objects:.0f} times)")


if __name__ == "__main__":
    main()
