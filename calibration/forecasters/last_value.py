"""Last value: everything stays as the last census counted it."""

from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import Known


def last_value(known: Known, year: int) -> Forecast:
    """x(year) = x(2010)."""
    return Forecast.of_counties(known.residents.copy(), known.urban.copy())
