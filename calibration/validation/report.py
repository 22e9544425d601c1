"""The validation report as blocks; the writers are those of the audit."""

import csv
from io import StringIO

import numpy as np

from calibration.forecast_test import AIM, LEVELS, MEASURES, MODEL
from calibration.forecasters import METHODS
from calibration.priors import drawn
from calibration.targets.target import FIRST, LAST, Target
from calibration.validation.charts import cohort_chart, forecast_chart
from calibration.validation.evidence import Evidence, Fit, fits, observed_pattern, pattern_list
from calibration.validation.posterior import Posterior
from calibration.validation.posterior import blocks as posterior_blocks
from calibration.validation.texts import say, texts
from scenarios.reports.blocks import Block, Report, Table
from scenarios.tables import shown_unit


def build(evidence: Evidence, lang: str, posterior: Posterior | None = None) -> Report:
    """The report in one language, with the part on a finished fit where there is one."""
    years = {"first": FIRST, "last": LAST}
    found = fits(evidence)
    n, m = len(evidence.priors.values), len(evidence.defaults.values)
    made = say("made", lang, **years, n=n, m=m, drawn=len(drawn()), scale=evidence.scale, seed=evidence.seed)
    blocks = [
        Block("paragraph", made),
        Block("note", say("honest", lang, **years)),
        *_forecast(evidence, lang),
        *_families(evidence, found, lang),
        Block("heading", say("target_part", lang), level=1),
        Block("table", table=_targets(evidence, found, lang)),
        Block("heading", say("pattern_part", lang), level=1),
        Block("paragraph", say("pattern_intro", lang)),
        Block("table", table=_patterns(evidence, lang)),
        *(posterior_blocks(posterior, evidence.test, lang) if posterior else []),
        Block("heading", say("limits_part", lang), level=1),
        *([] if posterior else [Block("paragraph", say("limits_unfitted", lang))]),
        Block("paragraph", say("limits", lang, scale=evidence.scale)),
    ]
    city = evidence.pack.place_name(evidence.pack.city_id, lang)
    return Report(say("title", lang, city=city, **years), lang, blocks)


def _forecast(evidence: Evidence, lang: str) -> list[Block]:
    test, cells = evidence.test, [(level, m) for level in LEVELS for m in MEASURES]
    blocks = [
        Block("heading", say("forecast_part", lang), level=1),
        Block("paragraph", say("forecast_intro", lang, first=FIRST, last=LAST)),
        Block("table", table=_scores(evidence, lang)),
    ]
    for score in ("error", "crps"):
        reached = sum(test.ratio(*cell, score) <= AIM for cell in cells)
        blocks.append(Block("paragraph", say(f"aim_{score}", lang, aim=AIM, n=len(cells), k=reached)))
    for level, measure in cells:
        ratio, best = test.ratio(level, measure), test.best_rival(level, measure)
        if ratio > AIM:
            mine = next(s for s in test.of(level, measure) if s.forecaster == MODEL)
            said = {"level": say(f"level_{level}", lang), "measure": say(f"measure_{measure}", lang)}
            said |= {"rival": say(best.forecaster, lang), "mine": mine.error, "best": best.error, "ratio": ratio}
            blocks.append(Block("item", say("aim_missed", lang, **said)))
    charts = {"residents": "chart_residents", "urbanisation_rate": "chart_rate"}
    pictures = [forecast_chart(evidence, m, say(key, lang, last=LAST), lang) for m, key in charts.items()]
    return [*blocks, Block("pictures", say("chart_forecast_note", lang), pictures=pictures)]


def _scores(evidence: Evidence, lang: str) -> Table:
    cells = [(level, m) for level in LEVELS for m in MEASURES]
    head = [f"{say(f'measure_{m}', lang)} ({say(f'level_{level}', lang)})" for level, m in cells]
    by_name: dict[str, dict] = {}
    for s in evidence.test.scores:
        by_name.setdefault(s.forecaster, {})[s.level, s.measure] = f"{s.error:.2f} ({s.crps:.2f})"
    rows = [[say(name, lang), *(found.get(cell, "–") for cell in cells)] for name, found in by_name.items()]
    ratios = [f"{evidence.test.ratio(*c):.2f} ({evidence.test.ratio(*c, 'crps'):.2f})" for c in cells]
    rows.append([say("ratio_row", lang), *ratios])
    return Table([say("head_method", lang), *head], rows, [2.0, *[1.3] * len(cells)])


