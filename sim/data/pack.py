"""A city pack: everything the model knows about one city, as read-only arrays in pack order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.data import plan, vital
from sim.data.errors import DataError, suggestion
from sim.data.tables import Figures, PackFiles, RawTable, frozen

if TYPE_CHECKING:
    import pandas as pd

RESIDENTS = "resident_population"
WAGE = "monthly_wage_urban_nonprivate"


@dataclass(frozen=True, eq=False, repr=False)
class Pack:
    """C counties, T towns, O outside places, each in the order of its table. Arrays are read-only.

    town_county int8[T] and county_region int8[C] are positions in counties and regions. Distances are in km and times
    in minutes, float32[T+O, T+O], towns first, then outside places; see sim.data.geography.road_km for the rule and
    the diagonal. age_group_bounds int64[19, 2] are the first and last age of each group, both inside; the open group
    ends at 100.
    """

    name: str
    title_zh: str
    title_en: str
    hash: str
    folder: Path
    city_id: str
    regions: tuple[str, ...]
    counties: tuple[str, ...]
    towns: tuple[str, ...]
    outside: tuple[str, ...]
    tiers: tuple[str, ...]
    town_county: np.ndarray
    county_region: np.ndarray
    town_tier: tuple[str, ...]
    town_area_km2: np.ndarray
    town_lat: np.ndarray
    town_lon: np.ndarray
    county_area_km2: np.ndarray
    outside_lat: np.ndarray
    outside_lon: np.ndarray
    outside_same_province: np.ndarray  # bool[O]
    distance_km: np.ndarray
    travel_minutes: np.ndarray
    age_groups: tuple[str, ...]
    age_group_bounds: np.ndarray
    pair_ids: tuple[str, ...]
    pairs: tuple[tuple[tuple[str, ...], ...], ...]  # plan's pairs of counties, one group of codes per region
    files: PackFiles
    names: dict[str, tuple[str, str]]  # id -> (zh, en); places, tiers and outside places
    members: dict[str, tuple[int, ...]]  # id -> positions of towns
    county_figures: Figures
    town_figures: Figures
    city_figures: Figures
    surrounding_figures: Figures
    vital_figures: Figures

    def __repr__(self) -> str:
        return f"Pack({self.name}, {self.hash[:12]}, {len(self.towns)} towns)"

    # Places

    @cached_property
    def places(self) -> "pd.DataFrame":
        """The city, regions, counties, clusters and towns: id, kind, parent, name_zh, name_en, region, tier, ..."""
        return self.table("places")

    def towns_of(self, place_id: str) -> np.ndarray:
        """Positions of the towns of a city, region, county, cluster, pair, tier or town: int64[n], ascending."""
        if place_id not in self.members:
            raise self._unknown(place_id, self.members)
        return frozen(self.members[place_id], np.int64)

    def place_name(self, place_id: str, lang: str = "zh") -> str:
        """Name of any place, tier or outside place in 'zh' or 'en'."""
        if place_id not in self.names:
            raise self._unknown(place_id, self.names)
        if lang not in ("zh", "en"):
            raise DataError(f"no language {lang!r}; allowed: zh, en", field="lang")
        return self.names[place_id][lang == "en"]

    def _unknown(self, place_id: str, known: dict) -> DataError:
        named = [i for i, pair in self.names.items() if i in known and str(place_id) in pair]
        hint = f"; did you mean {', '.join(named)}?" if named else suggestion(str(place_id), known)
        return DataError(f"unknown place {place_id!r}{hint}", file=self.files.tables["places"].file, field="id")

    # Counties and the city

    def county_value(self, variable: str, year: int | None) -> np.ndarray:
        """float64[C] of a variable of counties.csv, in its unit there; DataError when a county has no value."""
        return self.county_figures.array(variable, year, self.counties, self._names_zh)

    def county_value_or(self, variable: str, year: int | None, default: "float | np.ndarray") -> np.ndarray:
        """As county_value, with default (one number, or float64[C]) for the counties that have no value."""
        filled = np.broadcast_to(np.asarray(default, dtype=np.float64), (len(self.counties),)).copy()
        for i, code in enumerate(self.counties):
            found = self.county_figures.get(variable, year, code)
            filled[i] = filled[i] if found is None else found[0]
        return frozen(filled, np.float64)

    def county_quality(self, variable: str, year: int | None) -> tuple[str, ...]:
        """Quality mark of each county's value."""
        return self.county_figures.quality(variable, year, self.counties)

    def city_value(self, variable: str, year: int | None) -> float:
        """The city's row of counties.csv."""
        return self.county_figures.one(variable, year, self.city_id, self.title_zh)

    def series(self, variable: str, year: int | str, place: str | None = None) -> float:
        """A figure of city_series.csv (place: the city unless given); the best quality where sources differ."""
        return self.city_figures.one(variable, year, place or self.city_id)

    def age_sex(self, year: int) -> np.ndarray:
        """Residents by county, age group and sex (male, female): int64[C, 19, 2]."""
        return self._once("age_sex", year, self._age_sex)

    def _age_sex(self, year: int) -> np.ndarray:
        table = self.files.tables["counties_age_sex"]
        county = {c: i for i, c in enumerate(self.counties)}
        group = {g: i for i, g in enumerate(self.age_groups)}
        counts = np.full((len(county), len(group), 2), -1, dtype=np.int64)
        for r in table.records():
            if r["year"] == str(year) and r["code"] in county:
                counts[county[r["code"]], group[r["age_group"]], int(r["sex"] == "female")] = int(r["value"])
        if (counts < 0).any():
            years = sorted({r["year"] for r in table.records()})
            raise DataError(f"no residents by age in {year}; years: {', '.join(years)}", file=table.file, field="year")
        return frozen(counts, np.int64)

    # Towns

    def town_residents(self, year: int) -> np.ndarray:
        """Residents of each town in a census year: float64[T]. Most are estimates: see town_quality."""
        return self.town_figures.array(RESIDENTS, year, self.towns, self._names_zh)

    def town_quality(self, year: int | None, variable: str = RESIDENTS) -> tuple[str, ...]:
        """Quality mark of each town's figure; year None for area, lat and lon."""
        return self.town_figures.quality(variable, year, self.towns)

    # The plan

    @cached_property
    def targets(self) -> dict[str, plan.Target]:
        """Targets of the pack's plan by key ("1", "2.primary", "T1"), in the order of its table."""
        return plan.targets(self.files.tables["plan_targets"])

    @cached_property
    def statements(self) -> list[plan.Statement]:
        """Quantities of the plan's text that the audit compares with its table."""
        return plan.statements(self.files.tables["plan_statements"], self.targets)

    # Outside places

    def outside_residents(self, year: int) -> np.ndarray:
        """Residents of each outside place: float64[O]; the sum of its members, or the pack's own figure."""
        values = [self._outside_residents(o, year) for o in self._outside_rows]
        return frozen(values, np.float64)

    def outside_wage_monthly(self, year: int) -> np.ndarray:
        """Monthly wage, yuan, float64[O]: mean over members weighted by residents of 2020, or the pack's own figure."""
        values = []
        for row in self._outside_rows:
            if row.get(f"wage_monthly_{year}"):
                values.append(float(row[f"wage_monthly_{year}"]))
                continue
            members = [m for m in row["members"].split(";") if m]
            if not members:
                raise self._no_outside("wage", year, row)
            wages = self.surrounding_figures.array(WAGE, year, members, {})
            weights = self.surrounding_figures.array(RESIDENTS, self._last_year, members, {})
            values.append(float(wages @ weights / weights.sum()))
        return frozen(values, np.float64)

    def outside_quality(self, what: str) -> tuple[str, ...]:
        """Quality mark of each outside place's 'residents', 'wage' or 'position'."""
        return tuple(row[f"{what}_quality"] for row in self._outside_rows)

    def _outside_residents(self, row: dict[str, str], year: int) -> float:
        members = [m for m in row["members"].split(";") if m]
        if members:
            return float(self.surrounding_figures.array(RESIDENTS, year, members, {}).sum())
        if not row.get(f"residents_{year}"):
            raise self._no_outside("residents", year, row)
        return float(row[f"residents_{year}"])

    def _no_outside(self, what: str, year: int, row: dict[str, str]) -> DataError:
        return DataError(
            f"no {what} in {year} for {row['id']}", file=self.files.tables["outside_places"].file, field=what
        )

    # Births and deaths, literature, tables

    def mortality(self, year: int) -> np.ndarray:
        """Deaths per person-year by single age and sex, float64[101, 2]; see sim.data.vital.mortality."""
        return self._once("mortality", year, partial(vital.mortality, self.vital_figures))

    def fertility(self, year: int) -> np.ndarray:
        """Births per woman in the year by her age, float64[101]; see sim.data.vital.fertility."""
        return self._once("fertility", year, partial(vital.fertility, self.vital_figures))

    def tfr(self, year: int) -> float:
        """Children per woman."""
        return vital.tfr(self.vital_figures, year)

    def sex_ratio_at_birth(self, year: int) -> float:
        """Boys per girl born."""
        return self._once("sex_ratio_at_birth", year, partial(vital.sex_ratio_at_birth, self.vital_figures))

    def _once(self, name: str, year: int, made: Callable):
        """What `made` gives for the year, worked out once: many runs ask for the same years."""
        if (name, year) not in self._made:
            self._made[name, year] = made(year)
        return self._made[name, year]

    @cached_property
    def _made(self) -> dict:
        return {}

    def literature(self, param_id: str) -> dict[str, str | float | None]:
        """One row of literature.csv; value, low and high as numbers where they are numbers, None where empty."""
        table = self.files.tables["literature"]
        rows = {r["param_id"]: r for r in table.records()}
        if param_id not in rows:
            raise DataError(f"no parameter {param_id!r}{suggestion(param_id, rows)}", file=table.file, field="param_id")
        return rows[param_id] | {k: _number(rows[param_id][k]) for k in ("value", "low", "high")}

    def table(self, name: str) -> "pd.DataFrame":
        """A whole table by its name in the description, typed: text, float64, nullable Int64. A new copy each time."""
        if name not in self.files.tables:
            raise DataError(f"no table {name!r}{suggestion(name, self.files.tables)}", field="name")
        return _frame(self.files.tables[name], self.files.resource(name))

    @cached_property
    def _names_zh(self) -> dict[str, str]:
        return {place: zh for place, (zh, _) in self.names.items()}

    @cached_property
    def _outside_rows(self) -> list[dict[str, str]]:
        return list(self.files.tables["outside_places"].records())

    @property
    def _last_year(self) -> int:
        return int(self.files.descriptor["last_observed_year"])


def _number(text: str) -> str | float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _frame(table: RawTable, resource: dict) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(table.rows, columns=list(table.header), dtype=str)
    for described in resource["schema"]["fields"]:
        column = described["name"]
        if described["type"] in ("number", "integer"):
            frame[column] = pd.to_numeric(frame[column].where(frame[column] != "", None))
            frame[column] = frame[column].astype("float64" if described["type"] == "number" else "Int64")
    return frame
