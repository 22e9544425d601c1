"""One household's life, year by year, and why it moved: the terms of the places it weighed.

The terms are computed by the rules that the kernels use, for one person; the decision itself is the
model's own. Following a household does not change the run: chance is keyed.
"""

from dataclasses import asdict, dataclass

from sim.inside.choice import TERMS, choice, hazard_of, mover, terms
from sim.model import CityModel
from sim.steps import attraction
from sim.steps.choice import location_of
from sim.views import HouseholdView, PersonView

__all__ = ["TERMS", "Option", "Weighing", "YearOfLife", "terms_of", "trace_household", "weigh"]


@dataclass
class Option:
    """A place as the head of the household weighed it: terms of utility, and probability of choosing it."""

    place: str
    part: str
    probability: float
    utility: float
    terms: dict[str, float]


@dataclass
class Weighing:
    """The consideration of a move in one year."""

    hazard: float
    considered: bool
    chosen: Option | None = None
    runner_up: Option | None = None
    stays: bool = True


@dataclass
class YearOfLife:
    """What a household looked like on 1 November, and what it weighed in the year before."""

    year: int
    household: int  # key
    place: str
    part: str
    size: int
    tenure: int
    ages: list[int]
    income: list[float]
    hukou: list[str]
    weighing: Weighing | None


def _place(model, place: int) -> tuple[str, str]:
    location = location_of.py_func(place, model.T)
    if location >= model.T:
        return model.pack.outside[location - model.T], "outside"
    return model.pack.towns[location], "urban" if place % 2 else "rural"


def terms_of(model, table: attraction.Attraction, row: int, place: int) -> dict[str, float]:
    """Terms of the utility of one place for the head of household `row` (their sum is V up to rounding)."""
    return terms(model, table, mover(model, row), place)


def weigh(model, row: int) -> Weighing:
    """The consideration of the head of household `row`, before step 7 has run."""
    hazard, u = hazard_of(model, row)
    if u >= hazard:
        return Weighing(hazard, False)
    made = choice(model, row)

    def option(place: int) -> Option:
        told = terms(model, made.table, made.who, place)
        return Option(*_place(model, place), made.probability(place), made.utility(place), told)

    return Weighing(hazard, True, option(made.chosen), option(made.runner_up), made.stays)


def _snapshot(model, view: HouseholdView, weighing: Weighing | None) -> YearOfLife:
    members = view.members
    return YearOfLife(
        model.year, int(view.key), *_place(model, view.home), len(members), view.tenure, [m.age for m in members],
        [round(x, 2) for x in view.income],
        [_place(model, 2 * m.hukou_place if m.hukou_place < model.T else m.hukou_place + model.T)[0] for m in members],
        weighing,
    )  # fmt: skip


def trace_household(
    policy, key: int, *, start: int = 2020, end: int = 2035, person: bool = False, **model_options
) -> list[dict]:
    """A household's life as one dict a year (see `YearOfLife`); ends when the household ends.

    With `person` the key is a person's: the household is that in which the person lives each year, and the life ends
    with the person's. Raises KeyError when the start population has no such key.
    """
    model = CityModel(policy, start=start, end=end, **model_options)
    table, view = (model.people, PersonView(model, key)) if person else (model.households, HouseholdView(model, key))
    if view.row is None:
        what, example = "person" if person else "household", int(table.key[0])
        raise KeyError(f"no {what} has key {key} in {start} at this scale; one that exists is {example}")

    def household() -> HouseholdView | None:
        if view.row is None:
            return None
        return view.home if person else view

    weighed: list[Weighing | None] = [None]

    def watch(name: str, city) -> None:
        if name == "moving":
            home = household()
            weighed[0] = weigh(city, home.row) if home else None

    model.watch = watch
    life = [asdict(_snapshot(model, household(), None))]
    while model.year < end and view.row is not None:
        weighed[0] = None
        model.step()
        if view.row is not None:
            life.append(asdict(_snapshot(model, household(), weighed[0])))
    return life
