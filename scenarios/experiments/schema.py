"""JSON schema of experiment files, made from the catalogue and the pack: for editors and other programs.

The reader (`scenarios.experiments.reading`) checks the same and more, with better messages.
"""

from dataclasses import fields
from typing import Any

from scenarios.experiments.designs import DESIGNS, Design
from scenarios.experiments.experiment import Options, Output
from scenarios.experiments.factors import MOST_STEPS
from scenarios.result import DETAILS
from scenarios.scenario import library
from sim.catalogue import Entry, assumptions, levers, parameters
from sim.paths import FIRST_YEAR, LAST_YEAR
from sim.policy import place_ranks

TEXT = {
    "type": "object",
    "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_TYPES = {int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}, str: {"type": "string"}}


def experiment_schema(pack, lang: str = "en") -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one experiment file for this pack."""
    place = {"enum": list(place_ranks(pack))}
    plain = {key: e for key, e in parameters().items() if isinstance(e.default, int | float)}
    sections = {
        "levers": {
            key: {"anyOf": [_range(e, lang), {"type": "object", "propertyNames": place,
                                               "additionalProperties": _range(e, lang), "minProperties": 1}]}
            for key, e in levers().items()
        },
        "assumptions": {key: _range(e, lang) for key, e in assumptions().items()},
        "parameters": {key: _range(e, lang, years=False) for key, e in plain.items()},
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "试验文件" if lang == "zh" else "Experiment file",
        "type": "object",
        "properties": {
            "name": TEXT,
            "rationale": TEXT,
            "model": {"type": "string", "examples": ["city"]},
            "scenarios": {"type": ["array", "string"], "items": {"type": "string", "examples": library()}},
            **{name: _section(found) for name, found in sections.items()},
            "inputs": {"type": "object"},
            "ensemble": {
                "anyOf": [
                    {"type": "string"},
                    _section({"file": {"type": "string"}, "sets": {"type": "integer", "minimum": 1}}),
                ]
            },
            "design": {"anyOf": [{"enum": list(DESIGNS)}, _design()]},
            "replicates": {"type": "integer", "minimum": 1},
            "run": _section({f.name: _TYPES[f.type] for f in fields(Options)}),
            "output": _section({f.name: _TYPES[f.type] for f in fields(Output)} | {"detail": {"enum": list(DETAILS)}}),
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _section(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _design() -> dict[str, Any]:
    found = {f.name: _TYPES.get(f.type, {"type": "array"}) for f in fields(Design)}
    return _section(found | {"kind": {"enum": list(DESIGNS)}}) | {"required": ["kind"]}


def _range(entry: Entry, lang: str, years: bool = True) -> dict[str, Any]:
    lo, hi = entry.bounds
    number = {"type": "number", "minimum": lo, "maximum": hi}
    year = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
    found = {
        "low": number,
        "high": number,
        "values": {"type": "array", "items": number, "minItems": 1},
        "steps": {"type": "integer", "minimum": 2, "maximum": MOST_STEPS},
        "unit": {"const": entry.unit},
    } | ({"from": year, "only": year} if years else {})
    return _section(found) | {
        "title": f"{entry.title[lang]} ({entry.unit})",
        "anyOf": [{"required": ["low", "high"]}, {"required": ["values"]}],
    }
