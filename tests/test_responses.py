"""What the city does when one thing changes: sign and rough size against the pack's table of published findings.

Every test compares pairs of runs on the same seeds (1 % city, a few years) and states in its docstring what is
expected. Ranges are wide: they are meant to catch a rule that points the wrong way or is ten times too strong.
A response that the model does not yet give as it should is marked `xfail` with what is seen; when it comes right
the mark must go (xfail is strict).
"""

import math

import numpy as np
import pytest
from helpers_responses import Pair, city, results, scenario, settings

from sim.codes import COMMODITY_HOME, PUBLIC_HOME, PUBLIC_RENTAL
from sim.data import load_pack
from sim.model import CityModel
from sim.paths import Path, PolicyError
from sim.policy import compile_policy
from sim.steps import arrivals, attraction

EAST, WEST = "east", "west"


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture
def start_model():
    """A small city at the start of its first year, for the tables of choice."""

    def make(levers=None, **parameters):
        policy = compile_policy(settings(levers), {}, load_pack(), 2020, 2021)
        model = CityModel(policy, scale=0.002, parameters=parameters or None)
        model.year += 1  # levers act from the first year lived
        return model

    return make


def permits(parity):
    """Every resident registered elsewhere holds a permit that carries this share of services."""
    return {"permit_parity": parity, "permit_coverage": 1.0}


def jobs(region, percent=4.0):
    return {("job_growth_secondary", region): percent, ("job_growth_tertiary", region): percent}


# --- pay elsewhere ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pull", [0.9, 1.1])
def test_pay_outside_moves_departures_with_the_elasticity_of_migration(pack, pull):
    """Earnings in the Delta up 10 % (down 10 %): more (fewer) leave, fewer (more) live here, in each pair.

    Elasticity of departures in the first year 0.6 to 3, round Tombe & Zhu's 1.5 (1.2-1.6, tz_kappa).
    """
    low, high = (pack.literature("tz_kappa")[k] for k in ("low", "high"))
    pair = Pair(assumptions={"neighbour_pull": pull})
    sign = np.sign(pull - 1.0)
    assert (sign * pair.gap("departures", year=0) > 0).all()
    assert (sign * pair.gap("residents") < 0).all()
    elasticity = pair.log_ratio("departures", year=0) / math.log(pull)
    assert 0.5 * low <= elasticity <= 2.0 * high


def test_pull_of_the_neighbours_reaches_the_delta_only(pack):
    """The wage of 2021 rises by the pull in the three Delta places of the pack and in no other outside place."""
    wages = []
    for pull in (1.0, 1.5):
        policy = compile_policy([], {"neighbour_pull": Path.constant(pull)}, pack, 2020, 2021)
        model = CityModel(policy, scale=0.002).run_until(2021)
        wages.append(model.signals.wage[model.T :])
    ratio = (wages[1] / wages[0])[:, 0, 0]
    assert dict(zip(pack.outside, ratio.round(9), strict=True)) == {
        "gzfs": 1.5, "szdh": 1.5, "zhzs": 1.5, "westgd": 1.0, "restgd": 1.0, "provinces": 1.0
    }  # fmt: skip


# --- distance ---------------------------------------------------------------------------------------------------------


def test_twice_the_travel_time_divides_the_odds_of_a_place_by_two_to_the_delta(start_model, monkeypatch, pack):
    """Odds of choosing a place fall to 2^-delta when its travel time doubles; delta inside the gravity range of the
    table (grav_dist -0.6 to -1.3), so its share falls to between 0.4 and 0.66."""
    model = start_model()
    outside = 2 * model.T + 1  # the second outside place, chosen by few from any one town
    home, kind, group = 5, 0, int(model.pack.town_county[5])

    def odds():
        table = attraction.attraction(model)
        weight = table.pull[kind, group] * table.reach[home]
        return weight[outside] / (weight.sum() - weight[outside]), weight[outside] / weight.sum()

    before, share = odds()
    travel = attraction.travel(model)
    minutes = travel.table.copy()
    minutes[:, model.T + 1] *= 2.0
    monkeypatch.setattr(attraction, "travel", lambda _: travel._replace(table=minutes))
    after, new_share = odds()
    delta = model.par.moving.distance_weight
    assert after / before == pytest.approx(2.0**-delta, rel=1e-9)
    low, high = (pack.literature("grav_dist")[k] for k in ("low", "high"))
    assert 2.0**low <= 2.0**-delta <= 2.0**high
    assert 2.0**low <= new_share / share <= 2.0 ** (high / 2)  # a large share falls by less


