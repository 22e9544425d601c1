"""Specifications of the charts of 为什么: contributions as a waterfall, and changes by group. Cached: do not change."""

from functools import lru_cache

from ui.charts import CURRENT_COLOUR, TARGET_COLOUR
from ui.texts import text

PLAIN, BIG = 14, 19
WHOLE_COLOUR = "#5b6b7b"
SIGNS = {"domain": ["up", "down", "whole"], "range": [CURRENT_COLOUR, TARGET_COLOUR, WHOLE_COLOUR]}


@lru_cache(maxsize=64)
def waterfall_spec(language: str, heading: str, big: bool = False) -> dict:
    """Bars from `start` to `end` one below the other, each with the range of its futures and its figure; the last is
    the whole. Up and down are told apart by colour, by the arrow in the label and by place."""
    size = BIG if big else PLAIN
    y = {
        "field": "part", "type": "nominal", "sort": {"field": "rank"}, "title": None,
        "axis": {"labelFontSize": size, "labelLimit": 330, "ticks": False, "domain": False},
    }  # fmt: skip
    axis = {"labelFontSize": size - 1, "titleFontSize": size - 1, "titleFontWeight": "normal", "tickCount": 6}
    x = {"type": "quantitative", "title": heading, "axis": axis, "scale": {"nice": True}}
    colour = {"field": "sign", "type": "nominal", "legend": None, "scale": SIGNS}
    tooltip = [{"field": "part", "title": text(language, "part")}] + [
        {"field": f, "title": text(language, k), "format": "+,.4~r"}
        for f, k in (("value", "contribution"), ("low", "lowest"), ("high", "highest"))
    ]
    return {
        "padding": {"left": 4, "top": 8, "right": 70, "bottom": 4},
        "encoding": {"y": y},
        "layer": [
            {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": "#9aa7b3"},
             "encoding": {"y": None, "x": {**x, "field": "zero"}}},
            {"mark": {"type": "bar", "height": {"band": 0.55}, "opacity": 0.85},
             "encoding": {"x": {**x, "field": "start"}, "x2": {"field": "end"}, "color": colour, "tooltip": tooltip}},
            {"transform": [{"calculate": "datum.start + datum.low", "as": "from"},
                           {"calculate": "datum.start + datum.high", "as": "to"}],
             "mark": {"type": "rule", "strokeWidth": 2.5, "color": "#1b2733"},
             "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}}},
            {"transform": [{"calculate": "max(datum.end, datum.start, datum.start + datum.high)", "as": "right"}],
             "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": size, "fontWeight": "bold"},
             "encoding": {"x": {**x, "field": "right"}, "text": {"field": "told"}, "color": colour}},
        ],
    }  # fmt: skip


@lru_cache(maxsize=64)
def gains_spec(language: str, heading: str, big: bool = False) -> dict:
    """A dot a group with the range over futures; filled where all futures agree in direction."""
    size = BIG if big else PLAIN
    y = {
        "field": "group", "type": "nominal", "sort": {"field": "rank"}, "title": None,
        "axis": {"labelFontSize": size, "labelLimit": 260, "ticks": False, "domain": False, "grid": True},
    }  # fmt: skip
    axis = {"labelFontSize": size - 1, "titleFontSize": size - 1, "titleFontWeight": "normal", "tickCount": 5}
    x = {"type": "quantitative", "title": heading, "axis": axis, "scale": {"zero": True}}
    colour = {"condition": {"test": "datum.middle < 0", "value": TARGET_COLOUR}, "value": CURRENT_COLOUR}
    tooltip = [{"field": "group", "title": text(language, "group")}] + [
        {"field": f, "title": text(language, k), "format": "+,.3~r"}
        for f, k in (("middle", "mean"), ("low", "lowest"), ("high", "highest"))
    ]
    dots = {"condition": {"test": "datum.agreed", "value": 1.0}, "value": 0.0}
    return {
        "padding": {"left": 4, "top": 8, "right": 14, "bottom": 4},
        "encoding": {"y": y},
        "layer": [
            {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": "#5b6b7b", "strokeDash": [4, 3]},
             "encoding": {"y": None, "x": {**x, "field": "zero"}}},
            {"mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55},
             "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "point", "size": 110, "strokeWidth": 2, "filled": True},
             "encoding": {"x": {**x, "field": "middle"}, "color": colour, "fillOpacity": dots,
                          "stroke": colour, "tooltip": tooltip}},
        ],
    }  # fmt: skip
