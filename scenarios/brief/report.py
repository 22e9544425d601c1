"""The briefing as a list of blocks, in one language: situation, scenario, findings, places, risks, limits, appendix."""

from scenarios.address import END, START, Address, write_address
from scenarios.audit import verdicts as v
from scenarios.audit.charts import targets as plan_marks
from scenarios.brief import Brief, findings, parameter_kinds
from scenarios.brief.findings import HEADLINE
from scenarios.brief.settings import scenario_blocks
from scenarios.brief.texts import say
from scenarios.outputs import code_hash, model_version
from scenarios.reports.blocks import Block, Report, Table
from scenarios.reports.pictures import DARK, Fan, Picture, fan_chart
from scenarios.reports.wording import amount, figure_text, labelled, spread, titled
from scenarios.tables import number, shown_unit
from sim.catalogue import indicators

SITUATION = (
    "residents", "urban_residents", "urbanisation_rate", "hukou_urbanisation_rate", "income_urban", "income_rural",
    "income_ratio", "east_west_income_ratio", "age_60_plus_share",
)  # fmt: skip
CHARTS = ("urbanisation_rate", "hukou_urbanisation_rate", "residents", "income_ratio")
GREY = "#c9c9c9"


def build(brief: Brief, lang: str, date: str) -> Report:
    """The whole briefing; `date` is the day on which it is made."""
    result = brief.scenario
    version = model_version(result.pack.hash)
    names = {"city": result.pack.place_name(brief.city, lang), "scenario": result.scenario.title(lang)}
    about = {"start": result.start, "end": result.end, "n": brief.futures, "date": date}
    report = Report(say("title", lang, **names), lang, [])
    report.footer = say("footer", lang, seed=result.seed, version=version, date=date)
    report.blocks = [Block("paragraph", say("subtitle", lang, **about)), Block("note", say("made", lang))]
    parts = {
        "situation": situation(brief, lang),
        "settings": scenario_blocks(brief, lang),
        "findings": [*findings.findings(brief, lang), pictures(brief, lang)],
        "targets": findings.targets(brief, lang),
        "places": findings.places(brief, lang),
        "risks": findings.risks(brief, lang),
        "limits": limits(brief, lang),
        "appendix": appendix(brief, lang, version, date),
    }
    for key, blocks in parts.items():
        report.blocks += [Block("heading", say(key, lang), level=1), *blocks]
    return report


def situation(brief: Brief, lang: str) -> list[Block]:
    """The census year, the baseline's path and what the plan aims at."""
    result, base = brief.scenario, brief.baseline
    years = brief.target_years
    at_start = {
        name: float(base.series(name, brief.city)[:, 0].mean()) for name in SITUATION if name in base.indicators
    }
    facts = {key: amount(at_start[key], "persons", lang) for key in ("residents", "urban_residents")}
    blocks = [
        Block(
            "paragraph",
            say(
                "start_line", lang, year=result.start, city=result.pack.place_name(brief.city, lang),
                residents=facts["residents"], urban=facts["urban_residents"],
            ),
        )
    ]  # fmt: skip
    judged = [before for before, _ in brief.targets if years and before.year == years[-1]]
    if judged:
        counts = {kind: sum(x.kind == kind for x in judged) for kind in v.JUDGED}
        line = say("baseline_line", lang, year=years[-1], judged=len(judged), n=brief.futures, **counts)
        blocks.append(Block("paragraph", line))
    head = [say("head_indicator", lang), say("head_year", lang, year=result.start)]
    for year in years:
        head += [say("head_baseline_year", lang, year=year), say("head_target_year", lang, year=year)]
    rows = []
    for name, value in at_start.items():
        entry = indicators()[name]
        row = [labelled(entry, lang), number(value, entry.unit, lang)]
        for year in years:
            found = base.series(name, brief.city)[:, base.years.index(year)]
            row += [spread(found.mean(), found.min(), found.max(), entry.unit, lang), _target(brief, name, year, lang)]
        rows.append(row)
    widths = [3.0, 1.1, *[1.9, 1.0] * len(years)]
    return [*blocks, Block("table", table=Table(head, rows, widths))]


def _target(brief: Brief, name: str, year: int, lang: str) -> str:
    entry = indicators()[name]
    target = brief.scenario.pack.targets.get(entry.extra.get("target", ""))
    stated = target.stated.get(year) if target else None
    if stated is None or isinstance(stated, str):
        return "-"
    return figure_text(v.in_catalogue_unit(stated, target.unit), entry.unit, lang)


