"""One household's year in the order of the model: every rule that was asked about it, with its equation and numbers.

The rules are called as plain Python with what the kernels read, right before each step.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.codes import (
    EMPLOYED,
    FEMALE,
    HOMESTEAD,
    OFFSPRING,
    OTHER,
    OWNED,
    PRIMARY,
    RENTED,
    RETIRED,
    STUDENT,
    URBAN_HUKOU,
)
from sim.draws import Decision, draw, stream
from sim.inside.cases import row_of
from sim.inside.choice import choice
from sim.inside.conversion import conversion
from sim.inside.worlds import World
from sim.rules import destination, fertility, hukou, income, leaving_home, mortality, moving, tenure
from sim.rules.mortality import OLDEST
from sim.steps.demography import NO_PARTNER, PARTNER, lives_with_partner
from sim.steps.new_households import place_location

HOUSEHOLD = -1  # `who` where a rule is about the household as a whole


@dataclass(frozen=True)
class Applied:
    """A rule asked once. `who`: position of the member in the household, or HOUSEHOLD. `happens`: whether the draw `u`
    fell on it, where chance decides; None where the rule only gives a number."""

    step: str
    rule: str  # module.function in sim/rules
    who: int
    inputs: dict[str, Any]
    value: float
    u: float | None = None
    happens: bool | None = None
    age: int | None = None  # of the member, in that year

    @property
    def equation(self) -> str:
        """The docstring of the rule: its equation, units and source."""
        return inspect.cleandoc(function_of(self.rule).__doc__ or "")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameters of the catalogue that the rule uses, in the order in which they stand in it."""
        found = re.findall(r"\bp\.([a-z_0-9]+)", inspect.getsource(function_of(self.rule)))
        return tuple(dict.fromkeys(found))


def function_of(rule: str) -> Callable:
    """The plain Python function of `module.function`."""
    module, name = rule.split(".")
    found = getattr(_MODULES[module], name)
    return getattr(found, "py_func", found)


_MODULES = {
    "mortality": mortality, "fertility": fertility, "leaving_home": leaving_home, "income": income,
    "destination": destination, "moving": moving, "tenure": tenure, "hukou": hukou,
}  # fmt: skip


def year_of(world: World, key: int, year: int) -> list[Applied]:
    """The rules asked about household `key` in a year, in the order of the model; KeyError when it is not there."""
    found: list[Applied] = []

    def watch(step: str, model) -> None:
        if model.year == year and step in _STEPS:
            try:
                row = row_of(model, key)
            except KeyError:
                return  # it came to its end within the year
            found.extend(replace(one, age=_age(model, row, one.who)) for one in _STEPS[step](model, row))

    row_of(world.run(year - 1), key)
    world.run(year, watch)
    return found


def _age(model, row: int, who: int) -> int | None:
    return None if who == HOUSEHOLD else int(model.year - model.people.birth_year[model.households.first[row] + who])


def _asked(step: str, rule: str, who: int, *arguments: Any, u: float | None = None) -> Applied:
    function = function_of(rule)
    names = inspect.signature(function).parameters
    value = float(function(*arguments))
    inputs = {name: given for name, given in zip(names, arguments, strict=True) if name != "p"}
    return Applied(step, rule, who, inputs, value, u, None if u is None else u < value)


def _members(model, row: int) -> range:
    first = int(model.households.first[row])
    return range(first, first + int(model.households.size[row]))


def _draw(model, decision: Decision, i: int) -> float:
    return float(draw(model.stream(decision), model.people.key[i]))


def _demography(model, row: int) -> Iterator[Applied]:
    """Death of each member, a birth to each woman of the age for it."""
    people, vital, year = model.people, model.vital, model.year
    deaths, births = model.pack.mortality(year), model.pack.fertility(year)
    group = int(vital.group[model.households.home[row]])
    for who, i in enumerate(_members(model, row)):
        age, sex = min(OLDEST, int(year - people.birth_year[i])), int(people.sex[i])
        rate = mortality.cohort_death_rate.py_func(
            deaths[max(0, age - 1), sex], deaths[age, sex], age, model.par.demography.infant_deaths_in_birth_year
        )
        level = model.assumption("mortality_level")
        u = _draw(model, Decision.DEATH, i)
        died = _asked("demography", "mortality.death_chance", who, rate, float(vital.mortality[group]), level, u=u)
        yield died
        if sex == FEMALE and fertility.FIRST_AGE <= age <= fertility.LAST_AGE and not died.happens:
            partner = PARTNER if lives_with_partner.py_func(people.role, people.household, i) else NO_PARTNER
            place, level = float(vital.fertility[group]), model.assumption("fertility_level")
            rates = births[age - 1], births[age], place, level, float(vital.partner[age, partner])
            yield _asked("demography", "fertility.birth_chance", who, *rates, u=_draw(model, Decision.BIRTH, i))


