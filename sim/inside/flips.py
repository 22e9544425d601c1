"""Which decisions of a year flip when a parameter of an equation is another one, all else being as it was."""

from dataclasses import dataclass

import numpy as np

from sim.catalogue import parameters
from sim.inside.conversion import conversion
from sim.inside.worlds import World
from sim.steps import attraction, moving
from sim.steps.choice import NO_MOVE

MOVING, HUKOU = "moving", "hukou"  # groups of parameters, and the steps that they decide


@dataclass(frozen=True)
class Flips:
    """Decisions of all households in one year with the parameter's old value and the new one.

    `decided`: households that do something (move, convert) with the old value, `then` with the new one; `starts`,
    `stops`, `elsewhere`: keys of households that do it only now, no longer, or go to another place.
    """

    step: str
    households: int
    decided: int
    then: int
    starts: tuple[int, ...]
    stops: tuple[int, ...]
    elsewhere: tuple[int, ...]

    @property
    def flipped(self) -> int:
        return len(self.starts) + len(self.stops) + len(self.elsewhere)

    def of(self, key: int) -> str:
        """starts, stops, elsewhere, or same for one household."""
        return next((name for name in ("starts", "stops", "elsewhere") if key in getattr(self, name)), "same")


def flips(world: World, year: int, parameter: str, value: float) -> Flips:
    """What a parameter of the groups moving or hukou changes in the decisions of a year.

    CatalogueError for a value out of bounds, ValueError for a parameter of another group.
    """
    group = parameters()[parameter].group
    if group not in (MOVING, HUKOU):
        raise ValueError(f"{parameter} decides neither moves nor conversions (group {group})")
    parameters()[parameter].check(value)
    model = world.until(year, group)
    before = _decisions(model, group)
    model.set_parameters({parameter: value})
    after = _decisions(model, group)
    keys = model.households.key
    none = NO_MOVE

    def at(mask: np.ndarray) -> tuple[int, ...]:
        return tuple(int(k) for k in keys[mask])

    return Flips(
        group, len(keys), int((before != none).sum()), int((after != none).sum()),
        at((before == none) & (after != none)), at((before != none) & (after == none)),
        at((before != none) & (after != none) & (before != after)),
    )  # fmt: skip


def _decisions(model, group: str) -> np.ndarray:
    """int[households]: place where the head goes, or town to which the family converts; NO_MOVE."""
    if group == MOVING:
        to_household, to_person = moving.wishes(model, attraction.attraction(model))
        return np.where(to_household != NO_MOVE, to_household, to_person[model.households.first]).astype(np.int64)
    made = (conversion(model, row) for row in range(len(model.households)))
    return np.array([one.town if one is not None and one.converts else NO_MOVE for one in made], np.int64)
