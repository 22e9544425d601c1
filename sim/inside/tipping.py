"""What would have tipped a decision: the smallest change of one thing with which the household decides otherwise.

Found by the rules and the household's own draw, everything else left as it was at that moment; `apply` makes that
change in a model, so that the tipped world can be run. Otherwise means: who stays would go, who goes would stay (which
of two distant places a goer ends up in may hang on a hair that no thing of either explains).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.catalogue import levers, parameters
from sim.inside.choice import Choice, choice
from sim.inside.conversion import LEVERS, conversion
from sim.rules import destination as rules
from sim.steps.choice import location_of, pick

FARTHEST = math.log(4.0)  # a change is looked for up to four times and a quarter
STEPS, BISECTIONS = 96, 40
MARGIN = 1e-6  # of the logarithm, beyond the very point at which the decision turns
EARNINGS, RENT, SERVICE, CONSIDER = "earnings", "rent", "service", "consider"


@dataclass(frozen=True)
class Tip:
    """`change` is relative (-0.07: seven per cent less). `place`: the place whose earnings, rent or services change, as
    a place index; the town of residence for a lever. `instead`: the place chosen then (the home: it stays)."""

    what: str  # earnings, rent, service, consider, or a lever of hukou
    place: int
    change: float
    before: float
    after: float
    instead: int


def tips(model, row: int, made: Choice | None = None) -> list[Tip]:
    """Everything that would tip the move of household `row`, the smallest change first. Before step 7."""
    made = choice(model, row) if made is None else made
    if not made.considered:
        return _waking(model, made)
    places = list(dict.fromkeys((made.who.home, made.chosen, made.runner_up)))
    found = [_smallest(model, made, what, place) for what in (EARNINGS, RENT, SERVICE) for place in places]
    return sorted((tip for tip in found if tip), key=lambda tip: abs(math.log(1.0 + tip.change)))


def _waking(model, made: Choice) -> list[Tip]:
    """For who did not consider: how much higher the chance of considering would have to be, if it would then go."""
    need = made.u_consider * (1.0 + MARGIN)
    rate = model.par.moving.consider_rate
    if made.stays or made.hazard <= 0.0 or need > 1.0:
        return []
    factor = need / made.hazard
    if rate * factor > parameters()["consider_rate"].bounds[1]:
        return []
    return [Tip(CONSIDER, made.who.home, factor - 1.0, rate, rate * factor, made.chosen)]


def _smallest(model, made: Choice, what: str, place: int) -> Tip | None:
    """The change of one thing in one place that is nearest to none, upwards or downwards."""
    before = quantity(model, made, what, place)
    if before <= 0.0:
        return None
    weights_with = _weights_with(model, made, what, place)

    def chosen(x: float) -> int:
        w = weights_with(math.exp(x))
        return int(pick(w, float(w.sum()), made.who.home, made.u))

    def stays(x: float) -> bool:
        return chosen(x) == made.who.home

    turned = [at for sign in (1.0, -1.0) if (at := _turning_point(stays, sign)) is not None]
    if not turned:
        return None
    at = min(turned, key=abs)
    factor = math.exp(at)
    return Tip(what, place, factor - 1.0, before, before * factor, chosen(at))


def _turning_point(decides: Callable[[float], bool], sign: float) -> float | None:
    """The least x (log of the factor) in a direction at which the decision is another one than at 0, or None."""
    now = decides(0.0)
    low = 0.0
    for step in range(1, STEPS + 1):
        high = sign * FARTHEST * (step / STEPS) ** 2
        if decides(high) != now:
            break
        low = high
    else:
        return None
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if decides(middle) == now:
            low = middle
        else:
            high = middle
    beyond = high + sign * MARGIN
    return beyond if decides(beyond) != now else high


def quantity(model, made: Choice, what: str, place: int) -> float:
    """The thing that a tip changes: expected earnings and rent, yuan a year; services, 1 = city mean at the start."""
    there = int(location_of.py_func(place, model.T))
    if what == EARNINGS:
        return float(model.signals.expected_earnings[there, made.who.skill])
    return float(model.signals.rent[place] if what == RENT else model.signals.service[there])


def _weights_with(model, made: Choice, what: str, place: int) -> Callable[[float], np.ndarray]:
    """factor -> weights of all places when the thing is so many times what it is."""
    p, table, who, t = model.par.moving, made.table, made.who, model.T
    before = quantity(model, made, what, place)
    both = [place] if what == RENT or place >= 2 * t else [place - place % 2, place - place % 2 + 1]
    old = {j: _utility(table.earnings[j, who.skill], table.rent[j], table.service[j], j, made, p) for j in both}

    def weights(factor: float) -> np.ndarray:
        w = made.weights.copy()
        for j in both:
            earnings, rent, service = table.earnings[j, who.skill], table.rent[j], table.service[j]
            if what == EARNINGS:
                earnings = earnings + before * (factor - 1.0)
            elif what == RENT:
                rent = rent * factor
            else:
                service = service * factor
            w[j] *= math.exp(_utility(earnings, rent, service, j, made, p) - old[j])
        return w

    return weights


def _utility(earnings: float, rent: float, service: float, place: int, made: Choice, p) -> float:
    """The two terms that earnings, rent and services enter."""
    entitled = made.table.entitlement[made.who.group, place]
    return rules.income_utility(earnings, rent, p) + rules.service_utility(service, entitled, made.who.child, p)


def conversion_tips(model, row: int) -> list[Tip]:
    """Every lever of hukou that would tip the conversion of household `row`, smallest change first. Before step 9."""
    now = conversion(model, row)
    if now is None or not now.eligible:
        return []
    found = []
    for name in LEVERS:
        for end in levers()[name].bounds:
            tip = _lever_tip(now, name, now.levers[name], end)
            if tip:
                found.append(replace(tip, place=now.town, instead=int(model.households.home[row])))
    return sorted(found, key=lambda tip: abs(tip.after - tip.before) / np.ptp(levers()[tip.what].bounds))


def _lever_tip(now, name: str, before: float, end: float) -> Tip | None:
    """The value nearest to the one in force, towards one end of the lever, at which the family decides otherwise."""
    if end == before or now.with_lever(name, end) == now.converts:
        return None
    low, high = before, end
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if now.with_lever(name, middle) == now.converts:
            low = middle
        else:
            high = middle
    return Tip(name, 0, high / before - 1.0 if before else math.inf, before, high, 0)


def apply(model, tip: Tip, skill: int = 0) -> None:
    """Makes the change in a model that stands right before the step that decides."""
    if tip.what in LEVERS:
        value = np.array(model.lever(tip.what), dtype=np.float64)
        value[tip.place] = tip.after
        model.set_lever(tip.what, value)
        return
    if tip.what == CONSIDER:
        model.set_parameters({"consider_rate": tip.after})
        return
    there = int(location_of.py_func(tip.place, model.T))
    name = {EARNINGS: "expected_earnings", RENT: "rent", SERVICE: "service"}[tip.what]
    value = np.array(getattr(model.signals, name), dtype=np.float64)
    if tip.what == EARNINGS:
        value[there, skill] *= 1.0 + tip.change
    else:
        value[tip.place if tip.what == RENT else there] *= 1.0 + tip.change
    model.publish(name, value)
