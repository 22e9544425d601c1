"""A household that decides differently in two worlds of the same luck, and what made the difference.

Both worlds are run once to find such households, then again to the year of the decision to lay it open. Where nobody
decides differently, the household is taken that came nearest to deciding otherwise.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.codes import RURAL_HUKOU
from sim.inside.choice import TERMS, Choice, choice, hazard_of, mover, term_table
from sim.inside.conversion import TERMS as CONVERSION_TERMS
from sim.inside.conversion import conversion
from sim.inside.tipping import EARNINGS, Tip, apply, conversion_tips, tips
from sim.inside.worlds import World
from sim.steps import attraction, hukou, moving
from sim.steps.choice import NO_MOVE

MOVES, CONVERTS = "moves", "converts"
LOOKED_AT, YEARS_TRIED = 30, 8  # candidates of a year, and years, that are laid open at the most


@dataclass(frozen=True)
class Side:
    """The decision in one world. `option`: place index where it lives afterwards if it finds a home (moves), or the
    town to which it is registered (converts). `chances`: of not doing and of doing it (staying and going, keeping and
    converting) in this world; `u`: the household's own draw."""

    option: int
    chances: tuple[float, float]
    u: float


@dataclass(frozen=True)
class Case:
    """One household in the year of its decision. `weights`: how far each term pushed towards what it does in the second
    world (moves: log-odds of the choice; converts: the argument of the logistic), largest first. `tip`: what would have
    tipped it in the second world. `flipped`: it decides otherwise in the two worlds."""

    kind: str
    key: int
    year: int
    flipped: bool
    home: int
    size: int
    ages: tuple[int, ...]
    tenure: int
    registered: int
    rural: bool
    income: float
    baseline: Side
    current: Side
    weights: dict[str, float] = field(default_factory=dict)
    tip: Tip | None = None
    tips: tuple[Tip, ...] = ()
    confirmed: bool = False  # the tipped world was run and the household decided otherwise
    options: tuple[int, int] = (0, 0)  # moves: place indices chosen in the two worlds (or chosen and second best)


def find_case(kind: str, baseline: World, current: World, last: int) -> Case | None:
    """The most telling household of two worlds (same seed, scale and start), up to the year `last`; None if there is
    nobody who decides at all."""
    case = _found(kind, baseline, current, last)
    return replace(case, confirmed=confirm(case, current)) if case and case.tip else case


def confirm(case: Case, world: World) -> bool:
    """Runs the tipped world: whether the household decides otherwise there, by the kernel of the step."""
    model = world.until(case.year, "moving" if case.kind == MOVES else "hukou")
    row = row_of(model, case.key)
    apply(model, case.tip, mover(model, row).skill)
    if case.kind == MOVES:
        wish = int(_wishes(model)[row])
        return (case.home if wish == NO_MOVE else wish) == case.tip.instead != case.current.option
    hukou.hukou(model)
    registered = int(model.people.hukou_place[model.households.first[row]])
    return (registered == case.registered) == (case.current.option != case.registered)


def _found(kind: str, baseline: World, current: World, last: int) -> Case | None:
    seen = [_seen(world, kind, last) for world in (baseline, current)]
    years = {year: _differing(kind, seen[0][year], seen[1][year]) for year in sorted(seen[0])}
    for year in [year for year, keys in years.items() if len(keys)][:YEARS_TRIED]:
        told = _laid_open(kind, baseline, current, year, years[year][:LOOKED_AT])
        telling = [case for case in told if case.weights and next(iter(case.weights.values())) > 0.0]
        if telling:
            return max(
                telling, key=lambda case: (case.tip is not None, case.size > 1, next(iter(case.weights.values())))
            )
    return _nearest(kind, current, seen[1])


# --- who decides what -------------------------------------------------------------------------------------------------


def _seen(world: World, kind: str, last: int) -> dict[int, dict[str, np.ndarray]]:
    """year -> key, home, registered, decision of every household, in one run of the world."""
    found: dict[int, dict[str, np.ndarray]] = {}
    before, after = ("moving", "housing") if kind == MOVES else ("hukou", "services")

    def watch(step: str, model) -> None:
        if step == before:
            found[model.year] = _state(model) | ({"decision": _wishes(model)} if kind == MOVES else {})
        elif step == after and kind == CONVERTS:
            state = found[model.year]
            state["decision"] = _state(model)["registered"]

    world.run(last, watch)
    return found