def test_pay_that_makes_up_for_distance(start_model, pack):
    """10 % more distance is worth 3.5 to 16 % more pay.

    Upper end: Zhang & Zhao 2011, 15 % (zz_dist_wage); lower end: gravity -0.6 over a migration elasticity of 1.6.
    """
    p = start_model().par.moving
    rise = 100.0 * (1.1 ** (p.distance_weight / p.income_weight) - 1.0)
    assert 3.5 <= rise <= 1.1 * pack.literature("zz_dist_wage")["value"]


def test_longer_trips_to_the_neighbours_keep_people_here():
    """Travel time to outside places up by half: fewer leave and fewer come, in each pair.

    Elasticity of departures to travel time -1.3 to -0.3 (grav_dist -0.9; staying is an alternative too).
    """
    pair = Pair({"outside_travel_time": 1.5})
    assert (pair.total("departures") < 0).all()
    assert (pair.total("arrivals") < 0).all()
    assert -1.3 <= pair.log_ratio("departures", year=0) / math.log(1.5) <= -0.3


# --- homes ------------------------------------------------------------------------------------------------------------


def test_a_rent_subsidy_keeps_people_here_and_dear_rents_drive_them_out():
    """Subsidy of 60 % of rent: fewer leave, in each pair. Rents twice as high from the start: more leave.

    Size: rent is about a fifth of what a worker who rents keeps (rent_share), so doubling it is worth some 15 % of
    income; with the elasticity of 1.2-1.6 at most 25 % more leave.
    """
    cheap, dear = Pair({"rent_subsidy": 0.6}), Pair(parameters={"rent_yield": 0.044})
    assert (cheap.total("departures") < 0).all()
    assert cheap.gap("residents").mean() > 0
    assert (dear.total("departures") > 0).all()
    assert 0.02 <= dear.log_ratio("departures", year=0) <= 0.25


@pytest.mark.xfail(
    strict=True,
    reason="seen: residents +6 000 of 4.8 million in 2024, departures +5 400 and arrivals +11 000 in four years: homes "
    "are what is scarce, and those which dear rents leave free are taken by people who found none before",
)
def test_dear_rents_lower_residents():
    """Rents twice as high from the start: fewer residents."""
    assert Pair(parameters={"rent_yield": 0.044}).gap("residents").mean() < 0


def test_a_subsidy_in_one_region_draws_choosers_to_it(start_model):
    """At the table of choice: every place of the West gains weight, no place of the East does."""
    plain, paid = (attraction.attraction(start_model(levers)) for levers in ({}, {("rent_subsidy", WEST): 0.3}))
    west = np.repeat(load_pack().county_region[load_pack().town_county] == 1, 2)
    ratio = (paid.pull / plain.pull)[:, :, : len(west)]
    assert (ratio[:, :, west] > 1.0).all()
    assert (ratio[:, :, ~west] == 1.0).all()


def test_more_homes_lower_rents_and_prices():
    """20,000 more homes a year for seven years: rents and prices lower in each pair.

    Price falls by 0.1 to 2 % for 1 % more homes. Demand of price elasticity -0.8 to -1.1 (cn_pd) would clear at
    -0.9 to -1.25 % were nobody to come; people who come for the homes take up most of them.
    """
    pair = Pair({"new_homes": 20000}, end=2027)
    assert (pair.gap("rent") < 0).all()
    assert (pair.gap("home_price_index") < 0).all()
    stock = [city(levers, 2027).towns.homes[:, COMMODITY_HOME].sum() for levers in ({}, {"new_homes": 20000})]
    elasticity = pair.log_ratio("home_price_index") / math.log(stock[1] / stock[0])
    assert -2.0 <= elasticity <= -0.1


def test_more_public_rental_homes_house_more_public_tenants():
    """6,000 against none a year for five years: at least nine in ten of the added homes are let to public tenants."""
    few, many = (city({"public_rental_homes": n}, 2025) for n in (0, 6000))
    tenants = [(m.households.tenure == PUBLIC_RENTAL).sum() for m in (few, many)]
    homes = [m.towns.homes[:, PUBLIC_HOME].sum() for m in (few, many)]
    assert homes[1] - homes[0] > 100  # agent homes: 6,000 a year, two years to build, 1 in 100
    assert 0.9 <= (tenants[1] - tenants[0]) / (homes[1] - homes[0]) <= 1.1


