"""Tables on the terminal: main indicators of a run, differences between scenarios, lists of the catalogue."""

from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from scenarios.comparing import differences, summary
from scenarios.result import Result
from scenarios.words import word
from sim.catalogue import indicators
from sim.catalogue.lever_fields import LEVELS

if TYPE_CHECKING:
    import pandas as pd

# Shown after a run, in this order; everything else is in the files.
MAIN = (
    "residents", "urban_residents", "urbanisation_rate", "hukou_urbanisation_rate", "income_urban", "income_rural",
    "income_ratio", "east_west_income_ratio", "arrivals", "departures", "home_price_index", "unemployment_rate",
)  # fmt: skip

# unit of the catalogue -> (divisor, decimals, name) in zh and in en
_COUNT_ZH, _COUNT_EN = 1e4, 1e3
_SHOWN: dict[str, tuple[tuple[float, int, str], tuple[float, int, str]]] = {
    "persons": ((_COUNT_ZH, 2, "万人"), (_COUNT_EN, 1, "thousand")),
    "persons_per_year": ((_COUNT_ZH, 2, "万人/年"), (_COUNT_EN, 1, "thousand a year")),
    "households": ((_COUNT_ZH, 2, "万户"), (_COUNT_EN, 1, "thousand")),
    "posts": ((_COUNT_ZH, 2, "万个"), (_COUNT_EN, 1, "thousand")),
    "homes": ((_COUNT_ZH, 2, "万套"), (_COUNT_EN, 1, "thousand")),
    "percent": ((1, 2, "%"), (1, 2, "%")),
    "yuan_2020": ((1, 0, "元，2020 年价"), (1, 0, "yuan of 2020")),
    "yuan_2020_per_month": ((1, 0, "元/月，2020 年价"), (1, 0, "yuan of 2020 a month")),
    "yuan_2020_per_year": ((1, 0, "元/年，2020 年价"), (1, 0, "yuan of 2020 a year")),
    "100m_yuan_2020": ((1, 2, "亿元，2020 年价"), (10, 2, "billion yuan of 2020")),
    "100m_yuan_2020_per_year": ((1, 2, "亿元/年，2020 年价"), (10, 2, "billion yuan of 2020 a year")),
    "percentage_points": ((1, 2, "百分点"), (1, 2, "percentage points")),
    "places_per_1000": ((1, 1, "个/千人"), (1, 1, "places per 1000")),
    "beds_per_1000": ((1, 2, "张/千人"), (1, 2, "beds per 1000")),
    "m2_per_10000": ((1, 0, "平方米/万人"), (1, 0, "m2 per 10 000")),
    "m2_per_100_households": ((1, 1, "平方米/百户"), (1, 1, "m2 per 100 households")),
    "m2_per_person": ((1, 1, "平方米/人"), (1, 1, "m2 a person")),
    "beds": ((1, 0, "张"), (1, 0, "beds")),
    "beds_per_year": ((1, 0, "张/年"), (1, 0, "beds a year")),
    "places": ((_COUNT_ZH, 2, "万个"), (_COUNT_EN, 1, "thousand places")),
    "teachers_per_year": ((1, 0, "名/年"), (1, 0, "teachers a year")),
    "km": ((1, 0, "公里"), (1, 0, "km")),
    "mu": ((1, 2, "亩"), (1, 2, "mu")),
    "index": ((1, 3, "指数"), (1, 3, "index")),
    "ratio": ((1, 3, "比值"), (1, 3, "ratio")),
    "share": ((1, 2, "比例"), (1, 2, "share")),
    "years": ((1, 0, "年"), (1, 0, "years")),
    "yuan": ((1, 0, "元"), (1, 0, "yuan")),
    "yuan_per_year": ((1, 0, "元/年"), (1, 0, "yuan a year")),
    "posts_per_year": ((1, 0, "个岗位/年"), (1, 0, "posts a year")),
    "homes_per_year": ((1, 0, "套/年"), (1, 0, "homes a year")),
    "places_per_year": ((1, 0, "个/年"), (1, 0, "places a year")),
    "percent_per_year": ((1, 2, "%/年"), (1, 2, "% a year")),
    "percentage_points_per_year": ((1, 2, "百分点/年"), (1, 2, "percentage points a year")),
    "m2_per_year": ((1, 0, "平方米/年"), (1, 0, "m2 a year")),
    "hectares_per_year": ((1, 0, "公顷/年"), (1, 0, "hectares a year")),
    "index_start_100": ((1, 1, "基准年=100"), (1, 1, "start = 100")),
}


