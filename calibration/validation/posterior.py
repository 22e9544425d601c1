"""The report's part on a finished fit: parameters, targets, counties left out, recovery, published elasticities."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from calibration.fit.finished import Finished, identified, recovered, without_county
from calibration.forecast_test import AIM, MEASURES, ForecastTest, shown
from calibration.scores import absolute_error, crps
from calibration.targets.target import Target
from calibration.validation.evidence import HIGH, LOW, holds
from calibration.validation.texts import say
from scenarios.reports.blocks import Block, Table
from sim.catalogue import parameters

VAGUE = 0.9  # posterior over prior standard deviation from which on the data say next to nothing
RECOVERIES = 12  # runs whose parameters are looked for


@dataclass(frozen=True)
class Posterior:
    """A finished fit and what is read from it."""

    finished: Finished
    pack: object

    @cached_property
    def futures(self) -> np.ndarray:
        """float64[futures, targets]: posterior predictive."""
        return self.finished.futures(*self.finished.kept())

    @cached_property
    def left_out(self) -> dict[str, np.ndarray]:
        """County -> float64[futures, targets] of the fit without it."""
        return {c: without_county(self.finished, c) for c in self.pack.counties}

    @cached_property
    def recovery(self) -> float:
        """Percent of coordinates recovered in the middle 80 %, over the kept runs nearest the census."""
        nearest = [int(np.flatnonzero((self.finished.points == p).all(axis=1))[0])
                   for p in self.finished.population.points[:RECOVERIES]]  # fmt: skip
        return float(100.0 * np.mean([recovered(self.finished, run) for run in nearest]))

    def columns(self, measure: str) -> list[int]:
        """Rows of the targets of a measure, in pack order."""
        return [i for i, t in enumerate(self.finished.chosen) if t.measure.measure == measure]

    def covered(self, left_out: bool) -> float:
        """Percent of figures inside the middle 80 % of futures, each widened by the figure's own error."""
        inside = []
        for i, t in enumerate(self.finished.chosen):
            if t.left_out == left_out:
                inside.append(holds(t, *np.nanpercentile(self.futures[:, i], [LOW, 50.0, HIGH])))
        return float(100.0 * np.mean(inside))

    def county_test(self) -> dict[str, tuple[float, float]]:
        """Measure -> (mean absolute error, CRPS) of each county as forecast without it."""
        residents, urban = self.columns("residents"), self.columns("urban_residents")
        truth = tuple(np.array([self.finished.chosen[i].value for i in at]) for at in (residents, urban))
        forecast = [np.stack([self.left_out[c][:, at[k]] for k, c in enumerate(self.pack.counties)], axis=1)
                    for at in (residents, urban)]  # fmt: skip
        found, aim = shown(*forecast, truth), shown(*truth, truth)
        return {m: (absolute_error(found[m], aim[m]), crps(found[m], aim[m])) for m in MEASURES}


def blocks(posterior: Posterior, test: ForecastTest, lang: str) -> list[Block]:
    """The part in one language."""
    f = posterior.finished
    made = say(
        "posterior_made", lang, runs=len(f.points), kept=len(f.population.points), tolerance=f.population.tolerance,
        effective=f.population.effective, scale=f.settings.scale, seed=f.settings.seed, fitted=len(f.space.names),
    )  # fmt: skip
    return [
        Block("heading", say("posterior_part", lang), level=1),
        Block("paragraph", made),
        Block("table", table=_parameters(f, lang)),
        Block("paragraph", _unidentified(f, lang)),
        Block("paragraph", say("posterior_recovery", lang, share=posterior.recovery, n=RECOVERIES)),
        Block("heading", say("checks_part", lang), level=2),
        Block("table", table=_checks(posterior, lang)),
        Block("heading", say("misfit_part", lang), level=2),
        Block("paragraph", say("misfit_intro", lang)),
        Block("table", table=_misfits(posterior, lang)),
        Block("heading", say("county_part", lang), level=2),
        Block("paragraph", say("county_intro", lang)),
        Block("table", table=_county_test(posterior, test, lang)),
        Block("heading", say("literature_part", lang), level=2),
        Block("table", table=_literature(posterior, lang)),
    ]