def _migrants(result):
    names = ("migrants_same_province", "migrants_other_province")
    return sum(result.series(name, load_pack().city_id)[:, -1] for name in names).mean()


def test_more_migrants_raise_prices(pack):
    """1 % more migrants: prices up by 0.1 to 1.5 % (wang_hui 0.70, lin_ma 0.31 with a range of 0 to 1.34)."""
    pair = Pair(assumptions={"arrivals_shock": -90.0})
    change = math.log(_migrants(pair.changed) / _migrants(pair.base))
    assert change < -0.02
    top = 1.1 * pack.literature("lin_ma")["high"]
    assert 0.1 <= pair.log_ratio("home_price_index") / change <= top


def test_fewer_outsiders_who_look_are_fewer_who_come():
    """Half as many look for a place: arrivals of the year fall by 30 to 60 %."""
    pair = Pair(assumptions={"arrivals_shock": -50.0}, end=2021)
    assert -0.6 <= math.exp(pair.log_ratio("arrivals")) - 1.0 <= -0.3


# --- hukou ------------------------------------------------------------------------------------------------------------


def test_the_less_a_permit_gives_the_more_convert():
    """Permits for all, parity 0.2: more conversions; 1: fewer; in each pair (Zhang & Hoekstra 2020, zh_yrd).

    Size: between a quarter and twice as many more, and between a fifth and three quarters fewer.
    """
    less, more = Pair(permits(0.2)), Pair(permits(1.0))
    assert (less.total("conversions") > 0).all() and (more.total("conversions") < 0).all()
    assert 0.25 <= math.exp(less.log_ratio_total("conversions")) - 1.0 <= 2.0
    assert -0.75 <= math.exp(more.log_ratio_total("conversions")) - 1.0 <= -0.2


def test_more_parity_keeps_migrants_and_draws_choosers(start_model):
    """Parity 0.6 to 1: fewer leave, more migrants from other provinces live here, in each pair; 10 to 60 % more of
    the outsiders who look choose the city (service weight 0.6 times 0.4 is a quarter, more with children)."""
    pair = Pair(permits(1.0))
    assert (pair.total("departures") < 0).all()
    assert (pair.gap("migrants_other_province") > 0).all()
    models = [start_model(levers) for levers in ({}, permits(1.0))]
    choose = [len(arrivals.lookers(m, attraction.attraction(m)).key) for m in models]
    assert 1.1 <= choose[1] / choose[0] <= 1.6


def test_more_parity_brings_more_arrivals():
    """Parity 0.6 to 1: arrivals over four years up in each pair, on average by 2 to 20 %: of those who want to come
    (10 to 60 % more, see above) the homes that stand free let in a part."""
    pair = Pair(permits(1.0))
    assert (pair.total("arrivals") > 0).all()
    assert 0.02 <= pair.log_ratio_total("arrivals") <= 0.2


def test_the_more_rural_rights_are_kept_the_more_convert():
    """All rights kept: more conversions than at 0.8; none kept: fewer; in each pair; 5 to 60 % either way."""
    none, all_kept = Pair({"rural_rights_kept": 0.0}), Pair({"rural_rights_kept": 1.0})
    assert (none.total("conversions") < 0).all() and (all_kept.total("conversions") > 0).all()
    assert 0.05 <= -none.log_ratio_total("conversions") <= 0.6
    assert 0.05 <= all_kept.log_ratio_total("conversions") <= 0.6


def test_a_threshold_of_ten_years_shuts_migrants_out():
    """Fewer conversions in each pair, by 20 to 90 %: villagers in urban parts need no years, migrants do."""
    pair = Pair({"hukou_threshold_years": 10.0})
    assert (pair.total("conversions") < 0).all()
    assert -0.9 <= math.exp(pair.log_ratio_total("conversions")) - 1.0 <= -0.2


def test_the_threshold_is_spent(pack):
    """There has been none since July 2020: zero again changes nothing at all, and there is nothing below zero."""
    pair = Pair({"hukou_threshold_years": 0.0}, end=2023)
    assert np.array_equal(pair.base.values, pair.changed.values, equal_nan=True)
    with pytest.raises(PolicyError, match="from 0 to 20"):
        scenario({"hukou_threshold_years": -1.0}).policy(pack, 2020, 2023)


def test_years_elsewhere_count_only_towards_a_threshold():
    """All years elsewhere recognised: exactly nothing at threshold zero, more conversions at a threshold of ten."""
    open_door = Pair({"years_recognised": 1.0}, end=2023)
    assert np.array_equal(open_door.base.values, open_door.changed.values, equal_nan=True)
    shut = Pair({"hukou_threshold_years": 10.0})
    counted = Pair({"hukou_threshold_years": 10.0, "years_recognised": 1.0})
    assert counted.total("conversions").sum() > shut.total("conversions").sum()


