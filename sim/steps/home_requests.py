"""Who gets a home: requests of movers and forming households against the homes that stand empty.

Each request has a list of wishes in a fixed order of home types: homestead, public rental, dormitory bed, commodity
home (bought or rented). Types are filled one after another; where more ask than homes are empty, keyed priority
decides (`u < cutoff`) and the others fall to their next wish, in the end to NO_HOME. A place where homes suffice is
not touched by what happens elsewhere.
"""

from typing import ClassVar, NamedTuple

import numpy as np

from sim.codes import (
    COMMODITY_HOME,
    DORMITORY,
    DORMITORY_BED,
    HOME_TYPES,
    HOMESTEAD,
    HOMESTEAD_HOME,
    LOW_SKILL,
    OWNED,
    PUBLIC_HOME,
    PUBLIC_RENTAL,
    RENTED,
)
from sim.columns import Columns
from sim.draws import Decision, draw, draw_alternative
from sim.engine import for_chunks
from sim.rules import allocating, kernel
from sim.rules.tenure import buy_chance, dormitory_chance, public_rental_eligible
from sim.steps.place_counts import keyed_whole

NO_HOME = 255
FAMILIES, MOVING, PUBLIC_QUEUE = 0, 1, 2  # calls of a year
CALLS = 3
OPEN = 2.0  # cutoff above every priority: homes suffice
NOBODY = 0.0  # cutoff below every priority: no home is empty

# Wishes, one bit a home type, and whether the commodity home would be bought
_BUYS = 1 << HOME_TYPES
_ORDER = (
    (HOMESTEAD_HOME, HOMESTEAD),
    (PUBLIC_HOME, PUBLIC_RENTAL),
    (DORMITORY_BED, DORMITORY),
    (COMMODITY_HOME, RENTED),
)


class RequestRows(NamedTuple):
    """The columns of HomeRequests, for kernels."""

    key: np.ndarray
    place: np.ndarray
    size: np.ndarray
    earnings: np.ndarray
    local: np.ndarray
    years: np.ndarray
    homestead: np.ndarray
    single: np.ndarray
    new: np.ndarray


class HomeRequests(Columns):
    """One row a household (or lone worker) that asks for a home in `place`."""

    FIELDS: ClassVar[dict[str, str]] = {
        "key": "u8",
        "place": "i2",  # 0..2T-1
        "size": "u1",
        "earnings": "f4",  # yuan a year expected
        "local": "u1",  # registered in the county
        "years": "u1",  # of residence in the city
        "homestead": "u1",  # has a homestead in that town, and the place is its rural part
        "single": "u1",  # lone worker without family here
        "new": "u1",  # 0 a move or arrival, 1 a household that forms
    }
    ROWS: ClassVar[type] = RequestRows


