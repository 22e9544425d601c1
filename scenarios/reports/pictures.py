"""Charts of reports: means and ranges over futures by year with marks of targets, drawn without a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.reports.fonts import EVERYWHERE, chinese_font

WIDTH, HEIGHT = 300, 150  # four of them leave room for the summary on one page
LINE, BAND, MARK, DARK = "#1f5673", "#9fc3d6", "#c1440e", "#333333"
DECIMALS = {"percent": 1, "ratio": 2}  # on the vertical axis, by unit


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


@dataclass(frozen=True)
class Fan:
    """One scenario in a chart. `values` is float64[futures, years] in the unit that is shown."""

    name: str
    values: np.ndarray
    line: str = LINE
    band: str = BAND
    dash: tuple[int, int] = (1, 0)


def rows_of(fan: Fan, years: Sequence[int]) -> list[dict]:
    """Year, mean, least and most over futures; years in which a future has no value are left out."""
    return [
        {"year": year, "mean": float(v.mean()), "least": float(v.min()), "most": float(v.max())}
        for year, v in zip(years, fan.values.T, strict=True)
        if not np.isnan(v).any()
    ]


def fan_chart(
    title: str, unit: tuple[str, str], years: Sequence[int], fans: Sequence[Fan], marks: Mapping[int, float]
) -> Picture:
    """`unit` is (code of the catalogue, name as shown); `marks` holds targets by year in the unit that is shown."""
    import altair as alt

    x = alt.X("year:Q", axis=alt.Axis(format="d", title=None, tickMinStep=5, grid=False))
    scale = alt.Scale(zero=False, nice=True)
    axis = alt.Axis(title=unit[1], format=f",.{DECIMALS.get(unit[0], 0)}f")
    bands, lines = [], []
    for fan in fans:
        data = alt.Data(values=rows_of(fan, years))
        band = alt.Chart(data).mark_area(color=fan.band, opacity=0.6 if len(fans) == 1 else 0.4)
        bands.append(band.encode(x=x, y=alt.Y("least:Q", scale=scale), y2="most:Q"))
        dash = {} if fan.dash == (1, 0) else {"strokeDash": list(fan.dash)}
        line = alt.Chart(data).mark_line(color=fan.line, strokeWidth=2.5, **dash)
        lines.append(line.encode(x=x, y=alt.Y("mean:Q", scale=scale, axis=axis)))
    layers = [*bands, *lines]
    if marks:
        data = alt.Data(values=[{"year": y, "value": v} for y, v in marks.items()])
        points = alt.Chart(data).mark_point(color=MARK, filled=True, size=90, shape="diamond")
        layers.append(points.encode(x=x, y=alt.Y("value:Q", scale=scale)))
    return finished(alt.layer(*layers), title)


def finished(chart, title: str, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """An Altair chart of the usual size, with fonts that have Chinese."""
    font = chinese_font()
    family = f"'{font[0]}', {EVERYWHERE}" if font else EVERYWHERE
    chart = chart.properties(width=width, height=height, title=title)
    chart = chart.configure(font=family, background="white").configure_view(stroke=None)
    return Picture(title, chart.to_dict())
