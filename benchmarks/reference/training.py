"""Mirrors the loops over people of sim/steps/training.py."""

import numpy as np

from benchmarks.reference.agents import Person
from benchmarks.reference.plain import plain, single
from sim.draws import Decision, draw
from sim.rules import schooling
from sim.steps import training

may_train = plain(training.may_train)
trained_ability = plain(schooling.trained_ability)


def may(person: Person, model) -> bool:
    """Whether somebody who lives in the city may be trained."""
    home = person.household.home
    if home >= 2 * model.T:
        return False
    registered, town = person.hukou_place, home // 2
    local = registered < model.T and model.county[registered] == model.county[town]
    return may_train(person.status, person.sector, person.education, model.year - person.birth_year, local)


def eligible(model) -> np.ndarray:
    """int64[T]: who may be trained, by town."""
    out = np.zeros(model.T, np.int64)
    for person in model.people:
        if may(person, model):
            out[person.household.home // 2] += 1
    return out


def train(model, chance: np.ndarray) -> None:
    """Trains those who draw a place."""
    base = model.stream(Decision.TRAINING)
    for person in model.people:
        if may(person, model) and draw(base, person.key) < chance[person.household.home // 2]:
            person.ability = single(trained_ability(person.ability, model.rules.labour))
