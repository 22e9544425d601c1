"""Charts of lessons: plain Vega-Lite over a small table."""

from collections.abc import Mapping

import pyarrow as pa

from ui.city import city_pack
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


def terms_chart(language: str, pair: tuple[Mapping[str, float], Mapping[str, float]], names: tuple[str, str]):
    """(data, spec): terms of utility of the chosen place and of the second best, side by side, but those that are 0."""
    kept = [term for term in pair[0] if pair[0][term] or pair[1][term]]
    who = [
        f"{text(language, key)}: {name}" for key, name in zip(("inside_chosen", "inside_second"), names, strict=True)
    ]
    rows = [(text(language, f"term_name_{t}"), who[k], pair[k][t]) for t in kept for k in (0, 1)]
    columns = dict(zip(("term", "who", "value"), map(list, zip(*rows, strict=True)), strict=True))
    colour = {
        "field": "who", "type": "nominal", "scale": {"domain": who, "range": [FOR, "#9bb7c9"]},
        "legend": {"title": None, "orient": "top", "labelFontSize": 13, "labelLimit": 400},
    }  # fmt: skip
    y = {"field": "term", "type": "nominal", "sort": None, "axis": {"title": None, "labelFontSize": 14}}
    x = {"field": "value", "type": "quantitative", "title": text(language, "inside_terms")}
    bar = {"y": y, "yOffset": {"field": "who", "sort": who}, "x": x, "color": colour}
    tooltip = [{"field": "who"}, {"field": "value", "format": "+.3f"}]
    return pa.table(columns), {"mark": {"type": "bar"}, "encoding": {**bar, "tooltip": tooltip}}


def life_map(language: str, life: list[dict]) -> tuple[pa.Table, dict]:
    """(data, spec): the towns in grey, the places lived in joined in the order of years, the first year at each."""
    pack = city_pack()
    spots = {t: (float(lon), float(lat)) for t, lon, lat in zip(pack.towns, pack.town_lon, pack.town_lat, strict=True)}
    spots |= {o: (float(a), float(b)) for o, a, b in zip(pack.outside, pack.outside_lon, pack.outside_lat, strict=True)}
    stops: list[tuple[int, str]] = []
    for year in life:
        if not stops or stops[-1][1] != year["place"]:
            stops.append((year["year"], year["place"]))
    names = [f"{year} {pack.place_name(place, language)}" for year, place in stops]
    lon, lat = ([spots[place][k] for _, place in stops] for k in (0, 1))
    table = pa.table({"lon": lon, "lat": lat, "order": list(range(len(stops))), "name": names})
    place = {
        "longitude": {"field": "lon", "type": "quantitative"},
        "latitude": {"field": "lat", "type": "quantitative"},
    }
    grey = {"values": [{"lon": spots[t][0], "lat": spots[t][1]} for t in pack.towns]}
    label = {"type": "text", "dy": -14, "fontSize": 13, "fontWeight": "bold", "color": "#1b2733"}
    return table, {
        "projection": {"type": "mercator"},
        "layer": [
            {"data": grey, "mark": {"type": "circle", "size": 24, "color": "#c3ccd5"}, "encoding": place},
            {
                "mark": {"type": "line", "color": FOR, "strokeWidth": 3},
                "encoding": {**place, "order": {"field": "order", "type": "quantitative"}},
            },
            {"mark": {"type": "circle", "size": 130, "color": FOR}, "encoding": place},
            {"mark": label, "encoding": {**place, "text": {"field": "name"}}},
        ],
    }