def _families(model, row: int) -> Iterator[Applied]:
    """Grown children and other relatives who may leave home."""
    people, p, home = model.people, model.par.families, int(model.households.home[row])
    location = int(place_location(model)[home])
    for who, i in enumerate(_members(model, row)):
        age = int(model.year - people.birth_year[i])
        if people.role[i] not in (OFFSPRING, OTHER) or people.status[i] == STUDENT or not model.alive[i]:
            continue
        if not leaving_home.FIRST_AGE <= age <= leaving_home.LAST_AGE:
            continue
        skill = 1 if people.education[i] == 3 else 0
        rent, earned = float(model.signals.rent[home]), float(model.signals.expected_earnings[location, skill])
        factor = _asked("families", "leaving_home.rent_factor", who, rent, earned, p)
        yield factor
        plain = _asked("families", "leaving_home.leave_chance", who, age, p)
        u = _draw(model, Decision.LEAVE_HOME, i)
        yield Applied(
            plain.step, plain.rule, who, plain.inputs | {"rent_factor": factor.value}, plain.value * factor.value, u,
            u < plain.value * factor.value,
        )  # fmt: skip


def _incomes(model, row: int) -> Iterator[Applied]:
    """Net earnings of who works, pensions of who is retired or old, rent that owners pay themselves."""
    people, hh, p = model.people, model.households, model.par.incomes
    wage_level = float(model.labour_state.reference)
    level = wage_level / float(model.par.labour.reference_wage_2020)
    insured = stream(model.seed, Decision.INSURED, model.start)
    for who, i in enumerate(_members(model, row)):
        if people.status[i] == EMPLOYED and people.sector[i] != PRIMARY:
            yield _asked("incomes", "income.net_earnings", who, float(people.wage[i]), p)
        earned = 0.0
        if people.status[i] == RETIRED:
            urban, years = bool(people.hukou_kind[i] == URBAN_HUKOU), int(people.insurance_years[i])
            own = float(draw(insured, people.key[i]))
            asked = _asked("incomes", "income.employee_pension", who, years, urban, own, wage_level, p)
            earned = asked.value
            yield asked
        age = int(model.year - people.birth_year[i])
        if earned == 0.0 and age >= p.basic_pension_age:
            yield _asked("incomes", "income.basic_pension", who, age, level, p)
    if hh.tenure[row] in (OWNED, HOMESTEAD):
        rent = float(model.signals.rent[hh.home[row]])
        yield _asked("incomes", "income.imputed_rent", HOUSEHOLD, int(hh.tenure[row]), rent, p)


def _moving(model, row: int) -> Iterator[Applied]:
    """Whether the head considers a move, and the terms of the place chosen."""
    made = choice(model, row)
    people, p, who = model.people, model.par.moving, made.who
    age = min(int(model.year - people.birth_year[who.person]), len(model.age_intensity) - 1)
    intensity = _asked("moving", "moving.rogers_castro", 0, float(age), p)
    yield intensity
    yield _asked(
        "moving", "moving.consider_hazard", 0, intensity.value, int(people.status[who.person]),
        int(model.households.tenure[row]), p, u=made.u_consider,
    )  # fmt: skip
    if not made.considered:
        return
    table, place = made.table, made.chosen
    yield _asked(
        "moving", "destination.income_utility", 0, float(table.earnings[place, who.skill]), float(table.rent[place]), p
    )
    entitled = float(table.entitlement[who.group, place])
    yield _asked("moving", "destination.service_utility", 0, float(table.service[place]), entitled, who.child, p)
    yield _asked("moving", "destination.size_utility", 0, float(table.size[place]), p)
    if made.stays:
        yield _asked("moving", "destination.stay_utility", 0, who.years, who.at_home, p)


def _housing(model, row: int) -> Iterator[Applied]:
    """Whether tenants buy the home they live in."""
    hh, people, p = model.households, model.people, model.par.housing
    home, first = int(hh.home[row]), int(hh.first[row])
    if home >= 2 * model.T or hh.tenure[row] != RENTED:
        return
    county, registered = model.pack.town_county, int(people.hukou_place[first])
    local = int(registered < model.T and county[registered] == county[home // 2])
    years = max(0, int(model.year - people.arrival_year[first]))
    earnings = float(hh.wage_income[row]) + float(hh.business_income[row])
    u = float(draw(model.stream(Decision.TENURE_CHANGE), hh.key[row]))
    price = float(model.signals.price[home])
    yield _asked("housing", "tenure.tenure_change_chance", HOUSEHOLD, p, price, earnings, local, years, u=u)


def _hukou(model, row: int) -> Iterator[Applied]:
    """Whether the family may convert, what it would lose, and whether it does."""
    made = conversion(model, row)
    if made is None:
        return
    kept = made.levers["rural_rights_kept"]
    if made.rural:
        yield _asked("hukou", "hukou.rights_lost", HOUSEHOLD, made.worth, made.homestead, kept, made.p)
    if made.eligible:
        yield _asked("hukou", "hukou.conversion_probability", HOUSEHOLD, *made.arguments.values(), made.p, u=made.u)


_STEPS: dict[str, Callable[[Any, int], Iterator[Applied]]] = {
    "demography": _demography, "families": _families, "incomes": _incomes, "moving": _moving, "housing": _housing,
    "hukou": _hukou,
}  # fmt: skip
