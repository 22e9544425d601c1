"""Specifications of the map and of the bars beside it, cached; data come with each fill."""

from functools import cache, lru_cache

import numpy as np

from ui.city import city_pack
from ui.texts import text

BIG, PLAIN = 17, 13
LARGEST = 1600  # square pixels of the largest town


@cache
def county_name_spots(language: str) -> tuple[tuple[str, float, float], ...]:
    """(name, lon, lat) over the middle of each county's towns."""
    pack = city_pack()
    found = []
    for c, county in enumerate(pack.counties):
        towns = np.flatnonzero(np.asarray(pack.town_county) == c)
        lon, lat = float(pack.town_lon[towns].mean()), float(pack.town_lat[towns].max()) + 0.035
        found.append((pack.place_name(county, language), round(lon, 4), round(lat, 4)))
    return tuple(found)


@lru_cache(maxsize=128)
def map_spec(
    language: str,
    heading: str,
    diverging: bool,
    extent: float,
    spots: tuple[tuple[str, float, float], ...],
    big: bool = False,
) -> dict:
    """Circles by residents, coloured by value; a dashed ring marks an estimated population. Cached: do not change."""
    size = BIG if big else PLAIN
    place = {
        "longitude": {"field": "lon", "type": "quantitative"},
        "latitude": {"field": "lat", "type": "quantitative"},
    }
    scale = (
        {"scheme": "blueorange", "domain": [-extent, extent], "reverse": True, "clamp": True}
        if diverging
        else {"scheme": "blues"}
    )
    colour = {
        "field": "value", "type": "quantitative", "scale": scale,
        "legend": {"title": heading, "orient": "bottom-right", "direction": "horizontal", "gradientLength": 150,
                   "titleFontSize": size, "labelFontSize": size - 1, "format": ",.3~r", "titleLimit": 240},
    }  # fmt: skip
    counted = text(language, "counted")
    dash = {
        "field": "quality", "type": "nominal",
        "scale": {"domain": [counted, text(language, "estimated")], "range": [[1, 0], [3, 3]]},
        "legend": {"title": None, "orient": "bottom-left", "symbolSize": 150, "symbolStrokeWidth": 1.5,
                   "labelFontSize": size,
                   "symbolFillColor": "transparent", "symbolStrokeColor": "#33414e"},
    }  # fmt: skip
    tooltip = [
        {"field": "town", "title": text(language, "town")},
        {"field": "county", "title": text(language, "county")},
        {"field": "value", "title": heading, "format": ",.4~r"},
        {"field": "size", "title": text(language, "residents"), "format": ",.0f"},
        {"field": "quality", "title": text(language, "quality")},
    ]
    circles = {"type": "circle", "opacity": 0.92, "stroke": "#33414e", "strokeWidth": 1.3}
    area = {"field": "size", "type": "quantitative", "legend": None,
            "scale": {"type": "linear", "domain": [0, 300_000], "range": [20, LARGEST], "clamp": True}}  # fmt: skip
    looks = {"size": area, "color": colour, "strokeDash": dash}
    letters = {"type": "text", "fontSize": size + 2, "fontWeight": "bold", "dy": -8}
    names = {"values": [{"name": n, "lon": lon, "lat": lat} for n, lon, lat in spots]}
    return {
        "projection": {"type": "mercator"},
        "layer": [
            {
                "mark": circles,
                "encoding": {**place, **looks, "tooltip": tooltip},
            },
            {
                "data": names,
                "mark": {**letters, "stroke": "white", "strokeWidth": 4, "strokeJoin": "round"},
                "encoding": {**place, "text": {"field": "name"}},
            },
            {"data": names, "mark": {**letters, "color": "#33414e"}, "encoding": {**place, "text": {"field": "name"}}},
        ],
    }


@lru_cache(maxsize=128)
def bar_spec(language: str, heading: str, diverging: bool, big: bool = False) -> dict:
    """The counties, largest first; the two regions told apart by colour and by a word. Cached: do not change."""
    size = BIG if big else PLAIN
    axis = {"labelFontSize": size + 1, "title": None, "labelLimit": 160, "ticks": False, "domain": False}
    y = {"field": "place", "type": "nominal", "sort": "-x", "axis": axis}
    x = {
        "field": "value", "type": "quantitative", "title": heading, "scale": {"zero": True},
        "axis": {"labelFontSize": size, "titleFontSize": size, "tickCount": 4, "titleFontWeight": "normal"},
    }  # fmt: skip
    colour = {
        "field": "region", "type": "nominal", "scale": {"range": ["#0072B2", "#9bb7c9"]},
        "legend": {"title": None, "orient": "top", "labelFontSize": size},
    }  # fmt: skip
    shown = {"field": "value", "type": "quantitative", "format": "+,.3~r" if diverging else ",.4~r"}
    return {
        "padding": {"left": 4, "top": 4, "right": 40, "bottom": 4},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.62}}, "encoding": {"color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 5, "fontSize": size}, "encoding": {"text": shown}},
        ],
    }
