"""The trace tells what the model does: same terms, same choice, same life; following changes nothing."""

import json

import numpy as np
import pytest

from scenarios.cli import main
from scenarios.runner import replicate_seed
from sim import trace
from sim.data import load_pack
from sim.model import CityModel
from sim.policy import compile_policy
from sim.steps import attraction, moving
from sim.steps.choice import NO_MOVE, choice_weights, location_of
from sim.synthesis import start_population
from sim.views import HouseholdView

SCALE = 0.002
END = 2025
TERMS = {"income", "services", "network", "size", "distance", "room", "home", "stay", "constant", "amenity"}


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def population(pack):
    return start_population(pack, 2020, SCALE)


@pytest.fixture(scope="module")
def before_moves(population):
    """A city in its second year, stopped right before anybody moves, with what the kernel is about to decide."""
    model = CityModel(scale=SCALE, seed=3, population=population).run_until(2021)
    stopped = {}

    def stop(name, city):
        if name == "moving":
            table = attraction.attraction(city)
            stopped["wishes"] = [w.copy() for w in moving.wishes(city, table)]
            stopped["table"] = table
            stopped["weighed"] = [trace.weigh(city, row) for row in range(len(city.households))]
            stopped["terms"] = _all_terms(city, table)
            stopped["home"] = city.households.home.copy()
            stopped["key"] = city.households.key.copy()
            stopped["first"] = city.households.first.copy()
            stopped["size"] = city.households.size.copy()

    model.watch = stop
    model.step()
    return model, stopped


def _all_terms(city, table):
    """For a spread of households: (log weight of the kernel, sum of the terms) of every place of choice."""
    pairs = []
    hh, people = city.households, city.people
    outside = np.flatnonzero(hh.home >= 2 * city.T)[::40]
    rows = np.concatenate([np.arange(0, len(hh), 151), outside, np.flatnonzero(hh.homestead >= 0)[::97]])
    for row in rows:
        i = int(hh.first[row])
        ages = city.year - people.birth_year[i : i + hh.size[row]]
        kind = 2 * int(people.education[i] == 3) + bool(((ages >= 3) & (ages <= 15)).any())
        group = int(attraction.group_of_place(city)[people.hukou_place[i]])
        here = location_of.py_func(int(hh.home[row]), city.T)
        w = np.empty(city.P)
        choice_weights(
            table.pull[kind, group], table.reach[here], table.room, int(hh.home[row]), people.hukou_place[i],
            hh.homestead[row], float(city.year - people.arrival_year[i]), city.T, city.par.moving, w,
        )  # fmt: skip
        for place in range(city.P):
            pairs.append((np.log(w[place]), sum(trace.terms_of(city, table, int(row), place).values())))
    return np.array(pairs)


# --- terms ------------------------------------------------------------------------------------------------------------


def test_terms_add_up_to_the_utility_of_the_kernel(before_moves):
    """For every place as seen by some 80 households, at home, with homesteads and outside the city: within 1e-9."""
    weights, sums = before_moves[1]["terms"].T
    assert len(weights) > 5_000
    assert np.abs(weights - sums).max() < 1e-9


def test_options_show_the_utility_they_are_chosen_by(before_moves):
    options = [o for w in before_moves[1]["weighed"] if w.considered for o in (w.chosen, w.runner_up)]
    assert len(options) > 200
    for option in options:
        assert set(option.terms) == TERMS
        assert abs(sum(option.terms.values()) - option.utility) < 1e-9
        assert 0.0 < option.probability < 1.0


# --- the choice -------------------------------------------------------------------------------------------------------


def test_the_head_chooses_in_the_trace_what_the_kernel_chooses(before_moves):
    """Every household of the city: the trace and the kernel agree on who considers and on the place."""
    model, at = before_moves
    to_household, to_person = at["wishes"]
    movers = 0
    for row, weighed in enumerate(at["weighed"]):
        wish = to_household[row] if to_household[row] != NO_MOVE else to_person[at["first"][row]]
        if not weighed.considered or weighed.stays:
            # the head stays; a grown child may still go alone
            assert to_person[at["first"][row]] == NO_MOVE and to_household[row] == NO_MOVE
            continue
        movers += 1
        assert wish != NO_MOVE
        assert (weighed.chosen.place, weighed.chosen.part) == trace._place(model, int(wish))
    assert movers > 100