def _name(coordinate: str, lang: str) -> str:
    key, _, part = coordinate.partition(".")
    return parameters()[key].title[lang] + (f" {int(part) + 1}" if part else "")


def _span(f: Finished, j: int) -> tuple[float, float, float]:
    """(10 %, median, 90 %) of coordinate j in the parameter's unit; of a list its first part."""
    order = np.argsort(f.population.points[:, j], kind="stable")
    ends = np.cumsum(f.population.weights[order])
    picks = [f.population.points[order[min(np.searchsorted(ends, p), len(order) - 1)], j] for p in (0.1, 0.5, 0.9)]
    return tuple(_value(f, j, float(ndtr(z))) for z in picks)


def _value(f: Finished, j: int, u: float) -> float:
    point = np.full(len(f.space.names), 0.5)
    point[j] = u
    key, _, part = f.space.names[j].partition(".")
    return float(np.ravel(f.space.values(point)[key])[int(part or 0)])


def _parameters(f: Finished, lang: str) -> Table:
    rows = []
    for j, (name, _, _, ratio) in enumerate(identified(f)):
        low, middle, high = (_value(f, j, u) for u in (0.1, 0.5, 0.9))
        a, b, c = _span(f, j)
        shown_prior, shown_posterior = (
            f"{m:.3g} ({lo:.3g} … {hi:.3g})" for lo, m, hi in ((low, middle, high), (a, b, c))
        )
        rows.append([_name(name, lang), shown_prior, shown_posterior, f"{ratio:.2f}"])
    head = [say(k, lang) for k in ("update_parameter", "head_prior", "head_posterior", "head_ratio")]
    return Table(head, rows, [2.4, 1.6, 1.6, 0.8])


def _unidentified(f: Finished, lang: str) -> str:
    found = identified(f)
    vague = [_name(n, lang) for n, _, _, ratio in found if ratio > VAGUE]
    joiner = "、" if lang == "zh" else ", "
    return say("posterior_vague", lang, k=len(vague), n=len(found), names=joiner.join(vague) or "–")


def _checks(p: Posterior, lang: str) -> Table:
    """Checks of medians: (what, found, aim, whether it holds)."""
    chosen, middle = p.finished.chosen, np.nanmedian(p.futures, axis=0)
    residents, urban = p.columns("residents"), p.columns("urban_residents")
    truth = [sum(chosen[i].value for i in at) for at in (residents, urban)]
    city = np.nanmedian(p.futures[:, residents].sum(axis=1)) / truth[0] - 1.0
    rate = np.nanmedian(100.0 * p.futures[:, urban].sum(axis=1) / p.futures[:, residents].sum(axis=1))
    rates = np.nanmedian(100.0 * p.futures[:, urban] / p.futures[:, residents], axis=0)
    true_rates = np.array([100.0 * chosen[u].value / chosen[r].value for u, r in zip(urban, residents, strict=True)])

    def worst(measure: str) -> float:
        return 100.0 * max(abs(middle[i] / chosen[i].value - 1.0) for i in p.columns(measure))

    ratio = next(middle[i] - chosen[i].value for i in p.columns("income_ratio_2020"))
    rows = [
        ("check_city", 100.0 * abs(city), 1.0),
        ("check_rate", abs(rate - 100.0 * truth[1] / truth[0]), 0.5),
        ("check_ratio", abs(ratio), 0.03),
        ("check_counties", worst("residents"), 3.0),
        ("check_county_rates", float(np.abs(rates - true_rates).max()), 2.0),
        *((f"check_{m}", worst(m), 10.0) for m in
          ("migrants_same_county", "migrants_same_province", "migrants_other_province")),
    ]  # fmt: skip
    table = [[say(k, lang), f"{x:.2f}", f"≤ {aim:g}", say("yes" if x <= aim else "no", lang)] for k, x, aim in rows]
    for key, out in (("check_cover_out", True), ("check_cover_in", False)):
        cover = p.covered(out)
        table.append([say(key, lang), f"{cover:.0f} %", "70–90 %", say("yes" if 70 <= cover <= 90 else "no", lang)])
    head = [say(k, lang) for k in ("head_check", "head_found", "head_aim", "head_reached")]
    return Table(head, table, [3.0, 1.0, 1.0, 1.0])


