"""Who moved from where to where: people counted before and after the step in which all moves of a year happen."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from scenarios.address import END, START
from scenarios.runner import replicate_seed
from scenarios.scenario import Scenario
from sim.model import CityModel
from ui.city import city_pack
from ui.simulate import Size, memory, prepare, run_key

BEFORE, AFTER = "moving", "housing"  # steps of a year: what stands between them is the moves


@dataclass(frozen=True)
class Moves:
    """`people` float64[year, from, to]: persons a year between counties (in the order of the pack) and, last, the
    outside. Moves within a county are left out."""

    years: np.ndarray
    people: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.people.nbytes


def ask_moves(chosen: Scenario, size: Size, replicate: int) -> Future:
    """The moves of one future; the city is that of the screen's run with the same number."""
    key = (*run_key(chosen, size, replicate), "moves")
    return memory().ask(key, lambda: count_moves(chosen, size, replicate))


def count_moves(chosen: Scenario, size: Size, replicate: int) -> Moves:
    """Lives through the city and counts."""
    pack = city_pack()
    prepare(size.scale)
    policy = chosen.policy(pack, START, END)
    seed = replicate_seed(size.seed, replicate)
    values = size.sets(replicate + 1)[-1]
    model = CityModel(
        policy, start=START, end=END, scale=size.scale, seed=seed, threads=1, pack=pack, parameters=values
    )
    found: list[np.ndarray] = []
    before: list[tuple[np.ndarray, np.ndarray]] = []

    def watch(name: str, city: CityModel) -> None:
        if name == BEFORE:
            before[:] = [whereabouts(city)]
        elif name == AFTER:
            found.append(between(*before[0], *whereabouts(city), len(pack.counties) + 1) / size.scale)

    model.watch = watch
    model.run_until(END)
    return Moves(np.arange(START + 1, END + 1), np.array(found))


def whereabouts(model: CityModel) -> tuple[np.ndarray, np.ndarray]:
    """Keys of all people, ascending, and the node where each lives: a county, or the outside as the last."""
    home = model.households.home[model.people.household].astype(np.int64)
    county = np.append(np.repeat(np.asarray(model.pack.town_county), 2), np.full(model.O, len(model.pack.counties)))
    order = np.argsort(model.people.key, kind="stable")
    return model.people.key[order], county[home][order]


def between(
    keys: np.ndarray, nodes: np.ndarray, keys_after: np.ndarray, nodes_after: np.ndarray, count: int
) -> np.ndarray:
    """float64[from, to] of people whose node has changed. Who has left the model has gone outside, who is new in it
    has come from there; the last node is the outside."""
    outside = count - 1
    _, at, at_after = np.intersect1d(keys, keys_after, assume_unique=True, return_indices=True)
    gone, come = np.setdiff1d(np.arange(len(keys)), at), np.setdiff1d(np.arange(len(keys_after)), at_after)
    start = np.concatenate([nodes[at], nodes[gone], np.full(len(come), outside)])
    end = np.concatenate([nodes_after[at_after], np.full(len(gone), outside), nodes_after[come]])
    table = np.bincount(start * count + end, minlength=count * count).reshape(count, count).astype(np.float64)
    np.fill_diagonal(table, 0.0)
    return table


def net(people: np.ndarray) -> np.ndarray:
    """float64[node]: who came minus who went."""
    return people.sum(axis=0) - people.sum(axis=1)
