"""Named events of a policy's world: jobs lost, arrivals stopped, homes lost, in a year, a place and for some time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.catalogue import shock_kinds
from sim.paths import PolicyError, check_value, check_year
from sim.rules.shocks import remaining

LONGEST_RECOVERY = 20  # years


@dataclass(frozen=True)
class Shock:
    """One event; `size` in the unit of its kind (percent), `recovery` years until nothing is left of it."""

    kind: str
    year: int
    size: float
    places: tuple[str, ...]
    recovery: int = 1

    def share(self, years: np.ndarray) -> np.ndarray:
        """float64[Y]: share still away in each year, 0..1."""
        return remaining(self.size / 100.0, np.asarray(years) - self.year, self.recovery)


def check_shock(shock: Shock, pack, field: str) -> None:
    """PolicyError unless kind, year, size and recovery are within the catalogue's bounds. Places: see `towns_hit`."""
    check_year(shock.year, f"{field}.year")
    check_value(shock_kinds()[shock.kind], shock.size, f"{field}.size")
    whole = isinstance(shock.recovery, int) and not isinstance(shock.recovery, bool)
    if not whole or not 1 <= shock.recovery <= LONGEST_RECOVERY:
        raise PolicyError(
            f"must be a whole number of years from 1 to {LONGEST_RECOVERY}, got {shock.recovery!r}",
            f"须为 1 至 {LONGEST_RECOVERY} 的整数年，现为 {shock.recovery!r}",
            f"{field}.recovery",
        )


def towns_hit(shock: Shock, pack) -> np.ndarray:
    """bool[T]"""
    hit = np.zeros(len(pack.towns), bool)
    for place in shock.places:
        hit[pack.towns_of(place)] = True
    return hit


def check_shocks(shocks: Iterable[Shock], pack, start: int) -> None:
    """PolicyError for an event before the first year lived, or two of a kind that hit one town in one year."""
    seen: dict[tuple[str, int], list[tuple[int, Shock]]] = {}
    for number, shock in enumerate(shocks):
        field = f"shocks.{number}"
        check_shock(shock, pack, field)
        if shock.year <= start:
            raise PolicyError(
                f"{shock.kind} of {shock.year} comes before the first year lived, {start + 1}",
                f"{shock.year} 年的“{shock_kinds()[shock.kind].title['zh']}”早于模拟的第一年 {start + 1}",
                f"{field}.year",
            )
        for other, before in seen.get((shock.kind, shock.year), []):
            both = np.flatnonzero(towns_hit(shock, pack) & towns_hit(before, pack))
            if len(both):
                town = pack.towns[both[0]]
                raise PolicyError(
                    f"{shock.kind} of {shock.year} hits {town} twice: in {', '.join(shock.places)} and, as shocks."
                    f"{other}, in {', '.join(before.places)}",
                    f"{shock.year} 年对 {town} 重复设定：{'、'.join(shock.places)} 与 shocks.{other} 的"
                    f" {'、'.join(before.places)}",
                    f"{field}.place",
                )
        seen.setdefault((shock.kind, shock.year), []).append((number, shock))


def shares(shocks: Iterable[Shock], kind: str, years: np.ndarray, pack) -> np.ndarray:
    """float64[Y, T]: share of a kind that is away; where events meet, what each leaves is multiplied."""
    left = np.ones((len(years), len(pack.towns)))
    for shock in shocks:
        if shock.kind == kind:
            left *= 1.0 - shock.share(years)[:, None] * towns_hit(shock, pack)[None, :]
    return 1.0 - left
