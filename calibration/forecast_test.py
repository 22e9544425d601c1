"""The model against what a planner would use instead: who foresaw the census of 2020 better from that of 2010?

First test: the model with its priors only. The futures are one run for each draw from the priors; their median is
held against the forecasters' figures. Scores are mean absolute errors and continuous ranked probability scores, in
percent of the census figure for persons and in points for the urbanisation rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.forecasters import METHODS, Forecast, Known
from calibration.runs import Runs
from calibration.scores import absolute_error, crps
from calibration.targets.target import LAST

MODEL, DEFAULTS = "model_priors", "model_defaults"
LEVELS, MEASURES = ("city", "counties"), ("residents", "urban_residents", "urbanisation_rate")
AIM = 0.7  # of the best forecaster's error


@dataclass(frozen=True)
class Score:
    """One forecaster, level and measure; `parts` float64[places] are the errors of the middle forecast, signed."""

    forecaster: str
    level: str
    measure: str
    error: float
    crps: float
    parts: np.ndarray


@dataclass(frozen=True)
class ForecastTest:
    """All scores; forecasters that say nothing of counties have no row for them."""

    scores: tuple[Score, ...]

    def of(self, level: str, measure: str) -> list[Score]:
        return [s for s in self.scores if (s.level, s.measure) == (level, measure)]

    def best_rival(self, level: str, measure: str, score: str = "error") -> Score:
        """The best forecaster that is not the model."""
        rivals = [s for s in self.of(level, measure) if s.forecaster in METHODS]
        return min(rivals, key=lambda s: getattr(s, score))

    def ratio(self, level: str, measure: str, score: str = "error", model: str = MODEL) -> float:
        """The model's score over the best rival's: below 1 the model is better."""
        mine = next(s for s in self.of(level, measure) if s.forecaster == model)
        return getattr(mine, score) / getattr(self.best_rival(level, measure, score), score)


def shown(residents: np.ndarray, urban: np.ndarray, truth: tuple[np.ndarray, np.ndarray]) -> dict[str, np.ndarray]:
    """[.., places] of persons -> what is scored: percent of the census figure, and the rate in percent."""
    return {
        "residents": 100.0 * residents / truth[0],
        "urban_residents": 100.0 * urban / truth[1],
        "urbanisation_rate": 100.0 * urban / residents,
    }


def judge(futures: Mapping[str, tuple[np.ndarray, np.ndarray]], pack) -> ForecastTest:
    """Scores of all forecasters. `futures`: name -> (residents, urban residents), each float64[N, C] persons."""
    known = Known.of(pack)
    rivals = {name: _as_futures(method(known, LAST)) for name, method in METHODS.items()}
    truth = tuple(pack.county_value(f"{kind}_population", LAST) for kind in ("resident", "urban"))
    ours = {name: {"city": _city(*f), "counties": f} for name, f in futures.items()}
    scores = []
    for level in LEVELS:
        true = _city(*truth) if level == "city" else truth
        aim = shown(*true, true)
        for name, by_level in {**ours, **rivals}.items():
            if by_level[level] is None:
                continue
            found = shown(*by_level[level], true)
            scores += [_score(name, level, m, found[m], aim[m]) for m in MEASURES]
    return ForecastTest(tuple(scores))


def _score(name: str, level: str, measure: str, found: np.ndarray, aim: np.ndarray) -> Score:
    parts = np.median(found, axis=0) - aim
    return Score(name, level, measure, absolute_error(found, aim), crps(found, aim), parts)


def _city(residents: np.ndarray, urban: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return residents.sum(axis=-1, keepdims=True), urban.sum(axis=-1, keepdims=True)


def _as_futures(f: Forecast) -> dict[str, tuple[np.ndarray, np.ndarray] | None]:
    counties = None if f.county_residents is None else (f.county_residents[None], f.county_urban[None])
    return {"city": (np.array([[f.residents]]), np.array([[f.urban]])), "counties": counties}


def futures_of(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """(residents, urban residents) float64[runs, C] in pack order."""
    return runs.of("residents"), runs.of("urban_residents")
