"""Charts of lessons: plain Vega-Lite over a small table."""

from collections.abc import Mapping

import pyarrow as pa

from ui.texts import text

FOR, AGAINST = "#0072B2", "#B3600B"


def weights_chart(language: str, weights: Mapping[str, float], heading: str) -> tuple[pa.Table, dict]:
    """(data, spec) of bars to the right (for the decision) and to the left (against it), in the order given."""
    names = [text(language, f"term_name_{term}") for term in weights]
    data = pa.table({"term": names, "weight": list(weights.values())})
    y = {"field": "term", "type": "nominal", "sort": None, "axis": {"title": None, "labelFontSize": 14, "ticks": False}}
    x = {
        "field": "weight",
        "type": "quantitative",
        "title": heading,
        "axis": {"labelFontSize": 12, "titleFontSize": 13},
    }
    colour = {"condition": {"test": "datum.weight > 0", "value": FOR}, "value": AGAINST}
    label = {"field": "weight", "type": "quantitative", "format": "+.3f"}
    return data, {
        "padding": {"left": 4, "top": 4, "right": 50, "bottom": 4},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.6}}, "encoding": {"color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 13}, "encoding": {"text": label}},
        ],
    }
