"""Targets that are tied to each other by arithmetic, worked out step by step against the simulated people.

A tie is a list of steps: what is computed, the numbers that go in, and what comes out. Nothing is judged here that the
numbers do not say: the plan's figures come from the pack, births, deaths, moves and children from the runs.
"""

from dataclasses import dataclass

import numpy as np

from scenarios.audit.verdicts import in_catalogue_unit, linked
from scenarios.result import Result
from sim.catalogue import indicators
from sim.data.plan import Figure

CENSUS_YEARS_APART = 10
NINE_YEARS, THREE_YEARS = 9, 3  # of compulsory school and of kindergarten


@dataclass(frozen=True)
class Step:
    """One line of a calculation. `name` is a key of texts.yaml; `values` fill its sentence, `result` is its number."""

    name: str
    unit: str
    result: float
    values: dict[str, float]


@dataclass(frozen=True)
class Tie:
    """One set of targets of a year that hang together."""

    name: str
    year: int
    rows: tuple[str, ...]  # rows of the plan
    steps: tuple[Step, ...]
    futures: int = 0
    holding: int = 0  # futures in which it holds

    def step(self, name: str) -> Step:
        """The line of a name."""
        return next(s for s in self.steps if s.name == name)


def figure_of(result: Result, indicator: str, year: int) -> float:
    """The plan's figure of an indicator in a year (the base in the base year), in the catalogue's unit; NaN if none."""
    target = result.pack.targets.get(indicators()[indicator].extra.get("target", ""))
    if target is None:
        return np.nan
    stated = target.base if year == target.base_year else target.stated.get(year)
    return in_catalogue_unit(stated, target.unit).value if isinstance(stated, Figure) else np.nan


def years_with(result: Result, *names: str) -> list[int]:
    """Target years within the run for which the plan has a figure of each of the indicators."""
    return [
        year
        for year in result.years
        if year > result.start and all(np.isfinite(figure_of(result, name, year)) for name in names)
    ]


def series(result: Result, indicator: str) -> np.ndarray:
    """float64[futures, years] of the city."""
    return result.series(indicator, result.pack.city_id)


def implied_residents(urban: float, rate_percent: float) -> float:
    """Residents implied by urban residents and the urban share: urban / (rate / 100)."""
    return urban / (rate_percent / 100.0)


def residents(result: Result, year: int) -> Tie:
    """Urban residents over the urban share gives residents; births less deaths say how many must come."""
    start, span = result.start, year - result.start
    urban, rate = figure_of(result, "urban_residents", year), figure_of(result, "urbanisation_rate", year)
    implied = implied_residents(urban, rate)
    at = result.years.index(year)
    now = series(result, "residents")[:, at]
    base = float(series(result, "residents")[:, 0].mean())
    births, deaths, arrivals, departures = (
        series(result, name)[:, 1 : at + 1].sum(axis=1) for name in ("births", "deaths", "arrivals", "departures")
    )
    natural, moved = float((births - deaths).mean()), float((arrivals - departures).mean())
    needed = (implied - base - natural) / span
    city = result.pack
    earlier = start - CENSUS_YEARS_APART
    before = float(city.town_residents(start).sum() - city.town_residents(earlier).sum()) / CENSUS_YEARS_APART
    steps = (
        Step("implied", "persons", implied, {"urban": urban, "rate": rate}),
        Step("growth", "persons", implied - base, {"implied": implied, "base": base, "start": start}),
        Step("natural", "persons", natural, {"births": float(births.mean()), "deaths": float(deaths.mean())}),
        Step("needed", "persons_per_year", needed, {"growth": implied - base, "natural": natural, "years": span}),
        Step("came", "persons_per_year", moved / span,
             {"arrivals": float(arrivals.mean()) / span, "departures": float(departures.mean()) / span}),
        Step("earlier", "persons_per_year", before, {"from": earlier, "to": start}),
        Step("found", "persons", float(now.mean()), {"least": float(now.min()), "most": float(now.max())}),
        Step("share", "percent", 100.0 * urban / float(now.mean()),
             {"urban": urban, "rate": rate, "found": float(series(result, "urbanisation_rate")[:, at].mean())}),
    )  # fmt: skip
    rows = tuple(indicators()[n].extra["target"] for n in ("urbanisation_rate", "urban_residents"))
    return Tie("residents", year, rows, steps, len(now), int((now >= implied).sum()))


