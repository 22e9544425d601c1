"""People by group, year by year: county, census class of migration, age. Kept when an experiment asks for groups.

Counts are whole numbers and incomes whole fen, so sums do not depend on the order of rows.
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.codes import EMPLOYED, MIGRANT_CLASSES
from sim.indicators import OLD_FROM, WORKING_FROM, migrant_class

if TYPE_CHECKING:
    import pyarrow as pa

CLASSES = ("local", "same_county", "same_province", "other_province")  # in the order of sim.codes
AGES = ("0_14", "15_59", "60_plus")
FEN = 100.0


class GroupCounts:
    """Counts a city after each year; `count` is called with the year."""

    def __init__(self, city):
        self.city = city
        towns, pack = city.T, city.pack
        places = towns + city.O
        self.class_of = np.array(
            [
                [migrant_class(h, t, pack.town_county, pack.outside_same_province, towns) for h in range(places)]
                for t in range(towns)
            ],
            np.int64,
        )
        self.county_of = np.asarray(pack.town_county, np.int64)
        self.years: list[int] = []
        self.rows: list[np.ndarray] = []  # float64[county, class, age, column]
        self.count(city.year)

    def count(self, year: int) -> None:
        """Adds the year's row."""
        people, homes = self.city.people, self.city.households
        h = homes.rows
        place = h.home[people.household].astype(np.int64)
        inside = place < 2 * self.city.T
        place, household = place[inside], people.household[inside]
        town = place // 2
        age = year - people.birth_year[inside].astype(np.int64)
        band = (age >= WORKING_FROM).astype(np.int64) + (age >= OLD_FROM)
        kind = self.class_of[town, people.hukou_place[inside]]
        shape = (self.city.C, MIGRANT_CLASSES, len(AGES))
        cell = np.ravel_multi_index((self.county_of[town], kind, band), shape)
        income = h.wage_income.astype(np.float64) + h.business_income + h.property_income + h.transfer_income
        a_head = np.floor(income / np.maximum(h.size, 1) * FEN + 0.5)[household]
        size = int(np.prod(shape))
        urban, works = place % 2 == 1, people.status[inside] == EMPLOYED
        columns = [np.bincount(cell, w, size) for w in (None, urban, works, a_head)]
        self.years.append(year)
        self.rows.append(np.stack(columns, axis=-1).reshape(*shape, len(columns)))

    def table(self) -> "pa.Table":
        """One row a year, county, class and age; persons of the whole city, income in yuan a head."""
        import pyarrow as pa

        values = np.stack(self.rows)
        counties, (years, c, k, a) = self.city.pack.counties, values.shape[:4]
        y, p, m, g = (axis.ravel() for axis in np.indices((years, c, k, a), dtype=np.int32))
        flat = values.reshape(-1, values.shape[-1])
        persons = flat[:, 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            income = np.where(persons > 0, flat[:, 3] / persons / FEN, np.nan)
        return pa.table(
            {
                "year": np.array(self.years, np.int16)[y],
                "county": pa.DictionaryArray.from_arrays(p, list(counties)),
                "migrant_class": pa.DictionaryArray.from_arrays(m, list(CLASSES)),
                "age": pa.DictionaryArray.from_arrays(g, list(AGES)),
                "persons": persons / self.city.scale,
                "urban_persons": flat[:, 1] / self.city.scale,
                "employed": flat[:, 2] / self.city.scale,
                "income_per_head": income,
            }
        )


def joined(tables: list[tuple[int, "pa.Table"]]) -> "pa.Table":
    """Tables of several runs with a column `run` in front."""
    import pyarrow as pa

    return pa.concat_tables(t.add_column(0, "run", pa.array(np.full(t.num_rows, run, np.int32))) for run, t in tables)
