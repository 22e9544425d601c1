"""Reference pages made from the catalogue and the rules, one set a language: levers, assumptions, indicators and so on.

Every entry has a label `<role>-<language>-<key>` (a rule: `rule-<language>-<file>-<function>`), by which other pages
point at it and by which `making.checks` finds that it is there.
"""

from collections.abc import Callable

from making.rule_files import rule_files, rules_of
from making.tables import bounds, number
from sim import catalogue
from sim.catalogue import Entry
from sim.catalogue.lever_fields import LEVELS, lines_of, moves_of, rule_names
from ui.texts import basis, text, unit

LANGUAGES = ("zh", "en")
STAR = "\\*"
WORDS = {
    "levers": ("政策杠杆", "Levers"),
    "levers_about": (
        "杠杆是政策可以设定的量；按地区、按年份的写法见[情景文件](#scenarios-zh)。“按规划”标星号。",
        "A lever is what policy can set; how to set it by place and year: [scenario files](#scenarios-en). "
        "A star marks the plan's own quantity.",
    ),
    "assumptions": ("外部假设", "Assumptions"),
    "assumptions_about": (
        "政策不能设定的外部条件。界面、文件与报告中都与杠杆分开。",
        "What policy cannot set: the world outside. Kept apart from levers everywhere.",
    ),
    "shocks": ("事件", "Events"),
    "shocks_about": (
        "情景文件 `shocks:` 下可写的事件：种类、年份、大小、地点与恢复年数。",
        "What a scenario file may name under `shocks:`: a kind, a year, a size, a place and years of recovery.",
    ),
    "parameters": ("行为参数", "Parameters"),
    "parameters_about": (
        "规则中的每个数。来源类型：文献（出处可查）、数据（由数据包算出）、拟合、先验（判断）。来源一栏保留原文。",
        "Every number of the rules. Kinds: published (the source was seen), data (from the data pack), fitted, prior "
        "(a judgement).",
    ),
    "indicators": ("指标", "Indicators"),
    "indicators_about": (
        "每年记录的结果。模拟：由个体行为得出；核算：政策给出的能力除以模拟人口；跟踪：规划自身路径，模型不改变它。",
        "What is recorded each year. Simulated: comes out of agents; accounted: capacity from policy over simulated "
        "people; tracked: an input path that no rule changes.",
    ),
    "rules": ("规则", "Rules"),
    "rules_about": (
        "每条规则是 `sim/rules` 中的一个小函数。下面的方程、单位与出处即程序中的说明（英文原文），`p` 为参数记录。",
        "A rule is a small function in `sim/rules`. Equation, units and source are its docstring as it stands; `p` is "
        "the record of its parameters.",
    ),
    "unit": ("单位", "unit"),
    "default": ("默认值", "default"),
    "bounds": ("范围", "bounds"),
    "to": ("至", "to"),
    "spread": ("地区取值", "over places"),
    "same": ("各镇街相同", "the same value in every town"),
    "total": ("地区总量，按镇街分摊", "the total of a place, shared among its towns"),
    "levels": ("档位", "levels"),
    "measures": ("规划措施", "measures of the plan"),
    "rule": ("规则", "rule"),
    "moves": ("由低到高的作用", "moves, from low to high"),
    "nothing": ("目前不起作用：", "nothing today: "),
    "up": ("上升", "up"),
    "down": ("下降", "down"),
    "cost": ("单价参数", "price"),
    "lines": ("财政科目", "lines of the budget"),
    "source": ("来源", "source"),
    "basis": ("口径", "basis"),
    "target": ("规划表 1 行号", "row of the plan's Table 1"),
    "kind": ("来源类型", "kind"),
    "published": ("文献", "published"),
    "fitted": ("拟合", "fitted"),
    "prior": ("先验", "prior"),
    "data": ("数据", "data"),
    "uses": ("参数", "parameters"),
    "acts": ("经此起作用的杠杆与事件", "levers and events that act by it"),
    "arguments": ("参数表", "arguments"),
    "colon": ("：", ": "),
    "comma": ("、", ", "),
    "stop": ("。", "."),
    "capacity": ("上限", "most"),
}

