"""Part of step 4: migrant workers are trained (lever skills_training, places a year by town of residence)."""

import numpy as np

from sim.codes import COLLEGE, EMPLOYED, PRIMARY, UNEMPLOYED
from sim.draws import Decision, draw
from sim.engine import add_up, for_chunks
from sim.rules import kernel
from sim.rules.schooling import trained_ability, training_chance

OLDEST_TRAINEE = 54


@kernel
def may_train(status, sector, education, age, local):
    """Workers and seekers off the land without college who are registered in another county."""
    works = (status == UNEMPLOYED) | ((status == EMPLOYED) & (sector != PRIMARY))
    return works & (education < COLLEGE) & (age <= OLDEST_TRAINEE) & (not local)


@kernel
def _count(lo, hi, c, home, county_of, year, out):
    towns = len(county_of)
    for i in range(lo, hi):
        t, hukou = home[c.household[i]] // 2, c.hukou_place[i]
        if t >= towns:
            continue
        local = hukou < towns and county_of[hukou] == county_of[t]
        out[t] += may_train(c.status[i], c.sector[i], c.education[i], year - c.birth_year[i], local)


@kernel
def _train(lo, hi, c, home, county_of, year, chance, base, p):
    towns = len(county_of)
    for i in range(lo, hi):
        t, hukou = home[c.household[i]] // 2, c.hukou_place[i]
        if t >= towns or chance[t] <= 0.0:
            continue
        local = hukou < towns and county_of[hukou] == county_of[t]
        may = may_train(c.status[i], c.sector[i], c.education[i], year - c.birth_year[i], local)
        if may and draw(base, c.key[i]) < chance[t]:
            c.ability[i] = trained_ability(c.ability[i], p)


def eligible(model) -> np.ndarray:
    """int64[T]: who may be trained, by town of residence."""
    c, home, county, year = model.people.rows, model.households.home, model.pack.town_county, model.year
    return add_up(
        len(model.people), model.threads, (model.T,), lambda lo, hi, out: _count(lo, hi, c, home, county, year, out)
    )


def train(model, chance: np.ndarray) -> None:
    """Trains those whose keyed draw is below the chance of their town."""
    c, home, county = model.people.rows, model.households.home, model.pack.town_county
    base, year, p = model.stream(Decision.TRAINING), model.year, model.par.labour
    for_chunks(
        len(model.people), model.threads, lambda lo, hi, _: _train(lo, hi, c, home, county, year, chance, base, p)
    )


def train_workers(model) -> None:
    """Nothing is counted where nobody is trained."""
    places = model.lever("skills_training") * model.scale
    if not places.any():
        return
    chance = model.publish("training_chance", training_chance(places, eligible(model)))
    train(model, chance)
