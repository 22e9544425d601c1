"""The two line charts, as plain Vega-Lite: a dictionary costs far less at each run than building Altair objects."""

import pandas as pd

from ui.ensemble import Ensemble
from ui.texts import text

# Okabe-Ito blue against black dashes: told apart by colour, by dash and by the label at the line's end.
BASELINE_COLOUR, CURRENT_COLOUR = "#000000", "#0072B2"
HEIGHT = 340
LABEL_GAP = 0.07  # least distance of the two end labels, share of the drawn range


def chart_table(baseline: Ensemble, current: Ensemble, indicator: str, place: str, divisor: float) -> pd.DataFrame:
    """Columns who, year, low, middle, high: the range and the mean over futures, divided by `divisor`."""
    parts = []
    for who, run in (("baseline", baseline), ("current", current)):
        values = run.of(indicator, place) / divisor
        parts.append(
            pd.DataFrame(
                {
                    "who": who,
                    "year": run.years,
                    "low": values.min(axis=0),
                    "middle": values.mean(axis=0),
                    "high": values.max(axis=0),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def end_labels(table: pd.DataFrame, language: str) -> list[dict]:
    """Labels at the right end of both lines, pushed apart if they would lie on each other; one if the lines are one."""
    ends = table[table["year"] == table["year"].max()].set_index("who")["middle"]
    base, current = float(ends["baseline"]), float(ends["current"])
    year = int(table["year"].max())
    lines = table.groupby("who", sort=True)["middle"].apply(lambda m: tuple(m))
    if lines["baseline"] == lines["current"]:
        return [{"who": "current", "year": year, "at": current, "label": text(language, "both")}]
    room = LABEL_GAP * (float(table["high"].max()) - float(table["low"].min()))
    push = max(0.0, room - abs(current - base)) / 2
    up = 1 if current >= base else -1
    return [
        {"who": "baseline", "year": year, "at": base - up * push, "label": text(language, "baseline")},
        {"who": "current", "year": year, "at": current + up * push, "label": text(language, "current")},
    ]


def line_chart(table: pd.DataFrame, language: str, unit: str) -> dict:
    """Spec of one chart over `chart_table`; bands under lines, labels at the ends, no legend."""
    colour = {
        "field": "who",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["baseline", "current"], "range": [BASELINE_COLOUR, CURRENT_COLOUR]},
    }
    dash = {
        "field": "who",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["baseline", "current"], "range": [[6, 4], [1, 0]]},
    }
    x = {"field": "year", "type": "quantitative", "title": None, "scale": {"nice": False}}
    fives = [y for y in range(int(table["year"].min()), int(table["year"].max()) + 1) if y % 5 == 0]
    x["axis"] = {"format": "d", "grid": False, "values": fives, "labelFlush": False}
    # the unit stands level, over the axis
    axis = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -24, "titleY": -14}
    y = {"type": "quantitative", "scale": {"zero": False, "nice": True}, "title": unit, "axis": axis}
    tooltip = [{"field": "year", "title": text(language, "year"), "format": "d"}] + [
        {"field": field, "title": text(language, key), "format": ",.3~f"}
        for field, key in (("middle", "mean"), ("low", "lowest"), ("high", "highest"))
    ]
    return {
        "height": HEIGHT,
        "padding": {"left": 4, "top": 20, "right": 8, "bottom": 4},
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.18},
                "encoding": {
                    "y": {"field": "low", **y},
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 3, "interpolate": "linear"},
                "encoding": {
                    "y": {"field": "middle", **y},
                    "strokeDash": dash,
                    "tooltip": tooltip,
                },
            },
            {
                "data": {"values": end_labels(table, language)},
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 14, "fontWeight": "bold"},
                "encoding": {"y": {"field": "at", **y}, "text": {"field": "label"}},
            },
        ],
    }
