"""The one place where a lever, an assumption, a parameter or an indicator is described.

YAML files beside this module hold the entries; everything else (sliders, validation, help, the tables in docs, both
languages) is made from them. `levers/<family>.yaml` holds the levers of one family (fields: see `lever_fields`),
`parameters/<group>.yaml` one behaviour's parameters; `record(group)` gives them to a compiled rule as one NumPy record
(`p.name`).
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.catalogue.entry import CatalogueError, Entry
from sim.catalogue.lever_fields import MEASURE, check_lever

__all__ = [
    "CatalogueError", "Entry", "Parameters", "assumptions", "indicators", "levers", "parameters", "record",
    "rule_titles", "shock_kinds",
]  # fmt: skip

HERE = Path(__file__).parent
FAMILIES = ("hukou", "housing", "jobs", "services", "land", "countryside", "region")  # as shown; one file each
INDICATOR_GROUPS = ("people", "income", "homes", "work", "services", "tracked")  # as shown; one file each
KINDS = ("published", "fitted", "prior", "data")
_REQUIRED = {
    "parameter": {"title", "unit", "default", "bounds", "kind", "source"},
    "lever": {"title", "unit", "default", "bounds", "spread", "note", "measures", "rule", "levels", "moves"},
    "assumption": {"title", "unit", "default", "bounds", "source"},
    "shock": {"title", "unit", "bounds", "rule", "measures", "note"},
    "indicator": {"title", "unit", "definition", "basis"},
}


def _read(path: Path, role: str, group: str) -> dict[str, Entry]:
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
    return {key: _entry(key, role, group, body, path) for key, body in raw.items()}


def _entry(key: str, role: str, group: str, body: dict, path: Path) -> Entry:
    missing = _REQUIRED[role] - set(body)
    if missing:
        raise CatalogueError(f"{path.name}: {role} {key!r} lacks {', '.join(sorted(missing))}")
    body = dict(body)
    title = body.pop("title")
    if set(title) != {"zh", "en"}:
        raise CatalogueError(f"{path.name}: {role} {key!r} needs a title in zh and en")
    if role == "parameter" and body["kind"] not in KINDS:
        raise CatalogueError(f"{path.name}: {key!r} kind must be one of {', '.join(KINDS)}")
    for code in body.get("measures", ()):
        if not MEASURE.match(str(code)):
            raise CatalogueError(f"{path.name}: {role} {key!r}, measures: {code!r} is no code of a measure (M01, P01)")
    bounds = body.pop("bounds", None)
    default = body.pop("default", None)
    entry = Entry(
        key, role, body.pop("group", group), title, body.pop("unit"), default, tuple(bounds) if bounds else None, body
    )
    if bounds and role != "shock":
        values = default.values() if isinstance(default, dict) else np.ravel(default).tolist()
        for value in values:
            entry.check(value, path.name)
    return entry


@cache
def parameter_groups() -> dict[str, dict[str, Entry]]:
    """group -> key -> Entry, for all files in parameters/."""
    return {p.stem: _read(p, "parameter", p.stem) for p in sorted((HERE / "parameters").glob("*.yaml"))}


@cache
def parameters() -> dict[str, Entry]:
    """key -> Entry over all groups; a key stands in one group only."""
    found: dict[str, Entry] = {}
    for group, entries in parameter_groups().items():
        for key, entry in entries.items():
            if key in found:
                raise CatalogueError(f"parameter {key!r} stands in both {found[key].group} and {group}")
            found[key] = entry
    return found


@cache
def levers() -> dict[str, Entry]:
    """Policy levers, in the order in which they are shown; `family` is the file in levers/ that describes one."""
    found: dict[str, Entry] = {}
    for family in FAMILIES:
        path = HERE / "levers" / f"{family}.yaml"
        for key, entry in _read(path, "lever", "lever").items():
            if key in found:
                raise CatalogueError(f"{path.name}: lever {key!r} stands in {found[key].family}.yaml too")
            entry.extra["family"] = family
            check_lever(entry, path.name)
            found[key] = entry
    return found


@cache
def assumptions() -> dict[str, Entry]:
    """What a policy-maker cannot set: the world outside, vital rates."""
    return _read(HERE / "assumptions.yaml", "assumption", "assumption")


@cache
def shock_kinds() -> dict[str, Entry]:
    """Kinds of named events (`sim.shocks`)."""
    return _read(HERE / "shocks.yaml", "shock", "shock")


@cache
def indicators() -> dict[str, Entry]:
    """What is reported each year, in the order in which it is shown; `group` is the file in indicators/."""
    return {
        key: entry
        for group in INDICATOR_GROUPS
        for key, entry in _read(HERE / "indicators" / f"{group}.yaml", "indicator", group).items()
    }


@cache
def rule_titles() -> dict[str, dict[str, str]]:
    """`file` and `file.function` of sim/rules -> {zh, en}: what a rule (and what a file of rules) is called."""
    path = HERE / "rules.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, title in found.items():
        if not isinstance(title, dict) or set(title) != {"zh", "en"}:
            raise CatalogueError(f"{path.name}: rule {key!r} needs a title in zh and en")
    return found


@cache
def _dtype(group: str) -> np.dtype:
    entries = parameter_groups().get(group)
    if entries is None:
        raise CatalogueError(f"no parameter group {group!r}; groups: {', '.join(parameter_groups())}")
    fields = [(k, "f8", np.shape(e.default)) if np.ndim(e.default) else (k, "f8") for k, e in entries.items()]
    return np.dtype((ParameterRecord, fields))


class ParameterRecord(np.record):
    """One group's parameters: a record for compiled rules, plain attributes in Python.

    `np.record` looks a field up in its data type at each access, which takes thirty times as long as an attribute. A
    call of a compiled function asks for `data`; NumPy would first describe all fields in words, bytes are as good.
    """

    __getattribute__ = object.__getattribute__

    @property
    def data(self) -> np.ndarray:
        """The record's memory, uint8."""
        return self.__dict__["bytes"]

    def __eq__(self, other) -> bool:
        return isinstance(other, ParameterRecord) and self.data.tobytes() == other.data.tobytes()

    def __hash__(self) -> int:
        return hash(self.data.tobytes())

    def __setattr__(self, name: str, value) -> None:
        raise AttributeError(f"parameters do not change once they are made: {name}")

    def expose(self) -> "ParameterRecord":
        """Copies the fields into attributes: floats, and read-only arrays."""
        self.__dict__["bytes"] = np.frombuffer(super().data, np.uint8)
        for name in self.dtype.names:
            value = self[name]
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.flags.writeable = False
            self.__dict__[name] = value if isinstance(value, np.ndarray) else float(value)
        return self


