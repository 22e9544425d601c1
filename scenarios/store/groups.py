"""People by group, year by year: county, census class of registration, age. Kept when an experiment asks for groups.

The counts are those of `sim.groups`: right after incomes are paid, before anybody moves in the year.
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.group_measures import AGES

if TYPE_CHECKING:
    import pyarrow as pa

CLASSES = ("local", "same_county", "same_province", "other_province")  # in the order of sim.codes
FEN = 100.0


class GroupCounts:
    """Takes a city's counts in its start year and, as `take` is called with the year, after each year lived."""

    def __init__(self, city):
        self.city = city
        self.county_of = np.asarray(city.pack.town_county, np.int64)
        self.years: list[int] = []
        self.rows: list[np.ndarray] = []  # int64[county, class, age, (persons, fen)]
        self.take(city.year)

    def take(self, year: int) -> None:
        """Adds the year's counts."""
        people = self.city.groups.people
        by_county = np.zeros((self.city.C, *people.shape[1:]), np.int64)
        np.add.at(by_county, self.county_of, people)
        self.years.append(year)
        self.rows.append(by_county)

    def table(self) -> "pa.Table":
        """One row a year, county, class and age; persons of the whole city, disposable income in yuan a head."""
        import pyarrow as pa

        values = np.stack(self.rows)
        y, c, m, a = (axis.ravel() for axis in np.indices(values.shape[:4], dtype=np.int32))
        persons, fen = values.reshape(-1, 2).T.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            income = np.where(persons > 0, fen / persons / FEN, np.nan)
        return pa.table(
            {
                "year": np.array(self.years, np.int16)[y],
                "county": pa.DictionaryArray.from_arrays(c, list(self.city.pack.counties)),
                "registered": pa.DictionaryArray.from_arrays(m, list(CLASSES)),
                "age": pa.DictionaryArray.from_arrays(a, list(AGES)),
                "persons": persons / self.city.scale,
                "income_per_head": pa.array(income, from_pandas=True),
            }
        )


def joined(tables: list[tuple[int, "pa.Table"]]) -> "pa.Table":
    """Tables of several runs with a column `run` in front."""
    import pyarrow as pa

    return pa.concat_tables(t.add_column(0, "run", pa.array(np.full(t.num_rows, run, np.int32))) for run, t in tables)
