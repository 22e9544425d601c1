"""A chart whose title is a menu: laid out once a run of the script, filled as often as there are new futures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from scenarios.address import END, START
from sim.catalogue import indicators
from ui.charts import chart_table, line_chart
from ui.desk import Desk
from ui.drawing import draw
from ui.ensemble import Change, Ensemble, change
from ui.menus import menu
from ui.simulate import places
from ui.slot import Slot
from ui.table import difference_text
from ui.targets import chart_targets
from ui.texts import number, place_name, scaled, text, title

FIRST = {"left": "urbanisation_rate", "right": "income_ratio"}


def chosen_chart(desk: Desk, side: str) -> tuple[str, str]:
    """(indicator, place) of a side; what the address says if that exists, else the first."""
    indicator, _, place = desk.look.get(side, "").partition("@")
    if indicator not in indicators():
        indicator = FIRST[side]
    return indicator, place if place in places() else places()[0]


@dataclass(frozen=True)
class ChartPanel:
    """One chart with the menus over it and one sentence under it."""

    indicator: str
    place: str
    language: str
    big: bool
    as_table: bool
    chart: Slot
    words: Slot

    @classmethod
    def laid_out(cls, desk: Desk, side: str, options: Sequence[str]) -> "ChartPanel":
        language = desk.language
        indicator, place = chosen_chart(desk, side)
        left, right = st.columns([7, 2], gap="xsmall")
        with left:
            menu(
                f"indicator_{side}.{language}", options, indicator, lambda key: title(language, indicators()[key]),
                text(language, "indicator"), lambda key: desk.see(**{side: f"{key}@{place}"}),
            )  # fmt: skip
        with right:
            menu(
                f"place_{side}.{language}", places(), place, lambda p: place_name(language, p),
                text(language, "place"), lambda p: desk.see(**{side: f"{indicator}@{p}"}),
            )  # fmt: skip
        chart = Slot(st.container(key=f"fill_{side}"))
        big, table = bool(desk.look.get("big")), bool(desk.look.get("table"))
        return cls(indicator, place, language, big, table, chart, Slot())

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        """Draw the futures that there are."""
        if not (baseline.has(self.indicator, self.place) and current.has(self.indicator, self.place)):
            self.chart.info(text(self.language, "no_value"))
            return
        entry = indicators()[self.indicator]
        c = change(baseline, current, self.indicator, self.place, END)
        data, spec, divisor, largest = drawn(baseline, current, self.indicator, self.place, self.language, self.big)
        draw(self.chart, data, spec, self._alt(c, divisor), self.as_table, self.language)
        self.words.markdown(sentence(c, entry.unit, divisor, largest, self.language))

    def cover(self, baseline: Ensemble) -> None:
        """The baseline alone, while the room is guessing."""
        if baseline.has(self.indicator, self.place):
            data, spec, *_ = drawn(baseline, baseline, self.indicator, self.place, self.language, self.big, alone=True)
            draw(self.chart, data, spec, text(self.language, "covered"), self.as_table, self.language)
        self.words.markdown(text(self.language, "covered"))

    def _alt(self, c: Change, divisor: float) -> str:
        """The chart for those who cannot see it."""
        return text(
            self.language,
            "chart_alt",
            indicator=title(self.language, indicators()[self.indicator]),
            place=place_name(self.language, self.place),
            start=START,
            end=END,
            baseline=number(c.baseline / divisor),
            current=number(c.current / divisor),
        )


def drawn(
    baseline: Ensemble, current: Ensemble, indicator: str, place: str, language: str, big: bool = False,
    alone: bool = False,
):  # fmt: skip
    """(data, spec, divisor, largest value) of one chart, in units that people read; `alone`: the baseline only."""
    entry = indicators()[indicator]
    largest = float(abs(baseline.of(indicator, place)).max())
    divisor, unit_label = scaled(language, entry.unit, largest)
    targets = chart_targets(indicator, place, divisor)
    data, ends = chart_table(baseline, current, indicator, place, divisor, targets, big)
    years = len(baseline.years)
    same = math.isnan(data["label_at"][years - 1].as_py()) and not alone
    if alone:  # both are the baseline, and the label stands with the second
        data = data.slice(years).set_column(0, "who", pa.array(["baseline"] * years))
    spec = line_chart(language, unit_label, ends, (START, END), same, targets, big)
    return data, spec, divisor, largest


def sentence(c: Change, code: str, divisor: float, largest: float, language: str) -> str:
    """The change in words that count futures."""
    if c.same == c.pairs:
        return text(language, "same_sentence", year=END, n=c.pairs, same=c.same)
    difference = difference_text(c.difference, code, divisor, largest, language)
    return text(language, "change_sentence", year=END, n=c.pairs, up=c.up, down=c.down, difference=difference)
