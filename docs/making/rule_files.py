"""The rules of sim/rules as they stand in their files, read without importing or compiling anything."""

import ast
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).resolve().parents[2] / "sim" / "rules"


@dataclass(frozen=True)
class Rule:
    """A rule as it stands in its file; `uses` are the names read from its parameter record."""

    name: str
    arguments: str
    docstring: str
    uses: tuple[str, ...]


def _is_rule(node: ast.AST) -> bool:
    """Every public function of a rule file; compiled or, where it works on arrays of places, not."""
    return isinstance(node, ast.FunctionDef) and not node.name.startswith("_")


def rules_of(path: Path) -> tuple[str, list[Rule]]:
    """(docstring of the file, its rules)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in filter(_is_rule, tree.body):
        reads = {a.attr: None for a in ast.walk(node) if isinstance(a, ast.Attribute) and _names_p(a.value)}
        found.append(Rule(node.name, ast.unparse(node.args), ast.get_docstring(node) or "", tuple(sorted(reads))))
    return ast.get_docstring(tree) or "", found


def _names_p(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "p"


def rule_files() -> list[Path]:
    """All files of rules, by name."""
    return [p for p in sorted(RULES.glob("*.py")) if p.stem != "__init__"]
