"""Reads a YAML file into plain values and remembers the line of every field.

Stricter than YAML: a mapping at the top, no key twice, no anchors, UTF-8 only. Numbers are read as written
(`1e5`, `0.5`, `2022`); place codes that look like numbers stay text when they are keys of a place
(see `scenarios.grammar`).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import ScenarioError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[+-]?[0-9]+$")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
MOST_BYTES = 1_000_000  # a scenario is a page; anything larger is another kind of file


@dataclass
class Marked:
    """A file as plain values, with the line of each field (`a.b.c` -> line)."""

    file: str
    text: str
    data: dict[Any, Any]
    lines: dict[str, int] = field(default_factory=dict)

    def error(self, en: str, zh: str, where: str = "") -> ScenarioError:
        """The error for a field; its line is that of the field, or of the nearest one that holds it."""
        known = where
        while known and known not in self.lines:
            known = known.rpartition(".")[0]
        return ScenarioError(en, zh, file=self.file, line=self.lines.get(known, 1), field=where)


def read_marked(path: Path, shown: str | None = None) -> Marked:
    """Reads a file; `shown` is its name in messages."""
    file = shown or str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ScenarioError("file is too large for a scenario", "文件过大，不是情景文件", file=file)
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or "unreadable"
        raise ScenarioError(f"cannot read the file ({why})", f"无法读取文件（{why}）", file=file) from None
    return parse_marked(decode(raw, file), file)


def parse_marked(text: str, file: str) -> Marked:
    """Reads the text of a file."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except RecursionError:
        raise ScenarioError("not valid YAML: nested too deeply", "不是有效的 YAML：嵌套过深", file=file) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        line = mark.line + 1 if mark else None
        raise ScenarioError(f"not valid YAML: {problem}", f"不是有效的 YAML：{problem}", file=file, line=line) from None
    if not isinstance(root, yaml.MappingNode):
        kind = "nothing" if root is None else root.id
        en = f"a scenario must be a mapping (name:, levers:, ...), found {kind}"
        raise ScenarioError(en, f"情景须为键值映射（name:、levers: 等），现为 {kind}", file=file, line=1)
    marked = Marked(file, text, {})
    marked.data = _plain(root, "", marked, set())
    return marked


def decode(raw: bytes, file: str) -> str:
    """UTF-8 text, with or without a mark at its head; ScenarioError with the line of the first byte that is not."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        bad = f"0x{raw[error.start]:02x}"
        en = f"not UTF-8 (byte {bad}); save the file as UTF-8"
        raise ScenarioError(en, f"不是 UTF-8 编码（字节 {bad}），请另存为 UTF-8", file=file, line=line) from None


def _plain(node: yaml.Node, where: str, marked: Marked, seen: set[int]) -> Any:
    line = marked.lines.setdefault(where, node.start_mark.line + 1)
    if id(node) in seen:
        raise _refused(marked, where, line, "anchors and aliases are not allowed", "不允许使用锚点和别名")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{where}.{i}", marked, seen) for i, item in enumerate(node.value)]
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refused(marked, where, line, "a key must be a word or a number", "键须为文字或数字")
        key = _scalar(key_node)
        inner = f"{where}.{key}" if where else str(key)
        if any(str(key) == str(known) for known in found):
            raise _refused(marked, inner, line, f"key {str(key)!r} is given twice", f"键 {str(key)!r} 重复")
        marked.lines[inner] = line
        found[key] = _plain(value_node, inner, marked, seen)
    return found


def _refused(marked: Marked, where: str, line: int, en: str, zh: str) -> ScenarioError:
    return ScenarioError(en, zh, file=marked.file, line=line, field=where)


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    if node.style in ("'", '"', "|", ">"):  # quoted or a block: text
        return text
    if len(text) < 19 and _INTEGER.match(text):
        return int(text)
    if _NUMBER.match(text):
        return float(text)
    return _WORDS.get(text.lower(), text)
