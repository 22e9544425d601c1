"""How far a run is from the targets that a fit may see."""

from collections.abc import Sequence

import numpy as np

from calibration.targets.target import Target

FAR = 5.0  # standard deviations beyond which more hardly counts


def distance(values: np.ndarray, chosen: Sequence[Target], noise: np.ndarray) -> np.ndarray:
    """float64[runs]: root of the mean over families of the mean of z^2 / (1 + z^2 / FAR^2); left-out targets are
    unseen.

    z is the deviation over the joint standard deviation of the target's error and of chance in a run (`noise`, on the
    target's scale). Families weigh the same, so 168 cohorts do not outvote seven counties' residents. A target that
    the rules cannot reach counts at most FAR^2 (Geman and McClure 1987). A run that has nobody to count is as far.
    """
    families: dict[str, list[np.ndarray]] = {}
    for i, t in enumerate(chosen):
        if t.left_out:
            continue
        z2 = np.square(t.deviation(values[:, i])) / (t.sd**2 + noise[i] ** 2)
        families.setdefault(t.family, []).append(np.where(np.isnan(z2), FAR**2, z2 / (1.0 + z2 / FAR**2)))
    return np.sqrt(np.mean([np.mean(columns, axis=0) for columns in families.values()], axis=0))


def run_noise(values: np.ndarray, chosen: Sequence[Target]) -> np.ndarray:
    """float64[targets]: standard deviation by chance of one run on each target's scale, from replicates.

    Few replicates tell each target's spread badly, so half of the variance is the mean of the measure's targets.
    """
    deviations = np.stack([t.deviation(values[:, i]) for i, t in enumerate(chosen)], axis=1)
    own = np.var(deviations, axis=0, ddof=1)
    measures = np.array([t.measure.measure for t in chosen])
    shared = np.array([own[measures == m].mean() for m in measures])
    return np.sqrt((own + shared) / 2.0)
