"""The line charts, as plain Vega-Lite: a specification is made once for each look and then only gets new data.

Numbers travel as an Arrow table of some thirty rows; making charts anew from Python objects cost more than all else.
"""

import json
import math
from functools import lru_cache

import numpy as np
import pyarrow as pa

from ui.ensemble import Ensemble
from ui.texts import text

# Okabe-Ito blue against black dashes: told apart by colour, by dash and by the label at the line's end.
BASELINE_COLOUR, CURRENT_COLOUR, TARGET_COLOUR = "#000000", "#0072B2", "#D55E00"
LABEL_GAP = {False: 0.055, True: 0.09}  # least distance of the two end labels, share of the axis; by large type
MARGIN = 0.25  # room above and below the baseline's range, share of it
GRID = 8  # a domain is rounded to this many parts of its own power of two, so that few specifications are needed
PLAIN, BIG = 14, 20  # font sizes


def chart_table(
    baseline: Ensemble,
    current: Ensemble,
    indicator: str,
    place: str,
    divisor: float,
    targets: tuple[tuple[int, float], ...] = (),
    big: bool = False,
) -> tuple[pa.Table, tuple[float, float]]:
    """The data of a chart and the ends of its vertical axis.

    Columns who, year, low, middle, high, label_at: range and mean over futures divided by `divisor`; label_at is the
    height of the label at the right end, NaN elsewhere.
    """
    found = [run.of(indicator, place) / divisor for run in (baseline, current)]
    years = len(baseline.years)
    low, middle, high = (np.array([f(values, axis=0) for values in found]) for f in (np.min, np.mean, np.max))
    ends = domain(low, high, targets)
    label_at = np.full((2, years), np.nan)
    label_at[:, -1] = label_heights(middle[0], middle[1], ends, LABEL_GAP[big])
    columns = {"low": low, "middle": middle, "high": high, "label_at": label_at}
    table = {"who": ["baseline"] * years + ["current"] * years, "year": np.tile(baseline.years, 2)}
    return pa.table(table | {name: values.ravel() for name, values in columns.items()}), ends


def label_heights(
    baseline: np.ndarray, current: np.ndarray, ends: tuple[float, float], gap: float = LABEL_GAP[False]
) -> tuple[float, float]:
    """Heights of the two end labels, pushed apart if they would lie on each other; the baseline's is NaN where the
    two lines are one."""
    base, now = float(baseline[-1]), float(current[-1])
    if np.array_equal(baseline, current):
        return math.nan, now
    push = max(0.0, gap * (ends[1] - ends[0]) - abs(now - base)) / 2
    up = 1 if now >= base else -1
    return base - up * push, now + up * push


def domain(low: np.ndarray, high: np.ndarray, targets: tuple[tuple[int, float], ...] = ()) -> tuple[float, float]:
    """Ends of the vertical axis: the baseline (row 0) with room on both sides, and whatever goes beyond, on a round
    grid, so that a move shows as a move and not as a new axis."""
    base_low, base_high = float(low[0].min()), float(high[0].max())
    room = MARGIN * max(base_high - base_low, 0.02 * abs(base_high), 1e-9)
    aims = [value for _, value in targets]
    bottom = min([base_low - room, float(low.min()) - room / 3, *(a - room / 3 for a in aims)])
    top = max([base_high + room, float(high.max()) + room / 3, *(a + room / 3 for a in aims)])
    if base_low >= 0:
        bottom = max(bottom, 0.0)
    step = 2.0 ** math.floor(math.log2(top - bottom)) / GRID
    return math.floor(bottom / step) * step, math.ceil(top / step) * step


@lru_cache(maxsize=256)
def line_chart(
    language: str,
    unit: str,
    ends: tuple[float, float],
    years: tuple[int, int],
    same: bool,
    targets: tuple[tuple[int, float], ...] = (),
    big: bool = False,
) -> dict:
    """Spec of one chart over `chart_table`: bands under lines, the plan's targets as rings, labels at the ends.

    Cached and shared: do not change it. `same`: the two lines are one and get one label.
    """
    size = BIG if big else PLAIN
    fives = [y for y in range(years[0], years[1] + 1) if y % 5 == 0]
    x = {
        "field": "year", "type": "quantitative", "title": None, "scale": {"nice": False, "domain": list(years)},
        "axis": {"format": "d", "grid": False, "values": fives, "labelFlush": False, "labelFontSize": size},
    }  # fmt: skip
    axis = {  # the unit stands level, over the axis
        "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -30, "titleY": -12,
        "titleFontSize": size - 1, "labelFontSize": size - 1, "titleFontWeight": "normal", "tickCount": 5,
    }  # fmt: skip
    y = {"type": "quantitative", "scale": {"domain": list(ends), "nice": False}, "title": unit, "axis": axis}
    who = {"field": "who", "type": "nominal", "legend": None}
    colour = {**who, "scale": {"domain": ["baseline", "current"], "range": [BASELINE_COLOUR, CURRENT_COLOUR]}}
    dash = {**who, "scale": {"domain": ["baseline", "current"], "range": [[7, 5], [1, 0]]}}
    tooltip = [{"field": "year", "title": text(language, "year"), "format": "d"}] + [
        {"field": field, "title": text(language, key), "format": ",.4~r"}
        for field, key in (("middle", "mean"), ("low", "lowest"), ("high", "highest"))
    ]
    said = {"baseline": text(language, "baseline"), "current": text(language, "both" if same else "current")}
    return {
        "padding": {"left": 6, "top": 22, "right": 10, "bottom": 4},
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.2, "clip": True},
                "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 4.5 if big else 3, "clip": True},
                "encoding": {"y": {"field": "middle", **y}, "strokeDash": dash, "tooltip": tooltip},
            },
            *_target_layers(language, targets, y, size),
            {
                "transform": [
                    {"filter": "isValid(datum.label_at) && isFinite(datum.label_at)"},
                    {"calculate": f"{json.dumps(said, ensure_ascii=False)}[datum.who]", "as": "label"},
                ],
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": size, "fontWeight": "bold"},
                "encoding": {"y": {"field": "label_at", **y}, "text": {"field": "label"}},
            },
        ],
    }


def _target_layers(language: str, targets: tuple[tuple[int, float], ...], y: dict, size: int) -> list[dict]:
    """The plan's figures as rings with a label."""
    if not targets:
        return []
    said, last = text(language, "plan_target"), max(year for year, _ in targets)
    data = {"values": [{"year": y, "aim": value, "label": said if y == last else ""} for y, value in targets]}
    shown = {"y": {"field": "aim", **y}, "color": {"value": TARGET_COLOUR}}
    ring = {"type": "point", "shape": "diamond", "size": 90, "filled": False, "strokeWidth": 2.5}
    label = {"type": "text", "dy": -12, "fontSize": size - 2, "align": "right", "dx": 6}
    tooltip = [{"field": "year", "title": text(language, "year"), "format": "d"}, {"field": "aim", "title": said}]
    return [
        {"data": data, "mark": ring, "encoding": {**shown, "tooltip": tooltip}},
        {"data": data, "mark": label, "encoding": {**shown, "text": {"field": "label"}}},
    ]
