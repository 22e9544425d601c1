"""Charts and table on the screen: menus drawn once a run of the script, contents as often as there are new futures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sim.catalogue import indicators
from ui.charts import chart_table, line_chart
from ui.ensemble import Change, Ensemble, change
from ui.simulate import END, START, places
from ui.table import columns, difference_text, indicator_table
from ui.texts import number, place_name, scaled, text, title


def menu(key: str, options: Sequence[str], first: str, name: Callable[[str], str], label: str, language: str) -> str:
    """A select menu that keeps its choice in another language.

    The browser remembers the words of the chosen option, not its id, so each language has a menu of its own.
    """
    here = f"{key}.{language}"
    chosen = st.session_state.get(key, first)
    st.session_state[here] = chosen if chosen in options else options[0]

    def keep() -> None:
        st.session_state[key] = st.session_state[here]

    return st.selectbox(
        text(language, label), options, format_func=name, key=here, on_change=keep, label_visibility="collapsed"
    )


def place_menu(key: str, language: str) -> str:
    """The city or one of its regions."""
    return menu(key, places(), places()[0], lambda place: place_name(language, place), "place", language)


@dataclass(frozen=True)
class ChartPanel:
    """A chart whose title is a menu of indicators, with the place beside it and one sentence under it."""

    indicator: str
    place: str
    language: str
    about: DeltaGenerator  # what lines and bands are
    chart: DeltaGenerator
    words: DeltaGenerator

    @classmethod
    def laid_out(cls, side: str, first: str, shown: Sequence[str], language: str) -> "ChartPanel":
        left, right = st.columns([7, 2], gap="xsmall")
        with left:
            indicator = menu(
                f"indicator_{side}", shown, first, lambda key: title(language, indicators()[key]), "indicator", language
            )
        with right:
            place = place_menu(f"place_{side}", language)
        return cls(indicator, place, language, st.empty(), st.empty(), st.empty())

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        """Draw the futures that there are."""
        if not (baseline.has(self.indicator, self.place) and current.has(self.indicator, self.place)):
            self.chart.info(text(self.language, "no_value"))
            return
        entry = indicators()[self.indicator]
        largest = float(abs(baseline.of(self.indicator, self.place)).max())
        divisor, unit_label = scaled(self.language, entry.unit, largest)
        data = chart_table(baseline, current, self.indicator, self.place, divisor)
        c = change(baseline, current, self.indicator, self.place, END)
        self.about.caption(text(self.language, "band_note", n=c.pairs))
        spec = line_chart(data, self.language, unit_label)
        self.chart.vega_lite_chart(data, spec, width="stretch", alt=self._alt(c, divisor))
        self.words.markdown(sentence(c, entry.unit, divisor, largest, self.language))

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


def sentence(c: Change, code: str, divisor: float, largest: float, language: str) -> str:
    """The change in words that count futures."""
    if c.same == c.pairs:
        return text(language, "same_sentence", year=END, n=c.pairs, same=c.same)
    difference = difference_text(c.difference, code, divisor, largest, language)
    return text(language, "change_sentence", year=END, n=c.pairs, up=c.up, down=c.down, difference=difference)


@dataclass(frozen=True)
class TablePanel:
    """All indicators of a place in the last year."""

    place: str
    language: str
    slot: DeltaGenerator

    @classmethod
    def laid_out(cls, language: str) -> "TablePanel":
        left, right = st.columns([7, 2], vertical_alignment="center")
        left.subheader(text(language, "table", year=END))
        with right:
            place = place_menu("place_table", language)
        return cls(place, language, st.empty())

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        rows = indicator_table(baseline, current, self.place, END, self.language)
        self.slot.dataframe(
            rows, hide_index=True, width="stretch", height="content", column_config=columns(self.language)
        )
