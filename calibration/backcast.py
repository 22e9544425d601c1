"""The model started at one census and judged at the next, county by county. Nothing is fitted here."""

import numpy as np
import pandas as pd

from sim.data import load_pack
from sim.model import CityModel

# indicator -> census variable of the pack's county table
CENSUS = {
    "residents": "resident_population",
    "urban_residents": "urban_population",
    "migrants_same_county": "migrants_same_county_other_township",
    "migrants_same_province": "migrants_other_county_same_province",
    "migrants_other_province": "migrants_other_province",
    "households": "family_households",
    "one_person_households": "one_person_households",
    "age_0_14_share": "age_0_14_share",
    "age_60_plus_share": "age_60_plus_share",
    "employment_share_primary": "employment_share_primary",
    "employment_share_secondary": "employment_share_secondary",
    "employment_share_tertiary": "employment_share_tertiary",
}


def backcast(scale: float = 0.01, seed: int = 1, parameters: dict | None = None, start: int = 2010, end: int = 2020):
    """DataFrame (indicator, place) -> start (census), model, census at `end`, for the city and its counties."""
    pack = load_pack()
    model = CityModel(start=start, end=end, scale=scale, seed=seed, parameters=parameters).run_until(end)
    years, places, names, values = model.records()
    rows = []
    for indicator, variable in CENSUS.items():
        k = names.index(indicator)
        for place in (pack.city_id, *pack.counties):
            j = places.index(place)
            if place == pack.city_id:
                first, last = pack.city_value(variable, start), pack.city_value(variable, end)
            else:
                c = pack.counties.index(place)
                first, last = pack.county_value(variable, start)[c], pack.county_value(variable, end)[c]
            rows.append((indicator, place, first, values[0, j, k], values[years.index(end), j, k], last))
    frame = pd.DataFrame(rows, columns=["indicator", "place", "census_start", "model_start", "model", "census"])
    frame["relative_error"] = frame["model"] / frame["census"] - 1.0
    frame["right_direction"] = np.sign(frame["model"] - frame["model_start"]) == np.sign(
        frame["census"] - frame["census_start"]
    )
    return frame


def summary(frame: pd.DataFrame) -> str:
    """The table as text, numbers rounded for reading."""
    return frame.round({"model": 1, "census": 1, "relative_error": 3}).to_string(index=False)


if __name__ == "__main__":
    print(summary(backcast()))
