"""Charts of the report: the simulated range of an indicator by year with the plan's targets."""

from scenarios.audit.arithmetic import figure_of, implied_residents, years_with
from scenarios.audit.texts import say
from scenarios.reports.pictures import Fan, Picture, fan_chart
from scenarios.result import Result
from scenarios.tables import shown_unit
from sim.catalogue import indicators

SHOWN = ("urbanisation_rate", "urban_residents", "residents", "income_ratio")


def pictures(result: Result, lang: str) -> list[Picture]:
    """The charts of the summary."""
    return [picture(result, name, lang) for name in SHOWN if name in result.indicators]


def picture(result: Result, name: str, lang: str) -> Picture:
    """Mean and range over futures by year, and the targets (for residents: those that the plan implies)."""
    entry = indicators()[name]
    divisor, _, unit = shown_unit(entry.unit, lang)
    fan = Fan("", result.series(name, result.pack.city_id) / divisor)
    marks = {y: v / divisor for y, v in targets(result, name).items()}
    implied = name == "residents" and bool(marks)  # the diamonds are no targets of the plan's table
    title = say("chart_implied", lang, name=entry.title[lang]) if implied else entry.title[lang]
    return fan_chart(title, (entry.unit, unit), result.years, [fan], marks)


def targets(result: Result, name: str) -> dict[int, float]:
    """Year -> figure in the catalogue's unit."""
    if name == "residents":
        tied = ("urban_residents", "urbanisation_rate")
        return {y: implied_residents(*(figure_of(result, n, y) for n in tied)) for y in years_with(result, *tied)}
    return {y: figure_of(result, name, y) for y in years_with(result, name)}