def test_who_chose_a_place_and_got_a_home_lives_there(before_moves):
    """After the year a household that all wished to go is at the place chosen, or where it was, or gone from the city.

    Gone: outsiders who left, and those who joined their family. Some of each of the first two are found.
    """
    model, at = before_moves
    to_household = at["wishes"][0]
    now = {int(k): int(h) for k, h in zip(model.households.key, model.households.home, strict=True)}
    moved = stayed = 0
    for row in np.flatnonzero(to_household != NO_MOVE):
        home = now.get(int(at["key"][row]))
        if home is None:
            continue
        wish, old = int(to_household[row]), int(at["home"][row])
        # villages that became urban in step 11 carry their people from the rural to the urban part
        assert home in (wish, old, wish | 1 if wish < 2 * model.T else wish, old | 1 if old < 2 * model.T else old)
        moved += home != old and home >> 1 == wish >> 1
        stayed += home == old
    assert moved > 10 and stayed > 10


def test_households_that_did_not_choose_to_move_have_not(before_moves):
    model, at = before_moves
    now = {int(k): int(h) for k, h in zip(model.households.key, model.households.home, strict=True)}
    for row in np.flatnonzero(at["wishes"][0] == NO_MOVE):
        home, old = now.get(int(at["key"][row])), int(at["home"][row])
        assert home is None or home == old or (old < 2 * model.T and home == old | 1)


# --- a life -----------------------------------------------------------------------------------------------------------


def test_following_a_household_does_not_change_its_life(pack, population):
    """The life that the trace tells is that of a run which nobody watched."""
    policy = compile_policy([], {}, pack, 2020, END)
    plain = CityModel(policy, scale=SCALE, seed=3, population=population).run_until(END)
    told = 0
    for key in population.households.key[::700]:
        life = trace.trace_household(policy, int(key), end=END, scale=SCALE, seed=3, population=population)
        assert [year["year"] for year in life] == list(range(2020, 2020 + len(life)))
        view = HouseholdView(plain, int(key))
        assert (view.row is None) == (life[-1]["year"] < END)
        if view.row is not None:
            told += 1
            last = life[-1]
            assert (last["place"], last["size"], last["tenure"]) == (view.place_id, len(view.members), view.tenure)
            assert last["ages"] == [m.age for m in view.members]
            assert last["income"] == [round(x, 2) for x in view.income]
    assert told > 3


def test_a_move_in_the_life_is_the_place_that_was_chosen(pack, population):
    """Whenever the household is somewhere else a year later, it had considered and this was its choice."""
    policy = compile_policy([], {}, pack, 2020, END)
    moves = 0
    for key in population.households.key[::23]:
        life = None
        if moves >= 3:
            break
        if not _moves(population, int(key)):
            continue
        life = trace.trace_household(policy, int(key), end=END, scale=SCALE, seed=3, population=population)
        for before, after in zip(life, life[1:], strict=False):
            if after["place"] != before["place"]:
                weighing = after["weighing"]
                assert weighing["considered"] and not weighing["stays"]
                assert after["place"] == weighing["chosen"]["place"]
                moves += 1
            elif after["weighing"]["considered"] and after["weighing"]["stays"]:
                assert after["weighing"]["chosen"]["place"] == before["place"]
    assert moves >= 3


_run: dict = {}


def _moves(population, key):
    """Whether the household lives in another town or outside place at the end of the same run."""
    if not _run:
        start = CityModel(scale=SCALE, seed=3, population=population, end=END)
        homes = dict(zip(start.households.key.tolist(), start.households.home.tolist(), strict=True))
        start.run_until(END)
        _run.update({
            k: h >> 1 != homes[k] >> 1
            for k, h in zip(start.households.key.tolist(), start.households.home.tolist(), strict=True)
            if k in homes
        })  # fmt: skip
    return _run.get(key, False)


