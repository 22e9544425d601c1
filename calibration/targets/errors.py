"""How far a published figure may be from what it means: one standard deviation, in three parts that add up by squares.

Sampling (`sampling`, in the figure's own unit): the census asks one household in ten the long form (work, tenure,
homes). For a share p of n: 100 sqrt(D p (1 - p) (1 - f) / (f n)) points with f = 0.1 and D = 2, the usual loss by
households answering for all their members (Kish 1965, `recalled`). Floor area varies between homes by 0.6 of its mean
(`recalled`). The bureau's household survey asks some 400 households in a city's towns and as many in its villages; at a
coefficient of variation of 0.5 of income per head each mean is known to 2.5 %, and their ratio to 3.5 %.

Definition (`measures.csv`, with its ground): what counts differs between the censuses or between census and model.

Quality: the mark of the row in the pack. Official figures carry the net undercount of the census, 0.05 % in 2020 and
0.12 % in 2010 by the bureau's own check (`recalled`), taken as 0.1 % of the figure; reports by others 1 %; estimates
3 %; recalled figures 5 %.
"""

import math

LONG_FORM_SHARE, DESIGN_EFFECT = 0.1, 2.0
AREA_VARIATION = 0.6
SURVEY_HOUSEHOLDS, INCOME_VARIATION = 400, 0.5
QUALITY = {"official": 0.001, "secondary": 0.01, "estimated": 0.03, "recalled": 0.05}
KINDS = ("", "employed", "households", "floor_area", "household_survey")  # of sampling, in measures.csv


def sampling_sd(kind: str, value: float, size: float) -> float:
    """Standard deviation by sampling in the unit of `value` (points for shares in percent); `size`: those asked about.

    >>> round(sampling_sd("employed", 50.0, 100_000), 3)  # 100 * sqrt(2 * .25 * .9 / 10000)
    0.671
    """
    asked = LONG_FORM_SHARE * size
    rest = 1.0 - LONG_FORM_SHARE
    if kind in ("employed", "households"):
        share = value / 100.0
        return 100.0 * math.sqrt(DESIGN_EFFECT * share * (1.0 - share) * rest / asked)
    if kind == "floor_area":
        return value * AREA_VARIATION * math.sqrt(rest / asked)
    if kind == "household_survey":
        return value * INCOME_VARIATION * math.sqrt(2.0 / SURVEY_HOUSEHOLDS)
    return 0.0


def total_sd(*parts: float) -> float:
    """Independent parts together."""
    return math.sqrt(sum(part * part for part in parts))
