"""Specification of the chart of guesses. Cached: do not change."""

from functools import lru_cache

from ui.charts import CURRENT_COLOUR, TARGET_COLOUR

ROW, FRAME = 28, 70  # pixels of a row, and of axis and title


@lru_cache(maxsize=64)
def guess_spec(unit: str) -> dict:
    """A row a guess, in the order of size; the model with its range in another colour and shape."""
    kinds = {"field": "kind", "type": "nominal", "legend": None}
    colour = {**kinds, "scale": {"domain": ["guess", "model"], "range": [TARGET_COLOUR, CURRENT_COLOUR]}}
    shape = {**kinds, "scale": {"domain": ["guess", "model"], "range": ["circle", "diamond"]}}
    y = {"field": "name", "type": "nominal", "sort": {"field": "middle"}, "title": None, "axis": {"labelFontSize": 14}}
    x = {"type": "quantitative", "title": unit, "scale": {"zero": False}, "axis": {"labelFontSize": 13}}
    return {
        "encoding": {"y": y, "color": colour},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.5},
             "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
             "encoding": {"x": {**x, "field": "middle"}, "shape": shape}},
        ],
    }  # fmt: skip
