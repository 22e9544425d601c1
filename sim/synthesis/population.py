"""The start population as it is handed out: people and households of the whole city or of a sample."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.draws import in_sample
from sim.households import Households
from sim.people import People

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class StartPopulation:
    """People and households of a census year at a scale. Columns are read-only: take copies to change them.

    At scale s a household stands for 1/s households.
    """

    people: People
    households: Households
    year: int
    scale: float
    pack: object

    @cached_property
    def town_farmland(self) -> np.ndarray:
        """float64[T]: contracted farmland of the households with rights in each town, mu in agent units."""
        rows = self.households.homestead >= 0
        homestead = self.households.homestead[rows]
        return np.bincount(homestead, self.households.land[rows].astype(np.float64), minlength=len(self.pack.towns))

    @cached_property
    def report(self) -> "pd.DataFrame":
        """How the population fits the census: see `fit.fit_report`."""
        from sim.synthesis.fit import fit_report

        return fit_report(self, self.pack, self.year)


def freeze(table: People | Households) -> None:
    """Makes the columns read-only, so that nobody changes a population that others share."""
    columns = {name: getattr(table, name) for name in table.FIELDS}
    for column in columns.values():
        column.setflags(write=False)
    table.hold(columns, len(table))


def sample(people: People, households: Households, scale: float) -> tuple[People, Households]:
    """The households whose key is in the city of this scale, with their members; ties to others become -1."""
    chosen = in_sample(households.key, scale)
    rows = np.flatnonzero(chosen)
    new_row = np.full(len(households), -1, dtype=np.int32)
    new_row[rows] = np.arange(len(rows), dtype=np.int32)
    few, small = People(int(households.size[rows].sum())), Households(len(rows))
    members = np.flatnonzero(chosen[people.household])
    for table, source, at in ((few, people, members), (small, households, rows)):
        for name in table.FIELDS:
            setattr(table, name, getattr(source, name)[at])
    few.household = new_row[few.household]
    small.first = np.cumsum(small.size) - small.size
    small.tie = np.where(small.tie >= 0, new_row[np.maximum(small.tie, 0)], -1)
    return few, small
