"""Exact yearly accounts: residents, households, homes by tenure, jobs, land and money.

Everything is counted in whole agents, homes, posts, square metres and fen, so a book closes to zero
or the run stops with the year, the place and the amounts.
"""

import numpy as np

from sim.engine import add_up
from sim.indicators import count_people
from sim.rules import kernel
from sim.steps import housing


class AccountError(RuntimeError):
    """A book does not close; the message has the year, the place and the amounts."""


def _place_name(model, place: int) -> str:
    if place >= 2 * model.T:
        return model.pack.outside[place - 2 * model.T]
    return f"{model.pack.towns[place // 2]} {'urban' if place % 2 else 'rural'} part"


def _close(model, book: str, expected: np.ndarray, found: np.ndarray, name=_place_name) -> None:
    """Raise if `found` differs from `expected` anywhere; rows are places (or what `name` names)."""
    if np.array_equal(expected, found):
        return
    row = int(np.flatnonzero((expected != found).reshape(len(expected), -1).any(axis=1))[0])
    raise AccountError(
        f"{book} of {model.year} do not add up in {name(model, row)}: expected {expected[row]}, found {found[row]}"
    )


def open_books(model) -> None:
    """Opening balances at the start census."""
    towns = model.towns
    model.books = {
        "residents": count_people(model)[: 2 * model.T],
        "households": len(model.households),
        "homes": towns.homes.copy(),
        "land": towns.urban_land + towns.rural_land,
        "balance": towns.balance.copy(),
    }


def check(model) -> None:
    """Close every book of the year and open the next."""
    if model.check_accounts:
        for book in (_residents, _households, _homes, _jobs, _land, _money):
            book(model)
    open_books(model)


def _residents(model) -> None:
    f, t2 = model.flow, 2 * model.T
    change = f["births"] - f["deaths"] + f["arrivals"] - f["departures"] + f["moves_in"] - f["moves_out"]
    change = change + f["insitu_in"] - f["insitu_out"]
    _close(model, "residents", model.books["residents"] + change[:t2], count_people(model)[:t2])


def _households(model) -> None:
    f = model.flow
    expected = model.books["households"] + f["households_formed"].sum() - f["households_dissolved"].sum()
    _close(
        model,
        "households",
        np.array([expected]),
        np.array([len(model.households)]),
        lambda *_: "the city and outside",
    )
    if _strangers(model) == 0:
        return
    members = np.bincount(model.people.household, minlength=len(model.households))
    _close(
        model,
        "members",
        members,
        model.households.size.astype(np.int64),
        lambda m, h: f"household {int(m.households.key[h])}",
    )


def _strangers(model) -> int:
    """Rows of people outside the rows of their household; 0 says that members and sizes agree."""
    household, h = model.people.household, model.households.rows
    if h.size.sum() != len(household):
        return len(household)
    rows = add_up(len(household), model.threads, (1,), lambda lo, hi, out: _count_strangers(lo, hi, household, h, out))
    return int(rows[0])


@kernel
def _count_strangers(lo, hi, household, h, out):
    for i in range(lo, hi):
        row = np.uint32(household[i])
        out[0] += (i < h.first[row]) | (i >= h.first[row] + h.size[row])


def _homes(model) -> None:
    f, towns = model.homes_flow, model.towns
    expected = model.books["homes"] + f["completed"] - f["demolished"] + f["reclassified_in"] - f["reclassified_out"]
    _close(model, "homes", expected, towns.homes)
    occupied = housing.occupied(model)
    _close(model, "occupied homes", np.minimum(occupied, towns.homes), occupied)


def _jobs(model) -> None:
    """Posts filled equal the people counted at work after matching, and never exceed the posts."""
    towns = model.towns

    def town(m, i):
        return m.pack.towns[i]

    _close(model, "posts filled", model.work_at.astype(np.int64), towns.filled.sum(axis=2), town)
    _close(model, "posts", np.minimum(towns.filled, towns.jobs), towns.filled, town)


def _land(model) -> None:
    towns = model.towns
    _close(
        model,
        "square metres of land",
        model.books["land"],
        towns.urban_land + towns.rural_land,
        lambda m, i: m.pack.towns[i],
    )


def _money(model) -> None:
    """Balance changes by what came in less what went out; items named spending_*, cost_* and transfer_out* go out."""
    change = np.zeros(model.C, np.int64)
    for item, amount in model.money.items():
        change += -amount if item.startswith(("spending", "cost", "transfer_out")) else amount
    _close(model, "fen", model.books["balance"] + change, model.towns.balance, lambda m, i: m.pack.counties[i])
