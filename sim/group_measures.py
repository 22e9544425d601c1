"""Indicators of who gains and loses: income by source and by group, services by group, East and West, commuting, rents.

All figures of towns are added up in one table (`Adder.columns`): a call a figure would cost more than the figure.
"""

import numpy as np

from sim.codes import INCOME_SOURCES, MIGRANT_CLASSES, NOT_MIGRANT, OTHER_PROVINCE, SAME_COUNTY, SAME_PROVINCE
from sim.groups import ACCESS, BANDS, BURDENED, CELLS, FEN, HEADS, OWN_TOWN, RENT, TENANT_INCOME, TENANTS
from sim.measures import FEN_PER_YUAN, RESIDENTS, Adder, Values, ratio

CLASSES = {
    "locals": [NOT_MIGRANT],
    "local_migrants": [SAME_COUNTY, SAME_PROVINCE],
    "other_province": [OTHER_PROVINCE],
}
MERGE = np.array([[kind in kinds for kinds in CLASSES.values()] for kind in range(MIGRANT_CLASSES)], np.float64)
AGES = ("age_0_14", "age_15_34", "age_35_59", "age_60_plus")  # the bands of sim.groups
SOURCES = ("wage", "business", "property", "transfer")
PARTS = ("rural", "urban")
FIFTH = 0.2


def measure(model, add: Adder, by_place: np.ndarray, values: Values) -> Values:
    """All indicators of this file; `values` holds those of sim.measures, `by_place` [P, COUNTS]."""
    T, g, state = model.T, model.groups, model.income_state
    persons, fen = g.people[..., 0], g.people[..., 1]
    people = by_place[: 2 * T, RESIDENTS].reshape(T, 2)
    work = model.work_at_home
    parts = {
        "persons": persons.reshape(T, CELLS),
        "fen": fen.reshape(T, CELLS),
        "access": (g.access[:, :, None] * persons).reshape(T, CELLS),
        "tenants": g.tenants.reshape(T, 2, -1).sum(axis=1),
        "sources": state.totals[: 2 * T].reshape(T, 2 * INCOME_SOURCES),
        "heads": state.heads[: 2 * T].reshape(T, 2),
        "village_services": people[:, :1] * model.signals.service[:T, None],
        "villagers": people[:, :1],
        "work": np.column_stack([model.work_at.sum(axis=1), work[:, 2:4].sum(axis=1), work[:, OWN_TOWN]]),
        "land": np.column_stack([state.idle, model.towns.farmland]),
    }
    sums = np.split(add.columns(np.hstack(list(parts.values()))), np.cumsum([p.shape[1] for p in parts.values()]), 1)
    s = dict(zip(parts, sums, strict=False))
    return {
        **_people(*(s[k].reshape(-1, MIGRANT_CLASSES, BANDS) for k in ("persons", "fen", "access"))),
        **_fifths(add, g.strata),
        **_sources(s["sources"].reshape(-1, 2, INCOME_SOURCES) / FEN_PER_YUAN, s["heads"]),
        "services_villagers": ratio(s["village_services"][:, 0], s["villagers"][:, 0]),
        **_tenants(s["tenants"]),
        "jobs_per_worker": ratio(s["work"][:, 0], s["work"][:, 1]),
        "works_in_own_town": ratio(s["work"][:, 2], s["work"][:, 1], 100.0),
        "idle_farmland_share": ratio(s["land"][:, 0], s["land"][:, 1], 100.0),
        **_regions(model, values),
    }


def _people(heads: np.ndarray, fen: np.ndarray, access: np.ndarray) -> Values:
    """Income and services per head by registration and age; arguments [place, class, band]."""
    sums = np.stack([heads, fen, access])
    by_class, by_band = sums.sum(axis=3), sums.sum(axis=2)
    merged = by_class @ MERGE  # [3, place, group]
    people, money, services = np.concatenate([merged, by_band], axis=2)
    income, services = ratio(money, people, 1.0 / FEN_PER_YUAN), ratio(services, people)
    names = (*CLASSES, *AGES)
    return {f"income_{n}": income[:, k] for k, n in enumerate(names)} | {
        f"services_{n}": services[:, k] for k, n in enumerate(names)
    }


def _fifths(add: Adder, strata: np.ndarray) -> Values:
    """Income and services of the fifths of residents with the lowest and the highest income per head; not for towns.

    A stratum that is cut gives the same share of its income as of its people.
    """
    places = add.larger(strata.reshape(len(strata), -1)).reshape(-1, *strata.shape[1:])
    heads = places[..., HEADS]
    below, total = np.cumsum(heads, axis=1) - heads, heads.sum(axis=1, keepdims=True)
    lowest = np.clip(FIFTH * total - below, 0.0, heads)
    highest = np.clip(heads - np.maximum((1.0 - FIFTH) * total - below, 0.0), 0.0, heads)
    taken = np.stack([lowest, highest])  # [2, place, stratum]
    amounts = ((taken / np.maximum(heads, 1.0))[..., None] * places).sum(axis=2)  # [2, place, column]
    income = add.padded(ratio(amounts[..., FEN], amounts[..., HEADS], 1.0 / FEN_PER_YUAN).T)
    services = add.padded(ratio(amounts[..., ACCESS], amounts[..., HEADS], 1.0 / 1000.0).T)
    return {
        f"{what}_{fifth}": values[:, k]
        for what, values in (("income", income), ("services", services))
        for k, fifth in enumerate(("lowest_fifth", "highest_fifth"))
    }


def _sources(income: np.ndarray, heads: np.ndarray) -> Values:
    """The four sources of income per head of urban and rural residents; income [place, part, source]."""
    per_head = ratio(income, heads[:, :, None])
    return {f"income_{p}_{s}": per_head[:, k, j] for k, p in enumerate(PARTS) for j, s in enumerate(SOURCES)}


def _tenants(tenants: np.ndarray) -> Values:
    """Rent that tenants pay, after subsidies, against their income."""
    return {
        "rent_burden": ratio(tenants[:, RENT], tenants[:, TENANT_INCOME], 100.0),
        "overburdened_tenants": ratio(tenants[:, BURDENED], tenants[:, TENANTS], 100.0),
    }


def _regions(model, values: Values) -> Values:
    """First region over second, for the city only (East over West here)."""
    found = {
        "east_west_service_ratio": values["service_index"],
        "east_west_population_ratio": values["residents"],
        "east_west_jobs_ratio": values["jobs"],
    }
    if len(model.pack.regions) != 2:
        return {name: np.full(len(v), np.nan) for name, v in found.items()}
    return {name: np.append(v[1] / v[2], np.full(len(v) - 1, np.nan)) for name, v in found.items()}
