"""Fakes for the tests of policy, scenarios and the command line."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np

from sim.data import load_pack

INDICATORS = ["residents", "urbanisation_rate", "income_ratio", "service_index"]


def tiny_pack():
    """Two counties in two regions, four towns.

    county a (region north): towns a1, a2; county b (region south): towns b1, b2. Cluster `belt` = a2, b1; pair
    `twins` = a, b; tiers seat = a1, b1 and rest = a2, b2. Residents 2020: 300, 100, 100, 100; urban share 50 % in a,
    20 % in b.
    """
    residents = {2010: [100.0, 100.0, 100.0, 100.0], 2020: [300.0, 100.0, 100.0, 100.0]}
    rates = {2010: [50.0, 50.0], 2020: [50.0, 20.0]}
    towns = ("a1", "a2", "b1", "b2")
    members = {
        "city": (0, 1, 2, 3),
        "north": (0, 1),
        "south": (2, 3),
        "a": (0, 1),
        "b": (2, 3),
        "belt": (1, 2),
        "twins": (0, 1, 2, 3),
        "seat": (0, 2),
        "rest": (1, 3),
        "a1": (0,),
        "a2": (1,),
        "b1": (2,),
        "b2": (3,),
    }
    figures = {
        ("resident_population", str(y), t): (v, "official")
        for y in residents
        for t, v in zip(towns, residents[y], strict=True)
    }
    return SimpleNamespace(
        city_id="city",
        regions=("north", "south"),
        counties=("a", "b"),
        towns=towns,
        tiers=("seat", "rest"),
        pair_ids=("twins",),
        pairs=((("a",), ("b",)),),
        members=members,
        names={place: (f"{place}镇", place) for place in members},
        town_county=np.array([0, 0, 1, 1], np.int8),
        town_figures=SimpleNamespace(values=figures),
        towns_of=lambda place: np.array(members[place]),
        town_residents=lambda year: np.array(residents[year]),
        county_value=lambda variable, year: np.array(rates[year]),
    )


class FakeCity:
    """Stands for sim.model.CityModel: numbers that follow from policy, seed and year by plain arithmetic."""

    made = 0

    def __init__(self, policy, *, start, scale, seed, threads, pack, parameters, population=None):
        FakeCity.made += 1
        self.policy, self.start, self.scale, self.seed, self.pack = policy, start, scale, seed, pack
        self.parameters, self.end = parameters, start

    def run_until(self, end):
        self.end = end

    def records(self):
        years = list(range(self.start, self.end + 1))
        places = [self.pack.city_id, *self.pack.regions, *self.pack.counties, *self.pack.towns]
        luck = (self.seed % 1000) / 1000.0
        values = np.zeros((len(years), len(places), len(INDICATORS)))
        for y, year in enumerate(years):
            parity = self.policy.lever("permit_parity", year)
            for p, place in enumerate(places):
                mean = float(parity[self.pack.towns_of(place)].mean())
                values[y, p] = [1000.0 + luck + 10.0 * mean, 60.0 + luck + mean, 1.9, 1.0 / 3.0]
        values[:, len(places) - len(self.pack.towns) :, 2] = np.nan  # no ratio for a town
        return years, places, INDICATORS, values


def use_fake_city(monkeypatch, city=FakeCity) -> None:
    """`from sim.model import CityModel` gives the fake, in this process."""
    module = ModuleType("sim.model")
    module.CityModel = city
    monkeypatch.setitem(sys.modules, "sim.model", module)
    monkeypatch.setattr("scenarios.runner.PARALLEL_FROM", float("inf"))  # other processes have the real one
    FakeCity.made = 0


def write_scenario(folder, body: str, name: str = "mine.yaml"):
    """A scenario file with a name on line 1 and `body` from line 2."""
    path = folder / name
    path.write_text("name: {zh: 我的, en: Mine}\n" + body, encoding="utf-8")
    return path


def real_pack():
    return load_pack()
