"""A synthetic province: the city copied side by side, to see what a year costs where towns are many.

    python -m benchmarks.province --copies 1 10 30 100 --scale 0.02 --years 2

Copy k of the city has its own counties and towns, moved on a square grid, and its own people with keys of their own;
outside places stay as they are and send and take as many more. Nothing here is data of a province: only its size is.
"""

import argparse
import contextlib
import gc
import json
import math
import subprocess
import sys
import time
from copy import copy
from dataclasses import dataclass, fields
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from sim.data.pack import Pack
from sim.data.tables import frozen
from sim.draws import derive_key
from sim.model import CityModel
from sim.rules import kernel
from sim.travel import Roads

GAP = 1.15  # side of a copy's square to the extent of its towns
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, eq=False, repr=False)
class Province(Pack):
    """A pack of `copies` cities, with roads instead of a table of travel times."""

    roads: Roads | None = None
    city: Pack | None = None
    copies: int = 1

    def outside_residents(self, year: int) -> np.ndarray:
        """As many times those of the city as there are copies."""
        return self.city.outside_residents(year) * self.copies

    def age_sex(self, year: int) -> np.ndarray:
        """The counties of the city, again and again."""
        return np.tile(self.city.age_sex(year), (self.copies, 1, 1))


def _of_copy(place: str, k: int) -> str:
    return f"{place}@{k}" if k else place


def province_pack(city: Pack, copies: int) -> Province:
    """The pack of a province of `copies` times the counties and towns of a city."""
    every = range(copies)
    towns, counties = len(city.towns), len(city.counties)
    ids = {name: tuple(_of_copy(i, k) for k in every for i in getattr(city, name)) for name in ("towns", "counties")}
    region, county = np.tile(city.county_region, copies), np.arange(copies).repeat(towns) * counties
    county = (county + np.tile(city.town_county, copies)).astype(np.int16)
    members = {city.city_id: tuple(range(copies * towns))}
    members |= {r: tuple(np.flatnonzero(region[county] == i).tolist()) for i, r in enumerate(city.regions)}
    first = np.searchsorted(county, np.arange(copies * counties)) if (np.diff(county) >= 0).all() else None
    for i, c in enumerate(ids["counties"]):
        rows = range(first[i], first[i] + (county == i).sum()) if first is not None else np.flatnonzero(county == i)
        members[c] = tuple(int(row) for row in rows)
    members |= {t: (i,) for i, t in enumerate(ids["towns"])}
    tiled = {f.name: getattr(city, f.name) for f in fields(Pack)}
    for name in ("town_area_km2", "county_area_km2"):
        tiled[name] = frozen(np.tile(getattr(city, name), copies), np.float64)
    return Province(
        **tiled
        | ids
        | {
            "hash": f"{city.hash} x {copies}",
            "town_county": frozen(county, np.int16),
            "county_region": frozen(region, np.int8),
            "town_tier": city.town_tier * copies,
            "members": members,
            "pairs": (),
            "pair_ids": (),
            "county_figures": _figures(city.county_figures, copies),
            "town_figures": _figures(city.town_figures, copies),
            "distance_km": np.empty((0, 0), np.float32),
            "travel_minutes": np.empty((0, 0), np.float32),
        },
        roads=_roads(city, copies),
        city=city,
        copies=copies,
    )


def _figures(city, copies: int):
    found = copy(city)
    found.values = {
        (variable, year, _of_copy(key, k)): value
        for (variable, year, key), value in city.values.items()
        for k in range(copies)
    }
    return found


