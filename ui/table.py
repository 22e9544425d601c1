"""The table of all indicators of a place in one year, current against baseline."""

import pandas as pd
import streamlit as st

from sim.catalogue import indicators
from ui.ensemble import Ensemble, change
from ui.texts import basis, number, scaled, text, title

WIDEST = {"zh": 220, "en": 370}  # pixels that the longest title of an indicator takes
PURE = {"ratio", "share", "index", "index_start_100"}  # numbers that read better without a unit


def indicator_table(baseline: Ensemble, current: Ensemble, place: str, year: int, language: str) -> pd.DataFrame:
    """One row an indicator that has values in the place; numbers as text, in units that people read."""
    rows = []
    for entry in indicators().values():
        if not (baseline.has(entry.key, place) and current.has(entry.key, place)):
            continue
        c = change(baseline, current, entry.key, place, year)
        largest = abs(c.baseline) or abs(c.current)  # the baseline's figures stay as they are while levers move
        divisor, unit_label = scaled(language, entry.unit, largest)
        shown = largest / divisor
        rows.append(
            {
                text(language, "indicator"): title(language, entry),
                text(language, "unit"): unit_label,
                text(language, "baseline"): number(c.baseline / divisor, shown),
                text(language, "current"): number(c.current / divisor, shown),
                text(language, "difference"): difference_number(c.difference / divisor, entry.unit, shown, divisor)
                + (text(language, "points") if entry.unit == "percent" else ""),
                text(language, "counts"): text(language, "up_down", up=c.up, down=c.down, n=c.pairs),
                text(language, "basis"): basis(language, entry.basis),
            }
        )
    return pd.DataFrame(rows)


def columns(language: str) -> dict:
    """Numbers stand at the right, so that their figures line up."""
    figures = ("baseline", "current", "difference", "counts")
    config = {text(language, key): st.column_config.TextColumn(alignment="right") for key in figures}
    return {text(language, "indicator"): st.column_config.TextColumn(width=WIDEST[language]), **config}


def difference_number(value: float, code: str, largest: float, divisor: float = 1.0) -> str:
    """A difference with its sign, both in shown units; of rates, ratios and large counts with one figure more than
    the level has."""
    if code == "percent":
        return number(value, 10.0, sign=True, more=1)  # hundredths of a point
    return number(value, largest, sign=True, more=1 if code in PURE or divisor != 1.0 else 0)


def difference_text(value: float, code: str, divisor: float, largest: float, language: str, bare: bool = False) -> str:
    """A difference with sign and unit (none if `bare`); of two percentages it is in percentage points. `largest` sets
    the figures."""
    shown = difference_number(value / divisor, code, largest / divisor, divisor)
    if bare or code in PURE:
        return shown
    label = text(language, "percentage_points") if code == "percent" else scaled(language, code, largest)[1]
    return f"{shown}{'' if language == 'zh' else ' '}{label}"
