"""Factors: the levers, assumptions, parameters or inputs that a design moves, and how a file names them.

levers:
  permit_parity: {low: 0.6, high: 1.0, from: 2021}              the whole city
  new_homes: {west: {low: 0, high: 4000, from: 2021, steps: 5}}  one place
  rent_subsidy: {values: [0, 0.3], from: 2021}                   listed values (grid, one at a time)
assumptions: {fertility_level: {low: 0.8, high: 1.2}}
parameters: {separation_rate: {low: 0.02, high: 0.06}}
inputs: {x1: {low: 0, high: 1}}                                  of a model that is a plain function
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from scenarios.marked import Marked
from sim.catalogue import Entry, assumptions, levers, parameters
from sim.paths import Path, PolicyError, check_value, check_year
from sim.policy import check_place, place_ranks, unknown

KINDS = ("levers", "assumptions", "parameters", "inputs")
_WORDS = ("low", "high", "steps", "values", "from", "only", "unit")
STEPS = 3  # values of a range in a grid or one at a time, where the file does not say
MOST_STEPS = 1000


@dataclass(frozen=True)
class Factor:
    """One moved thing. `low`..`high` in the catalogue's unit; `levels` are its values in a grid."""

    kind: str  # one of KINDS
    key: str
    place: str  # of a lever; "" for the others
    low: float
    high: float
    levels: tuple[float, ...]
    listed: bool = False  # the file lists values: there is nothing between them
    since: int | None = None
    only: int | None = None
    whole: bool = True  # the place is the whole city

    @property
    def name(self) -> str:
        """Column in tables: the key, and the place where it is not the whole city."""
        return self.key if self.whole else f"{self.key}__{self.place}"

    @property
    def field(self) -> str:
        return f"{self.kind}.{self.key}" + ("" if self.whole else f".{self.place}")

    @property
    def entry(self) -> Entry | None:
        """Description in the catalogue; inputs have none."""
        tables = {"levers": levers, "assumptions": assumptions, "parameters": parameters}
        return tables[self.kind]()[self.key] if self.kind in tables else None

    def title(self, lang: str, pack=None) -> str:
        """Name for people."""
        if self.entry is None:
            return self.key
        text = self.entry.title[lang]
        if self.whole or pack is None:
            return text
        return f"{text}（{pack.place_name(self.place, lang)}）" if lang == "zh" else (
            f"{text} ({pack.place_name(self.place, lang)})"
        )  # fmt: skip

    def path(self, value: float) -> Path:
        """The value as a path by year."""
        if self.only is not None:
            return Path.only(self.only, value)
        return Path.constant(value) if self.since is None else Path.starting(self.since, value)


def read_factors(marked: Marked, pack, city: bool) -> tuple[Factor, ...]:
    """All factors in the order levers, assumptions, parameters, inputs and of the file; errors name line and field."""
    found: list[Factor] = []
    for kind in KINDS:
        section = marked.data.get(kind)
        if section is None:
            continue
        if not isinstance(section, dict) or not section:
            raise marked.error("must be a mapping of names to ranges", "须为名称到取值范围的映射", kind)
        if (kind == "inputs") == city:
            en = "inputs are for a model that is a function" if city else f"the model is a function and has no {kind}"
            zh = "inputs 只用于函数模型" if city else f"函数模型没有 {kind}"
            raise marked.error(en, zh, kind)
        for key, raw in section.items():
            found += _read(marked, kind, str(key), raw, pack)
    return tuple(found)


def _read(marked: Marked, kind: str, key: str, raw: Any, pack) -> Iterator[Factor]:
    field = f"{kind}.{key}"
    try:
        entry = _entry(kind, key)
        if not isinstance(raw, dict):
            raise PolicyError("must be a range, {low: ..., high: ...}", "须为范围 {low: ..., high: ...}", field)
        if kind != "levers":
            return [_factor(kind, key, "", True, raw, entry, field)]
        ranks = place_ranks(pack)
        if any(word in _WORDS for word in raw) or not any(isinstance(v, dict) for v in raw.values()):
            return [_factor(kind, key, pack.city_id, True, raw, entry, field)]
        return [
            _factor(
                kind, key, check_place(str(place), pack, ranks, field), str(place) == pack.city_id, spec, entry,
                f"{field}.{place}",
            )
            for place, spec in raw.items()
        ]  # fmt: skip
    except PolicyError as error:
        raise marked.error(error.en, error.zh, error.field) from None


