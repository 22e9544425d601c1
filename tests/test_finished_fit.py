"""What a finished fit tells without a new run: weights, counties left out, parameters recovered."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from calibration.fit import apmc
from calibration.fit.finished import Finished, identified, recovered, without_county
from calibration.fit.pipeline import Settings
from calibration.fit.space import Space
from calibration.forecast_test import judge
from calibration.targets import targets
from calibration.validation.posterior import Posterior, blocks, targets_table
from sim.data import load_pack

KEPT, FIRST = 128, 512


@dataclass(frozen=True)
class Number:
    """A figure of a place with a unit error on the scale of points."""

    value: float
    place: str
    family: str = "x"
    left_out: bool = False
    sd: float = 0.1
    measure: object = type("M", (), {"measure": "m", "scale": "points"})

    def deviation(self, found):
        return found - self.value


@pytest.fixture(scope="module")
def finished() -> Finished:
    """Two coordinates shown in two places each with a little chance, and one that nothing shows; a wave of 512 more."""
    luck = np.random.default_rng(3)
    chosen = (Number(0.5, "a"), Number(-0.3, "b"))

    def simulate(points):
        return points[:, :2] + 0.1 * luck.standard_normal((len(points), 2))

    def far(values):
        return np.sqrt(np.mean([np.square((values[:, k] - t.value) / 0.1414) for k, t in enumerate(chosen)], axis=0))

    first = apmc.first_points(FIRST, 3, 1)
    values = simulate(first)
    population = apmc.first_population(first, far(values), KEPT)
    more = apmc.propose(population, 512, 1, 1)
    found = simulate(more)
    population, _ = apmc.next_population(population, more, far(found))
    points, values = np.concatenate([first, more]), np.concatenate([values, found])
    settings = replace(Settings(), first=FIRST, kept=KEPT)
    space = Space(("stay_weight", "home_weight", "room_weight"))
    return Finished(settings, space, chosen, points, values, np.full(2, 0.1), population)


def test_what_the_figures_show_is_told_from_what_they_do_not(finished):
    a, b, c = (ratio for *_, ratio in identified(finished))
    assert a < 0.6 and b < 0.6 and c > 0.8


def test_a_place_left_out_is_forecast_by_the_others(finished):
    """Without place b the first coordinate is as known as before and the second as wide as its prior."""
    both, alone = finished.futures(*finished.kept()), without_county(finished, "b")
    assert alone[:, 0].mean() == pytest.approx(0.5, abs=0.15)
    assert both[:, 1].std() < 0.5 * alone[:, 1].std()


def test_parameters_of_its_own_runs_are_recovered(finished):
    """Of the middle 80 %, over forty runs near the figures: 0.6 to 0.97 of all coordinates."""
    near = np.flatnonzero(np.abs(finished.points[:, :2] - [0.5, -0.3]).max(axis=1) < 0.4)[:40]
    share = np.mean([recovered(finished, int(run)) for run in near])
    assert len(near) > 20 and 0.6 < share < 0.97


def test_a_run_is_not_in_its_own_sample(finished):
    rows, _ = finished.kept(without=int(finished.kept()[0][0]))
    assert finished.kept()[0][0] not in rows


@pytest.fixture(scope="module")
def census_like():
    """Runs that are the census up to one standard deviation of each figure, and lie a fifth too high in one county."""
    pack, luck = load_pack(), np.random.default_rng(1)
    chosen = targets(pack)
    sd = np.array([t.sd * (t.value if t.measure.scale == "log" else 1.0) for t in chosen])
    values = np.array([t.value for t in chosen]) + sd * luck.standard_normal((48, len(chosen)))
    off = next(i for i, t in enumerate(chosen) if t.id == "residents/440704")
    values[:, off] = 1.2 * chosen[off].value
    points, settings = apmc.first_points(48, 2, 1), replace(Settings(), first=48, kept=24)
    population = apmc.first_population(points, np.arange(48.0), 24)
    space = Space(("stay_weight", "income_weight"))
    return Posterior(Finished(settings, space, chosen, points, values, 0.01 * sd, population), pack)


def test_the_report_of_a_fit_says_what_holds(census_like):
    zh, en = (blocks(census_like, judge({}, census_like.pack), lang) for lang in ("zh", "en"))
    assert [b.kind for b in zh] == [b.kind for b in en]
    checks = next(b.table for b in en if b.table and b.table.head[0] == "Check")
    reached = {row[0]: (row[1], row[3]) for row in checks.rows}
    assert reached["residents of a county, largest error in %"] == ("20.00", "no")
    assert reached["migrants within a county, largest error in %"][1] == "yes"
    assert float(reached["left-out targets inside the 80 % interval"][0].rstrip(" %")) > 90
    misfits = next(b.table for b in en if b.table and len(b.table.head) == 8)
    assert misfits.rows[0][2] == f"{np.log(1.2) / census_like.finished.chosen[1].sd:+.1f}"
    assert misfits.rows[0][4].startswith("(")  # Heshan's residents are left out
    published = next(b.table for b in en if b.table and b.table.head[2] == "Published")
    assert "tz_kappa" in published.rows[0][2]
    rows = targets_table(census_like)
    assert len(rows) == len(census_like.finished.chosen) and sum(row[3] for row in rows) == 66
