"""The parts of the start population, each on numbers small enough for paper."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim import catalogue
from sim.codes import (
    EMPLOYED,
    FEMALE,
    MALE,
    NO_SECTOR,
    NOT_MIGRANT,
    OTHER_PROVINCE,
    PRIMARY,
    RETIRED,
    RURAL_HUKOU,
    SAME_COUNTY,
    SAME_PROVINCE,
    STUDENT,
    TERTIARY,
    URBAN_HUKOU,
)
from sim.draws import sample_keys
from sim.households import Households
from sim.people import People
from sim.synthesis import fit, leavers, origins, population, raking, store, targets
from sim.synthesis.ages import single_ages
from sim.synthesis.classes import collective_by_class
from sim.synthesis.families import collective_age_sex
from sim.synthesis.luck import Luck, Purpose, serial_keys, take_top
from sim.synthesis.registration import land_rights
from sim.synthesis.tables import cut_by_size, fit_table, round_table, round_to_total, shift_to_total
from sim.synthesis.work import insurance_years


@pytest.fixture(scope="module")
def par():
    return catalogue.record("synthesis")


def test_round_to_total_gives_largest_remainders():
    # 1:3:4 of 8 are whole; of 9 they are 1.125, 3.375, 4.5: the missing one goes to 4.5
    assert round_to_total(np.array([1.0, 3.0, 4.0]), 8).tolist() == [1, 3, 4]
    assert round_to_total(np.array([1.0, 3.0, 4.0]), 9).tolist() == [1, 3, 5]
    with pytest.raises(ValueError, match="sum to zero"):
        round_to_total(np.zeros(3), 4)


def test_fit_table_meets_margins_and_keeps_zeros():
    # no association in the seed: row share x column total = 0.3 * 40, 0.3 * 60, 0.7 * 40, 0.7 * 60
    table = fit_table(np.ones((2, 2)), np.array([30, 70]), np.array([40, 60]))
    assert table == pytest.approx(np.array([[12, 18], [28, 42]]), abs=1e-6)
    # the zero leaves one way only
    table = fit_table(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([30, 70]), np.array([20, 80]))
    assert table == pytest.approx(np.array([[20, 10], [0, 70]]), abs=1e-4)


def test_round_table_keeps_both_margins():
    rows, columns = np.array([1, 2]), np.array([1, 2])
    whole = round_table(np.array([[0.4, 0.6], [0.6, 1.4]]), rows, columns)
    assert whole.sum(axis=1).tolist() == [1, 2]
    assert whole.sum(axis=0).tolist() == [1, 2]
    # of the two tables with these margins, [[0,1],[1,1]] rounds up 0.6 + 0.6, [[1,0],[0,2]] 0.4 + 0.4
    assert whole.tolist() == [[0, 1], [1, 1]]


def test_shift_to_total_finds_the_constant():
    # with the constant zero: 100 * 1/2 + 100 * 3/4 = 125
    out = shift_to_total(np.array([100, 100]), np.array([0.0, np.log(3.0)]), 125.0)
    assert out == pytest.approx([50, 75], abs=1e-6)
    assert shift_to_total(np.array([100, 100]), np.zeros(2), 200).tolist() == [100, 100]


def test_cut_by_size_gives_rows_by_their_middle():
    # middles 1, 3, 5.5, 7.5 against bins (0, 4) and (4, 8)
    assert cut_by_size(np.array([2, 2, 3, 1]), np.array([4.0, 4.0])).tolist() == [0, 0, 1, 1]


def test_take_top_takes_exactly_so_many():
    assert take_top(np.array([0.1, 3.0, 2.0, -1.0]), 2).tolist() == [False, True, True, False]
    assert take_top(np.array([0.1, 3.0]), 9).tolist() == [True, True]


def test_sizes_meet_households_and_persons():
    # 4 alone, 6 others with 15 members; only sizes 2 and 3 are possible: 3 of each
    shape = np.array([1.0, 1.0, 0, 0, 0, 0, 0])
    assert targets.size_distribution(10, 4, 19, shape).tolist() == [4, 3, 3, 0, 0, 0, 0, 0]


def test_single_ages_keep_groups_and_slope():
    bounds = np.array([[0, 0], [1, 4], [5, 9], [10, 100]])
    groups = np.array([[100, 100], [400, 400], [500, 500], [9100, 9100]])
    flat = single_ages(groups, bounds, np.zeros((101, 2)))
    assert (flat == 100).all()  # equal density everywhere: 100 a year
    groups[1] = 800  # 200 a year at 1-4 (middle 2.5), neighbours 100 at 0 and 100 at 7: slope 0
    falling = single_ages(groups, bounds, np.zeros((101, 2)))
    assert falling[1:5, MALE].tolist() == [200, 200, 200, 200]
    # at 5-9 the line runs from 200 (age 2.5) to 100 (age 10, open group: none): it falls, and sums to 500
    assert falling[5:10, FEMALE].sum() == 500
    assert falling[5, FEMALE] > falling[9, FEMALE]


def test_raking_finds_the_singles():
    # one cell of 10000 households of one; 7000 men and 3000 women are wanted: so many of each prototype
    x = np.array([[1.0, 0.0], [0.0, 1.0]])
    w = raking.rake(x, np.zeros(2, np.int64), np.array([0.5, 0.5]), np.array([10000]), np.array([7000.0, 3000.0]))
    assert w == pytest.approx([7000, 3000], abs=raking.RIDGE)
    assert w.sum() == pytest.approx(10000, abs=1e-6)


def test_whole_families_keep_the_cell():
    # ends 0.5, 1.0, 2.0 -> 1, 1, 2 (half is rounded up): one, none, one
    counts = raking.whole_families(np.array([0.5, 0.5, 1.0]), np.zeros(3, np.int64), np.array([2]))
    assert counts.tolist() == [1, 0, 1]


def _draft(**more):
    return SimpleNamespace(targets=SimpleNamespace(county=0, **more))


def test_collective_by_class():
    par = SimpleNamespace(start_collective_class=np.array([0.02, 0.08, 0.25, 0.30]))
    # 600 * 0.02 + 100 * 0.08 + 200 * 0.25 + 100 * 0.30 = 12 + 8 + 50 + 30 = 100: as many as there are
    draft = _draft(classes=np.array([600, 100, 200, 100]), collective=100)
    assert collective_by_class(draft, par).tolist() == [12, 8, 50, 30]
    # 300 residents of collective households: three times as many, but of the last two classes at most 60 percent
    draft = _draft(classes=np.array([600, 100, 200, 100]), collective=300)
    assert collective_by_class(draft, par).tolist() == [300 - 24 - 120 - 60, 24, 120, 60]


def test_collective_ages_have_a_ceiling():
    par = SimpleNamespace(start_collective_age=np.array([0.0, 1.0, 0.5]), start_collective_male=1.0)
    # 100 residents of each kind. 150 over weights 0, 1, 0.5: 50 of each sex at weight 1, 25 at 0.5
    targets_ = SimpleNamespace(age_sex=np.full((3, 2), 100), collective=150)
    assert collective_age_sex(targets_, par).tolist() == [[0, 0], [50, 50], [25, 25]]
    # 210: 70 would pass the ceiling of 60, the other 90 go to the last group
    targets_.collective = 210
    assert collective_age_sex(targets_, par).tolist() == [[0, 0], [60, 60], [45, 45]]


def test_land_rights():
    par = SimpleNamespace(start_land_per_person=0.75)
    hukou, kind, size = np.array([3, 3, 7]), np.array([RURAL_HUKOU, URBAN_HUKOU, RURAL_HUKOU]), np.array([4, 4, 2])
    homestead, land = land_rights(hukou, kind, size, 5, par)  # towns 0..4; 7 is an outside place
    assert homestead.tolist() == [3, -1, -1]
    assert land.tolist() == [3.0, 0.0, 0.0]  # 4 * 0.75


def test_insurance_years():
    par = SimpleNamespace(
        start_insured_share=np.full(4, 0.7), start_insured_years_share=0.6, start_insured_retired_rural=0.5
    )
    status = np.array([EMPLOYED, EMPLOYED, EMPLOYED, STUDENT, EMPLOYED, RETIRED, RETIRED, RETIRED])
    sector = np.array([TERTIARY, PRIMARY, TERTIARY, NO_SECTOR, TERTIARY, NO_SECTOR, NO_SECTOR, NO_SECTOR])
    kind = np.array([RURAL_HUKOU] * 5 + [RURAL_HUKOU, RURAL_HUKOU, URBAN_HUKOU])
    age, span = np.array([30, 40, 25, 18, 30, 62, 62, 62]), np.array([8, 18, 3, 18, 8, 40, 40, 40])
    u = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.3, 0.4, 0.4])
    years = insurance_years(status, sector, age, span, np.zeros(8, np.int64), kind, u, par)
    # 0.6 * 8 = 4.8 -> 5; farmers none; 0.6 * 3 = 1.8 -> 2; students none; not insured none; of retired villagers those
    # below 0.7 * 0.5 = 0.35 only: 0.6 * 40 = 24
    assert years.tolist() == [5, 0, 2, 0, 0, 24, 0, 24]


def _two_counties():
    km = np.full((3, 3), 20.0)
    return SimpleNamespace(
        counties=("a", "b"),
        towns=("t", "u"),
        town_county=np.array([0, 1]),
        distance_km=km,
        town_residents=lambda year: np.array([500.0, 500.0]),
    )


def _county(registered: int, classes: list[int]):
    return SimpleNamespace(registered=registered, classes=np.array(classes))


def test_flows_between_counties_of_the_city():
    par = SimpleNamespace(
        start_within_city_share=0.4,
        start_most_within_city=0.5,
        start_minimum_leavers=0.01,
        start_within_city_distance=-1.0,
    )
    # a: 500 registered, 450 at home, 50 away; b: 900 registered, 500 at home, 400 away.
    # 0.4 * 100 = 40 in a are from b (at most 200); 0.4 * 200 = 80 wanted in b, but a gives 0.5 * 50 = 25 at most.
    counties = [_county(500, [430, 20, 100, 0]), _county(900, [480, 20, 200, 0])]
    assert origins.people_away(counties, par).tolist() == [50, 400]
    assert origins.flows_in_city(_two_counties(), 2020, counties, par) == pytest.approx(np.array([[0, 25], [40, 0]]))


def test_leavers_are_what_is_left_of_the_registered():
    par = SimpleNamespace(start_minimum_leavers=0.1)
    pack = _two_counties()
    # registered in a: 5 + 2 found in a's towns, 3 found in b's; 20 registered: 10 away. b: 30 found, 31 registered:
    # 1 is below the floor of 10 percent (3.1 -> 4)
    here = SimpleNamespace(hukou=np.array([0, 0, 2]), size=np.array([5, 2, 9]), targets=_county(20, [7]))
    there = SimpleNamespace(hukou=np.array([0, 1]), size=np.array([3, 30]), targets=_county(31, [30]))
    assert leavers.number_of_leavers(pack, [here, there], par).tolist() == [10, 4]


def test_leavers_sizes_sum_to_the_persons():
    par = SimpleNamespace(start_leaver_type=np.array([0.5, 0.2, 0.2, 0.1]))
    # mean 0.5 + 0.4 + 0.6 + 0.4 = 1.9: 20 persons are 10 households (5, 2, 2, 1) of 19, and one more alone
    assert np.bincount(leavers._sizes(20, par), minlength=5).tolist() == [0, 6, 2, 2, 1]


def _people_of(home, hukou, key=None, tie=None):
    """One person a household."""
    n = len(home)
    households, people = Households(n), People(n)
    households.home, households.size, households.first = home, 1, np.arange(n)
    households.key = sample_keys(n) if key is None else key
    households.tie = -1 if tie is None else tie
    people.household, people.hukou_place = np.arange(n), hukou
    return people, households


def test_migrant_classes():
    # towns 0 and 1 in county a, 2 in county b; outside 3 (same province), 4 (another)
    pack = SimpleNamespace(
        towns=("t", "u", "v"), town_county=np.array([0, 0, 1]), outside_same_province=np.array([True, False])
    )
    people, households = _people_of(home=[0, 1, 1, 0, 1, 6], hukou=[0, 1, 2, 3, 4, 0])
    households.home = [0, 2, 1, 1, 0, 6]
    city = population.StartPopulation(people, households, 2020, 1.0, pack)
    # town 0 from 0; town 1 from 1; town 0 from 2; town 0 from 3; town 0 from 4; lives outside
    expected = [NOT_MIGRANT, NOT_MIGRANT, SAME_PROVINCE, SAME_PROVINCE, OTHER_PROVINCE, 255]
    assert fit.migrant_class(city, pack).tolist() == expected
    people.hukou_place = [1, 0, 2, 3, 4, 0]
    assert fit.migrant_class(city, pack)[:2].tolist() == [SAME_COUNTY, SAME_COUNTY]


def test_sample_takes_keys_and_mends_ties():
    half = 2**63
    people, households = _people_of(
        home=[0, 0, 4, 4],
        hukou=[0, 0, 0, 0],
        key=np.array([1, half + 1, 2, half - 1], dtype=np.uint64),
        tie=[2, 3, 0, 1],
    )
    few, small = population.sample(people, households, 0.5)
    assert small.key.tolist() == [1, 2, half - 1]
    assert small.tie.tolist() == [1, 0, -1]  # row 2 is now 1; row 1 is not in the sample
    assert few.household.tolist() == [0, 1, 2]


def test_saved_population_comes_back_and_a_broken_file_does_not(tmp_path):
    people, households = _people_of(home=[0, 3], hukou=[0, 1])
    path = tmp_path / "city-2020-1.0-abc.npz"
    store.save(path, people, households)
    again = store.load(path)
    for table, copy in zip((people, households), again, strict=True):
        assert all((getattr(table, f) == getattr(copy, f)).all() for f in table.FIELDS)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing unfinished is left
    path.write_bytes(path.read_bytes()[:100])
    assert store.load(path) is None
    assert store.load(tmp_path / "none.npz") is None


def test_draws_of_one_purpose_do_not_move_others():
    keys = serial_keys(0, 1000)
    luck = Luck(2020)
    first = luck.uniform(keys, Purpose.WORK)
    luck.uniform(keys, Purpose.STUDENT)
    assert (luck.uniform(keys, Purpose.WORK) == first).all()
    assert np.abs(np.corrcoef(first, luck.uniform(keys, Purpose.STUDENT))[0, 1]) < 0.1
    assert (Luck(2010).uniform(keys, Purpose.WORK) != first).all()
    # mean of 1000 standard normals and of exponentials of mean one: within 4 standard errors
    assert abs(luck.normal(keys, Purpose.ARRIVAL).mean()) < 4 / np.sqrt(1000)
    assert abs(luck.exponential(keys, Purpose.ARRIVAL).mean() - 1) < 4 / np.sqrt(1000)
