"""Looking inside: the laid-open decision is the kernel's, and what is said to tip a household does tip it."""

import numpy as np
import pytest

from scenarios.address import read_address
from scenarios.runner import Job, run_job
from sim.catalogue import CatalogueError, parameters
from sim.data import load_pack
from sim.inside.cases import CONVERTS, MOVES, find_case, row_of
from sim.inside.choice import TERMS, choice, term_table
from sim.inside.conversion import conversion
from sim.inside.flips import flips
from sim.inside.samples import LARGER, other_city
from sim.inside.tipping import CONSIDER, EARNINGS, RENT, SERVICE, apply, conversion_tips, tips
from sim.inside.worlds import World
from sim.inside.year import year_of
from sim.policy import compile_policy
from sim.steps import attraction, hukou, moving
from sim.steps.choice import NO_MOVE
from sim.synthesis import start_population

OPTIONS = {"scale": 0.001, "seed": 3, "threads": 1}
LAST = 2026


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def world(pack):
    return World(compile_policy((), {}, pack, 2020, 2035), options=OPTIONS)


def wish_of(model, row: int) -> int:
    """Where the kernel sends the head of a household."""
    to_household, to_person = moving.wishes(model, attraction.attraction(model))
    alone = to_person[model.households.first[row]]
    return int(to_household[row] if to_household[row] != NO_MOVE else alone)


# --- moves ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def considering(world):
    """Keys of some households that consider a move in one year, stayers and goers, and some that do not consider."""
    model = world.until(2023, "moving")
    made = [choice(model, row) for row in range(0, len(model.households), 2)]
    keys = lambda chosen: [int(model.households.key[one.who.row]) for one in chosen]  # noqa: E731
    stay = keys(one for one in made if one.considered and one.stays)[:6]
    go = keys(one for one in made if one.considered and not one.stays)[:6]
    asleep = keys(one for one in made if not one.considered and not one.stays and one.u_consider < 3 * one.hazard)[:4]
    assert min(len(stay), len(go), len(asleep)) >= 3
    return stay, go, asleep


def test_every_tip_of_a_move_tips_the_household_in_a_world_that_is_run(world, considering):
    """The world is run to that moment, the one thing is changed, and the kernel decides: otherwise than before. The
    moves of the year are then made: the mover of the plain world who was tipped to stay is still at home."""
    seen = []
    for key in considering[0] + considering[1]:
        plain = world.until(2023, "moving")
        row = row_of(plain, key)
        made = choice(plain, row)
        before = wish_of(plain, row)
        assert (before == NO_MOVE) == made.stays
        for tip in tips(plain, row, made):  # none where not even four times as much, or a quarter, tips
            tipped = world.until(2023, "moving")
            apply(tipped, tip, made.who.skill)
            after = wish_of(tipped, row)
            assert (after == NO_MOVE) != (before == NO_MOVE), (key, tip)
            assert (made.who.home if after == NO_MOVE else after) == tip.instead
            moving.moving(tipped)
            if not made.stays:
                assert int(tipped.households.home[row_of(tipped, key)]) == made.who.home
            seen.append((tip.what, made.stays))
    assert {what for what, _ in seen} == {EARNINGS, RENT, SERVICE} and {stays for _, stays in seen} == {True, False}
    assert len(seen) > 9


def test_a_little_less_than_the_tip_does_not_tip(world, considering):
    """The tip is the smallest change in its direction: at nine tenths of it the decision is the old one."""
    for key in considering[0][:3] + considering[1][:3]:
        plain = world.until(2023, "moving")
        row = row_of(plain, key)
        made = choice(plain, row)
        for tip in tips(plain, row, made)[:2]:
            model = world.until(2023, "moving")
            less = type(tip)(tip.what, tip.place, 0.9 * tip.change, tip.before, 0.0, tip.instead)
            apply(model, less, made.who.skill)
            assert (wish_of(model, row) == NO_MOVE) == made.stays, (key, tip)


def test_who_did_not_consider_would_with_the_rate_of_the_tip(world, considering):
    told = 0
    for key in considering[2]:
        plain = world.until(2023, "moving")
        row = row_of(plain, key)
        assert wish_of(plain, row) == NO_MOVE
        found = tips(plain, row)
        if not found:  # the rate would have to be beyond its bounds
            continue
        (tip,), told = found, told + 1
        assert tip.what == CONSIDER and tip.change > 0
        tipped = world.until(2023, "moving")
        tipped.set_parameters({"consider_rate": tip.after})
        assert wish_of(tipped, row) == tip.instead != NO_MOVE
    assert told


