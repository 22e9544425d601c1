"""Targets: measures by place, joined with the figures of the city pack and their errors."""

import csv
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from calibration.targets import errors
from calibration.targets.left_out import left_out
from scenarios.errors import ScenarioError
from sim import catalogue
from sim.catalogue import indicators
from sim.synthesis.fit import census_margins
from sim.synthesis.targets import county_targets

MEASURES = Path(__file__).with_name("measures.csv")
FIRST, LAST = 2010, 2020  # no figure after the later census is a target
SCALES, PLACES = ("log", "points"), ("county", "city")
COLUMNS = (
    "measure", "family", "title_zh", "title_en", "place", "year", "unit", "margin", "cell", "per", "scale",
    "sampling", "definition", "definition_source", "source",
)  # fmt: skip
SEXES = ("male", "female")
CENSUS_CLASSES = ("migrants_same_county", "migrants_same_province", "migrants_other_province")
MARGINS = (
    "residents", "urban_residents", "age_sex", "family_households", "household_size", "generations", "education",
    "sector", "tenure",
)  # fmt: skip
OTHERS = ("floor_area",)  # made of several columns: `observing.floor_area`
PERS = ("", "start", "residents", "family_households", "employed")


@dataclass(frozen=True)
class Measure:
    """One row of measures.csv. `margin` names a table of `sim.synthesis.fit`, an indicator or one of OTHERS.

    `definition` is one standard deviation: percent of the figure on the log scale, its own unit on the points scale.
    """

    measure: str
    family: str
    title: dict[str, str]
    place: str
    year: int
    unit: str
    margin: str
    cell: str
    per: str
    scale: str
    sampling: str
    definition: float
    definition_source: str
    source: str
    line: int

    @property
    def is_cohort(self) -> bool:
        return self.per == "start"


@dataclass(frozen=True)
class Target:
    """A published figure that a run of the model is held against. Errors in the unit of `scale` (log or points)."""

    id: str
    measure: Measure
    place: str
    value: float
    sampling: float
    definition: float
    quality: float
    mark: str  # of the row in the pack
    left_out: bool = False  # kept from every fit
    sex: int = -1  # cohorts: 0 male, 1 female
    age: tuple[int, int] = (-1, -1)  # cohorts: first and last age in the first census

    @property
    def family(self) -> str:
        return self.measure.family

    @cached_property
    def sd(self) -> float:
        """One standard deviation of the figure: of its logarithm on the log scale."""
        return errors.total_sd(self.sampling, self.definition, self.quality)

    def deviation(self, found: np.ndarray | float) -> np.ndarray | float:
        """How far the model is from the figure, on the target's scale; positive = the model is higher."""
        if self.measure.scale == "log":
            return np.log(np.maximum(found, 1e-9) / self.value)
        return found - self.value


def _refuse(line: int, field: str, en: str, zh: str, file: str) -> ScenarioError:
    return ScenarioError(en, zh, file=file, line=line, field=field)


