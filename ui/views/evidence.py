"""依据: the model started in 2010 beside the census of 2020 and the what-if; data, assumptions, limits, version."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np
import pyarrow as pa
import streamlit as st

from scenarios.address import END, START
from scenarios.outputs import model_version
from sim.catalogue import assumptions, indicators, parameters
from ui.city import city_pack
from ui.desk import Desk, preset
from ui.drawing import draw
from ui.ensemble import Ensemble
from ui.evidence_chart import evidence_spec
from ui.menus import menu, place_menu
from ui.simulate import Size, ask
from ui.slot import Slot
from ui.texts import number, scaled, text, title, unit
from ui.views.map import estimated

FIRST = 2010  # the census before the one that scenarios start from
# indicator -> (variable of the census tables, in the same unit)
CENSUS = {
    "residents": "resident_population",
    "urban_residents": "urban_population",
    "urbanisation_rate": "urbanisation_rate",
    "households": "family_households",
    "age_60_plus_share": "age_60_plus_share",
    "migrants_other_province": "migrants_other_province",
}


@dataclass(frozen=True)
class EvidencePanel:
    """Backcast, censuses and what-if on one chart."""

    indicator: str
    place: str
    size: Size
    language: str
    big: bool
    as_table: bool
    chart: Slot
    words: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        entry = indicators()[self.indicator]
        counted = census(self.indicator, self.place)
        divisor, label = scaled(self.language, entry.unit, max(counted.values()))
        alt = text(self.language, "backcast_alt", indicator=title(self.language, entry))
        spec = evidence_spec(self.language, label, (min(counted), END), self.big)
        lines = {
            "forecast": (current.years, current.of(self.indicator, self.place) / divisor),
            "census": (np.array(list(counted)), np.array([list(counted.values())]) / divisor),
        }
        show = partial(draw, self.chart, spec=spec, alt=alt, as_table=self.as_table, language=self.language)
        show(joined(lines))
        past = backcast(self.size)
        lines["backcast"] = (past.years, past.of(self.indicator, self.place) / divisor)
        show(joined(lines))
        self.words.markdown(self._sentence(past, counted[START] / divisor, divisor, label, entry.unit))

    def _sentence(self, past: Ensemble, counted: float, divisor: float, label: str, code: str) -> str:
        model = float(past.of(self.indicator, self.place)[:, -1].mean()) / divisor
        if code == "percent":
            error = number(model - counted, 10.0, sign=True) + " " + text(self.language, "percentage_points")
        else:
            error = f"{100 * (model / counted - 1):+.1f}%"
        space = "" if label.startswith("%") else " "
        said = {"model": f"{number(model)}{space}{label}", "census": f"{number(counted)}{space}{label}"}
        return text(self.language, "backcast_note", **said, error=error, n=past.futures)


def census(indicator: str, place: str) -> dict[int, float]:
    """year -> counted figure of the city or a county."""
    pack = city_pack()
    found = {}
    for year in (FIRST, START):
        if place == pack.city_id:
            found[year] = pack.city_value(CENSUS[indicator], year)
        else:
            found[year] = float(pack.county_value(CENSUS[indicator], year)[pack.counties.index(place)])
    return found


def backcast(size: Size) -> Ensemble:
    """The model from the first census to the next, no scenario, with as many futures as the screen first has."""
    runs = [ask(preset("baseline"), size, r, (FIRST, START)) for r in range(size.futures)]
    return Ensemble.of_runs([run.result() for run in runs])


def joined(lines: dict[str, tuple[np.ndarray, np.ndarray]]) -> pa.Table:
    """Columns who, year, low, middle, high of lines given as (years, float64[future, year])."""
    columns: dict[str, list] = {k: [] for k in ("who", "year", "low", "middle", "high")}
    for who, (years, values) in lines.items():
        columns["who"] += [who] * len(years)
        columns["year"] += years.tolist()
        for name, statistic in (("low", np.min), ("middle", np.mean), ("high", np.max)):
            columns[name] += statistic(values, axis=0).tolist()
    return pa.table(columns)


def lay_out(desk: Desk) -> list[EvidencePanel]:
    language = desk.language
    left, right = st.columns([3, 2], gap="medium")
    with left:
        across, beside = st.columns([7, 2], gap="xsmall")
        with across:
            indicator = indicator_menu(language)
        with beside:
            place = place_menu("place_evidence", language, regions=False)
        chart = Slot(st.container(key="fill_evidence"))
        words = Slot()
    with right, st.container(key="fill_words"):
        st.html(evidence_html(desk))
    size = Size.of(desk.address)
    looks = [bool(desk.look.get(k)) for k in ("big", "table")]
    return [EvidencePanel(indicator, place, size, language, *looks, chart, words)]


def indicator_menu(language: str) -> str:
    key = "indicator_census"
    chosen = st.session_state.get(key, "residents")

    def keep(indicator: str) -> None:
        st.session_state[key] = indicator

    menu(
        f"{key}.{language}", list(CENSUS), chosen, lambda k: title(language, indicators()[k]),
        text(language, "indicator"), keep,
    )  # fmt: skip
    return st.session_state.get(key, chosen)


def evidence_html(desk: Desk) -> str:
    """Data and quality, parameters by kind, assumptions, limits, version."""
    language, pack = desk.language, city_pack()
    guessed = int(estimated().sum())
    quality = {"all": len(pack.towns), "guessed": guessed, "counted": len(pack.towns) - guessed}
    kinds = Counter(p.kind for p in parameters().values())
    parts = [
        heading("evidence_limits", language),
        "<ul>" + "".join(f"<li>{escape(s)}</li>" for s in text(language, "limits").split("|")) + "</ul>",
        heading("evidence_data", language),
        f"<p>{escape(text(language, 'evidence_quality', **quality))}</p>",
        f"<p>{escape(text(language, 'evidence_parameters', all=sum(kinds.values()), **_all_kinds(kinds)))}</p>",
        heading("evidence_assumptions", language),
        "<table>" + "".join(_assumption_row(desk, key) for key in assumptions()) + "</table>",
        heading("evidence_version", language),
        f"<p>{model_version(pack.hash)} · {escape(pack.name)} {pack.hash[:8]}</p>",
    ]
    return f'<div class="evidence">{"".join(parts)}</div>'


def heading(key: str, language: str) -> str:
    return f"<h4>{escape(text(language, key))}</h4>"


def _all_kinds(kinds: Counter) -> dict[str, int]:
    return {kind: kinds.get(kind, 0) for kind in ("published", "data", "fitted", "prior")}


def _assumption_row(desk: Desk, key: str) -> str:
    entry = assumptions()[key]
    moved = desk.address.assumptions.get(key)
    now = f"<b>{moved.values[-1]:g}</b>" if moved else f"{entry.in_force(START + 1):g}"
    name, code = title(desk.language, entry), unit(desk.language, entry.unit)
    return f'<tr title="{escape(entry.source)}"><td>{escape(name)}</td><td>{now} {escape(code)}</td></tr>'