def test_terms_add_up_for_every_place_with_levers_moved(pack):
    """With a lever of the countryside moved: its term (liveable village) is not zero, and the sum is the kernel's."""
    policy = read_address("rural_amenity=0.9&rent_subsidy=0.3&permit_parity=0.9").scenario.policy(pack, 2020, 2035)
    model = World(policy, options=OPTIONS).until(2022, "moving")
    worst = 0.0
    for row in range(0, len(model.households), 400):
        made = choice(model, row)
        table = term_table(model, made.table, made.who)
        worst = max(worst, float(np.abs(np.log(made.weights) - table.sum(axis=0)).max()))
        assert table[TERMS.index("amenity")].any()
    assert worst < 1e-9


# --- hukou ------------------------------------------------------------------------------------------------------------


def registered_after(model, row: int) -> int:
    hukou.hukou(model)
    return int(model.people.hukou_place[model.households.first[row]])


def test_the_laid_open_conversion_is_the_kernels_for_every_household(world):
    model = world.until(2022, "hukou")
    told = [conversion(model, row) for row in range(len(model.households))]
    kinds, places = model.people.hukou_kind[model.households.first].copy(), model.people.hukou_place.copy()
    first = model.households.first.copy()
    hukou.hukou(model)
    converted = (model.people.hukou_kind[first] != kinds) | (model.people.hukou_place[first] != places[first])
    said = np.array([one is not None and one.converts for one in told])
    assert said.sum() > 10
    assert np.array_equal(said, converted)
    for one in told:
        if one is not None:
            p = one.p
            chance = p.conversion_rate / (1.0 + np.exp(-sum(one.terms.values())))
            assert one.chance == pytest.approx(chance, rel=1e-12)


def test_every_tip_of_a_conversion_tips_the_family(world):
    model = world.until(2022, "hukou")
    tipped_to = set()
    for row in range(len(model.households)):
        now = conversion(model, row)
        if now is None or not now.eligible or now.u >= now.p.conversion_rate:
            continue
        for tip in conversion_tips(model, row):
            if len(tipped_to) > 1 and row % 5:
                continue
            other = world.until(2022, "hukou")
            apply(other, tip)
            before = int(other.people.hukou_place[other.households.first[row]])
            kind = int(other.people.hukou_kind[other.households.first[row]])
            hukou.hukou(other)
            first = other.households.first[row]
            converts = (int(other.people.hukou_place[first]), int(other.people.hukou_kind[first])) != (before, kind)
            assert converts != now.converts, (row, tip)
            tipped_to.add(converts)
    assert tipped_to == {True, False}


# --- cases ------------------------------------------------------------------------------------------------------------


def test_a_case_of_two_worlds_is_a_household_that_both_worlds_show_deciding_differently(pack, world):
    policy = read_address("job_growth_tertiary=2").scenario.policy(pack, 2020, 2035)
    current = World(policy, options=OPTIONS)
    case = find_case(MOVES, world, current, LAST)
    assert case.flipped and case.weights and case.tip and case.confirmed
    models = [one.until(case.year, "moving") for one in (world, current)]
    wishes = [wish_of(model, row_of(model, case.key)) for model in models]
    assert (wishes[0] == NO_MOVE) != (wishes[1] == NO_MOVE)
    for side, model, wish in zip((case.baseline, case.current), models, wishes, strict=True):
        made = choice(model, row_of(model, case.key))
        assert side.option == (case.home if wish == NO_MOVE else wish)
        assert sum(side.chances) == pytest.approx(1.0)
        assert (side.u < side.chances[0]) == (wish == NO_MOVE) == made.stays  # the draw lies on either side of staying
    assert next(iter(case.weights.values())) == max(case.weights.values()) > 0


def test_a_case_of_hukou_and_a_case_where_nothing_differs(pack, world):
    policy = read_address("permit_parity=1").scenario.policy(pack, 2020, 2035)
    case = find_case(CONVERTS, world, World(policy, options=OPTIONS), LAST)
    assert case.flipped and case.baseline.option != case.current.option
    assert "services" in case.weights and case.confirmed
    for kind in (MOVES, CONVERTS):
        same = find_case(kind, world, world, 2022)
        assert not same.flipped and same.baseline == same.current and same.tip is not None and same.confirmed


def test_a_look_inside_changes_nothing_of_an_ordinary_run(world):
    """A world that was laid open and one that was not end alike."""
    plain = world.run(2023)
    world.until(2022, "moving")
    looked = []

    def watch(step, model):
        if step == "moving":
            looked.append([choice(model, row).chosen for row in range(0, len(model.households), 50)])
        if step == "hukou":
            looked.append([conversion(model, row) is None for row in range(0, len(model.households), 50)])

    seen = world.run(2023, watch)
    assert len(looked) == 6
    for table in ("people", "households"):
        for field in getattr(plain, table).FIELDS:
            assert np.array_equal(getattr(getattr(plain, table), field), getattr(getattr(seen, table), field)), field


# --- other cities of the same scale -----------------------------------------------------------------------------------


