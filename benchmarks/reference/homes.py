"""Mirrors sim/steps/home_requests.py: who gets a home."""

from dataclasses import dataclass

import numpy as np

from benchmarks.reference.plain import plain
from sim.codes import (
    COMMODITY_HOME,
    DORMITORY,
    DORMITORY_BED,
    HOMESTEAD,
    HOMESTEAD_HOME,
    OWNED,
    PUBLIC_HOME,
    PUBLIC_RENTAL,
    RENTED,
)
from sim.draws import Decision, draw, draw_alternative
from sim.rules import tenure as rules
from sim.steps import housing
from sim.steps.home_requests import FAMILIES, MOVING, NOBODY, OPEN, income_line, on_offer

buy_chance = plain(rules.buy_chance)
dormitory_chance = plain(rules.dormitory_chance)
public_rental_eligible = plain(rules.public_rental_eligible)

ORDER = (
    (HOMESTEAD_HOME, HOMESTEAD),
    (PUBLIC_HOME, PUBLIC_RENTAL),
    (DORMITORY_BED, DORMITORY),
    (COMMODITY_HOME, RENTED),
)


@dataclass(eq=False)
class Request:
    """A household (or lone mover) that asks for a home; `tenure` None until it gets one."""

    key: np.uint64
    place: int
    size: int
    earnings: float
    local: int
    years: int
    homestead: bool
    single: bool
    tenure: int | None = None


def allocate(model, requests: list[Request], forming: bool) -> None:
    """Sets the tenure of requests that get a home, one type of home after another."""
    if not requests:
        return
    call = FAMILIES if forming else MOVING
    vacant = on_offer(model, housing.occupied(model)).tolist()
    world = _world(model)
    wishes = [wishes_of(request, world) for request in requests]
    for request in requests:
        model.housing_state.asked[request.place] += 1
    buyers = {request for request, (_, buys) in zip(requests, wishes, strict=True) if buys}
    for home_type, tenure in ORDER:
        asking = [
            request
            for request, (types, _) in zip(requests, wishes, strict=True)
            if request.tenure is None and home_type in types
        ]
        if not asking:
            continue
        room = [homes[home_type] for homes in vacant]
        served = ration(model, [(request.place, request.key) for request in asking], room, call, home_type)
        for request, gets in zip(asking, served, strict=True):
            if gets:
                request.tenure = OWNED if home_type == COMMODITY_HOME and request in buyers else tenure
                if home_type == PUBLIC_HOME:
                    count_let(model, request.place, request.local)
            elif home_type == COMMODITY_HOME:
                model.housing_state.unmet[request.place] += 1


def count_let(model, place: int, local: bool) -> None:
    """Enters a public home newly given in the year's flows."""
    model.flow["public_let"][place] += 1
    model.flow["public_let_migrants"][place] += not local


def _world(model) -> tuple:
    """Prices, rents, income lines, years needed, luck, parameters."""
    signals = model.signals
    return (
        signals.price.tolist(),
        signals.rent.tolist(),
        income_line(model).tolist(),
        model.lever("public_rental_years").tolist(),
        model.stream(Decision.TENURE_CHOICE),
        model.rules.housing,
    )


def wishes_of(request: Request, world: tuple) -> tuple[set[int], bool]:
    """Types of home that a request would take, and whether a commodity home would be bought."""
    price, rent, line, years_needed, luck, p = world
    here, town = request.place, request.place // 2
    about = request.earnings, request.local, request.years
    types = {COMMODITY_HOME}
    if request.homestead:
        types.add(HOMESTEAD_HOME)
    if public_rental_eligible(request.earnings, request.size, *about[1:], line[town], years_needed[town]):
        types.add(PUBLIC_HOME)
    if request.single:
        chance = dormitory_chance(p, rent[here], request.earnings)
        if draw_alternative(luck, request.key, 1) < chance:
            types.add(DORMITORY_BED)
    buys = draw_alternative(luck, request.key, 0) < buy_chance(p, price[here], *about)
    return types, buys


def ration(model, asking: list[tuple[int, np.uint64]], vacant: list[int], call: int, home_type: int) -> list[bool]:
    """Which of those who ask, as (place, key), get one of the `vacant` homes: those of the lowest keyed priority.

    Publishes the first priority of each place that gets none.
    """
    queues: dict[int, list[float]] = {}
    priorities = [priority(model, key, home_type) for _, key in asking]
    for (place, _), u in zip(asking, priorities, strict=True):
        queues.setdefault(place, []).append(u)
    cutoffs = np.array(model.signals.home_cutoff, copy=True)
    cutoffs[call, :, home_type] = OPEN
    for place in range(2 * model.T):
        queue, homes = queues.get(place, []), vacant[place]
        if len(queue) > homes:
            cutoffs[call, place, home_type] = sorted(queue)[homes] if homes > 0 else NOBODY
    limit = model.publish("home_cutoff", cutoffs)[call, :, home_type].tolist()
    return [u < limit[place] for (place, _), u in zip(asking, priorities, strict=True)]


def priority(model, key: np.uint64, home_type: int) -> float:
    """Place in the queue, from 0 (first) to 1; public rental has its own queue."""
    if home_type == PUBLIC_HOME:
        return draw(model.stream(Decision.PUBLIC_RENTAL_PRIORITY), key)
    return draw_alternative(model.stream(Decision.HOME_PRIORITY), key, home_type)
