"""The sandbox: levers at the left, two charts and a table at the right, redrawn as futures come in."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from sim.catalogue import assumptions, indicators
from ui.ensemble import Ensemble
from ui.levers import assumed, assumption_panel, lever_panel, reset_levers, settings
from ui.panels import ChartPanel, TablePanel
from ui.simulate import END, SEED, START, Size, explain, pairs, places, scenario
from ui.texts import LANGUAGES, text, title

CHARTS = {"left": "urbanisation_rate", "right": "income_ratio"}
log = logging.getLogger(__name__)


def page() -> None:
    """One run of the script: from the levers as they stand to the charts. A lever moved meanwhile starts it anew."""
    st.set_page_config("江门城镇化沙盘 Jiangmen sandbox", layout="wide", initial_sidebar_state=350)
    st.html(Path(__file__).parent / "style.css")
    size = Size.chosen()
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center"):
            language = language_switch()
            reset_levers(language)
        lever_panel(language)
        assumption_panel(language)
    st.title(text(language, "title"))
    scale = f"{size.scale:.3g}" if size.scale < 0.001 else f"{100 * size.scale:.3g} %"
    st.caption(text(language, "subtitle", scale=scale, start=START, end=END, n=size.replicates))
    warn_of_assumptions(language)
    results(size, language)


def results(size: Size, language: str) -> None:
    """Charts and table after the first futures, redrawn with each batch that follows; the line above them says
    how many futures there are."""
    began = time.perf_counter()
    status = st.empty()
    status.caption(text(language, "simulating"))
    panels: list[ChartPanel | TablePanel] = []
    for baseline, current in answers(size, language):
        panels = panels or lay_out(baseline, language)
        for panel in panels:
            panel.fill(baseline, current)
        done = "all_futures" if baseline.futures == size.replicates else "some_futures"
        status.caption(text(language, done, k=baseline.futures, n=size.replicates))
    if not panels:
        status.empty()
        return
    seconds = time.perf_counter() - began
    st.caption(text(language, "footer", seed=SEED, scale=f"{size.scale:g}", seconds=f"{seconds:.1f}"))


def answers(size: Size, language: str) -> Iterator[tuple[Ensemble, Ensemble]]:
    """(baseline, current) for the levers as they stand, with ever more futures; ends early after saying why."""
    try:
        yield from pairs(scenario((), assumed()), scenario(settings(), assumed()), size)
    except Exception as error:  # whatever it is, the person at the screen gets a sentence and the levers stay
        log.exception("simulation failed")
        st.error(text(language, "failed", message=explain(error, language)), icon=":material/error:")
        st.caption(text(language, "failed_hint"))


def lay_out(baseline: Ensemble, language: str) -> list[ChartPanel | TablePanel]:
    """The menus, and empty room under them."""
    shown = [k for k in indicators() if any(baseline.has(k, p) for p in places())]
    panels: list[ChartPanel | TablePanel] = []
    for column, (side, first) in zip(st.columns(len(CHARTS)), CHARTS.items(), strict=True):
        with column:
            panels.append(ChartPanel.laid_out(side, first, shown, language))
    st.caption(text(language, "chance_only"))
    panels.append(TablePanel.laid_out(language))
    return panels


def language_switch() -> str:
    """zh or en; the levers keep their values because their keys do not change with the language."""
    chosen = st.segmented_control(
        "语言 Language",
        list(LANGUAGES),
        default="zh",
        format_func=LANGUAGES.get,
        key="language",
        label_visibility="collapsed",
        required=True,
    )
    return chosen or "zh"


def warn_of_assumptions(language: str) -> None:
    """Name the assumptions that are not at their defaults, above the charts."""
    moved = assumed()
    if moved:
        names = "、" if language == "zh" else ", "
        listed = names.join(title(language, assumptions()[key]) for key in moved)
        st.warning(text(language, "assumptions_changed", names=listed), icon=":material/public:")