# --- the command ------------------------------------------------------------------------------------------------------

OPTIONS = ["--scale", str(SCALE), "--end", "2024"]


def told(capsys, argv):
    assert main(["trace", *argv, *OPTIONS, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_same_scenario_gives_the_same_life(population, capsys):
    for key in population.households.key[[3, 1500, 3000]]:
        one, two = told(capsys, ["baseline", "--household", str(key), "--against", "baseline"])
        assert one["life"] == two["life"] and len(one["life"]) >= 1
        assert one["scenario"] == two["scenario"] == "baseline"


def test_another_scenario_starts_from_the_same_life(population, capsys):
    key = str(population.households.key[3])
    one, two = told(capsys, ["baseline", "--household", key, "--against", "all_together"])
    assert one["life"][0] == two["life"][0]
    assert one["life"][1:] != two["life"][1:]  # at the least incomes differ


def test_the_table_has_a_row_a_year_and_both_languages(population, capsys):
    keys = [str(k) for k in population.households.key[[3, 30, 300, 1500, 3000]]]
    key = next(k for k in keys if len(told(capsys, ["baseline", "--household", k])[0]["life"]) == 5)
    for lang in ("zh", "en"):
        assert main(["trace", "baseline", "--household", key, "--against", "jobs_west", *OPTIONS, "--lang", lang]) == 0
        shown = capsys.readouterr().out
        assert all(str(year) in shown for year in range(2020, 2025))


def test_the_seed_of_the_command_is_that_of_the_first_replicate(pack, population, capsys):
    """The household can be found again in the first replicate of `run` with the same seed."""
    key = int(population.households.key[3])
    life = told(capsys, ["baseline", "--household", str(key), "--seed", "7"])[0]["life"]
    policy = compile_policy([], {}, pack, 2020, 2024)
    options = {"end": 2024, "scale": SCALE, "seed": replicate_seed(7, 0), "population": population}
    assert life == json.loads(json.dumps(trace.trace_household(policy, key, **options)))


@pytest.mark.parametrize(("key", "words"), [("12345", "no household has key 12345 in 2020"), ("x7", "whole number")])
def test_an_unknown_key_is_refused_in_one_helpful_line(population, capsys, key, words):
    assert main(["trace", "baseline", "--household", key, *OPTIONS, "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and words in shown.err
    if key == "12345":  # the line names a key that works
        example = shown.err.split()[-1].strip(".")
        assert int(example) in set(population.households.key.tolist())
    assert main(["trace", "baseline", "--household", key, *OPTIONS, "--lang", "zh"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_person_can_be_followed_from_one_household_to_another(pack, population):
    """A person's life is told year by year to its end; some leave the household they began in, and both are told."""
    policy = compile_policy([], {}, pack, 2020, END)
    plain = CityModel(policy, scale=SCALE, seed=3, population=population).run_until(END)
    young = np.flatnonzero((population.people.birth_year >= 1996) & (population.people.birth_year <= 2002))
    changed = gone = 0
    for key in population.people.key[young[::60]]:
        life = trace.trace_household(policy, int(key), end=END, person=True, scale=SCALE, seed=3, population=population)
        rows = np.flatnonzero(plain.people.key == key)
        assert (len(rows) == 0) == (life[-1]["year"] < END)
        gone += len(rows) == 0
        if len(rows):
            household = plain.people.household[rows[0]]
            assert life[-1]["household"] == int(plain.households.key[household])
            assert life[-1]["size"] == int(plain.households.size[household])
        changed += len({year["household"] for year in life}) > 1
    assert changed > 0
    with pytest.raises(KeyError, match="no person has key 5"):
        trace.trace_household(policy, 5, end=END, person=True, scale=SCALE, population=population)
