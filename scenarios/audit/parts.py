"""The parts of the report after the summary: tables of targets, arithmetic, contradictions, gaps, method."""

import numpy as np

from scenarios.audit import Audit
from scenarios.audit import verdicts as v
from scenarios.audit.arithmetic import Step, Tie
from scenarios.audit.contradictions import TABLE, Contradiction, Said
from scenarios.audit.texts import say
from scenarios.reports.blocks import Block, Table
from scenarios.reports.wording import SIGNS, amount, difference, figure_text, spread, trimmed, with_unit
from scenarios.result import Result
from scenarios.tables import number, shown_unit
from sim.catalogue import Entry, indicators
from sim.data.plan import LARGER, Target

GROUPS = (
    "locals", "local_migrants", "other_province", "age_0_14", "age_15_34", "age_35_59", "age_60_plus",
    "lowest_fifth", "highest_fifth",
)  # fmt: skip
GAPS = (
    "east_west_income_ratio", "east_west_service_ratio", "east_west_population_ratio", "east_west_jobs_ratio",
    "village_working_age_share", "empty_homestead_share", "rent_burden",
)  # fmt: skip


def _name(target: Target, entry: Entry, lang: str) -> str:
    unit = shown_unit(entry.unit, lang)[2]
    base = ""
    if target.base is not None:
        shown = figure_text(v.in_catalogue_unit(target.base, target.unit), entry.unit, lang)
        base = say("base", lang, year=target.base_year, value=shown)
    about = ", ".join(x for x in (unit, say(target.attribute, lang), base) if x)
    about = about.replace(", ", "，") if lang == "zh" else about
    return f"{target.key.split('.')[0]} {target.title[lang]}" + (f"（{about}）" if lang == "zh" else f" ({about})")


def targets(audit: Audit, found: list[v.Verdict], lang: str) -> list[Block]:
    """One table: a row an indicator, a column a target year; then remarks."""
    years = sorted({x.year for x in found})
    by_key: dict[str, dict[int, v.Verdict]] = {}
    for x in found:
        by_key.setdefault(x.target.key, {})[x.year] = x
    rows = []
    for verdicts in by_key.values():
        one = next(iter(verdicts.values()))
        cells = [_cell(verdicts[y], lang) if y in verdicts else "-" for y in years]
        rows.append([_name(one.target, one.entry, lang), say(one.entry.basis, lang), *cells])
    head = [
        say("head_indicator", lang),
        say("head_basis", lang),
        *(say("head_target_year", lang, year=y) for y in years),
    ]
    blocks = [Block("table", table=Table(head, rows, [3.3, 1.15, *[2.65] * len(years)]))]
    blocks += [Block("note", text) for verdicts in by_key.values() if (text := _base(list(verdicts.values()), lang))]
    reasons = [x.entry for x in found if x.kind == v.TRACKED]
    if reasons:
        items = dict.fromkeys(say("tracked_reason", lang, name=e.title[lang], reason=e.reason[lang]) for e in reasons)
        blocks.append(Block("note", say("tracked_note", lang) + say("list_comma", lang).join(items)))
    return blocks + _observed(audit, found[0].target.category, by_key, lang)


def _cell(x: v.Verdict, lang: str) -> str:
    """Target, simulated mean and range, verdict, difference: a line each."""
    if x.figure is None:
        return say("verdict_by_province", lang)
    lines = [say("cell_target", lang, figure=figure_text(x.figure, x.entry.unit, lang))]
    if np.isfinite(x.mean):
        lines.append(say("cell_found", lang, found=_range(x, lang)))
    lines.append(say(f"verdict_{x.kind}", lang, n=x.futures, k=x.reached))
    if np.isfinite(x.gap) and x.kind != v.REACHED:
        lines.append(say("cell_gap", lang, gap=difference(x.gap, x.entry.unit, lang)))
    return "\n".join(lines)


def _observed(audit: Audit, category: dict[str, str], known, lang: str) -> list[Block]:
    """Rows of the plan that state what was reached and aim at nothing."""
    blocks = []
    for key, target in audit.result.pack.targets.items():
        if key in known or target.category != category or target.base is None:
            continue
        entry = v.linked()[key]
        value = with_unit(figure_text(target.base, entry.unit, lang), entry.unit, lang)
        text = say("observed_only", lang, name=target.title[lang], value=value)
        start = v.values_of(audit.result, entry, audit.result.start)
        if len(start):
            shown = amount(float(start.mean()), entry.unit, lang)
            text += say("simulated_base", lang, year=audit.result.start, value=shown)
        blocks.append(Block("note", text))
    return blocks


def _base(found: list[v.Verdict], lang: str) -> str:
    """A remark where the simulated base year is not the plan's, with the verdicts by the change since then."""
    judged = [x for x in found if x.kind in v.JUDGED and x.base_differs]
    if not judged:
        return ""
    one = judged[0]
    unit = one.entry.unit
    text = say(
        "base_differs", lang, name=one.target.title[lang], start=one.target.base_year,
        found=amount(one.start, unit, lang), base=amount(one.base, unit, lang),
    )  # fmt: skip
    if unit == "percent" and max(x.by_change for x in judged) > 100.0:
        return text + say("base_no_shift", lang)  # the change cannot be put on the plan's base
    moved = [
        say("base_year", lang, year=x.year, moved=amount(x.by_change, unit, lang),
            verdict=say("met" if x.figure.met(x.by_change, x.target.better) else "not_met", lang))
        for x in judged
    ]  # fmt: skip
    return text + say("base_shift", lang, list=say("list_comma", lang).join(moved))


