"""Predict, then reveal: results are covered while the room guesses; then guesses and model stand side by side."""

from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from scenarios.address import END
from sim.catalogue import indicators
from ui.desk import Desk, preset
from ui.ensemble import Ensemble
from ui.panels import chosen_chart
from ui.room.guess_chart import FRAME, ROW, guess_spec
from ui.simulate import Size, ask
from ui.slot import Slot
from ui.texts import number, place_name, scaled, text, title, unit

MOST = 60


@dataclass(frozen=True)
class GuessPanel:
    """Guesses against the range of the model; nothing of the model while results are covered."""

    guesses: tuple[tuple[str, float], ...]
    indicator: str
    place: str
    language: str
    chart: Slot
    words: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        if not self.guesses or not current.has(self.indicator, self.place):
            return
        divisor, label = shown_unit(self.indicator, baseline.at(self.indicator, self.place, END).mean(), self.language)
        values = current.at(self.indicator, self.place, END) / divisor
        low, mean, high = float(values.min()), float(values.mean()), float(values.max())
        rows = [(who, guess, guess, guess, "guess") for who, guess in self.guesses]
        rows.append((text(self.language, "guess_model"), mean, low, high, "model"))
        data = pa.table(dict(zip(("name", "middle", "low", "high", "kind"), zip(*rows, strict=True), strict=True)))
        alt = text(self.language, "guess_alt")
        self.chart.vega_lite_chart(data, guess_spec(label), width="stretch", height=ROW * len(rows) + FRAME, alt=alt)
        who, guess = min(self.guesses, key=lambda g: abs(g[1] - mean))
        inside = sum(low <= g <= high for _, g in self.guesses)
        said = {k: number(v) for k, v in (("value", mean), ("low", low), ("high", high), ("guess", guess))}
        n = {"n": len(values), "inside": inside, "all": len(self.guesses)}
        self.words.markdown(text(self.language, "guess_told", who=who, **said, **n))


def shown_unit(indicator: str, level: float, language: str) -> tuple[float, str]:
    entry = indicators()[indicator]
    divisor, label = scaled(language, entry.unit, abs(float(level)))
    return divisor, label or unit(language, entry.unit)


def guessing(desk: Desk) -> list[GuessPanel]:
    """Of the indicator of the left chart."""
    language = desk.language
    indicator, place = chosen_chart(desk, "left")
    run = ask(preset("baseline"), Size.of(desk.address), 0).result()
    level = float(run.values[run.indicators.index(indicator), run.places.index(place), -1])
    divisor, label = shown_unit(indicator, level, language)
    name = title(language, indicators()[indicator])
    st.caption(
        text(
            language, "guess_note", indicator=name, place=place_name(language, place), unit=label, year=END,
            baseline=number(level / divisor),
        )
    )  # fmt: skip
    topic = (indicator, place, language)
    kept = st.session_state.setdefault("guesses", {}).setdefault(topic, [])
    form(desk, kept, round(level / divisor, 2))
    with st.container(horizontal=True, gap="small"):
        kind = "primary" if desk.covered else "secondary"
        st.button(text(language, "guess_cover"), key="guess_cover", icon=":material/visibility_off:", type=kind,
                  on_click=lambda: desk.cover(not desk.covered))  # fmt: skip
        st.button(text(language, "guess_reveal"), key="guess_reveal", icon=":material/visibility:", type="primary",
                  on_click=lambda: desk.cover(False), disabled=not desk.covered)  # fmt: skip
        st.button(text(language, "guess_clear"), key="guess_clear", type="tertiary", on_click=kept.clear)
    if kept and desk.covered:
        st.markdown("　".join(f"{who} **{number(value)}**" for who, value in kept))
    chart, words = Slot(), Slot()
    return [] if desk.covered else [GuessPanel(tuple(kept), indicator, place, language, chart, words)]


def form(desk: Desk, kept: list[tuple[str, float]], first: float) -> None:
    """Who guesses what; Enter notes it."""
    language = desk.language
    person = text(language, "guess_person", n=len(kept) + 1)
    with st.form("guess_form", clear_on_submit=True, border=False):
        left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
        who = left.text_input(text(language, "guess_who"), placeholder=person, max_chars=20)
        value = middle.number_input(text(language, "guess_value"), value=None, placeholder=str(first), format="%.6g")
        if right.form_submit_button(text(language, "guess_add")) and value is not None and len(kept) < MOST:
            kept.append((who.strip() or person, float(value)))
            st.rerun()
