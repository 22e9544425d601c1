"""Logistic extrapolation of the city's last two censuses.

The urban share follows a logistic curve to a ceiling of 100 %: its logit grows by the same amount every year, which is
the constant urban-rural growth difference of the United Nations' World Urbanization Prospects. Two censuses do not tell
a ceiling of residents; far below it a logistic curve is geometric growth, and that is taken.
"""

import math

from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import NOW, Known


def logistic(known: Known, year: int) -> Forecast:
    """logit s(year) = logit s(2010) + k (logit s(2010) - logit s(2000)), P(year) = P(2010) (P(2010) / P(2000))^k."""
    steps = (year - NOW) / known.years
    residents = float(known.residents.sum())
    now, before = _logit(known.urban.sum() / residents), _logit(known.urban_share_before)
    share = 1.0 / (1.0 + math.exp(-(now + steps * (now - before))))
    residents *= (residents / known.residents_before) ** steps
    return Forecast(residents, residents * share)


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))
