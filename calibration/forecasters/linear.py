"""Linear extrapolation of the city's last two censuses (Smith, Tayman and Swanson 2013, chapter 8)."""

from calibration.forecasters.forecast import Forecast
from calibration.forecasters.known import NOW, Known


def linear(known: Known, year: int) -> Forecast:
    """x(year) = x(2010) + (year - 2010) (x(2010) - x(2000)) / 10, of residents and of the urban share (at most 1)."""
    steps = (year - NOW) / known.years
    residents, share = known.residents.sum(), known.urban.sum() / known.residents.sum()
    residents += steps * (residents - known.residents_before)
    share = min(share + steps * (share - known.urban_share_before), 1.0)
    return Forecast(float(residents), float(residents * share))