def test_other_cities_share_no_household_and_together_are_the_larger_city(pack):
    scale = OPTIONS["scale"]
    cities = [start_population(pack, 2020, scale), *(other_city(pack, 2020, scale, part) for part in range(1, LARGER))]
    keys = np.concatenate([city.households.key for city in cities])
    larger = start_population(pack, 2020, LARGER * scale)
    assert len(np.unique(keys)) == len(keys)
    assert np.array_equal(np.sort(keys), np.sort(larger.households.key))
    assert sum(len(city.people) for city in cities) == len(larger.people)
    for city in cities:
        assert np.array_equal(city.people.household, np.repeat(np.arange(len(city.households)), city.households.size))
    for part in (0, LARGER):
        with pytest.raises(ValueError, match="part must be"):
            other_city(pack, 2020, scale, part)


def test_a_job_can_run_another_city(pack):
    jobs = [Job((), {}, 2020, 2021, 0.001, 1, 1, None, str(pack.folder), "city", part=part) for part in (0, 1, 1)]
    first, second, again = (run_job(job)[3] for job in jobs)
    assert np.array_equal(second, again, equal_nan=True) and not np.array_equal(first, second, equal_nan=True)
    residents = [values[0, 0, run_job(jobs[0])[2].index("residents")] for values in (first, second)]
    assert residents[0] == pytest.approx(residents[1], rel=0.02)


# --- a year, rule by rule ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived(world):
    """Households in 2022 and the rules asked about each, beside what the year then did to it."""
    keys = [int(k) for k in world.run(2021).households.key[::37]]
    return {key: year_of(world, key, 2022) for key in keys[:24]}


def test_the_rules_of_a_year_are_those_that_the_kernels_ask(world, lived):
    """Deaths fall where the laid-open draw says, in the order of the model, with equations and parameters."""
    plain = world.run(2021)
    after = world.run(2022)
    alive = set(after.people.key.tolist())
    order = ["demography", "families", "incomes", "moving", "housing", "hukou"]
    deaths = 0
    for key, asked in lived.items():
        steps = [order.index(one.step) for one in asked]
        assert steps == sorted(steps)
        row = row_of(plain, key)
        members = plain.people.key[plain.households.first[row] :][: plain.households.size[row]]
        for one in asked:
            assert len(one.equation) > 40 and np.isfinite(one.value)
            assert (one.u is None) == (one.happens is None)
            if one.rule == "mortality.death_chance" and one.happens:
                deaths += 1
                assert int(members[one.who]) not in alive
    assert {one.rule for asked in lived.values() for one in asked} >= {
        "mortality.death_chance", "income.net_earnings", "moving.consider_hazard", "hukou.conversion_probability",
    }  # fmt: skip


def test_wage_income_is_the_sum_of_the_net_earnings_shown(world, lived):
    """Wages and business of households without farmers: what the rules give is what the household received."""
    model = world.until(2022, "moving")
    checked = 0
    for key, asked in lived.items():
        try:
            row = row_of(model, key)
        except KeyError:
            continue
        i = slice(int(model.households.first[row]), int(model.households.first[row] + model.households.size[row]))
        if ((model.people.status[i] == 2) & (model.people.sector[i] == 1)).any():
            continue
        net = sum(one.value for one in asked if one.rule == "income.net_earnings")
        received = float(model.households.wage_income[row]) + float(model.households.business_income[row])
        assert net == pytest.approx(received, rel=1e-5, abs=0.5)
        checked += net > 0
    assert checked > 5


def test_parameters_of_a_rule_are_found_in_its_source(lived):
    asked = [one for rules in lived.values() for one in rules]
    hazard = next(one for one in asked if one.rule == "moving.consider_hazard")
    assert "consider_rate" in hazard.parameters and set(hazard.parameters) <= set(parameters())


# --- a parameter changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [("stay_weight", None), ("income_weight", None), ("conversion_base", None)])
def test_flips_are_the_decisions_of_a_world_in_which_the_parameter_is_changed_at_that_moment(world, name, value):
    entry = parameters()[name]
    value = 0.5 * (entry.default + entry.bounds[1])
    found = flips(world, 2022, name, value)
    assert found.flipped > 0
    assert found.then - found.decided == len(found.starts) - len(found.stops)
    model = world.until(2022, found.step)
    model.set_parameters({name: value})
    for key in (found.starts[:3], found.stops[:3]):
        for one in key:
            row = row_of(model, one)
            does = wish_of(model, row) != NO_MOVE if found.step == "moving" else conversion(model, row).converts
            assert does == (found.of(one) == "starts")


def test_the_same_value_flips_nothing_and_an_impossible_one_is_refused(world):
    assert flips(world, 2022, "stay_weight", parameters()["stay_weight"].default).flipped == 0
    with pytest.raises(CatalogueError):
        flips(world, 2022, "stay_weight", 1e9)
    with pytest.raises(ValueError, match="neither moves nor conversions"):
        flips(world, 2022, "farm_exit_income", 1.0)