def read_measures(path: Path = MEASURES) -> list[Measure]:
    """The rows of a file of measures; ScenarioError with file, line and field where a row cannot be used."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        head = next(reader, [])
        if tuple(head) != COLUMNS:
            said = ", ".join(COLUMNS)
            raise _refuse(1, "", f"columns must be {said}", f"列须为 {said}", path.name)
        found = [_measure(dict(zip(head, row, strict=False)), row, reader.line_num, path.name) for row in reader]
    seen: set[str] = set()
    for one in found:
        if one.measure in seen:
            raise _refuse(one.line, "measure", f"{one.measure!r} is given twice", f"{one.measure!r} 重复", path.name)
        seen.add(one.measure)
    return found


def _measure(row: dict[str, str], cells: list[str], line: int, file: str) -> Measure:
    if len(cells) != len(COLUMNS):
        en = f"has {len(cells)} cells, the head {len(COLUMNS)}"
        raise _refuse(line, "", en, f"有 {len(cells)} 格，表头 {len(COLUMNS)} 列", file)
    allowed = {"place": PLACES, "scale": SCALES, "sampling": errors.KINDS, "per": PERS}
    allowed["margin"] = (*MARGINS, *OTHERS, *indicators())
    for field, values in allowed.items():
        if row[field] not in values:
            said = ", ".join(v for v in values[:12] if v)
            raise _refuse(line, field, f"must be one of {said}, got {row[field]!r}", f"须为 {said} 之一", file)
    for field in ("measure", "family", "title_zh", "title_en", "unit", "definition_source", "source"):
        if not row[field].strip():
            raise _refuse(line, field, "must not be empty", "不得为空", file)
    year, sd = _number(row, "year", line, file), _number(row, "definition", line, file)
    if not (year == int(year) and FIRST < year <= LAST):
        raise _refuse(line, "year", f"must be from {FIRST + 1} to {LAST}", f"须在 {FIRST + 1}—{LAST}", file)
    if not 0 <= sd < np.inf:
        raise _refuse(line, "definition", "must be 0 or more", "须不小于 0", file)
    title = {"zh": row["title_zh"], "en": row["title_en"]}
    kept = {k: row[k] for k in COLUMNS if k not in ("title_zh", "title_en", "year", "definition")}
    return Measure(**kept, title=title, year=int(year), definition=sd, line=line)


def _number(row: dict[str, str], field: str, line: int, file: str) -> float:
    try:
        return float(row[field])
    except ValueError:
        raise _refuse(line, field, f"must be a number, got {row[field]!r}", "须为数字", file) from None


def cohort_ages(cell: str) -> list[tuple[int, int]]:
    """Five-year groups inside '10-74': (10, 14), (15, 19) ... (70, 74)."""
    first, last = (int(a) for a in cell.split("-"))
    return [(a, a + 4) for a in range(first, last, 5)]


def census_tables(pack, year: int) -> dict[str, np.ndarray]:
    """float64[C, cells]: the census by margin, in the definitions of the start population; employed of 16 and over."""
    counties = county_targets(pack, year, catalogue.record("synthesis"))
    ages = pack.age_sex(year).sum(axis=2).astype(float)  # adults: all groups from 20 on, and four fifths of 15-19
    whole = pack.age_group_bounds[:, 0] >= 20
    partly = pack.age_group_bounds[:, 0] == 15
    adults = ages[:, whole].sum(axis=1) + 0.8 * ages[:, partly].sum(axis=1)
    tables = [census_margins(t, pack, t.employment_rate * adults[t.county]) for t in counties]
    return {name: np.stack([t[name] for t in tables]).astype(float) for name in (*MARGINS, "employed")}


def cohort(age_sex: np.ndarray, bounds: np.ndarray, ages: tuple[int, int], sex: int) -> np.ndarray:
    """[C]: people of these ages (both inside) and sex in a table [C, groups * 2]."""
    inside = np.flatnonzero((bounds[:, 0] >= ages[0]) & (bounds[:, 1] <= ages[1]))
    return age_sex.reshape(len(age_sex), -1, 2)[:, inside, sex].sum(axis=1)


@lru_cache(maxsize=4)
def targets(pack, path: Path = MEASURES) -> tuple[Target, ...]:
    """All targets of a pack, in the order of the file and of the pack's counties."""
    first, last = census_tables(pack, FIRST), census_tables(pack, LAST)
    found: list[Target] = []
    for m in read_measures(path):
        if m.place == "city":
            found.append(_city_target(pack, m))
        elif m.is_cohort:
            found += _cohort_targets(pack, m, first["age_sex"], last["age_sex"])
        else:
            found += _county_targets(pack, m, last)
    families = {t.family for t in found}
    out = set().union(*(left_out(t.id for t in found if t.family == family) for family in families))
    return tuple(replace(t, left_out=t.id in out) for t in found)


def _made(m: Measure, place: str, value: float, size: float, mark: str, **more) -> Target:
    tail = f"/{SEXES[more['sex']]}/{more['age'][0]}-{more['age'][1]}" if more else ""
    unit = value if m.scale == "log" else 1.0  # of the target's scale, in the unit of the value
    sampling = errors.sampling_sd(m.sampling, value, size) / unit
    definition = m.definition / 100.0 if m.scale == "log" else m.definition
    quality = errors.QUALITY[mark] * value / unit
    return Target(f"{m.measure}/{place}{tail}", m, place, value, sampling, definition, quality, mark, **more)


def _county_targets(pack, m: Measure, census: dict[str, np.ndarray]) -> list[Target]:
    variable = m.source.split(";")[0].split(":")[1]
    if m.margin in (*CENSUS_CLASSES, *OTHERS):
        values = pack.county_value(variable, m.year)
    else:
        values = census[m.margin][:, int(m.cell)]
        values = 100.0 * values / census[m.per].sum(axis=1) if m.per else values
    sizes = census["employed" if m.sampling == "employed" else "family_households"][:, 0]
    marks = pack.county_quality(variable, m.year)
    rows = zip(pack.counties, values.tolist(), sizes.tolist(), marks, strict=True)
    return [_made(m, place, value, size, mark) for place, value, size, mark in rows]


def _cohort_targets(pack, m: Measure, first: np.ndarray, last: np.ndarray) -> list[Target]:
    found, years = [], LAST - FIRST
    for sex in range(len(SEXES)):
        for low, high in cohort_ages(m.cell):
            born = cohort(first, pack.age_group_bounds, (low, high), sex)
            left = cohort(last, pack.age_group_bounds, (low + years, high + years), sex)
            for c, place in enumerate(pack.counties):
                found.append(_made(m, place, left[c] / born[c], 1.0, "official", sex=sex, age=(low, high)))
    return found


def _city_target(pack, m: Measure) -> Target:
    value, mark = pack.city_figures.get(m.source.split(":")[1], m.year, pack.city_id)
    return _made(m, pack.city_id, value, 1.0, mark)
