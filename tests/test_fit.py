"""The fit: the method on problems whose answer is known, and a small fit of the city that is killed and resumed."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import ndtr

from calibration.fit import apmc, screening
from calibration.fit.distance import FAR, distance, run_noise
from calibration.fit.pipeline import QUICK, Fit, Settings, calibrate, fit, run_seed, simulate_one
from calibration.fit.space import Space, names
from calibration.fit.store import RUNS, RunStore
from calibration.targets import targets
from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.experiments.ensembles import read_ensemble
from sim.catalogue import Parameters, parameters
from sim.data import load_pack

TINY = Settings(scale=0.01, replicates=2, trajectories=0, first=4, kept=3, each=2, waves=1, ensemble=3)


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@dataclass(frozen=True)
class Number:
    """A target that is just a number, with a unit error."""

    value: float
    family: str = "x"
    left_out: bool = False
    sd: float = 1.0
    measure: object = type("M", (), {"measure": "m"})

    def deviation(self, found):
        return found - self.value


def test_the_posterior_of_a_known_problem_is_found():
    """y = x + normal noise of 0.05 is 0.3: the posterior of x is normal around 0.3 with that spread."""
    luck = np.random.default_rng(5)

    def simulate(points):
        return np.abs(ndtr(points[:, 0]) + 0.05 * luck.standard_normal(len(points)) - 0.3)

    points = apmc.first_points(1024, 2, 1)
    population = apmc.first_population(points, simulate(points), 512)
    for wave in range(1, 8):
        points = apmc.propose(population, 512, 1, wave)
        population, _ = apmc.next_population(population, points, simulate(points))
    found = ndtr(population.points)
    mean = population.weights @ found
    sd = np.sqrt(population.weights @ np.square(found - mean))
    assert population.tolerance < 0.03 and population.effective > 100
    assert mean[0] == pytest.approx(0.3, abs=0.015) and sd[0] == pytest.approx(0.05, abs=0.015)
    assert mean[1] == pytest.approx(0.5, abs=0.05) and sd[1] == pytest.approx(12**-0.5, abs=0.05)  # not identified


def test_many_coordinates_leave_many_effective_points():
    """27 coordinates, three of them known to a tenth: what is kept after four waves is not one point."""
    true, luck = np.array([0.5, -0.5, 1.0]), np.random.default_rng(1)

    def simulate(points):
        far = np.square((points[:, :3] - true) / 0.1).sum(axis=1)
        return np.sqrt((far + luck.chisquare(20, len(points))) / 23)

    points = apmc.first_points(1024, 27, 1)
    population = apmc.first_population(points, simulate(points), 384)
    before = population.tolerance
    for wave in range(1, 5):
        points = apmc.propose(population, 512, 1, wave)
        population, accepted = apmc.next_population(population, points, simulate(points))
        assert accepted > 0.1
    assert population.tolerance < 0.7 * before and population.effective > 150
    assert population.weights @ population.points[:, :3] == pytest.approx(true, abs=0.1)


def test_weights_by_hand():
    """Two of four prior draws kept, -1 and 1, and one new at 0.5: prior over four parts prior and one part mixture."""
    before = apmc.Population(np.array([[-1.0], [1.0]]), np.array([1.0, 2.0]), ((4, None),))
    assert before.weights.tolist() == [0.5, 0.5]
    h2 = apmc.WIDTH  # variance of the points 1
    at = np.sqrt(1 - h2)

    def normal(x, variance=1.0):
        return np.exp(-0.5 * x**2 / variance) / np.sqrt(2 * np.pi * variance)

    def weight(x):
        mixture = (normal(x - at, h2) + normal(x + at, h2)) / 2
        return normal(x) / (0.8 * normal(x) + 0.2 * mixture)

    after, accepted = apmc.next_population(before, np.array([[0.5]]), np.array([0.5]))
    assert accepted == 1.0 and after.points.ravel().tolist() == [0.5, -1.0]
    assert after.weights == pytest.approx(np.array([weight(0.5), weight(-1.0)]) / (weight(0.5) + weight(-1.0)))


def test_the_mixture_is_as_wide_as_the_points():
    points = apmc.first_points(256, 3, 1)
    population = apmc.first_population(points, points[:, 0], 256)
    new = apmc.propose(population, 2000, 1, 1)
    assert np.cov(new.T) == pytest.approx(np.cov(points.T), abs=0.12)


def test_proposals_are_keyed():
    points = apmc.first_points(64, 3, 1)
    population = apmc.first_population(points, points[:, 0], 32)
    many, few = apmc.propose(population, 20, 1, 2), apmc.propose(population, 5, 1, 2)
    assert np.array_equal(many[:5], few)
    assert not np.array_equal(few, apmc.propose(population, 5, 1, 3))


def test_resampling_keeps_weights():
    population = apmc.Population(np.zeros((3, 1)), np.zeros(3), ())
    population.__dict__["weights"] = np.array([0.6, 0.3, 0.1])
    rows, weights = apmc.resample(population, 3, 1)
    assert rows.tolist() == [0, 1, 2] and weights.sum() == pytest.approx(1.0)
    assert weights == pytest.approx([0.6, 0.3, 0.1], abs=0.1)  # up to ten draws


def test_an_ensemble_has_as_many_sets_as_asked_for():
    points = apmc.first_points(128, 2, 1)
    population = apmc.first_population(points, points[:, 0], 96)
    population.__dict__["weights"] = np.geomspace(1.0, 0.05, 96) / np.geomspace(1.0, 0.05, 96).sum()
    rows, weights = apmc.resample(population, 50, 1)
    assert len(rows) >= 50 and weights[:10].sum() > weights[-10:].sum()
    population.__dict__["weights"] = np.array([1.0] + [0.0] * 95)
    assert apmc.resample(population, 50, 1)[0].tolist() == [0]


def test_distance_by_hand():
    """Family a: z = 3 / sqrt(1 + 8) = 1 and 0; family b: z = 2; a left-out target does not count."""
    chosen = [Number(0.0, "a"), Number(5.0, "a"), Number(0.0, "b"), Number(0.0, "b", left_out=True)]
    values, noise = np.array([[3.0, 5.0, 2.0, 1e9]]), np.array([np.sqrt(8.0), 0.0, 0.0, 0.0])
    a, b = (1 / (1 + 1 / FAR**2) + 0) / 2, 4 / (1 + 4 / FAR**2)
    assert distance(values, chosen, noise)[0] == pytest.approx(np.sqrt((a + b) / 2))
    assert distance(np.array([[np.nan, 5.0, 0.0, 0.0]]), chosen, noise)[0] == pytest.approx(np.sqrt(FAR**2 / 4))


def test_noise_by_hand():
    """Variances 2 and 0 of one measure: half own, half their mean."""
    chosen = [Number(0.0), Number(0.0)]
    assert run_noise(np.array([[0.0, 1.0], [2.0, 1.0]]), chosen) == pytest.approx(np.sqrt([1.5, 0.5]))


def test_left_out_targets_do_not_move_a_fit(pack):
    chosen = targets(pack)
    values = np.array([[t.value for t in chosen]])
    noise = np.full(len(chosen), 0.01)
    moved = values * np.array([3.0 if t.left_out else 1.0 for t in chosen])
    assert distance(moved, chosen, noise) == distance(values, chosen, noise) == pytest.approx(0.0, abs=1e-9)


def test_screening_finds_what_matters():
    every = tuple(f"p{k}" for k in range(12))
    points = screening.design(every, 6, 1)
    strength = screening.effects(every, points, 5.0 * points[:, 3] - 2.0 * points[:, 7] + 0.01 * points[:, 1])
    assert screening.strongest(every, strength, 2, ("p0",)) == ("p0", "p3", "p7")
    width = screening.HIGH - screening.LOW
    assert strength[[3, 7]] == pytest.approx([width * 5.0, width * 2.0])


def test_points_become_parameters_that_can_be_run():
    space = Space(names())
    middle = space.values(np.full(len(space.names), 0.5))
    assert middle["county_constant"] == [0.0] * 7
    for u in (1e-9, 0.1, 0.9, 1 - 1e-9):
        Parameters(space.values(np.full(len(space.names), u)))
    one = Space(("consider_rate", "county_constant.2")).values(np.array([0.9, 0.9]))
    assert set(one) == {"consider_rate", "county_constant"} and [bool(x) for x in one["county_constant"]][:3] == [
        0,
        0,
        1,
    ]
    assert one["consider_rate"] > parameters()["consider_rate"].default


def made(folder, simulate, settings=TINY, resume=False, coordinates=("consider_rate", "stay_weight")):
    """A fit to two numbers whose simulator is given."""
    store = RunStore(folder, {"n": 1}, resume)
    chosen = (Number(0.2, "a"), Number(0.4, "b"))
    return fit(Fit(settings, store, simulate, chosen, coordinates))


def toy(jobs):
    """Two numbers of each run, from its parameters and its luck."""
    for values, seed in jobs:
        x = 0.0 if values is None else values["stay_weight"]
        yield np.array([x + seed % 97 / 1e4, 1.0 / 3.0 + seed % 89 / 1e4]), ""


def test_a_fit_that_is_killed_anywhere_ends_in_the_same_bytes(tmp_path):
    made(tmp_path / "whole", toy)
    names_ = sorted(p.name for p in (tmp_path / "whole").iterdir())
    lines = len((tmp_path / "whole" / RUNS).read_bytes().splitlines())
    assert lines == 2 + 4 + 2
    for stop in range(lines):
        folder, left = tmp_path / f"cut{stop}", [stop]

        def dying(jobs, left=left):
            for one in toy(jobs):
                if left[0] == 0:
                    raise KeyboardInterrupt
                left[0] -= 1
                yield one

        with pytest.raises(KeyboardInterrupt):
            made(folder, dying)
        with (folder / RUNS).open("ab") as file:  # and the line under way was cut off
            file.write(b'["wave 0",3,[0.1')
        made(folder, toy, resume=True)
        for name in names_:
            assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), (stop, name)


def test_a_run_that_breaks_off_is_recorded_and_never_kept(tmp_path):
    """The last run of the first wave fails: the fit goes on, says why, and a resumed one says the same."""

    def failing(jobs):
        for (values, seed), found in zip(jobs, toy(jobs), strict=True):
            broken = seed == run_seed(0 if values is None else TINY.seed, "wave 0", 3)
            yield (np.full(2, np.nan), "ValueError: no way") if broken else found

    population = made(tmp_path / "a", failing)
    assert (tmp_path / "a" / "rejected.csv").read_text() == "stage,run,reason\nwave 0,3,ValueError: no way\n"
    assert (population.distances < FAR).all()
    made(tmp_path / "a", failing, resume=True)
    assert "no way" in (tmp_path / "a" / "rejected.csv").read_text()
    with pytest.raises(ScenarioError, match="default values broke off: X"):
        made(tmp_path / "b", lambda jobs: ((np.full(2, np.nan), "X") for _ in jobs))


def test_a_run_of_the_city_that_raises_has_a_reason(pack):
    values, reason = simulate_one(({"no_such_parameter": 1.0}, 1, 0.01, str(pack.folder)))
    assert np.isnan(values).all() and len(values) == len(targets(pack)) and "no_such_parameter" in reason


def test_a_folder_is_not_mixed_with_another_fit(tmp_path):
    made(tmp_path / "a", toy)
    with pytest.raises(ScenarioError, match="--resume"):
        RunStore(tmp_path / "a", {"n": 1}, resume=False)
    with pytest.raises(ScenarioError, match="was begun with n 1"):
        RunStore(tmp_path / "a", {"n": 2}, resume=True)


def test_luck_goes_by_stage_and_number():
    assert run_seed(1, "screening", 3) == run_seed(1, "screening", 4)
    assert len({run_seed(1, f"wave {w}", k) for w in range(3) for k in range(50)}) == 150


def test_sizes_fit_their_time():
    """At 0.35 s of CPU a run: the full fit in an hour and the quick one in five minutes, on two cores."""
    assert Settings().runs * 0.35 / 2 < 3600 and QUICK.runs * 0.35 / 2 < 300
    assert Settings().ensemble >= 50 and QUICK.ensemble >= 50


def test_the_city_is_fitted_and_resumed(pack, tmp_path):
    """A fit with ten runs: in two processes, or begun with half of its runs and finished in one."""
    settings = replace(TINY, first=2, kept=2, each=2)
    calibrate(tmp_path / "a", settings, False, 2, pack)
    sets = read_ensemble(tmp_path / "a" / "ensemble.csv", "ensemble.csv")
    assert sum(sets.weights) == pytest.approx(1.0)
    for values in sets.sets:
        Parameters(values)
    (tmp_path / "b").mkdir()
    for name in ("settings.json", RUNS):
        (tmp_path / "b" / name).write_bytes((tmp_path / "a" / name).read_bytes())
    cut = (tmp_path / "a" / RUNS).read_bytes().splitlines(keepends=True)[:3]
    (tmp_path / "b" / RUNS).write_bytes(b"".join(cut))
    calibrate(tmp_path / "b", settings, True, 1, pack)
    for name in ("ensemble.csv", "waves.csv", RUNS):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "a" / name).read_bytes(), name
    assert len(json.loads(cut[0])[2]) == len(targets(pack))


def test_the_command_refuses_before_a_run(tmp_path, capsys):
    (tmp_path / "settings.json").write_text("{}", encoding="utf-8")
    assert main(["calibrate", "--out", str(tmp_path), "--lang", "en"]) == 2
    assert "--resume" in capsys.readouterr().err
