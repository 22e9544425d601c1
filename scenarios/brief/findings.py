"""Findings with odds: what moves, which targets, where, for whom, and what gets worse."""

import numpy as np

from scenarios.audit import verdicts as v
from scenarios.brief import Brief, Effect
from scenarios.brief.texts import say
from scenarios.reports.blocks import Block, Table
from scenarios.reports.wording import amount, difference, figure_text, labelled, spread, titled, with_unit
from scenarios.tables import number, shown_unit
from sim.catalogue import indicators

HEADLINE = (
    "urbanisation_rate", "hukou_urbanisation_rate", "residents", "urban_residents", "income_ratio",
    "east_west_income_ratio", "income_urban", "income_rural", "programme_cost",
)  # fmt: skip
PLACES = ("residents", "urbanisation_rate", "income_ratio", "income_urban", "income_rural", "service_index", "jobs")
GROUPS = (
    "locals", "local_migrants", "other_province", "age_0_14", "age_15_34", "age_35_59", "age_60_plus",
    "lowest_fifth", "highest_fifth",
)  # fmt: skip
# what a planner would rather not see rise
RISING = (
    "rent_burden", "overburdened_tenants", "home_price_index", "unemployment_rate", "vacancy_rate",
    "empty_homestead_share", "idle_farmland_share", "age_60_plus_share",
)  # fmt: skip
WORST = 4


def findings(brief: Brief, lang: str) -> list[Block]:
    """A sentence an indicator, the cost, the targets, then a table of all of them."""
    lines = [_finding(brief, name, lang) for name in HEADLINE if brief.effect(name)]
    lines += [_cost(brief, lang)] if "programme_cost" in brief.scenario.indicators else []
    lines += [_odds(brief, year, lang) for year in brief.target_years if any(a.year == year for _, a in brief.targets)]
    heads = ("head_indicator", "head_baseline", "head_scenario", "head_difference", "head_interval", "head_up_down")
    rows = [_row(brief, name, lang) for name in HEADLINE if brief.effect(name)]
    table = Table([say(h, lang) for h in heads], rows, [2.8, 1.2, 2.2, 1.3, 1.9, 1.0])
    return [*(Block("item", line) for line in lines), Block("table", table=table)]


def _finding(brief: Brief, name: str, lang: str) -> str:
    entry, c = indicators()[name], brief.effect(name)
    told = {"name": titled(entry, lang), "year": brief.scenario.end, "after": amount(c.after, entry.unit, lang)}
    told["n"] = c.futures
    if c.same:
        return say("finding_same", lang, **told)
    gap = difference(c.difference, entry.unit, lang)
    if not c.sure:
        return say("finding_unsure", lang, **told, gap=gap, up=c.up, down=c.down)
    ends = {"least": number(c.least, entry.unit, lang), "most": number(c.most, entry.unit, lang)}
    way = say("higher" if c.difference > 0 else "lower", lang)
    return say("finding", lang, **told, **ends, way=way, gap=gap.lstrip("+-"), k=c.agreeing)


def _row(brief: Brief, name: str, lang: str) -> list[str]:
    entry, c = indicators()[name], brief.effect(name)
    low, high = (number(x, entry.unit, lang, signed=True) for x in (c.low, c.high))
    return [
        labelled(entry, lang),
        number(c.before, entry.unit, lang),
        spread(c.after, c.least, c.most, entry.unit, lang),
        number(c.difference, entry.unit, lang, signed=True),
        "-" if np.isnan(c.low) else f"{low} … {high}",
        f"{c.up} / {c.down}",
    ]


def _cost(brief: Brief, lang: str) -> str:
    """All years lived together: money of single years says little."""
    mean, least, most = brief.total("programme_cost")
    revenue = float(np.nansum(brief.baseline.series("revenue", brief.city)[:, 1:], axis=1).mean())
    unit = "100m_yuan_2020"
    ends = {"least": number(least, unit, lang), "most": number(most, unit, lang)}
    years = {"from": brief.scenario.start + 1, "year": brief.scenario.end}
    return say("cost_line", lang, cost=amount(mean, unit, lang), share=f"{100 * mean / revenue:.1f}", **ends, **years)


