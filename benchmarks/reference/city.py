"""Mirrors sim/model.py: the city with persons and households as Mesa agents.

The start population, places, policy, signals, the start year and everything that is reckoned for towns as a whole
(posts wanted, wages, prices, building, services, land, budgets, indicators, accounts) are those of `CityModel`. The
columns of people and households are given up once they have been turned into objects: a function of `sim` that still
asked for one would fail. Where a town-level function of `sim` counts people, it is given a count of objects (`SWAPS`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

from benchmarks.reference import (
    counts,
    demography,
    families,
    group_counts,
    hukou,
    incomes,
    labour,
    land,
    moving,
    tenants,
    training,
)
from benchmarks.reference.agents import Household, Person
from benchmarks.reference.plain import plain_record
from sim import accounts, groups, indicators
from sim import model as city_model
from sim.catalogue import parameter_groups
from sim.model import CityModel
from sim.steps import budgets as town_budgets
from sim.steps import housing as town_housing
from sim.steps import incomes as town_incomes
from sim.steps import labour as town_labour
from sim.steps import labour_market, place_counts
from sim.steps import land as town_land
from sim.steps import services as town_services
from sim.steps import tenants as town_tenants
from sim.steps import training as town_training

STEPS: tuple[tuple[str, Callable], ...] = (
    ("demography", demography.demography),
    ("families", families.families),
    ("labour", labour.labour),
    ("incomes", town_incomes.incomes),
    ("groups", groups.count),
    ("moving", moving.moving),
    ("housing", town_housing.housing),
    ("hukou", hukou.hukou),
    ("services", town_services.services),
    ("land", town_land.land),
    ("budgets", town_budgets.budgets),
    ("indicators", indicators.record),
    ("accounts", accounts.check),
)

# (module of sim, name there, object code in its place while a ReferenceCity lives)
SWAPS: tuple[tuple[object, str, object], ...] = (
    (city_model, "STEPS", STEPS),
    (place_counts, "people_by_place", counts.people_by_place),
    (town_housing, "occupied", counts.occupied),
    (town_tenants, "review", tenants.review),
    (town_training, "eligible", training.eligible),
    (town_training, "train", training.train),
    (labour_market, "count_residents", counts.count_residents),
    (labour_market, "count_earnings", counts.count_earnings),
    (town_labour, "_pay", labour.pay),
    (town_incomes, "_incomes_of_the_year", incomes.incomes_of_the_year),
    (town_land, "residents_by_place", counts.residents_by_place),
    (town_land, "_absorb_villages", land.absorb_villages),
    (town_budgets, "rent_subsidies", counts.rent_subsidies),
    (groups, "_by_household", group_counts.by_household),
    (groups, "_by_person", group_counts.by_person),
    (indicators, "_counts", counts.report),
    (accounts, "count_people", counts.count_people),
    (accounts, "_households", counts.check_households),
)

_NOT_COPIED = {"household", "first", "size", "tie"}  # columns that are references between rows


@contextmanager
def objects_counted() -> Iterator[None]:
    """Town-level functions of `sim` count objects inside this block, columns again after it."""
    before = [(module, name, getattr(module, name)) for module, name, _ in SWAPS]
    try:
        for module, name, function in SWAPS:
            setattr(module, name, function)
        yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)


class ReferenceCity(CityModel):
    """The city of `CityModel`, takes the same arguments; `people` and `households` are AgentSets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"threads": 1, **kwargs})
        self.rules = SimpleNamespace(**{g: plain_record(getattr(self.par, g)) for g in parameter_groups()})
        self.county: list[int] = self.pack.town_county.tolist()
        self.agent_numbers = count(len(self.agents) + 1)
        self.newborns: list[tuple[Person, Person]] = []
        self._make_objects()

    def _make_objects(self) -> None:
        """Rows of the columns become agents, in the same order; the columns are given up."""
        people, rows = self.people, self.households
        keys = rows.key
        homes = [Household(self, keys[j], 0, 0) for j in range(len(rows))]
        for name in set(rows.FIELDS) - _NOT_COPIED - {"key"}:
            for household, value in zip(homes, getattr(rows, name).tolist(), strict=True):
                setattr(household, name, value)
        for household, tie in zip(homes, rows.tie.tolist(), strict=True):
            household.tie = homes[tie] if tie >= 0 else None
        keys = people.key
        persons = [Person(self, keys[i], homes[j], 0, 0) for i, j in enumerate(people.household.tolist())]
        for name in set(people.FIELDS) - _NOT_COPIED - {"key"}:
            for person, value in zip(persons, getattr(people, name).tolist(), strict=True):
                setattr(person, name, value)
        for person in persons:
            person.household.members.append(person)
        self.people, self.households = self.agents_by_type[Person], self.agents_by_type[Household]

    def step(self) -> None:
        """One year of `CityModel.step`, by the steps of this file."""
        with objects_counted():
            super().step()

    def live_through(self, step: str) -> None:
        """One step of the year by name."""
        with objects_counted():
            dict(STEPS)[step](self)
