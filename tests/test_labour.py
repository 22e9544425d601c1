"""Steps 4 and 5: posts, participation, search, wages. Numbers in the comments are worked by hand."""

import numpy as np
import pytest
from helpers_labour import PINNED, crowd, farmer, household, live, model, start, worker

from sim import engine
from sim.catalogue import record
from sim.codes import (
    COLLEGE,
    EMPLOYED,
    FEMALE,
    INACTIVE,
    JUNIOR,
    MALE,
    NO_SECTOR,
    PRIMARY,
    RETIRED,
    RURAL_HUKOU,
    SECONDARY,
    TERTIARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.people import People
from sim.rules import farming, job_search, labour_demand, participation, wages
from sim.steps import labour, labour_kernels, labour_market

P = record("labour", PINNED)
YEARS = 6


def by_key(m) -> dict[str, np.ndarray]:
    """Columns of people in the order of their keys (the row of the household is left out)."""
    order = np.argsort(m.people.key)
    return {f: getattr(m.people, f)[order] for f in People.FIELDS if f != "household"}


# --- rules ------------------------------------------------------------------------------------------------------------


def test_growth_of_posts():
    assert labour_demand.secondary_growth(1.0, 0.5) == pytest.approx(1.5)
    # 2.5 outside + 1 by policy + 0.6 * 2 % more customers = 4.7 % a year
    assert labour_demand.tertiary_growth(2.5, 1.0, 0.02, P) == pytest.approx(4.7)


def test_posts_wanted_fall_with_the_relative_wage():
    p = record("labour", {"demand_wage_elasticity": 0.5})
    # 100 posts, wage 21 % above its reference: 100 / sqrt(1.21) = 90.909; a shock of -10 % leaves 81.818
    assert labour_demand.posts_wanted(100.0, 1.21, 0.0, p) == pytest.approx(90.909, abs=1e-3)
    assert labour_demand.posts_wanted(100.0, 1.21, -10.0, p) == pytest.approx(81.818, abs=1e-3)


def test_skill_share_follows_supply_and_policy():
    # odds of supply 1/2 and of demand 1/4: gap ln 2 = 0.693, a quarter of it 0.173;
    # logit(0.2) = -1.386 -> -1.213 -> 0.2292
    assert labour_demand.skill_share(0.2, 0.2, 1 / 3, 0.0, P) == pytest.approx(0.22917, abs=1e-4)
    assert labour_demand.skill_share(0.2, 0.3, 0.3, 1.0, P) == pytest.approx(0.21)  # lever: one percentage point


def test_new_posts_follow_labour():
    # of 100 posts in the city 2 open again: a town with 10 posts and a quarter of the labour force has 9.8 + 0.5
    assert labour_demand.relocated(10.0, 100.0, 0.25, P) == pytest.approx(10.3)


def test_participation_and_turnover():
    # women of 30-34: 0.82, with a child under three 0.75 * 0.82 = 0.615
    target = participation.participation(30, FEMALE, True, P)
    assert target == pytest.approx(0.615)
    assert participation.chance_to_leave(30, target, P) == pytest.approx(0.2 * 0.385)
    assert participation.chance_to_enter(30, target, P) == pytest.approx(0.2 * 0.615)
    assert participation.participation(20, MALE, False, P) == pytest.approx(0.92)
    assert participation.chance_to_enter(20, 0.92, P) == pytest.approx(0.92)  # school leavers decide at once
    assert participation.chance_to_enter(58, 0.5, P) == participation.chance_to_leave(58, 0.5, P) == 0.0


def test_retirement_by_age_and_kind():
    def chance(age, sex, high=False, formal=False, farms=False):
        return participation.retirement_chance(age, sex, high, formal, farms, P)

    assert chance(59, MALE, formal=True) == 0.0
    assert chance(60, MALE, formal=True) == chance(50, FEMALE, formal=True) == pytest.approx(0.5)
    assert chance(50, FEMALE, high=True, formal=True) == 0.0
    # half the ceiling of 0.35 at the middle age: 56 informal, 61 on the land; a farmer stays a farmer with urban hukou
    assert chance(56, MALE) == chance(61, FEMALE, farms=True) == chance(61, MALE, formal=True, farms=True)
    assert chance(56, MALE) == pytest.approx(0.175)
    assert chance(49, MALE) == 0.0


def test_the_young_leave_farming():
    # at 40, pay equal to farm income: logit -2.7 -> 0.0630; twice: -2.7 + 1.5 ln 2 = -1.660 -> 0.1597
    # at 20: -1.660 + 1.6 = -0.060 -> 0.4849
    assert farming.seeks_nonfarm(40, 20_000.0, 20_000.0, P) == pytest.approx(0.06297, abs=1e-4)
    assert farming.seeks_nonfarm(40, 40_000.0, 20_000.0, P) == pytest.approx(0.15972, abs=1e-4)
    assert farming.seeks_nonfarm(20, 40_000.0, 20_000.0, P) == pytest.approx(0.48493, abs=1e-4)


def test_search_weight():
    # 20 minutes: exp(-0.12 * 20) = 0.0907; 10 openings at a wage 10 % above the mean: 10 * 0.0907 * 1.1 = 0.9979
    reach = job_search.commuting_reach.py_func(20.0, 0, P)
    assert reach == pytest.approx(0.090718, abs=1e-6)
    assert job_search.commuting_reach.py_func(20.0, 1, P) == pytest.approx(10 * 0.090718, abs=1e-5)
    assert job_search.commuting_reach.py_func(91.0, 0, P) == 0.0  # nobody commutes longer than 90 minutes
    assert job_search.search_weight.py_func(10, reach, 1.1, P) == pytest.approx(0.99790, abs=1e-4)
    assert job_search.works_outside(0.5, 30, P) and not job_search.works_outside(0.5, 60, P)
    assert not job_search.works_outside(0.9, 30, P)  # chance 0.88


def test_wages():
    # 40 000 * 1.1 * 2^0.06 * 2^-0.1 = 44 000 * 2^-0.04 = 42 797
    assert wages.place_wage(40_000.0, 1.1, 2.0, 2.0, P) == pytest.approx(42_797, abs=1)
    # pay was 4 % above the start's, the market says 21 % more than that: half of the gap in logs, 1.04 * 1.1
    half = record("labour", {"wage_adjustment": 0.5})
    assert wages.adjusted(1.04, 1.04 * 1.21, half) == pytest.approx(1.144)
    assert wages.place_wage(40_000.0, 1.1, 1.0, 2.0, P) < wages.place_wage(40_000.0, 1.1, 1.0, 1.0, P)
    # a woman of 40, junior secondary, urban hukou: 40 000 * 0.95 * 0.85 = 32 300; with rural hukou 0.75 of it
    assert wages.person_wage(40_000.0, JUNIOR, FEMALE, URBAN_HUKOU, 40, 0.0, False, P) == pytest.approx(32_300)
    assert wages.person_wage(40_000.0, JUNIOR, FEMALE, RURAL_HUKOU, 40, 0.0, False, P) == pytest.approx(24_225)
    # a villager works off the farm for 0.8 of the year: 24,225 * 0.8
    assert wages.person_wage(40_000.0, JUNIOR, FEMALE, RURAL_HUKOU, 40, 0.0, True, P) == pytest.approx(19_380)
    # a man of 18: exp(0.03 * -22 - 0.0006 * -484) = exp(-0.3696) = 0.6910
    assert wages.person_wage(40_000.0, JUNIOR, MALE, URBAN_HUKOU, 18, 0.0, False, P) == pytest.approx(
        38_000 * 0.6910, abs=1
    )
    # mean 60 000 with a quarter of high-skill posts at 1.55: low 60 000 / 1.1375 = 52 747, high 81 758
    assert wages.outside_wage(60_000.0, False, P) == pytest.approx(52_747, abs=1)
    assert wages.outside_wage(60_000.0, True, P) == pytest.approx(81_758, abs=1)
    # twice the mean density: 2^0.06 = 1.04247; service 0.97; high skill 1.55
    assert wages.start_wage(20.0, 10.0, 1, 1, P) == pytest.approx(1.04247 * 0.97 * 1.55, abs=1e-4)


def test_whole_posts_by_largest_remainder():
    wanted = np.array([[[1.5, 2.25], [0.25, 0.0]], [[0.4, 0.4], [0.4, 0.0]]])
    # town 0: 4 posts in all, floors 1 2 0 0, the fourth to the largest remainder; town 1: 1.2 -> 1, the first of equals
    assert labour_market.whole_posts(wanted).tolist() == [[[2, 2], [0, 0]], [[1, 0], [0, 0]]]


def test_high_skilled_beyond_their_posts_hold_low_skill_posts():
    held, jobs = np.array([[[5, 4], [2, 1]]]), np.array([[[7, 3], [2, 3]]])
    assert labour_market.posts_filled(held, jobs).tolist() == [[[6, 3], [2, 1]]]


def test_cutoffs_admit_exactly_the_room():
    cell = np.array([0, 0, 0, 0, 1, -1, 2], np.int32)
    u = np.array([0.1, 0.5, 0.3, 0.9, 0.2, 0.01, 0.6])
    room = np.array([2, 5, 0])
    # cell 0: two posts for four seekers, the third smallest priority is 0.5; cell 1: all get in; cell 2: no post
    assert labour_kernels.cutoffs(cell, u, room).tolist() == [0.5, 2.0, 0.0]
    assert labour_kernels.cutoffs(cell[::-1].copy(), u[::-1].copy(), room).tolist() == [0.5, 2.0, 0.0]


def test_levels_of_2020_are_carried_along_the_default_path():
    # 5.5 % a year 2011-2014, 4.5 % 2015-2019, 4 % in 2020: 1.2388 * 1.2462 * 1.04 = 1.6056
    assert labour_market.growth_factor("real_wage_growth", 2010, 2020) == pytest.approx(1.6056, abs=1e-3)
    assert labour_market.growth_factor("real_wage_growth", 2020, 2010) == pytest.approx(1 / 1.6056, abs=1e-3)
    assert labour_market.growth_factor("real_wage_growth", 2020, 2020) == 1.0


# --- the start year ---------------------------------------------------------------------------------------------------


def test_start_posts_and_reference_wage():
    m = model(
        year=2020, parameters={"agglomeration_elasticity": 0.0, "commute_decay": 0.3, "tertiary_wage_factor": 1.0}
    )
    for _ in range(97):
        household(m, 1, worker(0))
    start(m)
    # 97 workers and 3 % vacant posts are 100 posts; all in town 0: there are none elsewhere
    assert m.towns.filled[0, 0, 0] == 97 and m.towns.jobs.sum() == 100
    assert m.towns.base_wage[0, 0, 0] == pytest.approx(70_000)
    assert m.people.wage[0] == pytest.approx(70_000 * 0.95 * 0.75, rel=1e-6)  # man of 40, junior secondary, rural hukou
    # outside: 10 000 * 12 * 0.65 = 78 000 on average, a low-skill post 78 000 / 1.1375
    assert m.signals.wage[3, 0, 0] == pytest.approx(78_000 / 1.1375)
    assert m.signals.wage[4, 0, 1] == pytest.approx(7_000 * 12 * 0.65 / 1.1375 * 1.55)


def test_pull_of_the_delta_touches_official_places_only():
    a, b = (start(crowd(400, neighbour_pull=pull)).signals for pull in (1.0, 1.5))
    assert b.wage[3] == pytest.approx(1.5 * a.wage[3])
    assert np.array_equal(b.wage[[0, 1, 2, 4]], a.wage[[0, 1, 2, 4]])
    assert (b.expected_earnings[3] > a.expected_earnings[3]).all()


def test_start_commuters_stay_if_the_population_has_them():
    m = model()
    household(m, 1, worker(1))
    household(m, 3, worker(1))
    start(m)
    assert m.people.work_town.tolist() == [1, 1]


def test_dense_towns_pay_more():
    m = model()
    for _ in range(90):
        household(m, 1, worker(0))
    for _ in range(10):
        household(m, 5, worker(2))
    wage = start(m).signals.wage
    assert wage[0, 0, 0] > wage[2, 0, 0]


# --- a year -----------------------------------------------------------------------------------------------------------


def test_farmers_who_find_no_post_go_on_farming():
    m = model(**{"real_wage_growth": 0.0})
    for _ in range(200):
        household(m, 0, farmer(0, age=30), land=3.0, homestead=0)
    start(m)
    live(m, 1)
    assert m.towns.jobs.sum() == 0
    assert set(m.people.status.tolist()) <= {EMPLOYED, INACTIVE}  # nobody is out of work by wanting a post
    assert m.towns.farmers[0] == (m.people.status == EMPLOYED).sum() > 190


def test_villagers_without_work_farm_unless_they_have_no_land():
    m = model()
    for _ in range(100):
        household(m, 0, {"status": UNEMPLOYED, "age": 50}, land=3.0, homestead=0)
        household(m, 1, {"status": UNEMPLOYED, "age": 50})
    start(m)
    live(m, 1)
    landed, landless = m.people.status[0::2], m.people.status[1::2]
    assert (landed == EMPLOYED).sum() > 60 and (m.people.sector[0::2][landed == EMPLOYED] == PRIMARY).all()
    assert (landless == EMPLOYED).sum() == 0


def test_a_farmer_who_moved_and_a_far_worker_give_up():
    m = model(parameters={"longest_commute": 55, "separation_rate": 0.005, "participation_speed": 0.02})
    household(m, 1, farmer(0))
    household(m, 5, worker(0, age=30))  # 60 minutes away
    household(m, 3, worker(0, age=30))  # 20 minutes away
    start(m)
    m.households.home[0] = 3
    live(m, 1)
    assert m.people.sector[0] != PRIMARY
    assert m.people.work_town[1] == -1 and m.people.status[1] == UNEMPLOYED
    assert m.people.work_town[2] == 0


def test_high_skilled_take_low_skill_posts():
    m = model()
    for _ in range(100):
        household(m, 1, worker(0))
    start(m)
    m.towns.base_jobs[0, 0, 0] = 130.0
    for _ in range(20):
        household(m, 1, {"status": UNEMPLOYED, "age": 30, "education": COLLEGE})
    live(m, 1)
    high = m.people.education == COLLEGE
    assert (m.people.status[high] == EMPLOYED).sum() >= 15
    assert (m.signals.history[2011, "job_cutoff"][0, 0, 0, 0] == 2.0) and m.towns.filled[0, 0, 0] > 100
    # they hold low-skill posts, so they earn low-skill wages
    wage = wages.person_wage(m.signals.wage[0, 0, 0], COLLEGE, MALE, RURAL_HUKOU, 31, 0.0, False, m.par.labour)
    assert m.people.wage[high & (m.people.status == EMPLOYED)] == pytest.approx(wage, rel=1e-5)


def test_statutory_retirement():
    m = model(parameters={"retirement_at_age": 1.0})
    household(m, 1, worker(0, age=59, hukou_kind=URBAN_HUKOU), worker(0, age=58, hukou_kind=URBAN_HUKOU))
    start(m)
    live(m, 1)
    assert m.people.status.tolist()[0] == RETIRED and m.people.status[1] != RETIRED
    assert m.people.sector[0] == NO_SECTOR and m.people.work_town[0] == -1 and m.people.wage[0] == 0


def test_the_same_people_work_outside_every_year():
    m = model()
    for _ in range(200):
        household(m, 6, {"status": INACTIVE, "age": 25})
    start(m)
    live(m, 1)
    first = m.people.status.copy()
    assert 0.8 < (first == EMPLOYED).mean() < 0.95 and set(m.people.work_town[first == EMPLOYED].tolist()) == {3}
    live(m, 2)
    assert np.array_equal(m.people.status, first)
    assert (m.people.wage[first == EMPLOYED] > 0).all()


def test_posts_filled_never_exceed_posts():
    m = start(crowd())
    for _ in range(YEARS):
        live(m, 1)
        assert (m.towns.filled <= m.towns.jobs).all()
        people, home = m.people, m.households.home[m.people.household]
        works = (people.status == EMPLOYED) & (people.sector != PRIMARY) & (home < 6)
        assert m.towns.filled.sum() == works.sum()
        assert ((people.sector != NO_SECTOR) == (people.status == EMPLOYED)).all()
        assert ((people.work_town >= 0) == (people.status == EMPLOYED)).all()
        assert ((people.wage > 0) == (people.status == EMPLOYED)).all()


def test_fewer_openings_lower_job_chance_and_wages_and_the_shock_passes():
    calm, hit = start(crowd()), start(crowd())
    live(calm, 1)
    hit.setting["jobs_shock"] = -20.0
    live(hit, 1)
    assert hit.towns.jobs.sum() == pytest.approx(0.8 * calm.towns.jobs.sum(), rel=0.01)
    assert (hit.signals.job_chance[:3, 0] < calm.signals.job_chance[:3, 0]).all()
    assert (hit.signals.wage[:3, :, 0] < calm.signals.wage[:3, :, 0]).all()
    assert (hit.signals.expected_earnings[:3] < calm.signals.expected_earnings[:3]).all()
    assert np.array_equal(hit.towns.base_jobs, calm.towns.base_jobs)
    hit.setting["jobs_shock"] = 0.0
    live(hit, 1)
    assert hit.towns.jobs.sum() > 0.95 * calm.towns.jobs.sum()


def test_levers_move_posts():
    plain = live(start(crowd()), 2)
    jobs = live(start(crowd(job_growth_secondary=5.0)), 2)
    skill = live(start(crowd(high_skill_share=2.0)), 2)
    match = live(start(crowd(job_matching=0.5)), 2)
    assert jobs.towns.jobs[:, 0].sum() > 1.08 * plain.towns.jobs[:, 0].sum()
    assert skill.towns.jobs[..., 1].sum() > 1.2 * plain.towns.jobs[..., 1].sum()
    assert match.towns.filled.sum() < plain.towns.filled.sum()


def test_farming_shrinks_because_posts_pay():
    grows = live(start(crowd()), YEARS)
    poor = live(start(crowd(parameters={"reference_wage_2020": 30_000})), YEARS)
    stale = live(start(crowd(external_demand_secondary=-6.0, external_demand_tertiary=-6.0)), YEARS)
    before = start(crowd()).towns.farmers.sum()
    assert grows.towns.farmers.sum() < 0.7 * before
    assert poor.towns.farmers.sum() > grows.towns.farmers.sum()
    assert stale.towns.farmers.sum() > grows.towns.farmers.sum()


def test_nothing_depends_on_threads_or_chunks(monkeypatch):
    one = by_key(live(start(crowd(threads=1)), 3))
    monkeypatch.setattr(engine, "CHUNK", 300)
    two = by_key(live(start(crowd(threads=2)), 3))
    assert all(np.array_equal(one[f], two[f]) for f in one)


def test_nothing_depends_on_row_order():
    plain = crowd(seed=5)
    order = np.random.default_rng(1).permutation(len(plain.households))
    mixed = crowd(seed=5, order=order)
    assert not np.array_equal(plain.people.key, mixed.people.key)
    one, two = by_key(live(start(plain), 3)), by_key(live(start(mixed), 3))
    assert all(np.array_equal(one[f], two[f]) for f in one)


def test_recorded_signals_give_the_same_run():
    plain = live(start(crowd()), 3)
    again = live(start(crowd(frozen=plain.signals.history)), 3)
    one, two = by_key(plain), by_key(again)
    assert all(np.array_equal(one[f], two[f]) for f in one)


def test_chance_differs_by_seed():
    one, two = by_key(live(start(crowd()), 1)), by_key(live(start(crowd(seed=5)), 1))
    other = crowd()
    other.seed = 2
    three = by_key(live(start(other), 1))
    assert np.array_equal(one["status"], two["status"]) and not np.array_equal(one["status"], three["status"])


def test_self_employed_are_in_low_skill_services():
    m = live(start(crowd()), 3)
    own = m.people.self_employed == 1
    assert own.sum() > 20
    assert (m.people.sector[own] == TERTIARY).all() and (m.people.sector[~own] == SECONDARY).any()


def test_labour_is_listed_as_a_step():
    assert callable(labour.labour) and callable(labour.initialise)


# --- rules of shortage and of coming back to farming ------------------------------------------------------------------


def test_firms_withdraw_posts_that_stay_empty():
    p = record("labour", {"withdrawal_rate": 0.5, "start_vacancy_share": 0.03})
    # 13 % empty, 10 points more than usual: 200 * (1 - 0.5 * 0.1) = 190; at 2 % nothing goes
    assert labour_demand.withdrawn(200.0, 0.13, p) == pytest.approx(190.0)
    assert labour_demand.withdrawn(200.0, 0.02, p) == 200.0


def test_villagers_take_up_farming_when_it_pays():
    p = record("labour", {"farm_entry_constant": 1.0, "farm_exit_income": 1.5})
    # equal incomes: 1 / (1 + e) = 0.268941; farming pays twice as much: 1 + 1.5 * ln 0.5 = -0.039721 -> 0.509929
    assert farming.enters_farming(30_000.0, 30_000.0, p) == pytest.approx(0.268941, abs=1e-6)
    assert farming.enters_farming(20_000.0, 40_000.0, p) == pytest.approx(0.509929, abs=1e-6)
