"""Holds a YAML file against a JSON schema and says what is wrong: file, line, field, a sentence in both languages."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from scenarios.errors import ScenarioError
from scenarios.marked import Marked

SHOWN = 8  # allowed values named in a message
TYPES = {
    "object": ("a mapping (key: value)", "键值映射（键: 值）"),
    "array": ("a list", "列表"),
    "string": ("a text", "文字"),
    "number": ("a number", "数字"),
    "integer": ("a whole number", "整数"),
}


def check(marked: Marked, schema: dict[str, Any]) -> None:
    """ScenarioError for the first thing in the file (by line) that the schema does not allow."""
    errors = list(Draft202012Validator(schema).iter_errors(marked.data))
    # what is missing comes last: its name may only be misspelt
    errors = [error for error in errors if error.validator != "required"] or errors
    if errors:
        raise min((_told(marked, error) for error in errors), key=lambda told: told.line or 0)


def _told(marked: Marked, error: ValidationError) -> ScenarioError:
    where = ".".join(str(part) for part in error.absolute_path)
    rule, wanted, found = error.validator, error.validator_value, error.instance
    if rule == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        extra = next(str(key) for key in found if str(key) not in known)
        en, zh = _near(extra, known)
        return marked.error(f"unknown field {extra!r}{en}", f"未知字段 {extra!r}{zh}", _inside(where, extra))
    if rule == "required":
        missing = next(key for key in wanted if key not in found)
        return marked.error(f"field {missing!r} is missing", f"缺少字段 {missing!r}", where)
    en, zh = _sentence(rule, wanted, found)
    return marked.error(en, zh, where)


def _sentence(rule: str, wanted: Any, found: Any) -> tuple[str, str]:
    """What is wrong, in English and Chinese."""
    shown = repr(found)[:60]
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else [kind for kind in wanted if kind != "null"]
        en, zh = TYPES[kinds[0]]
        return f"must be {en}, got {shown}", f"须为{zh}，现为 {shown}"
    if rule == "enum":
        en, zh = _near(str(found), [str(one) for one in wanted])
        return f"{shown} is not allowed here{en}", f"此处不能用 {shown}{zh}"
    if rule in ("minimum", "exclusiveMinimum"):
        over = "above" if rule == "exclusiveMinimum" else "at least"
        more = "大于" if rule == "exclusiveMinimum" else "不小于"
        return f"must be {over} {wanted:g}, got {shown}", f"须{more} {wanted:g}，现为 {shown}"
    if rule == "maximum":
        return f"must be at most {wanted:g}, got {shown}", f"须不大于 {wanted:g}，现为 {shown}"
    if rule in ("minItems", "minLength", "minProperties"):
        return f"needs {wanted} or more, got {len(found)}", f"至少须有 {wanted} 项，现有 {len(found)} 项"
    if rule == "maxItems":
        return f"may have {wanted} at most, got {len(found)}", f"至多 {wanted} 项，现有 {len(found)} 项"
    if rule == "oneOf":
        names = [one["required"][0] for one in wanted if "required" in one]
        said = ", ".join(names)
        return f"needs exactly one of {said}", f"须有且只有 {'、'.join(names)} 之一"
    return f"{shown} is not allowed here ({rule})", f"此处不能用 {shown}（{rule}）"


def _near(word: str, known: Iterable[str]) -> tuple[str, str]:
    """The nearest allowed word, or the words that are allowed."""
    known = list(known)
    near = get_close_matches(word, known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？"
    more = ", ..." if len(known) > SHOWN else ""
    return f"; allowed: {', '.join(known[:SHOWN])}{more}", f"；可用：{'、'.join(known[:SHOWN])}{more and ' 等'}"


def _inside(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
