"""Charts of the report: the simulated range of an indicator by year with the plan's targets."""

from dataclasses import dataclass

import numpy as np

from scenarios.audit.arithmetic import figure_of, implied_residents, years_with
from scenarios.audit.fonts import EVERYWHERE, chinese_font
from scenarios.audit.texts import say
from scenarios.result import Result
from scenarios.tables import shown_unit
from sim.catalogue import indicators

SHOWN = ("urbanisation_rate", "urban_residents", "residents", "income_ratio")
WIDTH, HEIGHT = 300, 150  # four of them leave room for the summary on one page
LINE, BAND, MARK = "#1f5673", "#9fc3d6", "#c1440e"


@dataclass(frozen=True)
class Picture:
    """A chart ready to be put into a report."""

    title: str
    spec: dict  # Vega-Lite

    def svg(self) -> str:
        import vl_convert

        return vl_convert.vegalite_to_svg(self.spec)

    def png(self, scale: float = 3.0) -> bytes:
        import vl_convert

        font = chinese_font()
        if font:
            vl_convert.register_font_directory(str(font[1].parent))
        return vl_convert.vegalite_to_png(self.spec, scale=scale)


def pictures(result: Result, lang: str) -> list[Picture]:
    """The charts of the summary."""
    return [picture(result, name, lang) for name in SHOWN if name in result.indicators]


def picture(result: Result, name: str, lang: str) -> Picture:
    """Mean and range over futures by year, and the targets (for residents: those that the plan implies)."""
    import altair as alt

    entry = indicators()[name]
    divisor, _, unit = shown_unit(entry.unit, lang)
    values = result.series(name, result.pack.city_id) / divisor
    rows = [
        {"year": year, "mean": float(v.mean()), "least": float(v.min()), "most": float(v.max())}
        for year, v in zip(result.years, values.T, strict=True)
        if not np.isnan(v).any()
    ]
    marks = [{"year": y, "value": v / divisor} for y, v in _targets(result, name).items()]
    x = alt.X("year:Q", axis=alt.Axis(format="d", title=None, tickMinStep=5, grid=False))
    scale = alt.Scale(zero=False, nice=True)
    axis = alt.Axis(title=unit, format=f",.{1 if entry.unit == 'percent' else (2 if entry.unit == 'ratio' else 0)}f")
    data = alt.Data(values=rows)
    band = alt.Chart(data).mark_area(color=BAND, opacity=0.6).encode(x=x, y=alt.Y("least:Q", scale=scale), y2="most:Q")
    line = alt.Chart(data).mark_line(color=LINE, strokeWidth=2.5).encode(x=x, y=alt.Y("mean:Q", scale=scale, axis=axis))
    points = alt.Chart(alt.Data(values=marks)).mark_point(color=MARK, filled=True, size=90, shape="diamond")
    layers = [band, line, points.encode(x=x, y=alt.Y("value:Q", scale=scale))] if marks else [band, line]
    implied = name == "residents" and bool(marks)  # the diamonds are no targets of the plan's table
    title = say("chart_implied", lang, name=entry.title[lang]) if implied else entry.title[lang]
    font = chinese_font()
    family = f"'{font[0]}', {EVERYWHERE}" if font else EVERYWHERE
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=title)
    chart = chart.configure(font=family, background="white").configure_view(stroke=None)
    return Picture(title, chart.to_dict())


def _targets(result: Result, name: str) -> dict[int, float]:
    """Year -> figure in the catalogue's unit."""
    if name == "residents":
        tied = ("urban_residents", "urbanisation_rate")
        return {y: implied_residents(*(figure_of(result, n, y) for n in tied)) for y in years_with(result, *tied)}
    return {y: figure_of(result, name, y) for y in years_with(result, name)}
