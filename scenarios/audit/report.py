"""The monitoring report of plan chapter 8 as a list of blocks, in one language; renderers turn blocks into files."""

from scenarios.audit import Audit, parts
from scenarios.audit import verdicts as v
from scenarios.audit.arithmetic import Tie
from scenarios.audit.charts import pictures
from scenarios.audit.texts import say
from scenarios.reports.blocks import Block, Report
from scenarios.reports.wording import amount, figure_text, trimmed, with_unit

WORST = 4  # indicators named in the summary


def build(audit: Audit, lang: str) -> Report:
    """The whole report."""
    result = audit.result
    city = result.pack.place_name(result.pack.city_id, lang)
    out = Report(say("title", lang, city=city), lang, [])
    names = {"scenario": result.scenario.title(lang), "start": result.start, "end": result.end}
    out.blocks.append(Block("paragraph", say("subtitle", lang, **names)))
    if result.scenario.rationale.get(lang):
        out.blocks.append(Block("paragraph", result.scenario.rationale[lang]))
    out.blocks.append(Block("note", say("made", lang)))
    sections = _parts(audit, lang)
    where = {title: n for n, (title, _) in enumerate(sections, start=2)}
    contradictions = where[say("contradictions_part", lang)]
    out.blocks += _summary(audit, lang, contradictions)
    for n, (title, blocks) in enumerate(sections, start=2):
        out.blocks.append(Block("heading", say("part", lang, n=_numeral(n, lang), name=title), level=1))
        out.blocks += blocks
    return out


def _numeral(n: int, lang: str) -> str:
    signs = say("numerals", lang)
    return signs[n - 1] if n <= len(signs) else str(n)


def _parts(audit: Audit, lang: str) -> list[tuple[str, list[Block]]]:
    """(title, blocks): one part a category of the plan's table, then arithmetic, contradictions, gaps, method."""
    categories = dict.fromkeys(x.target.category[lang] for x in audit.verdicts)
    found = []
    for category in categories:
        rows = [x for x in audit.verdicts if x.target.category[lang] == category]
        found.append((say("targets_part", lang, category=category), parts.targets(audit, rows, lang)))
    found.append((say("ties_part", lang), [b for tie in audit.ties for b in parts.tie(tie, lang)]))
    found.append((say("contradictions_part", lang), parts.contradictions(audit.contradictions, lang)))
    found.append((say("gaps_part", lang), parts.gaps(audit.result, lang)))
    found.append((say("method_part", lang), parts.method(audit, lang)))
    return found


# --- summary ----------------------------------------------------------------------------------------------------------


def _summary(audit: Audit, lang: str, contradictions: int) -> list[Block]:
    """One page: how many targets are reached, the arithmetic of residents, what is furthest off, charts."""
    blocks = [Block("heading", say("summary", lang), level=1)]
    years = sorted({x.year for x in audit.verdicts if x.kind in v.JUDGED})
    for year in years:
        blocks.append(Block("item", _headline(audit, year, lang)))
    blocks += [Block("item", _residents(tie, lang)) for tie in audit.ties if tie.name == "residents"]
    if years:
        worst = _furthest([x for x in audit.verdicts if x.year == years[-1] and x.kind == v.MISSED], lang)
        if worst:
            blocks.append(Block("item", say("missed_most", lang, year=years[-1], list=worst)))
    for pair in audit.never_together:
        a, b = (f"{audit.result.pack.targets[k].title[lang]}" for k in pair.keys)
        blocks.append(Block("item", say("never", lang, year=pair.year, a=a, b=b)))
    tracked = sum(x.kind == v.TRACKED for x in audit.verdicts)
    province = sum(x.kind == v.BY_PROVINCE for x in audit.verdicts)
    blocks.append(Block("item", say("not_judged", lang, tracked=tracked, province=province)))
    part = _numeral(contradictions, lang)
    blocks.append(Block("item", say("disagree", lang, n=len(audit.contradictions), part=part)))
    futures = audit.futures
    return [
        *blocks,
        Block("pictures", say("chart_caption", lang, n=futures), pictures=pictures(audit.result, lang)),
    ]


def _headline(audit: Audit, year: int, lang: str) -> str:
    judged = [x for x in audit.verdicts if x.year == year and x.kind in v.JUDGED]
    counts = {kind: sum(x.kind == kind for x in judged) for kind in v.JUDGED}
    text = say("headline", lang, year=year, judged=len(judged), n=audit.futures, **counts)
    together = next((t for t in audit.together if t.year == year), None)
    if together:
        said = say("together", lang, year=year, judged=len(together.keys), n=together.futures, k=together.reached)
        text += ("" if lang == "zh" else " ") + said
    return text


def _residents(tie: Tie, lang: str) -> str:
    implied, growth, natural = tie.step("implied"), tie.step("growth"), tie.step("natural")
    return say(
        "residents_line",
        lang,
        year=tie.year,
        base_year=int(growth.values["start"]),
        urban=trimmed(implied.values["urban"], "persons", lang),
        rate=f"{implied.values['rate']:g}",
        implied=trimmed(implied.result, "persons", lang),
        natural=amount(natural.result, "persons", lang),
        needed=amount(tie.step("needed").result, "persons", lang),
        came=amount(tie.step("came").result, "persons", lang),
        n=tie.futures,
        k=tie.holding,
    )


def _furthest(missed: list[v.Verdict], lang: str) -> str:
    """The targets missed by the largest share of their figure."""
    ranked = sorted(missed, key=lambda x: -abs(x.gap) / max(abs(x.figure.value), 1e-9))[:WORST]
    items = [
        say(
            "missed_item",
            lang,
            name=x.entry.title[lang],
            found=amount(x.mean, x.entry.unit, lang),
            figure=with_unit(figure_text(x.figure, x.entry.unit, lang), x.entry.unit, lang),
        )
        for x in ranked
    ]
    return say("list_comma", lang).join(items)