def pictures(brief: Brief, lang: str) -> Block:
    """Both scenarios by year, four charts."""
    shown = [picture(brief, name, lang) for name in CHARTS if name in brief.scenario.indicators]
    return Block("pictures", say("chart_caption", lang, n=brief.futures), pictures=shown)


def picture(brief: Brief, name: str, lang: str) -> Picture:
    entry = indicators()[name]
    divisor, _, unit = shown_unit(entry.unit, lang)
    before, after = (r.series(name, brief.city) / divisor for r in (brief.baseline, brief.scenario))
    fans = [Fan("baseline", before, DARK, GREY, (6, 4)), Fan("scenario", after)]
    # residents have no target of their own: those that two other targets imply belong to the audit
    marks = {} if name == "residents" else {y: x / divisor for y, x in plan_marks(brief.scenario, name).items()}
    return fan_chart(titled(entry, lang), (entry.unit, unit), brief.scenario.years, fans, marks)


def limits(brief: Brief, lang: str) -> list[Block]:
    """What the figures do not say; counts are of this run and of the catalogue."""
    result, n = brief.scenario, brief.futures
    sets, kinds = len(result.parameter_sets), parameter_kinds()
    guessed = sum(mark not in ("official", "secondary") for mark in result.pack.town_quality(result.start))
    lines = [
        say("limit_sets", lang, n=n, sets=sets) if sets > 1 else say("limit_chance", lang, n=n),
        say("limit_scale", lang, percent=f"{100 * result.scale:g}", weight=f"{1 / result.scale:.0f}"),
        say("limit_parameters", lang, all=sum(kinds.values()), **kinds),
        say("quality_note", lang, all=len(result.pack.towns), guessed=guessed),
        say("limit_tracked", lang),
        say("limit_model", lang),
    ]
    return [Block("item", line) for line in lines]


def appendix(brief: Brief, lang: str, version: str, date: str) -> list[Block]:
    """Everything that is needed to make the figures again."""
    result = brief.scenario
    facts = {
        "fact_scenario": f"{result.scenario.title(lang)} ({result.scenario.id})",
        "fact_hash": result.scenario.hash,
        "fact_baseline": brief.baseline.scenario.hash,
        "fact_seed": str(result.seed),
        "fact_futures": str(brief.futures),
        "fact_scale": f"{result.scale:g}",
        "fact_years": f"{result.start}-{result.end}",
        "fact_version": version,
        "fact_code": code_hash(),
        "fact_data": f"{result.pack.name} {result.pack.hash}",
        "fact_date": date,
    }
    rows = [[say(key, lang), value] for key, value in facts.items()]
    blocks = [Block("table", table=Table([say("head_fact", lang), say("head_said", lang)], rows, [1.0, 4.0]))]
    plain = all(values is None for values in result.parameter_sets)
    if plain and (result.start, result.end) == (START, END):  # an address speaks of these only
        blocks += [Block("paragraph", say("command_line", lang)), Block("code", command(brief, version))]
    else:
        options = f"--start {result.start} --end {result.end} --scale {result.scale:g} --seed {result.seed}"
        line = f"jiangmen run scenario.yaml {options} --replicates {len(result.seeds)}"
        line += "" if plain else " --parameters FILE"
        blocks += [Block("paragraph", say("file_line", lang, file="scenario.yaml")), Block("code", line)]
        blocks.append(Block("code", result.scenario.to_yaml(named=False).rstrip()))
    return [*blocks, *definitions(lang)]


def command(brief: Brief, version: str) -> str:
    """A line for a terminal; its address also opens in the app."""
    r = brief.scenario
    s = r.scenario
    address = Address(
        s.settings, s.assumptions, s.shocks, seed=r.seed, futures=len(r.seeds), scale=r.scale, version=version
    )
    return f'jiangmen run --from-url "?{write_address(address, r.pack)}"'


def definitions(lang: str) -> list[Block]:
    """What the headline indicators count."""
    rows = []
    for name in dict.fromkeys((*HEADLINE, *SITUATION)):
        entry = indicators()[name]
        said = entry.definition
        rows.append([titled(entry, lang), said[lang] if isinstance(said, dict) else said])
    head = [say("head_indicator", lang), say("definitions", lang)]
    return [Block("table", table=Table(head, rows, [1.5, 4.0]))]
