"""What every forecaster gives."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Forecast:
    """Residents and urban residents of the city and of its counties, float64[C] persons; None: says nothing."""

    residents: float
    urban: float
    county_residents: np.ndarray | None = None
    county_urban: np.ndarray | None = None

    @classmethod
    def of_counties(cls, residents: np.ndarray, urban: np.ndarray) -> "Forecast":
        """The city as the sum of its counties."""
        return cls(float(residents.sum()), float(urban.sum()), residents, urban)
