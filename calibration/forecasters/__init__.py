"""What a planner would use instead of the model: forecasts of 2020 from what was known at the census of 2010.

One method a file, none of them with anything of `sim/`: they get the city pack's figures of 2010 and before (`known`).
Each gives a `Forecast`; the extrapolations of the city's own two censuses say nothing of counties.
"""

from calibration.forecasters.cohort_component import cohort_component
from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import Known
from calibration.forecasters.last_value import last_value
from calibration.forecasters.linear import linear
from calibration.forecasters.logistic import logistic
from calibration.forecasters.ratio import ratio

METHODS = {
    "last_value": last_value,
    "linear": linear,
    "logistic": logistic,
    "ratio_linear": lambda known, year: ratio(known, linear(known, year)),
    "ratio_logistic": lambda known, year: ratio(known, logistic(known, year)),
    "cohort_component": cohort_component,
}

__all__ = ["METHODS", "Forecast", "Known", "cohort_component", "last_value", "linear", "logistic", "ratio"]