GROUPS = {  # of indicators and of parameters
    "people": ("人口", "People"),
    "income": ("收入", "Income"),
    "homes": ("住房", "Homes"),
    "work": ("就业", "Work"),
    "services": ("公共服务", "Services"),
    "tracked": ("跟踪", "Tracked"),
    "budgets": ("财政", "Budgets"),
    "demography": ("出生、死亡与上学", "Births, deaths, school"),
    "families": ("家庭", "Families"),
    "housing": ("住房", "Housing"),
    "hukou": ("户籍", "Hukou"),
    "incomes": ("收入", "Incomes"),
    "labour": ("就业与工资", "Labour"),
    "land": ("土地", "Land"),
    "moving": ("迁移", "Moving"),
    "permits": ("居住证", "Permits"),
    "synthesis": ("基准年人口合成", "The start population"),
}


def word(lang: str, key: str) -> str:
    """A word of this page in the language."""
    return WORDS[key][lang == "en"]


def label(role: str, lang: str, key: str) -> str:
    """Label of an entry: what `[text](#label)` on any page leads to."""
    return f"{role}-{lang}-{key.replace('.', '-')}"


def link(role: str, lang: str, key: str, shown: str | None = None) -> str:
    """A link to an entry, by its key or the words given."""
    return f"[{shown or f'`{key}`'}](#{label(role, lang, key)})"


def title(lang: str, words: dict[str, str]) -> str:
    """The title in the language, with a capital in English."""
    return words[lang][:1].upper() + words[lang][1:]


def page(role: str, lang: str) -> str:
    """One reference page as Markdown."""
    head = f"(reference-{role}-{lang})=\n# {word(lang, role)}\n\n{word(lang, f'{role}_about')}\n"
    return head + "\n" + PAGES[role](lang)


def _heading(role: str, lang: str, key: str, words: dict[str, str], level: int) -> str:
    return f"({label(role, lang, key)})=\n{'#' * level} {title(lang, words)} `{key}`\n"


def _facts(lang: str, facts: list[tuple[str, str]]) -> str:
    """A list of what is known of an entry; facts without a value are left out."""
    return "".join(f"- {word(lang, name)}{word(lang, 'colon')}{value}\n" for name, value in facts if value) + "\n"


def _measured(lang: str, entry: Entry) -> list[tuple[str, str]]:
    return [
        ("unit", unit(lang, entry.unit)),
        ("default", number(entry.default)),
        ("bounds", bounds(entry, word(lang, "to"))),
    ]


def _levers(lang: str) -> str:
    parts, family = [], None
    for e in catalogue.levers().values():
        if e.family != family:
            family = e.family
            parts.append(f"## {text(lang, f'family_{family}')}\n")
        parts.append(_heading("lever", lang, e.key, e.title, 3) + f"\n{e.note[lang]}\n")
        parts.append(_facts(lang, [*_measured(lang, e), *_acting(lang, e)]))
    return "\n".join(parts)


def _acting(lang: str, e: Entry) -> list[tuple[str, str]]:
    comma = word(lang, "comma")
    planned = e.extra.get("as_plan")
    moved = [
        f"{link('indicator', lang, key, title(lang, catalogue.indicators()[key].title))} "
        f"{word(lang, 'up' if sign > 0 else 'down')}" + (f" ({text(lang, place)})" if place else "")
        for key, sign, place in moves_of(e)
    ]
    return [
        ("spread", word(lang, e.spread)),
        ("levels", comma.join(f"{LEVELS[n][lang]}{STAR * (n == planned)} {v:g}" for n, v in e.levels.items())),
        ("measures", comma.join(e.measures)),
        ("rule", link("rule", lang, e.rule)),
        ("moves", comma.join(moved) or word(lang, "nothing") + e.extra.get("spent", {}).get(lang, "")),
        ("cost", comma.join(link("parameter", lang, p) for p in e.extra.get("cost", []))),
        ("lines", comma.join(f"`{line}`" for line in lines_of(e))),
    ]