# --- countryside ------------------------------------------------------------------------------------------------------


def test_farm_productivity_narrows_the_gap_of_incomes():
    """6 points a year more for four years (26 % more output): income of a farmer up by 15 to 30 %, rural income up and
    the urban-rural ratio down in each pair; farmers are a tenth of workers, so the ratio falls by less than 0.1."""
    pair = Pair({"farm_productivity": 6.0})
    assert 0.15 <= math.exp(pair.log_ratio("farm_income")) - 1.0 <= 0.30
    assert (pair.gap("income_rural") > 0).all()
    assert (pair.gap("income_ratio") < 0).all() and pair.gap("income_ratio").min() > -0.1


def test_land_that_is_passed_on_raises_the_income_of_those_who_farm():
    """A push for transfer: income of a farmer and rural income up in each pair, by 3 to 25 % and 0.3 to 5 %."""
    pair = Pair({"farmland_transfer": 5.0})
    assert (pair.gap("farm_income") > 0).all() and (pair.gap("income_rural") > 0).all()
    assert 0.03 <= pair.log_ratio("farm_income") <= 0.25
    assert 0.003 <= pair.log_ratio("income_rural") <= 0.05


def test_fewer_farmers_have_more_land_and_earn_more():
    """Jobs in the West take hands off the land: more land a farmer and a higher income of farmers there, each pair.

    Elasticity of income to land per farmer 0.2 to 1.1: land is not the only factor.
    """
    pair = Pair(jobs(WEST), end=2025)
    assert (pair.gap("employment_share_primary", WEST) < 0).all()
    assert (pair.gap("land_per_farmer", WEST) > 0).all() and (pair.gap("farm_income", WEST) > 0).all()
    assert 0.2 <= pair.log_ratio("farm_income", WEST) / pair.log_ratio("land_per_farmer", WEST) <= 1.1


# --- jobs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("region", "other"), [(EAST, WEST), (WEST, EAST)])
def test_jobs_bring_jobs_and_people_to_their_region(region, other):
    """Posts of a region grow by 4 points a year more for five years: 8 to 25 % more posts there, fewer without work
    and more residents, in each pair; both grow by more there than in the other region."""
    pair = Pair(jobs(region), end=2025)
    assert (pair.gap("jobs", region) > 0).all() and (pair.gap("residents", region) > 0).all()
    assert (pair.gap("unemployment_rate", region) < 0).all()
    assert 0.08 <= pair.log_ratio("jobs", region) <= 0.25
    for indicator in ("jobs", "residents"):
        assert pair.log_ratio(indicator, region) > pair.log_ratio(indicator, other)


def test_the_library_scenario_of_jobs_in_the_west_fills_the_west():
    """`jobs_west` of the library: by 2030 more posts and more residents in the West than in the baseline, each pair."""
    base, west = (results(name, 2030) for name in ("baseline", "jobs_west"))
    for indicator in ("jobs", "residents"):
        assert (west.series(indicator, WEST)[:, -1] > base.series(indicator, WEST)[:, -1]).all()


def test_a_shock_to_jobs():
    """10 % of posts lost in 2022: posts 8 to 13 % fewer and unemployment 2 to 10 points higher that year, in each
    pair; nothing before; at least half of the loss is gone a year later (the shock is of the named year only)."""
    pair = Pair(assumptions={"jobs_shock": Path.only(2022, -10.0)})
    assert (pair.gap("jobs", year=0) == 0).all() and (pair.gap("residents", year=0) == 0).all()
    assert 0.08 <= -pair.log_ratio("jobs", year=1) <= 0.13
    gap = pair.gap("unemployment_rate", year=1)
    assert gap.min() > 2.0 and gap.max() < 10.0
    assert -pair.log_ratio("jobs", year=2) <= -0.5 * pair.log_ratio("jobs", year=1)


# --- births -----------------------------------------------------------------------------------------------------------


def test_fertility_raises_births_in_proportion():
    """Rates 30 % higher: 22 to 34 % more births over four years, and more children, in each pair."""
    pair = Pair(assumptions={"fertility_level": 1.3})
    assert 0.22 <= math.exp(pair.log_ratio_total("births")) - 1.0 <= 0.34
    assert (pair.gap("age_0_14_share") > 0).all()
