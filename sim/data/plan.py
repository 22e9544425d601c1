"""Targets of the pack's plan, as figures that can be compared: a number, an inequality, or "set by the province"."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.data.errors import DataError

SET_BY_PROVINCE = "set_by_province"
SIGNS = (">=", "<=", ">", "<")
ROUNDING = 1e-8  # relative: amounts of money are whole fen
# Units of plan tables that count in larger steps than the catalogue: name there -> (unit of the catalogue, factor)
LARGER = {"10000_persons": ("persons", 1e4), "10000_homes": ("homes", 1e4)}


@dataclass(frozen=True)
class Figure:
    """One figure of a plan: `sign` is "", ">", ">=", "<" or "<="; value in the unit of the row."""

    value: float
    sign: str = ""
    decimals: int = 0  # as written

    def met(self, value: float, better: str) -> bool:
        """Whether a value reaches the figure: an inequality as it stands, a plain number from its better side.

        What differs by rounding only (a half of the revenue, to the fen) is equal.
        """
        sign = self.sign or (">=" if better == "higher" else "<=")
        if abs(value - self.value) <= ROUNDING * abs(self.value):
            return "=" in sign
        return {
            ">": value > self.value,
            ">=": value >= self.value,
            "<": value < self.value,
            "<=": value <= self.value,
        }[sign]

    def __str__(self) -> str:
        return f"{self.sign}{self.value:.{self.decimals}f}"


Stated = Figure | Literal["set_by_province"] | None


@dataclass(frozen=True)
class Target:
    """One row of plan_targets.csv; `key` is the id, with the part where there is one ("2.primary")."""

    key: str
    category: dict[str, str]
    title: dict[str, str]
    unit: str
    base: Figure | None
    base_year: int
    stated: dict[int, Stated]  # target year -> figure
    better: str  # higher, lower
    attribute: str  # expected, binding, text
    note: str

    @property
    def figures(self) -> dict[int, Figure]:
        """Target years that have a number."""
        return {year: f for year, f in self.stated.items() if isinstance(f, Figure)}

    def path(self, years: np.ndarray) -> np.ndarray:
        """float64[years]: straight lines from the base through the stated figures; NaN outside of them."""
        known = {**({self.base_year: self.base} if self.base else {}), **self.figures}
        if not known:
            return np.full(len(years), np.nan)
        at = sorted(known)
        line = np.interp(years, at, [known[y].value for y in at])
        return np.where((years >= at[0]) & (years <= at[-1]), line, np.nan)


@dataclass(frozen=True)
class Statement:
    """One quantity of the plan's text, for a row of the table (`target`) or for a topic of its own."""

    key: str
    target: str
    topic: dict[str, str]
    kind: str  # observed, target
    year: int
    figure: Figure
    unit: str
    chapter: str
    quote: dict[str, str]


def figure(text: str, where: str, file: str) -> Stated:
    """A cell of the table: "", a number, an inequality or set_by_province."""
    if not text:
        return None
    if text == SET_BY_PROVINCE:
        return SET_BY_PROVINCE
    sign = next((s for s in SIGNS if text.startswith(s)), "")
    try:
        number = text[len(sign) :]
        return Figure(float(number), sign, len(number.partition(".")[2]))
    except ValueError:
        said = f"must be a number, an inequality or {SET_BY_PROVINCE}, got {text!r}"
        raise DataError(said, file=file, field=where) from None


def targets(table) -> dict[str, Target]:
    """key -> Target, in the order of the table; columns base_YYYY and target_YYYY name the years."""
    bases = [c for c in table.header if c.startswith("base_")]
    aims = [c for c in table.header if c.startswith("target_")]
    found = {}
    for row in table.records():
        key = f"{row['id']}.{row['part']}" if row["part"] else row["id"]
        base = figure(row[bases[0]], bases[0], table.file)
        found[key] = Target(
            key=key,
            category={"zh": row["category_zh"], "en": row["category_en"]},
            title={"zh": row["indicator_zh"], "en": row["indicator_en"]},
            unit=row["unit"],
            base=base if isinstance(base, Figure) else None,
            base_year=int(bases[0].removeprefix("base_")),
            stated={int(c.removeprefix("target_")): figure(row[c], c, table.file) for c in aims},
            better=row["better"],
            attribute=row["attribute"],
            note=row["note"],
        )
    return found


def statements(table, known: dict[str, Target]) -> list[Statement]:
    """Quantities of the text, in the order of the table; DataError for a row of the plan that there is not."""
    found = []
    for row, line in zip(table.records(), table.lines, strict=True):
        said = figure(row["figure"], "figure", table.file)
        if (row["target"] and row["target"] not in known) or not isinstance(said, Figure):
            what = f"must be a row of the plan's table, got {row['target']!r}"
            raise DataError(what, file=table.file, line=line, field="target")
        topic = known[row["target"]].title if row["target"] else {"zh": row["topic_zh"], "en": row["topic_en"]}
        found.append(
            Statement(
                key=row["id"],
                target=row["target"],
                topic=topic,
                kind=row["kind"],
                year=int(row["year"]),
                figure=said,
                unit=row["unit"],
                chapter=row["chapter"],
                quote={"zh": row["quote_zh"], "en": row["quote_en"]},
            )
        )
    return found
