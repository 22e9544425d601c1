"""What a scenario sets, as a table that a planner reads: levers, assumptions apart from them, events."""

from scenarios.brief import Brief
from scenarios.brief.texts import say
from scenarios.reports.blocks import Block, Table
from scenarios.reports.wording import labelled
from scenarios.scenario import Scenario
from scenarios.tables import shown_unit
from sim.catalogue import Entry, assumptions, levers, shock_kinds
from sim.paths import Path


def scenario_blocks(brief: Brief, lang: str) -> list[Block]:
    """Rationale, levers, assumptions, events, and what the scenario is held against."""
    result, scenario = brief.scenario, brief.scenario.scenario
    blocks = []
    if scenario.rationale.get(lang):
        blocks.append(Block("paragraph", scenario.rationale[lang]))
    from_year = result.start + 1
    rows = []
    for s in scenario.settings:
        entry, place = levers()[s.lever], result.pack.place_name(s.place, lang)
        now = plain(entry.in_force(from_year), entry, lang)
        rows.append([labelled(entry, lang), place, path_text(s.path, entry, lang), now])
    heads = [say(key, lang) for key in ("head_lever", "head_place", "head_value")]
    in_force = say("head_now", lang, year=from_year)
    if rows:
        blocks.append(Block("table", table=Table([*heads, in_force], rows, [3.2, 1.3, 2.6, 1.0])))
    else:
        blocks.append(Block("paragraph", say("no_levers", lang)))
    if scenario.assumptions:
        blocks.append(Block("heading", say("assumptions", lang), level=2))
        assumed = [
            [
                labelled(assumptions()[key], lang),
                path_text(path, assumptions()[key], lang),
                plain(assumptions()[key].in_force(from_year), assumptions()[key], lang),
            ]
            for key, path in scenario.assumptions.items()
        ]
        blocks.append(
            Block("table", table=Table([say("assumptions", lang), heads[2], in_force], assumed, [3.2, 2.6, 1.0]))
        )
    else:
        blocks.append(Block("paragraph", say("no_assumptions", lang)))
    if scenario.shocks:
        told = say("list_comma", lang).join(events(scenario, result.pack, lang))
        blocks.append(Block("paragraph", say("events", lang, list=told)))
    return [*blocks, Block("note", say("baseline_is", lang))]


def plain(value: float, entry: Entry, lang: str) -> str:
    """A setting in the unit that is shown, every digit of it."""
    return f"{value / shown_unit(entry.unit, lang)[0]:,.10g}"


def path_text(path: Path, entry: Entry, lang: str) -> str:
    """A path in words: 0.9 from 2025; or value by value."""
    if not path.years:
        return say("path_all", lang, value=plain(path.values[0], entry, lang))
    if path.single:
        return say("path_only", lang, year=path.years[0], value=plain(path.values[0], entry, lang))
    if len(path.years) == 1:
        return say("path_from", lang, year=path.years[0], value=plain(path.values[0], entry, lang))
    points = zip(path.years, path.values, strict=True)
    comma = "，" if lang == "zh" else ", "
    return comma.join(say("path_point", lang, year=year, value=plain(value, entry, lang)) for year, value in points)


def events(scenario: Scenario, pack, lang: str) -> list[str]:
    """A sentence an event."""
    comma = "、" if lang == "zh" else ", "
    return [
        say(
            "event", lang, kind=shock_kinds()[e.kind].title[lang], year=e.year, size=f"{e.size:g}",
            place=comma.join(pack.place_name(p, lang) for p in e.places), recovery=e.recovery,
        )
        for e in scenario.shocks
    ]  # fmt: skip