def record(group: str, values: dict[str, Any] | None = None) -> ParameterRecord:
    """Parameters of one group as a record; `values` replaces defaults (keys of other groups are ignored)."""
    changed = [key for key in parameter_groups().get(group, {}) if key in (values or {})]
    if not changed:
        return _default_record(group)
    return _filled(group, {key: values[key] for key in changed})


@cache
def _default_record(group: str) -> ParameterRecord:
    """The record of the catalogue's own values, shared by all."""
    return _filled(group, {})


def _filled(group: str, values: dict[str, Any]) -> ParameterRecord:
    out = np.zeros(1, dtype=_dtype(group))
    for key, entry in parameter_groups()[group].items():
        value = values.get(key, entry.default)
        for v in np.ravel(value).tolist():
            entry.check(v, f"parameter {key}")
        out[key] = value
    return out[0].expose()


class Parameters:
    """All parameter records of one run: `parameters.labour.separation_rate`."""

    def __init__(self, values: dict[str, Any] | None = None):
        unknown = set(values or {}) - set(parameters())
        if unknown:
            raise CatalogueError(f"unknown parameter {sorted(unknown)[0]!r}")
        self.values = dict(values or {})
        for group in parameter_groups():
            setattr(self, group, record(group, values))

    @property
    def fingerprint(self) -> bytes:
        """All values as bytes: equal for equal parameters."""
        return b"".join(getattr(self, group).data.tobytes() for group in parameter_groups())
