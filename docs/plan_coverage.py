"""docs/coverage.md: every row of the plan's three files, and what carries it out in the sandbox. Run by `make docs`.

Made from plan_measures.csv, plan_targets.csv and plan_space.csv, the catalogue (levers name their measures and rules,
indicators their row of the plan), the scenario library, and docs/coverage.yaml for what those do not say. A row for
which something is missing, and a name that leads to nothing, is an error.
"""

import ast
import importlib
import sys
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scenarios.scenario import library, load  # noqa: E402
from sim.catalogue import indicators, levers  # noqa: E402
from sim.catalogue.lever_fields import rule_names  # noqa: E402
from sim.data import load_pack  # noqa: E402

PAGE, DATA = ROOT / "docs" / "coverage.md", ROOT / "docs" / "coverage.yaml"
WORDS = {
    "title": ("规划覆盖情况", "What of the plan is in the sandbox"),
    "about": (
        "由 `make docs` 根据规划三张表、目录与情景库生成。测试：名称不存在或有空格即失败。",
        "Made by `make docs` from the plan's three tables, the catalogue and the library. A name that leads to nothing "
        "or an empty cell fails the tests.",
    ),
    "measures": ("措施", "Measures"),
    "targets": ("指标与目标", "Indicators and targets"),
    "space": ("空间结构", "Spatial structure"),
    "row": ("编号", "Row"),
    "chapter": ("章节", "Chapter"),
    "measure": ("措施", "Measure"),
    "how": ("杠杆或机制", "Lever or mechanism"),
    "rule": ("规则", "Rule"),
    "scenario": ("情景", "Scenario"),
    "test": ("测试", "Test"),
    "indicator": ("指标", "Indicator"),
    "basis": ("口径", "Basis"),
    "place": ("地点", "Place"),
    "levers": ("可用杠杆", "Levers"),
    "all_levers": ("全部 {n} 个杠杆", "all {n} levers"),
    "simulated": ("模拟", "simulated"),
    "accounted": ("核算", "accounted"),
    "tracked": ("输入，不模拟：{reason}", "an input, not simulated: {reason}"),
    "spent": ("已用尽：{reason}", "spent: {reason}"),
}  # fmt: skip


class CoverageError(ValueError):
    """A row of the plan without a lever, rule, scenario or test, or a name that leads to nothing."""


@dataclass(frozen=True)
class Row:
    """One line of a table; `texts` by language, then names that must exist."""

    table: str
    key: str
    texts: dict[str, tuple[str, ...]]  # cells before the names
    rules: tuple[str, ...]
    scenarios: tuple[str, ...]
    tests: tuple[str, ...]


def said() -> dict:
    """docs/coverage.yaml."""
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def word(key: str, lang: str, **values) -> str:
    return WORDS[key][lang == "en"].format(**values)


