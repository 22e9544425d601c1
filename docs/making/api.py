"""Pages of the public names of sim, scenarios and calibration, one a module, filled by Sphinx from the docstrings.

What is public is read from the files: classes, functions and names of a module, methods and properties of a class,
that do not begin with an underscore. Sphinx imports the modules; this file does not.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "scenarios", "calibration")
LONGEST = 80  # characters of a value that are shown


@dataclass(frozen=True)
class Name:
    """A public name of a module; `members` are the public methods and properties of a class."""

    name: str
    kind: str  # function, class, data
    about: str = ""  # of data: the comment behind it
    value: str = ""
    members: tuple[str, ...] = field(default=())


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Dotted name -> file, of every module of the three packages."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def public(source: str) -> list[Name]:
    """Public names defined in a module, in the order of the file."""
    lines, found = source.splitlines(), {}
    for node in ast.parse(source).body:
        for name in _names(node, lines):
            if not name.name.startswith("_"):
                found.setdefault(name.name, name)
    return list(found.values())


def _names(node: ast.stmt, lines: list[str]) -> Iterator[Name]:
    if isinstance(node, ast.FunctionDef):
        yield Name(node.name, "function")
    elif isinstance(node, ast.ClassDef):
        methods = [n.name for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        yield Name(node.name, "class", members=tuple(methods))
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        _, _, comment = lines[node.lineno - 1].partition("  # ")
        value = ast.unparse(node.value)
        value = value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    yield Name(part.id, "data", "" if comment.startswith(("noqa", "fmt")) else comment, value)


def names(root: Path = ROOT) -> set[str]:
    """Every public name, dotted: what a reader must find on the pages."""
    found = set()
    for module, path in modules(root).items():
        found.add(module)
        for name in public(path.read_text(encoding="utf-8")):
            found.add(f"{module}.{name.name}")
            found |= {f"{module}.{name.name}.{member}" for member in name.members}
    return found


def page(module: str, source: str) -> str:
    """The page of a module in reStructuredText."""
    parts = [f"{module}\n{'=' * len(module)}\n", f".. automodule:: {module}\n"]
    for name in public(source):
        full = f"{module}.{name.name}"
        if name.kind == "function":
            parts.append(f".. autofunction:: {full}\n")
        elif name.kind == "class":
            parts.append(f".. autoclass:: {full}\n   :members:\n   :undoc-members:\n   :member-order: bysource\n")
        else:
            value = name.value.replace("\\", "\\\\")
            parts.append(f".. py:data:: {name.name}\n   :value: {value}\n\n   {escaped(name.about)}\n")
    return "\n".join(parts)


def escaped(words: str) -> str:
    """Plain text as reStructuredText that shows it: `code` stays code, all else means itself."""
    pieces = words.replace("``", "`").split("`")
    if len(pieces) % 2 == 0:  # a lone backtick
        return _plain(words)
    shown = [f"``{p}``" if i % 2 and p.strip() else _plain(p) for i, p in enumerate(pieces)]
    return "\\ ".join(s for s in shown if s)


def _plain(words: str) -> str:
    for sign in "\\`*_|":
        words = words.replace(sign, f"\\{sign}")
    return words


def as_rst(lines: list[str]) -> list[str]:
    """A docstring of this project (plain text, equations on lines of their own) as reStructuredText.

    Paragraphs stay paragraphs; one that holds an indented line or several short lines, such as equations or a list of
    fields, is shown as it stands.
    """
    found: list[str] = []
    for block in "\n".join(lines).strip("\n").split("\n\n"):
        rows = block.splitlines()
        if any(r.startswith((" ", "*", "-")) for r in rows) or (len(rows) > 1 and any(_short(r) for r in rows[:-1])):
            found += ["::", "", *(f"   {r}" for r in rows), ""]
        else:
            found += [escaped(" ".join(rows)), ""]
    return found


def _short(row: str) -> bool:
    """A line that ends long before the margin was broken on purpose."""
    return len(row) < 70


def write(folder: Path, root: Path = ROOT) -> None:
    """One file a module, and the contents page in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = modules(root)
    for module, path in listed.items():
        (folder / f"{module}.rst").write_text(page(module, path.read_text(encoding="utf-8")), encoding="utf-8")
    head = "程序接口 API\n============\n\n"
    head += "sim、scenarios、calibration 的全部公开名称，说明取自程序（英文）。\n"
    head += "All public names of sim, scenarios and calibration, from their docstrings.\n\n"
    for package in PACKAGES:
        inside = [m for m in listed if m.split(".")[0] == package]
        head += (
            f".. toctree::\n   :caption: {package}\n   :maxdepth: 1\n\n" + "".join(f"   {m}\n" for m in inside) + "\n"
        )
    (folder / "index.rst").write_text(head, encoding="utf-8")