def _misfits(p: Posterior, lang: str) -> Table:
    """Deviation of the posterior median by measure and county, in standard deviations; left-out figures in brackets."""
    counties, rows = p.pack.counties, []
    by_measure: dict[str, dict[str, list[float]]] = {}
    titles, out = {}, set()
    for i, t in enumerate(p.finished.chosen):
        if t.place in counties:
            off = float(t.deviation(np.nanmedian(p.futures[:, i]))) / t.sd
            by_measure.setdefault(t.measure.measure, {}).setdefault(t.place, []).append(off)
            titles[t.measure.measure] = t.measure.title[lang]
            if t.left_out and not t.measure.is_cohort:
                out.add((t.measure.measure, t.place))
    for measure, places in by_measure.items():
        cells = [f"{np.mean(places[c]):+.1f}" if c in places else "–" for c in counties]
        cells = [f"({x})" if (measure, c) in out else x for x, c in zip(cells, counties, strict=True)]
        rows.append([titles[measure], *cells])
    head = [say("head_measure", lang), *(p.pack.place_name(c, lang) for c in counties)]
    return Table(head, rows, [2.2, *[1.0] * len(counties)])


def _county_test(p: Posterior, test: ForecastTest, lang: str) -> Table:
    rows = []
    for measure, (error, score) in p.county_test().items():
        best, best_crps = test.best_rival("counties", measure), test.best_rival("counties", measure, "crps")
        ratio = error / best.error
        rows.append([
            say(f"measure_{measure}", lang), f"{error:.2f} ({score:.2f})",
            f"{best.error:.2f} ({say(best.forecaster, lang)})", f"{ratio:.2f} ({score / best_crps.crps:.2f})",
            say("yes" if ratio <= AIM else "no", lang),
        ])  # fmt: skip
    head = [say(k, lang) for k in ("head_measure", "head_model", "head_rival", "head_over", "head_reached")]
    return Table(head, rows, [1.4, 1.2, 1.8, 1.0, 0.8])


def _literature(p: Posterior, lang: str) -> Table:
    """Fitted parameters whose source names a published range in their own measure (no percentages), against it."""
    rows = []
    for j, name in enumerate(p.finished.space.names):
        key = name.partition(".")[0]
        for study in re.findall(
            r"literature\.csv:(\w+)", parameters()[key].extra.get("source", parameters()[key].source)
        ):
            row = p.pack.literature(study)
            low, high = (row[k] for k in ("low", "high"))
            if (
                not (isinstance(low, int | float) and isinstance(high, int | float))
                or np.isnan(low + high)
                or row["unit"] == "percent"
            ):
                continue
            a, b, c = _span(p.finished, j)
            inside = min(abs(low), abs(high)) <= abs(b) <= max(abs(low), abs(high))
            published = f"{low:g} … {high:g} ({study}, {row['quality']})"
            reached = say("yes" if inside else "no", lang)
            rows.append([_name(name, lang), f"{b:.3g} ({a:.3g} … {c:.3g})", published, reached])
    slope = p.pack.literature("grav_dist")
    rows = rows or [["–", "–", f"{slope['low']:g} … {slope['high']:g}", say("literature_none", lang)]]
    head = [say(k, lang) for k in ("update_parameter", "head_posterior", "head_published", "head_reached")]
    return Table(head, rows, [2.0, 1.6, 2.0, 0.8])


def targets_table(p: Posterior) -> list[tuple]:
    """(id, figure, error, left out, prior and posterior 10 %, median, 90 %, inside) by target, for a CSV file."""
    prior, rows = p.finished.values[p.finished.prior], []
    for i, t in enumerate(p.finished.chosen):
        before, after = (np.nanpercentile(v[:, i], [LOW, 50.0, HIGH]) for v in (prior, p.futures))
        shown_values = [float(f"{x:.6g}") for x in (*before, *after)]
        rows.append(
            (t.id, float(f"{t.value:.8g}"), float(f"{t.sd:.4g}"), int(t.left_out), *shown_values, int(_in(t, after)))
        )
    return rows


def _in(t: Target, span: np.ndarray) -> bool:
    return bool(holds(t, *span))


TARGET_HEAD = (
    "target", "value", "sd", "left_out", "prior_p10", "prior_median", "prior_p90", "posterior_p10", "posterior_median",
    "posterior_p90", "inside_80",
)  # fmt: skip
