"""Specification of the chart that sets two differences against each other."""

from functools import lru_cache

BIG, PLAIN = 18, 14
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]  # Okabe-Ito
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]


@lru_cache(maxsize=64)
def trade_off_spec(titles: tuple[str, str], big: bool = False) -> dict:
    """A point a scenario with the range of its paired differences both ways; nothing changed is where the two thin
    lines cross. Cached: do not change."""
    size = BIG if big else PLAIN
    axis = {"titleFontSize": size - 1, "labelFontSize": size - 2, "titleFontWeight": "normal", "format": "+,.3~r"}
    axis |= {"tickCount": 5, "titleLimit": 420, "grid": True}
    x = {"field": "x", "type": "quantitative", "title": titles[0], "axis": axis, "scale": {"zero": True}}
    y = {"field": "y", "type": "quantitative", "title": titles[1], "axis": axis, "scale": {"zero": True}}
    name = {"field": "name", "type": "nominal", "legend": None}
    colour = {**name, "scale": {"range": COLOURS}}
    tooltip = [{"field": "name", "title": " "}, {"field": "about", "title": " "}] + [
        {"field": f, "title": t, "format": "+,.4~r"} for f, t in zip("xy", titles, strict=True)
    ]
    zero = {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": "#9aa7b3", "strokeDash": [3, 3]}}
    at_zero = {"field": "zero", "type": "quantitative"}
    bar = {"type": "rule", "strokeWidth": 2}
    across = {"x": {**x, "field": "x0"}, "x2": {"field": "x1"}, "y": y, "color": colour}
    upwards = {"y": {**y, "field": "y0"}, "y2": {"field": "y1"}, "x": x, "color": colour}
    return {
        "padding": {"left": 4, "top": 10, "right": 16, "bottom": 4},
        "layer": [
            {**zero, "encoding": {"x": at_zero}},
            {**zero, "encoding": {"y": at_zero}},
            {"mark": bar, "encoding": across},
            {"mark": bar, "encoding": upwards},
            {
                "mark": {"type": "point", "filled": True, "size": 160, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": colour, "tooltip": tooltip,
                             "shape": {**name, "scale": {"range": SHAPES}}},
            },
            {
                "mark": {"type": "text", "dx": 12, "dy": -12, "fontSize": size + 2, "fontWeight": "bold"},
                "encoding": {"x": x, "y": y, "text": {"field": "name"}, "color": colour},
            },
        ],
    }  # fmt: skip
