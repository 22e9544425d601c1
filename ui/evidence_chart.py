"""Specification of the chart of backcast, censuses and what-if."""

from functools import lru_cache

from ui.charts import BIG, CURRENT_COLOUR, PLAIN
from ui.texts import text

BACKCAST_COLOUR, CENSUS_COLOUR = "#7A5195", "#000000"
WHO = ("backcast", "forecast", "census")


@lru_cache(maxsize=64)
def evidence_spec(language: str, unit: str, years: tuple[int, int], big: bool = False) -> dict:
    """Bands and lines of the two kinds of runs, censuses as rings. Cached: do not change."""
    size = BIG if big else PLAIN
    fives = [y for y in range(years[0], years[1] + 1) if y % 5 == 0]
    x = {
        "field": "year", "type": "quantitative", "title": None, "scale": {"domain": list(years), "nice": False},
        "axis": {"format": "d", "values": fives, "grid": False, "labelFontSize": size},
    }  # fmt: skip
    axis = {
        "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -30, "titleY": -12,
        "titleFontWeight": "normal", "titleFontSize": size - 1, "labelFontSize": size - 1, "tickCount": 5,
    }  # fmt: skip
    y = {"type": "quantitative", "title": unit, "scale": {"zero": False}, "axis": axis}
    names = ", ".join(f"{who}: '{text(language, who)}'" for who in WHO)
    colours = {"domain": [text(language, w) for w in WHO], "range": [BACKCAST_COLOUR, CURRENT_COLOUR, CENSUS_COLOUR]}
    colour = {
        "field": "name", "type": "nominal", "scale": colours,
        "legend": {"title": None, "orient": "top", "labelFontSize": size, "symbolStrokeWidth": 3, "symbolOpacity": 1},
    }  # fmt: skip
    runs, counted = {"filter": "datum.who != 'census'"}, {"filter": "datum.who == 'census'"}
    tooltip = [
        {"field": "year", "title": text(language, "year"), "format": "d"},
        {"field": "name", "title": " "},
        {"field": "middle", "title": text(language, "mean"), "format": ",.4~r"},
        {"field": "low", "title": text(language, "lowest"), "format": ",.4~r"},
        {"field": "high", "title": text(language, "highest"), "format": ",.4~r"},
    ]
    ring = {"type": "point", "size": 150, "filled": False, "strokeWidth": 3}
    return {
        "padding": {"left": 6, "top": 14, "right": 14, "bottom": 4},
        "transform": [{"calculate": f"{{{names}}}[datum.who]", "as": "name"}],
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                "transform": [runs],
                "mark": {"type": "area", "opacity": 0.2},
                "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "transform": [runs],
                "mark": {"type": "line", "strokeWidth": 4 if big else 3},
                "encoding": {"y": {"field": "middle", **y}, "tooltip": tooltip},
            },
            {"transform": [counted], "mark": ring, "encoding": {"y": {"field": "middle", **y}, "tooltip": tooltip}},
        ],
    }
