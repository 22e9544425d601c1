"""The map's arrows: net moves between counties and with the outside, added up to the chosen year."""

from concurrent.futures import wait
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from scenarios.address import FROM_YEAR
from scenarios.scenario import Scenario
from ui.charts import CURRENT_COLOUR, TARGET_COLOUR
from ui.city import city_pack
from ui.drawing import draw
from ui.ensemble import Ensemble
from ui.flows import Moves, ask_moves, net
from ui.map_charts import BIG, PLAIN
from ui.simulate import FIRST, Size
from ui.slot import NOTHING_YET, Slot
from ui.texts import number, text

FUTURES = 4  # at most; every one is lived through once more to count moves
LARGEST = 14  # pixels of the widest line
BESIDE = 0.28  # degrees east of the easternmost town, where the outside is drawn


@dataclass(frozen=True)
class FlowPanel:
    """Lines from where more leave to where they go, and each county's balance beside them."""

    scenario: Scenario
    size: Size
    year: int
    language: str
    big: bool
    as_table: bool
    map: Slot
    bars: Slot
    words: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        if current.futures < self.size.futures:
            if current.futures <= FIRST:
                for slot in (self.map, self.bars):
                    slot.html(NOTHING_YET)
            return
        asked = [ask_moves(self.scenario, self.size, r) for r in range(min(FUTURES, self.size.futures))]
        while not all(future.done() for future in asked):
            wait(asked, timeout=0.2)
            done = sum(future.done() for future in asked)
            self.words.caption(text(self.language, "task_progress", k=done, n=len(asked)))
        people = mean_until([future.result() for future in asked], self.year)
        names = node_names(self.language)
        alt = text(self.language, "flows_alt", start=FROM_YEAR, year=self.year)
        lines = flow_table(people, names)
        largest = max(lines["people"].to_pylist(), default=1.0)
        spec = flow_spec(self.language, spots(names), largest, self.big)
        draw(self.map, lines, spec, alt, self.as_table, self.language, ("lon2", "lat2", "way"))
        balance = pa.table({"place": names, "value": net(people)})
        draw(self.bars, balance, balance_spec(self.language, self.big), alt, self.as_table, self.language)
        all_moves = number(float(people.sum()))
        self.words.caption(
            text(self.language, "flows_note", start=FROM_YEAR, year=self.year, n=len(asked), people=all_moves)
        )


def mean_until(moves: list[Moves], year: int) -> np.ndarray:
    """float64[from, to]: persons from the first year lived to `year`, mean over futures."""
    return np.mean([m.people[m.years <= year].sum(axis=0) for m in moves], axis=0)


def node_names(language: str) -> list[str]:
    pack = city_pack()
    return [*(pack.place_name(c, language) for c in pack.counties), text(language, "outside")]


def spots(names: list[str]) -> tuple[tuple[str, float, float], ...]:
    """(name, lon, lat): the middle of each county's towns; the outside to the east."""
    pack = city_pack()
    county = np.asarray(pack.town_county)
    lon = [float(pack.town_lon[county == c].mean()) for c in range(len(pack.counties))]
    lat = [float(pack.town_lat[county == c].mean()) for c in range(len(pack.counties))]
    lon.append(float(pack.town_lon.max()) + BESIDE)
    lat.append(float(np.mean(lat)))
    return tuple(zip(names, (round(v, 4) for v in lon), (round(v, 4) for v in lat), strict=True))


def flow_table(people: np.ndarray, names: list[str]) -> pa.Table:
    """A row a pair between which people moved: from where more leave, to where they go; persons net and both ways."""
    at = spots(names)
    rows = []
    for a in range(len(names)):
        for b in range(a + 1, len(names)):
            there, back = float(people[a, b]), float(people[b, a])
            if there == back == 0:
                continue
            i, j = (a, b) if there >= back else (b, a)
            way = "outside" if len(names) - 1 in (a, b) else "inside"
            rows.append(
                (names[i], names[j], abs(there - back), people[i, j], people[j, i], way, *at[i][1:], *at[j][1:])
            )
    columns = ("origin", "target", "people", "there", "back", "way", "lon", "lat", "lon2", "lat2")
    return pa.table({c: [row[k] for row in rows] for k, c in enumerate(columns)})


@lru_cache(maxsize=64)
def flow_spec(language: str, at: tuple[tuple[str, float, float], ...], largest: float, big: bool = False) -> dict:
    """Lines that grow towards the target's end, where a dot stands. Cached: do not change."""
    size = BIG if big else PLAIN
    place = {
        "longitude": {"field": "lon", "type": "quantitative"},
        "latitude": {"field": "lat", "type": "quantitative"},
    }
    ends = {"longitude2": {"field": "lon2"}, "latitude2": {"field": "lat2"}}
    target = {
        "longitude": {"field": "lon2", "type": "quantitative"}, "latitude": {"field": "lat2", "type": "quantitative"},
    }  # fmt: skip
    width = {"field": "people", "type": "quantitative", "legend": None,
             "scale": {"domain": [0, largest], "range": [0.6, LARGEST]}}  # fmt: skip
    area = {**width, "scale": {"domain": [0, largest], "range": [10, 420]}}
    colour = {
        "field": "way", "type": "nominal", "legend": None,
        "scale": {"domain": ["inside", "outside"], "range": [CURRENT_COLOUR, TARGET_COLOUR]},
    }  # fmt: skip
    tooltip = [
        {"field": f, "title": text(language, f"col_{f}"), **({} if f in ("origin", "target") else {"format": ",.0f"})}
        for f in ("origin", "target", "people", "there", "back")
    ]
    names = {"values": [{"name": n, "lon": lon, "lat": lat} for n, lon, lat in at]}
    letters = {"type": "text", "fontSize": size + 3, "fontWeight": "bold", "dy": -16}
    return {
        "projection": {"type": "mercator"},
        "layer": [
            {"mark": {"type": "rule", "opacity": 0.55},
             "encoding": {**place, **ends, "strokeWidth": width, "color": colour, "tooltip": tooltip}},
            {"mark": {"type": "circle", "opacity": 1},
             "encoding": {**target, "size": area, "color": colour, "tooltip": tooltip}},
            {"data": names, "mark": {**letters, "stroke": "white", "strokeWidth": 4, "strokeJoin": "round"},
             "encoding": {**place, "text": {"field": "name"}}},
            {"data": names, "mark": {**letters, "color": "#1b2733"}, "encoding": {**place, "text": {"field": "name"}}},
        ],
    }  # fmt: skip


@lru_cache(maxsize=16)
def balance_spec(language: str, big: bool = False) -> dict:
    """Who gained and who lost people by moving. Cached: do not change."""
    size = BIG if big else PLAIN
    axis = {"labelFontSize": size + 1, "title": None, "labelLimit": 160, "ticks": False, "domain": False}
    y = {"field": "place", "type": "nominal", "sort": "-x", "axis": axis}
    x = {"field": "value", "type": "quantitative", "title": text(language, "flows_balance"),
         "axis": {"labelFontSize": size, "titleFontSize": size, "tickCount": 4}}  # fmt: skip
    colour = {"condition": {"test": "datum.value < 0", "value": TARGET_COLOUR}, "value": CURRENT_COLOUR}
    told = {"field": "value", "type": "quantitative", "format": "+,.0f"}
    return {
        "padding": {"left": 4, "top": 4, "right": 60, "bottom": 4},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.62}}, "encoding": {"color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 5, "fontSize": size}, "encoding": {"text": told}},
        ],
    }
