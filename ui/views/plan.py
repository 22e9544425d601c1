"""计划: every row of the plan's table against what the model says, with the number of futures that reach it."""

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from sim.catalogue import indicators
from sim.data.plan import SET_BY_PROVINCE, Figure, Target
from ui.city import city_pack
from ui.desk import Desk
from ui.ensemble import Ensemble
from ui.simulate import places
from ui.slot import Slot
from ui.targets import factor, reported
from ui.texts import basis, number, text, unit

YEARS = (2025, 2035)
MARKS = {"all": "●", "some": "◐", "none": "○"}  # told apart by shape and not only by colour


@dataclass(frozen=True)
class PlanPanel:
    """The table, a row a target."""

    language: str
    slot: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        language = self.language
        heads = [text(language, k) for k in ("plan_row", "indicator", "unit", "basis", "base_2020")]
        for year in YEARS:
            heads += [text(language, k, year=year) for k in ("target_of", "model_of", "odds_of")]
        head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
        rows = "".join(self._row(target, baseline, current) for target in city_pack().targets.values())
        self.slot.html(f'<table class="plan"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')

    def _row(self, target: Target, baseline: Ensemble, current: Ensemble) -> str:
        language, key = self.language, reported().get(target.key, "")
        known = current.has_after_start(key, places()[0]) if key else False
        kind = indicators()[key].basis if key else ""
        said = basis(language, kind) if known else text(language, "not_reported")
        cells = [target.key.split(".")[0], escape(target.title[language]), escape(unit(language, target.unit)), said]
        cells.append(str(target.base) if target.base else "—")
        for year in YEARS:
            figure = target.stated.get(year)
            cells.append(self._stated(figure))
            runs = [e.at(key, places()[0], year) / factor(target) for e in (current, baseline)] if known else []
            cells += self._model(figure, target, runs, kind)
        return f'<tr class="{kind if known else "unknown"}">{"".join(f"<td>{c}</td>" for c in cells)}</tr>'

    def _stated(self, figure) -> str:
        if figure == SET_BY_PROVINCE:
            return f"<small>{escape(text(self.language, 'by_province'))}</small>"
        return escape(str(figure)) if figure is not None else "—"

    def _model(self, figure, target: Target, runs: list[np.ndarray], kind: str) -> list[str]:
        """Mean with range, and the odds; a tracked row is an input and has none."""
        if not runs or np.isnan(runs[0]).any():
            return ["", ""]
        values, before = runs
        shown = number(float(values.mean()))
        ends = [number(float(v)) for v in (values.min(), values.max())]
        if ends[0] != ends[1]:
            shown += f" <small>{ends[0]}–{ends[1]}</small>"
        if not isinstance(figure, Figure) or kind == "tracked":
            return [shown, ""]
        met, met_before = (sum(figure.met(float(v), target.better) for v in run) for run in (values, before))
        mark = MARKS["all" if met == len(values) else "some" if met else "none"]
        odds = f"{mark} {escape(text(self.language, 'odds', k=met, n=len(values)))}"
        if met != met_before:
            odds += f" <small>{escape(text(self.language, 'odds_baseline', k=met_before))}</small>"
        return [shown, odds]


def lay_out(desk: Desk) -> list[PlanPanel]:
    slot = Slot(st.container(key="fill_plan"))
    st.caption(text(desk.language, "plan_note"))
    return [PlanPanel(desk.language, slot)]