def _roads(city: Pack, copies: int) -> Roads:
    """Positions of the towns of all copies; each copy has the way to outside places that the city has."""
    towns, rule = len(city.towns), city.files.descriptor["distance_rule"]
    minutes, side = city.travel_minutes.astype(np.float64), math.ceil(math.sqrt(copies))
    lat, lon = (
        np.concatenate([points + np.ptp(points) * GAP * step for step in steps])
        for points, steps in (
            (city.town_lat, [k // side for k in range(copies)]),
            (city.town_lon, [k % side for k in range(copies)]),
        )
    )
    return Roads(
        lat=np.radians(lat),
        lon=np.radians(lon),
        inside=np.tile(np.diag(minutes)[:towns], copies),
        out=np.tile(minutes[:towns, towns:], (copies, 1)),
        between=minutes[towns:, towns:].copy(),
        detour=rule["detour_factor"],
        fixed_minutes=rule["fixed_minutes"],
        speed_kmh=rule["speed_kmh"],
    )


def province_population(city: Pack, copies: int, start: int, scale: float) -> SimpleNamespace:
    """The start population of the city, `copies` times."""
    from sim.synthesis import start_population

    of_city = start_population(city, start, scale)
    towns, outside = len(city.towns), copies * len(city.towns)
    people, households = type(of_city.people)(0), type(of_city.households)(0)
    for table, one in ((people, of_city.people), (households, of_city.households)):
        store = {name: np.tile(getattr(one, name), copies) for name in one.FIELDS}
        table.hold(store, len(one) * copies)
    number = {
        table: np.arange(copies).repeat(len(one)) for table, one in (("p", of_city.people), ("h", of_city.households))
    }
    for table, k in ((people, number["p"]), (households, number["h"])):
        _own_keys(table.key, k)
    people.household = people.household + number["p"] * len(of_city.households)
    for table, name, k in (
        (people, "hukou_place", number["p"]),
        (people, "work_town", number["p"]),
        (households, "origin", number["h"]),
        (households, "homestead", number["h"]),
    ):
        setattr(table, name, _moved(getattr(table, name), k, towns, outside))
    households.home = _moved(households.home, number["h"], 2 * towns, 2 * outside)
    households.first = households.first + number["h"] * len(of_city.people)
    households.tie = np.where(households.tie >= 0, households.tie + number["h"] * len(of_city.households), -1)
    return SimpleNamespace(people=people, households=households)


def _moved(place: np.ndarray, k: np.ndarray, of_city: int, of_all: int) -> np.ndarray:
    """Indices of places in the city as those in copy k; outside places come behind all towns."""
    inside = np.where(place >= 0, place + k * of_city, place)
    return np.where(place >= of_city, place.astype(np.int64) - of_city + of_all, inside)


@kernel
def _own_keys(key, copy_number):
    for i in range(len(key)):
        if copy_number[i] > 0:
            key[i] = derive_key(np.uint64(0), key[i], copy_number[i])


class ProvinceModel(CityModel):
    """The same model of a province."""

    def _populate(self, population) -> None:
        super()._populate(population)
        self.outside_size[~self.pack.outside_same_province] *= self.pack.copies


def open_province(copies: int, scale: float, start: int = 2020, end: int = 2035, **options) -> CityModel:
    """The province in its start year; copies = 0 is the city itself, with its table of travel times."""
    from sim.data import load_pack

    city = load_pack()
    if copies == 0:
        return CityModel(start=start, end=end, scale=scale, pack=city, **options)
    population = province_population(city, copies, start, scale)
    pack = province_pack(city, copies)
    return ProvinceModel(start=start, end=end, scale=scale, pack=pack, population=population, **options)


def measure(copies: int, scale: float, years: int) -> dict:
    """What years cost after the first, and what the process holds, per person."""
    open_province(max(copies, 0) and 1, 0.001).run_until(2022)  # compiled code is there
    model = open_province(copies, scale)
    opened = len(model.people)
    model.step()
    gc.collect()
    _forget_peak()
    lived, begin, cpu = 0, time.perf_counter(), time.process_time()
    for _ in range(years):
        lived += len(model.people)
        model.step()
    seconds, cpu, peak = time.perf_counter() - begin, time.process_time() - cpu, _peak()
    return {
        "copies": copies,
        "towns": model.T,
        "people": opened,
        "people_after": len(model.people),
        "cpu_ns_per_person_year": 1e9 * cpu / lived,
        "seconds_per_year": seconds / years,
        "peak_bytes_per_person": peak and peak / len(model.people),
    }


def _forget_peak() -> None:
    """Starts the record of peak memory anew (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float | None:
    """Highest resident memory since then, bytes; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)


def main() -> None:
    """One process a size; a line of JSON each."""
    parser = argparse.ArgumentParser(description="Cost of a year and memory by the number of towns.")
    parser.add_argument("--copies", type=int, nargs="+", default=[0, 1, 10, 30, 100])
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--here", action="store_true", help="measure in this process (one size)")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.copies[0], options.scale, options.years)))
        return
    for copies in options.copies:
        command = [sys.executable, "-m", "benchmarks.province", "--here", "--copies", str(copies)]
        command += ["--scale", str(options.scale), "--years", str(options.years)]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