def _odds(brief: Brief, year: int, lang: str) -> str:
    """Which targets are reached more often, which less."""
    pairs = [(b, a) for b, a in brief.targets if a.year == year]
    up, down = ([p for p in pairs if sign * (p[1].reached - p[0].reached) > 0] for sign in (1, -1))
    text = say("odds_line", lang, year=year, up=len(up), down=len(down), same=len(pairs) - len(up) - len(down))
    return text + (" " if lang == "en" and up + down else "") + _odds_list(up + down, lang)


def _odds_list(pairs: list, lang: str) -> str:
    if not pairs:
        return ""
    ranked = sorted(pairs, key=lambda p: -abs(p[1].reached - p[0].reached))
    items = [
        say("odds_item", lang, name=a.target.title[lang], year=a.year, n=a.futures, before=b.reached, after=a.reached)
        for b, a in ranked
    ]
    text = say("list_comma", lang).join(items[:WORST])
    if len(items) > WORST:
        text = say("and_more", lang, list=text, n=len(items))
    return text + ("。" if lang == "zh" else ".")


def targets(brief: Brief, lang: str) -> list[Block]:
    """A row a target that can be judged; for each year the figure, what is found and the odds."""
    years = brief.target_years
    by_row: dict[str, dict[int, tuple]] = {}
    for b, a in brief.targets:
        by_row.setdefault(a.target.key, {})[a.year] = (b, a)
    rows = []
    for found in by_row.values():
        _, one = next(iter(found.values()))
        row = [labelled(one.entry, lang, one.target.title[lang])]
        for year in years:
            row += _judged(*found[year], lang) if year in found else ["-", "-", "-"]
        rows.append(row)
    head = [say("head_indicator", lang)]
    for year in years:
        head += [say("head_target", lang, year=year), say("head_found", lang, year=year), say("head_odds", lang)]
    table = Table(head, rows, [3.2, *[0.9, 2.0, 1.3] * len(years)])
    return [Block("table", table=table), Block("note", say("targets_note", lang))]


def _judged(b: v.Verdict, a: v.Verdict, lang: str) -> list[str]:
    return [
        figure_text(a.figure, a.entry.unit, lang),
        spread(a.mean, a.least, a.most, a.entry.unit, lang),
        say("odds", lang, n=a.futures, k=a.reached, before=b.reached),
    ]


def places(brief: Brief, lang: str) -> list[Block]:
    """Regions and counties, then groups of people."""
    result = brief.scenario
    known = [p for p in (*result.pack.regions, *result.pack.counties) if p in result.places]
    blocks = []
    by_residents = {p: c for p in known if p in result.pack.counties and (c := brief.effect("residents", p))}
    if by_residents and not all(c.same for c in by_residents.values()):
        ranked = sorted(by_residents, key=lambda p: by_residents[p].difference)
        told = {"year": result.end, "n": brief.futures}
        for key, place in (("most", ranked[-1]), ("least", ranked[0])):
            c = by_residents[place]
            told |= {key: result.pack.place_name(place, lang), f"{key}_k": c.agreeing}
            told |= {f"{key}_gap": difference(c.difference, "persons", lang)}
        blocks.append(Block("paragraph", say("places_line", lang, **told)))
    shown = [name for name in PLACES if name in result.indicators]
    rows = [
        [result.pack.place_name(p, lang), *(_cell(brief.effect(n, p), indicators()[n].unit, lang) for n in shown)]
        for p in known
    ]
    head = [say("head_place", lang), *(labelled(indicators()[n], lang) for n in shown)]
    blocks.append(Block("table", table=Table(head, rows, [1.2, *[1.4] * len(shown)])))
    blocks.append(Block("note", say("places_note", lang, year=result.end)))
    return blocks + _groups(brief, lang)


