"""Part of step 8: homes that an event takes, and those rebuilt after it."""

from dataclasses import dataclass

import numpy as np

from sim.rules.shocks import homes_gone, homes_rebuilt
from sim.shocks import towns_hit


@dataclass
class Ruins:
    """Homes of one event that do not stand again yet."""

    gone: np.ndarray  # int64[2T, home type]
    years_left: int


def homes_lost(model, taken: np.ndarray) -> None:
    """Takes the homes of this year's events and rebuilds part of those of earlier ones; `taken` occupied homes
    int64[2T, home type]. Entered in `homes_flow` as demolished and completed."""
    state, homes = model.housing_state, model.towns.homes
    for ruins in state.ruins:
        built = homes_rebuilt(ruins.gone, ruins.years_left)
        ruins.gone, ruins.years_left = ruins.gone - built, ruins.years_left - 1
        homes += built
        model.homes_flow["completed"] += built
    state.ruins = [ruins for ruins in state.ruins if ruins.years_left]
    for shock in model.policy.shocks:
        if shock.kind == "homes_lost" and shock.year == model.year:
            hit = np.repeat(towns_hit(shock, model.pack), 2)[:, None]
            gone = homes_gone(hit * (shock.size / 100.0), homes, taken)
            homes -= gone
            model.homes_flow["demolished"] += gone
            state.ruins.append(Ruins(gone, shock.recovery))
