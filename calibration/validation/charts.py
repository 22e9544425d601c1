"""Charts of the validation report, in the style of the audit's."""

import numpy as np

from calibration.forecast_test import DEFAULTS, MODEL
from calibration.targets.target import FIRST, LAST, SEXES
from calibration.validation.evidence import HIGH, LOW, Evidence
from calibration.validation.texts import say
from scenarios.reports.pictures import BAND, LINE, MARK, Picture, finished

SHOWN = (MODEL, DEFAULTS, "cohort_component", "ratio_linear", "last_value")
COLOURS = (LINE, BAND, MARK, "#b8b8b8", "#6b6b6b")
REGION_COLOURS = (LINE, MARK)


def forecast_chart(evidence: Evidence, measure: str, title: str, lang: str) -> Picture:
    """Errors by county, one point a method."""
    import altair as alt

    pack = evidence.pack
    counties = [pack.place_name(c, lang) for c in pack.counties]
    rows = [
        {"place": place, "method": say(s.forecaster, lang), "error": float(e)}
        for s in evidence.test.of("counties", measure)
        if s.forecaster in SHOWN
        for place, e in zip(counties, s.parts.tolist(), strict=True)
    ]
    colour = alt.Color(
        "method:N",
        scale=alt.Scale(domain=[say(m, lang) for m in SHOWN], range=list(COLOURS)),
        legend=alt.Legend(title=None, orient="bottom", columns=2),
    )
    base = alt.Chart(alt.Data(values=rows))
    points = base.mark_point(filled=True, size=55, opacity=0.9).encode(
        x=alt.X("error:Q", title=None), y=alt.Y("place:N", sort=counties, title=None), color=colour
    )
    zero = alt.Chart(alt.Data(values=[{"x": 0}])).mark_rule(color="#333").encode(x="x:Q")
    return finished(alt.layer(zero, points), title)


def cohort_chart(evidence: Evidence, sex: int, lang: str) -> Picture:
    """Cohort ratio by age in the first census: census as lines, futures as bands, means over a region's counties."""
    import altair as alt

    rows = [row for r in range(len(evidence.pack.regions)) for row in _cohorts(evidence, sex, r, lang)]
    names = [evidence.pack.place_name(r, lang) for r in evidence.pack.regions]
    scale = alt.Scale(domain=names, range=list(REGION_COLOURS[: len(names)]))
    colour = alt.Color("region:N", scale=scale, legend=alt.Legend(title=None, orient="bottom"))
    x = alt.X("age:Q", title=say("axis_age", lang, first=FIRST))
    base = alt.Chart(alt.Data(values=rows))
    band = base.mark_area(opacity=0.25).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=colour)
    line = base.mark_line(strokeWidth=2).encode(x=x, y=alt.Y("census:Q", title=None), color=colour)
    title = say("chart_cohorts", lang, sex=say(SEXES[sex], lang), first=FIRST, last=LAST)
    return finished(alt.layer(band, line), title)


def _cohorts(evidence: Evidence, sex: int, region: int, lang: str) -> list[dict]:
    pack = evidence.pack
    mine = {c for c, r in zip(pack.counties, pack.county_region, strict=True) if r == region}
    by_age: dict[int, list[int]] = {}
    for i, t in enumerate(evidence.targets):
        if t.sex == sex and t.place in mine:
            by_age.setdefault(t.age[0], []).append(i)
    rows = []
    for age, at in by_age.items():
        futures = np.nanmean(evidence.priors.values[:, at], axis=1)
        low, high = np.percentile(futures, [LOW, HIGH]).tolist()
        census = float(np.mean([evidence.targets[i].value for i in at]))
        name = pack.place_name(pack.regions[region], lang)
        rows.append({"region": name, "age": age + 2.5, "census": census, "low": low, "high": high})
    return rows
