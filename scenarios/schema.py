"""JSON schema of scenario files, made from the catalogue and the pack: for editors and other programs.

The reader (`scenarios.scenario.load`) checks the same rules from the same entries with better messages, and
what a schema cannot say: order of years, overlapping places, `extends`.
"""

from typing import Any

from scenarios.levels import level_names
from scenarios.scenario import library
from sim.catalogue import Entry, assumptions, levers, shock_kinds
from sim.paths import FIRST_YEAR, LAST_YEAR
from sim.policy import place_ranks
from sim.shocks import LONGEST_RECOVERY


def scenario_schema(pack, lang: str = "en") -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one scenario file for this pack."""
    text = {
        "type": "object",
        "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
        "required": ["zh", "en"],
        "additionalProperties": False,
    }
    paths = {key: _path(entry, lang) for key, entry in (levers() | assumptions()).items()}
    years = [str(y) for y in range(FIRST_YEAR, LAST_YEAR + 1)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "情景文件" if lang == "zh" else "Scenario file",
        "type": "object",
        "properties": {
            "name": text,
            "rationale": text,
            "extends": {"type": "string", "examples": library()},
            "levers": _section({key: {"anyOf": [_ref(key), _by_place(key)]} for key in levers()}),
            "assumptions": _section({key: _ref(key) for key in assumptions()}),
            "shocks": {
                "type": ["array", "null"],
                "items": {"anyOf": [_event(e, lang) for e in shock_kinds().values()]},
            },
        },
        "required": ["name"],
        "additionalProperties": False,
        "$defs": paths
        | {
            "place": {"enum": list(place_ranks(pack))},
            "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
            "year_or_unit": {"enum": [*years, "unit"]},
        },
    }


def _ref(key: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{key}"}


def _section(properties: dict[str, dict]) -> dict[str, Any]:
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _by_place(lever: str) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": _ref("place"),
        "additionalProperties": _ref(lever),
        "minProperties": 1,
    }


def _event(entry: Entry, lang: str) -> dict[str, Any]:
    lo, hi = entry.bounds
    places = {"anyOf": [_ref("place"), {"type": "array", "items": _ref("place"), "minItems": 1}]}
    return {
        "title": entry.title[lang],
        "type": "object",
        "properties": {
            "kind": {"const": entry.key},
            "year": _ref("year"),
            "size": {"type": "number", "minimum": lo, "maximum": hi},
            "unit": {"const": entry.unit},
            "place": places,
            "recovery": {"type": "integer", "minimum": 1, "maximum": LONGEST_RECOVERY},
        },
        "required": ["kind", "year", "size", *(["place"] if entry.key == "homes_lost" else [])],
        "additionalProperties": False,
    }


def _path(entry: Entry, lang: str) -> dict[str, Any]:
    lo, hi = entry.bounds
    number: dict[str, Any] = {"type": "number", "minimum": lo, "maximum": hi}
    words = list(level_names(entry)) if entry.role == "lever" else []
    level = {"enum": words}
    value = {"anyOf": [number, level]} if words else number
    unit = {"const": entry.unit}
    one = {
        "type": "object",
        "properties": {"value": value, "unit": unit, "from": _ref("year"), "only": _ref("year")}
        | ({"level": level} if words else {}),
        "oneOf": [{"required": [key]} for key in (["value", "level"] if words else ["value"])],
        "not": {"required": ["from", "only"]},
        "additionalProperties": False,
    }
    by_year = {
        "type": "object",
        "properties": {"unit": unit},
        "propertyNames": _ref("year_or_unit"),
        "additionalProperties": value,
        "if": {"required": ["unit"]},
        "then": {"minProperties": 2},
        "else": {"minProperties": 1},
    }
    return {"title": f"{entry.title[lang]} ({entry.unit})", "anyOf": [value, one, by_year]}
