"""Fills the generated sections of docs/model.md from the catalogue and the rules; then coverage.md. With `--site`,
which `make docs` says, it goes on to build the documentation site docs/_build/html (see docs/making).

A section stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; what is between is replaced.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from making.rule_files import rule_files, rules_of  # noqa: E402
from making.tables import bounds, number, table  # noqa: E402

from sim import catalogue  # noqa: E402
from sim.catalogue import Entry  # noqa: E402
from sim.catalogue.lever_fields import moves_of  # noqa: E402
from sim.state import SIGNALS  # noqa: E402

PAGE = ROOT / "docs" / "model.md"
SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


def name(entry: Entry) -> str:
    return f"{entry.title['en']} {entry.title['zh']}"


def levers() -> str:
    rows = [
        [f"`{e.key}`", name(e), e.family, e.unit, number(e.default), bounds(e), e.spread, e.note["en"]]
        for e in catalogue.levers().values()
    ]
    acts = [
        [f"`{e.key}`", ", ".join(e.measures), f"`{e.rule}`", levels(e), moves(e), ", ".join(e.extra.get("cost", []))]
        for e in catalogue.levers().values()
    ]
    first = table(["lever", "name", "family", "unit", "default", "bounds", "spread", "note"], rows)
    head = ["lever", "measures of the plan", "rule", "levels (* as the plan says)", "moves, from low to high", "price"]
    return first + "\n" + table(head, acts)


def levels(entry: Entry) -> str:
    planned = entry.extra.get("as_plan")
    return ", ".join(f"{level}{'*' * (level == planned)} {value:g}" for level, value in entry.levels.items())


def moves(entry: Entry) -> str:
    if not entry.moves:
        return f"nothing: {entry.spent['en']}"
    arrows = {1: "up", -1: "down"}
    return ", ".join(f"{i} {arrows[s]}{f' ({place})' if place else ''}" for i, s, place in moves_of(entry))


def assumptions() -> str:
    rows = [
        [f"`{e.key}`", name(e), e.unit, number(e.default), bounds(e), e.source]
        for e in catalogue.assumptions().values()
    ]
    return table(["assumption", "name", "unit", "default", "bounds", "source"], rows)


def indicators() -> str:
    rows = [
        [f"`{e.key}`", name(e), e.unit, e.basis, e.extra.get("target", ""), e.definition["en"]]
        for e in catalogue.indicators().values()
    ]
    return table(["indicator", "name", "unit", "basis", "row of the plan", "definition"], rows)


def shocks() -> str:
    kinds = catalogue.shock_kinds().values()
    rows = [[f"`{e.key}`", name(e), e.unit, bounds(e), f"`{e.rule}`", e.note["en"]] for e in kinds]
    return table(["event", "name", "unit of the size", "bounds", "rule", "what it takes"], rows)


def parameters() -> str:
    parts = []
    for group, entries in catalogue.parameter_groups().items():
        rows = [
            [f"`{e.key}`", name(e), e.unit, number(e.default), bounds(e), e.kind, e.source] for e in entries.values()
        ]
        parts.append(f"#### {group}\n\n" + table(["key", "name", "unit", "default", "bounds", "kind", "source"], rows))
    return "\n".join(parts)


def signals() -> str:
    rows = [[f"`{key}`", shape, unit, f"`{step}`"] for key, (shape, unit, step) in SIGNALS.items()]
    return table(["signal", "shape", "unit", "published by"], rows)


def rules() -> str:
    """One heading a file of sim/rules, one entry a rule with its docstring as it stands."""
    parts = []
    for path in rule_files():
        docstring, found = rules_of(path)
        parts.append(f"#### {path.stem}\n\n`sim/rules/{path.name}`: {docstring.splitlines()[0] if docstring else ''}\n")
        rest = "\n".join(docstring.splitlines()[1:]).strip()
        if rest:
            parts.append(f"```text\n{rest}\n```\n")
        for rule in found:
            uses = f"Parameters: {', '.join(f'`{u}`' for u in rule.uses)}.\n" if rule.uses else ""
            parts.append(
                f"**`{rule.name}({rule.arguments})`**\n\n```text\n{rule.docstring}\n```\n\n{uses}".rstrip() + "\n"
            )
    return "\n".join(parts)


def steps() -> str:
    """Public functions of sim/steps with the first line of their docstrings."""
    rows = []
    for path in sorted((ROOT / "sim" / "steps").glob("*.py")):
        if path.stem == "__init__":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _takes_model(node):
                first = (ast.get_docstring(node) or "").split("\n\n")[0]
                rows.append([f"`{path.stem}.{node.name}`", first])
    return table(["function of `sim/steps`", "what it does"], rows)


def _takes_model(node: ast.FunctionDef) -> bool:
    return bool(node.args.args) and node.args.args[0].arg == "model"


SECTIONS = {
    "levers": levers,
    "assumptions": assumptions,
    "shocks": shocks,
    "indicators": indicators,
    "parameters": parameters,
    "signals": signals,
    "rules": rules,
    "steps": steps,
}


def rebuild(text: str) -> str:
    """The page with every generated section made anew; KeyError for a section nobody makes."""
    return SECTION.sub(lambda m: f"{m[1]}\n{SECTIONS[m[2]]()}\n{m[3]}", text)


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    new = rebuild(old)
    if new != old:
        PAGE.write_text(new, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {'written' if new != old else 'up to date'}")
    import plan_coverage

    changed = plan_coverage.write()
    print(f"{plan_coverage.PAGE.relative_to(ROOT)}: {'written' if changed else 'up to date'}")
    if "--site" in sys.argv[1:]:
        from making import site

        print(f"{site.build().relative_to(ROOT) / 'index.html'}: built")