@kernel
def _wishes(
    lo, hi, p, key, place, size, earnings, local, years, homestead, single,
    price, rent, line, years_needed, buy_stream, bed_stream, out,
):  # fmt: skip
    for r in range(lo, hi):
        here = place[r]
        wish = 1 << COMMODITY_HOME
        if homestead[r] == 1:
            wish |= 1 << HOMESTEAD_HOME
        if public_rental_eligible(earnings[r], size[r], local[r], years[r], line[here // 2], years_needed[here // 2]):
            wish |= 1 << PUBLIC_HOME
        if single[r] == 1 and draw_alternative(bed_stream, key[r], 1) < dormitory_chance(p, rent[here], earnings[r]):
            wish |= 1 << DORMITORY_BED
        if draw_alternative(buy_stream, key[r], 0) < buy_chance(p, price[here], earnings[r], local[r], years[r]):
            wish |= _BUYS
        out[r] = wish


@kernel
def priority(key, streams, home_type):
    """Place in the queue for a home type, in (0, 1); public rental has a queue of its own."""
    if home_type == PUBLIC_HOME:
        return draw(streams[1], key)
    return draw_alternative(streams[0], key, home_type)


@allocating
def _first_refused(rows, place, key, vacant, streams, home_type, out):
    """out[2T]: the first priority that gets none of vacant[2T] homes; OPEN where all are served."""
    demand = np.zeros(len(vacant), np.int64)
    for a in range(len(rows)):
        demand[place[rows[a]]] += 1
    queue = np.zeros(len(vacant) + 1, np.int64)  # where the queue of each place begins
    for here in range(len(vacant)):
        queues = demand[here] > vacant[here] > 0
        queue[here + 1] = queue[here] + (demand[here] if queues else 0)
        out[here] = OPEN if demand[here] <= vacant[here] else NOBODY
    waiting, at = np.empty(queue[-1]), queue[:-1].copy()
    for a in range(len(rows)):
        here = place[rows[a]]
        if queue[here + 1] > queue[here]:
            waiting[at[here]] = priority(key[rows[a]], streams, home_type)
            at[here] += 1
    for here in range(len(vacant)):
        if queue[here + 1] > queue[here]:
            out[here] = np.partition(waiting[queue[here] : queue[here + 1]], vacant[here])[vacant[here]]


@kernel
def _serve(rows, place, key, limit, streams, home_type, out):
    """Whether each of `rows` gets a home: a priority below the limit[2T] of its place."""
    for a in range(len(rows)):
        bar = limit[place[rows[a]]]
        out[a] = bar >= OPEN or (bar > NOBODY and priority(key[rows[a]], streams, home_type) < bar)


def ration(
    model, rows: np.ndarray, place: np.ndarray, key: np.ndarray, vacant: np.ndarray, call: int, home_type: int
) -> np.ndarray:
    """bool[rows]: who of the demanders `rows` gets one of `vacant` int64[2T] homes of a type.

    Publishes home_cutoff[call, :, home_type]: the first priority that gets none (OPEN where all are served).
    """
    limits, wins = model.signals.home_cutoff.copy(), np.empty(len(rows), np.bool_)
    streams = model.stream(Decision.HOME_PRIORITY), model.stream(Decision.PUBLIC_RENTAL_PRIORITY)
    _first_refused(rows, place, key, vacant, streams, home_type, limits[call, :, home_type])
    _serve(rows, place, key, model.publish("home_cutoff", limits)[call, :, home_type], streams, home_type, wins)
    return wins


def on_offer(model, occupied: np.ndarray) -> np.ndarray:
    """Empty homes that may be taken, int64[2T, HOME_TYPES]: of commodity homes a share is held empty by owners."""
    homes = model.towns.homes
    held = np.zeros_like(homes)
    held[:, COMMODITY_HOME] = keyed_whole(model, model.par.housing.held_empty * homes[:, COMMODITY_HOME], 21)
    return np.maximum(homes - held - occupied, 0)


def income_line(model) -> np.ndarray:
    """Income line of public rental, float64[T], yuan a year per member: share of what low skill may expect there."""
    return model.par.housing.public_income_line * model.signals.expected_earnings[: model.T, LOW_SKILL]


def count_let(model, place: np.ndarray, local: np.ndarray) -> None:
    """Enters public homes newly given, and those given to households registered elsewhere, in the year's flows."""
    model.flow["public_let"] += np.bincount(place, minlength=model.P)
    model.flow["public_let_migrants"] += np.bincount(place[~local], minlength=model.P)


def wishes(model, requests: HomeRequests) -> np.ndarray:
    """Wishes of each request as bits, uint8[n]; see `_ORDER` and `_BUYS`."""
    out = np.empty(requests.n, dtype=np.uint8)
    columns = [getattr(requests, f) for f in HomeRequests.FIELDS if f != "new"]
    price, rent = model.signals.price, model.signals.rent
    line, years_needed = income_line(model), model.lever("public_rental_years")
    streams = model.stream(Decision.TENURE_CHOICE), model.stream(Decision.TENURE_CHOICE)
    p = model.par.housing
    for_chunks(
        requests.n,
        model.threads,
        lambda lo, hi, _: _wishes(lo, hi, p, *columns, price, rent, line, years_needed, *streams, out),
    )
    return out


def allocate(model, requests: HomeRequests, occupied: np.ndarray, call: int | None = None) -> np.ndarray:
    """Tenure of each request, uint8[n], NO_HOME where there is none. `occupied` int64[2T, HOME_TYPES].

    Requests of forming households only (`new` all 1) are the year's call FAMILIES, others MOVING.
    """
    tenure = np.full(requests.n, NO_HOME, dtype=np.uint8)
    if requests.n == 0:
        return tenure
    if call is None:
        call = FAMILIES if requests.new.all() else MOVING
    vacant = on_offer(model, occupied)
    wish, key, place = wishes(model, requests), requests.key, requests.place
    model.housing_state.asked += np.bincount(place, minlength=2 * model.T)
    rows = np.empty(requests.n, np.int64)
    for home_type, kind in _ORDER:
        asking = rows[: _asking(tenure, wish, home_type, rows)]
        if len(asking):
            wins = ration(model, asking, place, key, vacant[:, home_type], call, home_type)
            _settle(asking, wins, wish, place, home_type, kind, tenure, model.housing_state.unmet)
            if home_type == PUBLIC_HOME:
                got = asking[wins]
                count_let(model, place[got], requests.local[got] == 1)
    return tenure


@kernel
def _asking(tenure, wish, home_type, rows):
    """Writes the requests that have no home yet and want this type into `rows`; how many."""
    found = 0
    for r in range(len(tenure)):
        rows[found] = r
        found += (tenure[r] == NO_HOME) & ((wish[r] >> home_type) & 1 == 1)
    return found


@kernel
def _settle(rows, wins, wish, place, home_type, kind, tenure, unmet):
    """Tenure of those who win; those whom no commodity home is left for are counted in unmet[2T]."""
    for a in range(len(rows)):
        r = rows[a]
        if wins[a]:
            tenure[r] = OWNED if home_type == COMMODITY_HOME and wish[r] & _BUYS != 0 else kind
        elif home_type == COMMODITY_HOME:
            unmet[place[r]] += 1