def beds(result: Result, year: int) -> Tie:
    """Beds per 1000 over the residents that the plan implies, against those of the start."""
    implied = implied_residents(
        figure_of(result, "urban_residents", year), figure_of(result, "urbanisation_rate", year)
    )
    per_1000 = figure_of(result, "hospital_beds", year)
    base = float((series(result, "hospital_beds")[:, 0] * series(result, "residents")[:, 0]).mean()) / 1000.0
    wanted = per_1000 * implied / 1000.0
    at = result.years.index(year)
    found = series(result, "hospital_beds")[:, at] * series(result, "residents")[:, at] / 1000.0
    steps = (
        Step("beds_wanted", "beds", wanted, {"per_1000": per_1000, "implied": implied}),
        Step("beds_a_year", "beds_per_year", (wanted - base) / (year - result.start), {"base": base}),
        Step("beds_found", "beds", float(found.mean()), {}),
    )
    rows = ("5", "1", "T1")
    return Tie("beds", year, rows, steps, len(found), int((found >= wanted).sum()))


def schools(result: Result, year: int) -> Tie:
    """Places for primary and junior secondary school that the plan asks for, against the children of these ages."""
    per_1000 = figure_of(result, "primary_places", year) + figure_of(result, "junior_places", year)
    urban = figure_of(result, "urban_residents", year)
    children = series(result, "school_age_children")[:, result.years.index(year)]
    share = series(result, "urbanisation_rate")[:, result.years.index(year)] / 100.0
    places = per_1000 * urban / 1000.0
    in_towns = children * share
    steps = (
        Step("places_wanted", "places", places, {"per_1000": per_1000, "urban": urban}),
        Step("children", "persons", float(in_towns.mean()),
             {"all": float(children.mean()), "share": float(share.mean()) * 100.0}),
        Step("places_per_child", "ratio", places / float(in_towns.mean()), {}),
    )  # fmt: skip
    return Tie("schools", year, ("2.primary", "2.junior", "T1"), steps, len(children), int((in_towns >= places).sum()))


def kindergartens(result: Result, year: int) -> Tie:
    """Kindergarten places against the children born three to five years before."""
    per_1000, urban = figure_of(result, "kindergarten_places", year), figure_of(result, "urban_residents", year)
    at = result.years.index(year)
    born = series(result, "births")[:, at - 5 : at - 2]  # who are 3, 4 and 5 in the year
    if born.shape[1] < THREE_YEARS or np.isnan(born).any():
        born = np.repeat(np.nanmean(series(result, "births")[:, 1:4], axis=1)[:, None], THREE_YEARS, axis=1)
    share = series(result, "urbanisation_rate")[:, at] / 100.0
    children = born.sum(axis=1) * share
    places = per_1000 * urban / 1000.0
    steps = (
        Step("kindergarten_wanted", "places", places, {"per_1000": per_1000, "urban": urban}),
        Step("kindergarten_children", "persons", float(children.mean()),
             {"born": float(born.sum(axis=1).mean()), "share": float(share.mean()) * 100.0}),
        Step("places_per_child", "ratio", places / float(children.mean()), {}),
    )  # fmt: skip
    rows = ("2.kindergarten", "T1")
    return Tie("kindergartens", year, rows, steps, len(children), int((children >= places).sum()))


def homes(result: Result, year: int) -> Tie:
    """Households to be housed against homes to be built, and the part of them that migrant workers are to get."""
    households, new, migrants = (
        figure_of(result, n, year) for n in ("households_housed", "subsidised_homes", "migrant_homes_given")
    )
    found = [series(result, n)[:, result.years.index(year)] for n in ("households_housed", "subsidised_homes")]
    steps = (
        Step("homes_left", "households", households - new, {"households": households, "new": new}),
        Step("homes_for_migrants", "percent", 100.0 * migrants / new, {"migrants": migrants, "new": new}),
        Step("homes_found", "households", float(found[0].mean()), {"homes": float(found[1].mean())}),
    )
    holding = (found[0] >= households) & (found[1] >= new)
    return Tie("homes", year, ("T3", "T4", "9"), steps, len(holding), int(holding.sum()))


# what is tied, and the indicators whose figures it needs
TIES = (
    (residents, ("urban_residents", "urbanisation_rate")),
    (beds, ("hospital_beds", "urban_residents", "urbanisation_rate")),
    (schools, ("primary_places", "junior_places", "urban_residents")),
    (kindergartens, ("kindergarten_places", "urban_residents")),
    (homes, ("households_housed", "subsidised_homes", "migrant_homes_given")),
)


def ties(result: Result) -> list[Tie]:
    """Every tie in every year for which the plan has all its figures."""
    known = linked()
    return [
        make(result, year)
        for make, needs in TIES
        if all(indicators()[n].extra.get("target") in known for n in needs)
        for year in years_with(result, *needs)
    ]