def _families(evidence: Evidence, found: list[Fit], lang: str) -> list[Block]:
    families = list(dict.fromkeys(f.target.family for f in found))
    rows = []
    for family in (*families, None):
        for out in (False, True):
            mine = [f for f in found if f.target.left_out == out and family in (None, f.target.family)]
            if mine:
                name = say(f"family_{family}" if family else "all_targets", lang)
                rows.append([name, say("left_out" if out else "in_fit", lang), *_summary(mine)])
    keys = ("head_family", "", "head_count", "head_median", "head_defaults", "head_cover")
    head = [say(k, lang) if k else "" for k in keys]
    n, k = len(found), sum(f.target.left_out for f in found)
    pictures = [cohort_chart(evidence, sex, lang) for sex in (0, 1)]
    return [
        Block("heading", say("fit_part", lang), level=1),
        Block("paragraph", say("fit_intro", lang, n=n, k=k)),
        Block("table", table=Table(head, rows, [2.0, 1.0, 0.8, 1.4, 1.4, 1.2])),
        Block("pictures", say("east_west_note", lang), pictures=pictures),
    ]


def _summary(mine: list[Fit]) -> list[str]:
    deviations = [np.median([abs(getattr(f, d)) for f in mine]) for d in ("deviation", "default_deviation")]
    cover = 100.0 * np.mean([f.inside for f in mine])
    return [str(len(mine)), *(f"{d:.1f}" for d in deviations), f"{cover:.0f} %"]


def _targets(evidence: Evidence, found: list[Fit], lang: str) -> Table:
    rows = []
    for f in found:
        t = f.target
        if t.measure.is_cohort:
            continue
        divisor, decimals, unit = shown_unit(t.measure.unit, lang)

        def number(x: float, divisor=divisor, decimals=decimals) -> str:
            return f"{x / divisor:,.{decimals}f}"

        sign = "√" if f.inside else "×"
        sd = f"{100 * t.sd:.1f} %" if t.measure.scale == "log" else f"{t.sd:.2f}"
        futures = f"{number(f.median)} ({number(f.low)}–{number(f.high)})\n{sign} {f.deviation:+.1f} σ"
        mark = f"\n{say('left_out', lang)}" if t.left_out else ""
        name = f"{t.measure.title[lang]} ({unit}){mark}"
        place = evidence.pack.place_name(t.place, lang)
        rows.append([name, place, number(t.value), sd, futures, f"{number(f.default)}\n{f.default_deviation:+.1f} σ"])
    keys = ("head_measure", "head_place", "head_census", "head_sd", "head_futures", "head_default")
    return Table([say(k, lang) for k in keys], rows, [2.4, 1.0, 1.0, 0.8, 2.0, 1.0])


def _patterns(evidence: Evidence, lang: str) -> Table:
    rows = []
    for p in pattern_list(evidence.pack):
        cells = []
        for runs in (evidence.priors, evidence.defaults):
            parts = [runs.patterns[name] for name in p.parts]
            middle = " / ".join(f"{np.nanmedian(x):.{p.decimals}f}" for x in parts)
            shown = int(p.holds(*parts).sum())
            cells.append(f"{middle}\n{say('in_k_of_n', lang, n=len(parts[0]), k=shown)}")
        what, blanks = observed_pattern(evidence.pack, p.key)
        against = say(what, lang, **blanks) if what in texts() else what
        rows.append([say(f"pattern_{p.key}", lang), against, *cells])
    head = [say("head_pattern", lang), say("head_observed", lang)]
    return Table([*head, say("model_priors", lang), say("model_defaults", lang)], rows, [2.6, 1.6, 1.2, 1.2])


def targets_csv(evidence: Evidence) -> str:
    """All targets with the model's figures, one row a target, in the unit of the measure (errors: of its scale)."""
    names = (
        "target", "family", "place", "unit", "value", "scale", "sampling", "definition", "quality", "sd", "mark",
        "left_out", "prior_median", "prior_p10", "prior_p90", "inside_80", "default", "source",
    )  # fmt: skip
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(names)
    for f in fits(evidence):
        rows.writerow(_row(f.target, f))
    return out.getvalue()


def _row(t: Target, f: Fit) -> list:
    errors = [f"{x:.6g}" for x in (t.sampling, t.definition, t.quality, t.sd)]
    model = [f"{x:.6g}" for x in (f.median, f.low, f.high)]
    head = [t.id, t.family, t.place, t.measure.unit, f"{t.value:.6g}", t.measure.scale, *errors, t.mark]
    return [*head, int(t.left_out), *model, int(f.inside), f"{f.default:.6g}", t.measure.source]


def scores_csv(evidence: Evidence) -> str:
    """Every score of the forecast test; `rival` 1 for the planner's methods."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("forecaster", "rival", "level", "measure", "mean_absolute_error", "crps"))
    for s in evidence.test.scores:
        numbers = f"{s.error:.6g}", f"{s.crps:.6g}"
        rows.writerow((s.forecaster, int(s.forecaster in METHODS), s.level, s.measure, *numbers))
    return out.getvalue()