def console() -> Console:
    """Writes to standard output; wide enough for the tables when it is not a terminal."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=160)


def shown_years(years: tuple[int, ...]) -> list[int]:
    """The first year, every fifth, and the last."""
    return sorted({years[0], years[-1], *(y for y in years if y % 5 == 0)})


def number(value: float, unit: str, lang: str, signed: bool = False) -> str:
    """A value in the unit in which it is shown."""
    if not np.isfinite(value):
        return "-"
    divisor, decimals, _ = shown_unit(unit, lang)
    text = f"{value / divisor:{'+' if signed else ''},.{decimals}f}"
    return text.replace("-0", "0", 1) if float(text.replace(",", "")) == 0 and text.startswith("-") else text


def shown_unit(unit: str, lang: str) -> tuple[float, int, str]:
    """(divisor, decimals, name) of a unit of the catalogue."""
    return _SHOWN[unit][lang == "en"] if unit in _SHOWN else (1, 2, unit.replace("_", " "))


def run_table(result: Result, lang: str) -> Table:
    """Main indicators by year for the city and its regions, mean and range over futures."""
    futures = result.values.shape[0] * result.values.shape[1]
    table = Table(box=box.SIMPLE_HEAD, title=_headline(result, lang), title_justify="left")
    table.caption = word("range", lang, n=futures) if futures > 1 else word("single", lang)
    table.add_column(word("indicator", lang))
    table.add_column(word("place", lang))
    years = shown_years(result.years)
    for year in years:
        table.add_column(str(year), justify="right")
    at = [result.years.index(year) for year in years]
    for indicator in _present(result):
        unit = result.units[result.indicators.index(indicator)]
        label = _label(indicator, unit, lang)
        for place in _main_places(result):
            series = result.series(indicator, place)[:, at]
            if np.isnan(series).all():
                continue
            cells = [_with_range(series[:, k], unit, lang) for k in range(len(at))]
            table.add_row(label, result.pack.place_name(place, lang), *cells)
            label = ""  # said once
        table.add_section()
    return table


def difference_table(baseline: Result, other: Result, lang: str) -> Table:
    """Paired differences in the last year for the city and its regions."""
    names = {"a": other.scenario.title(lang), "b": baseline.scenario.title(lang), "year": baseline.end}
    table = Table(box=box.SIMPLE_HEAD, title=word("against_title", lang, **names), title_justify="left")
    for key in ("indicator", "place"):
        table.add_column(word(key, lang))
    for key in ("baseline_value", "difference", "interval", "agree"):
        table.add_column(word(key, lang), justify="right")
    found = summary(differences(baseline, other)[:, -1])
    for indicator in _present(baseline):
        i = baseline.indicators.index(indicator)
        unit = baseline.units[i]
        label = _label(indicator, unit, lang)
        for place in _main_places(baseline):
            p = baseline.places.index(place)
            one = {name: values[p, i] for name, values in found.items()}
            if not one["futures"]:
                continue
            start = float(np.nanmean(baseline.series(indicator, place)[:, -1]))
            name = baseline.pack.place_name(place, lang)
            table.add_row(label, name, number(start, unit, lang), *_difference_cells(one, unit, lang))
            label = ""  # said once
        table.add_section()
    return table


def _difference_cells(one: dict[str, Any], unit: str, lang: str) -> list[str]:
    if one["least"] == one["most"] == 0:
        gap = word("none", lang)
    else:
        gap = number(one["difference"], unit, lang, signed=True)
        gap += f" {word('points', lang)}" if unit == "percent" else ""
    low, high = (number(one[k], unit, lang, signed=True) for k in ("low", "high"))
    interval = "-" if np.isnan(one["low"]) else f"{low} .. {high}"
    return [gap, interval, word("of", lang, k=int(one["same_sign"]), n=int(one["futures"]))]


def list_table(rows: list[dict[str, Any]], columns: list[str], lang: str) -> Table:
    """A list of the catalogue."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(word(column, lang), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(column, row.get(column, ""), lang) for column in columns))
    return table


def frame_table(frame: "pd.DataFrame") -> Table:
    """Any data frame as it is."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in frame.columns:
        table.add_column(str(column))
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{v:,.4g}" if isinstance(v, float) else str(v) for v in row))
    return table


def _cell(column: str, value: Any, lang: str) -> str:
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            return value[lang]
        if column == "levels":
            return "; ".join(f"{LEVELS[k][lang]} {v:g}" for k, v in value.items())
        return "; ".join(f"{k}: {v:g}" for k, v in value.items())
    if isinstance(value, list | tuple):
        numbers = [f"{v:g}" for v in np.ravel(value).tolist()]
        if column == "bounds":
            return " .. ".join(numbers)
        return ", ".join(numbers[:4]) + (f", ... ({len(numbers)})" if len(numbers) > 4 else "")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _present(result: Result) -> list[str]:
    return [i for i in MAIN if i in result.indicators]


def _main_places(result: Result) -> list[str]:
    return [p for p in (result.pack.city_id, *result.pack.regions) if p in result.places]


def _label(indicator: str, unit: str, lang: str) -> str:
    title, name = indicators()[indicator].title[lang], shown_unit(unit, lang)[2]
    return f"{title}（{name}）" if lang == "zh" else f"{title} ({name})"


def _headline(result: Result, lang: str) -> str:
    return word(
        "sample",
        lang,
        name=result.scenario.title(lang),
        start=result.start,
        end=result.end,
        scale=result.scale,
        n=result.values.shape[0] * result.values.shape[1],
        seconds=result.seconds,
    )


def _with_range(values: np.ndarray, unit: str, lang: str) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return "-"
    mean, least, most = (number(float(v), unit, lang) for v in (known.mean(), known.min(), known.max()))
    return mean if least == most else f"{mean} ({least}–{most})"
