"""The plan's own figures for the indicators that name a row of its table (`target` in the catalogue)."""

from functools import cache

from sim.catalogue import indicators
from sim.data.plan import LARGER, Target
from ui.city import city_pack


@cache
def reported() -> dict[str, str]:
    """Row of the plan -> indicator that reports it."""
    return {str(e.extra["target"]): e.key for e in indicators().values() if "target" in e.extra}


def factor(target: Target) -> float:
    """What a figure of the plan is multiplied with to be in the indicator's unit."""
    return LARGER.get(target.unit, ("", 1.0))[1]


def chart_targets(indicator: str, place: str, divisor: float) -> tuple[tuple[int, float], ...]:
    """(year, figure) in shown units; the plan speaks of the city only."""
    pack, row = city_pack(), str(indicators()[indicator].extra.get("target", ""))
    if place != pack.city_id or row not in pack.targets:
        return ()
    target = pack.targets[row]
    return tuple((year, round(f.value * factor(target) / divisor, 6)) for year, f in target.figures.items())