@cache
def users() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Scenarios of the library by the lever they set and by the place they name; those that inherit it left out."""
    by_lever: dict[str, list[str]] = {}
    by_place: dict[str, list[str]] = {}
    scenarios = {name: load(name) for name in library()}
    for name, scenario in scenarios.items():
        inherited = {s for parent in scenario.extends for s in scenarios[parent].settings}
        for setting in scenario.settings:
            for table, key in ((by_lever, setting.lever), (by_place, setting.place)):
                if setting not in inherited and name not in table.setdefault(key, []):
                    table[key].append(name)
    return by_lever, by_place


@cache
def hand_tests() -> dict[str, str]:
    """Rule as module.function -> the first test that uses it, itself or by a helper of its file, as file::function.

    Only tests of a file that imports the rule's module count: other things have the names of rules too.
    """
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = _rule_modules(tree)
        parts = [part for part in tree.body if isinstance(part, ast.FunctionDef)]
        used = {part.name: _names(part) for part in parts}
        for test in (name for name in used if name.startswith("test_")):
            helped = set().union(*(used[name] for name in used[test] & used.keys()))
            for module, name in product(modules, sorted(used[test] | helped)):
                found.setdefault(f"{module}.{name}", f"{path.name}::{test}")
    return found


def _rule_modules(tree: ast.Module) -> list[str]:
    """Modules of sim.rules that a file imports, or from which it imports."""
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    whole = {alias.name for n in imports if n.module == "sim.rules" for alias in n.names}
    return sorted(whole | {n.module.rpartition(".")[2] for n in imports if n.module.startswith("sim.rules.")})


def _names(part: ast.AST) -> set[str]:
    """Names and attributes that stand in a piece of code."""
    nodes = list(ast.walk(part))
    return {n.id for n in nodes if isinstance(n, ast.Name)} | {n.attr for n in nodes if isinstance(n, ast.Attribute)}


def _worked(rule: str) -> str:
    """The test that works a rule by hand; CoverageError where there is none."""
    if rule not in hand_tests():
        raise CoverageError(f"no test works rule {rule!r} by hand")
    return hand_tests()[rule]


def measures() -> list[Row]:
    """Rows of plan_measures.csv: by the levers that name them, else by coverage.yaml."""
    data, found = said(), []
    for row in load_pack().files.tables["plan_measures"].records():
        own = [entry for entry in levers().values() if row["id"] in entry.measures]
        extra = data["measures"].get(row["id"])
        if bool(own) == bool(extra):
            where = "both a lever and coverage.yaml" if own else "neither a lever nor coverage.yaml"
            raise CoverageError(f"{row['id']} {row['measure_en']}: {where}")
        found.append(_by_levers(row, own, data) if own else _by_data(row, extra))
    return found


def _by_levers(row: dict, own: list, data: dict) -> Row:
    by_lever, _ = users()
    texts = {}
    for lang in ("zh", "en"):
        names = [f"`{e.key}` {e.title[lang]}" + _spent(e, lang) for e in own]
        texts[lang] = (row["chapter"], row[f"measure_{lang}"], "; ".join(names))
    kinds = dict.fromkeys("spent" if "spent" in e.extra else "moves" for e in own)
    shown = [data["levers"][kind] for kind in kinds] + [_worked(e.rule) for e in own]
    return Row(
        "measures",
        row["id"],
        texts,
        tuple(dict.fromkeys(e.rule for e in own)),
        tuple(dict.fromkeys(name for e in own for name in by_lever.get(e.key, []))),
        tuple(dict.fromkeys(shown)),
    )


def _spent(entry, lang: str) -> str:
    return f" ({word('spent', lang, reason=entry.spent[lang])})" if "spent" in entry.extra else ""


def _by_data(row: dict, extra: dict) -> Row:
    texts = {lang: (row["chapter"], row[f"measure_{lang}"], extra["how"][lang]) for lang in ("zh", "en")}
    return Row("measures", row["id"], texts, *(tuple(extra[k]) for k in ("rules", "scenarios", "tests")))


def targets() -> list[Row]:
    """Rows of plan_targets.csv, by the indicator that names each; scenarios that set the lever of a capacity."""
    data, by_lever = said()["targets"], users()[0]
    linked = {e.extra["target"]: e for e in indicators().values() if "target" in e.extra}
    found = []
    for key, target in load_pack().targets.items():
        if key not in linked:
            raise CoverageError(f"row {key} of the plan's table: no indicator names it")
        entry = linked[key]
        names = {**data[entry.basis], **data["rows"].get(key, {})}
        reason = {lang: entry.extra.get("reason", {}).get(lang, "") for lang in ("zh", "en")}
        texts = {
            lang: (
                target.title[lang],
                f"`{entry.key}`",
                word(entry.basis, lang, reason=reason[lang]),
            )
            for lang in ("zh", "en")
        }
        uses = by_lever.get(entry.extra.get("lever", ""), []) or ["as_planned"]
        found.append(Row("targets", key, texts, tuple(names["rules"]), tuple(uses), tuple(names["tests"])))
    return found


def space() -> list[Row]:
    """Rows of plan_space.csv: the place that a scenario may name, and the scenarios that do."""
    data, by_place, pack = said()["space"], users()[1], load_pack()
    found = []
    for row in pack.files.tables["plan_space"].records():
        place = row["place"]
        texts = {
            lang: (
                row[f"role_{lang}"],
                f"`{place}` {pack.place_name(place, lang)}",
                word("all_levers", lang, n=len(levers())),
            )
            for lang in ("zh", "en")
        }
        found.append(
            Row("space", place, texts, tuple(data["rules"]), tuple(by_place.get(place, [])), tuple(data["tests"]))
        )
    return found


def rows() -> list[Row]:
    """All rows, each of them checked."""
    found = [*measures(), *targets(), *space()]
    for row in found:
        check(row)
    return found


def check(row: Row) -> None:
    """CoverageError unless every cell is filled and every name leads to something."""
    cells = [*(cell for texts in row.texts.values() for cell in texts)]
    for what, names in (("rule", row.rules), ("scenario", row.scenarios), ("test", row.tests)):
        if not names:
            raise CoverageError(f"{row.table} {row.key}: no {what}")
    if not all(str(cell).strip() for cell in cells):
        raise CoverageError(f"{row.table} {row.key}: an empty cell")
    for name in row.rules:
        if not rule_exists(name):
            raise CoverageError(f"{row.table} {row.key}: no rule {name!r}")
    for name in row.scenarios:
        if name not in library():
            raise CoverageError(f"{row.table} {row.key}: no scenario {name!r}")
    for name in row.tests:
        if not test_exists(name):
            raise CoverageError(f"{row.table} {row.key}: no test {name!r}")


def rule_exists(name: str) -> bool:
    """module.function of sim/rules, or package.module:attribute of the program."""
    if ":" not in name:
        return name in rule_names()
    module, _, attribute = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return callable(found)


@cache
def tests_in(file: str) -> frozenset[str]:
    """Names of the test functions of a file in tests/; empty where there is no such file."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


def test_exists(name: str) -> bool:
    """file.py::test_function."""
    file, _, function = name.partition("::")
    return function in tests_in(file)


def page() -> str:
    """The whole page, Chinese first."""
    found = rows()
    parts = []
    for lang in ("zh", "en"):
        parts.append(f"# {word('title', lang)}\n\n{word('about', lang)}\n")
        for table in ("measures", "targets", "space"):
            lines = [_line(row, lang) for row in found if row.table == table]
            head = _head(table, lang)
            parts.append(f"## {word(table, lang)}\n\n{head}\n{chr(10).join(lines)}\n")
    return "\n".join(parts)


def _head(table: str, lang: str) -> str:
    names = {
        "measures": ("row", "chapter", "measure", "how"),
        "targets": ("row", "targets", "indicator", "basis"),
        "space": ("row", "space", "place", "levers"),
    }[table]
    cells = [word(name, lang) for name in (*names, "rule", "scenario", "test")]
    return "| " + " | ".join(cells) + " |\n|" + "---|" * len(cells)


def _line(row: Row, lang: str) -> str:
    names = ("<br>".join(f"`{name}`" for name in part) for part in (row.rules, row.scenarios, row.tests))
    cells = [row.key, *row.texts[lang], *names]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def write() -> bool:
    """Writes the page; whether it changed."""
    new = page()
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if new != old:
        PAGE.write_text(new, encoding="utf-8")
    return new != old