def goers(world: World, last: int) -> list[int]:
    """Keys of the households of the start population that decide to move somewhere in some year, sorted."""
    model = world.open()
    begun = {int(key) for key, size in zip(model.households.key, model.households.size, strict=True) if size > 1}
    found: set[int] = set()
    for seen in _seen(world, MOVES, last).values():
        found |= {int(key) for key in seen["key"][seen["decision"] != NO_MOVE]}
    return sorted(found & begun)


def _state(model) -> dict[str, np.ndarray]:
    hh = model.households
    return {
        "key": hh.key.copy(),
        "home": hh.home.copy(),
        "size": hh.size.copy(),
        "registered": model.people.hukou_place[hh.first].copy(),
    }


def _wishes(model) -> np.ndarray:
    """int16[households]: where the head wants to go, with all or alone; NO_MOVE."""
    to_household, to_person = moving.wishes(model, attraction.attraction(model))
    alone = to_person[model.households.first]
    return np.where(to_household != NO_MOVE, to_household, alone)


def _differing(kind: str, one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> np.ndarray:
    """Keys of households that stand alike before the decision and decide differently; families first.

    Of moves those where one stays and the other goes: who goes somewhere in both worlds may land next door only because
    all chances shifted a little, and no term of the two places tells why.
    """
    keys, a, b = np.intersect1d(one["key"], two["key"], assume_unique=True, return_indices=True)
    alike = (one["home"][a] == two["home"][b]) & (one["registered"][a] == two["registered"][b])
    decided = one["decision"][a], two["decision"][b]
    differ = alike & (decided[0] != decided[1])
    if kind == MOVES:
        differ &= (decided[0] == NO_MOVE) | (decided[1] == NO_MOVE)
    order = np.lexsort((keys[differ], -np.minimum(one["size"][a][differ], 3)))
    return keys[differ][order]


# --- one household laid open ------------------------------------------------------------------------------------------


def _laid_open(kind: str, baseline: World, current: World, year: int, keys: np.ndarray) -> list[Case]:
    worlds = [world.until(year, "moving" if kind == MOVES else "hukou") for world in (baseline, current)]
    make = _moves_case if kind == MOVES else _converts_case
    cases = [make(*worlds, int(key)) for key in keys]
    return [case for case in cases if case is not None]


def row_of(model, key: int) -> int:
    """Row of the household with this key; KeyError when there is none."""
    rows = np.flatnonzero(model.households.key == np.uint64(key))
    if not len(rows):
        raise KeyError(f"no household has key {key} in {model.year}")
    return int(rows[0])


def _about(model, row: int) -> dict[str, Any]:
    """What a reader needs to know of the household."""
    hh, people = model.households, model.people
    a, size = int(hh.first[row]), int(hh.size[row])
    sources = (hh.wage_income, hh.business_income, hh.property_income, hh.transfer_income)
    return {
        "key": int(hh.key[row]),
        "year": model.year,
        "home": int(hh.home[row]),
        "size": size,
        "ages": tuple(int(model.year - b) for b in people.birth_year[a : a + size]),
        "tenure": int(hh.tenure[row]),
        "registered": int(people.hukou_place[a]),
        "rural": bool(people.hukou_kind[a] == RURAL_HUKOU),
        "income": float(sum(float(source[row]) for source in sources)),
    }


def _moves_case(before, after, key: int) -> Case | None:
    one, two = (choice(model, row_of(model, key)) for model in (before, after))
    if not (one.considered and two.considered) or one.chosen == two.chosen:
        return None
    tables = [term_table(model, made.table, made.who) for model, made in ((before, one), (after, two))]
    weights = _move_weights(*tables, two.who.home, two.stays)
    sides = [_move_side(made) for made in (one, two)]
    found = tips(after, two.who.row, two)
    return Case(
        MOVES, **_about(after, two.who.row), flipped=True, baseline=sides[0], current=sides[1], weights=weights,
        tip=_earnings_tip(found), tips=tuple(found), options=(one.chosen, two.chosen),
    )  # fmt: skip


def _move_side(made: Choice) -> Side:
    stay = made.probability(made.who.home)
    return Side(made.chosen, (stay, 1.0 - stay), made.u)


def _move_weights(one: np.ndarray, two: np.ndarray, home: int, stays: bool) -> dict[str, float]:
    """How far the change of each term between two worlds moves the log-odds of staying (or of going, unless `stays`).

    One term at a time is taken from the second world, for every place, the others from the first.
    """
    whole = one.sum(axis=0)
    sign = 1.0 if stays else -1.0
    parts = {}
    for k, name in enumerate(TERMS):
        parts[name] = sign * (_log_odds(whole - one[k] + two[k], home) - _log_odds(whole, home))
    return _ordered(parts)


def _log_odds(values: np.ndarray, place: int) -> float:
    """ln P / (1 - P) of one place against all the others."""
    others = np.delete(values, place)
    peak = others.max()
    return float(values[place] - peak - math.log(np.exp(others - peak).sum()))


def _ordered(parts: dict[str, float]) -> dict[str, float]:
    """Terms that weigh anything, the largest first."""
    told = {name: value for name, value in parts.items() if abs(value) > 1e-9}
    return dict(sorted(told.items(), key=lambda item: -item[1]))


def _earnings_tip(found: list[Tip]) -> Tip | None:
    """The smallest change of earnings that tips."""
    return next((tip for tip in found if tip.what == EARNINGS), None)


def _converts_case(before, after, key: int) -> Case | None:
    rows = [row_of(model, key) for model in (before, after)]
    one, two = conversion(before, rows[0]), conversion(after, rows[1])
    if one is None or two is None or one.converts == two.converts:
        return None
    sign = 1.0 if two.converts else -1.0
    weights = _ordered({name: sign * (two.terms[name] - one.terms[name]) for name in CONVERSION_TERMS})
    about, found = _about(after, rows[1]), conversion_tips(after, rows[1])
    sides = [
        Side(made.town if made.converts else about["registered"], (1.0 - made.chance, made.chance), made.u)
        for made in (one, two)
    ]
    return Case(
        CONVERTS, **about, flipped=True, baseline=sides[0], current=sides[1], weights=weights,
        tip=found[0] if found else None, tips=tuple(found),
    )  # fmt: skip


# --- nobody decides differently ---------------------------------------------------------------------------------------


def _nearest(kind: str, world: World, seen: dict[int, dict[str, np.ndarray]]) -> Case | None:
    """The household that would be tipped by the least, in the first year in which anybody decides."""
    for year in sorted(seen):
        model = world.until(year, "moving" if kind == MOVES else "hukou")
        make = _near_move if kind == MOVES else _near_conversion
        cases = [case for row in range(len(model.households)) if (case := make(model, row))]
        if cases:
            return min(cases, key=lambda case: abs(case.tip.change))
    return None


def _near_move(model, row: int) -> Case | None:
    if model.households.home[row] >= 2 * model.T or model.households.size[row] < 2:
        return None
    hazard, u = hazard_of(model, row)
    if u >= hazard:
        return None
    made = choice(model, row)
    found = tips(model, row, made)
    tip = _earnings_tip(found)
    if tip is None:
        return None
    table = term_table(model, made.table, made.who)
    gaps = table[:, made.chosen] - table[:, made.runner_up]
    return _near_case(MOVES, model, row, made, _ordered(dict(zip(TERMS, gaps.tolist(), strict=True))), tip, found)


def _near_case(kind: str, model, row: int, made: Choice, weights: dict[str, float], tip: Tip, found) -> Case:
    side = _move_side(made)
    return Case(
        kind, **_about(model, row), flipped=False, baseline=side, current=side, weights=weights, tip=tip,
        tips=tuple(found), options=(made.runner_up, made.chosen),
    )  # fmt: skip


def _near_conversion(model, row: int) -> Case | None:
    made = conversion(model, row)
    if made is None or not made.eligible or made.u >= made.p.conversion_rate:
        return None
    found = [tip for tip in conversion_tips(model, row) if math.isfinite(tip.change)]
    if not found:
        return None
    about = _about(model, row)
    if about["registered"] == made.town:  # a villager of the town: nothing would be seen of it but the kind of hukou
        return None
    side = Side(made.town if made.converts else about["registered"], (1.0 - made.chance, made.chance), made.u)
    sign = 1.0 if made.converts else -1.0
    weights = _ordered({name: sign * value for name, value in made.terms.items() if name != "base"})
    return Case(
        CONVERTS, **about, flipped=False, baseline=side, current=side, weights=weights, tip=found[0],
        tips=tuple(found),
    )  # fmt: skip