def _entry(kind: str, key: str) -> Entry | None:
    if kind == "inputs":
        return None
    known = {"levers": levers, "assumptions": assumptions, "parameters": parameters}[kind]()
    if key in known:
        return known[key]
    if kind != "parameters":
        raise unknown(kind[:-1], key, known, kind)
    near = get_close_matches(key, list(known), n=1)
    en, zh = (f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？") if near else ("", "")
    raise PolicyError(f"unknown parameter {key!r}{en}", f"未知参数 {key!r}{zh}", f"{kind}.{key}")


def _factor(kind: str, key: str, place: str, whole: bool, raw: Any, entry: Entry | None, field: str) -> Factor:
    if not isinstance(raw, dict):
        raise PolicyError("must be a range, {low: ..., high: ...}", "须为范围 {low: ..., high: ...}", field)
    _check_words(raw, kind, entry, field)
    if "values" in raw:
        levels, low, high = _listed(raw["values"], entry, f"{field}.values")
    else:
        for word in ("low", "high"):
            if word not in raw:
                raise PolicyError(f"`{word}` is missing", f"缺少 {word}", field)
        low, high = (_number(raw[word], entry, f"{field}.{word}") for word in ("low", "high"))
        if not low < high:
            en = f"the range is upside down: low {low:g} is not below high {high:g}"
            raise PolicyError(en, f"范围颠倒：low {low:g} 不小于 high {high:g}", field)
        levels = _levels(low, high, raw.get("steps", STEPS), f"{field}.steps")
    years = {word: check_year(raw[word], f"{field}.{word}") if word in raw else None for word in ("from", "only")}
    return Factor(kind, key, place, low, high, levels, "values" in raw, years["from"], years["only"], whole)


def _check_words(raw: dict, kind: str, entry: Entry | None, field: str) -> None:
    allowed = _WORDS if kind in ("levers", "assumptions") else ("low", "high", "steps", "values", "unit")
    for word in raw:
        if word not in allowed:
            near = get_close_matches(str(word), allowed, n=1)
            en = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(allowed)}"
            zh = f"；是否指 {near[0]!r}？" if near else f"；可用：{'、'.join(allowed)}"
            raise PolicyError(f"unknown key {str(word)!r}{en}", f"未知键 {str(word)!r}{zh}", f"{field}.{word}")
    if "unit" in raw and entry is not None and raw["unit"] != entry.unit:
        raise PolicyError(
            f"unit of {entry.key} is {entry.unit}, got {raw['unit']!r}",
            f"“{entry.title['zh']}”的单位是 {entry.unit}，现为 {raw['unit']!r}",
            f"{field}.unit",
        )
    for first, second in (("from", "only"), ("values", "low"), ("values", "high"), ("values", "steps")):
        if first in raw and second in raw:
            en, zh = f"give `{first}` or `{second}`, not both", f"{first} 与 {second} 只能用一个"
            raise PolicyError(en, zh, field)


def _number(value: Any, entry: Entry | None, field: str) -> float:
    if entry is not None and np.ndim(entry.default) == 0:
        return check_value(entry, value, field)
    if entry is not None:
        raise PolicyError(
            f"{entry.key} is a list of numbers; a range moves single numbers only (use an ensemble)",
            f"“{entry.title['zh']}”是一组数，范围只用于单个数（请用参数组文件）",
            field.rpartition(".")[0],
        )
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise PolicyError(f"must be a number, got {value!r}", f"须为数，现为 {value!r}", field)
    return float(value)


def _listed(raw: Any, entry: Entry | None, field: str) -> tuple[tuple[float, ...], float, float]:
    if not isinstance(raw, list) or not raw:
        raise PolicyError("must be a list of numbers", "须为一列数", field)
    values = tuple(_number(v, entry, f"{field}.{i}") for i, v in enumerate(raw))
    if len(set(values)) < len(values):
        raise PolicyError("a value is given twice", "取值重复", field)
    return values, min(values), max(values)


def _levels(low: float, high: float, steps: Any, field: str) -> tuple[float, ...]:
    if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= MOST_STEPS:
        en = f"must be a whole number from 2 to {MOST_STEPS}, got {steps!r}"
        raise PolicyError(en, f"须为 2 至 {MOST_STEPS} 的整数，现为 {steps!r}", field)
    return tuple(np.linspace(low, high, steps).tolist())