def _assumptions(lang: str) -> str:
    return "\n".join(
        _heading("assumption", lang, e.key, e.title, 2)
        + "\n"
        + _facts(lang, [*_measured(lang, e), ("source", e.source)])
        for e in catalogue.assumptions().values()
    )


def _shocks(lang: str) -> str:
    return "\n".join(
        _heading("shock", lang, e.key, e.title, 2)
        + f"\n{e.note[lang]}\n\n"
        + _facts(lang, [*_measured(lang, e), ("rule", link("rule", lang, e.rule))])
        for e in catalogue.shock_kinds().values()
    )


def _indicators(lang: str) -> str:
    parts, group = [], None
    for e in catalogue.indicators().values():
        if e.group != group:
            group = e.group
            parts.append(f"## {GROUPS[group][lang == 'en']}\n")
        facts = [
            ("unit", unit(lang, e.unit)),
            ("basis", basis(lang, e.basis)),
            ("target", str(e.extra.get("target", ""))),
            ("source", str(e.extra.get("source", ""))),
        ]
        parts.append(
            _heading("indicator", lang, e.key, e.title, 3) + f"\n{e.definition[lang]}\n\n" + _facts(lang, facts)
        )
    return "\n".join(parts)


def _parameters(lang: str) -> str:
    parts = []
    for group, entries in catalogue.parameter_groups().items():
        parts.append(f"## {GROUPS[group][lang == 'en']} `{group}`\n")
        for e in entries.values():
            facts = [number(e.default), unit(lang, e.unit), word(lang, e.kind)]
            told = f"{word(lang, 'comma').join(facts)}{word(lang, 'stop')} "
            told += f"{word(lang, 'bounds')} {bounds(e, word(lang, 'to'))}{word(lang, 'stop')} " if e.bounds else ""
            parts.append(
                f"({label('parameter', lang, e.key)})=\n{title(lang, e.title)} `{e.key}`\n: {told}{e.source}\n"
            )
    return "\n".join(parts)


def _rules(lang: str) -> str:
    """One heading a file of sim/rules, one entry a rule."""
    titles, known, parts = catalogue.rule_titles(), catalogue.parameters(), []
    if untitled := sorted(rule_names() - set(titles)):
        raise catalogue.CatalogueError(f"rules.yaml: no title of {', '.join(untitled)}")
    acting = [("lever", e) for e in catalogue.levers().values()]
    acting += [("shock", e) for e in catalogue.shock_kinds().values()]
    for path in rule_files():
        docstring, found = rules_of(path)
        parts.append(f"## {title(lang, titles[path.stem])} `{path.stem}`\n\n{_literal(docstring)}")
        for rule in found:
            key = f"{path.stem}.{rule.name}"
            facts = [
                ("uses", word(lang, "comma").join(link("parameter", lang, u) for u in rule.uses if u in known)),
                ("acts", word(lang, "comma").join(link(role, lang, e.key) for role, e in acting if e.rule == key)),
            ]
            parts.append(
                _heading("rule", lang, key, titles[key], 3)
                + _literal(f"{rule.name}({rule.arguments})\n\n{rule.docstring}")
                + _facts(lang, facts)
            )
    return "\n".join(parts)


def _literal(words: str) -> str:
    return f"\n```text\n{words}\n```\n\n"


PAGES: dict[str, Callable[[str], str]] = {
    "levers": _levers,
    "assumptions": _assumptions,
    "shocks": _shocks,
    "indicators": _indicators,
    "parameters": _parameters,
    "rules": _rules,
}
