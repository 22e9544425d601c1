"""Who is in the labour force, and when people retire."""

import math

from sim.codes import FEMALE
from sim.rules import rule


@rule
def participation(age: int, sex: int, small_child: bool, p) -> float:
    """Share of people like this one who work or seek work when they do not study: census table by sex and age group.

    Age groups 16-19, 20-24, ..., 60-64, 65 and over; mothers of children under three times `small_child_factor`.
    """
    group = min(max((age - 15) // 5, 0), 10)
    if sex == FEMALE:
        return p.participation_women[group] * (p.small_child_factor if small_child else 1.0)
    return p.participation_men[group]


@rule
def chance_to_leave(age: int, target: float, p) -> float:
    """Yearly chance to leave the labour force without retiring: speed * (1 - target).

    With `chance_to_enter` the share in the labour force tends to `target` at the rate `participation_speed`. From
    `last_entry_age` on people leave by retiring only.
    """
    return 0.0 if age >= p.last_entry_age else p.participation_speed * (1.0 - target)


@rule
def chance_to_enter(age: int, target: float, p) -> float:
    """Yearly chance to enter: speed * target; school leavers below `first_job_age` decide at once (speed 1)."""
    if age >= p.last_entry_age:
        return 0.0
    return target * (1.0 if age < p.first_job_age else p.participation_speed)


@rule
def retirement_chance(age: int, sex: int, high_skill: bool, formal: bool, farmer: bool, p) -> float:
    """Yearly chance to retire.

    Formal workers: `retirement_at_age` from the statutory age (60 men, 50 women workers, 55 women cadres). Others:
    ceiling / (1 + exp(-(age - mid) / width)), mid for farmers later than for informal workers; none below 50.
    """
    if formal and not farmer:
        statutory = p.retirement_age_men
        if sex == FEMALE:
            statutory = p.retirement_age_women_cadre if high_skill else p.retirement_age_women
        return p.retirement_at_age if age >= statutory else 0.0
    if age < 50:
        return 0.0
    mid = p.retirement_mid_farm if farmer else p.retirement_mid_informal
    return p.retirement_ceiling / (1.0 + math.exp(-(age - mid) / p.retirement_width))
