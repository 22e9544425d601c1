"""地图: towns as circles at their coordinates, without tiles or boundaries, and the counties as bars beside them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import streamlit as st

from scenarios.address import END, START
from sim.catalogue import indicators
from ui.city import city_pack
from ui.desk import Desk, preset
from ui.drawing import draw
from ui.ensemble import Ensemble
from ui.flow_panel import FlowPanel
from ui.map_charts import bar_spec, county_name_spots, map_spec
from ui.menus import menu
from ui.simulate import Size, ask
from ui.slot import Slot
from ui.texts import place_name, scaled, text, title
from ui.widgets import key_of

FLOWS = "flows"
SHOWN = ("level", "since_start", "against_baseline", FLOWS)
CENSUS = ("official", "secondary")  # quality marks of a counted figure


def town_indicators(scale: float) -> tuple[str, ...]:
    """Indicators that have a value for most towns, seen in the first run of the baseline."""
    return ask(preset("baseline"), Size(scale), 0).result().town_rows


@cache
def estimated() -> np.ndarray:
    """bool[T]: the town's population at the start is an estimate and not a count."""
    return np.array([quality not in CENSUS for quality in city_pack().town_quality(START)])


@dataclass(frozen=True)
class MapPanel:
    """The map, the bars and a sentence on what they show."""

    indicator: str
    shown: str
    year: int
    language: str
    big: bool
    as_table: bool
    map: Slot
    bars: Slot
    words: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        language, entry = self.language, indicators()[self.indicator]
        towns = self._values(baseline.town_means(self.indicator), current.town_means(self.indicator))
        counties = self._values(*(self._counties(e) for e in (baseline, current)))
        divisor, unit_label = self._unit(counties)
        heading = f"{text(language, f'map_{self.shown}')} ({unit_label})"
        diverging = self.shown != "level"
        sizes = current.town_means("residents")[:, self.year - START]
        table = town_table(towns / divisor, sizes, language)
        spec = map_spec(language, heading, diverging, extent(towns / divisor), county_name_spots(language), self.big)
        alt = text(language, "map_alt", indicator=title(language, entry), year=self.year)
        draw(self.map, table, spec, alt, self.as_table, language)
        bars = county_table(counties / divisor, language)
        spec = bar_spec(language, heading, diverging, self.big)
        draw(self.bars, bars, spec, alt, self.as_table, language)
        guessed = estimated()
        said = {"guessed": int(guessed.sum()), "all": len(guessed), "n": current.futures}
        self.words.caption(text(language, "map_note", **said))

    def _unit(self, counties: np.ndarray) -> tuple[float, str]:
        """(divisor, unit) of what is shown."""
        code = indicators()[self.indicator].unit
        if self._relative(code):
            return 1.0, "%"
        if self.shown != "level" and code == "percent":
            return 1.0, text(self.language, "percentage_points")
        return scaled(self.language, code, float(np.nanmax(counties)))

    def _relative(self, code: str) -> bool:
        """Change of people, posts or money is shown in per cent, change of a rate or ratio as a difference."""
        return self.shown != "level" and code not in ("percent", "ratio", "share", "index")

    def _values(self, baseline: np.ndarray, current: np.ndarray) -> np.ndarray:
        """float64[place]: what is shown, from means by place and year."""
        now = current[:, self.year - START]
        if self.shown == "level":
            return now
        before = current[:, 0] if self.shown == "since_start" else baseline[:, self.year - START]
        if not self._relative(indicators()[self.indicator].unit):
            return now - before
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(before != 0, 100.0 * (now / before - 1.0), np.nan)

    def _counties(self, ensemble: Ensemble) -> np.ndarray:
        return np.array([ensemble.of(self.indicator, c).mean(axis=0) for c in city_pack().counties])


def town_table(values: np.ndarray, sizes: np.ndarray, language: str) -> pa.Table:
    """Columns lon, lat, size, value, town, county, quality."""
    pack = city_pack()
    return pa.table(
        {
            "lon": pack.town_lon.astype(float),
            "lat": pack.town_lat.astype(float),
            "size": sizes,
            "value": values,
            "town": [pack.place_name(t, language) for t in pack.towns],
            "county": [pack.place_name(pack.counties[c], language) for c in pack.town_county],
            "quality": [text(language, "estimated" if e else "counted") for e in estimated()],
        }
    )


def county_table(values: np.ndarray, language: str) -> pa.Table:
    """Columns place, value, region."""
    pack = city_pack()
    return pa.table(
        {
            "place": [pack.place_name(c, language) for c in pack.counties],
            "value": values,
            "region": [place_name(language, pack.regions[r]) for r in pack.county_region],
        }
    )


def extent(values: np.ndarray) -> float:
    """Half the width of a colour scale around nothing: the 95th percentile, so that one small town does not pale the
    rest, on a round number."""
    known = np.abs(values[~np.isnan(values)])
    raw = float(np.quantile(known, 0.95)) if len(known) else 1.0
    return float(number_up(raw)) if raw > 0 else 1.0


def number_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if value <= m * power * (1 + 1e-9))


def lay_out(desk: Desk) -> list[MapPanel | FlowPanel]:
    language = desk.language
    options = town_indicators(Size.of(desk.address).scale)
    indicator, _, shown = desk.look.get("map", "").partition("@")
    indicator = indicator if indicator in options else options[0]
    shown = shown if shown in SHOWN else SHOWN[0]
    year = chosen_year(desk)
    left, middle, right = st.columns([4, 3, 4], gap="medium", vertical_alignment="center")
    with left:
        menu(
            f"indicator_map.{language}", options, indicator, lambda k: title(language, indicators()[k]),
            text(language, "indicator"), lambda k: desk.see(map=f"{k}@{shown}"),
        )  # fmt: skip
    with middle:
        menu(
            f"place_shown.{language}", SHOWN, shown, lambda k: text(language, f"map_{k}"),
            text(language, "shown"), lambda k: desk.see(map=f"{indicator}@{k}"),
        )  # fmt: skip
    with right:
        key = key_of("map_year", year)
        st.slider(
            text(language, "year"), START, END, key=key, label_visibility="collapsed",
            on_change=lambda: desk.see(year=str(st.session_state[key])),
        )  # fmt: skip
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        towns = Slot(st.container(key="fill_map"))
    with narrow:
        bars = Slot(st.container(key="fill_bars"))
    looks = [bool(desk.look.get(k)) for k in ("big", "table")]
    if shown == FLOWS:
        address, size = desk.address, Size.of(desk.address)
        return [FlowPanel(address.scenario, size, year, language, *looks, towns, bars, Slot())]
    return [MapPanel(indicator, shown, year, language, *looks, towns, bars, Slot())]


def chosen_year(desk: Desk) -> int:
    said = desk.look.get("year", "")
    return int(said) if said.isdecimal() and said.isascii() and START <= int(said[:6]) <= END else END