def _groups(brief: Brief, lang: str) -> list[Block]:
    what = [f"income_{GROUPS[0]}", f"services_{GROUPS[0]}"]
    units = [shown_unit(indicators()[w].unit, lang)[2] for w in what]
    rows = []
    for group in GROUPS:
        entries = [indicators()[f"{kind}_{group}"] for kind in ("income", "services")]
        cells = [_cell(brief.effect(e.key), e.unit, lang) for e in entries]
        rows.append([titled(entries[0], lang), cells[0], titled(entries[1], lang), cells[1]])
    head = [say("head_group", lang), units[0], "", units[1]]
    note = Block("note", say("groups_note", lang, year=brief.scenario.end))
    return [Block("table", table=Table(head, rows, [2.6, 1.6, 2.6, 1.4])), note]


def _cell(c: Effect | None, unit: str, lang: str) -> str:
    if c is None:
        return "-"
    value = number(c.after, unit, lang)
    if c.same:
        return value
    gap = number(c.difference, unit, lang, signed=True)
    mark = "" if c.sure else "~"
    return f"{value}\n（{mark}{gap}）" if lang == "zh" else f"{value}\n({mark}{gap})"


def risks(brief: Brief, lang: str) -> list[Block]:
    """What is worse than in the baseline, what stays missed, what has no sure direction; all of it computed."""
    lines = []
    fallen = [(b, a) for b, a in brief.targets if a.reached < b.reached]
    if fallen:
        lines.append(say("risk_odds", lang, list=_odds_list(fallen, lang).rstrip("。.")))
    lines += _missed(brief, lang)
    for kind, key in (("income", "risk_group"), ("services", "risk_services")):
        lines += _listed(brief, key, [(f"{kind}_{g}", "") for g in GROUPS], lang)
    counties = [("residents", c) for c in brief.scenario.pack.counties]
    lines += _listed(brief, "risk_place", counties, lang)
    for name in RISING:
        c = brief.effect(name)
        if c and c.sure and c.difference > 0:
            entry = indicators()[name]
            gap = difference(c.difference, entry.unit, lang).lstrip("+")
            told = {"name": titled(entry, lang), "gap": gap, "k": c.agreeing, "n": c.futures}
            lines.append(say("risk_rises", lang, **told))
    unsure = [n for n in (*HEADLINE, *RISING) if (c := brief.effect(n)) and not (c.sure or c.same)]
    if not lines:
        lines.append(say("risk_none", lang))
    if unsure:
        names = say("list_comma", lang).join(titled(indicators()[n], lang) for n in unsure)
        lines.append(say("risk_unsure", lang, list=names))
    return [Block("item", line) for line in lines]


def _missed(brief: Brief, lang: str) -> list[str]:
    """The last year's targets that no future reaches, the furthest off by name."""
    year = max((a.year for _, a in brief.targets), default=None)
    missed = [a for _, a in brief.targets if a.year == year and a.kind == v.MISSED]
    if not missed:
        return []
    ranked = sorted(missed, key=lambda x: -abs(x.gap) / max(abs(x.figure.value), 1e-9))[:WORST]
    items = [
        f"{x.target.title[lang]} {amount(x.mean, x.entry.unit, lang)} / "
        + with_unit(figure_text(x.figure, x.entry.unit, lang), x.entry.unit, lang)
        for x in ranked
    ]
    return [say("risk_missed", lang, year=year, missed=len(missed), list=say("list_comma", lang).join(items))]


def _listed(brief: Brief, key: str, what: list[tuple[str, str]], lang: str) -> list[str]:
    """One sentence on those of (indicator, place) that are surely below the baseline; none where there are none."""
    items = []
    for name, place in what:
        c = brief.effect(name, place)
        if c and c.sure and c.difference < 0:
            entry = indicators()[name]
            title = brief.scenario.pack.place_name(place, lang) if place else titled(entry, lang)
            gap = difference(c.difference, entry.unit, lang)
            items.append(say("risk_item", lang, name=title, gap=gap, n=c.futures, k=c.agreeing))
    return [say(key, lang, list=say("list_comma", lang).join(items))] if items else []
