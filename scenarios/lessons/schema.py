"""JSON schema of lesson files, made from the catalogue and the pack: for editors, and for the reader itself."""

from typing import Any

from scenarios.schema import scenario_schema
from sim.catalogue import indicators, levers

# kind of question -> the fields that it needs besides `kind` and `ask`
QUESTIONS: dict[str, tuple[str, ...]] = {
    "direction": ("indicator",),  # did it rise, fall, or is that not clear from these futures?
    "estimate": ("indicator",),  # by how much (mean of the paired differences)?
    "futures": ("indicator",),  # in how many of the futures did it rise?
    "most": ("of",),  # which of these changed most, relative to its own level?
    "scale": ("indicator",),  # how many times wider do small cities scatter than large ones?
    "reason": (),  # which term weighed most for the household?
    "tip": (),  # by how many per cent would earnings have to differ for the household to decide otherwise?
}
HOUSEHOLDS = ("moves", "converts")
GOALS = ("up", "down", "plan")
FIRST_PLAN_YEAR, LAST_YEAR = 2025, 2035


def lesson_schema(pack, lang: str = "en") -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one lesson file for this pack."""
    scenario = scenario_schema(pack, lang)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "课程文件" if lang == "zh" else "Lesson file",
        "type": "object",
        "properties": {
            "order": {"type": "integer", "minimum": 1, "maximum": 999},
            "minutes": {"type": "integer", "minimum": 1, "maximum": 240},
            "title": _ref("text"),
            "question": _ref("text"),
            "theory": _ref("text"),
            "levers": {"type": "array", "items": _ref("lever"), "minItems": 1, "maxItems": 8},
            "assumptions": scenario["properties"]["assumptions"],
            "watch": _ref("figure"),
            "chain": {"type": "array", "items": _ref("figure"), "minItems": 1, "maxItems": 6},
            "household": {"enum": list(HOUSEHOLDS)},
            "challenge": _ref("challenge"),
            "questions": {"type": "array", "items": _ref("question"), "minItems": 1, "maxItems": 8},
        },
        "required": ["title", "question", "theory", "levers", "watch", "chain", "household", "challenge", "questions"],
        "additionalProperties": False,
        "$defs": scenario["$defs"] | _parts(pack),
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _parts(pack) -> dict[str, Any]:
    chart_places = {"enum": [pack.city_id, *pack.regions, *pack.counties]}
    figure = {"indicator": {"enum": list(indicators())}, "place": chart_places}
    budget = {"type": "number", "minimum": 0, "maximum": 100_000}
    return {
        "text": {
            "type": "object",
            "properties": {lang: {"type": "string", "minLength": 1} for lang in ("zh", "en")},
            "required": ["zh", "en"],
            "additionalProperties": False,
        },
        "lever": {
            "type": "object",
            "properties": {"lever": {"enum": list(levers())}, "place": _ref("place"), "try": {"type": "number"}},
            "required": ["lever"],
            "additionalProperties": False,
        },
        "figure": {"type": "object", "properties": figure, "required": ["indicator"], "additionalProperties": False},
        "challenge": {
            "type": "object",
            "properties": {
                "text": _ref("text"),
                "budget": budget,
                "goals": {"type": "array", "items": _ref("goal"), "minItems": 1, "maxItems": 4},
            },
            "required": ["text", "budget", "goals"],
            "additionalProperties": False,
        },
        "goal": {
            "type": "object",
            "properties": figure
            | {key: {"type": "number", "exclusiveMinimum": 0} for key in ("up", "down")}
            | {"plan": {"type": "integer", "minimum": FIRST_PLAN_YEAR, "maximum": LAST_YEAR}},
            "required": ["indicator"],
            "oneOf": [{"required": [key]} for key in GOALS],
            "additionalProperties": False,
        },
        "question": _question(figure),
    }


def _question(figure: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "kind": {"enum": list(QUESTIONS)},
            "ask": _ref("text"),
            "of": {"type": "array", "items": _ref("figure"), "minItems": 2, "maxItems": 6},
        }
        | figure,
        "required": ["kind"],
        "additionalProperties": False,
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": {"required": list(needed)}}
            for kind, needed in QUESTIONS.items()
            if needed
        ],
    }
