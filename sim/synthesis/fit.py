"""How well a start population agrees with the census, margin by margin; and writing it to files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import catalogue
from sim.codes import (
    DORMITORY,
    EDUCATION_LEVELS,
    EMPLOYED,
    HOMESTEAD,
    MIGRANT_CLASSES,
    NOT_MIGRANT,
    OFFSPRING,
    OTHER,
    OTHER_PROVINCE,
    OWNED,
    PARENT,
    PRIMARY,
    SAME_COUNTY,
    SAME_PROVINCE,
    URBAN_HUKOU,
)
from sim.synthesis.population import StartPopulation
from sim.synthesis.start import start_population
from sim.synthesis.targets import MAX_SIZE, CountyTargets, county_targets

if TYPE_CHECKING:
    import pandas as pd

WORKING_AGE = 16
GENERATION_YEARS = 35  # an OTHER member this much older than the head of three generations is the fourth
COLUMNS = (
    "place",
    "margin",
    "cells",
    "target_total",
    "total_absolute_error_percent",
    "worst_cell",
    "worst_cell_target",
    "worst_cell_value",
)


def migrant_class(population: Any, pack) -> np.ndarray:
    """uint8[h]: migrant class of the head of each household, 255 outside the city."""
    h, t = population.households, len(pack.towns)
    hukou = population.people.hukou_place[h.first].astype(np.int64)
    inside, town = h.home < 2 * t, np.minimum(h.home // 2, t - 1)
    from_city = hukou < t
    county = pack.town_county[np.where(from_city, hukou, 0)]
    same_county = from_city & (county == pack.town_county[town])
    in_province = from_city | pack.outside_same_province[np.where(from_city, 0, hukou - t)]
    kind = np.where(hukou == town, NOT_MIGRANT, np.where(same_county, SAME_COUNTY, SAME_PROVINCE))
    kind = np.where(in_province, kind, OTHER_PROVINCE)
    return np.where(inside, kind, 255).astype(np.uint8)


def generations(population: Any) -> np.ndarray:
    """int64[h]: generations of each household, from the roles of its members."""
    people, h = population.people, population.households
    count, row = len(h), people.household
    child = np.bincount(row[people.role == OFFSPRING], minlength=count) > 0
    parent = np.bincount(row[people.role == PARENT], minlength=count) > 0
    head_birth = people.birth_year[h.first][row]
    oldest = (people.role == OTHER) & (people.birth_year <= head_birth - GENERATION_YEARS)
    fourth = child & parent & (np.bincount(row[oldest], minlength=count) > 0)
    return 1 + child + parent + fourth


def _labels(pack) -> dict[str, list[str]]:
    sexes = ("male", "female")
    return {
        "residents": ["residents"],
        "urban_residents": ["urban"],
        "family_households": ["households"],
        "collective_population": ["persons"],
        "age_sex": [f"{g} {s}" for g in pack.age_groups for s in sexes],
        "household_size": [str(s) for s in range(1, MAX_SIZE)] + [f"{MAX_SIZE}+"],
        "generations": ["1", "2", "3", "4+"],
        "migrant_class": ["local", "same county", "same province", "other province"],
        "education": ["primary or less", "junior", "senior", "college"],
        "employed": ["employed"],
        "sector": ["primary", "secondary", "tertiary"],
        "tenure": ["homestead", "owned", "rented"],
        "town_part": [f"{t} {p}" for t in pack.towns for p in ("rural", "urban")],
        "registered": ["registered"],
        "urban_hukou": ["urban hukou"],
    }


def census_margins(t: CountyTargets, pack, employed: float) -> dict[str, np.ndarray]:
    """Targets of one county at scale 1, by margin."""
    parts = np.zeros((len(pack.towns), 2))
    parts[pack.town_county == t.county] = t.parts
    return {
        "residents": np.array([t.residents]),
        "urban_residents": np.array([t.parts[:, 1].sum()]),
        "family_households": np.array([t.households]),
        "collective_population": np.array([t.collective]),
        "age_sex": t.age_sex.ravel(),
        "household_size": t.sizes,
        "generations": t.generations,
        "migrant_class": t.classes,
        "education": t.education,
        "employed": np.array([employed]),
        "sector": t.sectors * employed,
        "tenure": t.tenure * t.households,
        "town_part": parts.ravel(),
        "registered": np.array([t.registered]),
        "urban_hukou": np.array([t.registered * t.urban_hukou_share]),
    }


def counted_margins(population: Any, pack) -> dict[str, np.ndarray]:
    """int64[C, cells] of each margin in the population, in agents; `adults` besides (residents of 16 and over).

    `population` has `people`, `households` and `year`: a start population, or a model in any year.
    """
    people, h = population.people, population.households
    c_count, t_count = len(pack.counties), len(pack.towns)
    inside = h.home < 2 * t_count
    county = np.where(inside, pack.town_county[np.minimum(h.home // 2, t_count - 1)], c_count)
    row = people.household
    lives = county[row]
    family = inside & (h.tenure != DORMITORY)
    age = population.year - people.birth_year
    group = np.searchsorted(pack.age_group_bounds[:, 0], age, side="right") - 1

    def count(where: np.ndarray, cell: np.ndarray, cells: int, weight: np.ndarray | None = None) -> np.ndarray:
        index = where.astype(np.int64) * cells + cell
        total = np.bincount(index, weight, minlength=(c_count + 1) * cells)[: (c_count + 1) * cells]
        return total.reshape(c_count + 1, cells)[:c_count]

    zero_h, zero_p = np.zeros(len(h), dtype=np.int64), np.zeros(len(people), dtype=np.int64)
    works = people.status == EMPLOYED
    tenure = np.where(h.tenure == HOMESTEAD, 0, np.where(h.tenure == OWNED, 1, 2))
    home = np.where(inside, h.home, 0).astype(np.int64)
    registered = people.hukou_place < t_count
    belongs = pack.town_county[np.where(registered, people.hukou_place, 0)][registered]
    own = zero_p[registered]
    kind = np.minimum(migrant_class(population, pack), OTHER_PROVINCE)
    return {
        "residents": count(lives, zero_p, 1),
        "urban_residents": count(county, zero_h, 1, h.size * (h.home % 2 == 1)),
        "family_households": count(county[family], zero_h[family], 1),
        "collective_population": count(county[~family], zero_h[~family], 1, h.size[~family]),
        "age_sex": count(lives, group * 2 + people.sex, 2 * len(pack.age_groups)),
        "household_size": count(county[family], np.minimum(h.size[family], MAX_SIZE) - 1, MAX_SIZE),
        "generations": count(county[family], generations(population)[family] - 1, 4),
        "migrant_class": count(county, kind, MIGRANT_CLASSES, h.size),
        "education": count(lives, people.education, EDUCATION_LEVELS),
        "employed": count(lives[works], zero_p[works], 1),
        "sector": count(lives[works], people.sector[works] - PRIMARY, 3),
        "tenure": count(county[family], tenure[family], 3),
        "town_part": count(county, home, 2 * t_count, h.size * inside),
        "registered": count(belongs, own, 1),
        "urban_hukou": count(belongs, own, 1, people.hukou_kind[registered] == URBAN_HUKOU),
        "adults": count(lives, zero_p, 1, age >= WORKING_AGE),
    }


def fit_report(population: StartPopulation, pack, year: int) -> "pd.DataFrame":
    """One row a place (counties and the city) and margin: total absolute error in percent, and the worst cell.

    Household sizes above one follow the mean size and a prior shape; of sizes the census gives only one-person homes.

    At a scale below one the numbers of agents are divided by the scale.
    """
    import pandas as pd

    par = catalogue.record("synthesis")
    found = {name: value / population.scale for name, value in counted_margins(population, pack).items()}
    labels, rows = _labels(pack), []
    targets = county_targets(pack, year, par)
    wanted = [census_margins(t, pack, t.employment_rate * found["adults"][t.county, 0]) for t in targets]
    for name, cells in labels.items():
        aims = np.stack([w[name] for w in wanted])
        for c, code in enumerate(pack.counties):
            rows.append((code, name, *_compare(aims[c], found[name][c], cells)))
        rows.append((pack.city_id, name, *_compare(aims.sum(axis=0), found[name].sum(axis=0), cells)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _compare(aim: np.ndarray, value: np.ndarray, labels: list[str]) -> tuple:
    gap = np.abs(aim - value)
    worst = int(np.argmax(gap))
    cells = int(((aim > 0) | (value > 0)).sum())
    return (
        cells,
        float(aim.sum()),
        float(100 * gap.sum() / aim.sum()),
        labels[worst],
        float(aim[worst]),
        float(value[worst]),
    )


def write(population: StartPopulation, out_dir: str | Path) -> "pd.DataFrame":
    """Writes persons.parquet, households.parquet and fit.csv into the folder; returns the fit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    for name, table in (("persons", population.people), ("households", population.households)):
        columns = pa.table({field: getattr(table, field) for field in table.FIELDS})
        pq.write_table(columns, out / f"{name}.parquet", compression="zstd")
    population.report.to_csv(out / "fit.csv", index=False)
    return population.report


def synthesise(year: int, scale: float = 1.0, out: str | Path | None = None, pack=None) -> "pd.DataFrame":
    """Makes (or takes from the cache) the start population, writes it if `out` is given, and returns its fit."""
    from sim.data import load_pack

    population = start_population(pack or load_pack(), year, scale)
    return write(population, out) if out else population.report
