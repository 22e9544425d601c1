"""沙盘: five key figures and two charts."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from sim.catalogue import indicators
from ui.desk import Desk
from ui.ensemble import Ensemble
from ui.figures import figures_html
from ui.panels import FIRST, ChartPanel
from ui.simulate import places
from ui.slot import Slot
from ui.texts import text


@dataclass(frozen=True)
class Figures:
    """The row of key figures."""

    language: str
    slot: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        self.slot.html(figures_html(baseline, current, places()[0], self.language))

    def cover(self, baseline: Ensemble) -> None:
        """No figures while the room is guessing."""
        self.slot.html(f'<div class="figures covered"><p>{escape(text(self.language, "covered"))}</p></div>')


def lay_out(desk: Desk) -> list[Figures | ChartPanel]:
    panels: list[Figures | ChartPanel] = [key_figures(desk)]
    for column, side in zip(st.columns(len(FIRST), gap="medium"), FIRST, strict=True):
        with column:
            panels.append(ChartPanel.laid_out(desk, side, list(indicators())))
    return panels


def key_figures(desk: Desk) -> Figures:
    with st.container(key="figures"):
        return Figures(desk.language, Slot())
