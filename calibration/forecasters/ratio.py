"""Ratio method: a forecast of the city is cut by the shares that the counties had in the last census."""

from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import Known


def ratio(known: Known, city: Forecast) -> Forecast:
    """x_c(year) = x(year) x_c(2010) / x(2010), of residents and of urban residents (at most the county's residents).

    Urban residents above a county's residents are dropped, so the counties may have fewer than the city's forecast.
    """
    residents = city.residents * known.residents / known.residents.sum()
    urban = (city.urban * known.urban / known.urban.sum()).clip(max=residents)
    return Forecast(city.residents, city.urban, residents, urban)
