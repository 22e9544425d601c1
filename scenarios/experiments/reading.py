"""Reads experiment files: every mistake is told with file, line and field, before anything runs."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any

from scenarios.errors import ScenarioError
from scenarios.experiments.designs import DESIGNS, Design, check_design
from scenarios.experiments.ensembles import Ensemble, find_file, read_ensemble
from scenarios.experiments.experiment import CITY, FOLDER, Experiment, Options, Output, library
from scenarios.experiments.factors import KINDS, read_factors
from scenarios.experiments.plan import changed
from scenarios.marked import Marked, parse_marked, read_marked
from scenarios.runner import check_run
from scenarios.scenario import BASELINE, Scenario, check_fields, read_texts
from scenarios.scenario import load as load_scenario
from sim.data import load_pack
from sim.paths import PolicyError

FIELDS = (
    "name", "rationale", "model", "scenarios", *KINDS, "ensemble", "design", "replicates", "run", "output",
)  # fmt: skip
# A file with one of these is an experiment, others are scenarios (both have levers and assumptions).
MARKS = frozenset(FIELDS) - {"name", "rationale", "levers", "assumptions"}


def load(file: str | FilePath, pack=None) -> Experiment:
    """An experiment of the project by its id, or a file."""
    name = str(file)
    if name in library():
        return read(read_marked(FOLDER / f"{name}.yaml", f"experiments/{name}.yaml"), FOLDER, name, pack)
    path = FilePath(name)
    if not path.is_file() and path.suffix not in (".yaml", ".yml"):
        near = get_close_matches(name, library(), n=1)
        en = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(library())}, or a .yaml file"
        zh = f"；是否指 {near[0]!r}？" if near else f"；可用：{'、'.join(library())}，或一个 .yaml 文件"
        raise ScenarioError(f"no experiment {name!r}{en}", f"没有试验 {name!r}{zh}")
    return read(read_marked(path, name), path.parent, path.stem, pack)


def of(given: Mapping[str, Any], id: str, pack=None) -> Experiment:
    """An experiment from plain Python values."""
    return read(as_file(given, id), FilePath.cwd(), id, pack)


def as_file(given: Mapping[str, Any], id: str) -> Marked:
    """Plain Python values as the file that would hold them."""
    import yaml

    given = {"name": {"zh": id, "en": id}} | dict(given)
    given = json.loads(json.dumps(given, default=lambda value: value.item()))  # plain, nothing shared
    return parse_marked(yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=120), id)


def read(marked: Marked, folder: FilePath, id: str, pack=None) -> Experiment:
    """The experiment of a parsed file; other files are looked for in `folder`."""
    pack = pack or load_pack()
    check_fields(marked, FIELDS)
    model = _model(marked)
    options = Options(**_section(marked, "run", Options))
    output = Output(**_section(marked, "output", Output))
    experiment = Experiment(
        id=id,
        name=read_texts(marked, "name", required=True),
        rationale=read_texts(marked, "rationale"),
        model=model,
        scenarios=_scenarios(marked, folder, pack) if model == CITY else (),
        factors=read_factors(marked, pack, model == CITY),
        design=_design(marked),
        ensemble=_ensemble(marked, folder),
        replicates=_whole(marked, marked.data.get("replicates", 1), "replicates"),
        options=options,
        output=output,
        text=marked.text,
        file=marked.file,
    )
    _check(experiment, marked, pack)
    return experiment


def _check(experiment: Experiment, marked: Marked, pack) -> None:
    """Everything that is wrong only in connection with something else."""
    o = experiment.options
    try:
        check_design(experiment.design, experiment.factors)
        if experiment.model == CITY:
            check_run(o.start, o.end, o.scale, experiment.replicates, experiment.output.detail, pack)
    except ScenarioError as error:
        inside = {"start": "run.start", "end": "run.end", "scale": "run.scale", "detail": "output.detail"}
        raise marked.error(error.en, error.zh, inside.get(error.field, error.field)) from None
    names = [f.name for f in experiment.factors]
    for factor in experiment.factors:
        if names.count(factor.name) > 1:
            en, zh = f"{factor.name} is named twice", f"{factor.name} 重复出现"
            raise marked.error(en, zh, factor.field)
        clash = [s for s in experiment.ensemble.sets if s and factor.kind == "parameters" and factor.key in s]
        if clash:
            raise marked.error("stands in the ensemble too", "参数组中也有此参数", factor.field)
    for scenario in experiment.scenarios:
        _check_ends(experiment, scenario, marked, pack)


def _check_ends(experiment: Experiment, scenario: Scenario, marked: Marked, pack) -> None:
    """Both ends of every range make a policy that can be compiled (places must not contradict each other)."""
    o = experiment.options
    for values in ([f.low for f in experiment.factors], [f.high for f in experiment.factors]):
        try:
            changed(scenario, experiment.factors, values).policy(pack, o.start, o.end)
        except PolicyError as error:
            raise marked.error(error.en, error.zh, error.field) from None


def _model(marked: Marked) -> str:
    model = marked.data.get("model", CITY)
    if model == CITY:
        return CITY
    module, _, function = str(model).partition(":")
    try:
        if not callable(getattr(importlib.import_module(module), function)):
            raise AttributeError
    except (ImportError, AttributeError, ValueError):
        en = f"must be `city` or module:function that can be imported, got {model!r}"
        raise marked.error(en, f"须为 city 或可导入的 模块:函数，现为 {model!r}", "model") from None
    return str(model)


def _scenarios(marked: Marked, folder: FilePath, pack) -> tuple[Scenario, ...]:
    names = marked.data.get("scenarios", [BASELINE])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not names:
        raise marked.error("must be a list of scenarios", "须为一列情景", "scenarios")
    found: list[Scenario] = []
    for i, name in enumerate(names):
        where = f"scenarios.{i}"
        if not isinstance(name, str):
            raise marked.error("must be the id of a scenario or a file", "须为情景名称或文件", where)
        beside = folder / name
        try:
            scenario = load_scenario(beside if beside.is_file() else name, pack)
        except ScenarioError as error:
            if error.file:  # the fault is in the scenario's own file
                raise
            raise marked.error(error.en, error.zh, where) from None
        if any(scenario.id == s.id for s in found):
            raise marked.error(f"{scenario.id} is named twice", f"{scenario.id} 重复出现", where)
        found.append(scenario)
    return tuple(found)


def _design(marked: Marked) -> Design:
    raw = marked.data.get("design")
    if raw is None:
        return Design()
    if isinstance(raw, str):
        raw = {"kind": raw}
    if not isinstance(raw, dict):
        raise marked.error("must be a mapping (kind:, points:, ...)", "须为映射（kind:、points: 等）", "design")
    given = dict(raw)
    if isinstance(marked.data["design"], dict):
        check_fields(marked, [f.name for f in dataclass_fields(Design)], "design")
    kind = given.pop("kind", None)
    if kind not in DESIGNS:
        near = get_close_matches(str(kind), DESIGNS, n=1)
        en = f"; did you mean {near[0]!r}?" if near else ""
        zh = f"；是否指 {near[0]!r}？" if near else ""
        raise marked.error(
            f"must be one of {', '.join(DESIGNS)}, got {kind!r}{en}",
            f"须为 {'、'.join(DESIGNS)} 之一，现为 {kind!r}{zh}",
            "design.kind",
        )
    for name in ("points", "seed", "num_levels"):
        if name in given:
            given[name] = _whole(marked, given[name], f"design.{name}", least=0 if name == "seed" else 1)
    if not isinstance(given.get("second_order", False), bool):
        raise marked.error("must be true or false", "须为 true 或 false", "design.second_order")
    if "listed" in given:
        given["listed"] = _listed(marked, given["listed"])
    return Design(kind, **given)


def _listed(marked: Marked, raw: Any) -> tuple[tuple[float, ...], ...]:
    factors = sum(len(marked.data.get(kind) or {}) for kind in KINDS)
    good = isinstance(raw, list) and raw and all(isinstance(row, list) for row in raw)
    if not good or any(not isinstance(v, int | float | None) for row in raw for v in row):
        en, zh = f"must be a list of points of {factors} numbers", f"须为一列设计点，每点 {factors} 个数"
        raise marked.error(en, zh, "design.listed")
    return tuple(tuple(float("nan") if v is None else float(v) for v in row) for row in raw)


def _ensemble(marked: Marked, folder: FilePath) -> Ensemble:
    raw = marked.data.get("ensemble")
    if raw is None:
        return Ensemble()
    raw = {"file": raw} if isinstance(raw, str) else raw
    if not isinstance(raw, dict) or not isinstance(raw.get("file"), str):
        raise marked.error("must name a CSV file (file: ...)", "须给出 CSV 文件（file: ...）", "ensemble")
    if isinstance(marked.data["ensemble"], dict):
        check_fields(marked, ("file", "sets"), "ensemble")
    keep = raw.get("sets")
    return read_ensemble(
        find_file(raw["file"], folder),
        raw["file"],
        None if keep is None else _whole(marked, keep, "ensemble.sets"),
    )


def _section(marked: Marked, section: str, kind: type) -> dict[str, Any]:
    raw = marked.data.get(section)
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise marked.error("must be a mapping", "须为映射", section)
    check_fields(marked, [f.name for f in dataclass_fields(kind)], section)
    for f in dataclass_fields(kind):
        value = raw.get(f.name, f.default)
        where = f"{section}.{f.name}"
        if f.type is int:
            _whole(marked, value, where, least=0)
        elif f.type is float and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise marked.error(f"must be a number, got {value!r}", f"须为数，现为 {value!r}", where)
        elif f.type is bool and not isinstance(value, bool):
            raise marked.error(f"must be true or false, got {value!r}", f"须为 true 或 false，现为 {value!r}", where)
    return dict(raw)


def _whole(marked: Marked, value: Any, field: str, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        en = f"must be a whole number, {least} or more, got {value!r}"
        raise marked.error(en, f"须为不小于 {least} 的整数，现为 {value!r}", field)
    return value