def _range(x: v.Verdict, lang: str) -> str:
    if not np.isfinite(x.mean):
        return "-"
    return spread(x.mean, x.least, x.most, x.entry.unit, lang)


# --- arithmetic -------------------------------------------------------------------------------------------------------

_UNITS = {  # of the numbers inside the sentences of steps
    "urban": "persons", "implied": "persons", "base": "persons", "births": "persons", "deaths": "persons",
    "growth": "persons", "natural": "persons", "arrivals": "persons", "departures": "persons", "least": "persons",
    "most": "persons", "all": "persons", "born": "persons",
}  # fmt: skip


def _step(step: Step, lang: str) -> list[str]:
    plain = {"rate": "{:g}", "start": "{:.0f}", "from": "{:.0f}", "to": "{:.0f}", "years": "{:.0f}", "per_1000": "{:g}"}
    filled = {}
    for key, value in step.values.items():
        if step.name == "beds_a_year" or key not in _UNITS:
            filled[key] = plain.get(key, "{:,.0f}").format(value)
        else:
            filled[key] = trimmed(value, _UNITS[key], lang)
        if key in ("share", "found"):
            filled[key] = f"{value:.1f}"
    return [say(f"step_{step.name}", lang, **filled), amount(step.result, step.unit, lang)]


def tie(tie: Tie, lang: str) -> list[Block]:
    rows = [_step(step, lang) for step in tie.steps]
    rows.append([say(f"holds_{tie.name}", lang), say("tie_holds", lang, n=tie.futures, k=tie.holding)])
    head = [say("head_step", lang), say("head_result", lang)]
    return [
        Block("heading", say(f"tie_{tie.name}", lang, year=tie.year), level=2),
        Block("table", table=Table(head, rows, [4.5, 2.0])),
    ]


# --- contradictions, gaps, method -------------------------------------------------------------------------------------


def contradictions(found: list[Contradiction], lang: str) -> list[Block]:
    if not found:
        return [Block("paragraph", say("no_contradictions", lang))]
    rows = []
    for c in found:
        name = f"{c.target} {c.topic[lang]}".strip()
        rows.append([name, say(f"kind_{c.kind}", lang), _said(c.first, c, lang), _said(c.second, c, lang)])
    head = [say(h, lang) for h in ("head_indicator", "head_kind", "head_first", "head_second")]
    return [Block("table", table=Table(head, rows, [2.4, 1.4, 3.0, 3.0]))]


def _said(said: Said, c: Contradiction, lang: str) -> str:
    chapter = said.place
    for word in ("box", "footnote"):
        chapter = chapter.replace(word, say(f"chapter_{word}", lang))
    place = say("place_table", lang) if said.place == TABLE else say("place_chapter", lang, chapter=chapter)
    quote = (f"“{said.quote[lang]}”" if lang == "zh" else f' "{said.quote[lang]}"') if said.quote else ""
    shown = f"{SIGNS.get(said.figure.sign, '')}{said.figure.value:.{said.figure.decimals}f}"
    text = say("said", lang, place=place, year=said.year, figure=shown, unit=_plan_unit(c.unit, lang)).rstrip()
    return text + quote


def _plan_unit(unit: str, lang: str) -> str:
    """Unit of the plan's own table."""
    if unit in LARGER:
        if lang == "zh":
            return shown_unit(LARGER[unit][0], lang)[2]
        return f"x 10 000 {LARGER[unit][0]}"
    if f"units_{unit}" in say.all:
        return say(f"units_{unit}", lang)
    return "" if unit == "ratio" else shown_unit(unit, lang)[2]


def gaps(result: Result, lang: str) -> list[Block]:
    """First year, the years of targets and the last: East against West, villages, rents; then groups."""
    years = sorted({result.start, *(y for t in result.pack.targets.values() for y in t.stated if y in result.years)})
    at = [result.years.index(y) for y in years]

    def line(name: str, title: str, unit: str) -> list[str]:
        values = result.series(name, result.pack.city_id)[:, at]
        return [title, *(number(float(x.mean()), unit, lang) for x in values.T)]

    def label(entry: Entry) -> str:
        unit = shown_unit(entry.unit, lang)[2]
        return f"{entry.title[lang]}（{unit}）" if lang == "zh" else f"{entry.title[lang]} ({unit})"

    known = indicators()
    head = [say("head_group", lang), *map(str, years)]
    widths = [4.0, *[1.0] * len(years)]
    gaps = [line(n, label(known[n]), known[n].unit) for n in GAPS if n in known]
    groups = [line(f"{what}_{g}", label(known[f"{what}_{g}"]), known[f"{what}_{g}"].unit)
              for what in ("income", "services") for g in GROUPS]  # fmt: skip
    return [
        Block("table", table=Table(head, gaps, widths)),
        Block("note", say("gaps_note", lang)),
        Block("table", table=Table(head, groups, widths)),
    ]


def method(audit: Audit, lang: str) -> list[Block]:
    result, n = audit.result, audit.futures
    sets = len(result.parameter_sets)
    chance = say("method_parameters", lang, sets=sets) if sets > 1 else say("method_chance", lang, n=n, k=max(n - 1, 1))
    lines = [
        say("method_runs", lang, n=n, scale=result.scale, weight=1.0 / result.scale, seed=result.seed),
        chance,
        say("method_basis", lang),
        say("method_points", lang),
    ]
    used = dict.fromkeys(x.entry.key for x in audit.verdicts if x.kind in v.JUDGED)
    rows = [[indicators()[k].title[lang], indicators()[k].definition[lang]] for k in used]
    head = [say("head_indicator", lang), say("method_definitions", lang)]
    return [*(Block("item", text) for text in lines), Block("table", table=Table(head, rows, [2.0, 4.0]))]
