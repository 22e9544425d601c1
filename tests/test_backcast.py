"""The untouched start of 2010 lived to 2020 and held against the census of 2020 (mean of three seeds, 1 % city)."""

import numpy as np
import pandas as pd
import pytest

from calibration.backcast import CENSUS, backcast
from sim.data import load_pack

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def judged():
    """Rows (indicator, place); columns as in `backcast`, the model's columns as means over seeds."""
    frames = [backcast(scale=0.01, seed=seed).set_index(["indicator", "place"]) for seed in SEEDS]
    mean = frames[0].copy()
    for column in ("model_start", "model"):
        mean[column] = np.mean([f[column].to_numpy() for f in frames], axis=0)
    return mean


def test_the_start_is_the_census_of_2010(judged):
    """Nothing has been lived yet: residents of the city within 1 %, of each county within 2 %."""
    start = judged.loc["residents"]
    error = (start["model_start"] / start["census_start"] - 1.0).abs()
    assert error[load_pack().city_id] < 0.01 and (error < 0.02).all()


def test_residents_of_the_city_within_5_percent(judged):
    row = judged.loc[("residents", load_pack().city_id)]
    assert abs(row["model"] / row["census"] - 1.0) < 0.05


def test_urbanisation_rate_within_3_points(judged):
    """Made of the two counts, and compared with the rate that the census gives."""
    pack = load_pack()
    urban, people = (judged.loc[(name, pack.city_id)] for name in ("urban_residents", "residents"))
    rate, census = (100.0 * urban[c] / people[c] for c in ("model", "census"))
    assert abs(census - pack.city_value("urbanisation_rate", 2020)) < 0.1
    assert abs(rate - census) < 3.0
    assert rate > 100.0 * urban["model_start"] / people["model_start"]


@pytest.mark.parametrize("county", load_pack().counties)
def test_residents_of_each_county_move_in_their_true_direction(judged, county):
    row = judged.loc[("residents", county)]
    assert np.sign(row["model"] - row["model_start"]) == np.sign(row["census"] - row["census_start"])


def test_every_indicator_is_judged_in_every_place(judged):
    pack = load_pack()
    places = (pack.city_id, *pack.counties)
    assert set(judged.index) == set(pd.MultiIndex.from_product([CENSUS, places]))
    assert judged["model"].notna().all() and judged["census"].notna().all()
