"""Compares a city on columns with the same city on objects, agent by agent, step by step."""

from dataclasses import fields, is_dataclass

import numpy as np

from benchmarks.reference.city import ReferenceCity
from sim import model as columns_model
from sim.model import CityModel
from sim.state import SIGNALS

PERSON = (
    "birth_year", "arrival_year", "hukou_place", "work_town", "sex", "education", "hukou_kind", "role", "status",
    "sector", "self_employed", "insurance_years", "ability", "wage",
)  # fmt: skip
HOUSEHOLD = (
    "home", "origin", "homestead", "tenure", "village", "moved_year", "land", "wage_income", "business_income",
    "property_income", "transfer_income",
)  # fmt: skip
STATES = (
    "towns", "labour_state", "income_state", "housing_state", "services_state", "land_state", "budget_state",
    "flow", "homes_flow", "money", "land_flow",
)  # fmt: skip
UNSETTLED = ("demography",)  # after these steps the roster is not in order yet


def persons_of_columns(city: CityModel) -> dict[int, dict]:
    """key -> attributes of every person, the household by its key."""
    people = city.people
    columns = {name: getattr(people, name).tolist() for name in PERSON}
    columns["household"] = city.households.key[people.household].tolist()
    return _by_key(people.key.tolist(), columns)


def households_of_columns(city: CityModel) -> dict[int, dict]:
    """key -> attributes of every household, members and tie by their keys."""
    rows, keys, members = city.households, city.households.key.tolist(), city.people.key.tolist()
    columns = {name: getattr(rows, name).tolist() for name in HOUSEHOLD}
    columns["tie"] = [keys[tie] if tie >= 0 else None for tie in rows.tie.tolist()]
    spans = zip(rows.first.tolist(), rows.size.tolist(), strict=True)
    columns["members"] = [members[first : first + size] for first, size in spans]
    return _by_key(keys, columns)


def persons_of_objects(city: ReferenceCity) -> dict[int, dict]:
    """key -> attributes of every person, the household by its key."""
    return {
        int(person.key): {name: getattr(person, name) for name in PERSON} | {"household": int(person.household.key)}
        for person in city.people
    }


def households_of_objects(city: ReferenceCity) -> dict[int, dict]:
    """key -> attributes of every household, members and tie by their keys."""
    return {
        int(household.key): {name: getattr(household, name) for name in HOUSEHOLD}
        | {
            "tie": int(household.tie.key) if household.tie else None,
            "members": [int(person.key) for person in household.members],
        }
        for household in city.households
    }


def _by_key(keys: list[int], columns: dict[str, list]) -> dict[int, dict]:
    names = list(columns)
    return {
        key: dict(zip(names, row, strict=True))
        for key, row in zip(keys, zip(*columns.values(), strict=True), strict=True)
    }


def differences(city: CityModel, reference: ReferenceCity) -> list[str]:
    """What differs between the two, in words; empty if nothing does. Numbers must be equal, not close."""
    found = _agents("person", persons_of_columns(city), persons_of_objects(reference))
    found += _agents("household", households_of_columns(city), households_of_objects(reference))
    for name in STATES:
        found += _state(name, getattr(city, name), getattr(reference, name))
    for name in SIGNALS:
        found += _state(f"signal {name}", getattr(city.signals, name, None), getattr(reference.signals, name, None))
    found += _state("indicators", city.records()[3], reference.records()[3])
    return found


def _agents(what: str, columns: dict[int, dict], objects: dict[int, dict]) -> list[str]:
    found = [f"{what} {key}: only in columns" for key in columns.keys() - objects.keys()]
    found += [f"{what} {key}: only among objects" for key in objects.keys() - columns.keys()]
    for key in columns.keys() & objects.keys():
        here, there = columns[key], objects[key]
        if here != there:
            wrong = {name: (here[name], there[name]) for name in here if here[name] != there[name]}
            found.append(f"{what} {key}: (columns, objects) {wrong}")
    return found


def _state(name: str, here, there) -> list[str]:
    if is_dataclass(here):
        here, there = ({f.name: getattr(state, f.name) for f in fields(state)} for state in (here, there))
    if isinstance(here, dict):
        return [line for key in here for line in _state(f"{name}.{key}", here[key], there.get(key))]
    if here is None and there is None:
        return []
    here, there = np.asarray(here), np.asarray(there)
    if here.shape != there.shape:
        return [f"{name}: shapes {here.shape}, {there.shape}"]
    floats = np.issubdtype(here.dtype, np.floating)
    if np.array_equal(here, there, equal_nan=floats):
        return []
    at = tuple(int(i) for i in np.argwhere(here != there)[0])
    return [f"{name} at {at}: columns {here[at]}, objects {there[at]}"]


def live_side_by_side(city: CityModel, reference: ReferenceCity, years: int) -> list[str]:
    """Both live `years`, compared after each step; the differences after the first step where there are any.

    Each line starts with the year and the step.
    """
    found = differences(city, reference)
    if found:
        return [f"{city.year} start: {line}" for line in found]
    for _ in range(years):
        for model in (city, reference):
            model.year += 1
            model._open_year()
        for name, run in columns_model.STEPS:
            run(city)
            reference.live_through(name)
            found = [] if name in UNSETTLED else differences(city, reference)
            if found:
                return [f"{city.year} {name}: {line}" for line in found]
    return []
