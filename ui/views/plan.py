"""计划: every row of the plan's table against what the model says, with the number of futures that reach it."""

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from scenarios.address import Address
from scenarios.audit import audit, contradictions, parts
from scenarios.audit.report import build
from scenarios.reports.write import docx, html
from scenarios.runner import run_all
from scenarios.scenario import library
from sim.catalogue import indicators
from sim.data.plan import SET_BY_PROVINCE, Figure, Target
from ui.city import city_pack
from ui.desk import Desk, policy_of, preset
from ui.ensemble import Ensemble
from ui.menus import menu
from ui.simulate import Size, places
from ui.slot import Slot
from ui.targets import factor, reported
from ui.texts import basis, number, text, unit

YEARS = (2025, 2035)
REPORT_ENDINGS = {"report": "docx", "html": "html"}
REPORTS = {
    "report": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "html": "text/html",
}  # fmt: skip
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
    linked(desk)
    slot = Slot(st.container(key="fill_plan"))
    st.caption(text(desk.language, "plan_note"))
    return [PlanPanel(desk.language, slot)]


def linked(desk: Desk) -> None:
    """Scenarios of the library, the audit of what is on the screen, and where the plan's own figures disagree."""
    language = desk.language
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plan_links"):
        policy = policy_of(desk.address)
        now = next((n for n in library() if policy_of(preset(n)) == policy), "own")
        menu(
            f"plan_scenario.{language}", [*library(), "own"], now,
            lambda n: text(language, "own") if n == "own" else preset(n).title(language), text(language, "plan_take"),
            lambda n: None if n == "own" else desk.take(preset(n)),
        )  # fmt: skip
        for ending, mime in REPORTS.items():
            st.download_button(
                text(language, f"plan_{ending}"), lambda e=ending: audit_file(desk.address, language, e),
                f"audit-{desk.address.scenario.hash[:8]}-{language}.{REPORT_ENDINGS[ending]}", mime,
                key=f"audit_{ending}", on_click="ignore", type="tertiary", icon=":material/fact_check:",
            )  # fmt: skip
        found = contradictions.find(city_pack().targets, city_pack().statements)
        with st.popover(text(language, "plan_disagree", n=len(found)), icon=":material/rule:", type="tertiary"):
            for block in parts.contradictions(found, language):
                head = "".join(f'<th scope="col">{escape(h)}</th>' for h in block.table.head)
                rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in block.table.rows)
                st.html(f'<table class="plan disagree"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def audit_file(address: Address, language: str, ending: str) -> bytes:
    """The monitoring report of the scenario on the screen, as `jiangmen audit` writes it."""
    size = Size.of(address)
    options = {**address.options, "scale": size.scale, "replicates": size.futures}
    result = run_all([address.scenario], detail="counties", progress=False, pack=city_pack(), **options)[0]
    report = build(audit(result), language)
    return docx(report) if ending == "report" else html(report)
