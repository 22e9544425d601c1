"""Observed figures, read from a table: one row a figure; a row that cannot be used is refused by its line."""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from scenarios.errors import ScenarioError
from sim.paths import LAST_YEAR

COLUMNS = ("year", "place", "indicator", "value", "sd")
# Indicator -> scale, and one standard deviation where the row gives none: of the logarithm, or in the indicator's
# unit. Yearly residents rest on a sample of one in a hundred; incomes on some 400 households a kind (targets/errors).
OBSERVED = {
    "residents": ("log", 0.005),
    "urban_residents": ("log", 0.01),
    "urbanisation_rate": ("points", 0.5),
    "income_urban": ("log", 0.025),
    "income_rural": ("log", 0.025),
    "income_ratio": ("points", 0.05),
}


@dataclass(frozen=True)
class Observation:
    """A figure of a year; `sd` of its logarithm on the log scale, else in the indicator's unit."""

    year: int
    place: str
    indicator: str
    value: float
    sd: float
    line: int

    @property
    def is_log(self) -> bool:
        return OBSERVED[self.indicator][0] == "log"

    def deviation(self, found: np.ndarray) -> np.ndarray:
        """How far the model is from the figure, on its scale; positive = the model is higher."""
        return np.log(np.maximum(found, 1e-9) / self.value) if self.is_log else found - self.value


def read_observations(path: Path, pack, start: int) -> list[Observation]:
    """The rows of a file; ScenarioError with file, line and field where one cannot be used."""
    shown = path.name
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ScenarioError(f"cannot read observations ({why})", f"无法读取观测（{why}）", file=str(path)) from None
    head = [c.strip() for c in rows[0]] if rows else []
    needed = COLUMNS[:-1]
    if not set(needed) <= set(head) or len(set(head)) < len(head):
        said = ", ".join(needed)
        raise ScenarioError(f"columns must be {said} (and sd)", f"列须为 {said}（可加 sd）", file=shown, line=1)
    found: list[Observation] = []
    for line, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            one = _row(dict(zip(head, row, strict=False)), len(row) == len(head), pack, start, shown, line)
            if any((o.year, o.place, o.indicator) == (one.year, one.place, one.indicator) for o in found):
                raise ScenarioError("is given twice", "重复", file=shown, line=line)
            found.append(one)
    if not found:
        raise ScenarioError("holds no observation", "没有观测", file=shown)
    return found


def _row(row: dict[str, str], whole: bool, pack, start: int, file: str, line: int) -> Observation:
    def refuse(field: str, en: str, zh: str) -> ScenarioError:
        return ScenarioError(en, zh, file=file, line=line, field=field)

    if not whole:
        raise refuse("", "has not as many values as the head", "值的个数与表头不同")
    places = (pack.city_id, *pack.counties)
    for field, allowed in (("place", places), ("indicator", tuple(OBSERVED))):
        if row[field] not in allowed:
            near = get_close_matches(row[field], allowed, n=1)
            meant, zh = (f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？") if near else ("", "")
            en = f"must be one of {', '.join(allowed)}, got {row[field]!r}{meant}"
            raise refuse(field, en, f"须为 {'、'.join(allowed)} 之一，现为 {row[field]!r}{zh}")
    numbers = {}
    for field in ("year", "value", "sd"):
        text = row.get(field, "").strip()
        if field == "sd" and not text:
            continue
        try:
            numbers[field] = float(text)
        except ValueError:
            raise refuse(field, f"must be a number, got {text!r}", f"须为数字，现为 {text!r}") from None
        if not np.isfinite(numbers[field]) or (field != "year" and numbers[field] <= 0):
            raise refuse(field, f"must be above 0, got {text}", f"须大于 0，现为 {text}")
    year = numbers["year"]
    if year != int(year) or not start < year <= LAST_YEAR:
        raise refuse(
            "year", f"must be from {start + 1} to {LAST_YEAR}, got {row['year']}", f"须在 {start + 1}—{LAST_YEAR}"
        )
    scale, usual = OBSERVED[row["indicator"]]
    if row["indicator"] == "urbanisation_rate" and numbers["value"] > 100:
        raise refuse("value", "must be at most 100 (percent)", "须不超过 100（百分数）")
    sd = numbers.get("sd")
    if sd is not None and scale == "log":
        sd = sd / numbers["value"]  # given in the unit of the figure
    return Observation(int(year), row["place"], row["indicator"], numbers["value"], sd or usual, line)
