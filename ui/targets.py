"""The plan's own figures for indicators that the model also has, found by their official title and unit."""

from functools import cache

from sim.catalogue import indicators
from sim.data import load_pack

YEARS = (2023, 2025, 2035)
_FACTORS = {("10000_persons", "persons"): 1e4, ("percent", "percent"): 1.0, ("ratio", "ratio"): 1.0}


@cache
def plan_targets() -> dict[str, tuple[tuple[int, float, str], ...]]:
    """indicator -> (year, figure in the indicator's unit, the figure as the plan writes it: `75`, `<1.8`)."""
    by_title = {entry.title["zh"]: entry for entry in indicators().values()}
    found = {}
    for row in load_pack().table("plan_targets").to_dict("records"):
        entry = by_title.get(row["indicator_zh"])
        factor = _FACTORS.get((row["unit"], entry.unit)) if entry else None
        if factor is None:
            continue
        said = {year: str(row[f"target_{year}"]) for year in YEARS}
        aims = tuple((y, float(s.lstrip("<>=")) * factor, s) for y, s in said.items() if _is_number(s.lstrip("<>=")))
        if aims:
            found[entry.key] = aims
    return found


def chart_targets(indicator: str, place: str, divisor: float) -> tuple[tuple[int, float], ...]:
    """(year, figure) in shown units; the plan speaks of the city only."""
    if place != load_pack().city_id:
        return ()
    return tuple((year, round(value / divisor, 6)) for year, value, _ in plan_targets().get(indicator, ()))


def _is_number(said: str) -> bool:
    try:
        return float(said) == float(said)
    except ValueError:
        return False
